//! The page as one HTML file that opens offline: no script, nothing from outside, and every string
//! that is not our own made visible and escaped on its way out.

use minijinja::{Environment, Output, State, UndefinedBehavior, Value};

use crate::escape::{TEXT_BYTES_MAX, visible};
use crate::view::PageView;
use crate::{Figure, Page};

/// A fault in the template, which is part of this crate.
pub type TemplateError = minijinja::Error;

/// The report: title, study, models, what was found in words; each scenario with its figures,
/// tables and transcripts; cost, caveats, how to make it again, bill of materials.
pub fn render(page: &Page, figures: &[(String, Figure)]) -> Result<String, TemplateError> {
    let view = PageView::new(page, figures);
    environment()?.get_template("page.html")?.render(Value::from_serialize(&view))
}

fn environment() -> Result<Environment<'static>, TemplateError> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_trim_blocks(true);
    env.set_lstrip_blocks(true);
    env.set_formatter(harmless);
    env.add_template("style.css", include_str!("../templates/style.css"))?;
    env.add_template("page.html", include_str!("../templates/page.html"))?;
    env.add_template("scenario.html", include_str!("../templates/scenario.html"))?;
    env.add_template("tables.html", include_str!("../templates/tables.html"))?;
    env.add_template("symbols.html", include_str!("../templates/symbols.html"))?;
    env.add_template("replay.html", include_str!("../templates/replay.html"))?;
    env.add_template("replay.css", include_str!("../templates/replay.css"))?;
    env.add_template("dossier.html", include_str!("../templates/dossier.html"))?;
    env.add_template("transcript.html", include_str!("../templates/transcript.html"))?;
    Ok(env)
}

/// All output of the template passes here, so that no place can forget to escape.
fn harmless(out: &mut Output, _: &State, value: &Value) -> Result<(), TemplateError> {
    let text = value.to_string();
    match value.is_safe() {
        true => out.write_str(&text)?,
        false => out.write_str(&escaped(&visible(&text, TEXT_BYTES_MAX)))?,
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_of_the_text_is_markup(text in any::<String>()) {
            let mut env = Environment::new();
            env.set_formatter(harmless);
            let out = env.render_str("{{ text }}", minijinja::context! { text });
            let out = out.map_err(|e| TestCaseError::fail(e.to_string()))?;
            let acts = out.contains(['<', '>', '"', '\'', '\x1b', '\u{202e}']);
            prop_assert!(!acts);
        }
    }
}
