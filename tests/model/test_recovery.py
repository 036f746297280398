"""Memory that runs out in earnest: in a process that may take only so much more, where an allocation really fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = """
import json, resource, sys
import torch
torch.set_num_threads(1)
from utils import fine_tune, phrasebook
from datasets import Dataset
one = phrasebook.examples(64, seed=0)
rows = Dataset.from_dict({"instruction": one["instruction"], "output": [" ".join([text] * 12) for text in one["output"]]})
if sys.argv[1] != "none":
    fine_tune(rows, steps=1, batch_size=2)  # what is loaded once
    taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + int(sys.argv[1]) * 2**20,) * 2)
try:
    run = fine_tune(rows, steps=3, batch_size=64)
except Exception as error:
    print(json.dumps([type(error).__name__, str(error)]))
else:
    change = sum(float(weights.abs().sum()) for weights in run.adapter.values())
    print(json.dumps([run.losses, change, run.notes]))
"""


def trained(limit, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(limit)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        # Freed memory goes back to the system at once, so that the limit, which is on addresses, counts what is in use.
        env=os.environ | {"QOQ_CACHE": str(tmp_path), "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536"},
    )
    assert done.returncode == 0, done.stderr[-1000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_a_run_that_finds_no_memory_goes_on_in_smaller_parts_to_the_same_result(tmp_path):
    losses, change, notes = trained("none", tmp_path)
    assert not notes
    short, changed, said = trained(400, tmp_path)
    assert said and "Memory ran out, so each batch of 64 rows is now computed" in said[0]
    assert short == pytest.approx(losses, rel=2e-3) and changed == pytest.approx(change, rel=2e-3)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
def test_where_not_even_one_row_fits_it_says_so(tmp_path):
    kind, said = trained(3, tmp_path)
    assert kind == "FineTuningError" and said.startswith("The memory does not hold even one row")
