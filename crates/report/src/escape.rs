//! Hostile text made harmless and visible. What a model wrote may hold terminal escapes, text that
//! runs backwards, characters without width, or ten megabytes; none of it may act where it is shown.
//!
//! The two functions here make text safe for a terminal. HTML and SVG escape `<` and `&` on top.

/// What a reader is shown of one text at most, in bytes of the original.
pub const TEXT_BYTES_MAX: usize = 8 * 1024;

/// Combining marks kept in a row: more of them climb over the neighbouring lines.
const MARKS_MAX: usize = 3;

/// `text` with every character that would act or hide made visible; line breaks and tabs stay. Of a
/// text longer than `limit` bytes the first `limit` are kept, and the rest is counted. The answer is at most 9 × `limit` + 40 bytes long.
///
/// ```
/// assert_eq!(report::visible("\x1b[2Jgone", 100), "⟨ESC⟩[2Jgone");
/// assert_eq!(report::visible("abcdef", 2), "ab… 4 more bytes");
/// ```
pub fn visible(text: &str, limit: usize) -> String {
    written(text, limit, |c| matches!(c, '\n' | '\t'))
}

/// Like [`visible`], on one line: line breaks and tabs become signs too.
pub fn one_line(text: &str, limit: usize) -> String {
    written(text, limit, |_| false)
}

fn written(text: &str, limit: usize, stays: impl Fn(char) -> bool) -> String {
    let kept = &text[..text.floor_char_boundary(limit)];
    let mut out = String::with_capacity(kept.len() + 32);
    let mut marks = 0;
    for c in kept.chars() {
        marks = if combines(c) { marks + 1 } else { 0 };
        match shown(c) {
            _ if stays(c) => out.push(c),
            Shown::Name(name) => out.push_str(&format!("⟨{name}⟩")),
            Shown::Code => push_code(&mut out, c),
            Shown::Itself if marks > MARKS_MAX => push_code(&mut out, c),
            Shown::Itself => out.push(c),
        }
    }
    let cut = text.len() - kept.len();
    if cut > 0 {
        out.push_str(&format!("… {} more bytes", crate::words::count(cut as u64)));
    }
    out
}

/// Their names rather than the pictures of Unicode, for which many fonts have no glyph.
const CONTROLS: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI",
    "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS",
    "US",
];

enum Shown {
    Itself,
    Name(&'static str),
    Code,
}

fn shown(c: char) -> Shown {
    match c {
        '\0'..='\x1f' => Shown::Name(CONTROLS[c as usize]),
        '\x7f' => Shown::Name("DEL"),
        '\u{80}'..='\u{9f}' => Shown::Code,
        c if turns(c) || hides(c) => Shown::Code,
        _ => Shown::Itself,
    }
}

fn push_code(out: &mut String, c: char) {
    out.push_str(&format!("⟨U+{:04X}⟩", c as u32));
}

/// Characters that change the direction of what follows.
fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that take no room, break lines unseen, or are no characters.
fn hides(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}'
        | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
        || (c as u32) & 0xfffe == 0xfffe
}

fn combines(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    fn check(text: &str, expected: Expect) {
        expected.assert_eq(&visible(text, 1000));
    }

    #[test]
    fn what_acts_is_seen() {
        check("\x1b[31mred\x07\r\x7f\u{9b}2J\0", expect!["⟨ESC⟩[31mred⟨BEL⟩⟨CR⟩⟨DEL⟩⟨U+009B⟩2J⟨NUL⟩"]);
        check("pay \u{202e}evil\u{2069}", expect!["pay ⟨U+202E⟩evil⟨U+2069⟩"]);
        check("a\u{200b}b\u{feff}c\u{ad}d\u{e0041}", expect!["a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+00AD⟩d⟨U+E0041⟩"]);
        check("a\u{301}b", expect!["áb"]);
        check(&format!("z{}", "\u{301}".repeat(5)), expect!["ź́́⟨U+0301⟩⟨U+0301⟩"]);
        check("two\nlines\tkept", expect!["two\nlines\tkept"]);
    }

    #[test]
    fn one_line_is_one() {
        assert_eq!(one_line("a\nb\tc", 100), "a⟨LF⟩b⟨HT⟩c");
    }

    #[test]
    fn ten_megabytes_are_cut_at_a_character_and_counted() {
        let text = "é".repeat(5_000_000);
        assert_eq!(visible(&text, 5), "éé… 9,999,996 more bytes");
    }

    proptest! {
        #[test]
        fn nothing_acts_and_length_is_bounded(text in any::<String>(), limit in 0usize..200) {
            for out in [visible(&text, limit), one_line(&text, limit)] {
                prop_assert!(!out.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')));
                prop_assert!(!out.chars().any(|c| turns(c) || hides(c)));
                prop_assert!(out.len() <= 9 * limit + 40);
            }
            prop_assert!(!one_line(&text, limit).contains(['\n', '\t']));
        }

        #[test]
        fn any_bytes_at_all(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let out = visible(&String::from_utf8_lossy(&bytes), 100);
            let acts = out.contains(['\x1b', '\r', '\x07', '\x08', '\u{9b}']);
            prop_assert!(!acts);
        }
    }
}
