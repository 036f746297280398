import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from utils import audit, phrasebook

ROOT = Path(__file__).parents[3]
ROWS = phrasebook.examples(100, seed=0)


def column(**far: float) -> np.ndarray:
    """A hundred values around 0.4, and others where they are named, as in column(at_7=5.2)."""
    values = np.random.default_rng(0).lognormal(np.log(0.4), 0.2, len(ROWS))
    for place, value in far.items():
        values[int(place.removeprefix("at_"))] = value
    return values


def flags(scores, **options) -> pd.DataFrame:
    found = audit(ROWS, scores=scores, **options).flags
    return found[found["check"].isin(list(scores))]


def test_what_is_far_above_the_rest_is_flagged_with_a_sentence_and_never_dropped():
    report = audit(ROWS, scores=pd.DataFrame({"loss": column(at_7=5.2, at_9=0.001)}), checks=["loss"])
    assert list(report.flags["row"]) == [7]
    assert report.flags["reason"][0].startswith("A model finds this answer much harder than most: a loss of 5.2 nats")
    assert report.summary().loc["loss", "rows"] == 1 and "Mend first: loss, 1 rows" in report.verdict
    assert len(report.clean().rows) == len(ROWS)


def test_each_known_score_has_its_own_words_and_any_other_column_works_too():
    scores = {name: column(at_3=9.0) for name in ("loss", "difficulty", "self_influence", "toxicity")}
    found = flags(scores)
    assert sorted(found["check"]) == sorted(scores) and set(found["row"]) == {3}
    assert found["reason"].nunique() == 4 and not found["reason"].str.contains("[{}]").any()


def test_a_difficulty_from_1_on_is_told_apart_and_needs_no_other_rows():
    found = flags({"difficulty": column(at_2=1.0, at_5=40.0)}).set_index("row")["reason"]
    assert "does not help" in found[2] and "40 times" in found[5]
    few = audit(ROWS.select(range(3)), scores={"difficulty": [0.2, 1.3, 0.9]}, checks=["difficulty"])
    assert list(few.flags["row"]) == [1]


def test_a_difficulty_below_1_is_flagged_where_it_is_far_above_the_usual():
    found = flags({"difficulty": column(at_4=0.9) / 10 + np.eye(100)[4] * 0.7})
    assert list(found["row"]) == [4] and "0.79 of the answer's loss" in found["reason"].iloc[0]


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(100),
        np.full(100, np.nan),
        -column(),
        np.r_[np.zeros(60), np.ones(40)],
        pd.array([1, None] * 50, dtype="Int64"),
    ],
)
def test_where_nothing_stands_out_nothing_is_flagged(values):
    assert flags({"mark": values}).empty


@pytest.mark.parametrize("values", [np.eye(100)[8], np.eye(100)[8] * 50 - column(), np.where(np.eye(100)[8], 9, 0)])
def test_values_may_be_zero_or_negative(values):
    assert list(flags({"mark": values})["row"]) == [8]


def test_a_row_without_a_value_is_not_flagged_and_an_infinite_one_is():
    assert list(flags({"loss": column(at_1=np.nan, at_2=np.inf)})["row"]) == [2]


def test_lines_belong_to_rows_by_their_order():
    scores = pd.DataFrame({"loss": column(at_7=5.2)}, index=range(100, 0, -1))
    assert list(flags(scores)["row"]) == [7]


@pytest.mark.parametrize(
    "scores, sentence",
    [
        ({"loss": [0.1]}, "scores has 1 lines and the set 100 rows: give one line per row"),
        ({"loss": ["high"] * 100}, 'column "loss" of scores is not of numbers'),
        ({"typo": column()}, 'more than one check "typo"'),
    ],
)
def test_scores_that_do_not_fit_are_a_sentence(scores, sentence):
    with pytest.raises(ValueError, match=sentence):
        audit(ROWS, scores=scores)


def test_a_check_that_lacks_what_it_needs_is_not_run():
    idle = {"contradiction", "leakage", "too_long", "loss"}
    assert not idle & set(audit(ROWS).summary().index)
    told = audit(ROWS, single_answer=True, test=ROWS, context=256, scores={"loss": column()})
    assert idle <= set(told.summary().index)
    with pytest.raises(ValueError, match='"too_long" needs context'):
        audit(ROWS, checks=["too_long"])
    with pytest.raises(ValueError, match="There is no check"):
        audit(ROWS, checks=["loss"])


def test_a_limit_on_a_check_that_was_not_run_is_a_sentence(tmp_path):
    file = tmp_path / "rows.csv"
    ROWS.to_csv(file)
    done = subprocess.run(
        [sys.executable, "-m", "utils", "audit", str(file), "--at-most", "contradiction=0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "needs --single-answer" in done.stderr


def test_scores_need_no_torch():
    code = (
        "import sys; from utils import audit, phrasebook; "
        "audit(phrasebook.examples(40), scores={'loss': [0.1] * 40}); sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
