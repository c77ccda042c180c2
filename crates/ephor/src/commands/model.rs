//! `ephor model`: models on this machine.

use super::json;
use super::list::ListRow;
use crate::args::ModelCommand;
use crate::exit::Exit;
use crate::providers::local;
use crate::screen::{self, Screen};
use model::Model;

pub fn model(command: &ModelCommand) -> Result<(), Exit> {
    let screen = Screen::new(None);
    match command {
        ModelCommand::List { json: true } => json(&rows()),
        ModelCommand::List { json: false } => {
            rows().iter().for_each(|r| screen::out(&format!("{:34}  {}\n", r.name, r.about)));
            Ok(())
        }
        ModelCommand::Fetch { name } => {
            let model = local(name, &screen)?;
            screen::out(&format!("{}  {}\n", model.card().name, model.card().identity));
            Ok(())
        }
        ModelCommand::Info { name, bench, json } => info(name, *bench, *json, &screen),
    }
}

/// Every provider, as a shelf.
pub fn rows() -> Vec<ListRow> {
    let mut rows = vec![
        ListRow::of("local/smollm2".into(), "SmolLM2-135M-Instruct on this machine; options scored exactly".into()),
        ListRow::of("local/<path>.gguf".into(), "any Llama-family GGUF".into()),
        ListRow::of("control/<name>".into(), "scripted models of known disposition: ephor list controls".into()),
        ListRow::of("replay/<run>".into(), "the answers of an earlier run".into()),
    ];
    let hosted = model::openai::PROVIDERS.iter();
    rows.extend(hosted.map(|name| ListRow::of((*name).to_owned(), "hosted, over OpenAI chat-completions".into())));
    rows
}

fn info(name: &str, bench: bool, as_json: bool, screen: &Screen) -> Result<(), Exit> {
    let model = local(name, screen)?;
    let facts = model.facts();
    let speed = bench.then(|| model.bench()).transpose().map_err(Exit::broken)?;
    if as_json {
        return json(&serde_json::json!({"model": model.card(), "facts": facts, "bench": speed}));
    }
    screen::out(&format!("{}\nsha256 {}\n{facts}\n", model.card().name, model.card().identity));
    if let Some(speed) = speed {
        screen::out(&format!("{speed}\n"));
    }
    Ok(())
}
