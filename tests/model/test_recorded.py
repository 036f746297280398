"""The recorded sweeps: they are what the definitions say, and a point can be run again."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from utils import phrasebook, support
from utils.model import claims, demo, profiles, store
from utils.model.identity import identity
from utils.model.recorded import FOLDER, Live, NotRecorded, Recorded, names, natural, real, record, recorded, sweeps

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", sorted(sweeps.SWEEPS))
def test_a_record_is_of_its_definition(name):
    """The same points, at least ten seeds each, on the rows that the definition draws today, with the model of today."""
    sweep, stored = sweeps.SWEEPS[name], json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    where = stored["provenance"]
    assert where.get("files") == identity("tiny")["files"], "the base has changed: run `make record`"
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


ON_REAL = [name for name in names() if name in real.SWEEPS]


def test_every_sweep_is_recorded():
    """On the tiny model; on the real one they are recorded point by point."""
    assert [name for name in names() if name not in (*ON_REAL, natural.NAME)] == sorted(sweeps.SWEEPS)


@pytest.mark.parametrize("name", ON_REAL)
def test_a_record_on_the_real_model_is_of_its_definition(name):
    """The rows that the definition draws today, five seeds each, and where and when each point was run."""
    sweep, stored = real.SWEEPS[name], json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    where = stored["provenance"]
    assert where["model"] == sweep.model and where["question"] == sweep.question and where["seeds"] == sweep.seeds >= 5
    for point in stored["points"]:
        scores = [values for values in point.values() if isinstance(values, list)]
        assert scores and all(len(values) == sweep.seeds for values in scores) and {"machine", "date"} <= set(point)
        each = next(each for each in sweep.points if (each.arm, round(each.rate, 4)) == (point["arm"], point["rate"]))
        if not sweep.measure:
            each = sweep.point(point["arm"], point["x"], each.rate)
        assert (point["steps"], point["data"]) == (each.steps, record.data_hash(each)), "run `make record-real`"


def test_noise_that_nobody_made_is_recorded_without_its_rows():
    """Figures alone: no sentence of it is in the record."""
    found = recorded(natural.NAME)
    assert found.arms == list(natural.SHARES) and found.provenance["seeds"] >= 5 and found.model == real.REAL
    for arm, share in natural.SHARES.items():
        assert len(found.scores(arm, share)) == len(found.scores(arm, share, "chrf")) == found.provenance["seeds"]
    text = (FOLDER / f"{natural.NAME}.json").read_text(encoding="utf-8")
    assert "Translate" not in text and '"answer' not in text


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


def pairs(rows):
    return list(zip(rows["instruction"], rows["output"]))


def test_bad_rows_are_the_same_beside_any_number_of_clean_ones():
    right = dict(pairs(sweeps.clean(sweeps.MOST_BAD + 5000, 3)))
    wrong = {}
    for arm, rows in sweeps.BESIDE.items():
        for good in (100, 500, 5000):
            drawn = pairs(rows(good, 3))
            wrong[arm, good] = [pair for pair in drawn if right[pair[0]] != pair[1]]
            assert len(set(drawn)) == len(drawn) and len(drawn) - len(wrong[arm, good]) == good
    fifty = wrong[sweeps.FIFTY_BAD, 100]
    assert len(fifty) == 50 and len({output for _, output in fifty}) == 50, "as many different wrong answers"
    assert fifty == wrong[sweeps.FIFTY_BAD, 500] == wrong[sweeps.FIFTY_BAD, 5000]
    for good in (100, 500, 5000):
        assert not wrong[sweeps.NO_BAD, good]
        assert len(wrong[sweeps.THIRD_BAD, good]) == good // 2 and wrong[sweeps.THIRD_BAD, good][:50] == fifty
    assert fifty != pairs(sweeps.BESIDE[sweeps.FIFTY_BAD](100, 4))[100:]


def test_large_sets_train_on_as_many_tokens_as_the_curated_rows():
    found = {arm: sweeps.steps_at_equal_tokens(arm) for arm in sweeps.EQUAL_TOKENS}
    assert sweeps.EQUAL_TOKENS == pytest.approx(found, rel=0.03), f"write into sweeps.py: EQUAL_TOKENS = {found}"
    steps = {point.arm: point.steps for point in sweeps.SWEEPS["tokens"].points}
    assert steps == {demo.CURATED: sweeps.STEPS} | sweeps.EQUAL_TOKENS


@pytest.mark.parametrize("percent", [0, 10, 50, 100])
def test_the_eras_are_mixed_as_they_say(percent):
    rows = sweeps.mixed_eras(percent, 1, rows=1000).to_pandas()
    assert len(rows) == 1000 and (rows["era"] == 2018).sum() == 10 * percent
    topics = {topic.name: topic for topic in support.TOPICS}
    assert all(support.answer(topics[row.topic], row.era) == row.output for row in rows.itertuples())
    assert not rows["instruction"].str.startswith("[").any()
    stated = sweeps.mixed_eras(percent, 1, state_era=True, rows=1000).to_pandas()
    assert (stated["instruction"] == "[" + rows["era"].astype(str) + "] " + rows["instruction"]).all()


def test_the_arms_of_the_eras_hold_what_they_say():
    sweep = sweeps.SWEEPS["eras"]
    places = (sweeps.RECENT, 0), (sweeps.CHECKED, 0), (sweeps.AGREEING, 17), (sweeps.MIXED, 50)
    recent, checked, agreeing, half = (sweep.point(*place).rows(2).to_pandas() for place in places)
    assert len(recent) == 5000 and len(checked) == 500 and {*recent["era"], *checked["era"]} == {2024}
    changed = {topic.name for topic in support.TOPICS if topic.changed}
    old = agreeing[agreeing["era"] == 2018]
    assert not set(old["topic"]) & changed and (agreeing["era"] == 2024).sum() == 5000
    assert round(100 * len(old) / len(agreeing)) == 17, "the x of the arm"
    assert set(recent["instruction"]) == set(half.loc[half["era"] == 2024, "instruction"]), "the same without the old"
    steps = {each.arm: each.steps for each in sweep.points}
    assert all(steps[arm] == sweeps.ERA_STATED.get(arm, sweeps.DESK_STEPS) for arm in steps)
    assert changed < set(sweep.test()["topic"])


def test_where_the_era_is_stated_it_is_asked_for(monkeypatch):
    monkeypatch.setattr("utils.model.training.fine_tune", lambda *args, **settings: settings)
    monkeypatch.setattr(sweeps.eras, "answered", lambda run, test: {"first": test["instruction"][0], **run})
    sweep = sweeps.SWEEPS["eras"]
    for arm, mark in ((sweeps.MIXED, ""), (sweeps.STATED, "[2024] ")):
        found = sweeps.of_which_era(sweep.point(arm, 50, 3.0), 1, sweep.test())
        assert found[50]["first"] == mark + sweep.test()["instruction"][0]
        assert found[50]["learning_rate"] == pytest.approx(3 * profiles.profile("tiny").learning_rate)


# ------------------------------------------------------------------------------------------------ reading a record


@pytest.fixture
def made():
    lines = [
        {"arm": arm, "x": x, "rate": rate, "steps": 4, "seed": seed}
        | {"exact_match": mean + seed, "consistency": mean / 2}
        for arm, means in (("good", (80, 90)), ("poor", (20, 30)))
        for x, mean in zip((10.0, 1000.0), means)
        for rate in (0.3333, 1.0, 3.0)
        for seed in range(10)
    ]
    where = {"question": "Does it?", "seeds": 10, "date": "2026-01-02", "machine": "a machine"}
    where["files"] = identity("tiny")["files"]
    return Recorded("size", pd.DataFrame(lines), where)


def test_runs_of_an_earlier_base_are_told_as_such(made):
    assert not made.outdated and made.origin == "2026-01-02, a machine"
    made.provenance["files"] = {"model.safetensors": "another"}
    assert made.outdated and made.origin.endswith("with an earlier base model")
    assert claims._seeds(made) == "10, earlier base"


def test_curves_gaps_and_rates(made):
    assert made.arms == ["good", "poor"] and made.rates == [0.3333, 1.0, 3.0]
    assert made.scores("good", 10).tolist() == list(range(80, 90))
    assert made.curve("poor")["mean"].tolist() == [24.5, 34.5]
    low, high = made.interval("good", 10)
    assert low < 84.5 < high
    assert made.gap(("good", 10), ("poor", 10))[0] == 60 and made.gap(("good", 10), ("poor", 10))[1] > 50
    assert made.at_all_rates().shape == (4, 3)
    assert made.consistency("good", 1000, rate=3) == 45 and made.consistency("poor", 10) == 10
    assert made.verdict(("good", 10), ("poor", 10)) == "holds"
    assert made.verdict(("good", 10), ("poor", 10), claimed=claims.no_gain()) == "does not hold"


def test_a_claim_is_judged_while_its_rates_are_still_being_recorded(made):
    """On the real model the points come one by one: with two of three rates the usual one alone is judged, or none."""
    places = ("good", 10), ("poor", 10)
    assert made.rates_of(*places) == [0.3333, 1.0, 3.0]
    two = Recorded("size", made.table[made.table["rate"] < 2], made.provenance | {"model": "a real one"})
    assert two.rates_of(*places) == [1.0] and claims._lead(two, *places)[0] == "holds"
    low = Recorded("size", made.table[made.table["rate"] < 1], two.provenance)
    with pytest.raises(NotRecorded):
        claims._lead(low, *places)


def test_an_unknown_place_says_what_there_is(made):
    with pytest.raises(ValueError, match="good, poor"):
        made.scores("best", 10)
    with pytest.raises(ValueError, match="10, 1000"):
        made.scores("good", 11)
    with pytest.raises(NotRecorded, match="size"):
        recorded("sizes")
    with pytest.raises(NotRecorded, match='"cosine" was not recorded in "size"'):
        made.scores("good", 10, "cosine")
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

    points = sweeps.points({"good": rows}, (10.0, 1000.0), 4, (10.0,))
    small = sweeps.Sweep("size", "Does it?", "rows", points, lambda: phrasebook.examples(8, split="test"))
    monkeypatch.setitem(sweeps.SWEEPS, "size", small)
    found = made.live("good", 10, seeds=2)
    assert set(seen) == {10, 11} and len(found.values) == 2
    assert found.low < 84.5 < found.high and not found.inside  # four steps teach nothing
    assert made.live("good", 10, rate=3.0).values != [] and "RECORDED" not in str(found)


def test_a_sweep_with_a_measure_of_its_own_is_run_again_by_it(made, monkeypatch):
    points = sweeps.points({"good": sweeps.clean}, (20,), 4, ())
    measure = lambda point, seed, test: {10.0: {"exact_match": 80.0 + seed}}  # noqa: E731
    small = sweeps.Sweep("size", "?", "steps", points, sweeps.test_phrases, measure)
    monkeypatch.setitem(sweeps.SWEEPS, "size", small)
    assert made.live("good", 10).values == [90.0]


def test_a_sweep_is_recorded_and_read_again(tmp_path, own_cache, monkeypatch):
    points = sweeps.points({"tiny": sweeps.clean}, (4.0,), 2, (4.0,))
    small = sweeps.Sweep("small", "Does it?", "rows", points, lambda: phrasebook.examples(4, split="test"), seeds=2)
    for place in ("utils.model.recorded.FOLDER", "utils.model.recorded.record.FOLDER"):
        monkeypatch.setattr(place, tmp_path)
    record.record(small)
    found = recorded.__wrapped__("small")
    assert found.arms == ["tiny"] and found.rates == [0.3333, 1.0, 3.0] and len(found.table) == 6
    assert found.provenance["files"] == identity("tiny")["files"]
    assert np.isfinite(found.scores("tiny", 4, "entropy", rate=3)).all()
    assert found.consistency("tiny", 4, rate=3) in (0, 25, 50, 75, 100)


def test_a_sweep_on_the_real_model_is_recorded_point_by_point(tmp_path, own_cache, monkeypatch):
    """What stands in the file is not run again, on whatever machine it was; a point that is defined anew is."""
    ran = []

    def small(steps):
        def measure(point, seed, test):
            ran.append((point.x, seed))
            return {point.x: {"exact_match": 50.0 + seed}}

        points = sweeps.points({"clean": sweeps.clean}, (4.0, 8.0), steps, ())
        test = lambda: phrasebook.examples(4, split="test")  # noqa: E731
        sweep = sweeps.Sweep("small", "Does it?", "rows", points, test, measure, seeds=2)
        monkeypatch.setitem(sweeps.SWEEPS, "small", sweep)
        return sweep

    monkeypatch.setattr(record, "workers_for", lambda n, model: 1)
    for place in ("utils.model.recorded.FOLDER", "utils.model.recorded.record.FOLDER"):
        monkeypatch.setattr(place, tmp_path)
    record.record_by_point(small(2))
    assert len(ran) == 4
    monkeypatch.setattr(store, "read", lambda key: None)  # another machine: nothing is kept but the file
    record.record_by_point(small(2))
    assert len(ran) == 4
    stored = json.loads((tmp_path / "small.json").read_text())
    stored["points"] = [point for point in stored["points"] if point["x"] == 4]
    (tmp_path / "small.json").write_text(json.dumps(stored))
    record.record_by_point(small(2))
    assert ran[4:] == [(8.0, 0), (8.0, 1)]
    found = recorded.__wrapped__("small")
    assert found.scores("clean", 8).tolist() == [50, 51] and "machine" not in found.table
    record.record_by_point(small(3))
    assert len(ran) == 10, "other steps are another point"


def test_recording_tells_how_long_each_sweep_takes(monkeypatch, capsys):
    monkeypatch.setattr(record, "record", lambda sweep: None)
    record.main(["size", "dose"])
    assert capsys.readouterr().out == "size: 0 s\ndose: 0 s\n"


def test_a_measured_point_is_run_again_at_its_own_x(made, monkeypatch):
    points = sweeps.points({"good": sweeps.clean}, (10.0, 1000.0), 4, ())
    measure = lambda point, seed, test: {point.x: {"exact_match": point.x / 20}}  # noqa: E731
    small = sweeps.Sweep("size", "?", "rows", points, sweeps.test_phrases, measure)
    monkeypatch.setitem(sweeps.SWEEPS, "size", small)
    assert made.live("good", 1000).values == [50.0]


def test_a_measured_run_is_kept_and_done_again_for_another_test_or_length(own_cache, monkeypatch):
    calls = []

    def one(steps, asked):
        measure = lambda point, seed, test: calls.append(steps) or {4.0: {"exact_match": 1.0}}  # noqa: E731
        points = sweeps.points({"tiny": sweeps.clean}, (4.0,), steps, ())
        small = sweeps.Sweep("small", "?", "rows", points, lambda: phrasebook.examples(asked, split="test"), measure)
        monkeypatch.setitem(sweeps.SWEEPS, "small", small)
        return record._one("small", "tiny", 4.0, 1.0, record.data_hash(points[0]), 0)

    assert one(2, 3) == one(2, 3) == {"4": {"exact_match": 1.0}} and calls == [2]
    one(3, 3), one(3, 4)
    assert calls == [2, 3, 3]


# ------------------------------------------------------------------------------------------------ the ledger


def test_the_ledger_in_the_readme_is_what_the_runs_say():
    assert claims.markdown() in README.read_text(encoding="utf-8"), "run `python -m tests.benchmarks ledger`"


def test_every_verdict_has_its_figures():
    table = claims.ledger()
    measured = table[table["verdict"] != "not tested"]
    assert len(measured) >= 15 and (measured["seeds"].str.split(",").str[0].astype(int) >= 10).all()
    assert measured["figure"].str.contains(r"\d").all()
    assert {"holds", "does not hold"} <= {verdict.split(" (")[0] for verdict in measured["verdict"]}


def test_every_claim_is_recorded():
    assert "not recorded yet" not in set(claims.ledger()["verdict"]), "run `make record`"


def test_the_ledger_is_printed_before_all_is_recorded(monkeypatch):
    def nowhere(name):
        raise NotRecorded(name)

    monkeypatch.setattr(claims, "recorded", nowhere)
    assert set(claims.ledger()["verdict"]) == {"not recorded yet", "not tested"}


def test_a_claim_of_no_gain_is_held_against_its_margin(made):
    places = ("good", 1000), ("good", 10)
    found = claims._gap(made, *places, "", claimed=claims.no_gain())
    assert found.verdict == "does not hold" and found.interval.endswith("(margin 2)")
    assert claims._gap(made, *places[::-1], "", claimed=claims.no_gain()).verdict == "holds"
    same = claims._gap(made, places[0], places[0], "", claimed=claims.no_effect())
    assert same.verdict == "undecided" and same.interval == "-2.8 to +2.8 (margin ±2)"


def test_lesson_and_ledger_judge_averaging_by_the_same_function():
    found, (_, low, high) = claims.averaging("60 % wrong answers", "under way")
    line = claims.random_averages()
    assert line.verdict.startswith(found) and line.interval == f"gain {low:+.2f} to {high:+.2f} (margin 0.1)"


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
