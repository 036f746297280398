import pytest

from utils.widgets.marks import Marks, view

ROWS = [(f"instruction {n}", f"<b>output {n}</b>") for n in range(5)]


def test_marks_are_kept_and_replaced():
    kept = {}
    marks = Marks(ROWS, keep=lambda **facts: kept.update(facts))
    assert "Marked: 1, 3" in marks.mark([3, 1]).text
    assert kept == {"marked": [1, 3]}
    marks.mark([])
    assert kept == {"marked": []} and marks.marked == set()


@pytest.mark.parametrize("row", [5, -1, "1", None])
def test_a_row_that_is_not_there_gets_a_sentence(row):
    marks = Marks(ROWS, {2})
    assert "from 0 to 4" in marks.mark([row]).text
    assert marks.marked == {2}


def test_the_view_keeps_what_is_ticked():
    marks = Marks(ROWS, {2})
    _, *boxes, keep, answer, _ = view(marks, "Which rows?").children
    assert [box.value for box in boxes] == [False, False, True, False, False]
    assert boxes[3].description == "3: instruction 3\n→ <b>output 3</b>" and not boxes[3].description_allow_html
    boxes[0].value = True
    keep.click()
    assert marks.marked == {0, 2} and "Marked: 0, 2" in answer.value
