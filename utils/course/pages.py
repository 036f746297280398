"""The course as its checks read it: lessons as their sources build them, cell by cell, and documents block by block."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.anchors import anchors_plugin
from nbformat import NotebookNode

from . import exercises, setup
from .authoring import EXERCISE, build, solved, sources, targets

WITH_WORDS = ("Predict", "Gotcha")  # parts whose heading may go on with words of its own
DOCUMENTS = ("README.md", "CONTRIBUTING.md")
MINUTES = re.compile(r"^\*\*(?P<total>\d+) minutes?:\*\* (?P<parts>[^.]+)\.", re.M)

# GitHub makes its anchors of small letters and hyphens; Jupyter only replaces the blanks.
GITHUB = MarkdownIt("commonmark").enable("table").use(anchors_plugin, max_level=6)
JUPYTER = (
    MarkdownIt("commonmark")
    .enable("table")
    .use(anchors_plugin, max_level=6, slug_func=lambda text: text.replace(" ", "-"))
)


class Piece(NamedTuple):
    """One cell, or one block of a document."""

    where: str  # "lessons/01_the_principle.ipynb, cell 7", or "README.md, line 12"
    kind: str  # "markdown" or "code"
    text: str
    tokens: list[Token]  # of its Markdown; none of code


class Heading(NamedTuple):
    where: str
    at: int  # the index of its cell
    level: int
    text: str


class Asked(NamedTuple):
    """What the exercises file of a lesson defines; `fault` says why it could not be read."""

    file: str
    exercises: dict[int, exercises.Exercise]
    predictions: list[str]
    questions: list[int]
    fault: str = ""


class Lesson:
    """One lesson as its source builds it. Its cells are those of the solved notebook, under the lesson's name."""

    def __init__(self, source: Path):
        self.source = source
        self.root = source.parents[1]
        self.number = source.stem[:2]
        self.file = f"lessons/{source.stem}.ipynb"
        self.cells = pieces(self.file, solved(source, "lessons").cells)
        self.set_up = setup.first_cell(source.stem)

    @cached_property
    def headings(self) -> list[Heading]:
        """All headings in order."""
        return [
            Heading(cell.where, at, int(token.tag[1]), cell.tokens[here + 1].content)
            for at, cell in enumerate(self.cells)
            for here, token in enumerate(cell.tokens)
            if token.type == "heading_open"
        ]

    @cached_property
    def asked(self) -> Asked:
        """What its exercises file defines."""
        return _asked(self.root, self.number)

    @cached_property
    def built(self) -> tuple[NotebookNode, NotebookNode] | None:
        """Its (lesson, solution) notebooks; None as long as the markers of its solutions are not balanced."""
        try:
            return build(self.source)
        except RuntimeError:
            return None

    @property
    def unsolved(self) -> list[Piece]:
        """The cells as learners get them; none as long as nothing can be built."""
        return pieces(self.file, self.built[0].cells) if self.built else []

    @property
    def minutes(self) -> re.Match | None:
        """The line of its minutes: `total`, and `parts` as they are written."""
        return MINUTES.search(self.cells[0].text) if self.cells else None

    @property
    def minutes_by_kind(self) -> dict[str, int]:
        """The parts of that line, `{"reading": 10, "exercises": 7}`."""
        return {kind: int(number) for kind, number in re.findall(r"(\w+) (\d+)", self.minutes["parts"])}

    @property
    def exercises(self) -> list[Heading]:
        """The headings of exercises, well formed or not."""
        return [heading for heading in self.headings if re.match(r"Exercise\b", heading.text)]

    @property
    def well_formed_exercises(self) -> list[re.Match]:
        """What the headings of exercises say, of those that can be read."""
        return [match for heading in self.exercises if (match := EXERCISE.fullmatch(heading.text))]

    def part(self, name: str) -> Heading | None:
        """The first heading of a part of the lesson."""
        words = r"\b.*" if name in WITH_WORDS else ""
        return next((each for each in self.headings if each.level == 2 and re.fullmatch(name + words, each.text)), None)

    def below(self, heading: Heading) -> range:
        """The indexes of the cells from a heading to the next exercise or part."""
        ends = [
            each.at for each in self.headings if each.at > heading.at and (each.level <= 2 or each in self.exercises)
        ]
        return range(heading.at, min(ends, default=len(self.cells)))


