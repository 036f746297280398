"""Checks of what authors write: a rule is one decorated function that yields a sentence for each problem it finds.

    make check           # or: python -m utils.course.authoring check

A sentence names the file and the cell (counted from 1, as a reader of the notebook counts) and says how to mend it. The
rules `built`, `no_leaks` and `no_outputs` look at the notebooks as they stand on disk. All others look at what the
sources build, so that they are right before `make notebooks`, too.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import unquote, urlsplit

from IPython.core.inputtransformer2 import TransformerManager

from .authoring import BEGIN, END, EXERCISE, METADATA, NAME, ROOT, ROW, marker_faults, targets, text_of
from .pages import Course, Lesson, pieces, stored, tags

LONGEST_CELL = 20  # lines
LONGEST_LINE = 99  # characters: what a window of 1,280 pixels shows beside the list of files
SPACED = re.compile(r"\w+ [?!](?!=)")
LONGEST_TRIVIAL_LINE = 16  # `for row in rows:` gives nothing away
PARTS = ("Why it matters", "Predict", "Gotcha", "Check your understanding", "If it breaks")
HOLDING = {"Predict": "lesson.predict(", "Check your understanding": "lesson.quiz("}
USE = re.compile(r"""\blesson\.(exercise|predict|quiz)\(\s*(\d+|"[^"]*"|'[^']*')""")

RULES: dict[str, Callable[[Course], Iterator[str]]] = {}


def rule(function: Callable[[Course], Iterator[str]]) -> Callable[[Course], Iterator[str]]:
    """Add a rule about the course as a whole."""
    RULES[function.__name__] = function
    return function


def lesson_rule(function: Callable[[Lesson], Iterator[str]]) -> Callable[[Lesson], Iterator[str]]:
    """Add a rule about each lesson."""
    RULES[function.__name__] = lambda course: (problem for lesson in course.lessons for problem in function(lesson))
    return function


def problems(root: Path = ROOT) -> list[str]:
    """Every problem of the course in this folder, or in a copy of it, as one sentence each."""
    course = Course(root)
    return [problem for check in RULES.values() for problem in check(course)]


# ------------------------------------------------------------------------------------------------ files


@rule
def named(course: Course) -> Iterator[str]:
    """Sources have names that the course can sort, and no two have the same number."""
    seen: dict[str, str] = {}
    for source in sorted((course.root / "solutions").glob("*.py")):
        if not NAME.fullmatch(source.stem):
            yield f"solutions/{source.name}: is not named like 02_look_first.py, with two digits first: rename it."
        elif source.stem[:2] in seen:
            yield f"solutions/{source.name}: has the same number as {seen[source.stem[:2]]}: give one of them another."
        seen.setdefault(source.stem[:2], source.name)


@rule
def built(course: Course) -> Iterator[str]:
    """Both notebooks of a source are there, as it builds them, and there are no others."""
    strays = {*(course.root / "lessons").glob("*.ipynb"), *(course.root / "solutions").glob("*.ipynb")}
    for lesson in course.lessons:
        strays -= set(targets(lesson.source))
        for path, notebook in zip(targets(lesson.source), lesson.built or ()):  # not built: `markers` says why
            file, text = path.relative_to(course.root).as_posix(), text_of(notebook)
            if not path.exists():
                yield f"{file}: is missing: run `make notebooks`."
            elif path.read_text(encoding="utf-8") != text:
                yield (
                    f"{file}{_first_difference(stored(path), json.loads(text))}: differs from what "
                    f"solutions/{lesson.source.name} builds: make your change there, then run `make notebooks`."
                )
    for path in sorted(strays):
        yield f"{path.relative_to(course.root).as_posix()}: has no source in solutions/: write one, or delete it."


def _first_difference(there: dict, wanted: dict) -> str:
    """The words `, cell 3` for the first cell that differs; none when something else does."""
    ours, theirs = there["cells"], wanted["cells"]
    differing = (at for at in range(max(len(ours), len(theirs))) if ours[at : at + 1] != theirs[at : at + 1])
    return next((f", cell {at + 1}" for at in differing), "")


