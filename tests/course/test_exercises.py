"""Every exercise: its solution passes, its stub reads as not attempted, and its plausible mistakes are named."""

import ast

import jupytext
import pytest

from utils.course import authoring
from utils.course.exercises import Exercise, call, exercise, exercises, module, solution_code
from utils.course.lesson import Lesson, outline

ALL = [each for lesson in outline() for each in exercises(lesson.number).values()]


def names(each: Exercise) -> str:
    return f"{each.lesson}.{each.number}"


def checked_value(notebook, each: Exercise):
    """What the notebook hands to `check`: the imports of the lesson and the cells of this exercise are run."""
    code, inside = [], False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            inside = inside or cell.source.startswith(f"### Exercise {each.number} ·")
        elif cell.source.startswith(("import pandas", "from utils")) or inside:
            code.append(cell.source)
            if f"lesson.exercise({each.number}).check(" in cell.source:
                break
    tree = ast.parse("\n".join(code))
    (checks,) = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == f"lesson.exercise({each.number}).check"
    ]
    space = {"lesson": Lesson(notebook.metadata["name"])}
    exec("\n".join(code), space)
    return eval(ast.unparse(checks.args[0]), space)


def notebooks(each: Exercise):
    (source,) = [source for source in authoring.sources() if source.stem.startswith(each.lesson)]
    for notebook in authoring.build(source):
        notebook.metadata["name"] = source.stem
        yield notebook


def test_what_to_ship_follows_the_rule_of_verdicts():
    from utils.course.exercises import lesson_04
    from utils.model.intervals import Claimed, verdict

    words = {"holds": "ship", "undecided": "more seeds", "does not hold": "drop"}
    for letter, case in lesson_04.CANDIDATES.items():
        _, low, high = case.gap
        assert lesson_04._VERDICTS[letter][0] == words[verdict(low, high, Claimed(above=case.least))]


@pytest.mark.parametrize("each", ALL, ids=names)
def test_solution_passes_stub_is_not_attempted_and_mistakes_are_named(each, own_progress):
    lesson, solution = notebooks(each)
    assert each.check(checked_value(lesson, each)).kind == "not attempted"
    right = each.check(checked_value(solution, each))
    assert right.kind == "right", right.text
    assert len(each.mistakes) >= 2, "an exercise needs two plausible wrong answers or more"
    for mistake in each.mistakes:
        outcome = each.check(mistake.value)
        assert outcome.kind == "wrong" and mistake.says in outcome.text, (mistake, outcome)
    assert len(each.hints) >= 2 and each.difficulty in ("easy", "medium", "hard")


@pytest.mark.parametrize("each", ALL, ids=names)
def test_its_solution_is_that_of_the_source(each):
    code = solution_code(each.lesson, each.number)
    assert "SOLUTION" not in code
    (source,) = [source for source in authoring.sources() if source.stem.startswith(each.lesson)]
    text = "".join(cell.source for cell in jupytext.read(source).cells)
    assert code and all(line.strip() in text for line in code.splitlines())


def test_there_are_exercises():
    assert {each.lesson for each in ALL} == {lesson.number for lesson in outline()}


# ------------------------------------------------------------------------------------------------ the three verbs


@pytest.fixture
def double(own_progress):
    @exercise(7, "Double it", minutes=1, difficulty="easy", hints=("first", "second"), mistakes=())
    def double(function):
        return None if call(function, 3, shown="double(3)") == 6 else "Three, doubled, is six."

    return Exercise(**{**vars(double), "lesson": "01"})


def test_a_stub_is_not_attempted_whatever_its_arguments(double):
    def stub(x, *, y=1):
        """Double x."""
        ...  # your code here

    for value in (stub, ..., None):
        assert double.check(value).kind == "not attempted"


def test_a_fixed_answer_is_no_stub(double):
    def fixed(x):
        """Double x."""
        return 8

    assert double.check(fixed).kind == double.check(lambda x: 8).kind == "wrong"


def test_an_exercise_by_itself_gives_nothing_away(double):
    assert repr(double) == "Exercise 7 · Double it (1 minute, easy): check(value), hint(), solution()"


def test_what_the_learners_function_raises_is_told_and_not_raised(double):
    def broken(x):
        return x["doubled"]

    text = double.check(broken).text
    assert "`double(3)` stopped with TypeError" in text and 'return x["doubled"]' in text


def test_a_forgotten_return_is_named(double):
    def forgets(x):
        x * 2

    def gives_ellipsis(x):
        x = ...
        return x

    assert "`return`" in double.check(forgets).text
    assert "`return`" in double.check(gives_ellipsis).text


def test_a_value_where_a_function_is_wanted(double):
    assert "without brackets" in double.check(6).text


def test_hints_come_one_at_a_time_and_begin_again(double):
    assert [double.hint().text for _ in range(3)] == ["Hint 1 of 2: first", "Hint 2 of 2: second", "Hint 1 of 2: first"]


def test_the_solution_asks_once_and_is_folded():
    first = exercises("01")[1]
    from utils.course import record

    record.clear("01")
    assert "Have you tried" in first.solution().text
    solution = first.solution()
    assert solution._repr_html_().startswith("<details>")
    assert repr(solution) == solution_code("01", 1)


def test_the_outcome_is_recorded_and_the_best_one_is_kept(double):
    from utils.course import record

    double.check(lambda x: 2 * x)
    assert record.read("01", "exercises", 7)["outcome"] == "right"
    double.check(...)
    assert record.read("01", "exercises", 7)["outcome"] == "right"


def test_every_lesson_has_its_predictions_and_questions():
    for lesson in outline():
        asked = module(lesson.number)
        assert all(name == prediction.name for name, prediction in asked.PREDICTIONS.items())
        assert list(asked.QUESTIONS) == list(range(1, len(asked.QUESTIONS) + 1))
