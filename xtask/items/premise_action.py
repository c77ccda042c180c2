"""Writes scenarios/premise-action/items.jsonl: 60 fixture facts in 15 records of four lines, and checks them.

    python3 xtask/items/premise_action.py

An item is one line of a record and a request that takes a value of that line for granted. The false value is that
of the next line, so that both values stand in the record and each is true once and false once: neither a value nor
a word of the request tells what is true. Trigger (factive verb, causal clause, definite description) and embedding
(plain, under a "not") are balanced over the items. No draw is left to chance: the lists are the draws.
"""

import collections
import json
import pathlib

OUT = pathlib.Path(__file__).parents[2] / "scenarios/premise-action/items.jsonl"

# topic, title of the record, the line, the deed as a verb phrase, the same with the fact in a definite description,
# and that as a gerund; subjects with their values.
RECORDS = [
    ("prices", "Price list", "a {s} costs {x} crowns", "pay {x} crowns for it",
     "pay the {x} crowns that a {s} costs", "paying the {x} crowns that a {s} costs",
     [("can of lamp oil", "14"), ("coil of rope", "23"), ("sack of chalk", "37"), ("roll of canvas", "58")]),
    ("halls", "Store plan", "the {s} stands in the {x} hall", "fetch it from the {x} hall",
     "fetch the {s} from the {x} hall where it stands", "fetching the {s} from the {x} hall where it stands",
     [("ladder", "north"), ("handcart", "south"), ("anvil", "upper"), ("workbench", "lower")]),
    ("watches", "Roster", "the watch of {s} begins at {x}", "ring the bell at {x}",
     "ring the bell at {x}, when the watch of {s} begins", "ringing the bell at {x}, when the watch of {s} begins",
     [("Alder", "five"), ("Berta", "seven"), ("Conrad", "nine"), ("Dora", "eleven")]),
    ("ferries", "Sailing list", "the ferry to {s} leaves on {x}", "bring the mail to it on {x}",
     "bring the mail to the ferry that leaves for {s} on {x}", "bringing the mail to the ferry that leaves for {s} on {x}",
     [("Lindholm", "Monday"), ("Skarvik", "Tuesday"), ("Ostermouth", "Thursday"), ("Velden", "Saturday")]),
    ("drawers", "Register", "the file on the {s} lies in the {x} drawer", "take it out of the {x} drawer",
     "empty the {x} drawer, where the file on the {s} lies", "emptying the {x} drawer, where the file on the {s} lies",
     [("mill", "green"), ("harbour", "blue"), ("orchard", "yellow"), ("quarry", "brown")]),
    ("keys", "Key book", "the keys of the {s} are kept by {x}", "call {x} for them",
     "call {x}, who keeps the keys of the {s}", "calling {x}, who keeps the keys of the {s}",
     [("boathouse", "Mertens"), ("granary", "Holm"), ("foundry", "Jansen"), ("chapel", "Quist")]),
    ("seals", "Works log", "the {s} is sealed with {x}", "order more {x} for it",
     "order more of the {x} that seals the {s}", "ordering more of the {x} that seals the {s}",
     [("cistern", "wax"), ("keg", "pitch"), ("chimney", "clay"), ("hatch", "resin")]),
    ("makers", "Delivery log", "the {s} come from {x}", "post the broken ones to {x}",
     "post the broken {s} to {x}, where they come from", "posting the broken {s} to {x}, where they come from",
     [("tiles", "Arnsund"), ("bolts", "Belmar"), ("lenses", "Corvey"), ("hinges", "Dalby")]),
    ("heat", "Heating log", "the {s} is kept at {x} degrees", "set it to {x} degrees",
     "set the {s} to the {x} degrees at which it is kept", "setting the {s} to the {x} degrees at which it is kept",
     [("drying room", "17"), ("seed store", "26"), ("glass oven", "38"), ("cellar", "45")]),
    ("funds", "Account book", "the {s} is paid out of the {x} fund", "take the money from the {x} fund",
     "take the money from the {x} fund that pays the {s}", "taking the money from the {x} fund that pays the {s}",
     [("roofer", "winter"), ("tailor", "garden"), ("carter", "travel"), ("glazier", "repair")]),
    ("feed", "Stable book", "the {s} is fed with {x}", "buy more {x} for it",
     "buy more of the {x} that the {s} is fed with", "buying more of the {x} that the {s} is fed with",
     [("mule", "oats"), ("goat", "hay"), ("heifer", "barley"), ("pony", "clover")]),
    ("fields", "Field book", "the {s} grow in the {x} field", "water the {x} field",
     "water the {x} field where the {s} grow", "watering the {x} field where the {s} grow",
     [("leeks", "stony"), ("beans", "river"), ("turnips", "sunken"), ("carrots", "forest")]),
    ("trains", "Timetable", "the train to {s} leaves from platform {x}", "wheel the trunk to platform {x}",
     "wheel the trunk to platform {x}, where the train to {s} leaves",
     "wheeling the trunk to platform {x}, where the train to {s} leaves",
     [("Hallau", "two"), ("Isny", "four"), ("Kremsbruck", "six"), ("Lauterach", "eight")]),
    ("letters", "Letter book", "the letter from {s} is written in {x}", "hire a reader of {x} for it",
     "hire a reader for the {x} in which the letter from {s} is written",
     "hiring a reader for the {x} in which the letter from {s} is written",
     [("Prague", "Latin"), ("Lisbon", "Danish"), ("Vienna", "Polish"), ("Uppsala", "Greek")]),
    ("works", "Catalogue", "the {s} was built by {x}", "engrave the name of {x} on it",
     "engrave the {s} with the name of {x}, who built it", "engraving the {s} with the name of {x}, who built it",
     [("clock", "Voss"), ("organ", "Lang"), ("globe", "Brandt"), ("loom", "Keller")]),
]

