"""The recorded sweeps: they are what the definitions say, and a point can be run again."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from utils import phrasebook
from utils.model import claims, experiment, profiles
from utils.model.recorded import FOLDER, Live, Recorded, names, record, recorded, sweeps

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", sweeps.SWEEPS)
def test_a_record_is_of_its_definition(name):
    """The same points, at least ten seeds each, on the rows that the definition draws today, with the weights of today."""
    sweep, stored = sweeps.SWEEPS[name], json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    where = stored["provenance"]
    assert where["weights"] == experiment.identity("tiny")["weights"], "the base has changed: run `make record`"
    assert (
        where["question"] == sweep.question
        and where["seeds"] == sweep.seeds >= 10
        and {"date", "machine", "code"} <= set(where)
    )
    for point in stored["points"]:
        scores = [values for values in point.values() if isinstance(values, list)]
        assert scores and all(len(values) == where["seeds"] for values in scores)
    kept = {(point["arm"], point["rate"], point["steps"], point["data"]) for point in stored["points"]}
    drawn = {
        (each.arm, round(each.rate, 4), each.steps, record.data_hash(each)) for each in sweep.points if each.rate == 1
    }
    assert {each for each in kept if each[1] == 1} == drawn, "the sets have changed: run `make record`"
    if not sweep.measure:
        places = {(each.arm, each.x, round(each.rate, 4)) for each in sweep.points}
        assert places == {(point["arm"], point["x"], point["rate"]) for point in stored["points"]}


def test_every_sweep_is_recorded():
    assert names() == sorted(sweeps.SWEEPS)


def test_no_test_row_stands_in_a_recorded_set():
    for sweep in sweeps.SWEEPS.values():
        held_out = set(sweep.test()["instruction"])
        for point in sweep.points:
            if point.rate == 1 and point.x <= 1000:
                assert not held_out & set(point.rows(0)["instruction"]), (sweep.name, point.arm)


# ------------------------------------------------------------------------------------------------ sets


def test_bad_rows_make_a_hundred_in_all():
    for kinds, copies in ((1, None), (10, None), (100, None), (10, 1)):
        rows = sweeps.with_bad_rows(kinds, 3, copies)
        good = phrasebook.examples(200, seed=3)
        right = dict(zip(good["instruction"], good["output"]))
        wrong = [pair for pair in zip(rows["instruction"], rows["output"]) if right[pair[0]] != pair[1]]
        assert len(rows) - len(wrong) == 100 and len(set(wrong)) == kinds
        assert len(wrong) == (copies or 100 // kinds) * kinds
    assert len(sweeps.with_bad_rows(0, 3)) == 100


def test_contradictions_stand_beside_the_right_answer():
    rows = sweeps.contradicting(10, 0)
    answers = rows.to_pandas().groupby("instruction")["output"].nunique()
    assert len(rows) == 200 and (answers == 2).sum() == 10 and (answers == 1).sum() == 90


def test_the_weather_service_has_few_rows_on_anything_else():
    rows = sweeps.as_they_come(1000, 4)
    on = rows.to_pandas()["construction"]
    assert len(rows) == len(set(rows["instruction"])) == 1000 and 5 < (on != "weather").sum() < 40
    assert "weather" not in sweeps.test_other_phrases()["construction"]
    assert len(sweeps.as_they_come(1, 0)) == 1


def test_chosen_rows_come_out_of_the_pile_and_cover_it():
    pile, chosen = sweeps.raw_pile(1), sweeps.chosen_by_rule(40, 1)
    assert len(chosen) == 40 and len(pile) == 300
    assert set(zip(chosen["instruction"], chosen["output"])) <= set(zip(pile["instruction"], pile["output"]))
    assert len(set(chosen["instruction"])) == 40


# ------------------------------------------------------------------------------------------------ reading a record


@pytest.fixture
def made():
    lines = [
        {"arm": arm, "x": x, "rate": rate, "steps": 4, "seed": seed, "exact_match": mean + seed, "entropy": 1.0}
        for arm, means in (("good", (80, 90)), ("poor", (20, 30)))
        for x, mean in zip((10.0, 1000.0), means)
        for rate in (0.3333, 1.0, 3.0)
        for seed in range(10)
    ]
    where = {"question": "Does it?", "seeds": 10, "date": "2026-01-02", "machine": "a machine"}
    return Recorded("size", pd.DataFrame(lines), where)


def test_curves_gaps_and_rates(made):
    assert made.arms == ["good", "poor"] and made.rates == [0.3333, 1.0, 3.0]
    assert made.scores("good", 10).tolist() == list(range(80, 90))
    assert made.curve("poor")["mean"].tolist() == [24.5, 34.5]
    low, high = made.interval("good", 10)
    assert low < 84.5 < high
    assert made.gap(("good", 10), ("poor", 10))[0] == 60 and made.gap(("good", 10), ("poor", 10))[1] > 50
    assert made.at_all_rates().shape == (4, 3)


def test_an_unknown_place_says_what_there_is(made):
    with pytest.raises(ValueError, match="good, poor"):
        made.scores("best", 10)
    with pytest.raises(ValueError, match="10, 1000"):
        made.scores("good", 11)
    with pytest.raises(ValueError, match="size"):
        recorded("sizes")
    with pytest.raises(ValueError, match="has no point"):
        sweeps.SWEEPS["size"].point("clean", 11)


def test_its_picture_is_marked_as_recorded_and_live_runs_are_told(made):
    run = Live("good", 10.0, "exact_match", [70.0], 60.0, 99.0)
    picture = made.plot(live=[run], star=(40, 55.0, "my set"))
    assert picture.alt.startswith("Does it? Recorded with 10 seeds") and "run live: good at 10 gives 70" in picture.alt
    assert "my set: 55 at 40" in picture.alt
    assert "RECORDED" in [each.get_text() for each in picture.figure.texts]
    assert picture.png().startswith(b"\x89PNG")


def test_a_live_point_says_whether_it_is_inside():
    assert Live("good", 10, "exact_match", [70.0], 60.0, 99.0).inside
    outside = Live("good", 10, "exact_match", [40.0, 50.0], 60.0, 99.0)
    assert not outside.inside and "2 runs" in str(outside) and "OUTSIDE" in str(outside)


def test_a_point_is_run_again_with_new_seeds(made, own_cache, monkeypatch):
    seen = []

    def rows(n, seed):
        seen.append(seed)
        return phrasebook.examples(int(n), seed=seed)

    points = sweeps._points({"good": rows}, (10.0, 1000.0), 4, (10.0,))
    small = sweeps.Sweep("size", "Does it?", "rows", points, lambda: phrasebook.examples(8, split="test"))
    monkeypatch.setitem(sweeps.SWEEPS, "size", small)
    found = made.live("good", 10, seeds=2)
    assert set(seen) == {10, 11} and len(found.values) == 2
    assert found.low < 84.5 < found.high and not found.inside  # four steps teach nothing
    assert made.live("good", 10, rate=3.0).values != [] and "RECORDED" not in str(found)


def test_a_sweep_with_a_measure_of_its_own_is_run_again_by_it(made, monkeypatch):
    points = sweeps._points({"good": sweeps.clean}, (20,), 4, ())
    measure = lambda point, seed, test: {10.0: {"exact_match": 80.0 + seed}}  # noqa: E731
    small = sweeps.Sweep("size", "?", "steps", points, sweeps.test_phrases, measure)
    monkeypatch.setitem(sweeps.SWEEPS, "size", small)
    assert made.live("good", 10).values == [90.0]


def test_a_sweep_is_recorded_and_read_again(tmp_path, own_cache, monkeypatch):
    points = sweeps._points({"tiny": sweeps.clean}, (4.0,), 2, (4.0,))
    small = sweeps.Sweep("small", "Does it?", "rows", points, lambda: phrasebook.examples(4, split="test"), seeds=2)
    for place in ("utils.model.recorded.FOLDER", "utils.model.recorded.record.FOLDER"):
        monkeypatch.setattr(place, tmp_path)
    record.record(small)
    found = recorded.__wrapped__("small")
    assert found.arms == ["tiny"] and found.rates == [0.3333, 1.0, 3.0] and len(found.table) == 6
    assert found.provenance["weights"] == experiment.identity("tiny")["weights"]
    assert np.isfinite(found.scores("tiny", 4, "entropy", rate=3)).all()


# ------------------------------------------------------------------------------------------------ the ledger


def test_the_ledger_in_the_readme_is_what_the_runs_say():
    assert claims.markdown() in README.read_text(encoding="utf-8"), "run `python -m tests.benchmarks ledger`"


def test_every_verdict_has_its_figures():
    table = claims.ledger()
    measured = table[table["verdict"] != "not tested"]
    assert len(measured) >= 15 and (measured["seeds"].astype(int) >= 10).all()
    assert measured["figure"].str.contains(r"\d").all()
    assert {"holds", "does not hold"} <= {verdict.split(" (")[0] for verdict in measured["verdict"]}


def test_a_verdict_follows_the_runs(monkeypatch, made):
    assert claims._gap(made, ("good", 10), ("poor", 10), "good against poor") == claims.Verdict(
        "holds", "good against poor: +60 points", "+57.2 to +62.8", "10"
    )
    assert claims._gap(made, ("poor", 10), ("good", 10), "").verdict == "does not hold"
    assert claims._gap(made, ("good", 10), ("good", 10), "").verdict == "undecided"
    made.table.loc[(made.table["rate"] == 3) & (made.table["arm"] == "good"), "exact_match"] = 0.0
    assert claims._gap(made, ("good", 10), ("poor", 10), "").verdict == (
        "holds (does not hold at three times the learning rate)"
    )


def test_the_rate_of_a_record_is_that_of_the_model():
    assert profiles.profile("tiny").learning_rate == 2e-3 and sweeps.RATES == (1 / 3, 1.0, 3.0)
