//! Every number against scipy and statsmodels.
//!
//! The cases are a fixed list. They go as JSON to `oracle.py`, which recomputes each with those
//! libraries; here both are compared. The deviation allowed is 1e-9 in absolute terms, for
//! p values also relative to the p; for random methods it is their Monte-Carlo error.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};
use stats::*;

/// How far a number may lie from its reference.
#[derive(Clone, Copy)]
enum Within {
    /// 1e-9, relative for numbers above 1.
    Rounding,
    /// 1e-9 of the number itself, however small.
    Digits,
    /// The Monte-Carlo error named.
    Chance(f64),
}

impl Within {
    fn allowed(self, reference: f64) -> f64 {
        match self {
            Self::Rounding => 1e-9 * reference.abs().max(1.0),
            Self::Digits => 1e-9 * reference.abs().max(1e-290),
            Self::Chance(error) => error,
        }
    }
}

struct Case {
    name: &'static str,
    given: Value,
    ours: Vec<(f64, Within)>,
}

#[derive(Default)]
struct Cases(Vec<Case>);

impl Cases {
    fn add(&mut self, name: &'static str, given: Value, ours: &[f64], within: Within) {
        let ours = ours.iter().map(|x| (*x, within)).collect();
        self.0.push(Case { name, given, ours });
    }

    fn also(&mut self, more: &[f64], within: Within) {
        let last = self.0.last_mut().unwrap();
        last.ours.extend(more.iter().map(|x| (*x, within)));
    }

    fn interval(&mut self, name: &'static str, given: Value, found: Interval) {
        let Interval { estimate, low, high, .. } = found;
        self.add(name, given, &[estimate, low, high], Within::Rounding);
    }
}

struct Chance(ChaCha8Rng);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n
    }

    fn unit(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Values around `mean` in `clusters` clusters with a shared part; equal or unequal sizes.
    fn clustered(&mut self, clusters: usize, mean: f64, unequal: u64) -> (Vec<f64>, Vec<usize>) {
        let (mut values, mut labels) = (Vec::new(), Vec::new());
        for cluster in 0..clusters {
            let shared = self.unit() - 0.5;
            for _ in 0..3 + self.below(unequal) {
                values.push(mean + shared + self.unit() - 0.5);
                labels.push(3 * cluster + 1);
            }
        }
        (values, labels)
    }
}

fn proportions(cases: &mut Cases) {
    let rates = [(0, 1), (1, 1), (0, 20), (3, 40), (81, 263), (20, 20), (499, 1_000)];
    let large = [(7, 100_000), (52_000, 100_000), (300_001, 1_000_000)];
    for (k, n) in rates.into_iter().chain(large) {
        for level in [0.5, 0.9, 0.95, 0.999] {
            let given = json!([k, n, level]);
            cases.interval("wilson", given.clone(), wilson(k, n, level).unwrap());
            let exact = clopper_pearson(k, n, level).unwrap();
            cases.interval("clopper_pearson", given, exact);
        }
    }
    for n in [1, 10, 100, 3_000, 1_000_000] {
        for alpha in [0.5, 0.05, 0.001] {
            let bound = zero_events_upper(n, alpha).unwrap();
            cases.add("zero_events_upper", json!([n, alpha]), &[bound], Within::Digits);
        }
    }
    let tables = [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 10), (0, 15, 0, 9), (11, 40, 3, 41)];
    for (k1, n1, k2, n2) in tables {
        for level in [0.8, 0.95, 0.99] {
            let found = newcombe(k1, n1, k2, n2, level).unwrap();
            cases.interval("newcombe", json!([k1, n1, k2, n2, level]), found);
        }
    }
}

