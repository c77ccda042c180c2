"""Steps of Melting Pot's clean_up with random actions: clean_up.py SOURCE.tar.gz FOLDER STEPS.

Unpacks the package's source into FOLDER and imports its environment alone. Prints one line of JSON: steps
per second of processor time, the best of 3, and the players, whose pictures it renders.
"""

import json
import sys
import tarfile
import time
import types
from pathlib import Path

archive, folder, steps = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
with tarfile.open(archive) as source:
    source.extractall(folder, filter="data")
[root] = [path for path in folder.glob("dm[-_]meltingpot-*") if path.is_dir()]
# The package's own __init__ imports its trained players and TensorFlow.
package = types.ModuleType("meltingpot")
package.__path__ = [str(root / "meltingpot")]
sys.modules["meltingpot"] = package

import numpy  # noqa: E402
from meltingpot import substrate  # noqa: E402

roles = substrate.get_config("clean_up").default_player_roles
environment = substrate.build("clean_up", roles=roles)
actions = environment.action_spec()[0].num_values
luck = numpy.random.default_rng(0).integers(0, actions, size=(steps, len(roles)))
best = 0.0
for _ in range(3):
    environment.reset()
    begun = time.process_time()
    for made in luck:
        if environment.step(made).last():
            environment.reset()
    best = max(best, steps / (time.process_time() - begun))
version = root.name.rpartition("-")[2]
print(json.dumps({"per_s": best, "players": len(roles), "version": version}))
