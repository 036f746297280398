"""What is built from a source, and what `new` lays out."""

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata

from utils.course import authoring, setup
from utils.course.pages import Lesson

SOURCES = authoring.sources()
TABLE = "# A course\n\n| | lesson | minutes |\n|---|---|---|\n\nThe end.\n"
EXERCISE = """# %% [markdown]
# # 01 · Title
#
# Text.

# %% [markdown]
# ### Exercise 1 · Add (3 minutes, easy)

# %%
def add(a, b):
    ### BEGIN SOLUTION
    return a + b
    ### END SOLUTION

# %%
again = (
    ### BEGIN SOLUTION
    1
    ### END SOLUTION
)

# %%
lesson.exercise(1).check(add)
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "README.md").write_text(TABLE, encoding="utf-8")
    (tmp_path / "solutions").mkdir()
    return tmp_path


def write_source(root, name, text=EXERCISE):
    path = root / "solutions" / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return path


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_the_lessons_are_numbered_without_a_gap():
    unwritten = {"09", "11"}  # When training goes wrong; the capstone
    numbers = {f"{number:02d}" for number in range(len(SOURCES) + len(unwritten))} - unwritten
    assert [source.stem[:2] for source in SOURCES] == sorted(numbers) and len(SOURCES) >= 2


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_notebooks_are_valid_for_jupyter_and_for_nbgrader(source):
    for notebook in authoring.build(source):
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
        CheckCellMetadata().preprocess(notebook, {})


def test_a_solution_becomes_a_stub_in_the_lesson_alone(root):
    lesson, solution = authoring.build(write_source(root, "01_title"))
    assert code(lesson)[1:] == [
        "def add(a, b):\n    ...  # your code here",
        "again = (\n    ...  # your code here\n)",
        "lesson.exercise(1).check(add)",
    ]
    assert "    return a + b\n" in code(solution)[1]


def test_the_set_up_cell_is_the_first_code_after_the_title(root):
    for notebook in authoring.build(write_source(root, "01_title")):
        assert [cell.cell_type for cell in notebook.cells[:3]] == ["markdown", "code", "markdown"]
        assert notebook.cells[1].source == setup.first_cell("01_title")


def test_badges_open_the_notebook_in_which_they_stand(root):
    for folder, notebook in zip(("lessons", "solutions"), authoring.build(write_source(root, "01_title"))):
        title, _, badges, _, text = notebook.cells[0].source.split("\n")
        assert (title, text) == ("# 01 · Title", "Text.")
        owner = setup.REPOSITORY.removeprefix("https://github.com/")
        assert f"](https://colab.research.google.com/github/{owner}/blob/main/{folder}/01_title.ipynb)" in badges
        assert f"](https://mybinder.org/v2/gh/{owner}/main?urlpath=lab/tree/{folder}/01_title.ipynb)" in badges


def test_the_last_cell_links_the_neighbours_that_exist(root):
    before, here, after = [write_source(root, f"0{at}_x", EXERCISE.replace("01", f"0{at}")) for at in range(3)]
    links = [authoring.build(source)[1].cells[-1].source for source in (before, here, after)]
    assert links == [
        "[01 · Title](01_x.ipynb) →",
        "← [00 · Title](00_x.ipynb) · [02 · Title](02_x.ipynb) →",
        "← [01 · Title](01_x.ipynb)",
    ]


def test_nbgrader_is_told_what_is_an_exercise_and_what_a_check(root):
    for notebook in authoring.build(write_source(root, "01_title")):
        marks = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
        assert [(mark.grade_id, mark.solution, mark.locked, mark.grade) for mark in marks] == [
            ("exercise-1", True, False, False),
            ("exercise-1-2", True, False, False),
            ("check-1", False, True, False),
        ]
        MetadataValidator().validate_nb(notebook)


def test_what_has_not_changed_is_not_written_again(root):
    write_source(root, "01_title")
    assert len(authoring.write(root)) == 2
    assert authoring.write(root) == []


@pytest.mark.parametrize(
    "markers", ["BEGIN", "END", "BEGIN BEGIN END", "END BEGIN", "BEGIN END END"], ids=lambda markers: markers
)
def test_markers_out_of_order_are_not_built(root, markers):
    lines = "\n".join(f"### {marker} SOLUTION\nx = 1" for marker in markers.split())
    source = write_source(root, "99_broken", f"# %% [markdown]\n# # 99 · Broken\n\n# %%\n{lines}\n")
    with pytest.raises(RuntimeError, match=r"lessons/99_broken\.ipynb, cell 3: `### (BEGIN|END) SOLUTION` "):
        authoring.build(source)


# ------------------------------------------------------------------------------------------------ a new lesson


def test_new_rows_stand_in_the_order_of_the_lessons(root):
    for name in ("02_second", "10_tenth", "01_first"):
        authoring.new(name, name.title(), root)
    rows = [line[:4] for line in (root / "README.md").read_text(encoding="utf-8").split("\n") if "](lessons/" in line]
    assert rows == ["| 01", "| 02", "| 10"]


def test_the_example_exercise_judges_as_it_should(root):
    authoring.new("01_first", 'What is "clean"?', root)
    lesson = Lesson(root.resolve() / "solutions/01_first.py")
    exercise = lesson.asked.exercises[1]
    names = {}
    exec(next(cell.text for cell in lesson.cells if authoring.BEGIN in cell.text), names)
    assert exercise.judge(names["count_short"]) is None
    assert len(exercise.mistakes) == 2
    for mistake in exercise.mistakes:
        assert mistake.says in exercise.judge(mistake.value)


@pytest.mark.parametrize(
    "name, title, says",
    [
        ("measure", "Measure", "two digits"),
        ("2_measure", "Measure", "two digits"),
        ("02_Measure", "Measure", "small letters"),
        ("02-measure", "Measure", "underscores"),
        ("../02_measure", "Measure", "small letters"),
        ("", "Measure", "two digits"),
        ("01_other", "Other", "solutions/01_first.py: 00 is free"),
        ("02_measure", " ", "needs some words"),
        ("02_measure", "This | that", "square brackets"),
    ],
)
def test_a_bad_name_or_title_is_refused_in_a_sentence(root, name, title, says):
    write_source(root, "01_first")
    before = sorted(root.rglob("*"))
    with pytest.raises(ValueError, match=says):
        authoring.new(name, title, root)
    assert sorted(root.rglob("*")) == before


def test_without_a_table_nothing_is_written(root):
    (root / "README.md").write_text("# A course\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no table of lessons"):
        authoring.new("01_first", "First", root)
    assert not list((root / "solutions").iterdir())


# ------------------------------------------------------------------------------------------------ the commands


def test_the_command_line_says_how_it_is_used():
    assert "check | new NAME TITLE" in authoring.main(["nonsense"])
    assert "two digits" in authoring.main(["new", "nonsense", "Title"])


def test_check_prints_the_problems_or_one_line(monkeypatch, capsys):
    from utils.course import checks

    monkeypatch.setattr(checks, "problems", lambda root: ["a.ipynb, cell 1: one.", "a.ipynb, cell 2: two."])
    assert authoring.main(["check"]) == "2 problems."
    assert capsys.readouterr().out == "a.ipynb, cell 1: one.\na.ipynb, cell 2: two.\n"
    monkeypatch.setattr(checks, "problems", lambda root: [])
    assert authoring.main(["check"]) is None
    assert capsys.readouterr().out == f"{len(SOURCES)} lessons, {len(checks.RULES)} rules, no problems.\n"
