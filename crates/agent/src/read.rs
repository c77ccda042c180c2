//! A text becomes one option, or none. Strict: better no answer than a wrong one.

use trace::Read;

/// How much of an answer is looked at, in bytes. What follows a clear first sentence is talk.
const LOOK: usize = 400;

/// Openings by which a model declines to answer at all. Compared in lower case, apostrophes
/// straightened.
const REFUSALS: [&str; 13] = [
    "i can't",
    "i cannot",
    "i can not",
    "i won't",
    "i will not answer",
    "i would rather not",
    "i'd rather not",
    "i'm sorry",
    "i am sorry",
    "sorry,",
    "i must decline",
    "i'm unable",
    "i am unable",
];

/// Whether a text opens by declining to answer.
pub fn declines(text: &str) -> bool {
    opens_with_refusal(&normal(text))
}

fn opens_with_refusal(normal: &str) -> bool {
    REFUSALS.iter().any(|r| normal.starts_with(r))
}

/// Reads which option a text chooses: its index, and how it was read.
///
/// A text chooses an option when it begins with it (case, quotes, emphasis and white space aside),
/// followed by its end or by something that is no letter or digit, and no other option stands as a
/// word of its own in the first 400 bytes. The longest matching option wins (`10` over `1`).
pub fn read_choice(text: &str, options: &[String]) -> (Option<usize>, Read) {
    let text = normal(text);
    if opens_with_refusal(&text) && !options.iter().any(|o| begins(&text, &normal(o))) {
        return (None, Read::Refused);
    }
    let wanted: Vec<String> = options.iter().map(|o| normal(o)).collect();
    let matching = (0..wanted.len()).filter(|i| begins(&text, &wanted[*i]));
    let Some(chosen) = matching.max_by_key(|i| wanted[*i].len()) else { return (None, Read::Unparsed) };
    let rest = &text[wanted[chosen].len()..];
    if wanted[chosen] == "yes" && denies(rest) {
        return (None, Read::Unparsed);
    }
    let other =
        (0..wanted.len()).any(|i| i != chosen && wanted[i] != wanted[chosen] && stands_in(rest, &wanted[i]));
    if other || wanted.iter().filter(|w| **w == wanted[chosen]).count() > 1 {
        return (None, Read::Unparsed);
    }
    (Some(chosen), Read::Parsed)
}

/// Words after a Yes that may take it back. Better no answer than a wrong one.
const DENIALS: [&str; 8] = ["not", "never", "decline", "refuse", "reject", "cannot", "nobody", "nothing"];

/// Whether what follows a Yes may take it back ("Yes, I decline").
fn denies(rest: &str) -> bool {
    let mut words = rest.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.any(|word| DENIALS.contains(&word) || word.ends_with("n't"))
}

/// Lower case, straight apostrophes, leading decoration removed, at most [`LOOK`] bytes.
fn normal(text: &str) -> String {
    let trimmed = text.trim_start_matches(|c: char| c.is_whitespace() || "\"'`*_«“‘([{>#-".contains(c));
    let mut end = trimmed.len().min(LOOK);
    while !trimmed.is_char_boundary(end) {
        end -= 1;
    }
    let clean = trimmed[..end].trim_end_matches(|c: char| c.is_whitespace() || ".\"'`*_»”’)]}".contains(c));
    clean.to_lowercase().replace('’', "'")
}

/// Whether `text` begins with the whole word or sentence `option`.
fn begins(text: &str, option: &str) -> bool {
    let next = text.strip_prefix(option).map(|rest| rest.chars().next());
    !option.is_empty() && next.is_some_and(|c| c.is_none_or(|c| !c.is_alphanumeric()))
}

/// Whether `option` stands anywhere in `text` between characters that are no letters or digits.
fn stands_in(text: &str, option: &str) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    !option.is_empty()
        && text.match_indices(option).any(|(at, found)| {
            edge(text[..at].chars().next_back()) && edge(text[at + found.len()..].chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(options: &[&str], texts: &[&str], expected: Expect) {
        let options: Vec<String> = options.iter().map(|o| (*o).to_owned()).collect();
        let line = |text: &&str| {
            let (index, read) = read_choice(text, &options);
            format!("{text:?} -> {:?} {read:?}\n", index.map(|i| options[i].as_str()))
        };
        expected.assert_eq(&texts.iter().map(line).collect::<String>());
    }

    #[test]
    fn no_false_acceptance() {
        check(
            &["Yes", "No"],
            &[
                "Yes",
                " yes.",
                "**No**",
                "\"Yes\"",
                "No, thank you",
                "Yes and no",
                "Yes, but then again: No",
                "",
                "   ",
                "I do not accept",
                "I can't say yes",
                "Nope",
                "Yesterday",
                "Not yes",
                "Ja",
                "はい",
                "Oui",
                "yes\u{0}",
                "I'm sorry, no",
                "No. I will not say yes",
                "Yes! Notably so.",
                "Yes, I decline",
                "Yes - I won't take it",
                "yes, of course",
            ],
            expect![[r#"
                "Yes" -> Some("Yes") Parsed
                " yes." -> Some("Yes") Parsed
                "**No**" -> Some("No") Parsed
                "\"Yes\"" -> Some("Yes") Parsed
                "No, thank you" -> Some("No") Parsed
                "Yes and no" -> None Unparsed
                "Yes, but then again: No" -> None Unparsed
                "" -> None Unparsed
                "   " -> None Unparsed
                "I do not accept" -> None Unparsed
                "I can't say yes" -> None Refused
                "Nope" -> None Unparsed
                "Yesterday" -> None Unparsed
                "Not yes" -> None Unparsed
                "Ja" -> None Unparsed
                "はい" -> None Unparsed
                "Oui" -> None Unparsed
                "yes\0" -> Some("Yes") Parsed
                "I'm sorry, no" -> None Refused
                "No. I will not say yes" -> None Unparsed
                "Yes! Notably so." -> Some("Yes") Parsed
                "Yes, I decline" -> None Unparsed
                "Yes - I won't take it" -> None Unparsed
                "yes, of course" -> Some("Yes") Parsed
            "#]],
        );
    }

    /// A megabyte of talk: only its beginning counts, and it costs no more than that.
    #[test]
    fn a_megabyte() {
        let options = ["Yes".to_owned(), "No".to_owned()];
        let talk = "I accept, yes, I do. ".repeat(50_000);
        assert_eq!(read_choice(&talk, &options), (None, Read::Unparsed));
        assert_eq!(read_choice(&format!("Yes. {}", "x".repeat(1 << 20)), &options), (Some(0), Read::Parsed));
    }

    #[test]
    fn numbers_and_sentences() {
        check(
            &["1", "10", "0"],
            &["10", "1", "1 of 5", "10 right, 1 wrong", "100", "0.", "ten"],
            expect![[r#"
                "10" -> Some("10") Parsed
                "1" -> Some("1") Parsed
                "1 of 5" -> Some("1") Parsed
                "10 right, 1 wrong" -> None Unparsed
                "100" -> None Unparsed
                "0." -> Some("0") Parsed
                "ten" -> None Unparsed
            "#]],
        );
    }

    #[test]
    fn a_megabyte_is_read_at_its_beginning() {
        let options = ["Yes".to_owned(), "No".to_owned()];
        assert_eq!(read_choice(&"x".repeat(1 << 20), &options), (None, Read::Unparsed));
        assert_eq!(read_choice(&format!("Yes {}", "é".repeat(1 << 20)), &options), (Some(0), Read::Parsed));
    }
}