fn pairs(cases: &mut Cases, chance: &mut Chance) {
    let mut tables = vec![[36, 12, 2, 0], [1, 1, 7, 12], [0, 0, 0, 50], [53, 16, 8, 9], [0, 30, 0, 0]];
    tables.extend((0..30).map(|_| [0; 4].map(|_: u64| chance.below(40))));
    for [a, b, c, d] in tables {
        let found = newcombe_paired(a, b, c, d, 0.95).unwrap();
        cases.interval("newcombe_paired", json!([a, b, c, d, 0.95]), found);
    }
    let counts =
        [(0, 0), (0, 1), (5, 0), (4, 4), (3, 17), (120, 180), (0, 400), (4_900, 5_200), (50_000, 50_900)];
    for (b, c) in counts {
        let exact = mcnemar_exact(b, c).unwrap();
        cases.add("mcnemar_exact", json!([b, c]), &[exact], Within::Digits);
        let midp = mcnemar_midp(b, c).unwrap();
        cases.add("mcnemar_midp", json!([b, c]), &[midp], Within::Digits);
    }
}

fn clusters(cases: &mut Cases, chance: &mut Chance) {
    for (clusters, mean, unequal) in [(2, 0.0, 1), (6, 0.4, 5), (15, 0.1, 9), (40, -0.3, 20), (60, 2.0, 4)] {
        let (x, c) = chance.clustered(clusters, mean, unequal);
        let found = cluster_robust(&x, &c, 0.95).unwrap();
        cases.interval("cluster_robust", json!([x, c, 0.95]), found.interval);
        cases.also(&[found.se], Within::Rounding);
        cases.also(&[found.p], Within::Digits);
    }
    for (clusters, unequal) in [(12, 1), (30, 1), (25, 6)] {
        let (x, c) = chance.clustered(clusters, 1.0, unequal);
        let found = cluster_bootstrap(&x, &c, 0.9, 40_000, 5).unwrap();
        // The quantile of 40 000 replicates errs by some 1 % of the interval's width.
        let within = Within::Chance(0.03 * found.width());
        let limits = [found.low, found.high];
        let given = json!([x, c, 0.9]);
        cases.add("cluster_bootstrap", given, &[found.estimate], Within::Rounding);
        cases.also(&limits, within);
    }
}

fn sign_flips(cases: &mut Cases, chance: &mut Chance) {
    for (clusters, mean) in [(3, 1.0), (6, 0.3), (9, 0.2), (12, 0.0), (14, -0.2)] {
        let (x, c) = chance.clustered(clusters, mean, 4);
        let means = cluster_means(&x, &c).unwrap();
        let p = sign_flip(&means, 1, 1 << 14).unwrap();
        cases.add("sign_flip", json!([means]), &[p], Within::Digits);
        let drawn = sign_flip(&means, 2, (1 << clusters) - 1).unwrap();
        let error = 0.005 + 4.0 * (0.25 / f64::from(1_u32 << clusters)).sqrt();
        cases.add("sign_flip", json!([means]), &[drawn], Within::Chance(error));
    }
    // Coarse data: ties, zeros, no variation.
    for means in [vec![1.0, -1.0, 0.0, 1.0, 1.0, 0.0, 1.0], vec![0.1; 9], vec![0.3, 0.1, 0.2, -0.3]] {
        let p = sign_flip(&means, 1, 1 << 10).unwrap();
        cases.add("sign_flip", json!([means]), &[p], Within::Digits);
    }
    for (clusters, level) in [(6, 0.9), (8, 0.95), (10, 0.99), (11, 0.8)] {
        let (x, c) = chance.clustered(clusters, 0.25, 4);
        let found = sign_flip_interval(&x, &c, level, 1, 1 << 12).unwrap();
        cases.interval("sign_flip_interval", json!([x, c, level]), found.interval);
        cases.also(&[found.p], Within::Digits);
    }
}

