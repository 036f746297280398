"""What a training step takes: estimated without loading, and held against a measured peak."""

import json
import subprocess
import sys

import pytest

from tests.benchmarks.memory import MEASURE, ROOT
from utils import memory_estimate


def parts(**settings):
    return memory_estimate("tiny", process=False, **settings).parts


def test_what_grows_with_what():
    small, wide, long = (parts(batch=b, length=n) for b, n in ((4, 32), (8, 32), (4, 64)))
    for fixed in ("weights", "gradients", "optimizer"):
        assert small[fixed] == wide[fixed] == long[fixed]
    assert wide["logits"] == pytest.approx(2 * small["logits"]) == pytest.approx(long["logits"])
    assert 1.8 < wide["activations"] / small["activations"] < 2.1
    assert long["activations"] > wide["activations"], "attention looks from each token at each"


def test_training_every_weight_takes_gradients_and_states_for_each():
    adapter, every = parts(batch=4, length=32), parts(batch=4, length=32, adapter=False)
    assert every["optimizer"] == pytest.approx(2 * every["weights"]) and every["gradients"] == every["weights"]
    assert adapter["optimizer"] < every["optimizer"] / 2


@pytest.mark.parametrize("settings", [{"batch": 0}, {"length": 0}, {"length": 10**6}, {"batch": -1, "length": 5}])
def test_what_cannot_be_is_a_sentence(settings):
    with pytest.raises(ValueError, match="give 1 or more|context of"):
        memory_estimate("tiny", **settings)


def test_a_model_that_cannot_be_had_is_a_sentence():
    with pytest.raises(OSError, match="connection to the model hub"):
        memory_estimate("nobody/no-such-model")


def test_it_says_and_draws_its_parts():
    found = memory_estimate("tiny", batch=2, length=16)
    assert "2 rows of 16 tokens" in repr(found) and f"about {found.total:,.0f} MB" in repr(found)
    assert found.total == pytest.approx(sum(found.parts.values()))
    picture = found.plot(measured=500.0)
    assert "<img" in found._repr_html_() and "Measured: 500 MB" in picture.alt and picture.png().startswith(b"\x89PNG")


def test_it_is_near_the_measured_peak():
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, "tiny", "16", "96"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    before, peak = json.loads(done.stdout.splitlines()[-1])
    found = memory_estimate("tiny", 16, 96, 48, process=False)
    assert before + found.total == pytest.approx(peak, rel=0.2)
    assert found.total == pytest.approx(peak - before, rel=0.35), "without what Python itself holds"
