//! Several models in one order, so that a trend over sizes can be seen: from the small to the large,
//! then those of unknown size as they were named, then controls.

use crate::Findings;
use crate::words::is_control;
use std::collections::BTreeMap;

/// What is known of the models' sizes.
pub(crate) struct Sizes<'a> {
    of: BTreeMap<&'a str, u64>,
    /// With one model there is nothing to compare: its size is not shown.
    several: bool,
}

impl<'a> Sizes<'a> {
    pub(crate) fn of(f: &'a Findings) -> Self {
        let of = f.sizes.iter().map(|s| (s.model.as_str(), s.parameters)).collect();
        Self { of, several: f.models.iter().filter(|m| !is_control(m)).count() > 1 }
    }

    /// The place among models: sorting by it must leave equals as they are.
    pub(crate) fn rank(&self, model: &str) -> (bool, u64) {
        (is_control(model), self.of.get(model).copied().unwrap_or(u64::MAX))
    }

    /// The size where it tells models apart.
    pub(crate) fn shown(&self, model: &str) -> Option<u64> {
        self.of.get(model).copied().filter(|_| self.several)
    }

    /// The model with its size, where it tells models apart.
    pub(crate) fn label(&self, model: &str) -> String {
        labelled(model, self.shown(model))
    }

    /// The models, or rows of models, in their order.
    pub(crate) fn sorted<T>(&self, rows: impl IntoIterator<Item = T>, model: impl Fn(&T) -> &str) -> Vec<T> {
        let mut rows: Vec<T> = rows.into_iter().collect();
        rows.sort_by_key(|row| self.rank(model(row)));
        rows
    }
}

/// `local/smollm2, 135 M`.
pub(crate) fn labelled(model: &str, parameters: Option<u64>) -> String {
    parameters.map_or_else(|| model.to_owned(), |n| format!("{model}, {}", size(n)))
}

/// `135 M`, `1.5 B`, `70 B`: two digits and more are whole.
fn size(parameters: u64) -> String {
    let millions = parameters as f64 / 1e6;
    let (much, unit) = if millions < 999.5 { (millions, "M") } else { (millions / 1e3, "B") };
    let digits = if much < 9.95 { format!("{much:.1}") } else { format!("{much:.0}") };
    // No line breaks between a number and its unit.
    format!("{}\u{a0}{unit}", digits.trim_end_matches(".0"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(parameters: u64, expected: Expect) {
        expected.assert_eq(&size(parameters).replace('\u{a0}', " "));
    }

    #[test]
    fn sizes_read_well() {
        check(134_515_008, expect!["135 M"]);
        check(1_543_714_304, expect!["1.5 B"]);
        check(8_030_261_248, expect!["8 B"]);
        check(70_553_706_496, expect!["71 B"]);
        check(999_700_000, expect!["1 B"]);
        check(500_000_000, expect!["500 M"]);
        check(1_200, expect!["0 M"]);
    }
}