@lesson_rule
def no_leaks(lesson: Lesson) -> Iterator[str]:
    """No line of a solution can be read in a lesson, be it in code, in a comment or in prose.

    Lines that are too short to give anything away are let through, and so are imports.
    """
    lines = [line for cell in lesson.cells for line in _solution_lines(cell.text)]
    telling = [line for line in lines if len(line) > LONGEST_TRIVIAL_LINE and not line.startswith(("import ", "from "))]
    for cell in pieces(lesson.file, stored(targets(lesson.source)[0])["cells"]):
        for line in telling:
            if line in cell.text:
                yield f"{cell.where}: shows `{line}`, a line of a solution: take it out, or put it in other words."


def _solution_lines(text: str) -> list[str]:
    inside, found = False, []
    for line in map(str.strip, text.split("\n")):
        if line in (BEGIN, END):
            inside = line == BEGIN
        elif inside and line:
            found.append(line)
    return found


@lesson_rule
def no_outputs(lesson: Lesson) -> Iterator[str]:
    """Stored notebooks hold no results, no counts, and nothing that an editor or a widget left behind."""
    for path in targets(lesson.source):
        file, notebook = path.relative_to(lesson.root).as_posix(), stored(path)
        if left := sorted(set(notebook.get("metadata", {})) - set(METADATA)):
            yield f"{file}: its metadata hold {', '.join(left)}: run `make notebooks`, which leaves that out."
        for number, cell in enumerate(notebook["cells"], 1):
            left = [name for name in ("outputs", "execution_count", "attachments") if cell.get(name)]
            left += sorted(set(cell.get("metadata", {})) - {"nbgrader"})
            if left:
                yield f"{file}, cell {number}: holds {', '.join(left)}: run `make notebooks`, which leaves that out."


# ------------------------------------------------------------------------------------------------ code cells


@lesson_rule
def markers(lesson: Lesson) -> Iterator[str]:
    """Solutions begin and end in one code cell, one after the other, with markers on lines of their own."""
    for cell in lesson.cells:
        for fault in marker_faults(cell.kind, cell.text):
            yield f"{cell.where}: {fault}"


