import re
import struct
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from utils.model.experiment import Comparison
from utils.model.gradients import Signal
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


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "name", [r"$\frac$", "a_{b$c}$", "_x", "", "中文 🙂", "two\nlines", "\x00", "x" * 400, "%s {0}"]
)
@pytest.mark.parametrize("draw", [plots.headline, plots.loss_curves, plots.confidence])
def test_a_set_may_have_any_name(result, draw, name):
    result.runs["set"] = result.runs["set"].replace("poor", name)
    result.losses = {
        (name if owner == "poor" else owner, seed): losses for (owner, seed), losses in result.losses.items()
    }
    picture = draw(result)
    assert picture.png().startswith(b"\x89PNG") and name in picture.alt
    legend = picture.figure.axes[0].get_legend()
    assert legend is None or len(legend.get_texts()) == 2


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


def badge(picture) -> set[str]:
    return {each.get_text() for each in picture.figure.texts} & {"LIVE", "RECORDED"}


def test_what_ran_here_is_marked_as_live(result):
    assert badge(plots.headline(result)) == badge(plots.confidence(result)) == {"LIVE"}


def test_the_picture_of_alignment_tells_one_row_from_all():
    r = np.random.default_rng(0)
    signals = {
        name: Signal({size: list(limit + r.normal(0, 0.1, 8)) for size in (1, 2, 4)}, limit, 2.0, 3.0)
        for name, limit in (("clean", 0.9), ("noisy", -0.2))
    }
    picture = plots.alignment(signals)
    assert "clean: " in picture.alt and "0.90 for all of them" in picture.alt and "-0.20 for all" in picture.alt
    assert badge(picture) == {"LIVE"} and picture.png().startswith(b"\x89PNG")


def test_the_picture_of_reliability_has_the_calibration_error():
    sure = pd.DataFrame({"probability": [0.95, 0.95, 0.3], "right": [True, False, False]})
    picture = plots.reliability({"mine": sure})
    assert "mine: calibration error 40 %, 33 % right" in picture.alt and badge(picture) == {"LIVE"}


def test_the_picture_of_trajectories_names_best_and_last():
    run = pd.DataFrame(
        {
            "step": [8, 16, 32],
            "training_loss": [2.0, 1.0, 0.1],
            "validation_loss": [2.0, 1.0, 1.5],
            "exact_match": [0.0, 40.0, 30.0],
            "noise_by_heart": [0.0, 10.0, 90.0],
        }
    )
    picture = plots.trajectories({"noisy": run, "clean": run.assign(noise_by_heart=np.nan)})
    assert "noisy: best score 40 % at step 16, at the end 30 %; lowest validation loss at step 16" in picture.alt
    labels = {line.get_label() for axes in picture.figure.axes for line in axes.lines}
    assert "noisy: noise by heart" in labels and "clean: noise by heart" not in labels
    assert badge(picture) == {"LIVE"} and picture.png().startswith(b"\x89PNG")


YEARS = {
    "all": {"answers_2024": 48.75, "answers_2018": 50.0, "neither": 1.25, "p_2024": 46.2},
    "new <b> only": {"answers_2024": 97.5, "answers_2018": 0.0, "neither": 2.5, "p_2024": 91.4},
}


def test_the_picture_of_eras_tells_the_years_apart():
    picture = plots.eras(YEARS)
    assert picture.alt.startswith("Most answers as in 2024: new <b> only, 98 %; fewest: all, 49 %. ")
    assert "all: 49 % as in 2024, 50 % as in 2018, 1 % neither; 46 %." in picture.alt
    left, right = picture.figure.axes
    assert len(left.patches) == 6 and [bar.get_width() for bar in right.patches] == [46.2, 91.4]
    assert "1" not in {text.get_text() for text in left.texts}, "a narrow bar has no number on it"
    assert badge(picture) == {"LIVE"} and picture.png().startswith(b"\x89PNG")
    assert "<b>" not in picture._repr_html_()


def test_the_picture_of_eras_calls_no_winner_where_there_is_none():
    source = SimpleNamespace(provenance={"seeds": 10}, origin="2026-01-02, a machine")
    picture = plots.eras({"all": YEARS["all"]}, source)
    assert picture.alt.startswith("Answers as in 2024: 49 %. ") and badge(picture) == {"RECORDED"}


def test_recorded_points_are_drawn_side_by_side():
    """As the sets of a comparison are, with their badge and from any sweep."""
    from utils.model.recorded import Places, recorded

    size = recorded("size")
    places = Places({"10 clean": (size, "clean", 10), "1,000 noisy": (size, "60 % wrong answers", 1000)})
    lead, low, high = places.gap("10 clean", "1,000 noisy")
    assert low < lead < high and places.verdict("10 clean", "1,000 noisy") == "holds"
    picture = plots.headline(places, predicted={"10 clean": 50})
    assert places.source[0] == "RECORDED" and size.origin in places.source[1] and places.seeds == 10
    assert f"10 clean: {places.scores('10 clean').mean():.0f} %" in picture.alt and "(predicted 50 %)" in picture.alt
