//! Colour on a terminal: few tones, and none where the terminal or the reader wants none.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Ansi,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Strong,
    /// Controls, headings, scales: there when looked for.
    Quiet,
    /// A finding of a model.
    Found,
    /// What the reader must not overlook.
    Warm,
}

impl Style {
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        match (self, tone.code()) {
            (Self::Ansi, Some(code)) if !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            _ => text.to_owned(),
        }
    }
}

impl Tone {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Quiet => Some("2"),
            Self::Found => Some("1;36"),
            Self::Warm => Some("33"),
        }
    }
}
