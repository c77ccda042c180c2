"""Reference values for tests/oracle.rs, from scipy and statsmodels.

Reads a JSON list of [name, input] on standard input; prints a JSON list with the list of
reference numbers for each. Where neither library has the method, the published formula is
written out here, apart from the Rust code, on top of their building blocks.
"""

import itertools
import json
import math
import sys
import warnings

import numpy as np
import statsmodels.api as sm
from scipy import optimize, special
from scipy import stats as ss
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower, normal_sample_size_one_tail
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import DescrStatsW


def wilson(k, n, level):
    return [k / n, *proportion_confint(k, n, 1 - level, method="wilson")]


def clopper_pearson(k, n, level):
    reference = ss.binomtest(k, n).proportion_ci(level, method="exact")
    low, high = proportion_confint(k, n, 1 - level, method="beta")
    assert abs(reference.low - low) < 1e-6 and abs(reference.high - high) < 1e-6
    return [k / n, low, high]


def zero_events_upper(n, alpha):
    return [ss.beta.ppf(1 - alpha, 1, n)]


def newcombe(k1, n1, k2, n2, level):
    limits = confint_proportions_2indep(
        k1, n1, k2, n2, method="newcomb", compare="diff", alpha=1 - level, correction=False
    )
    return [k1 / n1 - k2 / n2, *limits]


def newcombe_paired(a, b, c, d, level):
    n = a + b + c + d
    p1, l1, u1 = wilson(a + b, n, level)
    p2, l2, u2 = wilson(a + c, n, level)
    margins = (a + b) * (c + d) * (a + c) * (b + d)
    association = a * d - b * c
    if association > 0:
        association = max(association - n / 2, 0)
    phi = association / math.sqrt(margins) if margins else 0.0
    down = (p1 - l1) ** 2 - 2 * phi * (p1 - l1) * (u2 - p2) + (u2 - p2) ** 2
    up = (u1 - p1) ** 2 - 2 * phi * (u1 - p1) * (p2 - l2) + (p2 - l2) ** 2
    return [p1 - p2, max(p1 - p2 - math.sqrt(down), -1), min(p1 - p2 + math.sqrt(up), 1)]


def mcnemar_exact(b, c):
    exact = mcnemar([[0, b], [c, 0]], exact=True).pvalue
    if b + c:
        assert math.isclose(exact, ss.binomtest(b, b + c).pvalue, rel_tol=1e-9)
    return [exact]


def mcnemar_midp(b, c):
    m = min(b, c)
    return [2 * (ss.binom.cdf(m, b + c, 0.5) - 0.5 * ss.binom.pmf(m, b + c, 0.5))]


def cluster_means(values, clusters):
    values, clusters = np.array(values), np.array(clusters)
    return np.array([values[clusters == c].mean() for c in np.unique(clusters)])


def cluster_robust(values, clusters, level):
    fit = sm.OLS(values, np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(clusters)}, use_t=True
    )
    low, high = fit.conf_int(1 - level)[0]
    return [fit.params[0], low, high, fit.bse[0], fit.pvalues[0]]


def cluster_bootstrap(values, clusters, level):
    values, clusters = np.array(values), np.array(clusters)
    labels = np.unique(clusters)
    sums = np.array([values[clusters == c].sum() for c in labels])
    sizes = np.array([(clusters == c).sum() for c in labels])
    if len(set(sizes)) == 1:
        found = ss.bootstrap(
            (sums / sizes,), np.mean, n_resamples=40_000, confidence_level=level,
            method="percentile", rng=np.random.default_rng(1),
        ).confidence_interval
        return [values.mean(), found.low, found.high]
    rng = np.random.default_rng(1)
    drawn = rng.integers(len(labels), size=(40_000, len(labels)))
    means = sums[drawn].sum(1) / sizes[drawn].sum(1)
    return [values.mean(), *np.quantile(means, [(1 - level) / 2, (1 + level) / 2])]


def flip_p(means):
    return ss.permutation_test(
        (np.array(means),), lambda x, axis: abs(x.sum(axis)), permutation_type="samples",
        alternative="greater", n_resamples=np.inf, vectorized=True,
    ).pvalue


def sign_flip(means):
    return [flip_p(means)]


def sign_flip_interval(values, clusters, level):
    """The shifts that the test keeps, by bisection on scipy's p."""
    means = cluster_means(values, clusters)
    centre = means.mean()

    def limit(outside):
        inside = centre
        for _ in range(45):
            middle = (inside + outside) / 2
            if flip_p(means - middle) > 1 - level:
                inside = middle
            else:
                outside = middle
        return (inside + outside) / 2

    return [centre, limit(means.min() - 1), limit(means.max() + 1), flip_p(means)]