@lesson_rule
def stubs(lesson: Lesson) -> Iterator[str]:
    """Without its solutions a lesson is still Python, and defines what its checks ask for: it survives Run All."""
    defined: set[str] = set()
    for cell in [cell for cell in lesson.unsolved if cell.kind == "code"]:
        try:
            nodes = list(ast.walk(ast.parse(TransformerManager().transform_cell(cell.text))))
        except SyntaxError as error:
            yield f"{cell.where}: is no valid Python without its solution ({error.msg}): keep more outside the markers."
            continue
        for name in _checked_names(nodes):
            if name not in defined:
                yield (
                    f"{cell.where}: checks `{name}`, which nothing defines until the exercise is solved: keep `{name} = (` "
                    f"and `)`, or `def {name}(…):`, outside the markers."
                )
        defined |= {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        defined |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        defined |= {(node.asname or node.name).split(".")[0] for node in nodes if isinstance(node, ast.alias)}


def _checked_names(nodes: list[ast.AST]) -> list[str]:
    """The plain names that calls of `….check(…)` hand over."""
    calls = [node for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    handed = [argument for call in calls if call.func.attr == "check" for argument in call.args]
    return [argument.id for argument in handed if isinstance(argument, ast.Name)]


@lesson_rule
def short_cells(lesson: Lesson) -> Iterator[str]:
    """A code cell, its solution included, can be read at a glance."""
    for cell in lesson.cells:
        lines = cell.text.count("\n") + 1
        if cell.kind == "code" and lines > LONGEST_CELL:
            yield (
                f"{cell.where}: has {lines} lines of code with its solution, and {LONGEST_CELL} are the most: split it, or "
                "move some of it to utils/."
            )
        is_ours = cell.kind == "code" and cell.text != lesson.set_up  # nobody reads the set-up
        for line in cell.text.split("\n") if is_ours else ():
            if len(line) > LONGEST_LINE:
                yield (
                    f"{cell.where}: `{line.strip()[:40]} …` has {len(line)} characters, and {LONGEST_LINE} are the most: "
                    "break it."
                )


@lesson_rule
def no_walls(lesson: Lesson) -> Iterator[str]:
    """At most two code cells, an exercise and its check, stand together, with a sentence before them."""
    room = 0  # how many code cells may still come
    for cell in lesson.cells:
        if cell.kind == "markdown":
            before = [None, *cell.tokens]
            room = 2 * any(
                token.type == "inline" and (not last or last.type != "heading_open")
                for last, token in zip(before, cell.tokens)
            )
        elif cell.text != lesson.set_up:
            room -= 1
            if room < 0:
                yield (
                    f"{cell.where}: has no sentence before it: say what it does in a text cell above it (an exercise and "
                    "its check may stand together)."
                )


# ------------------------------------------------------------------------------------------------ links and pictures


@rule
def links(course: Course) -> Iterator[str]:
    """A link or a picture inside the repository is there, with its anchor; an address on the web is well formed."""
    for piece, files in course.texts:
        for token in [child for block in piece.tokens for child in block.children or ()]:
            if token.type == "text" and "](" in token.content:
                yield f"{piece.where}: `{token.content}` is read as text, not as a link: is there a blank in the address?"
        for _, attributes in tags(piece):
            link = attributes.get("href") or attributes.get("src")
            faults = [fault for file in files if link and (fault := _fault(course, file, link))]
            if faults:
                yield f"{piece.where}: the link {unquote(link)} {faults[0]}"


def _fault(course: Course, file: Path, link: str) -> str | None:
    """What is wrong with a link that stands in this file; None when nothing is."""
    address, _, anchor = map(unquote, link.partition("#"))
    scheme = re.match(r"[a-z][a-z0-9+.-]*:", address, re.I)
    if scheme:
        return _fault_of_address(address)
    if address.startswith("/"):
        return "begins with a slash: write it relative to the file in which it stands."
    target = (file.parent / address).resolve() if address else file
    if not target.is_relative_to(course.root):
        return "leaves the repository: link to an address on the web instead."
    if not target.exists() and target not in course.notebooks:
        return f"leads nowhere from {file.relative_to(course.root).parent.as_posix()}/: mend the path, or take it out."
    known = course.anchors(target) if anchor else None
    if known is not None and anchor not in known:
        near = get_close_matches(anchor, sorted(known), n=1, cutoff=0)
        return f"leads to no heading of {target.name}: is #{near[0]} meant?" if near else "leads to no heading."
    return None


def _fault_of_address(address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "is no valid address: mend it."
    if parts.scheme == "mailto":
        return None
    if parts.scheme not in ("http", "https"):
        return f"begins with {parts.scheme}: and works on few machines: link to a file here, or to https://…"
    return None if re.fullmatch(r"[\w.-]+\.\w+(:\d+)?", parts.netloc) else "names no site after its //: mend it."


@rule
def pictures(course: Course) -> Iterator[str]:
    """Every picture says in words what it shows."""
    for piece, _ in course.texts:
        for tag, attributes in tags(piece):
            if tag == "img" and not (attributes.get("alt") or "").strip():
                yield (
                    f"{piece.where}: the picture {attributes.get('src')} has no alt text: say in words what it shows, for "
                    "those who do not see it."
                )


# ------------------------------------------------------------------------------------------------ the text


@lesson_rule
def spaced_marks(lesson: Lesson) -> Iterator[str]:
    """No plain space stands before ? or !: English has none there, and French a no-break space, so that no line ends there."""
    asked = Path(lesson.root / lesson.asked.file)
    texts = [(cell.where, cell.text) for cell in lesson.cells]
    texts += [(lesson.asked.file, asked.read_text(encoding="utf-8"))] if asked.exists() else []
    for where, text in texts:
        if found := SPACED.search(text):
            yield f"{where}: has a plain space before the mark of “{found[0]}”: French needs a no-break space (\\u00a0) there."


@lesson_rule
def headings(lesson: Lesson) -> Iterator[str]:
    """One title, which begins with the lesson's number, and below it no level is left out."""
    start = f"{lesson.number} · "
    if not lesson.headings or lesson.headings[0].level != 1 or lesson.headings[0].at:
        yield f"{lesson.file}, cell 1: does not begin with a title: write `# {start}The title` first."
    levels = [0, *(heading.level for heading in lesson.headings)]
    for before, heading in zip(levels, lesson.headings):
        if heading.level > before + 1:
            yield (
                f'{heading.where}: "{heading.text}" has level {heading.level}, and the heading before it level {before}: '
                f"write it with {'#' * (before + 1)}."
            )
        if heading.level == 1 and before:
            yield f'{heading.where}: "{heading.text}" is a second title: write it with ##.'
        elif heading.level == 1 and not heading.text.startswith(start):
            yield f'{heading.where}: the title "{heading.text}" does not begin with "{start}": let it.'


@lesson_rule
def parts(lesson: Lesson) -> Iterator[str]:
    """A lesson has all its parts, in order, and they hold what they promise."""
    found = {name: heading for name in PARTS if (heading := lesson.part(name))}
    for name in PARTS:
        if name not in found:
            yield f"{lesson.file}: has no part `## {name}`: add it."
    for (first, before), (second, after) in zip(found.items(), list(found.items())[1:]):
        if lesson.headings.index(before) > lesson.headings.index(after):
            yield f"{before.where}: `## {first}` comes after `## {second}`: put it before."
    last = found.get("If it breaks")
    if last and lesson.headings[-1] != last:
        late = lesson.headings[-1]
        yield f'{late.where}: "{late.text}" comes after `## If it breaks`, which is the last part: move it up.'
    for name, call in HOLDING.items():
        if name in found and not _with_code(lesson, lesson.below(found[name]), call):
            yield f"{found[name].where}: no cell below `## {name}` calls `{call}…)`: add one."


def _with_code(lesson: Lesson, cells: range, code: str) -> list[int]:
    return [at for at in cells if lesson.cells[at].kind == "code" and code in lesson.cells[at].text]


@lesson_rule
def exercises(lesson: Lesson) -> Iterator[str]:
    """Exercises are numbered in order, and each has a solution and, in a cell of its own, its check."""
    if not lesson.exercises:
        yield f"{lesson.file}: has no exercise: add one."
    homeless = _with_code(lesson, range(len(lesson.cells)), BEGIN)
    for number, heading in enumerate(lesson.exercises, 1):
        match = EXERCISE.fullmatch(heading.text)
        if not match or heading.level != 3:
            yield (
                f'{heading.where}: "{heading.text}" is not written like the heading of an exercise, '
                f"`### Exercise {number} · Title (3 minutes, easy)`; besides easy there are medium and hard."
            )
        elif int(match["number"]) != number:
            yield f"{heading.where}: exercise {match['number']} is number {number} in the lesson: number it so."
        solutions = _with_code(lesson, lesson.below(heading), BEGIN)
        checks = _with_code(lesson, lesson.below(heading), f"lesson.exercise({number}).check(")
        homeless = [at for at in homeless if at not in solutions]
        if not solutions:
            yield f"{heading.where}: exercise {number} has no solution below it: put it between `{BEGIN}` and `{END}`."
        if not checks:
            yield f"{heading.where}: exercise {number} has no check below it: add `lesson.exercise({number}).check(…)`."
        for at in sorted({*solutions} & {*checks}):
            yield f"{lesson.cells[at].where}: holds a solution and its check: move the check to the next cell."
    for at in homeless:
        yield f"{lesson.cells[at].where}: holds a solution, and no heading of an exercise stands above it: add one."


@lesson_rule
def minutes(lesson: Lesson) -> Iterator[str]:
    """The stated minutes add up, and agree with those of the exercises."""
    if not lesson.minutes:
        yield (
            f"{lesson.file}, cell 1: does not state its minutes: below the title, write a line like "
            "`**25 minutes:** reading 10, exercises 7, running 3, questions 5.`"
        )
        return
    total, spent = int(lesson.minutes["total"]), lesson.minutes_by_kind
    if sum(spent.values()) != total:
        sum_ = " + ".join(map(str, spent.values()))
        yield f"{lesson.file}, cell 1: says {total} minutes, and {sum_} = {sum(spent.values())}: mend the line."
    stated, needed = spent.get("exercises", 0), sum(int(match["minutes"]) for match in lesson.well_formed_exercises)
    if stated != needed:
        yield f"{lesson.file}, cell 1: says {stated} minutes of exercises, and their headings say {needed}: mend one."


@rule
def rows(course: Course) -> Iterator[str]:
    """The table of lessons in the README has a row for each lesson, with its minutes."""
    readme = course.root / "README.md"
    lines = readme.read_text(encoding="utf-8").split("\n") if readme.exists() else []
    found = {
        match["name"]: (at, int(match["minutes"])) for at, line in enumerate(lines, 1) if (match := ROW.match(line))
    }
    for lesson in course.lessons:
        line, there = found.get(lesson.source.stem, (0, 0))
        if not line:
            yield f"README.md: the table of lessons has no row with ]({lesson.file}) that ends in | minutes |: add it."
        elif lesson.minutes and there != int(lesson.minutes["total"]):
            stated = lesson.minutes["total"]
            yield f"README.md, line {line}: says {there} minutes, and {lesson.file} says {stated}: mend one of them."


# ------------------------------------------------------------------------------------------------ what is asked


@lesson_rule
def definitions(lesson: Lesson) -> Iterator[str]:
    """The exercises file can be used, and the headings of exercises say what it says."""
    asked = lesson.asked
    if asked.fault:
        yield f"{asked.file}: cannot be used ({asked.fault}), and {lesson.file} needs it: mend it."
    for heading in lesson.exercises:
        match = EXERCISE.fullmatch(heading.text)
        exercise = asked.exercises.get(int(match["number"])) if match else None
        if exercise:
            said = (match["title"], int(match["minutes"]), match["difficulty"])
            if said != (exercise.title, exercise.minutes, exercise.difficulty):
                wanted = exercise.heading.lstrip("# ")
                yield f'{heading.where}: says "{heading.text}", and {asked.file} says "{wanted}": mend one of them.'


@lesson_rule
def all_asked(lesson: Lesson) -> Iterator[str]:
    """What a lesson uses is defined, and what is defined is asked."""
    asked = lesson.asked
    if asked.fault:  # the rule `definitions` speaks of it
        return
    known = {"exercise": [*asked.exercises], "predict": asked.predictions, "quiz": asked.questions}
    uses = [(cell, kind, ast.literal_eval(name)) for cell in lesson.cells for kind, name in USE.findall(cell.text)]
    for cell, kind, name in uses:
        if name not in known[kind]:
            there = ", ".join(map(repr, known[kind])) or "none"
            yield f"{cell.where}: `lesson.{kind}({name!r})` is not defined: {asked.file} has {there}."
    done = {(kind, name) for cell, kind, name in uses if cell.kind == "code"}
    for kind, name in [(kind, name) for kind in known for name in known[kind]]:
        if (kind, name) not in done:
            yield f"{lesson.file}: never calls `lesson.{kind}({name!r})`: ask it, or take it out of {asked.file}."
