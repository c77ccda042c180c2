"""SmolLM2's speed in llama.cpp: speed.py MODEL.gguf THREADS BATCH…

Prompts of 128 tokens without a shared prefix, then 16 greedy tokens behind each, as
`ephor model info --bench` measures. llama.cpp computes in the file's own Q4_1. Each batch twice, the
best kept. Prints one line of JSON per batch size; begins none after 90 seconds, for its threads wait
by spinning and crawl on a machine that others use.
"""

import json
import random
import sys
import threading
import time
from importlib.metadata import version

import xllamacpp

PROMPT, STEPS, REPEATS, SECONDS = 128, 16, 2, 90
path, threads, batches = sys.argv[1], int(sys.argv[2]), [int(b) for b in sys.argv[3:]]
params = xllamacpp.CommonParams()
params.model.path = path
params.n_parallel = max(batches)
params.n_ctx = max(batches) * 2 * (PROMPT + STEPS)
params.n_gpu_layers = 0
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
params.verbosity = -1
server = xllamacpp.Server(params)
rng = random.Random(1)


def together(batch, tokens):
    """Seconds for `batch` prompts with `tokens` answers each."""
    prompts = [[rng.randrange(100, 40_000) for _ in range(PROMPT)] for _ in range(batch)]
    said = [None] * batch

    def ask(n):
        asked = {"prompt": prompts[n], "n_predict": tokens, "temperature": 0, "ignore_eos": True}
        answer = server.handle_completions(asked | {"cache_prompt": False})
        said[n] = answer["timings"]["predicted_n"]

    asking = [threading.Thread(target=ask, args=[n]) for n in range(batch)]
    begun = time.perf_counter()
    [a.start() for a in asking]
    [a.join() for a in asking]
    took = time.perf_counter() - begun
    assert said == [tokens] * batch, said
    return took


started = time.perf_counter()
for batch in batches:
    if time.perf_counter() - started > SECONDS:
        break
    prefill = min(together(batch, 1) for _ in range(REPEATS))
    both = min(together(batch, 1 + STEPS) for _ in range(REPEATS))
    print(
        json.dumps(
            {
                "batch": batch,
                "prefill_tokens_per_s": batch * PROMPT / prefill,
                "decode_tokens_per_s": batch * STEPS / max(both - prefill, 1e-9),
                "version": version("xllamacpp"),
            }
        ),
        flush=True,
    )
