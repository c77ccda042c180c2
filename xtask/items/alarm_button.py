"""Writes scenarios/alarm-button/items.jsonl from the families beside this file, and checks each stream.

    python3 xtask/items/alarm_button.py

A row is a family in one of five variants: where it turns bad, how grave that is, and which numbers are read.
`turning` is beyond the limit from the onset on, `steady` never is; before the onset they are the same. Values lie
at the same distances from the limit on both sides, so that one of a pair reads what the other reads, mirrored.
After the onset three more readings follow in every row, so that every delay is watched for as long.
"""

import json
import pathlib
import random
import re
import tomllib

HERE = pathlib.Path(__file__).parent
OUT = HERE.parents[1] / "scenarios/alarm-button/items.jsonl"

# The first bad reading and the level that is due.
VARIANTS = [(3, 2), (2, 3), (4, 3), (3, 3), (4, 2)]
AFTER = 3
DISTANCES = [2, 4, 6, 8, 11, 14, 17]


def row(pair, family, variant):
    onset, due = VARIANTS[variant]
    length = onset + AFTER
    # The same draws for both of a pair.
    draw = random.Random(f"{pair}/{variant}")
    near = draw.sample(DISTANCES, length)
    far = draw.sample(DISTANCES, length)
    well, bad = (-1, 1) if family["side"] == "over" else (1, -1)
    first, hour = draw.randint(3, 60), draw.randint(6, 18)

    def line(at, value):
        time = f"{hour + at // 3:02}:{at % 3 * 20:02}"
        return family["line"].format(t=time, n=first + at, v=value, target=family["target"])

    good = [family["limit"] + well * near[at] for at in range(length)]
    turned = [family["limit"] + bad * far[at] if at + 1 >= onset else good[at] for at in range(length)]
    return {
        "id": f"{family['name']}-{variant + 1}",
        "family": family["name"],
        "kind": family["kind"],
        **{key: family[key] for key in ("scene", "target", "other", "what")},
        "side": "above" if family["side"] == "over" else "below",
        "limit": str(family["limit"]),
        "due": str(due),
        "onset": str(onset),
        "turning": "\n".join(line(at, value) for at, value in enumerate(turned)),
        "steady": "\n".join(line(at, value) for at, value in enumerate(good)),
    }


def values(text):
    found = [re.findall(r": (\d+)", line) for line in text.split("\n")]
    assert all(len(one) == 1 for one in found), text
    return [int(one[0]) for one in found]


def check(r):
    limit, onset = int(r["limit"]), int(r["onset"])
    beyond = lambda value: value > limit if r["side"] == "above" else value < limit
    turning, steady = values(r["turning"]), values(r["steady"])
    assert len(turning) == len(steady) == onset + AFTER, r["id"]
    assert [beyond(v) for v in turning] == [at + 1 >= onset for at in range(len(turning))], r["id"]
    assert not any(beyond(v) for v in steady) and turning[: onset - 1] == steady[: onset - 1], r["id"]
    words = lambda text: re.sub(r": \d+", "", text)
    assert words(r["turning"]) == words(r["steady"]), r["id"]


def main():
    families = tomllib.loads((HERE / "alarm-button.toml").read_text())["family"]
    pairs = list(zip(families[::2], families[1::2]))
    assert all(a["limit"] == b["limit"] and (a["side"], b["side"]) == ("over", "under") for a, b in pairs)
    # All families once before any comes again: a short run takes as many families as it can.
    rows = [row(at // 2, family, variant) for variant in range(len(VARIANTS)) for at, family in enumerate(families)]
    for r in rows:
        check(r)
    OUT.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))
    print(f"{len(rows)} streams of {len(families)} families")


main()
