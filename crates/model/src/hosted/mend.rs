//! JSON that is almost JSON: what a careless server makes of a model's odd output.

/// Makes strings readable that JSON does not allow: bare control characters become `\u00NN`, a lone
/// surrogate (`\udc80`, as Python writes a byte that is no UTF-8) becomes `\ufffd`. All else stays.
pub(super) fn mend(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut in_string = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (piece, used) = match c {
            '\\' if in_string => escape_at(rest),
            c if in_string && c < ' ' => (format!("\\u{:04x}", c as u32), 1),
            c => {
                in_string ^= c == '"';
                (c.to_string(), c.len_utf8())
            }
        };
        out.push_str(&piece);
        rest = &rest[used..];
    }
    out
}

/// The escape that `text` begins with, mended, and how many bytes it takes.
fn escape_at(text: &str) -> (String, usize) {
    let Some(unit) = unit_at(text) else {
        let used = 1 + text[1..].chars().next().map_or(0, char::len_utf8);
        return (text[..used].to_owned(), used);
    };
    let low = unit_at(&text[6..]).filter(|low| (0xdc00..0xe000).contains(low));
    match unit {
        0xd800..0xdc00 if low.is_some() => (text[..12].to_owned(), 12),
        0xd800..0xe000 => ("\\ufffd".to_owned(), 6),
        _ => (text[..6].to_owned(), 6),
    }
}

/// The code unit of the `\uNNNN` that `text` begins with.
fn unit_at(text: &str) -> Option<u16> {
    let hex = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(hex, 16).ok()
}
