import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from utils import compare, phrasebook
from utils.model import experiment, live, store, workers
from utils.model.live import Runs

ROWS = phrasebook.examples(12, seed=0)
TEST = phrasebook.examples(8, split="test")
SETS = {"a": ROWS, "b": lambda seed: phrasebook.examples(6, seed=seed)}
SMALL = dict(steps=4, seeds=1, test=TEST)


def until(condition, seconds=120):
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, "That took too long."
        time.sleep(0.05)


def test_stopped_and_gone_on_with_it_gives_what_compare_gives(own_cache, monkeypatch):
    runs = Runs(SETS, workers=1, **SMALL)
    assert runs.state == "ready" and runs.look() == (0, 2) and runs.result is None
    runs.start()
    assert runs.state == "running"
    seen = []

    def one_is_finished():
        seen.append(runs.progress)
        return runs.progress.finished == 1

    until(one_is_finished)
    stopped = time.monotonic()
    runs.stop()
    assert runs.wait(10) and time.monotonic() - stopped < 3
    assert runs.state == "stopped" and list(runs.result.runs["set"]) == ["a"]
    assert runs.progress.left is None

    again = Runs(SETS, workers=1, **SMALL)  # as after a killed kernel
    assert again.look() == (1, 2)
    runs.start()
    assert runs.wait(120) and runs.state == "finished" and not runs.error
    done = [sum(run.done for run in progress.runs) for progress in seen]
    assert done == sorted(done) and runs.progress.finished == 2
    assert all(progress.left is None or 0 <= progress.left < 600 for progress in seen)
    assert list(runs.progress.runs[1].scores) == [1, 2, 3, 4], "at every quarter, and at the end"

    monkeypatch.setattr(store, "read", lambda key: None)
    plain = compare(SETS, workers=1, **SMALL)
    assert plain.sets == runs.result.sets
    for name in plain.sets:
        assert list(plain.scores(name)) == list(runs.result.scores(name))
        assert np.allclose(plain.losses[name, 0], runs.result.losses[name, 0], rtol=0.05)


def test_a_live_score_changes_nothing_about_the_training():
    from utils.model.training import fine_tune

    asked = []

    def on_step(step, loss, snapshot):
        asked.append((step, loss, snapshot.answer(TEST["instruction"][:3])))

    plain, watched = fine_tune(ROWS, steps=4), fine_tune(ROWS, steps=4, on_step=on_step)
    assert [step for step, *_ in asked] == [1, 2, 3, 4] and all(len(answers) == 3 for *_, answers in asked)
    assert [loss for _, loss, _ in asked] == watched.losses == plain.losses
    assert watched.to_record()[1] == plain.to_record()[1], "the adapter, byte by byte"


@pytest.mark.parametrize(
    "sets, options, sentence",
    [
        ({"empty": ROWS.select([])}, {}, '"empty": This set has no rows'),
        ({"leaked": TEST}, {}, "stand in the test set"),
        ({"a": ROWS}, {"learning_rate": 1e30}, "no longer a number"),
    ],
)
def test_a_failure_is_a_sentence(own_cache, sets, options, sentence):
    runs = Runs(sets, workers=1, **SMALL | options)
    runs.start()
    assert runs.wait(120) and runs.state == "failed"
    assert sentence in runs.error and runs.error.endswith((".", "?"))
    assert runs.result is None and isinstance(runs.failure, Exception)


def test_an_error_without_a_sentence_gets_one():
    assert experiment.in_a_sentence(KeyError("x")) == "Something unforeseen happened: KeyError: 'x'."
    assert "memory ran out" in experiment.in_a_sentence(type("TerminatedWorkerError", (Exception,), {})())


def test_the_base_as_it_is_is_one_run(own_cache):
    runs = Runs({"base": None}, workers=1, **SMALL | {"seeds": 3})
    assert runs.look() == (0, 1)
    assert [(run.steps, run.done) for run in runs.progress.runs] == [(0, 0)]


def test_time_left_is_shared_out_among_the_workers():
    assert live.makespan([], 2) == 0
    assert live.makespan([4, 4, 4], 1) == 12
    assert live.makespan([4, 4, 4], 2) == 8


def test_another_comparison_waits_for_its_turn(own_cache):
    runs = Runs({"a": ROWS}, workers=1, **SMALL)
    with workers._turn:
        runs.start()
        assert not runs.wait(1) and runs.state == "running"
        runs.stop()
        assert runs.wait(2) and runs.state == "stopped"


@pytest.mark.parametrize("at_work", [True, False], ids=["at work", "idle"])
def test_workers_end_with_a_killed_kernel(own_cache, at_work):
    busy = "runs.progress.runs and runs.progress.runs[0].done"
    code = (
        "import time; from utils import phrasebook; from utils.model.live import Runs\n"
        f"runs = Runs({{'a': phrasebook.examples(12)}}, steps={4000 if at_work else 2}, seeds=1, workers=1,"
        " test=phrasebook.examples(8, split='test'))\n"
        "runs.start()\n"
        f"while not ({busy if at_work else 'runs.wait(0)'}): time.sleep(0.1)\n"
        "import psutil; print(*[child.pid for child in psutil.Process().children(True)], flush=True); time.sleep(600)"
    )
    kernel = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"QOQ_CACHE": str(own_cache)},
        stdout=subprocess.PIPE,
        text=True,
    )
    import psutil

    with contextlib.closing(kernel.stdout):
        children = [int(pid) for pid in kernel.stdout.readline().split()]
        assert children
        kernel.send_signal(signal.SIGKILL)
        kernel.wait()
        until(lambda: not any(map(psutil.pid_exists, children)), seconds=20)
