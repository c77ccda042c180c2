//! `ephor guard verify-log`: a log against what was signed of it.

use super::plain::bounded;
use crate::args::VerifyLog;
use crate::commands::json;
use crate::exit::Exit;
use crate::screen;
use guard::payload::{FOLDER, Payload};
use guard::verify::{Audit, Broken, Head, Payloads, Sealed};
use serde_json::json as value;
use std::path::{Path, PathBuf};

/// Most bytes of a checkpoint or a key.
const NOTE_BYTES_MAX: u64 = 1_000_000;
/// Most bytes of a file below `tile/`: 256 leaves of the greatest length.
const TILE_BYTES_MAX: u64 = 256 * (2 + guard::book::LEAF_BYTES_MAX as u64);
/// Most bytes of a file of entries.
const FILE_BYTES_MAX: u64 = 4 << 30;
/// Most bytes of a sealed payload: what was refused may have been longer than any request that is read.
const PAYLOAD_BYTES_MAX: u64 = 16 << 20;
/// Most characters of a payload on a screen; JSON has all of them.
const SHOWN_CHARS_MAX: usize = 2_000;
/// Folders in folders below `tile/`: a level and the groups of a number.
const DEPTH_MAX: usize = 10;

/// A checkpoint that was read.
struct Signed {
    file: PathBuf,
    head: Head,
}

pub fn verify_log(args: &VerifyLog) -> Result<(), Exit> {
    let log = &args.log;
    let is_folder = std::fs::metadata(log).map_err(|e| unread(log, &e))?.is_dir();
    let keys = keys(args, is_folder)?;
    let kept = !args.checkpoint.is_empty();
    let (origin, signed, mut broken) = heads(&checkpoints(args, is_folder)?, &keys)?;
    let heads: Vec<Head> = signed.iter().map(|signed| signed.head.clone()).collect();
    let reader = reader(args)?;
    let mut audit = match is_folder {
        true => {
            let (names, payloads) = (names(log)?, payloads(log)?);
            let read = |name: &str| bounded(&log.join(name), TILE_BYTES_MAX).map_err(|e| e.to_string());
            let boxes = log.join(FOLDER);
            let open = |name: &str| bounded(&boxes.join(name), PAYLOAD_BYTES_MAX).map_err(|e| e.to_string());
            let sealed = payloads.as_ref().map(|names| Sealed {
                names,
                read: &open,
                reader: reader.as_deref(),
                show: &args.show,
            });
            Audit::of_folder(&names, &read, &heads, sealed.as_ref())
        }
        false => Audit::of_file(&bounded(log, FILE_BYTES_MAX).map_err(|e| unread(log, &e))?, &heads),
    };
    broken.append(&mut audit.broken);
    audit.broken = broken;
    if reader.is_some() && audit.payloads.is_none() {
        let place = log.join(FOLDER);
        return Err(Exit::usage(format!(
            "{}: no sealed payloads\nhint: leave --reader out",
            place.display()
        )));
    }
    if args.json {
        json(&document(args, &origin, kept, &signed, &audit))?;
    } else {
        screen::out(&told(args, &origin, kept, &signed, &audit));
    }
    match audit.broken.len() {
        0 => Ok(()),
        _ => Err(Exit { told: args.json, ..Exit::failed(words(log, &audit.broken)) }),
    }
}

/// The checkpoints to hold the log against: those that were kept, and the folder's own.
fn checkpoints(args: &VerifyLog, is_folder: bool) -> Result<Vec<PathBuf>, Exit> {
    let own = args.log.join("checkpoint");
    let mut all = args.checkpoint.clone();
    if is_folder && own.is_file() {
        all.push(own);
    }
    if all.is_empty() {
        let log = args.log.display();
        return Err(Exit::usage(format!(
            "{log}: no checkpoint\nhint: --checkpoint FILE names one that you or a witness kept; without one \
             nothing vouches for a log"
        )));
    }
    Ok(all)
}

/// The keys as text, whether they were typed or lie in files.
fn keys(args: &VerifyLog, is_folder: bool) -> Result<Vec<String>, Exit> {
    let own = args.log.join("key");
    let mut given = args.key.clone();
    if given.is_empty() && is_folder && own.is_file() {
        given.push(own.to_string_lossy().into_owned());
    }
    if given.is_empty() {
        let log = args.log.display();
        return Err(Exit::usage(format!(
            "{log}: no key\nhint: --key takes the log's key, name+id+key, or a file with it; the log's operator \
             publishes it"
        )));
    }
    given.iter().map(|key| text_of(key)).collect()
}

