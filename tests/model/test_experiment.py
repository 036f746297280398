import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from utils import compare, damage, phrasebook
from utils.model import demo, experiment, store

ROWS = phrasebook.examples(12, seed=0)
TEST = phrasebook.examples(20, split="test")
SMALL = dict(steps=4, seeds=2, test=TEST)


def test_a_comparison_end_to_end_on_a_reduced_size(own_cache, tmp_path):
    """The code path of `make demo`, reduced."""
    result = demo.headline(seeds=2, steps=30, size=300, n_test=30)
    assert result.sets == [demo.CURATED, demo.JUNK] and len(result.runs) == 4 and result.reused == 0
    table, receipt = result.table(), result.receipt()
    assert list(table["rows"]) == [50, 300] and table.loc[demo.CURATED, "distinct"] == 50
    assert table.loc[demo.CURATED, "exact match %"] > table.loc[demo.JUNK, "exact match %"]
    assert list(receipt["steps"]) == [30, 30] and (receipt["tokens trained on"] > 1000).all()
    difference, low, high = result.gap(demo.CURATED, demo.JUNK)
    assert low <= difference <= high
    assert table.loc[demo.CURATED, "alike %"] == round(result.consistency(demo.CURATED), 1)
    assert 0 <= result.consistency(demo.CURATED) <= 100
    assert result.verdict(demo.CURATED, demo.JUNK) == ("holds" if low > 0 else "undecided")
    picture = result.plot()
    assert picture.save(tmp_path / "a" / "headline.png").stat().st_size > 10_000
    answer = result.run(demo.CURATED, seed=1).answer("Translate to French: She is hungry.")
    assert isinstance(answer, str) and answer


def test_finished_runs_are_reused_and_other_settings_are_not(own_cache):
    first = compare({"a": ROWS}, workers=1, **SMALL)
    again = compare({"a": ROWS, "b": ROWS.select(range(5))}, workers=1, **SMALL)
    assert (first.reused, again.reused) == (0, 2)
    assert first.answers["a", 1] == again.answers["a", 1] == first.run("a", 1).answer(TEST["instruction"][:])
    assert list(first.scores("a")) == list(again.scores("a"))
    assert compare({"a": ROWS}, workers=1, **SMALL | {"steps": 5}).reused == 0


def test_side_by_side_gives_what_one_after_the_other_gives(own_cache, monkeypatch):
    side = compare({"a": ROWS}, workers=2, **SMALL)
    monkeypatch.setattr(store, "read", lambda key: None)
    after = compare({"a": ROWS}, workers=1, **SMALL)
    assert after.reused == 0
    assert np.allclose(list(side.losses["a", 0]), list(after.losses["a", 0]), rtol=0.05)


def test_every_seed_draws_its_own_data_when_the_set_is_a_function(own_cache):
    seen = []

    def draw(seed):
        seen.append(seed)
        return phrasebook.examples(5, seed=seed)

    result = compare({"drawn": draw, "base": None}, workers=1, **SMALL)
    assert seen == [0, 1]
    assert set(result.runs["steps"]) == {4, 0}


def test_a_killed_run_goes_on_where_it_was(own_cache):
    code = (
        "from utils import compare, phrasebook\n"
        "compare({'a': phrasebook.examples(12, seed=0)}, steps=4, seeds=40, workers=1,"
        " test=phrasebook.examples(20, split='test'))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], env=os.environ | {"QOQ_CACHE": str(own_cache)}
    )
    started = time.time()
    while len(list(own_cache.glob("*.json"))) < 2:
        assert time.time() - started < 240 and process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    finished = {path: path.stat().st_mtime_ns for path in own_cache.glob("*.json")}
    result = compare({"a": ROWS}, steps=4, seeds=len(finished) + 1, workers=1, test=TEST)
    assert result.reused == len(finished)
    assert all(path.stat().st_mtime_ns == at for path, at in finished.items())


def test_a_worker_that_the_system_ended_is_told_in_a_sentence(own_cache, monkeypatch):
    def ended(*_):
        yield []
        raise type("TerminatedWorkerError", (RuntimeError,), {})("A worker process managed by the executor was …")

    monkeypatch.setattr(experiment, "side_by_side", ended)
    with pytest.raises(RuntimeError, match="most likely because memory ran out") as caught:
        compare({"a": ROWS, "b": ROWS}, workers=2, **SMALL)
    assert caught.value.__cause__ is None and "managed by" not in str(caught.value)


