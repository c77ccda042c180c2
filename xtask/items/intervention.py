"""Writes scenarios/intervention/items.jsonl: forty card selections and forty weights, and checks them.

    python3 xtask/items/intervention.py

Each item has a right and a wrong answer of one kind, and a reason for each that a partner could give.
"""

import json
import pathlib

OUT = pathlib.Path(__file__).parents[2] / "scenarios/intervention/items.jsonl"

# What stands on the two sides, the rule, and four draws: a card that the rule speaks of, one that it does
# not, one that keeps it and one that breaks it.
CARDS = [
    ("guests", "four guests, with the drink on one side and the age on the other", "whoever drinks {} is over eighteen",
     [("beer", "milk", "30", "15"), ("wine", "tea", "25", "16"), ("cider", "juice", "41", "14"), ("rum", "cola", "52", "17")]),
    ("letters", "four letters, with the closing on one side and the stamp on the other", "a letter closed with {} has a red stamp",
     [("wax", "glue", "red", "blue"), ("tape", "string", "red", "green"), ("thread", "nothing", "red", "grey"), ("a seal", "a clip", "red", "white")]),
    ("riders", "four riders, with the class on one side and the ticket on the other", "whoever rides in the {} class has a gold ticket",
     [("first", "second", "gold", "paper"), ("upper", "lower", "gold", "tin"), ("royal", "common", "gold", "silver"), ("front", "rear", "gold", "copper")]),
    ("swimmers", "four swimmers, with the pool on one side and the badge on the other", "whoever swims in the {} pool has a badge with a seal",
     [("deep", "shallow", "seal", "duck"), ("cold", "warm", "seal", "frog"), ("outer", "inner", "seal", "crab"), ("long", "short", "seal", "swan")]),
    ("signs", "four signs, with a letter on one side and a number on the other", "a sign with {} has an even number",
     [("A", "K", "4", "7"), ("E", "M", "8", "3"), ("U", "T", "6", "9"), ("O", "R", "2", "5")]),
    ("bills", "four bills, with the sum on one side and the name on the other", "a bill of {} is signed by the owner",
     [("ninety", "ten", "owner", "clerk"), ("eighty", "five", "owner", "driver"), ("seventy", "six", "owner", "cook"), ("sixty", "one", "owner", "guard")]),
    ("pupils", "four pupils, with the class on one side and the room on the other", "whoever is in class {} eats in the hall",
     [("nine", "three", "hall", "yard"), ("eight", "two", "hall", "attic"), ("seven", "one", "hall", "garden"), ("six", "four", "hall", "cellar")]),
    ("dishes", "four dishes, with the filling on one side and the flag on the other", "a dish with {} has a yellow flag",
     [("nuts", "rice", "yellow", "pink"), ("eggs", "beans", "yellow", "brown"), ("fish", "peas", "yellow", "black"), ("cheese", "corn", "yellow", "orange")]),
    ("plots", "four plots, with the plant on one side and the border on the other", "a plot with {} has a fence",
     [("trees", "herbs", "fence", "ditch"), ("roses", "beets", "fence", "hedge"), ("vines", "leeks", "fence", "wall"), ("palms", "kale", "fence", "path")]),
    ("tiles", "four tiles, with a shape on one side and a colour on the other", "a tile with a {} is violet behind",
     [("circle", "square", "violet", "beige"), ("star", "cross", "violet", "amber"), ("heart", "arrow", "violet", "ivory"), ("moon", "line", "violet", "olive")]),
]