fn text_of(key: &str) -> Result<String, Exit> {
    let path = Path::new(key);
    let text = match path.is_file() {
        true => String::from_utf8(bounded(path, NOTE_BYTES_MAX).map_err(|e| unread(path, &e))?)
            .map_err(|e| Exit::usage(format!("{}: {e}", path.display())))?,
        false => key.to_owned(),
    };
    let text = text.trim();
    match guard::Operators::new(&[text.to_owned()], 1) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Exit::usage(format!(
            "--key: `{key}` is no file and no key\naccepted: a file, or name+id+key as C2SP signed notes write it"
        ))),
    }
}

type Heads = (String, Vec<Signed>, Vec<Broken>);

/// What was signed. A checkpoint that the log's key has not signed is a finding, not a mistake.
fn heads(files: &[PathBuf], keys: &[String]) -> Result<Heads, Exit> {
    let (mut origin, mut signed, mut broken) = (None, Vec::new(), Vec::new());
    for file in files {
        let bytes = bounded(file, NOTE_BYTES_MAX).map_err(|e| unread(file, &e))?;
        let unsigned = |why: String| Broken::Unsigned(format!("checkpoint {}: {why}", file.display()));
        match Head::of_log(&bytes, keys) {
            Ok((of, _)) if origin.as_ref().is_some_and(|known| *known != of) => {
                broken.push(unsigned(format!("it is of another log, `{of}`")));
            }
            Ok((of, head)) => {
                origin = Some(of);
                signed.push(Signed { file: file.clone(), head });
            }
            Err(why) => broken.push(unsigned(why)),
        }
    }
    Ok((origin.unwrap_or_default(), signed, broken))
}

/// The key that opens sealed payloads.
fn reader(args: &VerifyLog) -> Result<Option<String>, Exit> {
    let Some(path) = &args.reader else { return Ok(None) };
    let bytes = bounded(path, NOTE_BYTES_MAX).map_err(|e| unread(path, &e))?;
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    match guard::payload::reader_of(&text) {
        Ok(_) => Ok(Some(text)),
        Err(why) => {
            Err(Exit::usage(format!("{}: {why}\naccepted: a file with 64 hex digits", path.display())))
        }
    }
}

/// The names below `payload/`, sorted; nothing where there is no such folder.
fn payloads(log: &Path) -> Result<Option<Vec<String>>, Exit> {
    let folder = log.join(FOLDER);
    if !folder.is_dir() {
        return Ok(None);
    }
    let read = std::fs::read_dir(&folder).map_err(|e| unread(&folder, &e))?;
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        Ok(entry.map_err(|e| unread(&folder, &e))?.file_name().to_string_lossy().into_owned())
    };
    let mut names = read.map(name).collect::<Result<Vec<String>, Exit>>()?;
    names.sort();
    Ok(Some(names))
}

/// The files below `tile/`, sorted, with slashes.
fn names(log: &Path) -> Result<Vec<String>, Exit> {
    let (mut found, mut folders) = (Vec::new(), vec![("tile".to_owned(), 0)]);
    while let Some((folder, depth)) = folders.pop() {
        let path = log.join(&folder);
        let entries = std::fs::read_dir(&path).map_err(|e| {
            let hint = "\nhint: a log's folder has `tile/entries/…`; one file of entries is named itself";
            Exit::usage(format!("{}: {e}{}", path.display(), if depth == 0 { hint } else { "" }))
        })?;
        for entry in entries {
            let entry = entry.map_err(|e| unread(&path, &e))?;
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            match entry.file_type().map_err(|e| unread(&path, &e))?.is_dir() && depth < DEPTH_MAX {
                true => folders.push((name, depth + 1)),
                false => found.push(name),
            }
        }
    }
    found.sort();
    Ok(found)
}

fn unread(path: &Path, e: &std::io::Error) -> Exit {
    Exit::usage(format!("{}: {e}", path.display()))
}