@pytest.mark.parametrize("left", [b"", b"half"])
def test_a_run_whose_adapter_is_damaged_is_done_again(own_cache, left):
    result = compare({"a": ROWS}, workers=1, **SMALL)
    (adapter, *_) = own_cache.glob("*.safetensors")
    before = adapter.read_bytes()
    adapter.write_bytes(left)
    with pytest.raises(ValueError, match="make the same comparison again"):
        [result.run("a", seed) for seed in (0, 1)]
    again = compare({"a": ROWS}, workers=1, **SMALL)
    assert again.reused == 1 and adapter.read_bytes() == before, "to the byte"
    assert again.run("a").answer(list(TEST["instruction"][:3])) == result.run("a").answer(list(TEST["instruction"][:3]))


def test_two_processes_on_one_cache_finish_as_one_would(own_cache, tmp_path):
    code = (
        "from utils import compare, phrasebook\n"
        "sets = {'a': phrasebook.examples(12, seed=0), 'b': phrasebook.examples(12, seed=1)}\n"
        "result = compare(sets, steps=4, seeds=3, workers=1, test=phrasebook.examples(20, split='test'))\n"
        "print(*result.scores('a', 'chrf'), *result.scores('b', 'chrf'))"
    )

    def start(cache):
        environment = os.environ | {"QOQ_CACHE": str(cache)}
        where = {"cwd": Path(__file__).parents[2], "env": environment, "stdout": subprocess.PIPE, "text": True}
        return subprocess.Popen([sys.executable, "-c", code], **where)

    said = [process.communicate()[0] for process in (start(own_cache), start(own_cache), start(tmp_path / "alone"))]
    assert len(set(said)) == 1 and len(said[0].split()) == 6


