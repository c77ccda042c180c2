"""SmolLM2's speed in llama.cpp: speed.py MODEL.gguf THREADS BATCH…

Prompts of 128 tokens without a shared prefix, then 16 greedy tokens behind each, as
`ephor model info --bench` measures. llama.cpp computes in the file's own Q4_1. Each batch twice, the
best kept. Prints one line of JSON per batch size; begins none after 90 seconds.
"""

import json
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import xllamacpp

PROMPT, STEPS, REPEATS, SECONDS = 128, 16, 2, 90
path, threads, batches = sys.argv[1], int(sys.argv[2]), [int(b) for b in sys.argv[3:]]
params = xllamacpp.CommonParams()
params.model.path = path
params.n_parallel = max(batches)
params.n_ctx = max(batches) * 2 * (PROMPT + STEPS)
params.n_batch = max(batches) * PROMPT
params.n_gpu_layers = 0
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
# Waiting threads sleep: spinning, they crawl on a machine that others use.
params.cpuparams.poll = params.cpuparams_batch.poll = 0
params.verbosity = -1
server = xllamacpp.Server(params)
rng = random.Random(1)


def once(batch):
    """Prefill and decode tokens per second, by the server's own timings of the slowest sequence."""
    prompts = [[rng.randrange(100, 40_000) for _ in range(PROMPT)] for _ in range(batch)]
    asked = {"n_predict": 1 + STEPS, "temperature": 0, "ignore_eos": True, "cache_prompt": False}
    with ThreadPoolExecutor(batch) as pool:
        answers = list(pool.map(lambda p: server.handle_completions(asked | {"prompt": p}), prompts))
    timings = [a["timings"] for a in answers]
    assert [t["prompt_n"] for t in timings] == [PROMPT] * batch, timings
    assert [t["predicted_n"] for t in timings] == [1 + STEPS] * batch, timings
    prefill = max(t["prompt_ms"] for t in timings) / 1000
    # The first token comes with the prompt.
    decode = max(t["predicted_ms"] for t in timings) / 1000
    return batch * PROMPT / prefill, batch * STEPS / decode


started = time.perf_counter()
for batch in batches:
    if time.perf_counter() - started > SECONDS:
        break
    runs = [once(batch) for _ in range(REPEATS)]
    print(
        json.dumps(
            {
                "batch": batch,
                "prefill_tokens_per_s": max(prefill for prefill, _ in runs),
                "decode_tokens_per_s": max(decode for _, decode in runs),
                "version": version("xllamacpp"),
            }
        ),
        flush=True,
    )
