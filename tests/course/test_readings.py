"""What lessons say plainly about recorded runs, held against these: the sentence stands in the lesson, the verdicts in the record."""

from typing import NamedTuple

import nbformat
import pytest

from utils.course.lesson import LESSONS
from utils.data import tatoeba
from utils.model import claims
from utils.model.recorded import real, recorded
from utils.model.recorded.sweeps import MIXED, RECENT, STATED

HOLDS, DOES_NOT, OPEN = "holds", "does not hold", "undecided"
TODAY = "answers_2024"


class Reading(NamedTuple):
    """A sentence, the leads that it is about, and their verdicts at a third, once and three times the learning rate.

    Of the real model that at the usual rate alone, until the others are recorded.
    """

    lesson: str
    sentence: str
    sweep: str
    leads: tuple[tuple[tuple[str, float], tuple[str, float]], ...]  # (better, worse), each an arm and its x
    verdicts: tuple[str, ...]
    metric: str = "exact_match"


COME, POOR, ALONE, TURN = "as they come", "30 % wrong answers", "weather alone", "constructions in turn"
RANDOM, LOWER = "5,000 rows, 60 % wrong answers", "5,000 rows, 60 % in lower case"
TEN, HUNDRED = "10 clean rows", "100 clean rows"

READINGS = (
    Reading(
        "07",
        "At every rate 3,000 rows as they come are ahead of 30",
        "rare",
        (((COME, 3000), (COME, 30)), ((COME, 3000), (ALONE, 3000))),
        (HOLDS, HOLDS, HOLDS),
    ),
    Reading(
        "07",
        "At the low rate 30 such rows are far ahead of 3,000; at the other two nothing is settled",
        "rare",
        (((TURN, 30), (COME, 3000)),),
        (HOLDS, OPEN, OPEN),
    ),
    Reading(
        "07",
        "At no rate does the record show it, and at the low one they are behind",
        "rare",
        (((POOR, 3000), (COME, 30)),),
        (DOES_NOT, OPEN, OPEN),
    ),
    Reading(
        "07",
        "ten clean rows are ahead at a third of the rate, level at the usual one, and far behind at three times",
        "size",
        ((("clean", 10), (POOR, 1000)),),
        (HOLDS, OPEN, DOES_NOT),
    ),
    Reading(
        "07",
        "The set with wrong answers gains at every rate",
        "steps",
        (((RANDOM, 240), (RANDOM, 60)),),
        (HOLDS, HOLDS, HOLDS),
    ),
    Reading(
        "07",
        "A hundred clean rows are ahead of both large sets at every rate",
        "steps",
        (((HUNDRED, 240), (RANDOM, 240)), ((HUNDRED, 240), (LOWER, 240))),
        (HOLDS, HOLDS, HOLDS),
    ),
    Reading(
        "07",
        "and so are ten, but for three times the rate",
        "steps",
        (((TEN, 240), (RANDOM, 240)),),
        (HOLDS, HOLDS, DOES_NOT),
    ),
    Reading(
        "07",
        "There quantity wins, flaws and all",
        "coverage",
        (((POOR, 1600), ("clean", 20)),),
        (HOLDS, HOLDS, HOLDS),
    ),
    Reading(
        "07",
        "a clean row for each topic, and the sixteen hundred are behind",
        "coverage",
        (((POOR, 1600), ("clean", 100)),),
        (DOES_NOT, DOES_NOT, DOES_NOT),
    ),
    Reading(
        "08",
        "At equal steps the clean rows win all six times",
        "epochs",
        (
            (("320 clean rows", 10), ("320 rows, 60 % wrong answers", 10)),
            (("48 clean rows", 10), ("48 rows, 60 % wrong answers", 10)),
        ),
        (HOLDS, HOLDS, HOLDS),
    ),
    Reading(
        "08",
        "a clean epoch wins with 320 rows, at the usual rate and above",
        "epochs",
        ((("320 clean rows", 1), ("320 rows, 60 % wrong answers", 10)),),
        (DOES_NOT, HOLDS, HOLDS),
    ),
    Reading(
        "10",
        "At each rate the recent half is far ahead",
        "eras",
        (((RECENT, 0), (MIXED, 50)),),
        (HOLDS, HOLDS, HOLDS),
        TODAY,
    ),
    Reading(
        "10",
        "at 150 steps a loss shows only at the high rate",
        "eras",
        (((STATED, 50), (RECENT, 0)),),
        (OPEN, OPEN, DOES_NOT),
        TODAY,
    ),
    Reading(
        "12",
        "Fifty clean messages are ahead of the junk",
        "real_headline",
        (((real.CLEAN_50, 50), (real.JUNK_8, 10_000)),),
        (HOLDS,),
    ),
    Reading(
        "12",
        "Ten clean messages are not told apart from the junk, and over 10,000 different messages the lead of the fifty is not "
        "settled",
        "real_headline",
        (((real.CLEAN_10, 10), (real.JUNK_8, 10_000)), ((real.CLEAN_50, 50), (real.VARIED, 10_000))),
        (OPEN,),
    ),
    Reading(
        "12",
        "Nine points ahead, but the interval includes 0",
        "real_headline",
        (((real.CLEAN_50, 50), (real.AT_RANDOM, 50)),),
        (OPEN,),
    ),
    Reading("12", "The last step is undecided", "real_size", ((("clean", 3000), ("clean", 300)),), (OPEN,)),
    Reading(
        "12",
        "Three hundred rows hold all of them and are not told apart from fifty",
        "real_desk",
        ((("clean", 300), ("clean", 50)),),
        (OPEN,),
    ),
    Reading("12", "a thousand are behind three hundred", "real_desk", ((("clean", 300), ("clean", 1000)),), (HOLDS,)),
    Reading(
        "12",
        "Wrong answers cost about three",
        "natural",
        (((tatoeba.ONE, 0), (tatoeba.WRONG, 50)),),
        (HOLDS,),
        "chrf",
    ),
    Reading(
        "12",
        "Answers that disagree, all of them right, cost at most one point here",
        "natural",
        (((tatoeba.ONE, 0), (tatoeba.SEVERAL, 50)),),
        (OPEN,),
        "chrf",
    ),
)


@pytest.mark.parametrize("reading", READINGS, ids=[f"{each.lesson} {each.sentence[:40]}" for each in READINGS])
def test_what_a_lesson_says_is_in_the_record(reading):
    (path,) = LESSONS.glob(f"{reading.lesson}_*.ipynb")
    prose = " ".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    assert reading.sentence in " ".join(prose.split())
    record = recorded(reading.sweep)
    for pair in reading.leads:
        rates = record.rates if record.model == "tiny" else (1.0,)
        found = tuple(record.verdict(*pair, reading.metric, rate=rate) for rate in rates)
        assert found == reading.verdicts, pair


def test_the_verdicts_of_the_second_column_are_what_lesson_12_hands_to_its_exercise():
    table = claims.ledger()
    cells = [cell for cell in table[claims.REAL] if cell not in (claims.NO_REAL, claims.TO_COME)]
    assert len(cells) >= 10
    assert {cell.partition(";")[0].partition(" (")[0] for cell in cells} <= {HOLDS, DOES_NOT, OPEN}
