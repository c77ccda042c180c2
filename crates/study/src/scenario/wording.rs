//! Which paraphrase of each clause a wording takes, and in which order options are named.

use super::load::Scenario;

/// The paraphrase of slot number `slot` (of `count` paraphrases) in wording `wording`: rows of a
/// Latin square, so that the first `count` wordings use each paraphrase once, and the next `count`
/// combine them anew. The same in every cell.
pub fn paraphrase(count: usize, slot: usize, wording: u32) -> usize {
    let count = count.max(1);
    let wording = wording as usize;
    (wording % count + slot * (wording / count)) % count
}

/// Whether the options are named in reverse. Balanced within each paraphrase.
pub fn reversed(wording: u32) -> bool {
    (wording + wording / 4) % 2 == 1
}

/// How many wordings of a scenario read differently: all combinations that [`paraphrase`] makes of
/// its longest list. A repeated wording would count as a cluster of its own, which it is not.
pub fn distinct_wordings(scenario: &Scenario) -> u32 {
    let file = &scenario.file;
    let levels = file.factor.iter().flat_map(|f| f.level.iter().map(|l| l.text.len()));
    let asks = file.ask.iter().map(|a| a.favouring.len().max(a.text.len()));
    let longest = file.clause.iter().map(|c| c.text.len()).chain(levels).chain(asks).max().unwrap_or(1);
    (longest * longest).max(1) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_paraphrase_is_used_equally_often() {
        for slot in 0..6 {
            let mut seen = [0; 4];
            (0..16).for_each(|w| seen[paraphrase(4, slot, w)] += 1);
            assert_eq!(seen, [4; 4], "slot {slot}");
        }
    }

    #[test]
    fn sixteen_wordings_are_distinct() {
        let combined = |w| (0..4).map(|slot| paraphrase(4, slot, w)).collect::<Vec<_>>();
        let mut all: Vec<_> = (0..16).map(combined).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 16);
    }

    #[test]
    fn order_is_balanced_within_paraphrases() {
        for first in 0..4 {
            let flips = (0..16).filter(|w| w % 4 == first && reversed(*w)).count();
            assert_eq!(flips, 2);
        }
    }
}
