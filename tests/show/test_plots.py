import re
import struct

import pandas as pd
import pytest

from utils.model.experiment import Comparison
from utils.show import plots


@pytest.fixture
def result():
    lines = [
        {"set": name, "seed": seed, "rows": 5, "distinct": 5, "n": 100, "exact_match": score, "entropy": entropy}
        for name, scores, entropy in (("a <b> set", (90, 92, 94), 0.1), ("poor", (10, 12, 14), 1.2))
        for seed, score in enumerate(scores)
    ]
    losses = {(line["set"], line["seed"]): [2.0, 1.0, line["entropy"]] * 10 for line in lines}
    provenance = {"model": "tiny", "settings": {"steps": 30}, "date": "2026-01-02T03:04:05"}
    return Comparison(pd.DataFrame(lines), losses, provenance, 0)


@pytest.mark.parametrize("draw", [plots.headline, plots.loss_curves, plots.confidence])
def test_a_picture_says_in_words_what_it_shows(result, draw):
    picture = draw(result)
    for name in result.sets:
        assert name in picture.alt
    assert re.search(r"\d", picture.alt) and picture.alt.endswith(".")
    width, height = struct.unpack(">II", picture.png()[16:24])
    assert width > 800 and height > 300
    page = picture._repr_html_()
    assert 'alt="' in page and "<b>" not in page


def test_the_alt_text_of_the_headline_has_the_numbers(result):
    alt = plots.headline(result).alt
    assert "a <b> set: 92 %" in alt and "poor: 12 %" in alt and "over 3 seeds" in alt


def test_no_winner_is_called_when_the_interval_holds_zero(result):
    result.runs.loc[result.runs["set"] == "poor", "exact_match"] = [40, 92, 99]
    assert plots.headline(result).alt.startswith("No clear winner")


def test_a_prediction_is_drawn_and_said_beside_its_result(result):
    before = len(plots.headline(result).figure.axes[0].lines)
    picture = plots.headline(result, {"poor": 55, "a set of another picture": 10})
    assert "poor: 12 %, 95 % interval 7 to 17 (predicted 55 %)" in picture.alt and "another" not in picture.alt
    assert len(picture.figure.axes[0].lines) == before + 1


def test_the_picture_of_predictions_measures_the_distance():
    picture = plots.predictions([("00", "base", 40, 0), ("01", "junk", 20, 0)])
    assert picture.alt.startswith("Your 2 predictions were 30 points off on average.")
    assert "base: predicted 40, measured 0; junk: predicted 20, measured 0" in picture.alt
    assert picture.png().startswith(b"\x89PNG")


def test_the_picture_of_thresholds_has_both_shares_in_words():
    scores, bad = [0.1, 0.2, 0.2, 0.4, 0.9], [False, False, True, False, True]
    picture = plots.thresholds(scores, bad, {"mine": 0.4, "too high": 2})
    assert picture.alt.startswith("Nine in ten found: 50 % of the flags are right; one in two found: 100 %.")
    assert "precision goes from 40 to 100 %; recall goes from 100 to 50 %." in picture.alt
    assert "mine, 0.4: precision 50 %, recall 50 %; too high: nothing is flagged." in picture.alt
    words = {each.get_text().strip() for each in picture.figure.axes[0].texts}
    assert words == {"precision", "recall", "mine"}


def test_the_picture_of_thresholds_where_nothing_is_bad():
    assert plots.thresholds([0.5, 0.5], [False, False]).alt.startswith("There is no bad row to be found.")
