//! What a seat remembers: the latest that fits its budget.

use std::collections::VecDeque;

/// Lines that a mind heard and said, oldest first. Forgetting costs the same at turn 100 and at
/// turn 100,000.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    lines: VecDeque<String>,
    bytes: usize,
}

impl Memory {
    /// Remembers a line, and forgets the oldest ones that no longer fit into `budget` bytes.
    pub fn keep(&mut self, line: String, budget: usize) {
        self.bytes += line.len() + 1;
        self.lines.push_back(line);
        while self.bytes > budget {
            let Some(oldest) = self.lines.pop_front() else { break };
            self.bytes -= oldest.len() + 1;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The lines as one paragraph.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(self.bytes);
        for line in &self.lines {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(line);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let mut memory = Memory::default();
        ["one", "two", "three"].into_iter().for_each(|line| memory.keep(line.into(), 10));
        assert_eq!(memory.text(), "two\nthree");
        memory.keep("a line that never fits".into(), 10);
        assert!(memory.is_empty() && memory.text().is_empty());
    }
}