fn permutations(cases: &mut Cases, chance: &mut Chance) {
    for (strata, shift) in [(1, 0.0), (1, 0.6), (3, 0.3), (4, 0.0)] {
        let (mut x, mut treated, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        for stratum in 0..strata {
            for unit in 0..if strata == 1 { 11 } else { 5 } {
                let arm = unit < 2 + stratum % 2;
                x.push(chance.unit() + f64::from(stratum) + if arm { shift } else { 0.0 });
                treated.push(arm);
                labels.push(stratum as usize);
            }
        }
        let found = permutation_stratified(&x, &treated, &labels, 7, 100_000).unwrap();
        let given = json!([x, treated, labels]);
        cases.add("permutation_stratified", given, &[found.difference], Within::Rounding);
        // Four standard errors of a share near one half.
        cases.also(&[found.p], Within::Chance(0.0064));
    }
}

fn families_and_margins(cases: &mut Cases, chance: &mut Chance) {
    for m in [1, 2, 5, 40] {
        let p: Vec<f64> = (0..m).map(|_| chance.unit().powi(4)).collect();
        cases.add("holm", json!([p]), &holm(&p).unwrap(), Within::Rounding);
    }
    cases.add(
        "holm",
        json!([[0.2, 0.01, 0.2, 1.0, 0.0]]),
        &holm(&[0.2, 0.01, 0.2, 1.0, 0.0]).unwrap(),
        Within::Rounding,
    );
    for (n, margin) in [(5, 0.3), (30, 0.1), (200, 0.05)] {
        let x: Vec<f64> = (0..n).map(|_| chance.unit() - 0.48).collect();
        let own: Vec<usize> = (0..n).collect();
        let mean = cluster_robust(&x, &own, 0.9).unwrap();
        let found = equivalence(mean.interval.estimate, mean.se, mean.df, margin, 0.05).unwrap();
        let ps = [found.p_lower, found.p_upper, found.p];
        cases.add("equivalence_of_values", json!([x, margin]), &ps, Within::Digits);
    }
    for (estimate, se, margin) in [(0.02, 0.03, 0.1), (-0.2, 0.03, 0.1), (0.0, 0.01, 0.1)] {
        let found = equivalence(estimate, se, f64::INFINITY, margin, 0.05).unwrap();
        let ps = [found.p_lower, found.p_upper, found.p];
        cases.add("equivalence_normal", json!([estimate, se, margin]), &ps, Within::Digits);
    }
}

fn sizes(cases: &mut Cases) {
    let mut size = |name, given, n: Result<u64>| {
        cases.add(name, given, &[n.unwrap() as f64], Within::Rounding);
    };
    for (alpha, power) in [(0.05, 0.8), (0.01, 0.8), (0.05, 0.95), (0.2, 0.5)] {
        for (p1, p2) in [(0.05, 0.15), (0.8, 0.95), (0.01, 0.02), (0.5, 0.7), (0.3, 0.3001)] {
            let n = two_proportions(p1, p2, alpha, power);
            size("two_proportions", json!([p1, p2, alpha, power]), n);
        }
        for (p, margin) in [(0.1, 0.1), (0.5, 0.1), (0.02, 0.05)] {
            let n = equivalence_proportions(p, margin, alpha, power);
            size("equivalence_proportions", json!([p, margin, alpha, power]), n);
        }
        for (delta, discordant) in [(0.18, 0.4), (0.1, 0.4), (-0.05, 0.4), (0.02, 0.03)] {
            let n = paired_binary(delta, discordant, alpha, power);
            size("paired_binary", json!([delta, discordant, alpha, power]), n);
        }
        for d in [0.1, 0.5, 0.9, 1.3, 2.5] {
            let n = mean_two_arms(d, alpha, power);
            size("mean_two_arms", json!([d, alpha, power]), n);
        }
    }
    for (p, half, level) in [(0.5, 0.05, 0.95), (0.0, 0.01, 0.95), (0.1, 0.03, 0.99), (1.0, 0.2, 0.8)] {
        let n = halfwidth_proportion(p, half, level);
        size("halfwidth_proportion", json!([p, half, level]), n);
    }
    for (n, alpha, power) in [(3, 0.05, 0.8), (10, 0.05, 0.8), (20, 0.01, 0.9), (60, 0.05, 0.8)] {
        let d = mean_two_arms_detects(n, alpha, power).unwrap();
        let given = json!([n, alpha, power]);
        cases.add("mean_two_arms_detects", given, &[d], Within::Rounding);
    }
}

fn agreement_and_separation(cases: &mut Cases, chance: &mut Chance) {
    for categories in [2_usize, 3, 5] {
        let row = |i: usize, chance: &mut Chance| -> Vec<u64> {
            (0..categories).map(|j| chance.below(12) + if i == j { 30 } else { 0 }).collect()
        };
        let table: Vec<Vec<u64>> = (0..categories).map(|i| row(i, chance)).collect();
        let found = kappa(&table, 0.95).unwrap();
        cases.interval("kappa", json!([table, 0.95]), found.interval);
        cases.also(&[found.se], Within::Rounding);
    }
    for (n, steps, shift) in [(12, 6, 2), (40, 5, 1), (150, 1_000_000, 300_000), (20, 9, 9)] {
        let labels: Vec<bool> = (0..n).map(|i| i % 3 == 0).collect();
        let score = |label: &bool| (chance.below(steps) + if *label { shift } else { 0 }) as f64;
        let scores: Vec<f64> = labels.iter().map(score).collect();
        let found = auroc(&scores, &labels, 0.95).unwrap();
        cases.interval("auroc", json!([scores, labels, 0.95]), found.interval);
        cases.also(&[found.se], Within::Rounding);
    }
    for (x, p) in [(-40.0, 1e-9), (-1.0, 0.3), (0.0, 0.5), (3.0, 0.999)] {
        let ours = [sigmoid(x).unwrap(), logit(p).unwrap()];
        cases.add("links", json!([x, p]), &ours, Within::Digits);
    }
}

fn references(cases: &Cases) -> Vec<Vec<f64>> {
    let python = std::env::var_os("EPHOR_PYTHON").expect(
        "EPHOR_PYTHON is not set: give it a Python that has the packages of \
         crates/stats/tests/requirements.txt (cargo xtask test does)",
    );
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle.py");
    let mut oracle = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("EPHOR_PYTHON does not start");
    let asked: Vec<_> = cases.0.iter().map(|c| (c.name, &c.given)).collect();
    let mut input = oracle.stdin.take().unwrap();
    input.write_all(&serde_json::to_vec(&asked).unwrap()).unwrap();
    drop(input);
    let output = oracle.wait_with_output().unwrap();
    assert!(output.status.success(), "oracle.py failed; see above");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
#[ignore = "needs EPHOR_PYTHON: a Python with scipy and statsmodels; cargo xtask test sets it"]
fn agrees_with_scipy_and_statsmodels() {
    let mut cases = Cases::default();
    let mut chance = Chance(ChaCha8Rng::seed_from_u64(20));
    proportions(&mut cases);
    pairs(&mut cases, &mut chance);
    clusters(&mut cases, &mut chance);
    sign_flips(&mut cases, &mut chance);
    permutations(&mut cases, &mut chance);
    families_and_margins(&mut cases, &mut chance);
    sizes(&mut cases);
    agreement_and_separation(&mut cases, &mut chance);

    let references = references(&cases);
    assert_eq!(cases.0.len(), references.len());
    let mut wrong = Vec::new();
    // Per method: cases, and the largest share of the allowed deviation that was used.
    let mut used: BTreeMap<&str, (usize, f64, f64)> = BTreeMap::new();
    for (case, reference) in cases.0.iter().zip(&references) {
        assert_eq!(case.ours.len(), reference.len(), "{}", case.name);
        let (count, exact, random) = used.entry(case.name).or_default();
        *count += 1;
        for ((ours, within), reference) in case.ours.iter().zip(reference) {
            let share = (ours - reference).abs() / within.allowed(*reference);
            match within {
                Within::Chance(_) => *random = random.max(share),
                _ => *exact = exact.max(share),
            }
            let fits = share <= 1.0;
            if !fits {
                let Case { name, given, .. } = case;
                wrong.push(format!("{name}{given}: {ours:e}, reference {reference:e}"));
            }
        }
    }
    for (name, (count, exact, random)) in &used {
        println!(
            "{name:24} {count:3} cases, largest deviation {:.1e}, of the Monte-Carlo error {random:.2}",
            exact * 1e-9
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
