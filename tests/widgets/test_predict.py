import pytest

from utils.widgets.predict import Prediction, Sealed, view

ABOUT = Prediction("junk", "How many?", unit="%", low=0, high=100)


@pytest.fixture
def kept():
    return {}


@pytest.fixture
def sealed(kept):
    return Sealed(ABOUT, {}, lambda **facts: kept.update(facts))


def test_a_sealed_number_meets_its_result(sealed, kept):
    assert "Sealed: 40 %" in sealed.seal(40).text
    assert kept == {"value": 40, "late": False}
    assert sealed.measure(3.4) == "junk: you predicted 40 %, measured 3 %, 37 points off."
    assert kept["measured"] == 3.4


def test_it_may_change_until_the_result_is_known(sealed, kept):
    sealed.seal(40)
    assert "Changed from 40 % to 20 %" in sealed.seal(20).text
    sealed.measure(20.2)
    assert "stays 20 %" in sealed.seal(90).text
    assert kept["value"] == 20
    assert "spot on" in sealed.measure(20.2)


def test_skipping_is_allowed_and_said(sealed, kept):
    assert "allowed" in sealed.skip().text
    assert sealed.measure(5) == "junk: you made no prediction, measured 5 %."
    assert kept["value"] is None
    sealed.seal(5)
    assert kept == {"value": 5, "late": True, "measured": 5.0}, "after the result it does not count"
    sealed.seal(6)  # so it may change as well
    assert kept == {"value": 6, "late": True, "measured": 5.0}


def test_a_sealed_number_is_not_skipped_by_accident(sealed):
    sealed.seal(40)
    assert "stays sealed" in sealed.skip().text
    assert sealed.value == 40


@pytest.mark.parametrize("value", ["forty", True, float("nan"), float("inf"), [40], 101, -1, 10**400, -(10**4000)])
def test_what_is_no_prediction_gets_a_sentence(sealed, kept, value):
    assert sealed.seal(value).text
    assert not kept


def test_the_view_seals_what_the_slider_says(sealed, kept):
    _, scale, buttons, answer, _ = view(sealed).children
    slider = scale.children[0]
    seal, skip = buttons.children
    slider.value = 30
    seal.click()
    assert kept["value"] == 30 and "30 %" in answer.value
    assert skip.disabled and seal.description == "Change my prediction"


def test_a_view_opened_again_shows_what_was_sealed():
    _, scale, _, answer, _ = view(Sealed(ABOUT, {"value": 70, "late": False}, lambda **facts: None)).children
    assert scale.children[0].value == 70 and "70 %" in answer.value


def test_a_step_of_the_slider_that_a_click_overtook_is_sealed_too(sealed, kept, monkeypatch):
    _, scale, buttons, answer, _ = view(sealed).children
    slider = scale.children[0]
    slider.value = 51
    buttons.children[0].click()
    slider.value = 53  # sent before the click, and here after it
    assert kept["value"] == 53 and "53 %" in answer.value
    monkeypatch.setattr("utils.widgets.frame.LATE", -1)
    slider.value = 90  # much later: only looking
    assert kept["value"] == 53


def test_a_kept_number_off_the_scale_is_none():
    assert Sealed(ABOUT, {"value": 1e200}, print).value is None and view(Sealed(ABOUT, {"value": -1e200}, print))
