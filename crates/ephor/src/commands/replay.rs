//! `ephor replay`: plays again from the record; byte-equal, or an error.

use super::{json, runtime};
use crate::args::Replay;
use crate::exit::Exit;
use crate::{log, screen};
use trace::End;

pub fn replay(args: &Replay) -> Result<(), Exit> {
    let folder = log::find(&args.log_dir, &args.run)?;
    let study = log::run_file(&folder)?.study().map_err(Exit::usage)?;
    let wanted = args.episode.as_deref().unwrap_or("");
    let episodes = folder.episodes()?;
    let chosen: Vec<_> = episodes.values().filter(|e| e.name.as_str().starts_with(wanted)).collect();
    if chosen.is_empty() {
        return Err(Exit::usage(format!("there is no episode `{wanted}` in {}", folder.path.display())));
    }
    let runtime = runtime()?;
    let (mut equal, mut incomplete, mut broken) = (0, 0, Vec::new());
    for episode in chosen {
        if episode.end != End::Done {
            incomplete += 1;
            continue;
        }
        match runtime.block_on(study::replay(&study, episode)) {
            Ok(()) => equal += 1,
            Err(why) => broken.push(format!("{}: {why}", episode.name)),
        }
    }
    if args.json {
        json(&serde_json::json!({"equal": equal, "incomplete": incomplete, "different": broken}))?;
    } else {
        screen::out(&format!(
            "{equal} episodes played again byte-equal; {incomplete} incomplete ones left out\n"
        ));
    }
    if broken.is_empty() { Ok(()) } else { Err(Exit::failed(broken.join("\n"))) }
}
