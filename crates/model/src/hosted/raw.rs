//! Bytes of the wire as text, without loss.

/// Bytes as text: unchanged where they are UTF-8; otherwise each byte that is none stands as `\xNN`
/// and the second value is true.
pub(super) fn escape(bytes: Vec<u8>) -> (String, bool) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(e) => (escape_invalid(e.as_bytes()), true),
    }
}

fn escape_invalid(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02X}"));
        }
    }
    out
}

/// One line of at most `chars_max` characters: control characters escaped, white space joined.
pub(super) fn one_line(text: &str, chars_max: usize) -> String {
    let mut out = String::new();
    for (n, word) in text.split_whitespace().enumerate() {
        if n > 0 {
            out.push(' ');
        }
        for c in word.chars() {
            match c.is_control() {
                true => out.extend(c.escape_default()),
                false => out.push(c),
            }
        }
        if out.len() > 4 * chars_max {
            break;
        }
    }
    match out.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}…", &out[..end]),
        None => out,
    }
}
