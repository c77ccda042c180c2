//! From a bibliography key to words that a reader can look up.

/// The shipped bibliography.
const BIBLIOGRAPHY: &str = include_str!("../../../../docs/bibliography.bib");

/// Title, archive number and year of a key; the key itself where the bibliography does not hold it (a
/// user's own).
pub fn citation(key: &str) -> String {
    let Some(at) = BIBLIOGRAPHY.find(&format!("{{{key},")) else { return key.to_owned() };
    let entry = &BIBLIOGRAPHY[at..];
    let entry = &entry[..entry.find("\n}").unwrap_or(entry.len())];
    let parts = ["title", "eprint", "year"].map(|name| field(entry, name));
    let [title, eprint, year] = parts;
    let Some(title) = title else { return key.to_owned() };
    let eprint = eprint.map(|e| format!(", arXiv {e}")).unwrap_or_default();
    format!("{title}{eprint}{}", year.map(|y| format!(" ({y})")).unwrap_or_default())
}

/// The value of `name = {value}` in an entry, inner braces removed.
fn field(entry: &str, name: &str) -> Option<String> {
    let line = entry.lines().map(str::trim).find(|l| l.starts_with(name))?;
    let value = line.split_once('=')?.1.trim().trim_end_matches(',');
    Some(value.trim_matches(['{', '}', '"']).replace(['{', '}'], ""))
}

#[cfg(test)]
mod tests {
    use super::citation;

    #[test]
    fn shipped_sources_have_titles() {
        for key in ["voluntary-collusion-2026", "peer-preservation-2026", "false-presuppositions-2025"] {
            assert!(citation(key).contains("arXiv"), "{key}: {}", citation(key));
        }
        assert_eq!(citation("my-own"), "my-own");
    }
}
