//! A mistake in a user's file, told with its place and what would have been accepted.

use std::fmt;

/// One mistake. `Display` is the message that the user reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file as the user named it; empty where the mistake is in no file.
    pub file: String,
    /// 1-based; 0 where the mistake has no place (a missing file).
    pub line: usize,
    pub column: usize,
    pub field: String,
    pub message: String,
    pub accepted: Vec<String>,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            write!(f, "{}", self.file)?;
            if self.line > 0 {
                write!(f, ":{}:{}", self.line, self.column)?;
            }
            write!(f, ": ")?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        write!(f, "{}", self.message)?;
        if !self.accepted.is_empty() {
            write!(f, "\naccepted: {}", self.accepted.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

/// A file's text, to find the place of what is wrong in it.
#[derive(Clone, Debug, Default)]
pub struct Source {
    pub file: String,
    pub text: String,
}

impl Source {
    /// A mistake at a byte offset.
    pub fn at(&self, offset: usize, field: &str, message: String) -> Fault {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Fault { file: self.file.clone(), line, column, field: field.into(), message, accepted: Vec::new() }
    }

    /// A mistake about a name that stands in the file: its place is the name's first occurrence as
    /// a string, else as a bare word, after `context` where that is given.
    pub fn about(&self, name: &str, context: &str, field: &str, message: String) -> Fault {
        let from = self.text.find(context).unwrap_or(0);
        let tail = &self.text[from..];
        let quoted = [format!("\"{name}\""), format!("'{name}'"), name.to_owned()];
        let found = quoted.iter().find_map(|q| Some(tail.find(q.as_str())? + usize::from(q != name)));
        match found {
            Some(offset) => self.at(from + offset, field, message),
            None => Fault { line: 0, column: 0, ..self.at(0, field, message) },
        }
    }

    /// The key whose value begins at a byte offset, with its table; empty where it cannot be told.
    fn field_at(&self, offset: usize) -> String {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let open = |c: char| c.is_whitespace() || c == '[';
        let Some(head) = before.trim_end_matches(open).strip_suffix('=') else { return String::new() };
        let key = |c: char| c.is_alphanumeric() || "-_.".contains(c);
        let name = head.trim_end().rsplit(|c| !key(c)).next().unwrap_or("");
        let table =
            before.lines().rev().find(|l| l.starts_with('[')).map(|l| l.trim_matches(['[', ']', ' ']));
        table.map_or_else(|| name.to_owned(), |table| format!("{table}.{name}"))
    }

    /// A mistake of the file as a whole.
    pub fn whole(&self, field: &str, message: String) -> Fault {
        Fault { line: 0, column: 0, ..self.at(0, field, message) }
    }
}

/// Says what would have been accepted.
pub fn accepting<S: ToString>(mut fault: Fault, accepted: impl IntoIterator<Item = S>) -> Fault {
    fault.accepted = accepted.into_iter().map(|s| s.to_string()).collect();
    fault
}

/// Parses TOML; a syntax or type error keeps its line and column.
pub fn parse<T: serde::de::DeserializeOwned>(source: &Source) -> Result<T, Fault> {
    toml::from_str(&source.text).map_err(|e| {
        let offset = e.span().map_or(0, |s| s.start);
        let message = e.message().trim().replace('\n', "; ");
        let (message, accepted) = match message.split_once(", expected one of ") {
            Some((what, list)) => {
                (what.to_owned(), list.replace('`', "").split(", ").map(str::to_owned).collect())
            }
            None => (message, Vec::new()),
        };
        let field = if message.starts_with("invalid ") { source.field_at(offset) } else { String::new() };
        accepting(source.at(offset, &field, wanted(&message)), accepted as Vec<String>)
    })
}

/// What TOML says of a value of the wrong type, in a user's words.
fn wanted(message: &str) -> String {
    let told = message.split_once(": ").filter(|(kind, _)| ["invalid type", "invalid value"].contains(kind));
    let Some((found, expected)) = told.and_then(|(_, rest)| rest.split_once(", expected ")) else {
        return message.to_owned();
    };
    let wanted = match expected {
        "u32" | "u64" | "usize" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a string" | "string" => "a text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list in brackets",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    format!("{wanted} is wanted, not {}", found.replace("sequence", "a list").replace("map", "a table"))
}
