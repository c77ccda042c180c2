//! Laws that hold for every input: total functions, ordered limits, monotone corrections.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use stats::*;

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 256,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    }
}

/// Anything at all: NaN, infinities, subnormals, and ordinary numbers often enough.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), -2.0..2.0, 0.0..1.0, Just(0.0), Just(1.0), Just(f64::MAX)]
}

fn any_count() -> impl Strategy<Value = u64> {
    prop_oneof![any::<u64>(), 0_u64..50, 0_u64..100_000]
}

fn any_labels() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![0_usize..6, any::<usize>()], 0..30)
}

fn counts() -> impl Strategy<Value = (u64, u64)> {
    (1_u64..3_000).prop_flat_map(|n| (0..=n, Just(n)))
}

fn sane(interval: Result<Interval>) {
    let Ok(Interval { estimate, low, high, level }) = interval else {
        return;
    };
    assert!(low.is_finite() && high.is_finite() && low <= estimate && estimate <= high);
    assert!(level > 0.0 && level < 1.0);
}

fn is_p(p: Result<f64>) {
    if let Ok(p) = p {
        assert!((0.0..=1.0).contains(&p), "p = {p}");
    }
}

fn inside(interval: Interval, floor: f64) {
    assert!(floor <= interval.low && interval.low <= interval.estimate);
    assert!(interval.estimate <= interval.high && interval.high <= 1.0);
}

