"""Turns of one memory-one pair in Axelrod: memory_one.py TURNS.

Prints one line of JSON: turns per second of processor time, the best of 3, and the version.
"""

import json
import sys
import time
from importlib.metadata import version

import axelrod as axl

turns = int(sys.argv[1])
C, D = axl.Action.C, axl.Action.D
best, cooperation = 0.0, 0.0
for seed in range(3):
    pair = [
        axl.MemoryOnePlayer((0.93, 0.17, 0.61, 0.28), initial=C),
        axl.MemoryOnePlayer((0.71, 0.13, 0.87, 0.35), initial=D),
    ]
    match = axl.Match(pair, turns=turns, seed=seed)
    begun = time.process_time()
    played = match.play()
    best = max(best, len(played) / (time.process_time() - begun))
    cooperation = sum(first == C for first, _ in played) / len(played)
print(json.dumps({"per_s": best, "cooperation": round(cooperation, 4), "version": version("axelrod")}))
