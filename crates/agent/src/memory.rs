//! What a seat remembers: the latest that fits its budget.

use std::collections::VecDeque;

/// One thing that a seat heard or said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    Heard(String),
    Said(String),
    /// What it said beside a call: shown as its own words, never as a call.
    Beside(String),
}

impl Line {
    fn text(&self) -> &str {
        match self {
            Self::Heard(text) | Self::Said(text) | Self::Beside(text) => text,
        }
    }
}

/// How much a seat carries in its prompts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Most bytes.
    pub bytes_max: usize,
    /// How many of them stay when they are too many. Less than all: then what stands before the next
    /// questions stays the same for a while, and a model that caches prefixes reads only what is new.
    pub bytes_kept: usize,
}

/// What a turn leaves in a seat's memory.
#[derive(Clone, Debug)]
pub struct Learnt {
    pub lines: Vec<Line>,
    pub budget: Budget,
}

/// Lines that a mind heard and said, oldest first. Forgetting costs the same at turn 100 and at
/// turn 100,000.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    lines: VecDeque<Line>,
    bytes: usize,
    forgotten: u32,
}

impl Memory {
    /// Remembers lines, and forgets the oldest that no longer fit.
    pub fn keep(&mut self, learnt: Learnt) {
        learnt.lines.into_iter().for_each(|line| self.line(line, learnt.budget));
    }

    fn line(&mut self, line: Line, budget: Budget) {
        self.bytes += line.text().len() + 1;
        self.lines.push_back(line);
        if self.bytes <= budget.bytes_max {
            return;
        }
        while self.bytes > budget.bytes_kept {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.text().len() + 1;
            self.forgotten += u32::from(matches!(oldest, Line::Said(_)));
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How many of its own sayings it has forgotten.
    pub fn forgotten(&self) -> u32 {
        self.forgotten
    }

    /// The lines from the first saying on: what was answered to a forgotten one is no answer to
    /// anything.
    pub fn exchanges(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().skip_while(|line| matches!(line, Line::Heard(_)))
    }

    /// The lines as one paragraph.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(self.bytes);
        for line in &self.lines {
            if !out.is_empty() {
                out.push('\n');
            }
            if !matches!(line, Line::Heard(_)) {
                out.push_str("You: ");
            }
            out.push_str(line.text());
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory_of(texts: &[&str], budget: Budget) -> Memory {
        let mut memory = Memory::default();
        texts.iter().for_each(|text| memory.line(Line::Heard((*text).into()), budget));
        memory
    }

    #[test]
    fn the_oldest_goes_first() {
        let budget = Budget { bytes_max: 10, bytes_kept: 10 };
        let mut memory = memory_of(&["one", "two", "three"], budget);
        assert_eq!(memory.text(), "two\nthree");
        memory.line(Line::Heard("a line that never fits".into()), budget);
        assert!(memory.is_empty() && memory.text().is_empty());
    }

    #[test]
    fn forgetting_makes_room_for_a_while() {
        let budget = Budget { bytes_max: 12, bytes_kept: 5 };
        assert_eq!(memory_of(&["one", "two", "six"], budget).text(), "one\ntwo\nsix");
        assert_eq!(memory_of(&["one", "two", "six", "ten"], budget).text(), "ten");
    }

    #[test]
    fn an_answer_to_what_is_forgotten_is_not_shown() {
        let mut memory = Memory::default();
        let lines = [Line::Said("call".into()), Line::Heard("answer".into()), Line::Said("next".into())];
        for line in lines {
            memory.line(line, Budget { bytes_max: 14, bytes_kept: 13 });
        }
        assert_eq!(memory.exchanges().collect::<Vec<_>>(), [&Line::Said("next".into())]);
        assert_eq!(memory.forgotten(), 1);
    }
}