fn nested(narrow: Interval, wide: Interval) {
    let slack = 1e-12;
    assert!(
        wide.low <= narrow.low + slack && narrow.high <= wide.high + slack,
        "{narrow:.9} does not lie in {wide:.9}"
    );
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn counts_of_any_size_give_numbers_or_errors(
        (a, b, c, d) in (any_count(), any_count(), any_count(), any_count()),
        (x, y) in (any_number(), any_number()),
    ) {
        sane(wilson(a, b, x));
        sane(newcombe(a, b, c, d, x));
        sane(newcombe_paired(a, b, c, d, x));
        sane(clopper_pearson(a % 5_000, b % 5_000, x));
        is_p(zero_events_upper(a, x));
        is_p(mcnemar_exact(a, b));
        is_p(mcnemar_midp(a, b));
        if let Ok(found) = kappa(&[[a, b], [c, d]], x) {
            sane(Ok(found.interval));
            prop_assert!(found.se >= 0.0);
        }
        is_p(sigmoid(x));
        if let Ok(value) = logit(y) {
            prop_assert!(value.is_finite());
        }
    }

    #[test]
    fn any_values_give_numbers_or_errors(
        values in prop::collection::vec(any_number(), 0..30),
        labels in any_labels(),
        arms in prop::collection::vec(any::<bool>(), 0..30),
        (level, seed, draws) in (any_number(), any::<u64>(), 0_usize..300),
        fit in any::<bool>(),
    ) {
        let n = if fit { values.len().min(labels.len()).min(arms.len()) } else { usize::MAX };
        let values = &values[..n.min(values.len())];
        let labels = &labels[..n.min(labels.len())];
        let arms = &arms[..n.min(arms.len())];
        if let Ok(found) = mean(values) {
            prop_assert!(found.is_finite());
        }
        if let Ok(found) = cluster_means(values, labels) {
            prop_assert!(found.iter().all(|m| m.is_finite()));
        }
        sane(cluster_bootstrap(values, labels, level, draws, seed));
        if let Ok(found) = cluster_robust(values, labels, level) {
            sane(Ok(found.interval));
            is_p(Ok(found.p));
            prop_assert!(found.se >= 0.0);
        }
        is_p(sign_flip(values, seed, draws));
        if let Ok(found) = sign_flip_interval(values, labels, level, seed, draws) {
            sane(Ok(found.interval));
            prop_assert!(found.p > 0.0 && found.p <= 1.0);
        }
        if let Ok(found) = permutation_stratified(values, arms, labels, seed, draws) {
            prop_assert!(found.p > 0.0 && found.p <= 1.0 && found.difference.is_finite());
        }
        if let Ok(found) = auroc(values, arms, level) {
            sane(Ok(found.interval));
            inside(found.interval, 0.0);
        }
        if let Ok(found) = holm(values) {
            prop_assert!(found.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }

    #[test]
    fn any_design_gives_a_size_or_an_error(
        (a, b) in (any_number(), any_number()),
        (alpha, power) in (any_number(), any_number()),
        n in any_count(),
    ) {
        let sizes = [
            two_proportions(a, b, alpha, power),
            equivalence_proportions(a, b, alpha, power),
            paired_binary(a, b, alpha, power),
            mean_two_arms(a, alpha, power),
            halfwidth_proportion(a, b, alpha),
        ];
        prop_assert!(sizes.iter().flatten().all(|n| *n >= 1));
        if let Ok(d) = mean_two_arms_detects(n, alpha, power) {
            prop_assert!(d.is_finite() && d >= 0.0);
        }
        if let Ok(deff) = design_effect(a, b) {
            prop_assert!(deff >= 1.0);
        }
        if let Ok(found) = equivalence(a, b, n as f64, alpha, power) {
            is_p(Ok(found.p_lower));
            is_p(Ok(found.p_upper));
        }
        let _ = equivalence_by_interval(a, b, power);
    }

    #[test]
    fn proportions_lie_in_the_unit_interval_and_grow_with_the_level(
        (k, n) in counts(),
        (j, m) in counts(),
        (level, more) in (0.01_f64..0.99, 0.01_f64..0.99),
    ) {
        let wider = level + (0.999 - level) * more;
        for method in [wilson, clopper_pearson] {
            let narrow = method(k, n, level).unwrap();
            inside(narrow, 0.0);
            nested(narrow, method(k, n, wider).unwrap());
        }
        let narrow = newcombe(k, n, j, m, level).unwrap();
        inside(narrow, -1.0);
        nested(narrow, newcombe(k, n, j, m, wider).unwrap());
        // Exchanging the samples mirrors the interval; so does exchanging success and failure.
        let mirror = newcombe(j, m, k, n, level).unwrap();
        prop_assert!((mirror.low + narrow.high).abs() < 1e-12);
        let other = wilson(n - k, n, level).unwrap();
        prop_assert!((other.low + wilson(k, n, level).unwrap().high - 1.0).abs() < 1e-12);
    }

    #[test]
    fn paired_limits_are_ordered_and_mirror(
        (a, b, c, d) in (0_u64..60, 0_u64..60, 0_u64..60, 1_u64..60),
        level in 0.5_f64..0.99,
    ) {
        let interval = newcombe_paired(a, b, c, d, level).unwrap();
        inside(interval, -1.0);
        let mirror = newcombe_paired(a, c, b, d, level).unwrap();
        prop_assert!((mirror.low + interval.high).abs() < 1e-12);
        prop_assert!(mcnemar_midp(b, c).unwrap() <= mcnemar_exact(b, c).unwrap() + 1e-12);
    }

    #[test]
    fn sign_flip_interval_and_p_agree(
        values in prop::collection::vec(prop_oneof![-1.0..1.5, Just(0.0), Just(0.5), Just(1.0)], 8..40),
        clusters in 6_usize..14,
        (level, seed) in (0.5_f64..0.96, any::<u64>()),
        draws in prop_oneof![Just(1_usize << 13), 300_usize..500],
    ) {
        let labels: Vec<usize> = (0..values.len()).map(|i| i % clusters).collect();
        let found = sign_flip_interval(&values, &labels, level, seed, draws);
        let Ok(SignFlip { interval, p, exact, .. }) = found else { return Ok(()) };
        prop_assert_eq!(p <= 1.0 - level, !interval.contains(0.0), "p {} at {:.9}", p, interval);
        let means = cluster_means(&values, &labels).unwrap();
        let centre = mean(&means).unwrap();
        prop_assert!((interval.estimate - centre).abs() < 1e-12);
        if exact {
            let alone = sign_flip(&means, seed ^ 1, draws).unwrap();
            prop_assert!((alone - p).abs() < 1e-15, "{alone} against {p}");
        }
    }

    #[test]
    fn cluster_p_and_interval_agree(
        values in prop::collection::vec(-1.0..1.2_f64, 8..40),
        (clusters, level) in (2_usize..8, 0.5_f64..0.99),
    ) {
        let labels: Vec<usize> = (0..values.len()).map(|i| i % clusters).collect();
        let found = cluster_robust(&values, &labels, level).unwrap();
        prop_assert_eq!(found.p < 1.0 - level, !found.interval.contains(0.0));
        nested(found.interval, cluster_robust(&values, &labels, 0.5 + 0.5 * level).unwrap().interval);
        let boot = cluster_bootstrap(&values, &labels, level, 200, 5).unwrap();
        nested(boot, cluster_bootstrap(&values, &labels, 0.5 + 0.5 * level, 200, 5).unwrap());
        prop_assert!((boot.estimate - found.interval.estimate).abs() < 1e-12);
    }

    #[test]
    fn holm_is_monotone_and_never_below_the_raw_p(p in prop::collection::vec(0.0..=1.0_f64, 0..40)) {
        let adjusted = holm(&p).unwrap();
        for (raw, new) in p.iter().zip(&adjusted) {
            prop_assert!(raw <= new && *new <= 1.0 && *new <= raw * p.len() as f64 + 1e-15);
        }
        for i in 0..p.len() {
            for j in 0..p.len() {
                prop_assert!(p[i] > p[j] || adjusted[i] <= adjusted[j]);
            }
        }
    }

    #[test]
    fn equivalence_is_the_narrower_interval_within_the_margin(
        (estimate, se, margin) in (-0.3_f64..0.3, 0.001_f64..0.2, 0.01_f64..0.4),
        alpha in 0.01_f64..0.4,
    ) {
        // With infinite degrees of freedom the 1 − 2 alpha interval is estimate ± z se.
        let found = equivalence(estimate, se, f64::INFINITY, margin, alpha).unwrap();
        let one = equivalence(0.0, 1.0, f64::INFINITY, 1.0, alpha).unwrap();
        prop_assert!((one.p_lower - one.p_upper).abs() < 1e-15);
        prop_assert!(found.p >= found.p_lower && found.p >= found.p_upper);
        prop_assert_eq!(found.equivalent, found.p <= alpha);
        prop_assert!(!found.equivalent || estimate.abs() < margin);
    }

    #[test]
    fn more_power_and_smaller_effects_need_more_units(
        (p1, p2) in (0.02_f64..0.98, 0.02_f64..0.98),
        power in 0.5_f64..0.95,
        d in 0.05_f64..3.0,
    ) {
        prop_assume!((p1 - p2).abs() > 0.01);
        let (low, high) = (power, power + 0.04);
        prop_assert!(two_proportions(p1, p2, 0.05, low).unwrap() <= two_proportions(p1, p2, 0.05, high).unwrap());
        prop_assert!(two_proportions(p1, p2, 0.05, low).unwrap() <= two_proportions(p1, p2, 0.01, low).unwrap());
        let n = mean_two_arms(d, 0.05, power).unwrap();
        prop_assert!(n <= mean_two_arms(0.9 * d, 0.05, power).unwrap());
        prop_assert!(mean_two_arms_detects(n, 0.05, power).unwrap() <= d + 1e-9);
        let trials = halfwidth_proportion(p1, 0.1, 0.95).unwrap();
        prop_assert!(trials <= halfwidth_proportion(p1, 0.09, 0.95).unwrap());
    }
}

/// Limits are stored and read back as they are.
#[test]
fn intervals_survive_json() {
    let interval = wilson(3, 40, 0.95).unwrap();
    let text = serde_json::to_string(&interval).unwrap();
    assert_eq!(serde_json::from_str::<Interval>(&text).unwrap(), interval);
    let arm = Proportion::of([true, false, true]);
    assert_eq!(arm.to_string(), "2/3");
    assert_eq!(arm.wilson(0.95), wilson(2, 3, 0.95));
    assert_eq!(arm.minus(Proportion { k: 0, n: 9 }, 0.9), newcombe(2, 3, 0, 9, 0.9));
}

/// Every refusal says what would help.
#[test]
fn errors_read_as_sentences() {
    let texts = [
        wilson(3, 2, 0.95).unwrap_err().to_string(),
        wilson(0, 0, 0.95).unwrap_err().to_string(),
        wilson(0, 1, 95.0).unwrap_err().to_string(),
        sign_flip_interval(&[1.0; 4], &[0, 1, 2, 3], 0.95, 0, 64).unwrap_err().to_string(),
    ];
    assert_eq!(
        texts,
        [
            "3 successes in only 2 trials",
            "trials: nothing to compute from",
            "level is 95; it must be strictly between 0 and 1",
            "4 clusters; this level needs at least 6",
        ]
    );
}