def test_an_interrupt_keeps_what_is_finished(own_cache, monkeypatch, capsys):
    real, calls = experiment.one_run, []

    def one_run(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    monkeypatch.setattr(experiment, "one_run", one_run)
    partial = compare({"a": ROWS}, workers=1, **SMALL)
    assert len(partial.runs) == 1 and "1 of 2 runs are finished and kept" in capsys.readouterr().out
    assert compare({"a": ROWS}, workers=1, **SMALL).reused == 1


def test_where_nothing_can_be_written_runs_stay_in_memory(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("QOQ_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(store, "_in_memory", {})
    first = compare({"a": ROWS}, workers=1, **SMALL)
    assert capsys.readouterr().out.count("stay in memory") == 1
    again = compare({"a": ROWS}, workers=1, **SMALL)
    assert again.reused == 2 and list(again.scores("a")) == list(first.scores("a"))


def test_a_broken_file_is_no_finished_run(own_cache):
    compare({"a": ROWS}, workers=1, **SMALL)
    for path in own_cache.glob("*.json"):
        path.write_text("{")
    assert compare({"a": ROWS}, workers=1, **SMALL).reused == 0


@pytest.mark.parametrize(
    "sets, options, sentence",
    [
        ({}, {}, "nothing to compare"),
        ({"a": ROWS}, {"seeds": 0}, "seeds=0"),
        ({"a": ROWS.select([])}, {}, "no rows"),
        ({"a": TEST}, {}, '20 of the instructions in "a" stand in the test set'),
        ({"a": damage.spoil(TEST, {"lowercase": 0.5}, size=100)}, {}, "stand in the test set"),
        ({"a": ROWS}, {"model": "tinny"}, 'Did you mean "tiny"'),
    ],
)
def test_a_bad_comparison_gets_a_sentence(sets, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        compare(sets, **SMALL | options)


def test_one_seed_has_no_interval(own_cache):
    result = compare({"a": ROWS, "b": ROWS.select(range(6))}, workers=1, **SMALL | {"seeds": 1})
    assert result.table()["95 % interval"].to_list() == ["one seed"] * 2
    assert "alike %" not in result.table() and np.isnan(result.consistency("a"))
    with pytest.raises(ValueError, match="seeds=2 or more"):
        result.gap("a", "b")
    with pytest.raises(ValueError, match='There is no set "c"'):
        result.scores("c")
    with pytest.raises(ValueError, match="the seeds 0"):
        result.run("a", seed=3)


def test_workers_follow_cores_and_memory(monkeypatch):
    monkeypatch.setattr(experiment, "has_accelerator", lambda: False)
    monkeypatch.setattr("loky.cpu_count", lambda: 4)
    monkeypatch.setattr(experiment, "available_memory", lambda: 2.5 * experiment.WORKER_MEMORY)
    assert experiment.workers_for(10, "tiny") == 2
    monkeypatch.setattr(experiment, "available_memory", lambda: 0.5 * experiment.WORKER_MEMORY)
    assert experiment.workers_for(10, "tiny") == 1
    assert experiment.workers_for(1, "tiny") == 1


# ------------------------------------------------------------------------------------------------ fair by itself


def test_a_choice_is_held_against_as_many_rows_at_random(own_cache):
    pile = phrasebook.examples(40, seed=5)
    result = compare({"chosen": pile.select(range(6)), "base": None}, workers=1, random_subset_of=pile, **SMALL)
    assert result.sets == ["chosen", "base", "6 rows at random"]
    drawn = experiment.random_subsets({"chosen": pile.select(range(6))}, pile, 0)["6 rows at random"]
    assert len(drawn(0)) == 6 and drawn(0)["output"] == drawn(0)["output"] != drawn(1)["output"]
    assert set(drawn(0)["output"]) <= set(pile["output"])


def test_a_pile_smaller_than_the_choice_gets_a_sentence():
    with pytest.raises(ValueError, match='"a" has 12 rows and the pile only 5.*chosen from'):
        compare({"a": ROWS}, random_subset_of=ROWS.select(range(5)), **SMALL)


def test_sets_of_one_size_share_their_random_rows():
    found = experiment.random_subsets({"a": ROWS, "b": ROWS, "c": lambda seed: ROWS.select(range(3))}, ROWS, 0)
    assert list(found) == ["12 rows at random", "3 rows at random"]


def test_with_equal_epochs_all_rows_are_seen_equally_often(own_cache):
    sets = {"large": ROWS, "small": ROWS.select(range(6)), "base": None}
    result = compare(sets, workers=1, match="epochs", **SMALL)
    steps = dict(zip(result.runs["set"], result.runs["steps"]))
    assert steps == {"large": 4, "small": 2, "base": 0}
    assert compare({"small": sets["small"]}, workers=1, **SMALL | {"steps": 2}).reused == 2, "these are the same runs"


def test_with_equal_tokens_long_rows_get_fewer_steps(own_cache):
    long = ROWS.map(lambda row: {"output": " ".join([row["output"]] * 3)})
    result = compare({"short": ROWS, "long": long}, workers=1, match="tokens", **SMALL | {"steps": 12})
    tokens, steps = (result.runs.groupby("set")[column].mean() for column in ("tokens", "steps"))
    assert steps["short"] == 12 > steps["long"]
    assert tokens["long"] == pytest.approx(tokens["short"], rel=0.1)


def test_what_cannot_be_matched_gets_a_sentence():
    with pytest.raises(ValueError, match='match="rows" is unknown: choose "steps", "tokens" or "epochs".'):
        compare({"a": ROWS}, match="rows", **SMALL)


def test_how_many_seeds_and_rows_it_takes(own_cache):
    result = compare({"a": ROWS, "b": ROWS.select(range(4))}, workers=1, **SMALL | {"steps": 20, "seeds": 3})
    few, many = result.seeds_needed(40), result.seeds_needed(2)
    assert list(few.index) == ["a against b"] and list(few.columns) == ["difference now", "seeds", "test rows"]
    assert few.loc["a against b", "difference now"] == round(result.gap("a", "b")[0], 1)
    assert (few["seeds"] <= many["seeds"]).all() and (few["test rows"] <= many["test rows"]).all()
    with pytest.raises(ValueError, match="a number above 0"):
        result.seeds_needed(0)
    with pytest.raises(ValueError, match="The spread is not known yet"):
        compare({"a": ROWS}, workers=1, **SMALL).seeds_needed(5)
