"""Authoring: builds both notebooks of a lesson from its one source, `solutions/NN_name.py` (jupytext percent format).

    make notebooks       # or: python -m utils.course.authoring

`solutions/NN_name.ipynb` is the solved notebook. `lessons/NN_name.ipynb` is the same with every solution, what stands
between `### BEGIN SOLUTION` and `### END SOLUTION`, replaced by a stub. Neither holds outputs. jupytext reads the source
and nbgrader's own preprocessor takes the solutions out; this file only puts them together.
"""

from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
from nbgrader.preprocessors import ClearSolutions

ROOT = Path(__file__).parents[2]
STUB = "...  # your code here"


def build(source: Path) -> tuple[nbformat.NotebookNode, nbformat.NotebookNode]:
    """The (lesson, solution) notebooks of one source, without writing them.

    Raises RuntimeError from nbgrader when solution markers are not balanced.
    """
    solution = jupytext.read(source)
    solution.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
        "language_info": {"name": "python"},
    }
    solution.nbformat, solution.nbformat_minor = 4, 5
    for number, cell in enumerate(solution.cells):
        cell.id = f"cell-{number:03d}"  # the same at every build, so that a diff shows what changed
        cell.metadata = {}
    clear = ClearSolutions(code_stub={"python": STUB}, enforce_metadata=False)
    lesson, _ = clear.preprocess(nbformat.from_dict(solution), {})
    for cell in lesson.cells:
        cell.metadata = nbformat.from_dict({})
    return lesson, solution


def sources() -> list[Path]:
    """All lesson sources, in the order of the course."""
    return sorted((ROOT / "solutions").glob("[0-9][0-9]_*.py"))


def targets(source: Path) -> tuple[Path, Path]:
    """Where the (lesson, solution) notebooks of a source stand."""
    return ROOT / "lessons" / f"{source.stem}.ipynb", ROOT / "solutions" / f"{source.stem}.ipynb"


def main() -> None:
    """Build and write every notebook whose content changed."""
    for source in sources():
        for notebook, path in zip(build(source), targets(source)):
            text = nbformat.writes(notebook) + "\n"
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
                print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
