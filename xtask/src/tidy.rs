//! House rules that no compiler holds: over all files, as texts.

use std::collections::BTreeMap;

/// Paths from the root, with `/`, and texts.
pub type Tree = BTreeMap<String, String>;

const LINES_MAX: usize = 600;
const CODE: [&str; 7] = [".rs", ".py", ".js", ".css", ".html", ".sh", ".ci/run"];

/// What nothing is committed with. In two halves, so that this file passes.
const UNFINISHED: [(&str, &str); 5] =
    [("to", "do!("), ("unimpl", "emented!("), ("FIX", "ME"), ("XX", "X"), ("db", "g!(")];

/// What would make a test depend on the clock. In two halves as well.
const WAITING: [(&str, &str); 2] = [("thread::", "sleep"), ("time::", "sleep")];

const PURE: [&str; 5] = ["trace", "stats", "world", "guard", "report"];
const IMPURE: [&str; 5] = ["std::fs", "SystemTime", "Instant::now", "tokio", "reqwest"];

const PAGE_HEADINGS: [&str; 5] = ["Question", "Source", "Factors", "Controls", "Known limits"];
const BIBLIOGRAPHY: &str = "docs/bibliography.bib";

/// Every violation, with its place.
pub fn violations(tree: &Tree) -> Vec<String> {
    let rules = [short_files, finished, tests_wait_for_nothing, reasons, headers, pure, scenarios];
    rules.iter().flat_map(|rule| rule(tree)).collect()
}

fn rust(tree: &Tree) -> impl Iterator<Item = (&String, &String)> {
    tree.iter().filter(|(path, _)| path.ends_with(".rs"))
}

/// Numbered lines of a text for which `bad` has something to say.
fn lines(path: &str, text: &str, bad: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let told = |(at, line): (usize, &str)| Some(format!("{path}:{}: {}", at + 1, bad(line)?));
    text.lines().enumerate().filter_map(told).collect()
}

fn short_files(tree: &Tree) -> Vec<String> {
    let code = tree.iter().filter(|(path, _)| CODE.iter().any(|end| path.ends_with(end)));
    let long = code.filter(|(_, text)| text.lines().count() > LINES_MAX);
    long.map(|(path, text)| format!("{path}: {} lines; at most {LINES_MAX}", text.lines().count())).collect()
}

fn finished(tree: &Tree) -> Vec<String> {
    let bad = |line: &str| {
        let words = UNFINISHED.iter().map(|(a, b)| format!("{a}{b}"));
        words.into_iter().find(|word| line.contains(word.as_str())).map(|word| format!("`{word}`"))
    };
    rust(tree).flat_map(|(path, text)| lines(path, text, bad)).collect()
}

fn tests_wait_for_nothing(tree: &Tree) -> Vec<String> {
    let bad = |line: &str| {
        let words = WAITING.iter().map(|(a, b)| format!("{a}{b}"));
        words.into_iter().find(|w| line.contains(w.as_str())).map(|w| format!("`{w}` in a test"))
    };
    rust(tree).flat_map(|(path, text)| lines(path, &test_code(path, text), bad)).collect()
}

/// The text with everything blanked that is no test; line numbers stay.
fn test_code(path: &str, text: &str) -> String {
    if path.contains("/tests/") || path.ends_with("/tests.rs") {
        return text.to_owned();
    }
    let lines: Vec<&str> = text.lines().collect();
    // `mod tests { … }` closes a file; `mod tests;` is a file of its own.
    let opens = |at: &usize| {
        lines[*at].trim() == "#[cfg(test)]" && lines.get(at + 1).is_some_and(|l| l.trim_end().ends_with('{'))
    };
    let begin = (0..lines.len()).find(opens).unwrap_or(lines.len());
    "\n".repeat(begin) + &lines[begin..].join("\n")
}

fn reasons(tree: &Tree) -> Vec<String> {
    let bad = |line: &str| {
        let line = line.trim_start();
        (line.starts_with("#[ignore") && !line.starts_with("#[ignore = \""))
            .then(|| "a test is left out without a reason".to_owned())
    };
    rust(tree).flat_map(|(path, text)| lines(path, text, bad)).collect()
}

fn headers(tree: &Tree) -> Vec<String> {
    let bare = rust(tree).filter(|(path, text)| path.ends_with("src/lib.rs") && !text.starts_with("//!"));
    bare.map(|(path, _)| format!("{path}: does not open with `//!`")).collect()
}

fn pure(tree: &Tree) -> Vec<String> {
    let inside = |path: &str| PURE.iter().any(|name| path.starts_with(&format!("crates/{name}/src/")));
    let bad = |line: &str| {
        let code = !line.trim_start().starts_with("//");
        let word = IMPURE.iter().find(|word| code && line.contains(*word))?;
        Some(format!("`{word}` in a pure crate"))
    };
    rust(tree).filter(|(path, _)| inside(path)).flat_map(|(path, text)| lines(path, text, bad)).collect()
}

