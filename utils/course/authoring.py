"""Authoring: builds both notebooks of a lesson from its one source, `solutions/NN_name.py` (jupytext percent format).

    make notebooks                                              # python -m utils.course.authoring
    make check                                                  # python -m utils.course.authoring check
    make lesson NAME=02_look_first TITLE="Look first"           # python -m utils.course.authoring new NAME TITLE

`solutions/NN_name.ipynb` is the solved notebook. `lessons/NN_name.ipynb` is the same with every solution, what stands
between `### BEGIN SOLUTION` and `### END SOLUTION`, replaced by a stub. Both get what no author should have to write:
badges under the title, the set-up cell, links to the neighbours, and the marks by which nbgrader knows exercises and
their checks. Neither holds outputs. jupytext reads the source and nbgrader's own preprocessor takes the solutions out;
this file only puts them together. What an author can get wrong is in `checks.py`.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Template

import jupytext
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.preprocessors import ClearSolutions

from ..data.files import write_whole
from . import setup

ROOT = Path(__file__).parents[2]
TEMPLATES = Path(__file__).parent / "templates"
STUB = "...  # your code here"
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
NAME = re.compile(r"\d\d_[a-z0-9]+(_[a-z0-9]+)*")
CHECK = re.compile(r"lesson\.exercise\((\d+)\)\.check\(")
EXERCISE = re.compile(
    r"Exercise (?P<number>\d+) · (?P<title>.+) \((?P<minutes>\d+) minutes?, (?P<difficulty>easy|medium|hard)\)"
)
ROW = re.compile(r"^\|.*\]\(lessons/(?P<name>\w+)\.ipynb\).*\|\s*(?P<minutes>\d+)\s*\|\s*$")
METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
    "language_info": {"name": "python"},
}


# ------------------------------------------------------------------------------------------------ building


def sources(root: Path = ROOT) -> list[Path]:
    """All lesson sources, in the order of the course."""
    return sorted((root / "solutions").glob("[0-9][0-9]_*.py"))


def targets(source: Path) -> tuple[Path, Path]:
    """Where the (lesson, solution) notebooks of a source stand."""
    return source.parents[1] / "lessons" / f"{source.stem}.ipynb", source.with_suffix(".ipynb")


def build(source: Path) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    """The (lesson, solution) notebooks of one source, without writing them.

    Raises RuntimeError, with a sentence, when the markers of its solutions are not in order.
    """
    lesson = solved(source, "lessons")
    for number, cell in enumerate(lesson.cells, 1):
        for fault in marker_faults(cell.cell_type, cell.source):
            raise RuntimeError(f"lessons/{source.stem}.ipynb, cell {number}: {fault}")
    lesson, _ = ClearSolutions(code_stub={"python": STUB}).preprocess(lesson, {})
    return lesson, solved(source, "solutions")


def marker_faults(kind: str, text: str) -> Iterator[str]:
    """What is wrong with the markers of a cell. nbgrader itself lets an end without a beginning pass."""
    inside = False
    for line in map(str.strip, text.split("\n")):
        if "BEGIN SOLUTION" not in line and "END SOLUTION" not in line:  # what nbgrader looks for
            continue
        if kind != "code":
            yield f"`{line}` stands in text, and would be cut out: solutions stand in code cells only."
        elif line not in (BEGIN, END):
            yield f"`{line}` is no marker: write `{BEGIN}` or `{END}`, alone on its line."
        elif line == BEGIN and inside:
            yield f"`{BEGIN}` stands inside another solution: write `{END}` before it."
        elif line == END and not inside:
            yield f"`{END}` has no beginning: write `{BEGIN}` above the solution."
        inside = "BEGIN SOLUTION" in line
    if inside and kind == "code":
        yield f"`{BEGIN}` has no end: write `{END}` below the solution."


def solved(source: Path, folder: str) -> nbformat.NotebookNode:
    """The whole notebook of one source, solutions included, as it would stand in that folder."""
    notebook = jupytext.read(source)
    notebook.metadata, notebook.nbformat, notebook.nbformat_minor = nbformat.from_dict(METADATA), 4, 5
    cells = notebook.cells
    for cell in cells:
        cell.metadata = nbformat.from_dict({})
    _mark_for_nbgrader(cells)
    if cells and cells[0].cell_type == "markdown":
        headline, _, rest = cells[0].source.partition("\n")
        cells[0].source = f"{headline}\n\n{_badges(f'{folder}/{source.stem}.ipynb')}\n{rest}"
        cells.insert(1, new_code_cell(setup.first_cell(source.stem)))
    if neighbours := _neighbours(source):
        cells.append(new_markdown_cell(neighbours))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number:03d}"  # the same at every build, so that a diff shows what changed
    return notebook


def text_of(notebook: nbformat.NotebookNode) -> str:
    """A notebook as the text that stands in its file."""
    return nbformat.writes(notebook) + "\n"


def write(root: Path = ROOT) -> list[Path]:
    """Build every notebook, write those whose content changed, and return their paths."""
    changed = []
    for source in sources(root):
        for path, notebook in zip(targets(source), build(source)):
            text = text_of(notebook)
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                write_whole(path, text.encode())
                changed.append(path)
    return changed


def title_of(source: Path) -> str:
    """The title of a lesson as its source states it: "01 · The principle"."""
    found = re.search(r"^# # (.+)$", source.read_text(encoding="utf-8"), re.M)
    return found[1] if found else source.stem


def _mark_for_nbgrader(cells: list[nbformat.NotebookNode]) -> None:
    """Cells with a solution become nbgrader's "manually graded answer" without points, checks its "read-only"."""
    number, times = "0", Counter()
    for cell in cells:
        if cell.cell_type == "markdown":
            number = [number, *(match["number"] for match in EXERCISE.finditer(cell.source))][-1]
            continue
        solution, check = BEGIN in cell.source, CHECK.search(cell.source)
        if solution or check:
            name = f"exercise-{number}" if solution else f"check-{check[1]}"
            times[name] += 1
            cell.metadata["nbgrader"] = {
                "grade": False,
                "grade_id": name if times[name] == 1 else f"{name}-{times[name]}",  # nbgrader wants each id once
                "locked": not solution,
                "schema_version": 3,
                "solution": solution,
                "task": False,
            }