def permutation_stratified(x, treated, strata):
    """All assignments; with one stratum also scipy's permutation test."""
    x, treated, strata = np.array(x), np.array(treated), np.array(strata)
    differences, observed = [], 0.0
    labels = np.unique(strata)
    for label in labels:
        values, arm = x[strata == label], treated[strata == label]
        observed += (values[arm].mean() - values[~arm].mean()) / len(labels)
        options = []
        for chosen in itertools.combinations(range(len(values)), arm.sum()):
            mask = np.isin(np.arange(len(values)), chosen)
            options.append((values[mask].mean() - values[~mask].mean()) / len(labels))
        differences.append(np.array(options))
    total = differences[0]
    for more in differences[1:]:
        total = np.add.outer(total, more).ravel()
    p = np.mean(np.abs(total) >= abs(observed) - 1e-12)
    if len(labels) == 1:
        reference = ss.permutation_test(
            (x[treated], x[~treated]),
            lambda a, b, axis: abs(a.mean(axis) - b.mean(axis)),
            alternative="greater", n_resamples=np.inf, vectorized=True,
        ).pvalue
        assert math.isclose(p, reference)
    return [observed, p]


def holm(p):
    return list(multipletests(p, method="holm")[1])


def equivalence_of_values(values, margin):
    p, (_, lower, _), (_, upper, _) = DescrStatsW(values).ttost_mean(-margin, margin)
    return [lower, upper, p]


def equivalence_normal(estimate, se, margin):
    lower = ss.norm.sf((estimate + margin) / se)
    upper = ss.norm.cdf((estimate - margin) / se)
    return [lower, upper, max(lower, upper)]


def two_proportions(p1, p2, alpha, power):
    std = math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    n = normal_sample_size_one_tail(abs(p1 - p2), power, alpha / 2, std, std)
    return [math.ceil(n)]


def equivalence_proportions(p, margin, alpha, power):
    std = math.sqrt(2 * p * (1 - p))
    n = normal_sample_size_one_tail(margin, (1 + power) / 2, alpha, std, std)
    return [math.ceil(n)]


def paired_binary(delta, discordant, alpha, power):
    std = math.sqrt(discordant - delta**2)
    n = normal_sample_size_one_tail(abs(delta), power, alpha / 2, std, std)
    return [math.ceil(n)]


def smallest(fits, start):
    """The smallest whole number from `start` on that fits, for a condition that stays true."""
    low, high = start - 1, start
    while not fits(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return [high]


def mean_two_arms(d, alpha, power):
    return smallest(lambda n: TTestIndPower().power(d, n, alpha) >= power, 2)


def mean_two_arms_detects(n, alpha, power):
    def gap(d):
        return TTestIndPower().power(d, n, alpha) - power

    # Step up to the answer: far beyond it scipy's noncentral t is NaN.
    top = 1 / math.sqrt(n)
    while gap(top) < 0:
        top *= 1.1
    return [optimize.brentq(gap, 1e-9, top, xtol=1e-13)]


def halfwidth_proportion(p, halfwidth, level):
    def half(n):
        low, high = proportion_confint(p * n, n, 1 - level, method="wilson")
        return (high - low) / 2

    return smallest(lambda n: half(n) <= halfwidth, 1)


def kappa(table, level):
    found = cohens_kappa(np.array(table))
    half = ss.norm.ppf((1 + level) / 2) * found.std_kappa
    return [found.kappa, max(found.kappa - half, -1), min(found.kappa + half, 1), found.std_kappa]


def auroc(scores, labels, level):
    scores, labels = np.array(scores), np.array(labels)
    x, y = scores[labels], scores[~labels]
    area = ss.mannwhitneyu(x, y).statistic / (len(x) * len(y))
    wins = (x[:, None] > y) + 0.5 * (x[:, None] == y)
    se = math.sqrt(wins.mean(1).var(ddof=1) / len(x) + wins.mean(0).var(ddof=1) / len(y))
    z = ss.norm.ppf((1 + level) / 2)
    star = (len(x) + len(y)) / 2 - 1

    def miss(t):
        shape = 1 + star * ((1 - t) / (2 - t) + t / (1 + t))
        return (area - t) ** 2 - z * z * t * (1 - t) * shape / (len(x) * len(y))

    # At an area of 1 the estimate itself is a root, but not the one meant.
    low = optimize.brentq(miss, 1e-12, area * (1 - 1e-9), xtol=1e-14)
    high = optimize.brentq(miss, area, 1 - 1e-12, xtol=1e-14) if area < 1 else 1.0
    return [area, low, high, se]


def links(x, p):
    return [special.expit(x), special.logit(p)]


def main():
    warnings.simplefilter("ignore")
    cases = json.load(sys.stdin)
    answers = [[float(x) for x in globals()[name](*given)] for name, given in cases]
    json.dump(answers, sys.stdout)


main()
