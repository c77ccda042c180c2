//! How long and how deep the text of a policy may be, told before Cedar reads it.
//!
//! Cedar's parser calls itself: some hundred nested parentheses use up the stack of a thread, and with it the
//! process. An abort is no denial. So depth is counted on the tokens, on the heap: what opens a bracket and
//! what joins two terms is one level more, for a chain is a tree that leans.

/// Most bytes of a policy.
pub const POLICY_BYTES_MAX: usize = 1 << 20;
/// Most brackets within each other: each takes about 14 KiB of Cedar's stack, and a thread has 2 MiB.
const BRACKETS_MAX: usize = 32;
/// Most terms of a chain, with those of the chains around it: each takes about half a KiB of that stack.
const CHAIN_MAX: usize = 400;

/// What joins terms. `when` and `unless` join conditions.
const JOINS: [&[u8]; 10] = [b"if", b"then", b"else", b"when", b"unless", b"&&", b"||", b"+", b"-", b"*"];

/// # Errors
/// In words, with the line.
pub fn check(text: &str) -> Result<(), String> {
    if text.len() > POLICY_BYTES_MAX {
        return Err(format!("{} bytes; at most {POLICY_BYTES_MAX}", text.len()));
    }
    let mut depth = Depth::default();
    let mut rest = text.as_bytes();
    while let Some(first) = rest.first() {
        let token = token(rest);
        depth.take(*first, &rest[..token])?;
        rest = &rest[token..];
    }
    Ok(())
}

/// How many bytes the next token has. Where this differs from Cedar's own tokens it is no policy: both know
/// one kind of text and one kind of comment.
fn token(rest: &[u8]) -> usize {
    let until = |end: &dyn Fn(&u8) -> bool| rest.iter().position(end).unwrap_or(rest.len());
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    match rest {
        [b'/', b'/', ..] => until(&|byte| matches!(byte, b'\n' | b'\r')),
        [b'"', inner @ ..] => {
            let mut escaped = false;
            let end = inner.iter().position(|byte| {
                let ends = *byte == b'"' && !escaped;
                escaped = *byte == b'\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        }
        [b'&', b'&', ..] | [b'|', b'|', ..] => 2,
        [first, ..] if is_name(first) => until(&|byte| !is_name(byte)),
        _ => 1,
    }
}

/// Where in a text we are: the terms so far of each open bracket.
struct Depth {
    line: usize,
    open: Vec<Level>,
    chain: usize,
}

#[derive(Clone, Copy, Default)]
struct Level {
    /// Terms that were joined since the last comma or semicolon.
    joined: usize,
    /// Dots, comparisons and the like in the term that is being read.
    within: usize,
}

impl Default for Depth {
    fn default() -> Self {
        Self { line: 1, open: vec![Level::default()], chain: 0 }
    }
}

impl Depth {
    fn take(&mut self, first: u8, token: &[u8]) -> Result<(), String> {
        self.line += token.iter().filter(|byte| **byte == b'\n').count();
        let Some(level) = self.open.last_mut() else {
            return Err(self.wrong("a bracket that nothing opens"));
        };
        let before = level.joined + level.within;
        match first {
            b'(' | b'[' | b'{' => {
                // What stands before a bracket is read through it: `a["b"]["c"]` is a chain.
                level.within += 1;
                self.chain += 1;
                self.open.push(Level::default());
                if self.open.len() > BRACKETS_MAX + 1 {
                    return Err(self.wrong(&format!("more than {BRACKETS_MAX} brackets within each other")));
                }
                return self.long();
            }
            b')' | b']' | b'}' => {
                self.open.pop();
                self.chain = self.chain.saturating_sub(before);
                return Ok(());
            }
            b',' | b';' => *level = Level::default(),
            b'/' | b'"' | b'0'..=b'9' => {}
            _ if JOINS.contains(&token) => *level = Level { joined: level.joined + 1, within: 0 },
            b'a'..=b'z' | b'A'..=b'Z' | b'_' if !matches!(token, b"has" | b"like" | b"in" | b"is") => {}
            space if space.is_ascii_whitespace() => {}
            _ => level.within += 1,
        }
        self.chain = self.chain - before + level.joined + level.within;
        self.long()
    }

    fn long(&self) -> Result<(), String> {
        match self.chain > CHAIN_MAX {
            true => {
                Err(self.wrong(&format!("a chain of more than {CHAIN_MAX} terms: a list would be accepted")))
            }
            false => Ok(()),
        }
    }

    fn wrong(&self, what: &str) -> String {
        format!("line {}: {what}", self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::{BRACKETS_MAX, CHAIN_MAX, check};

    #[test]
    fn what_is_too_deep_is_told_with_its_line() {
        let check = |text: &str, expected: &str| {
            let told = check(text).map_or_else(|why| why, |()| "fine".to_owned());
            assert!(told.contains(expected), "{}: {told}", text.chars().take(60).collect::<String>());
        };
        let nested = |n: usize| {
            format!("permit(principal, action, resource)\nwhen {{{}1{}}};", "(".repeat(n), ")".repeat(n))
        };
        check(&nested(BRACKETS_MAX - 1), "fine");
        check(&nested(BRACKETS_MAX), "line 2: more than 32 brackets");
        check(&nested(600), "line 2: more than 32 brackets");
        let chain = |n: usize, join: &str| {
            format!("permit(principal, action, resource) when {{ {} }};", vec!["a.b == 1"; n].join(join))
        };
        check(&chain(300, "&&"), "fine");
        check(&chain(2_000, "&&"), "a chain of more than 400 terms");
        check(&chain(2_000, " || "), "a chain of more than 400 terms");
        check(&chain(2_000, "+"), "a chain of more than 400 terms");
        check(&"-".repeat(500), "a chain of more than 400 terms");
        check(&"!".repeat(500), "a chain of more than 400 terms");
        check(&"a.".repeat(500), "a chain of more than 400 terms");
        check(&"a[\"b\"]".repeat(500), "a chain of more than 400 terms");
        check(&"when { true } ".repeat(500), "a chain of more than 400 terms");
        check(&"if a then b else ".repeat(200), "a chain of more than 400 terms");
        let list = vec!["\"a\""; 20_000].join(", ");
        check(
            &format!("permit(principal, action, resource) when {{ [{list}].contains(context.x) }};"),
            "fine",
        );
        check(&"permit(principal, action, resource);\n".repeat(20_000), "fine");
        // A chain goes on behind a bracket, and a bracket within a chain leans on it.
        let tail = format!("({}) {}", vec!["a"; CHAIN_MAX / 2].join("+"), "+ a".repeat(CHAIN_MAX / 2));
        check(&tail, "fine");
        check(
            &format!("{}({})", "a + ".repeat(CHAIN_MAX / 2), vec!["a"; CHAIN_MAX].join("+")),
            "a chain of more",
        );
        // Brackets in texts and comments are none.
        check(
            &format!(
                "permit(principal, action, resource) when {{ context.a == \"{}\" }}; // {}",
                "\\\"((".repeat(100),
                "(".repeat(100)
            ),
            "fine",
        );
        check(")", "fine");
        check("))", "line 1: a bracket that nothing opens");
        check(&" ".repeat(2 << 20), "at most 1048576");
    }
}