fn document(
    args: &VerifyLog,
    origin: &str,
    kept: bool,
    signed: &[Signed],
    audit: &Audit,
) -> serde_json::Value {
    let effects = audit.effects;
    let head = |s: &Signed| value!({ "file": s.file, "size": s.head.size, "root": s.head.root_text() });
    let broken = |b: &Broken| value!({ "kind": b.kind(), "why": b.to_string() });
    value!({
        "log": args.log, "origin": origin, "verified": audit.broken.is_empty(),
        "trust": if kept { "kept" } else { "own" },
        "leaves": audit.leaves, "attested": audit.attested, "torn_bytes": audit.torn_bytes,
        "files": audit.files, "checkpoints": signed.iter().map(head).collect::<Vec<_>>(),
        "effects": { "allowed": effects.allowed, "done": effects.done, "failed": effects.failed,
            "unknown": effects.unknown },
        "payloads": audit.payloads.as_ref().map(|p| value!({
            "decisions": p.decisions, "kept": p.kept, "opened": p.opened,
            "shown": p.shown.iter().map(|(leaf, p)| value!({ "leaf": leaf, "principal": p.principal,
                "method": p.method, "text": p.text, "question": p.question })).collect::<Vec<_>>(),
        })),
        "broken": audit.broken.iter().map(broken).collect::<Vec<_>>(),
    })
}

fn told(args: &VerifyLog, origin: &str, kept: bool, signed: &[Signed], audit: &Audit) -> String {
    let mut text = format!("{}  {}\n", args.log.display(), report::one_line(origin, 200));
    for Signed { file, head } in signed {
        text += &format!("checkpoint  {} leaves, root {}  {}\n", head.size, head.root_text(), file.display());
    }
    let newer = audit.leaves.saturating_sub(audit.attested);
    text += &format!("leaves      {}", audit.leaves);
    text += &match newer {
        0 => "\n".to_owned(),
        n => format!(", {n} of them newer than any checkpoint: nobody vouches for those yet\n"),
    };
    let effects = audit.effects;
    text += &format!(
        "effects     {} allowed: {} done, {} failed, {} unknown, {} not begun\n",
        effects.allowed,
        effects.done,
        effects.failed,
        effects.unknown,
        effects.allowed.saturating_sub(effects.done + effects.failed + effects.unknown)
    );
    if let Some(Payloads { decisions, kept, opened, shown }) = &audit.payloads {
        let opened = match args.reader {
            Some(_) => format!("{opened} files opened, each what its leaf names"),
            None => "sealed: --reader FILE opens them".into(),
        };
        text += &format!("payloads    of {kept} of {decisions} decisions, {opened}\n");
        for (leaf, Payload { principal, method, text: said, question }) in shown {
            let line = |text: &str| report::one_line(text, SHOWN_CHARS_MAX);
            let to =
                question.as_ref().map(|question| format!(" to `{}`", line(question))).unwrap_or_default();
            text += &format!("  {leaf}  {} {}{to}: {}\n", line(principal), line(method), line(said));
        }
    }
    if audit.torn_bytes > 0 {
        let bytes = audit.torn_bytes;
        text += &format!("torn        {bytes} bytes of an entry that was never acknowledged\n");
    }
    if !kept {
        text += "trust       the folder's own checkpoint, which whoever writes the folder can put back\n            \
                 hint: --checkpoint FILE, one that you kept\n";
    }
    if audit.broken.is_empty() {
        text += &format!(
            "whole: nothing of the first {} leaves was changed, taken out or cut off\n",
            audit.attested
        );
    }
    text
}

/// What is wrong, and what to do.
fn words(log: &Path, broken: &[Broken]) -> String {
    let mut lines = vec![format!("{}: the log is not what was signed", log.display())];
    lines.extend(broken.iter().take(20).map(|b| format!("{}: {b}", b.kind())));
    if broken.len() > 20 {
        lines.push(format!("and {} more", broken.len() - 20));
    }
    let forked = broken.iter().any(|b| matches!(b, Broken::Forked { .. }));
    lines.push(match forked {
        true => "hint: the log has shown two faces: keep both checkpoints, they are the proof".to_owned(),
        false => {
            "hint: keep the log and the checkpoint as they are; take the log from a copy and verify that"
                .to_owned()
        }
    });
    lines.join("\n")
}
