//! The ways to tokenise an option.
//!
//! A model gives probability to token sequences, and several of them spell the same text: "Yes" is
//! `[Yes]`, `[Y, es]`, `[Ye, s]` or `[Y, e, s]`. What counts as a way, exactly: a sequence of ordinary
//! vocabulary tokens (no control tokens) whose bytes, joined, are the option's bytes. Enumerated are
//! the canonical tokenisation and, for options of at most [`BYTES_MAX`] bytes, up to [`MORE_MAX`]
//! further ways: those of the fewest tokens, among equals those whose earlier tokens are longer.
//! The rule looks at no probability, so the choice cannot depend on the context.
//!
//! Where the vocabulary has a space put before every text (SentencePiece), the option with one space
//! before it has its ways too: behind a template that ends in `[/INST]` the answer "Yes" is `[▁Yes]`,
//! and behind one that ends in a new line it is `[Yes]`. A reader of answers takes both for "Yes".
//! Of tokens that write the same bytes one counts; a piece before the byte's own token (`<0x59>`).
//!
//! The other ways matter: on SmolLM2, asked to answer ACCEPT or REFUSE, they hold 96 % of the
//! probability of "ACCEPT" and 4 % of that of "REFUSE"; of "Yes" they hold 2 in 100,000. What the cap
//! leaves out can only make a score too low: at most 9 parts in 10,000 of the option's probability on
//! the eight examples of the test `mass_beyond_the_cap`.

use crate::tokenizer::Tokenizer;

/// Ways beyond the canonical one.
pub const MORE_MAX: usize = 4;
/// Longer options are scored in their canonical tokenisation only.
pub const BYTES_MAX: usize = 24;
/// Search steps after which the enumeration stops with what it has (vocabularies in which single
/// bytes are no tokens can lead into dead ends).
const STEPS_MAX: usize = 20_000;

/// The canonical tokenisation of `option` first, then up to `more_max` others; of a spaced vocabulary
/// the same again with a space before the option.
pub fn ways(tokenizer: &Tokenizer, option: &str, more_max: usize) -> Vec<Vec<u32>> {
    let mut found = spellings(tokenizer, option, more_max);
    if tokenizer.spaced() && !option.is_empty() {
        found.extend(spellings(tokenizer, &format!(" {option}"), more_max));
    }
    found
}

fn spellings(tokenizer: &Tokenizer, text: &str, more_max: usize) -> Vec<Vec<u32>> {
    let mut found = vec![tokenizer.encode_inner(text)];
    let bytes = text.as_bytes();
    if bytes.is_empty() || bytes.len() > BYTES_MAX || more_max == 0 {
        return found;
    }
    let need = fewest(tokenizer, bytes);
    let mut search = Search { tokenizer, bytes, need: &need, steps: 0, path: Vec::new() };
    for count in need[0]..=bytes.len() {
        search.walk(0, count, &mut |path| {
            if path != found[0] {
                found.push(path.to_vec());
            }
            found.len() <= more_max
        });
        if found.len() > more_max || search.steps > STEPS_MAX {
            break;
        }
    }
    found
}

/// For each position, the fewest tokens that spell the rest; `usize::MAX` where none do.
fn fewest(tokenizer: &Tokenizer, bytes: &[u8]) -> Vec<usize> {
    let mut need = vec![usize::MAX; bytes.len() + 1];
    need[bytes.len()] = 0;
    for at in (0..bytes.len()).rev() {
        let last = bytes.len().min(at + tokenizer.longest());
        let via = |end: &usize| tokenizer.token(&bytes[at..*end]).is_some();
        let best = (at + 1..=last).filter(via).map(|end| need[end]).min();
        need[at] = best.map_or(usize::MAX, |n| n.saturating_add(1));
    }
    need
}

struct Search<'a> {
    tokenizer: &'a Tokenizer,
    bytes: &'a [u8],
    need: &'a [usize],
    steps: usize,
    path: Vec<u32>,
}

impl Search<'_> {
    /// Visits the ways to spell the rest from `at` in exactly `count` tokens until `visit` says
    /// stop; returns whether to go on.
    fn walk(&mut self, at: usize, count: usize, visit: &mut impl FnMut(&[u32]) -> bool) -> bool {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            return false;
        }
        if at == self.bytes.len() {
            return count > 0 || visit(&self.path);
        }
        if count == 0 {
            return true;
        }
        let last = self.bytes.len().min(at + self.tokenizer.longest());
        for end in (at + 1..=last).rev() {
            let fits = self.need[end] < count && self.bytes.len() - end + 1 >= count;
            let Some(token) = self.tokenizer.token(&self.bytes[at..end]).filter(|_| fits) else {
                continue;
            };
            self.path.push(token);
            let go_on = self.walk(end, count - 1, visit);
            self.path.pop();
            if !go_on {
                return false;
            }
        }
        true
    }
}