/// Each scenario has its page, and its source is in the bibliography.
fn scenarios(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in tree {
        let name = path.strip_prefix("scenarios/").and_then(|p| p.strip_suffix("/scenario.toml"));
        let Some(name) = name else { continue };
        let page = format!("docs/scenarios/{name}.md");
        match tree.get(&page) {
            None => found.push(format!("{path}: there is no page {page}")),
            Some(text) => found.extend(missing_headings(&page, text)),
        }
        let key = toml::from_str::<toml::Table>(text).ok();
        let key = key.as_ref().and_then(|t| t.get("source")).and_then(toml::Value::as_str).unwrap_or("");
        let books = tree.get(BIBLIOGRAPHY).map_or("", String::as_str);
        if key.is_empty() || !books.contains(&format!("{{{key},")) {
            found.push(format!("{path}: its source `{key}` is not in {BIBLIOGRAPHY}"));
        }
    }
    found
}

fn missing_headings(page: &str, text: &str) -> Vec<String> {
    let heading = |line: &str| line.strip_prefix('#').map(|l| l.trim_start_matches('#').trim().to_owned());
    let has: Vec<String> = text.lines().filter_map(heading).collect();
    let missing = PAGE_HEADINGS.iter().filter(|wanted| !has.iter().any(|h| h == *wanted));
    missing.map(|wanted| format!("{page}: there is no heading `{wanted}`")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let tree = files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect();
        assert_eq!(violations(&tree), expected);
    }

    #[test]
    fn a_tidy_tree_has_no_violations() {
        check(
            &[
                ("crates/trace/src/lib.rs", "//! Knows no tokio.\n\nmod tests;\n"),
                ("scenarios/offer/scenario.toml", "source = \"secret-2026\"\n"),
                (
                    "docs/scenarios/offer.md",
                    "# offer\n## Question\n## Source\n## Factors\n## Controls\n## Known limits\n",
                ),
                ("docs/bibliography.bib", "@misc{secret-2026,\n title = {A}\n}\n"),
            ],
            &[],
        );
    }

    #[test]
    fn long_files_are_told() {
        check(
            &[("a.py", &"\n".repeat(601)), ("a.jsonl", &"\n".repeat(601))],
            &["a.py: 601 lines; at most 600"],
        );
    }

    #[test]
    fn unfinished_code_is_told() {
        let code = format!("fn a() {{\n    {}{});\n}}", "to", "do!(\"later\"");
        check(&[("a.rs", &code)], &[&format!("a.rs:2: `{}{}`", "to", "do!(")]);
    }

    #[test]
    fn waiting_is_told_in_tests_alone() {
        let wait = format!("std::{}{}(pause);", "thread::", "sleep");
        let told = format!("`{}{}` in a test", "thread::", "sleep");
        let unit = format!("fn poll() {{ {wait} }}\n#[cfg(test)]\nmod tests {{\n{wait}\n}}");
        let outside = format!("#[cfg(test)]\nmod tests;\nfn poll() {{ {wait} }}");
        check(
            &[("a/src/a.rs", &outside), ("a/src/b.rs", &unit), ("a/tests/c.rs", &wait)],
            &[&format!("a/src/b.rs:4: {told}"), &format!("a/tests/c.rs:1: {told}")],
        );
    }

    #[test]
    fn a_left_out_test_without_reason_is_told() {
        check(
            &[("a.rs", "#[ignore]\n    #[ignore = \"needs a model\"]\n")],
            &["a.rs:1: a test is left out without a reason"],
        );
    }

    #[test]
    fn a_crate_without_header_is_told() {
        check(&[("crates/a/src/lib.rs", "mod b;\n")], &["crates/a/src/lib.rs: does not open with `//!`"]);
    }

    #[test]
    fn io_in_a_pure_crate_is_told() {
        let code = "let now = Instant::now();\n";
        check(
            &[("crates/store/src/a.rs", code), ("crates/world/src/a.rs", code)],
            &["crates/world/src/a.rs:1: `Instant::now` in a pure crate"],
        );
    }

    #[test]
    fn a_scenario_without_page_or_source_is_told() {
        check(
            &[
                ("docs/scenarios/b.md", "## Question\n## Source\n## Factors\n## Controls\n"),
                ("scenarios/a/scenario.toml", "source = \"x\""),
                ("scenarios/b/scenario.toml", ""),
            ],
            &[
                "scenarios/a/scenario.toml: there is no page docs/scenarios/a.md",
                "scenarios/a/scenario.toml: its source `x` is not in docs/bibliography.bib",
                "docs/scenarios/b.md: there is no heading `Known limits`",
                "scenarios/b/scenario.toml: its source `` is not in docs/bibliography.bib",
            ],
        );
    }
}
