"""A small course made by the template passes; each thing an author can get wrong is broken in a copy of it, and found."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from utils.course import authoring, checks
from utils.course.pages import Course

README = """# A course

| | lesson | minutes |
|---|---|---|

See [contributing](CONTRIBUTING.md#how-a-lesson-is-written) and `[no](link.md)`.
"""
SOURCE, ASKED = "solutions/01_second.py", "utils/course/exercises/lesson_01.py"
LESSON, SOLUTION = "lessons/01_second.ipynb", "solutions/01_second.ipynb"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    (root / "docs/badges").mkdir(parents=True)
    for name in ("colab", "binder"):
        (root / f"docs/badges/{name}.svg").write_text("<svg/>")
    (root / "README.md").write_text(README, encoding="utf-8")
    (root / "CONTRIBUTING.md").write_text("# Contributing\n\n## How a *lesson* is written?\n", encoding="utf-8")
    authoring.new("00_first", "The first", root)
    authoring.new("01_second", "The second", root)
    return root


@pytest.fixture
def copy(course, tmp_path):
    return Path(shutil.copytree(course, tmp_path / "copy"))


def test_a_fresh_lesson_has_no_problems(course):
    assert checks.problems(course) == []


def test_the_repository_has_no_problems():
    found = checks.problems()
    assert not found, "\n".join(found)


class Breakage(NamedTuple):
    """`old` becomes `new` in a file. One sentence must hold all words of `says`, from `rule`; `also` rules may speak."""

    rule: str
    file: str
    old: str
    new: str
    says: tuple[str, ...]
    also: tuple[str, ...] = ()


def cell(number: int, file: str = LESSON) -> str:
    return f"{file}, cell {number}: "


# What the breakages change, and the cell of the built notebook in which it stands.
TEXT = "# Choose, then check."  # 13
PREDICT = "# %% [markdown]\n# ## Predict"  # 5
HEADING = "### Exercise 1 · Count the short answers (3 minutes, easy)"  # 7
SOLVED = '    return sum(len(output.split()) < 4 for output in rows["output"])\n'  # 8
FUNCTION = f'''def count_short(rows):
    """How many outputs have fewer than four words."""
    ### BEGIN SOLUTION
{SOLVED}    ### END SOLUTION
'''
CHECK = "# %%\nlesson.exercise(1).check(count_short)\n"  # 9
MEASURE = "# ## Measure"  # 10
COLAB = "../docs/badges/colab.svg"

BREAKAGES = [
    Breakage("named", "solutions/Extra.py", "", "1", ("solutions/Extra.py: ", "02_look_first.py")),
    Breakage("named", "solutions/01_same.py", "", "1", ("solutions/01_second.py: ", "same number"), ("*",)),
    Breakage("built", LESSON, "Choose, then check.", "Choose.", (cell(13), "make notebooks")),
    Breakage("built", LESSON, '"nbformat": 4', '"nbformat":  4', (f"{LESSON}: ", "make notebooks")),
    Breakage("built", SOLUTION, "{", "", (cell(1, SOLUTION), "make notebooks")),
    Breakage("built", "lessons/09_stray.ipynb", "", "{}", ("lessons/09_stray.ipynb: ", "no source")),
    Breakage("no_leaks", SOURCE, TEXT, f"# Like `{SOLVED.strip()}`.", (cell(13), "len(output.split()) < 4")),
    Breakage("no_leaks", SOURCE, "words = rows", f"#{SOLVED}words = rows", (cell(11), "len(output.split()) < 4")),
    Breakage("no_leaks", LESSON, "Choose", SOLVED.strip().replace('"', '\\"'), (cell(13), "return sum"), ("built",)),
    Breakage("no_outputs", LESSON, '"outputs": []', '"outputs": [{}]', (cell(2), "outputs"), ("built",)),
    Breakage("no_outputs", LESSON, '"execution_count": null', '"execution_count": 1', (cell(2), "count"), ("built",)),
    Breakage("no_outputs", SOLUTION, '"metadata": {}', '"metadata": {"tags": 1}', (cell(1, SOLUTION),), ("built",)),
    Breakage("no_outputs", SOLUTION, '"kernelspec"', '"widgets": 1, "kernelspec"', (SOLUTION, "widgets"), ("built",)),
    Breakage("markers", SOURCE, "    ### END SOLUTION\n", "", (cell(8), "has no end")),
    Breakage("markers", SOURCE, "    ### BEGIN SOLUTION\n", "", (cell(8), "no beginning"), ("exercises",)),
    Breakage("markers", SOURCE, SOLVED, f"    ### BEGIN SOLUTION\n{SOLVED}", (cell(8), "inside another")),
    Breakage("markers", SOURCE, "### BEGIN SOLUTION", "# BEGIN SOLUTION", (cell(8), "no marker"), ("exercises",)),
    Breakage("markers", SOURCE, TEXT, "# ### BEGIN SOLUTION", (cell(13), "stands in text"), ("no_walls",)),
    Breakage(
        "stubs",
        SOURCE,
        FUNCTION,
        f"### BEGIN SOLUTION\ndef count_short(rows):\n{SOLVED}### END SOLUTION\n",
        (cell(9), "`count_short`"),
    ),
    Breakage("stubs", SOURCE, FUNCTION, f"if rows:\n{FUNCTION}", (cell(8), "no valid Python")),
    Breakage("short_cells", SOURCE, SOLVED, "    # more\n" * 16 + SOLVED, (cell(8), "21 lines")),
    Breakage("short_cells", SOURCE, SOLVED, f"    # {'more ' * 20}\n{SOLVED}", (cell(8), "characters")),
    Breakage("no_walls", SOURCE, CHECK, f"{CHECK}\n# %%\n1\n", (cell(10), "no sentence")),
    Breakage("no_walls", SOURCE, TEXT, "#", (cell(14), "no sentence")),
    Breakage("spaced_marks", SOURCE, TEXT, "# Ça va ?", (cell(13), "no-break space")),
    Breakage("links", SOURCE, TEXT, "# [There](nowhere.md)", (cell(13), "nowhere.md leads nowhere")),
    Breakage("links", SOURCE, TEXT, "# [There](01_second.py)", (cell(13), "leads nowhere from lessons/")),
    Breakage("links", SOURCE, TEXT, "# ![A picture](../docs/none.png)", (cell(13), "../docs/none.png")),
    Breakage("links", SOURCE, TEXT, '# <a href="none.html">There</a>', (cell(13), "none.html")),
    Breakage("links", SOURCE, TEXT, "# [There](#check-your-understanding)", (cell(13), "#Check-your-understanding")),
    Breakage("links", SOURCE, TEXT, "# [There](00_first.ipynb#If-it-broke)", (cell(13), "#If-it-breaks")),
    Breakage("links", SOURCE, TEXT, "# [There](../README.md#a-cours)", (cell(13), "#a-course")),
    Breakage("links", SOURCE, TEXT, "# [There](../../elsewhere.md)", (cell(13), "leaves the repository")),
    Breakage("links", SOURCE, TEXT, "# [There](/README.md)", (cell(13), "slash")),
    Breakage("links", SOURCE, TEXT, "# [There](https://)", (cell(13), "names no site")),
    Breakage("links", SOURCE, TEXT, "# [There](https://[x/)", (cell(13), "no valid address")),
    Breakage("links", SOURCE, TEXT, "# [There](ftp://example.org)", (cell(13), "ftp:")),
    Breakage("links", SOURCE, TEXT, "# [There](my file.md)", (cell(13), "blank")),
    Breakage("links", "README.md", "#how-a-lesson-is-written", "#How", ("README.md, line 8: ", "no heading")),
    Breakage("links", "CONTRIBUTING.md", "?\n", "?\n\n[Back](READ.md)\n", ("CONTRIBUTING.md, line 5: ", "READ.md")),
    Breakage("pictures", SOURCE, TEXT, f"# ![]({COLAB})", (cell(13), COLAB, "no alt text")),
    Breakage("pictures", SOURCE, TEXT, f'# <img src="{COLAB}">', (cell(13), COLAB, "no alt text"), ("no_walls",)),
    Breakage("pictures", "README.md", "See", '<img alt="" src="docs"> See', ("README.md, line 8: ", "no alt text")),
    Breakage("headings", SOURCE, "# # 01 · The second", "# # The second", (cell(1), '"01 · "')),
    Breakage("headings", SOURCE, "# # 01 · The second", "# The second", (cell(1), "begin with a title"), ("*",)),
    Breakage("headings", SOURCE, MEASURE, "# # Measure", (cell(10), "second title")),
    Breakage("headings", SOURCE, MEASURE, "# ##### Measure", (cell(10), "level 5", "####.")),
    Breakage("parts", SOURCE, "# ## Why it matters", "# ## Why", (LESSON, "## Why it matters")),
    Breakage("parts", SOURCE, "# ## Gotcha: the", "# ## The", (LESSON, "## Gotcha")),
    Breakage(
        "parts", SOURCE, PREDICT, f"# %% [markdown]\n# ## Gotcha\n\n{PREDICT}", (cell(6), "comes after `## Gotcha")
    ),
    Breakage("parts", SOURCE, "# - **What the", "# ## One more\n# - **What the", (cell(15), '"One more"')),
    Breakage("parts", SOURCE, 'lesson.predict("short', 'print("short', (cell(5), "lesson.predict("), ("all_asked",)),
    Breakage("parts", SOURCE, "lesson.quiz(1)", "1", (cell(13), "lesson.quiz("), ("all_asked",)),
    Breakage("exercises", SOURCE, "(3 minutes, easy)", "(3 min)", (cell(7), "is not written like"), ("minutes",)),
    Breakage("exercises", SOURCE, f"# {HEADING}", f"# #{HEADING}", (cell(7), "is not written like"), ("headings",)),
    Breakage("exercises", SOURCE, "### Exercise 1", "### Exercise 2", (cell(7), "is number 1")),
    Breakage("exercises", SOURCE, "lesson.exercise(1).check(", "print(", (cell(7), "no check"), ("all_asked",)),
    Breakage("exercises", SOURCE, f"\n{CHECK}", CHECK[5:], (cell(8), "next cell"), ("stubs",)),
    Breakage("exercises", SOURCE, FUNCTION, "count_short = ...\n", (cell(7), "no solution")),
    Breakage(
        "exercises",
        SOURCE,
        MEASURE,
        f"{MEASURE}\n\n# %%\n### BEGIN SOLUTION\n### END SOLUTION",
        (cell(11), "above"),
        ("no_walls", "short_cells"),
    ),
    Breakage("exercises", SOURCE, "### Exercise 1", "### Task 1", (LESSON, "no exercise"), ("minutes",)),
    Breakage("minutes", SOURCE, "reading 7", "reading 8", (cell(1), "8 + 3 + 1 + 4 = 16")),
    Breakage(
        "minutes", SOURCE, "reading 7, exercises 3", "reading 6, exercises 4", (cell(1), "4 minutes of exercises")
    ),
    Breakage("minutes", SOURCE, "**15 minutes:**", "15 minutes.", (cell(1), "does not state")),
    Breakage(
        "rows", "README.md", "| 01 | [The second](lessons/01_second.ipynb)", "| 01 |", ("README.md", LESSON, "no row")
    ),
    Breakage("rows", "README.md", "15 |\n\n", "20 |\n\n", ("README.md, line 6: ", "20 minutes")),
    Breakage("definitions", ASKED, "minutes=3", "minutes=5", (cell(7), "5 minutes, easy", ASKED)),
    Breakage("definitions", ASKED, "mistakes=(", "mistake=(", (f"{ASKED}: ", "TypeError", LESSON)),
    Breakage("all_asked", SOURCE, "lesson.quiz(1)", "lesson.quiz(2)", (cell(14), "lesson.quiz(2)")),
    Breakage("all_asked", SOURCE, TEXT, '# See `lesson.predict("long")`.', (cell(13), "'long'", "'short answers'")),
    Breakage("all_asked", ASKED, "QUESTIONS = {", "QUESTIONS = {2: None,", (LESSON, "lesson.quiz(2)", ASKED)),
    Breakage("all_asked", SOURCE, "lesson.exercise(1)", "lesson.exercise(3)", (cell(9), "exercise(3)"), ("exercises",)),
]


ALLOWED = f"""\
# Choose, then check: `[no](nowhere.md)`, [above](#Gotcha:-the-tempting-conclusion), [before](00_first.ipynb#Predict),
# <a href="#Predict">there</a>, [readme](../README.md#a-course), [docs](../docs/), [site](https://example.org/a?b#c),
# [mail](mailto:someone@example.org), `return 1`, `from collections import Counter`.
#
# ```
# ![](none.png) [x](nowhere.md)
# # No heading
# ```
#
# <img src="{COLAB}" alt="A badge">
#
# <details><summary>[Folded](nowhere.md)</summary>
#
# ![A badge, once more]({COLAB})
#
# </details>
"""


def test_what_is_allowed_is_no_problem(copy):
    path = copy / SOURCE
    text = path.read_text(encoding="utf-8").replace(f"{TEXT}\n", ALLOWED)
    text = text.replace(SOLVED, f"    from collections import Counter\n    return 1\n{SOLVED}")
    path.write_text(text.replace("lesson.quiz(1)\n", "%precision 2\nlesson.quiz(\n    1\n)\n"), encoding="utf-8")
    authoring.write(copy)
    assert checks.problems(copy) == []


def test_every_rule_has_a_breakage():
    assert {breakage.rule for breakage in BREAKAGES} == set(checks.RULES)


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda breakage: f"{breakage.rule}: {' '.join(breakage.says)}")
def test_a_breakage_is_found(copy, breakage):
    path = copy / breakage.file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert breakage.old in text, "the template has changed: change this breakage, too"
    path.write_text(text.replace(breakage.old, breakage.new, 1), encoding="utf-8")
    if breakage.rule != "markers":  # such a source cannot be built
        authoring.write(copy) if breakage.file == SOURCE else None
    broken = Course(copy)
    found = {name: list(check(broken)) for name, check in checks.RULES.items()}
    assert [each for each in found[breakage.rule] if all(words in each for words in breakage.says)], found
    others = {name for name, sentences in found.items() if sentences} - {breakage.rule}
    assert "*" in breakage.also or others == set(breakage.also), found