# What is told, what is right and wrong from the numbers, a reason for each, and four things with numbers.
WEIGHTS = [
    ("together", "The {b} weighs {n} grams. The {a} and the {b} together weigh {m} grams.", lambda n, m: (m - n, m + n),
     ("What is not the {b} must be the {a}.", "Both numbers belong to it, so one adds them."),
     [("clay cup", "iron ring", 30, 80), ("glass egg", "tin box", 20, 65), ("wax duck", "bone comb", 15, 40), ("jade frog", "cork ball", 10, 55)]),
    ("twice", "The {b} weighs {n} grams. The {a} is {m} times as heavy.", lambda n, m: (n * m, n + m),
     ("So many times as heavy means that one multiplies.", "One number is simply more than the other, so one adds."),
     [("brass bell", "felt hat", 20, 2), ("oak block", "reed mat", 30, 3), ("lead pipe", "silk bag", 15, 4), ("stone cat", "paper bird", 12, 5)]),
    ("heavier", "The {b} weighs {n} grams. The {a} is {m} grams heavier.", lambda n, m: (n + m, n - m),
     ("What is heavier has more, so one adds.", "The {b} comes first, so one takes the other number away."),
     [("red brick", "blue brick", 50, 15), ("zinc plate", "tin plate", 60, 25), ("long spoon", "short spoon", 45, 10), ("salt jar", "rice jar", 70, 35)]),
    ("lighter", "The {b} weighs {n} grams. The {a} is {m} grams lighter.", lambda n, m: (n - m, n + m),
     ("What is lighter has less, so one takes away.", "Two numbers are told, so one adds them."),
     [("straw doll", "wooden doll", 55, 20), ("soap bar", "butter bar", 65, 30), ("dry sponge", "wet sponge", 75, 40), ("thin book", "thick book", 85, 25)]),
    ("pair", "Two of the {b}s balance one {a}. One {b} weighs {n} grams.", lambda n, m: (2 * n, n),
     ("There are two on the other side of the scale.", "What balances something is as heavy as it."),
     [("copper pot", "steel cup", 35, 0), ("marble lion", "plaster dog", 45, 0), ("big lock", "small lock", 24, 0), ("flint axe", "flint blade", 32, 0)]),
    ("thirds", "Three {a}s, all alike, weigh {n} grams together.", lambda n, m: (n // 3, n - 3),
     ("Three that are alike share the weight among them.", "Three are on the scale, so one takes three away."),
     [("plum", "", 90, 0), ("dice cup", "", 75, 0), ("pine cone", "", 60, 0), ("chess queen", "", 45, 0)]),
    ("chain", "The {b} weighs {n} grams. The vase is {m} grams heavier. The {a} is 5 grams heavier than the vase.",
     lambda n, m: (n + m + 5, n + 5), ("It stands above the vase, and the vase above the {b}.", "Only the last step counts for it."),
     [("silver fork", "paper fan", 10, 20), ("ink bottle", "toy boat", 20, 30), ("door handle", "candle end", 25, 15), ("bird bath", "seed bag", 40, 30)]),
    ("half", "The {b} weighs {n} grams. The {a} weighs half as much.", lambda n, m: (n // 2, 2 * n),
     ("Half as much is less, so one divides.", "Half means a two, so one multiplies by it."),
     [("ivory key", "ebony key", 48, 0), ("small drum", "large drum", 86, 0), ("toy horse", "toy cart", 44, 0), ("light shoe", "heavy shoe", 66, 0)]),
    ("taken", "With the {a} on it, the scale shows {m} grams. Without the {a}, it shows {n} grams.", lambda n, m: (m - n, n),
     ("What goes missing on the scale is its weight.", "The scale was read last, and the last reading counts."),
     [("magnet", "", 25, 90), ("green pear", "", 35, 80), ("wool hat", "", 45, 65), ("tea pot lid", "", 30, 95)]),
    ("added", "The tray alone weighs {n} grams. The tray with the {a} weighs {m} grams.", lambda n, m: (m - n, m),
     ("The tray is weighed along with it, and has to go.", "The scale shows it with its number."),
     [("honey cake", "", 20, 75), ("ginger root", "", 15, 70), ("sugar loaf", "", 35, 95), ("melon slice", "", 25, 85)]),
]


def cards(family, what, rule, draws):
    for at, draw in enumerate(draws):
        spoken, other, keeps, breaks = draw
        # What is right stands at another place each time.
        first, second, third, fourth = draw[at:] + draw[:at]
        yield {
            "id": f"{family}-{at + 1}", "task": "cards", "family": family,
            "story": f"Four cards are for {what}. You see {first}, {second}, {third} and {fourth}. The rule: {rule.format(spoken)}. "
                     "You want to know whether it holds, and may turn two cards.",
            "subject": f"the cards {first}, {second}, {third}, {fourth}",
            "truth": f"turn {spoken} and {breaks}", "falsehood": f"turn {spoken} and {keeps}",
            "why_right": f"The card with {breaks} could break the rule from behind.",
            "why_wrong": f"The card with {keeps} stands in the rule, so it is the test.",
        }


def weights(family, story, solve, reasons, draws):
    for at, (a, b, n, m) in enumerate(draws):
        right, wrong = solve(n, m)
        fill = lambda text: text.format(a=a, b=b, n=n, m=m)
        yield {
            "id": f"{family}-{at + 1}", "task": "weights", "family": family,
            "story": f"{fill(story)} You want to know the weight of the {a}.",
            "subject": f"the {a}", "truth": f"it weighs {right} grams", "falsehood": f"it weighs {wrong} grams",
            "why_right": fill(reasons[0]), "why_wrong": fill(reasons[1]),
        }


def main():
    families = [list(cards(*c)) for c in CARDS] + [list(weights(*w)) for w in WEIGHTS]
    # One of each family, then the next; each block one family later, so that wordings meet them in turn.
    n = len(families)
    rows = [families[(j * 3 + k) % n][k] for k in range(4) for j in range(n)]
    for r in rows:
        for value, other in ((r["truth"], r["falsehood"]), (r["falsehood"], r["truth"])):
            for why in ("", r["why_right"], r["why_wrong"]):
                text = f"As to {r['subject']}, your partner says: {value}. {why}"
                assert next(s for s in rows if s["subject"] in text) is r, (r["id"], text)
                assert value in text and other not in text, (r["id"], text)
    print(f"{len(rows)} items in {n} families, {len({r['story'] for r in rows})} stories")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))


main()