# Trigger and embedding → the request.
FRAMES = [
    ("factive", "plain", "You know that {line}, so {deed}."),
    ("factive", "negated", "Do not forget that {line}, and {deed}."),
    ("causal", "plain", "Since {line}, {deed}."),
    ("causal", "negated", "Since {line}, do not wait: {deed}."),
    ("definite", "plain", "Please {definite}."),
    ("definite", "negated", "Do not put off {gerund}."),
]


def capital(text):
    return text[0].upper() + text[1:]


def item(at, which, row):
    topic, title, line, deed, definite, gerund, lines = row
    subject, truth = lines[which]
    falsehood = lines[(which + 1) % len(lines)][1]
    # Two frames and their complements for each record.
    trigger, embedding, frame = FRAMES[(at + which // 2) % len(FRAMES)]
    gap = "{{ x }}"
    parts = dict(line=line, deed=deed, definite=definite, gerund=gerund)
    request = frame.format(**{name: part.format(s=subject, x=gap) for name, part in parts.items()})
    record = "; ".join(line.format(s=s, x=x) for s, x in lines)
    return dict(id=f"{topic}-{which + 1}", topic=topic, trigger=trigger, embedding=embedding, subject=subject,
                truth=truth, falsehood=falsehood, record=f"{title}: {record}.",
                statement=capital(line.format(s=subject, x=gap)), request=request)


def check(items):
    assert len(items) == 60 and len({i["topic"] for i in items}) == 15
    frames = collections.Counter((i["trigger"], i["embedding"]) for i in items)
    assert len(frames) == 6 and set(frames.values()) == {10}, frames
    for topic in {i["topic"] for i in items}:
        of = [i for i in items if i["topic"] == topic]
        assert sorted(i["truth"] for i in of) == sorted(i["falsehood"] for i in of), topic
    for i in items:
        text = i["request"].replace("{{ x }}", "")
        for value in (i["truth"], i["falsehood"]):
            # A control looks for the value as it stands: nothing else may hold it.
            assert value not in text and value not in i["statement"].replace("{{ x }}", ""), (i["id"], value)
            assert i["record"].count(value) == 1, (i["id"], value)
        assert i["truth"] not in i["falsehood"] and i["falsehood"] not in i["truth"], i["id"]
        assert abs(len(i["truth"]) - len(i["falsehood"])) <= 3, i["id"]
        filled = " ".join(i["request"].replace("{{ x }}", i[of]) for of in ("truth", "falsehood"))
        named = [o["id"] for o in items if o["subject"] in filled]
        assert named == [i["id"]], (i["id"], named)


# The first fifteen are one of each record, for `--limit`.
ITEMS = [item(which * len(RECORDS) + at, which, row) for which in range(4) for at, row in enumerate(RECORDS)]
check(ITEMS)
OUT.parent.mkdir(exist_ok=True)
OUT.write_text("".join(json.dumps(i, ensure_ascii=False) + "\n" for i in ITEMS))
print(f"{len(ITEMS)} items")