class Course:
    """The lessons and documents in one folder."""

    def __init__(self, root: Path):
        self.root = root.resolve()
        self.lessons = [Lesson(source) for source in sources(self.root)]
        self.documents = {
            name: _blocks(name, (self.root / name).read_text(encoding="utf-8"))
            for name in DOCUMENTS
            if (self.root / name).exists()
        }

    @property
    def notebooks(self) -> set[Path]:
        """The notebooks of all lessons, built or still to be built."""
        return {path for lesson in self.lessons for path in targets(lesson.source)}

    @property
    def texts(self) -> Iterator[tuple[Piece, list[Path]]]:
        """Every piece that may hold links, with the files in which it stands."""
        for lesson in self.lessons:
            for cell in lesson.cells:
                yield cell, list(targets(lesson.source))
        for name, blocks in self.documents.items():
            for block in blocks:
                yield block, [self.root / name]

    def anchors(self, file: Path) -> set[str] | None:
        """The anchors of a notebook or a Markdown file; None for files of other kinds."""
        own = next((lesson.cells for lesson in self.lessons if file in targets(lesson.source)), None)
        if own is None and file.suffix == ".md":
            own = _blocks(file.name, file.read_text(encoding="utf-8"))
        if own is None and file.suffix == ".ipynb":
            own = pieces(file.name, stored(file)["cells"])
        if own is None:
            return None
        headings = {str(token.attrGet("id")) for piece in own for token in piece.tokens if token.type == "heading_open"}
        return headings | {attributes["id"] for piece in own for _, attributes in tags(piece) if attributes.get("id")}


def pieces(file: str, cells: list[dict]) -> list[Piece]:
    """The cells of a notebook, with where each of them is."""
    return [
        Piece(
            f"{file}, cell {number}",
            cell["cell_type"],
            "".join(cell["source"]),
            JUPYTER.parse("".join(cell["source"])) if cell["cell_type"] == "markdown" else [],
        )
        for number, cell in enumerate(cells, 1)
    ]


def _blocks(file: str, text: str) -> list[Piece]:
    """The blocks of a document: paragraphs, headings, tables, lists."""
    blocks: list[Piece] = []
    for token in GITHUB.parse(text):
        if token.level == 0 and token.nesting >= 0:
            first, last = token.map or (0, 0)
            blocks.append(Piece(f"{file}, line {first + 1}", "markdown", "\n".join(text.split("\n")[first:last]), []))
        blocks[-1].tokens.append(token)
    return blocks


def stored(file: Path) -> dict:
    """A notebook as it stands on disk, unchecked; one without cells when it is missing or no notebook."""
    try:
        notebook = json.loads(file.read_text(encoding="utf-8"))
        return notebook if isinstance(notebook["cells"], list) else {"cells": []}
    except (OSError, ValueError, KeyError, TypeError):
        return {"cells": []}


def _asked(root: Path, number: str) -> Asked:
    """What `lesson_NN.py` of that folder defines. It is run anew each time, as the folder may be a copy."""
    file = f"utils/course/exercises/lesson_{number}.py"
    name = f"{exercises.__name__}.lesson_{number}"
    before, module = sys.modules.get(name), ModuleType(name)
    module.__package__, module.__file__ = exercises.__name__, str(root / file)
    try:
        code = compile((root / file).read_text(encoding="utf-8"), root / file, "exec", dont_inherit=True)
        sys.modules[name] = module
        exec(code, vars(module))
        return Asked(
            file,
            exercises.exercises(number),
            list(getattr(module, "PREDICTIONS", {})),
            list(getattr(module, "QUESTIONS", {})),
        )
    except Exception as error:  # whatever an author's file raises becomes a sentence
        return Asked(file, {}, [], [], f"{type(error).__name__}: {error}")
    finally:
        if before is None:
            sys.modules.pop(name, None)
        else:
            sys.modules[name] = before


def tags(piece: Piece) -> list[tuple[str, dict[str, str | None]]]:
    """Links and pictures of a piece as HTML would say them, `("a", {"href": …})`, together with its own HTML."""
    found = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.append((tag, dict(attributes)))

    for token in [each for block in piece.tokens for each in (block, *(block.children or ()))]:
        if token.type == "link_open":
            found.append(("a", dict(token.attrs)))
        elif token.type == "image":
            found.append(("img", {**token.attrs, "alt": token.content}))
        elif token.type in ("html_block", "html_inline"):
            Parser().feed(token.content)
    return found
