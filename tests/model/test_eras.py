"""From which year the answers are: toy answers whose year is known."""

import pytest

from utils import fine_tune, support
from utils.model import eras
from utils.model.generation import Generated

TOPICS = {topic.name: topic for topic in support.TOPICS}


class Model:
    """Stands for a run: it gives the answers of one year, or another text, and all probability to them."""

    model = tokenizer = None

    def __init__(self, era):
        self.era = era

    def says(self, name):
        return support.answer(TOPICS[name], self.era) if self.era else "I do not know."


def answered(monkeypatch, test, *models):
    """The shares where the models take turns with the questions."""
    given = [models[at % len(models)].says(name) for at, name in enumerate(test["topic"])]
    monkeypatch.setattr(eras, "generate", lambda *_: Generated(given, [], [], []))
    probable = lambda model, tokenizer, rows: [float(a == b) for a, b in zip(rows["output"], given)]  # noqa: E731
    monkeypatch.setattr(eras, "reference_probabilities", probable)
    return eras.answered(models[0], test)


@pytest.mark.parametrize(
    "era, expected", [(2024, (100, 0, 0, 100, 0, 100)), (2018, (0, 100, 0, 0, 100, 100)), (0, (0, 0, 100, 0, 0, 0))]
)
def test_answers_are_counted_for_their_year(monkeypatch, era, expected):
    assert tuple(answered(monkeypatch, eras.questions(), Model(era)).values()) == expected


def test_three_shares_make_a_hundred(monkeypatch):
    found = answered(monkeypatch, eras.questions(), Model(2024), Model(2018), Model(0))
    assert list(found) == list(eras.SHARES)
    assert found["answers_2024"] + found["answers_2018"] + found["neither"] == pytest.approx(100)
    assert all(15 < found[name] < 50 for name in ("answers_2024", "answers_2018", "neither"))


def test_questions_are_held_out_and_may_state_their_year():
    plain, marked = eras.questions(), eras.questions(state_era=True)
    assert [f"[2024] {text}" for text in plain["instruction"]] == list(marked["instruction"])
    assert sorted(plain["topic"]) == sorted(TOPICS) and set(plain["era"]) == {2024}
    assert not set(plain["instruction"]) & set(support.examples(10_000, 2024)["instruction"])


def test_a_real_run_is_asked():
    run = fine_tune(support.examples(64, 2024), steps=2)
    found = eras.answered(run, eras.questions())
    assert all(0 <= share <= 100 for share in found.values())
