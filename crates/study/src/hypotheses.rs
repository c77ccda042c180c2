//! Explanations that a scenario registers: what each predicts of its contrasts, and how it fared.
//!
//! Source: the hypotheses are those of `peer-preservation-2026`'s reception; the predictions are ours.
//! An explanation is supported when all that it predicts is found, contradicted when something else is
//! found for certain, and undecided otherwise. It is not proven: another may predict the same.

use crate::scenario::{EstimandFile, Scenario};
use report::{Estimate, Fared, Hypothesis, Verdict};

/// How a model's estimates bear on a scenario's hypotheses.
pub fn hypotheses(scenario: &Scenario, model: &str, estimates: &[Estimate]) -> Vec<Hypothesis> {
    let file = &scenario.file;
    let told = |id: &String| -> Option<Verdict> {
        let e = file.estimand.iter().find(|e| &e.id() == id)?;
        estimates.iter().find(|told| is_of(told, e)).map(|told| told.verdict)
    };
    let judged = file.hypothesis.iter().filter_map(|h| {
        let found: Vec<(&String, Verdict, Option<Verdict>)> =
            h.predicts.iter().map(|(id, wanted)| (id, *wanted, told(id))).collect();
        // Where a study plays none of the cells, nothing was asked.
        found.iter().any(|(_, _, told)| told.is_some()).then(|| Hypothesis {
            scenario: file.name.clone(),
            model: model.into(),
            hypothesis: h.name.clone(),
            says: h.says.clone(),
            fared: fared(found.iter().map(|(_, wanted, told)| (*wanted, *told))),
            because: found.iter().map(|(id, wanted, told)| because(id, *wanted, *told)).collect(),
        })
    });
    judged.collect()
}

fn is_of(told: &Estimate, e: &EstimandFile) -> bool {
    told.estimand == e.name && told.contrast == e.words()
}

fn because(id: &str, wanted: Verdict, told: Option<Verdict>) -> String {
    let told = told.map_or("not played", Verdict::word);
    format!("{id}: predicted {}, found {told}", wanted.word())
}

/// From what was predicted and what was found.
fn fared(found: impl Iterator<Item = (Verdict, Option<Verdict>)>) -> Fared {
    let mut all = Fared::Supported;
    for (wanted, told) in found {
        match told {
            Some(told) if told == wanted => {}
            // One certain finding against it outweighs whatever is open.
            Some(Verdict::Positive | Verdict::Negative | Verdict::Equivalent) => return Fared::Contradicted,
            Some(Verdict::Undecided) if all == Fared::Supported => all = Fared::Undecided,
            Some(Verdict::Undecided) => {}
            Some(Verdict::CannotTell) | None => all = Fared::CannotTell,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::*;

    #[test]
    fn an_explanation_stands_or_falls_with_what_it_predicts() {
        let cases = [
            (vec![(Positive, Some(Positive)), (Equivalent, Some(Equivalent))], Fared::Supported),
            (vec![(Positive, Some(Positive)), (Equivalent, Some(Undecided))], Fared::Undecided),
            (vec![(Positive, Some(Equivalent)), (Equivalent, Some(Undecided))], Fared::Contradicted),
            (vec![(Positive, Some(Negative))], Fared::Contradicted),
            (vec![(Positive, Some(CannotTell)), (Positive, Some(Undecided))], Fared::CannotTell),
            (vec![(Positive, None), (Positive, Some(Equivalent))], Fared::Contradicted),
            (vec![(Positive, None), (Positive, Some(Positive))], Fared::CannotTell),
        ];
        for (found, expected) in cases {
            assert_eq!(fared(found.iter().copied()), expected, "{found:?}");
        }
    }
}
