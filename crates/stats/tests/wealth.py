"""Makes tests/confseq.json: wealth processes of the PyPI package confseq, the authors' own.

confseq 0.0.11 has no wheel, needs Boost's headers to build and numpy below 2 to run, so it is no part of the
tests' own Python. By hand (Debian):

    apt-get install libboost-math-dev
    python3 -m venv v && v/bin/pip install setuptools wheel pybind11 scikit-build cmake ninja "numpy<2" "pandas<3" scipy
    v/bin/pip install --no-build-isolation confseq==0.0.11
    v/bin/python crates/stats/tests/wealth.py > crates/stats/tests/confseq.json
"""

import json

import numpy as np
from confseq.betting import betting_mart
from confseq.predmix import lambda_predmix_eb

rng = np.random.default_rng(7)
draws = {
    "coins": rng.integers(0, 2, 30).astype(float),
    "steady": np.clip(rng.normal(0.52, 0.03, 30), 0, 1),
    "wide": rng.beta(0.4, 0.9, 30),
    "ends": np.array([0.0] * 6 + [1.0] * 6 + [0.5] * 3),
}
cases = []
for name, x in draws.items():
    for population in (None, len(x), 2 * len(x)):
        for mean, alpha, stake, horizon in (
            (0.5, 0.05, 0.5, None),
            (0.3, 0.1, 0.75, None),
            (float(np.mean(x)), 0.01, 0.9, 15),
            (0.9, 0.05, 0.9, 40),
        ):
            half = alpha / 2
            bets = lambda x, m, a=half, n=horizon: lambda_predmix_eb(x, alpha=a, fixed_n=n)
            wealth = betting_mart(x, mean, alpha, bets, bets, N=population, theta=0.5, trunc_scale=stake)
            cases.append(
                {
                    "name": name,
                    "values": [float(v) for v in x],
                    "population": population,
                    "mean": mean,
                    "level": 1 - alpha,
                    "stake_max": stake,
                    "horizon": horizon,
                    # JSON has no infinity: a mean that has become impossible.
                    "wealth": [None if np.isinf(w) else float(w) for w in wealth],
                }
            )
print("[" + ",\n".join(json.dumps(case) for case in cases) + "]")
