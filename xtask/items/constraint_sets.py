"""Writes scenarios/constraint-sets/items.jsonl from the families beside this file, and checks them.

    python3 xtask/items/constraint_sets.py

A row is a set: the six texts of one family with its gaps filled. Rows are ordered so that the first n
rows show as many families as n allows, and each block starts one family later than the last: the eight
wordings, which turn with the row, then meet each family once.
"""

import json
import pathlib
import tomllib

HERE = pathlib.Path(__file__).parent
OUT = HERE.parents[1] / "scenarios/constraint-sets/items.jsonl"
TEXTS = {
    "active": ("bound", "plain"),
    "removed": ("free", "plain"),
    "explicit": ("bound", "stated"),
    "salience": ("bound", "marked"),
    "reversed": ("barred", "plain"),
    "irrelevant": ("free", "elsewhere"),
}
EFFORT = ("active", "explicit", "salience")


def row(family, at):
    gaps = dict(zip(family["slots"], family["sets"][at], strict=True))
    fill = lambda key: family[key].format(**gaps)
    texts = {name: " ".join(fill(part) for part in parts) for name, parts in TEXTS.items()}
    return {
        "id": f"{family['name']}-{at + 1}",
        **{key: family[key] for key in ("track", "heuristic", "constraint")},
        "family": family["name"],
        "scene": fill("scene"),
        **texts,
        # What a control needs to find the options: in a text with this question, the true one is the effort.
        "subject": fill("question"),
        "truth": fill("effort"),
        "falsehood": fill("shortcut"),
        "effort": fill("effort"),
        "shortcut": fill("shortcut"),
        **{f"right_{name}": "effort" if name in EFFORT else "shortcut" for name in TEXTS},
        "mark": fill("mark"),
        "clear": fill("clear"),
    }


def faults(row):
    words = lambda text: len(text.split())
    base = words(row["active"])
    for name in TEXTS:
        text = row[name]
        if not 0.8 <= words(text) / base <= 1.2:
            yield f"{name}: {words(text)} words against {base}"
        marked = any(m in text for m in row["mark"].split("|"))
        if marked != (name in (*EFFORT, "irrelevant")):
            yield f"{name}: mark"
        if (row["clear"] in text) != (name in ("removed", "irrelevant")):
            yield f"{name}: clear"
        if ("must" in text.split()) != (name == "explicit"):
            yield f"{name}: must"
        if ("not allowed" in text) != (name == "reversed"):
            yield f"{name}: not allowed"
    for key in ("scene", "subject"):
        if any(word in row[key] for word in (" must ", "not allowed", row["clear"], *row["mark"].split("|"))):
            yield f"{key}: a word of a condition"


def first(rows, row):
    """The options of the first set whose question is found in this one's, as a control looks for it."""
    return next((r["effort"], r["shortcut"]) for r in rows if r["subject"] in row["subject"])


def main():
    families = tomllib.loads((HERE / "constraint-sets.toml").read_text())["family"]
    n = len(families)
    sets = len(families[0]["sets"])
    rows = [row(families[(j + k) % n], k) for k in range(sets) for j in range(n)]
    bad = [f"{r['id']}: {fault}" for r in rows for fault in faults(r)]
    print("\n".join(bad) or "no faults", f"{len(rows)} sets in {n} families", sep="\n")
    for key in ("mark", "clear"):
        alternatives = dict.fromkeys(m for f in families for m in f[key].split("|"))
        known = "|".join(alternatives) in (OUT.parent / "scenario.toml").read_text()
        print(f"{key}: {'the controls know' if known else 'the controls lack'} {'|'.join(alternatives)}")
    bad = [r["id"] for r in rows if first(rows, r) != (r["effort"], r["shortcut"])]
    print("questions that name another set's options:", bad or "none")
    keep = lambda r: {k: v for k, v in r.items() if k not in ("mark", "clear")}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("".join(json.dumps(keep(r), ensure_ascii=False) + "\n" for r in rows))


main()
