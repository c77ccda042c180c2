"""Writes scenarios/collaboration/items.jsonl: 120 tasks with a known key, in three difficulties, and checks them.

    python3 xtask/items/collaboration.py

Each family is one kind of task. Its key is computed, the wrong answer comes from the mistake that the kind
invites, and both have a reason that a partner could give. No draw is left to chance: the lists are the draws.
"""

import json
import pathlib

OUT = pathlib.Path(__file__).parents[2] / "scenarios/collaboration/items.jsonl"

NAMES = ["Mara", "Ilja", "Tove", "Ravi", "Nadja"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def day(start, steps):
    return DAYS[(DAYS.index(start) + steps) % 7]


# name, difficulty, subject, story, draws, answers (right, wrong, two others), reason for right, reason for wrong.
# A draw is a tuple; `{0}` … are its parts, `{name}` is the person of the item.
FAMILIES = [
    ("more", "easy", "{name}'s plums", "{name} has {0} plums and gets {1} more. You want to know how many plums {name} has then.",
     [(27, 15), (34, 19), (46, 28), (58, 17), (63, 29)], lambda a, b: (a + b, a - b, a + b - 10, a + b + 1),
     "What is added makes it more.", "What is given counts off."),
    ("less", "easy", "{name}'s coins", "{name} has {0} coins and spends {1} of them. You want to know how many coins are left.",
     [(52, 17), (71, 34), (83, 46), (64, 25), (95, 58)], lambda a, b: (a - b, a - b + 10, a + b, a - b - 1),
     "What is spent is taken away, tens and ones.", "The ones go over ten, and that ten is added."),
    ("boxes", "easy", "{name}'s eggs", "{name} fills {0} boxes with {1} eggs each. You want to know how many eggs that is.",
     [(6, 12), (7, 9), (8, 15), (4, 18), (9, 14)], lambda a, b: (a * b, a + b, a * b + b, a * b - a),
     "So many boxes of the same size are multiplied.", "Two numbers stand there, so one adds them."),
    ("shares", "easy", "{name}'s cards", "{name} deals {0} cards to {1} players, each as many. You want to know how many cards each gets.",
     [(48, 6), (63, 7), (72, 4), (85, 5), (96, 8)], lambda a, b: (a // b, a - b, a // b + 2, a // b - 1),
     "To deal evenly is to divide.", "The players are taken off the cards."),
    ("aunt", "easy", "the age of {name}'s aunt", "{name} is {0} years old. The aunt of {name} is {1} times as old. You want to know how old the aunt is.",
     [(13, 3), (16, 4), (12, 5), (21, 2), (14, 4)], lambda a, b: (a * b, a + b, a * b - a, a * b + 2),
     "So many times as old is a product.", "The two numbers are put together."),
    ("tallest", "easy", "the tallest of {name}'s three dogs", "{name} has three dogs. {0} is taller than {1}. {2} is shorter than {1}. You want to know which of them is the tallest.",
     [("Bruno", "Asta", "Pip"), ("Rex", "Luna", "Flick"), ("Odin", "Hexe", "Moppel"), ("Balu", "Kira", "Strolch"), ("Argos", "Senta", "Wim")],
     lambda a, b, c: (a, c, b, "all alike"), "Nobody stands above the first.", "The last one named stands at the end of the row."),
    ("parcel", "easy", "the day of {name}'s parcel", "Today is {0}. The parcel for {name} comes in {1} days. You want to know on which day it comes.",
     [("Monday", 3), ("Thursday", 4), ("Saturday", 5), ("Tuesday", 6), ("Friday", 5)],
     lambda d, n: (day(d, n), day(d, n - 1), day(d, n + 1), day(d, n + 2)),
     "One counts from the day after today.", "Today is the first of these days."),
    ("threes", "easy", "the number on {name}'s ticket", "The number on the ticket of {name} can be divided by three. You want to know which number it is.",
     [(57, 73, 44, 82), (81, 83, 53, 71), (72, 73, 43, 64), (51, 53, 71, 92), (78, 83, 73, 76)], lambda a, b, c, d: (a, b, c, d),
     "Its digits add up to a number that three divides.", "Its last digit is a three."),

    ("change", "medium", "{name}'s change", "{name} buys {0} pens at {1} crowns each and pays with {2} crowns. You want to know how many crowns come back.",
     [(4, 12, 100), (3, 18, 80), (6, 9, 70), (5, 14, 90), (7, 8, 60)], lambda a, b, c: (c - a * b, c - a - b, c - a * b + 10, c - b),
     "The pens cost their number times the price, and that is taken off.", "Number and price are both taken off."),
    ("broken", "medium", "{name}'s whole cups", "{name} gets {0} crates of {1} cups. In each crate {2} cups are broken. You want to know how many cups are whole.",
     [(4, 12, 2), (5, 15, 3), (6, 10, 4), (3, 24, 5), (8, 9, 2)], lambda a, b, c: (a * (b - c), a * b - c, a * b, a * (b - c) - c),
     "Of each crate the broken ones are taken off first.", "The broken ones are taken off all cups once."),
    ("ride", "medium", "the length of {name}'s ride", "{name} rides {0} hours at {1} kilometres an hour, and then {2} kilometres more. You want to know how many kilometres that is.",
     [(3, 18, 7), (4, 16, 9), (2, 24, 13), (5, 15, 8), (3, 22, 6)], lambda a, b, c: (a * b + c, a + b + c, a * b, a * (b + c)),
     "Hours times speed, and then the rest.", "All three belong to the ride, so they add up."),
    ("mean", "medium", "the mean of {name}'s throws", "{name} throws three times: {0}, {1} and {2} metres. You want to know the mean of the throws in metres.",
     [(18, 24, 30), (21, 23, 34), (14, 25, 33), (27, 32, 40), (16, 20, 27)], lambda a, b, c: ((a + b + c) // 3, (a + c) // 2 + 2, b + 7, a + 1),
     "The sum of all three is divided by three.", "It lies between the shortest and the longest."),
    ("sale", "medium", "the price of {name}'s coat", "The coat of {name} costs {0} crowns. In the sale it costs {1} per cent less. You want to know what it costs in crowns then.",
     [(80, 25), (120, 20), (60, 10), (150, 40), (200, 15)], lambda a, p: (a - a * p // 100, a - p, a * p // 100, a + a * p // 100),
     "So many per cent of the price are taken off.", "So many crowns are taken off as there are per cent."),
    ("row", "medium", "who sits third in {name}'s row", "In the row of {name} sit four guests, from left to right. {0} sits right of {1}. {1} sits right of {2}. {3} sits right of {0}. You want to know who sits third from the left.",
     [("Ada", "Bo", "Cleo", "Dirk"), ("Eva", "Finn", "Gita", "Hugo"), ("Ines", "Jan", "Kaja", "Leo"), ("Mia", "Nils", "Olga", "Paul"), ("Rosa", "Sven", "Tara", "Udo")],
     lambda a, b, c, d: (a, c, b, d), "Two sit left of that guest, and one right.", "That guest is the third that is named."),
    ("birds", "medium", "{name}'s bird Tilly", "All birds of {name} that sing are {0}. Tilly is a bird of {name}, and it is {1}. You want to know what follows about Tilly.",
     [("yellow", "grey"), ("blue", "brown"), ("green", "white"), ("red", "black"), ("spotted", "plain")],
     lambda a, b: ("Tilly does not sing", "Tilly sings", f"Tilly is {a}", "nothing follows"),
     "If it sang, it would have the other look.", "Birds sing, and Tilly is one."),
    ("market", "medium", "the day of {name}'s market", "The market of {name} was {0} days before {1}. The next one comes {2} days after it. You want to know on which day the next one is.",
     [(2, "Friday", 5), (3, "Monday", 4), (4, "Sunday", 6), (2, "Wednesday", 5), (4, "Saturday", 3)],
     lambda a, d, b: (day(d, b - a), day(d, b), day(d, b + 1), day(d, b - a - 1)),
     "First one goes back, then forward.", "One counts on from the day that is named."),

    ("legs", "hard", "{name}'s hens", "In the yard of {name} are hens and rabbits: {0} heads and {1} legs. You want to know how many hens there are.",
     [(12, 34), (15, 44), (20, 54), (18, 50), (14, 38)], lambda h, l: (2 * h - l // 2, l // 2 - h, h - 1, 2 * h - l // 2 + 2),
     "Were all of them hens, the legs left over would come in twos, from rabbits.", "Half the legs less the heads are the hens."),
    ("sisters", "hard", "the age of {name}'s younger sister", "The two sisters of {name} are {0} years old together. One is {1} years older than the other. You want to know how old the younger is.",
     [(40, 6), (52, 8), (34, 10), (61, 5), (46, 12)], lambda s, d: ((s - d) // 2, s // 2 - d, s // 2, (s + d) // 2),
     "Without the years between them the rest is shared in halves.", "Half of all, less the years between them."),
    ("taps", "hard", "the time for {name}'s tank", "One tap fills the tank of {name} in {0} hours, another in {1} hours. Both are opened. You want to know in how many hours the tank is full.",
     [(3, 6), (4, 12), (6, 12), (10, 15), (20, 30)], lambda a, b: (a * b // (a + b), (a + b) // 2, a + b, a * b // (a + b) + 1),
     "Together they are faster than the faster one alone.", "Two taps take the middle of their times."),
    ("ball", "hard", "the price of {name}'s ball", "A bat and a ball of {name} cost {0} crowns together. The bat costs {1} crowns more than the ball. You want to know what the ball costs in crowns.",
     [(110, 100), (56, 40), (84, 60), (130, 90), (75, 55)], lambda a, b: ((a - b) // 2, a - b, b // 2, (a + b) // 2),
     "What is left without the difference is paid twice over.", "What is left without the difference is the ball."),
    ("tour", "hard", "the mean speed of {name}'s tour", "{name} drives to the sea at {0} kilometres an hour and back on the same road at {1}. You want to know the mean speed of the whole tour.",
     [(30, 60), (20, 30), (40, 60), (24, 48), (60, 90)], lambda a, b: (2 * a * b // (a + b), (a + b) // 2, b - a + 5, a + 1),
     "The slower way takes longer and counts more.", "The mean lies in the middle of the two speeds."),
    ("lilies", "hard", "the day of {name}'s half pond", "The lilies on the pond of {name} double each day. On day {0} they cover all of it. You want to know on which day they covered half of it.",
     [(48,), (30,), (24,), (36,), (60,)], lambda n: (f"day {n - 1}", f"day {n // 2}", f"day {n - 2}", f"day {n // 2 + 1}"),
     "One day before, it was half as much.", "Half the pond takes half the days."),
    ("fence", "hard", "{name}'s posts", "{name} builds a straight fence of {0} metres, with a post every {1} metres and one at each end. You want to know how many posts it takes.",
     [(60, 5), (48, 4), (90, 6), (72, 8), (45, 3)], lambda l, d: (l // d + 1, l // d, l // d - 1, l // d + 2),
     "The first post stands before the first stretch.", "Each stretch has its post."),
    ("liars", "hard", "{name}'s two neighbours", "Each of the two neighbours of {name} always lies or never does. {0} says: we both lie. {1} says nothing. You want to know what they are.",
     [("Anton", "Berta"), ("Carla", "Denis"), ("Edda", "Frank"), ("Gerd", "Hanna"), ("Ivo", "Jette")],
     lambda a, b: (f"{a} lies and {b} does not", "both lie", f"{b} lies and {a} does not", "neither lies"),
     "Who never lies could not say that, so it is a lie.", "One of them says so, and knows."),
]


def family(name, difficulty, subject, story, draws, answers, why_right, why_wrong):
    for at, (person, draw) in enumerate(zip(NAMES, draws, strict=True)):
        texts = [str(text) for text in answers(*draw)]
        yield {
            "id": f"{name}-{at + 1}", "family": name, "difficulty": difficulty,
            "story": story.format(*draw, name=person), "subject": subject.format(name=person),
            "truth": texts[0], "falsehood": texts[1], "third": texts[2], "fourth": texts[3],
            "why_right": why_right, "why_wrong": why_wrong,
        }


def main():
    families = [list(family(*f)) for f in FAMILIES]
    # One of each family, then the next; difficulties take turns, so that the first items have all of them.
    ordered = [families[kind + 8 * level] for kind in range(8) for level in range(3)]
    n = len(ordered)
    rows = [ordered[(j + 5 * block) % n][block] for block in range(5) for j in range(n)]
    for r in rows:
        answers = [r[field] for field in ("truth", "falsehood", "third", "fourth")]
        assert len(set(answers)) == 4 and all(a and "\n" not in a and ";" not in a for a in answers), r
        assert not any(a.startswith("-") or a == "0" for a in answers), r
        assert [s for s in rows if s["subject"] in r["subject"]] == [r], r["id"]
    assert len({r["story"] for r in rows}) == len(rows)
    levels = {level: sum(r["difficulty"] == level for r in rows) for level in ("easy", "medium", "hard")}
    print(f"{len(rows)} items in {n} families: {levels}")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))


main()
