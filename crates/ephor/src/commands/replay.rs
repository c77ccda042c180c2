//! `ephor replay`: plays again from the record; byte-equal, or an error.

use super::{json, runtime};
use crate::args::Replay;
use crate::exit::Exit;
use crate::{log, screen};
use std::collections::BTreeMap;
use trace::End;

pub fn replay(args: &Replay) -> Result<(), Exit> {
    let folder = log::find(&args.log_dir, &args.run)?;
    let study = log::run_file(&folder)?.study().map_err(Exit::usage)?;
    let wanted = args.episode.as_deref().unwrap_or("");
    let runtime = runtime()?;
    let (mut equal, mut incomplete, mut broken) = (0, 0, BTreeMap::new());
    // As they are read: games on record are larger than memory.
    folder.each(|episode| {
        if !episode.name.as_str().starts_with(wanted) {
            return;
        }
        if episode.end != End::Done {
            incomplete += 1;
            return;
        }
        match runtime.block_on(study::replay(&study, &episode)) {
            Ok(()) => equal += 1,
            Err(why) => drop(broken.insert(episode.name.to_string(), why)),
        }
    })?;
    if equal + incomplete + broken.len() == 0 {
        return Err(Exit::usage(format!("there is no episode `{wanted}` in {}", folder.path.display())));
    }
    let broken: Vec<String> = broken.into_iter().map(|(name, why)| format!("{name}: {why}")).collect();
    if args.json {
        json(&serde_json::json!({"equal": equal, "incomplete": incomplete, "different": broken}))?;
    } else {
        screen::out(&format!(
            "{equal} episodes played again byte-equal; {incomplete} incomplete ones left out\n"
        ));
    }
    if broken.is_empty() { Ok(()) } else { Err(Exit::failed(broken.join("\n"))) }
}
