//! `ephor label`: a person reads what an agent said and gives it labels, blind to everything else.

use super::json;
use crate::args::Label;
use crate::exit::Exit;
use crate::session::{Calibrated, Session};
use crate::{log, screen};
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use store::RunFolder;
use study::judge::{LABELS_FILE, Question, Subject, label_line, matters, rubric};
use trace::{Name, digest};

pub fn label(args: &Label) -> Result<(), Exit> {
    let folder = log::find(&args.log_dir, &args.run)?;
    let file = log::run_file(&folder)?;
    let session = Session::recorded(&file, file.study().map_err(Exit::usage)?)?;
    let matters = matters(&session.study, &session.casts, &folder)?;
    if matters.is_empty() {
        return Err(Exit::usage(format!(
            "no model said anything in {}: there is nothing to label\nhint: offices and questions for \
             reasons have words; `ephor list runs` names the runs",
            folder.path.display()
        )));
    }
    read_all(args, &folder, &matters)?;
    let page = session.page(&folder, Calibrated::default())?;
    if args.json {
        return json(&page.findings.agreements);
    }
    screen::out(&report::agreements(&page.findings, screen::width(), screen::colour()));
    Ok(())
}

/// Shows what is not labelled yet, one after the other.
fn read_all(args: &Label, folder: &RunFolder, matters: &BTreeMap<Name, String>) -> Result<(), Exit> {
    let known = log::person_labels(folder)?;
    let known = known.get(&args.by);
    let is_known = |name: &Name| known.is_some_and(|k| k.contains_key(&Subject::Episode(name.clone())));
    let mut left: Vec<&Name> = matters.keys().filter(|name| !is_known(name)).collect();
    // In an order of one's own, which knows no cell.
    left.sort_by_key(|name| digest(format!("{}/{name}", args.by).as_bytes()));
    screen::note(&format!(
        "{} of {} transcripts have your labels",
        matters.len() - left.len(),
        matters.len()
    ));
    left.truncate(args.limit.map_or(usize::MAX, |l| l as usize));
    let mut input = std::io::stdin().lock();
    let mut at = 0;
    while let Some(name) = left.get(at) {
        screen::note(&format!(
            "\n{} of {}\n{}",
            at + 1,
            left.len(),
            report::visible(&matters[*name], 8 << 10)
        ));
        match read_one(&mut input)? {
            Said::Labels(labels) => {
                keep(folder, &label_line(&args.by, name, &labels).map_err(Exit::broken)?)?
            }
            Said::Skip => {}
            Said::Back => {
                at = at.saturating_sub(1);
                continue;
            }
            Said::Quit => break,
        }
        at += 1;
    }
    Ok(())
}

/// What a person wants with one transcript.
enum Said {
    Labels(BTreeMap<String, String>),
    Skip,
    Back,
    Quit,
}

fn read_one(input: &mut impl BufRead) -> Result<Said, Exit> {
    let mut labels = BTreeMap::new();
    for question in &rubric().question {
        screen::note(&format!("\n{}", question.ask[0]));
        for label in &question.label {
            screen::note(&format!("  {:9} {}", label.name, label.says));
        }
        loop {
            prompt(&question.name);
            let mut line = String::new();
            if input.read_line(&mut line).map_err(Exit::broken)? == 0 {
                return Ok(Said::Quit);
            }
            match line.trim().to_lowercase().as_str() {
                "s" | "skip" => return Ok(Said::Skip),
                "b" | "back" => return Ok(Said::Back),
                "q" | "quit" => return Ok(Said::Quit),
                typed => match chosen(question, typed) {
                    Ok(label) => {
                        labels.insert(question.name.clone(), label);
                        break;
                    }
                    Err(why) => screen::note(&why),
                },
            }
        }
    }
    Ok(Said::Labels(labels))
}

fn prompt(question: &str) {
    if std::io::stdin().is_terminal() {
        let mut stderr = std::io::stderr();
        let _ = write!(stderr, "{question}: ").and_then(|()| stderr.flush());
    }
}

/// The one label that begins as typed.
fn chosen(question: &Question, typed: &str) -> Result<String, String> {
    let names = question.labels();
    let mut beginning = names.iter().filter(|name| !typed.is_empty() && name.starts_with(typed));
    match (beginning.next(), beginning.next()) {
        (Some(name), None) => Ok(name.clone()),
        (Some(one), Some(other)) => Err(format!("`{typed}` may be {one} or {other}: type more of it")),
        _ => Err(format!("type the beginning of one of: {}; or s, b, q", names.join(", "))),
    }
}

/// Adds a line. The file is written whole or not at all, so a kill tears none.
fn keep(folder: &RunFolder, line: &str) -> Result<(), Exit> {
    let mut text = match folder.path.join(LABELS_FILE).exists() {
        true => folder.read(LABELS_FILE)?,
        false => String::new(),
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    folder.write(LABELS_FILE, (text + line).as_bytes())?;
    Ok(())
}
