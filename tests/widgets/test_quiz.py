import pytest

from utils.course.exercises import module
from utils.course.lesson import outline
from utils.widgets.quiz import AllOf, Choice, InOrder, OneOf, Open, Quiz, view

ONE = OneOf(
    "Which?", (Choice("this", "yes, as …", right=True), Choice("that", "no: …"), Choice("both", "not both")), "A hint."
)
ALL = AllOf(
    "Which ones?",
    (Choice("a1", "good 1", True), Choice("a2", "good 2", True), Choice("b", "bad b"), Choice("c", "bad c")),
)
ORDER = InOrder("In order?", (Choice("one", "first"), Choice("two", "after one"), Choice("three", "after two")))
OPEN = Open("Why?", "Because.", ("point 1", "point 2"))


def quiz(question, **facts):
    return Quiz(1, question, dict(facts))


def letters(asked: Quiz, *texts: str) -> list[str]:
    shown = [choice.text for choice in asked.choices]
    return ["abcdef"[shown.index(text)] for text in texts]


def test_each_wrong_choice_says_why():
    asked = quiz(ONE)
    for choice in ONE.choices:
        card = asked.answer(*letters(asked, choice.text))
        assert card.kind == ("right" if choice.right else "wrong") and card.text == choice.why
    assert "One choice" in asked.answer("a", "b").text


def test_several_choices_want_all_and_no_other():
    asked = quiz(ALL)
    assert asked.answer(*letters(asked, "a1", "a2")).kind == "right"
    assert "1 more is right" in asked.answer(*letters(asked, "a2")).text
    wrong = asked.answer(*letters(asked, "a1", "b", "c"))
    assert wrong.kind == "wrong" and "bad b" in wrong.text and "bad c" in wrong.text and "good" not in wrong.text


def test_order_names_the_first_that_stands_wrong():
    asked = quiz(ORDER)
    assert [choice.text for choice in asked.choices] != ["one", "two", "three"]
    assert asked.answer(*letters(asked, "one", "two", "three")).kind == "right"
    assert "“three” cannot stand at place 2. after two" in asked.answer(*letters(asked, "one", "three", "two")).text
    assert "each once" in asked.answer(*letters(asked, "one", "one", "two")).text


def test_an_answer_in_words_is_kept_compared_and_rated():
    asked = quiz(OPEN)
    assert asked.answer("  ").kind == "not attempted"
    assert "Kept" in asked.answer("As it is so.").text
    assert "Because." in repr(asked.model_answer()) and "<details>" in asked.model_answer()._repr_html_()
    assert "1 of 2" in asked.rate(1).text
    assert asked.facts == {"answer": "As it is so.", "outcome": "answered", "points": 1}
    assert "from 0 to 2" in asked.rate(3).text
    assert "marked for you" in quiz(ONE).rate(1).text


@pytest.mark.parametrize("given", [(), ("z",), ("az",), ("",), (0,)])
def test_what_is_no_choice_gets_a_sentence(given):
    asked = quiz(ONE)
    assert asked.answer(*given).kind in ("note", "not attempted")
    assert asked.facts == {}


def test_once_right_it_stays_so_whatever_is_tried_after():
    asked = quiz(ONE)
    right = letters(asked, "this")
    asked.answer(*right)
    assert asked.answer(*letters(asked, "that")).kind == "wrong"
    assert asked.facts == {"answer": right, "outcome": "right"}


def test_letters_may_stand_together():
    asked = quiz(ALL)
    assert asked.answer("".join(letters(asked, "a1", "a2"))).kind == "right"


def test_it_prints_with_its_letters():
    assert "  a) " in repr(quiz(ONE)) and '.answer("a")' in repr(quiz(ONE))


@pytest.mark.parametrize("question", [ONE, ALL, ORDER, OPEN])
def test_a_view_keeps_its_answer_and_shows_it_again(question):
    asked = quiz(question)
    texts = [choice.text for choice in getattr(question, "choices", ())]
    given = letters(asked, *(texts[:1] if question is ONE else texts)) if texts else []
    asked.answer(*(given or ["words"]))
    _, inputs, _, answer, model, points, _ = view(quiz(question, **asked.facts)).children
    if question is OPEN:
        assert inputs.value == "words" and "Because." in model.value and points.children
    else:
        assert answer.value == asked.answer(*given).html()


def test_a_choice_that_a_click_overtook_is_the_answer():
    asked = quiz(ONE)
    _, radio, buttons, answer, *_ = view(asked).children
    values = [value for _, value in radio.options]
    radio.value = values[0]
    buttons.children[0].click()
    radio.value = values[1]  # sent before the click, and here after it
    assert asked.facts["answer"] == [values[1]] and answer.value == asked.answer(values[1]).html()


def test_buttons_move_a_line_and_check_the_order():
    asked = quiz(ORDER)
    _, lines, buttons, answer, *_ = view(asked).children
    shown = lambda: [line.children[2].value.split(". ")[1] for line in lines.children]  # noqa: E731
    for at, wanted in enumerate(["one", "two", "three"]):
        for _ in range(3):
            place = shown().index(wanted)
            if place > at:
                lines.children[place].children[0].click()
    buttons.children[0].click()
    assert shown() == ["one", "two", "three"] and "Right." in answer.value


@pytest.mark.parametrize("lesson", [lesson.number for lesson in outline()])
def test_every_question_of_the_course_can_be_answered_and_explains_itself(lesson):
    for number, question in module(lesson).QUESTIONS.items():
        asked = Quiz(number, question)
        assert question.hint and repr(asked) and view(asked)
        if isinstance(question, Open):
            assert len(question.points) >= 2 and question.model_answer
            continue
        assert all(choice.why for choice in question.choices) and len(question.choices) >= 3
        assert len({choice.text for choice in question.choices}) == len(question.choices)
        if isinstance(question, InOrder):
            right = letters(asked, *[choice.text for choice in question.choices])
        else:
            right = letters(asked, *[choice.text for choice in question.choices if choice.right])
            assert len(right) == 1 or isinstance(question, AllOf)
        assert asked.answer(*right).kind == "right"
