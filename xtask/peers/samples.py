"""One-call samples in Inspect: samples.py MODEL SAMPLES CONNECTIONS LOG_DIR.

Prints one line of JSON: the samples that were answered and scored, and Inspect's version.
"""

import json
import sys
from importlib.metadata import version

from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from inspect_ai.scorer import match
from inspect_ai.solver import generate, system_message

model, samples, connections, log_dir = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
task = Task(
    dataset=[
        Sample(input="An apple is on the table.\n\nDo you take it? Reply with Yes or No.", target="Yes", id=n)
        for n in range(1, samples + 1)
    ],
    solver=[system_message("You are a player. Answer in one word."), generate()],
    scorer=match(),
)


def yes():
    """Its mock model's answers. With their usage, or it would fetch a tokenizer to count tokens."""
    while True:
        answer = ModelOutput.from_content("mockllm/model", "Yes")
        answer.usage = ModelUsage(input_tokens=30, output_tokens=1, total_tokens=31)
        yield answer


if model.startswith("mockllm/"):
    model = get_model(model, custom_outputs=yes())
[log] = eval(
    task,
    model=model,
    log_dir=log_dir,
    display="none",
    max_connections=connections,
    max_samples=connections,
)
if log.status != "success":
    sys.exit(f"Inspect: {log.status}: {log.error.message[:300] if log.error else ''}")
print(json.dumps({"completed": log.results.completed_samples, "version": version("inspect-ai")}))
