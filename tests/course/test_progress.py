import json

import pytest

from utils.course import record
from utils.course.exercises import exercises, module
from utils.course.lesson import Lesson, all_predictions, outline
from utils.course.progress import export, progress, reset


def finish(lesson: str) -> None:
    for number in exercises(lesson):
        record.write(lesson, "exercises", number, outcome="right")
    for number in module(lesson).QUESTIONS:
        record.write(lesson, "questions", number, outcome="right")


def test_an_empty_map_begins_with_the_first_lesson(own_progress):
    shown = progress()
    assert [stand.lesson for stand in shown.stands] == outline()
    assert shown.next == shown.stands[0] and not any(stand.begun for stand in shown.stands)
    assert repr(shown).startswith(f"→ next 00 {outline()[0].title}")


def test_what_is_done_is_counted_and_the_next_lesson_named(own_progress):
    finish("00")
    record.write("01", "exercises", 1, outcome="wrong")
    record.write("01", "exercises", 2, outcome="right")
    record.write("01", "predictions", "lead", value=40)
    record.write("01", "questions", 1, outcome="wrong")
    record.write("01", "questions", 4, outcome="answered")
    first, second = progress().stands[:2]
    assert first.finished and not second.finished
    assert second.exercises == (False, True), "in the order of the lesson"
    assert sum(second.predictions) == 1 and second.questions == (False, False, False, True)
    assert 0 < second.minutes_left < second.lesson.minutes and first.minutes_left == 0
    shown = progress()
    assert shown.next.lesson.number == "01" and "Go on with lesson 01" in repr(shown)
    assert "✓ finished" in shown._repr_html_() and 'aria-label="1 of 2 exercises"' in shown._repr_html_()


def test_the_end_of_the_course_is_said(own_progress):
    for lesson in outline():
        finish(lesson.number)
    assert progress().next is None and "every lesson" in repr(progress())


def test_reset_and_export(own_progress, tmp_path):
    finish("00")
    finish("01")
    assert json.loads(export(tmp_path / "me.json").read_text()) == record.everything()
    assert not any(reset("00").stands[0].exercises) and progress().stands[1].finished
    reset()
    assert record.everything() == {}


def test_a_lesson_reads_its_title_and_minutes_from_its_notebook():
    principle = outline()[1]
    assert (principle.name, principle.title, principle.number) == ("01_the_principle", "The principle", "01")
    assert principle.minutes > 0


def test_a_lesson_seals_reveals_and_draws(own_progress):
    lesson = Lesson("01_the_principle")
    assert lesson.predicted == {}
    lesson.predict("lead", 40)
    assert lesson.predicted == {"lead": 40}
    said = lesson.reveal({"lead": 96.6, "3 good rows": 0.0}).text.split("\n")
    assert said == [
        "lead: you predicted 40 points, measured 97 points, 57 points off.",
        "3 good rows: you made no prediction, measured 0 %.",
    ]
    lesson.predict("3 good rows", 0)  # too late to count
    picture = all_predictions()
    assert "Your prediction was 57 points off" in picture.alt and "3 good rows" not in picture.alt


def test_the_picture_of_no_predictions_says_so(own_progress):
    assert "No prediction has met its result yet" in all_predictions().alt


@pytest.mark.parametrize(
    "ask", [lambda lesson: lesson.exercise(9), lambda lesson: lesson.quiz(9), lambda lesson: lesson.predict("x")]
)
def test_what_a_lesson_does_not_have(ask, own_progress):
    with pytest.raises(ValueError, match="This lesson has no .* it has only"):
        ask(Lesson("01_the_principle"))
