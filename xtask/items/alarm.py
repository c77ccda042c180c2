"""Writes scenarios/alarm/items.jsonl from the families beside this file, and measures what words tell.

    python3 xtask/items/alarm.py

Evidence k: 0 none, 1 weak, 2 mixed, 3 strong, 4 decisive. An act is due if and only if k is 3 or 4. The
same act's rule and the same sources stand in all five texts of a family. Printed are two AUROCs of a bag
of words (naive Bayes, folds by families and by pairs of families) for due against not due.
"""

import json
import math
import pathlib
import re
import tomllib
from collections import Counter

HERE = pathlib.Path(__file__).parent
OUT = HERE.parents[1] / "scenarios/alarm/items.jsonl"

# What the strong and the weak source say, twice each: h is the reading that the rule is about.
READINGS = [("ll", "ll"), ("ll", "hh"), ("lh", "hl"), ("hh", "ll"), ("hh", "hh")]
SAYS = ["Two readings of the {}: {} and {}.", "The {}, asked twice, says {} and {}.", "Twice by the {}: {} and {}."]
TRUST = [
    "The {strong} has always been right. The {weak} is wrong every other time.",
    "The {weak} is wrong as often as right. The {strong} has never yet been wrong.",
]
FOLDS = 5


def row(at, family):
    says, turned = SAYS[at // 2 % 3], at // 2 % 2
    value = {"h": family["hi"], "l": family["lo"]}
    source = lambda name, read: says.format(family[name], *(value[r] for r in read))

    def evidence(strong, weak):
        told = [source("strong", strong), source("weak", weak)]
        return " ".join(reversed(told) if turned else told)

    # By these a control finds what the strong source says: its two first readings are of one kind.
    opening = lambda reading: source("strong", reading).split(f"{value[reading[0]]} and")[0] + f"{value[reading[0]]} and"
    return {
        "id": family["name"],
        "pair": f"pair-{at // 2 + 1}",
        "target": family["target"],
        "scene": f"{family['setting']} {TRUST[turned].format(**family)}",
        **{f"e{k}": evidence(*read) for k, read in enumerate(READINGS)},
        **{f"due{k}": "yes" if k >= 3 else "no" for k in range(5)},
        "above": family["above"],
        **{key: family[key] for key in ("harm", "party", "fault", "merit", "label")},
        "subject": family["strong"],
        "truth": opening("hh"),
        "falsehood": opening("ll"),
    }


def rules(r):
    return [
        f"{r['above']} means that {r['harm']}.",
        f"{r['above']} means that {r['party']} {r['fault']}.",
        f"{r['above']} means that {r['party']} {r['merit']}.",
        f"{r['above']} is called {r['label']}.",
    ]


def words(text):
    return Counter(re.findall(r"[a-z0-9']+", text.lower()))


def auroc(rows, group):
    """Of a naive Bayes over words, each fold scored by what the others teach."""
    groups = list(dict.fromkeys(r[group] for r in rows))
    fold = {name: at % FOLDS for at, name in enumerate(groups)}
    texts = [
        (fold[r[group]], k >= 3, words(f"{r['scene']} {rule} {r[f'e{k}']}"))
        for r in rows for k in range(5) for rule in rules(r)
    ]
    scored = []
    for held in range(FOLDS):
        seen = {True: Counter(), False: Counter()}
        for at, due, bag in texts:
            if at != held:
                seen[due].update(bag)
        known = set(seen[True]) | set(seen[False])
        total = {due: sum(seen[due].values()) + len(known) for due in seen}
        weight = {w: math.log((seen[True][w] + 1) / total[True]) - math.log((seen[False][w] + 1) / total[False]) for w in known}
        scored += [(sum(weight.get(w, 0.0) * n for w, n in bag.items()), due) for at, due, bag in texts if at == held]
    ranks = sorted(scored)
    wins = pairs = 0.0
    below, i = 0, 0
    while i < len(ranks):
        j = i
        while j < len(ranks) and abs(ranks[j][0] - ranks[i][0]) < 1e-12:
            j += 1
        tied = [due for _, due in ranks[i:j]]
        wins += sum(tied) * (below + (len(tied) - sum(tied)) / 2)
        below += len(tied) - sum(tied)
        i = j
    pairs = sum(due for _, due in ranks) * below
    return wins / pairs


def main():
    families = tomllib.loads((HERE / "alarm.toml").read_text())["family"]
    rows = [row(at, family) for at, family in enumerate(families)]
    for r in rows:
        assert len({len(r[f"e{k}"].split()) for k in range(5)}) == 1, r["id"]
        assert words(r["e1"]) == words(r["e2"]) == words(r["e3"]), r["id"]
        for k in range(5):
            assert [r["truth"] in r[f"e{k}"], r["falsehood"] in r[f"e{k}"]] == [k >= 3, k < 3], r["id"]
            assert next(s for s in rows if s["subject"] in r[f"e{k}"]) is r, r["id"]
    print(f"{len(rows)} families; bag of words, due against not due: AUROC {auroc(rows, 'id'):.3f} by family, {auroc(rows, 'pair'):.3f} by pair")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))


main()
