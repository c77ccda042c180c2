//! `ephor model`: models on this machine.

use super::json;
use super::list::Row;
use crate::args::ModelCommand;
use crate::exit::Exit;
use crate::providers::local;
use crate::screen::{self, Screen};
use model::Model;
use openweights::Settings;
use openweights::bench::{Speed, measure};
use openweights::engine::pool;

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
pub fn rows() -> Vec<Row> {
    let mut rows = vec![
        Row::of(
            "local/smollm2".into(),
            "SmolLM2-135M-Instruct on this machine; options scored exactly".into(),
        ),
        Row::of("local/<path>.gguf".into(), "any Llama-family GGUF".into()),
        Row::of("control/<name>".into(), "scripted models of known disposition: ephor list controls".into()),
        Row::of("player/<name>".into(), "scripted players of a game, without text: ephor list worlds".into()),
        Row::of("replay/<run>".into(), "the answers of an earlier run".into()),
    ];
    let hosted = model::hosted::PROVIDERS.iter();
    rows.extend(hosted.map(|(name, about)| Row::of((*name).to_owned(), (*about).to_owned())));
    rows
}

fn info(name: &str, bench: bool, as_json: bool, screen: &Screen) -> Result<(), Exit> {
    let model = local(name, screen)?;
    let file = model.engine().model();
    let speeds = if bench {
        let pool = pool(Settings::default().threads).map_err(Exit::broken)?;
        pool.install(|| measure(file, &[1, 8, 32], 3))
    } else {
        Vec::new()
    };
    let shape = file.shape();
    let facts = [
        ("blocks", shape.blocks),
        ("hidden", shape.hidden),
        ("heads", shape.heads),
        ("kv-heads", shape.kv_heads),
        ("vocabulary", shape.vocabulary),
        ("context", shape.context),
    ];
    if as_json {
        let speed = |s: &Speed| {
            serde_json::json!({"batch": s.batch, "prefill_tokens_per_s": s.prefill_tokens_per_s,
                "decode_tokens_per_s": s.decode_tokens_per_s, "options_per_s": s.options_per_s})
        };
        let speeds: Vec<_> = speeds.iter().map(speed).collect();
        let facts: std::collections::BTreeMap<_, _> = facts.into_iter().collect();
        return json(&serde_json::json!({"model": model.card(), "facts": facts, "bench": speeds}));
    }
    let mut text = format!("{}\nsha256 {}\n", model.card().name, model.card().identity);
    facts.iter().for_each(|(name, value)| text += &format!("{name} {value}\n"));
    for s in &speeds {
        text += &format!(
            "batch {:2}: {:6.0} prefill tokens/s, {:6.0} decode tokens/s, {:6.0} options/s with a shared prefix\n",
            s.batch, s.prefill_tokens_per_s, s.decode_tokens_per_s, s.options_per_s
        );
    }
    screen::out(&text);
    Ok(())
}