def _badges(path: str) -> str:
    repository = setup.REPOSITORY.removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{repository}/blob/main/{path}"
    binder = f"https://mybinder.org/v2/gh/{repository}/main?urlpath=lab/tree/{path}"
    return (
        f"[![Open in Colab](../docs/badges/colab.svg)]({colab}) [![Launch Binder](../docs/badges/binder.svg)]({binder})"
    )


def _neighbours(source: Path) -> str:
    """Links to the lessons before and after this one, as far as there are any."""
    every = sources(source.parents[1])
    at = every.index(source) if source in every else len(every)
    before, after = every[max(at - 1, 0) : at], every[at + 1 : at + 2]
    links = [f"← [{title_of(each)}]({each.stem}.ipynb)" for each in before]
    links += [f"[{title_of(each)}]({each.stem}.ipynb) →" for each in after]
    return " · ".join(links)


# ------------------------------------------------------------------------------------------------ a new lesson


def new(name: str, title: str, root: Path = ROOT) -> list[Path]:
    """Lay out a new lesson: its source, the file of its exercises, a row in the README, the notebooks.

    Returns what was written. Raises ValueError, with a sentence, for a name or a title that will not do.
    """
    _refuse_bad(name, title, root)
    source = root / "solutions" / f"{name}.py"
    asked = root / "utils/course/exercises" / f"lesson_{name[:2]}.py"
    readme = root / "README.md"
    words = {"name": name, "number": name[:2], "title": title}
    row = f"| {name[:2]} | [{title}](lessons/{name}.ipynb): what the learner does, in one line | 15 |"
    made = {
        readme: _with_row(readme.read_text(encoding="utf-8"), name, row),
        source: Template((TEMPLATES / "lesson.txt").read_text(encoding="utf-8")).substitute(words),
        asked: Template((TEMPLATES / "exercises.txt").read_text(encoding="utf-8")).substitute(words),
    }
    for path, text in made.items():
        write_whole(path, text.encode())
    return [*made, *write(root)]


def _refuse_bad(name: str, title: str, root: Path) -> None:
    if not NAME.fullmatch(name):
        raise ValueError(
            f'"{name}" is no name for a lesson: it begins with two digits and goes on with small letters, digits and '
            "single underscores, as in 02_measure_before_you_train."
        )
    taken = {path.stem[:2]: path for path in sources(root)}
    taken |= {path.stem[-2:]: path for path in (root / "utils/course/exercises").glob("lesson_[0-9][0-9].py")}
    if other := taken.get(name[:2]):
        free = next(number for number in (f"{at:02d}" for at in range(100)) if number not in taken)
        raise ValueError(f"The number {name[:2]} is taken by {other.relative_to(root).as_posix()}: {free} is free.")
    if not title.strip() or re.search(r"[|\[\]\n]", title):
        raise ValueError(
            f'"{title}" is no title for a lesson: it needs some words, and no | or square brackets, which would break '
            'the table of the README. Example: TITLE="Measure before you train".'
        )


def _with_row(readme: str, name: str, row: str) -> str:
    """The README with one more row in its table of lessons, which is in the order of their numbers."""
    lines = readme.split("\n")
    head = next((at for at, line in enumerate(lines) if re.match(r"\|.*\| *lesson *\| *minutes *\|", line)), None)
    if head is None:
        raise ValueError("README.md has no table of lessons (| | lesson | minutes |): put it back, then try again.")
    at = head + 2  # below the line of dashes
    while at < len(lines) and (found := ROW.match(lines[at])) and found["name"] < name:
        at += 1
    return "\n".join([*lines[:at], row, *lines[at:]])


# ------------------------------------------------------------------------------------------------ the commands


def main(arguments: list[str]) -> str | None:
    """Do what the command line asks for; returns a sentence when that failed."""
    try:
        match arguments:
            case []:
                _tell(write())
            case ["new", name, title]:
                _tell(new(name, title))
                print("Now replace its examples, and run `make notebooks` and `make check`.")
            case ["check"]:
                return _check()
            case _:
                return "Use it as: python -m utils.course.authoring [check | new NAME TITLE]"
    except (ValueError, RuntimeError) as error:
        return str(error)
    return None


def _tell(written: list[Path]) -> None:
    for path in written:
        print(f"wrote {path.relative_to(ROOT).as_posix()}")


def _check() -> str | None:
    from . import checks

    if found := checks.problems(ROOT):
        print(*found, sep="\n")
        return f"{len(found)} problem{'s' if len(found) > 1 else ''}."
    print(f"{len(sources())} lessons, {len(checks.RULES)} rules, no problems.")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
