//! Does each interval cover, and each test err, as often as it says?
//!
//! Truth is simulated with fixed seeds. A `Band` states what is acceptable around the nominal
//! value; it refuses to be narrower than four Monte-Carlo standard errors on either side of its
//! middle, so a pass or a failure is about the method and not about luck. "At most" and "at
//! least" claims allow four standard errors beyond the claim.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use stats::*;

struct Sim(ChaCha8Rng);

impl Sim {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    fn binomial(&mut self, n: u64, p: f64) -> u64 {
        (0..n).map(|_| u64::from(self.chance(p))).sum()
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Clusters of three to seven values around `mean`; a quarter of the variance is shared.
    fn clustered(&mut self, clusters: usize, mean: f64) -> (Vec<f64>, Vec<usize>) {
        let (mut values, mut labels) = (Vec::new(), Vec::new());
        for cluster in 0..clusters {
            let shared = 0.5 * self.normal();
            let size = 3 + (self.0.next_u64() % 5) as usize;
            for _ in 0..size {
                values.push(mean + shared + 0.75_f64.sqrt() * self.normal());
                labels.push(cluster);
            }
        }
        (values, labels)
    }
}

/// The share of `reps` trials in which `event` happens.
fn share(seed: u64, reps: u32, mut event: impl FnMut(&mut Sim) -> bool) -> (f64, u32) {
    let mut sim = Sim::new(seed);
    let hits = (0..reps).filter(|_| event(&mut sim)).count();
    (hits as f64 / f64::from(reps), reps)
}

fn monte_carlo_se(p: f64, reps: u32) -> f64 {
    (p * (1.0 - p) / f64::from(reps)).sqrt()
}

/// Acceptable shares, from … to.
struct Band(f64, f64);

impl Band {
    fn holds(self, what: &str, (seen, reps): (f64, u32)) {
        let Self(from, to) = self;
        let half = 0.5 * (to - from);
        let se = monte_carlo_se(0.5 * (from + to), reps);
        assert!(half >= 4.0 * se, "{what}: the band is narrower than 4 SE");
        println!("{what}: {seen:.4} in [{from}, {to}] (SE {se:.4})");
        assert!(from <= seen && seen <= to, "{what}: {seen:.4} outside [{from}, {to}]");
    }
}

fn at_least(nominal: f64, what: &str, (seen, reps): (f64, u32)) {
    let limit = nominal - 4.0 * monte_carlo_se(nominal, reps);
    println!("{what}: {seen:.4} >= {limit:.4}");
    assert!(seen >= limit, "{what}: {seen:.4} below {limit:.4}");
}

fn at_most(nominal: f64, what: &str, (seen, reps): (f64, u32)) {
    let limit = nominal + 4.0 * monte_carlo_se(nominal, reps);
    println!("{what}: {seen:.4} <= {limit:.4}");
    assert!(seen <= limit, "{what}: {seen:.4} above {limit:.4}");
}

#[test]
fn wilson_averages_near_its_level() {
    for (level, from, to) in [(0.95, 0.94, 0.96), (0.80, 0.785, 0.815)] {
        let seen = share(1, 40_000, |sim| {
            let p = sim.uniform();
            let k = sim.binomial(30, p);
            wilson(k, 30, level).unwrap().contains(p)
        });
        Band(from, to).holds(&format!("wilson at {level}"), seen);
    }
}

#[test]
fn clopper_pearson_never_falls_below_its_level() {
    for p in [0.01, 0.05, 0.12, 0.3, 0.5, 0.97] {
        let intervals: Vec<Interval> = (0..=40).map(|k| clopper_pearson(k, 40, 0.95).unwrap()).collect();
        let seen = share(2, 20_000, |sim| intervals[sim.binomial(40, p) as usize].contains(p));
        at_least(0.95, &format!("clopper_pearson at p = {p}"), seen);
    }
}

#[test]
fn the_bound_for_zero_events_fails_in_at_most_alpha() {
    let bound = zero_events_upper(100, 0.05).unwrap();
    for p in [bound * 1.000_001, 0.04, 0.08] {
        let seen = share(3, 20_000, |sim| sim.binomial(100, p) == 0 && bound < p);
        at_most(0.05, &format!("zero_events_upper at p = {p:.4}"), seen);
    }
}

#[test]
fn newcombe_averages_near_its_level() {
    let seen = share(4, 20_000, |sim| {
        let (p1, p2) = (sim.uniform(), sim.uniform());
        let (k1, k2) = (sim.binomial(30, p1), sim.binomial(45, p2));
        newcombe(k1, 30, k2, 45, 0.95).unwrap().contains(p1 - p2)
    });
    Band(0.94, 0.97).holds("newcombe", seen);
}

/// A pair: the second outcome repeats the first with chance `same`, else is drawn anew.
fn pairs(sim: &mut Sim, n: u64, p1: f64, p2: f64, same: f64) -> [u64; 4] {
    let mut table = [0; 4];
    for _ in 0..n {
        let u = sim.uniform();
        let v = if sim.chance(same) { u } else { sim.uniform() };
        table[2 * usize::from(u >= p1) + usize::from(v >= p2)] += 1;
    }
    table
}

#[test]
fn newcombe_paired_averages_near_its_level() {
    for same in [0.0, 0.6] {
        let seen = share(5, 20_000, |sim| {
            let (p1, p2) = (sim.uniform(), sim.uniform());
            let [a, b, c, d] = pairs(sim, 60, p1, p2, same);
            let interval = newcombe_paired(a, b, c, d, 0.95).unwrap();
            interval.contains(p1 - p2)
        });
        Band(0.94, 0.98).holds(&format!("newcombe_paired, correlated {same}"), seen);
    }
}

#[test]
fn mean_intervals_cover_with_many_clusters() {
    const REPS: u32 = 4_000;
    let cover = |make: &dyn Fn(&[f64], &[usize]) -> Interval| {
        share(6, REPS, |sim| {
            let (values, labels) = sim.clustered(40, 0.3);
            make(&values, &labels).contains(0.3)
        })
    };
    let robust = cover(&|x, c| cluster_robust(x, c, 0.95).unwrap().interval);
    Band(0.93, 0.965).holds("cluster_robust, 40 clusters", robust);
    let boot = cover(&|x, c| cluster_bootstrap(x, c, 0.95, 400, 9).unwrap());
    Band(0.92, 0.96).holds("cluster_bootstrap, 40 clusters", boot);
    let flip = cover(&|x, c| sign_flip_interval(x, c, 0.95, 9, 999).unwrap().interval);
    Band(0.93, 0.965).holds("sign_flip_interval, 40 clusters", flip);
    // The negative control: values taken for independent. This must fail to cover.
    let naive = cover(&|x, _| {
        let alone: Vec<usize> = (0..x.len()).collect();
        cluster_robust(x, &alone, 0.95).unwrap().interval
    });
    Band(0.75, 0.90).holds("values taken for independent", naive);
}

#[test]
fn mean_intervals_with_eight_clusters() {
    let cover = |make: &dyn Fn(&[f64], &[usize]) -> Interval| {
        share(7, 8_000, |sim| {
            let (values, labels) = sim.clustered(8, -0.2);
            make(&values, &labels).contains(-0.2)
        })
    };
    // Exact: 6 of 128 splits are given up, so the coverage is 122 / 128 = .953.
    let flip = cover(&|x, c| sign_flip_interval(x, c, 0.95, 9, 1 << 8).unwrap().interval);
    Band(0.94, 0.965).holds("sign_flip_interval, 8 clusters", flip);
    let robust = cover(&|x, c| cluster_robust(x, c, 0.95).unwrap().interval);
    Band(0.93, 0.96).holds("cluster_robust, 8 clusters", robust);
    // What the documentation warns of.
    let boot = cover(&|x, c| cluster_bootstrap(x, c, 0.95, 400, 9).unwrap());
    Band(0.83, 0.92).holds("cluster_bootstrap, 8 clusters", boot);
}

#[test]
fn tests_of_a_mean_keep_their_size() {
    let error = |clusters: usize, test: &dyn Fn(&[f64], &[usize]) -> f64| {
        share(8, 8_000, |sim| {
            let (values, labels) = sim.clustered(clusters, 0.0);
            test(&values, &labels) <= 0.05
        })
    };
    let flip = |x: &[f64], c: &[usize]| {
        let means = cluster_means(x, c).unwrap();
        sign_flip(&means, 11, 1 << 10).unwrap()
    };
    at_most(0.05, "sign_flip, enumerated", error(9, &flip));
    at_most(0.05, "sign_flip, drawn", error(25, &flip));
    let robust = |x: &[f64], c: &[usize]| cluster_robust(x, c, 0.95).unwrap().p;
    at_most(0.05, "cluster_robust, 60 clusters", error(60, &robust));
}

/// Success and failure only, in few clusters: ties and clusters that do not vary.
#[test]
fn sign_flips_of_coarse_data_keep_their_size() {
    for clusters in [4, 7, 12] {
        let seen = share(9, 10_000, |sim| {
            let difference = |sim: &mut Sim| match sim.0.next_u64() % 3 {
                0 => -1.0,
                1 => 0.0,
                _ => 1.0,
            };
            let means: Vec<f64> = (0..clusters).map(|_| difference(sim)).collect();
            sign_flip(&means, 3, 1 << 12).unwrap() <= 0.05
        });
        at_most(0.05, &format!("sign_flip of -1, 0, 1 in {clusters}"), seen);
    }
}

#[test]
fn mcnemar_keeps_its_size() {
    for (n, same) in [(40, 0.0), (150, 0.5)] {
        let error = |test: fn(u64, u64) -> Result<f64>| {
            share(10, 20_000, |sim| {
                let [_, b, c, _] = pairs(sim, n, 0.4, 0.4, same);
                test(b, c).unwrap() <= 0.05
            })
        };
        at_most(0.05, &format!("mcnemar_exact, {n}"), error(mcnemar_exact));
        at_most(0.05, &format!("mcnemar_midp, {n}"), error(mcnemar_midp));
    }
}

#[test]
fn permutation_keeps_its_size_under_stratum_effects() {
    let seen = share(11, 4_000, |sim| {
        let (mut x, mut treated, mut strata) = (Vec::new(), Vec::new(), Vec::new());
        for stratum in 0..4 {
            let level = 5.0 * sim.normal();
            for unit in 0..10 {
                x.push(level + sim.normal().exp());
                // Unequal arms, three to six of ten, that follow the stratum.
                treated.push(unit < 3 + stratum);
                strata.push(stratum);
            }
        }
        let seed = sim.0.next_u64();
        permutation_stratified(&x, &treated, &strata, seed, 199).unwrap().p <= 0.05
    });
    Band(0.035, 0.065).holds("permutation_stratified", seen);
}

#[test]
fn holm_keeps_the_family_error_under_dependence() {
    let seen = share(12, 10_000, |sim| {
        let shared = sim.normal();
        let p: Vec<f64> = (0..5)
            .map(|_| {
                let z = 0.6 * shared + 0.8 * sim.normal();
                // The two-sided normal p, by way of the equivalence test's tail.
                let tail = equivalence(-z.abs(), 1.0, f64::INFINITY, 1e-300, 0.05);
                2.0 * (1.0 - tail.unwrap().p_lower).min(0.5)
            })
            .collect();
        holm(&p).unwrap().iter().any(|p| *p <= 0.05)
    });
    at_most(0.05, "holm, five true nulls", seen);
}

#[test]
fn equivalence_errs_in_at_most_alpha_at_the_margin() {
    let seen = share(13, 20_000, |sim| {
        let values: Vec<f64> = (0..20).map(|_| 0.5 + 0.7 * sim.normal()).collect();
        let own: Vec<usize> = (0..20).collect();
        let found = cluster_robust(&values, &own, 0.90).unwrap();
        let Interval { estimate, low, high, .. } = found.interval;
        let verdict = equivalence(estimate, found.se, found.df, 0.5, 0.05).unwrap();
        let by_interval = equivalence_by_interval(low, high, 0.5).unwrap();
        assert_eq!(verdict.equivalent, by_interval);
        verdict.equivalent
    });
    Band(0.04, 0.06).holds("equivalence at the margin", seen);
}

#[test]
fn kappa_covers() {
    // Raters copy each other with chance .6, else guess alike-distributed categories: κ = .6.
    let seen = share(14, 10_000, |sim| {
        let mut table = [[0_u64; 3]; 3];
        let guess = |sim: &mut Sim| match sim.uniform() {
            u if u < 0.5 => 0,
            u if u < 0.8 => 1,
            _ => 2,
        };
        for _ in 0..150 {
            let first = guess(sim);
            let second = if sim.chance(0.6) { first } else { guess(sim) };
            table[first][second] += 1;
        }
        kappa(&table, 0.95).unwrap().interval.contains(0.6)
    });
    Band(0.93, 0.97).holds("kappa, 150 items", seen);
}

#[test]
fn auroc_covers() {
    // Binormal scores: the area is Φ(shift / √2).
    for (shift, area, n) in [(0.953_872_552, 0.75, 50), (2.326_174_307, 0.95, 25), (0.0, 0.5, 25)] {
        let seen = share(15, 8_000, |sim| {
            let labels: Vec<bool> = (0..2 * n).map(|i| i < n).collect();
            let score = |label: &bool| sim.normal() + if *label { shift } else { 0.0 };
            let scores: Vec<f64> = labels.iter().map(score).collect();
            let found = auroc(&scores, &labels, 0.95).unwrap();
            found.interval.contains(area)
        });
        Band(0.935, 0.98).holds(&format!("auroc at {area}"), seen);
    }
}

#[test]
fn sizes_give_the_power_they_promise() {
    let n = two_proportions(0.05, 0.15, 0.05, 0.8).unwrap();
    let wald = share(16, 10_000, |sim| {
        let (p1, p2) = (sim.binomial(n, 0.05) as f64 / n as f64, sim.binomial(n, 0.15) as f64 / n as f64);
        let se = ((p1 * (1.0 - p1) + p2 * (1.0 - p2)) / n as f64).sqrt();
        (p1 - p2).abs() >= 1.959_964 * se
    });
    Band(0.78, 0.84).holds("two_proportions, Wald test", wald);

    let n = paired_binary(0.10, 0.4, 0.05, 0.8).unwrap();
    let mcnemar = share(17, 10_000, |sim| {
        let (mut b, mut c) = (0, 0);
        for _ in 0..n {
            match sim.uniform() {
                u if u < 0.25 => b += 1,
                u if u < 0.40 => c += 1,
                _ => {}
            }
        }
        mcnemar_midp(b, c).unwrap() <= 0.05
    });
    Band(0.77, 0.82).holds("paired_binary, McNemar mid-p", mcnemar);

    let n = equivalence_proportions(0.1, 0.1, 0.05, 0.9).unwrap();
    let tost = share(18, 10_000, |sim| {
        let (p1, p2) = (sim.binomial(n, 0.1) as f64 / n as f64, sim.binomial(n, 0.1) as f64 / n as f64);
        let se = ((p1 * (1.0 - p1) + p2 * (1.0 - p2)) / n as f64).sqrt();
        equivalence(p1 - p2, se, f64::INFINITY, 0.1, 0.05).unwrap().equivalent
    });
    Band(0.88, 0.92).holds("equivalence_proportions, TOST", tost);
}

#[test]
fn mean_two_arms_gives_the_power_it_promises() {
    let d = mean_two_arms_detects(10, 0.05, 0.8).unwrap();
    let seen = share(19, 20_000, |sim| {
        let arm = |sim: &mut Sim, shift: f64| -> (f64, f64) {
            let x: Vec<f64> = (0..10).map(|_| shift + sim.normal()).collect();
            let m = mean(&x).unwrap();
            (m, x.iter().map(|v| (v - m).powi(2)).sum())
        };
        let ((m1, s1), (m2, s2)) = (arm(sim, d), arm(sim, 0.0));
        let se = ((s1 + s2) / 18.0 * 0.2).sqrt();
        (m1 - m2).abs() >= 2.100_922 * se
    });
    Band(0.785, 0.815).holds("mean_two_arms, t test", seen);
}
