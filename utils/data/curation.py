"""Curation: a set on its way to being good. Rows are written, edited, kept, dropped and mended, step by step.

    mine = Curation(poor, path="mine.jsonl")            # from whatever `utils.data.files.read` takes, or empty
    mine.decide(mine.ids[3], "drop", "wrong language")
    mine.undo()
    mine.chosen()                                       # a Dataset of all rows that are not dropped

    curate(poor, {3: "drop", 7: {"output": "Bonjour."}})   # the same in one call, by row number

Every action is one or more splices: at this place, these rows become those. So its reverse is known, and one action is
one step of undo, whatever it did. Nothing is copied as a whole, so that a click is quick in a set of 100,000 rows too.

With a `path` each action is also a line at the end of a journal, written at once: the rows first, then what was done to
them. A kernel may be killed at any moment; `Curation.open` then gives back the set as it was, with its undo history.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .files import read, write, write_whole

if TYPE_CHECKING:
    from datasets import Dataset

DECISIONS = ("", "keep", "drop", "fix")
FORMAT, VERSION = "quality-over-quantity curation", 1
ABOUT = ("name", "of")  # what a journal says of its set, beside the numbers of its lines
STEPS_KEPT = 1000  # of undo, when a journal is written anew
IDLE_LINES = 1000  # a journal with this many lines more than it has rows is written anew when it is opened


class Row(NamedTuple):
    """A row. `id` is its own for ever, whatever stands before it; `decision` is one of `DECISIONS`."""

    id: int
    instruction: str
    output: str
    decision: str = ""
    reason: str = ""


class Splice(NamedTuple):
    """At place `at` (from 0) the rows `before` become the rows `after`."""

    at: int
    before: list[Row]
    after: list[Row]

    def reversed(self) -> Splice:
        return Splice(self.at, self.after, self.before)


class Action(NamedTuple):
    """What was done, in a word, and how."""

    word: str
    splices: list[Splice]

    @property
    def rows(self) -> list[int]:
        """The ids of the rows that it touched."""
        return list(dict.fromkeys(row.id for splice in self.splices for row in (*splice.after, *splice.before)))


class Curation:
    """A set under curation.

    `source` is whatever `utils.data.files.read` takes, or None for an empty set; rows of it that cannot be used stand
    in `rejected`. `path` is the journal; a file that is there already is replaced (`Curation.open` goes on with it).
    Where it cannot be written, `say` is told once, in a sentence, and all goes on in memory. `about` is what the journal says
    of the set in its first line (`about_journal`).

    Raises ValueError or FileNotFoundError for a source that cannot be read.
    """

    def __init__(
        self,
        source: object = None,
        path: str | Path | None = None,
        say: Callable[[str], object] = print,
        about: Mapping[str, str] | None = None,
    ):
        self._rows: dict[int, Row] = {}  # also those that are gone: undo brings them back
        self._order: list[int] = []
        self._new_id = count()
        self.past: list[Action] = []
        self.future: list[Action] = []
        self.path = Path(path) if path else None
        self.say = say
        self.about = dict(about or {})
        self.rejected: list = []
        self.changes = 0  # counts all that was done, for whoever shows the set …
        self.version = 0  # … and what changed the rows that would be trained on, for whoever checks them
        self._left: tuple | None = None  # the journal's place on the disk, size and time, as this object left it
        if source is not None:
            given = read(source)
            self.rejected = given.rejected
            rows = [Row(next(self._new_id), *pair) for pair in zip(given.instruction, given.output)]
            self._apply([Splice(0, [], rows)])
        self._write_anew()

    # What there is

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Row]:
        return map(self._rows.__getitem__, self._order)

    def __contains__(self, id: object) -> bool:
        return id in self._order

    @property
    def ids(self) -> list[int]:
        """The ids of all rows, in order."""
        return list(self._order)

    def row(self, id: int) -> Row:
        """The row with this id. Raises ValueError where there is none."""
        self.place(id)
        return self._rows[id]

    def place(self, id: int) -> int:
        """At which place a row stands, from 0. Raises ValueError where there is no such row."""
        try:
            return self._order.index(id)
        except ValueError:
            raise ValueError(f"There is no row with the id {id}: it was deleted, or never was.") from None

    def find(self, text: str = "", decision: str | None = None, among: Iterable[int] | None = None) -> list[int]:
        """The ids of the rows, in order, that hold `text` (case aside) and have the decision ("" is: none yet).

        `among` leaves all others out, such as those with a certain flag.
        """
        wanted = text.casefold()
        among = None if among is None else set(among)
        return [
            row.id
            for row in self
            if (among is None or row.id in among)
            and (decision is None or row.decision == decision)
            and (not wanted or wanted in row.instruction.casefold() or wanted in row.output.casefold())
        ]

    def chosen(self) -> Dataset:
        """All rows that are not dropped, as a Dataset: instruction, output, decision, reason."""
        from datasets import Dataset, Features, Value

        rows = [row[1:] for row in self if row.decision != "drop"]
        columns = dict(zip(Row._fields[1:], zip(*rows) if rows else ([], [], [], [])))
        return Dataset.from_dict(columns, features=Features(dict.fromkeys(columns, Value("string"))))

    def export(self, path: str | Path) -> Path:
        """Write the rows that are not dropped to .jsonl, .json, .csv or .parquet; raises what `files.write` raises."""
        return write(self.chosen(), path)

    # What can be done. Each of these is one step of undo; raises ValueError for a row that is not there.

    def write(self, instruction: str = "", output: str = "", after: int | None = None) -> int:
        """Add a row below the row `after`, or at the end, and give its id."""
        at = len(self) if after is None else self.place(after) + 1
        row = Row(next(self._new_id), storable(instruction), storable(output))
        self._do("write", Splice(at, [], [row]))
        return row.id

    def edit(self, id: int, instruction: str | None = None, output: str | None = None) -> None:
        """Give a row another instruction, another output, or both."""
        given = {"instruction": instruction, "output": output}
        self._change("edit", id, **{name: storable(text) for name, text in given.items() if text is not None})

    def decide(self, id: int, decision: str, reason: str | None = None) -> None:
        """Decide "keep", "drop" or "fix", or "" to leave it open again, with a reason in a few words."""
        if decision not in DECISIONS:
            raise ValueError(f'There is no decision "{decision}": choose "keep", "drop" or "fix".')
        self._change(
            decision or "decide", id, decision=decision, **({} if reason is None else {"reason": storable(reason)})
        )

    def delete(self, *ids: int) -> None:
        """Take rows out."""
        there = {id: at for at, id in enumerate(self._order)}  # one walk, however many they are
        for id in ids:
            if id not in there:
                self.place(id)  # raises
        places = sorted({there[id] for id in ids}, reverse=True)
        self._do("delete", *(Splice(at, [self._rows[self._order[at]]], []) for at in places))

    def duplicate(self, id: int) -> int:
        """Put a copy of a row below it, with nothing decided, and give the copy's id."""
        row = self.row(id)
        copy = Row(next(self._new_id), row.instruction, row.output)
        self._do("duplicate", Splice(self.place(id) + 1, [], [copy]))
        return copy.id

    def move(self, id: int, to: int) -> None:
        """Put a row at place `to` (from 0); beyond the ends is at the end."""
        row, at = self.row(id), self.place(id)
        to = max(0, min(to, len(self) - 1))
        if to != at:
            self._do("move", Splice(at, [row], []), Splice(to, [], [row]))

    def add(self, source: object) -> list[int]:
        """Add many rows at the end, from whatever `utils.data.files.read` takes, and give their ids."""
        given = read(source)
        rows = [Row(next(self._new_id), *pair) for pair in zip(given.instruction, given.output)]
        self._do("import", Splice(len(self), [], rows))
        return [row.id for row in rows]

    def undo(self) -> Action | None:
        """Take the last action back and give it; None where there is none."""
        if not self.past:
            return None
        self._note("undo")
        return self._back()

    def redo(self) -> Action | None:
        """Do again what was taken back last and give it; None where there is nothing."""
        if not self.future:
            return None
        self._note("redo")
        return self._forth()

    def _change(self, word: str, id: int, **fields: str) -> None:
        row = self.row(id)
        if (changed := row._replace(**fields)) != row:
            self._do(word, Splice(self.place(id), [row], [changed]))

    def _do(self, word: str, *splices: Splice) -> None:
        if splices:
            self._note(word, splices)
            self._forth(Action(word, list(splices)))
            self.future.clear()

    def _forth(self, action: Action | None = None) -> Action:
        action = action or self.future.pop()
        self._apply(action.splices)
        self.past.append(action)
        return action

    def _back(self) -> Action:
        action = self.past.pop()
        self._apply([splice.reversed() for splice in reversed(action.splices)])
        self.future.append(action)
        return action

    def _apply(self, splices: list[Splice]) -> None:
        for at, before, after in splices:
            self._order[at : at + len(before)] = [row.id for row in after]
            self._rows.update((row.id, row) for row in after)
            self.changes += 1
            self.version += _trained_on(before) != _trained_on(after)

    # The journal

    @classmethod
    def open(cls, path: str | Path, say: Callable[[str], object] = print) -> Curation:
        """Go on with the set in a journal, as it was after the last action that was written whole.

        Raises FileNotFoundError where there is no file, ValueError for a file that is no journal.
        """
        path = Path(path)
        first, *lines = path.read_bytes().decode("utf-8", "replace").split("\n")
        torn = lines.pop() if lines else first
        head = _head(first, path)
        decoded, made = list(_decoded(lines)), cls(say=say)
        try:
            made._restore(head, iter(decoded))
        except (TypeError, ValueError, LookupError, StopIteration):
            raise ValueError(f'"{path.name}" is damaged: start anew, or restore it from a copy.') from None
        made.path, made._left = path, _stand(path.stat())
        made.about = {name: head[name] for name in ABOUT if isinstance(head.get(name), str)}
        if len(decoded) < len(lines):
            made._put_aside(len(lines) - len(decoded))
        if torn or len(decoded) < len(lines) or len(lines) > 2 * len(made) + IDLE_LINES:
            made._write_anew()
        return made

    def _restore(self, head: dict, lines: Iterator[list]) -> None:
        rows = [Row(*next(lines)) for _ in range(head["rows"])]
        self._apply([Splice(0, [], rows)])
        self.past = [_action(next(lines)) for _ in range(head["past"])]
        self.future = [_action(next(lines)) for _ in range(head["future"])]
        for line in lines:
            if line == ["undo"]:
                self._back()
            elif line == ["redo"]:
                self._forth()
            else:
                self._forth(_action(line))
                self.future.clear()
        splices = (splice for action in (*self.past, *self.future) for splice in action.splices)
        known = (row.id for splice in splices for row in (*splice.before, *splice.after))
        self._new_id = count(max((*self._order, *known), default=-1) + 1)

    def _put_aside(self, damaged: int) -> None:
        aside = self.path.with_suffix(".broken.jsonl")
        with suppress(OSError):
            write_whole(aside, self.path.read_bytes())
        self.say(
            f"The last {damaged:,} steps in {self.path} cannot be read, so they are gone; {aside.name} holds a copy."
        )

    def _write_anew(self) -> None:
        """The journal as short as it can be: the rows, and the last `STEPS_KEPT` steps of undo and of redo."""
        if self.path is None:
            return
        self.past, self.future = self.past[-STEPS_KEPT:], self.future[-STEPS_KEPT:]
        head = {"format": FORMAT, "version": VERSION, "rows": len(self)}
        head |= {"past": len(self.past), "future": len(self.future), **self.about}
        content = _lines(head, *self, *self.past, *self.future)
        try:
            write_whole(self.path, content)
            self._left = _stand(self.path.stat())
        except OSError as error:
            self._go_on_in_memory(error.strerror or "it cannot be written")

    def _note(self, *line: object) -> None:
        """Put a line at the end of the journal, and make sure that it is in the system's hands."""
        if self.path is None:
            return
        content = _lines(line)
        try:
            with open(self.path, "r+b", buffering=0) as file:
                if _stand(os.fstat(file.fileno())) != self._left:
                    return self._go_on_in_memory("another notebook has written to it")
                end = file.seek(0, os.SEEK_END)
                if file.write(content) != len(content):
                    file.truncate(end)
                    return self._go_on_in_memory("the disk is full")
                self._left = _stand(os.fstat(file.fileno()))
        except OSError as error:
            self._go_on_in_memory(error.strerror or "it cannot be written")

    def _go_on_in_memory(self, why: str) -> None:
        path, self.path = self.path, None
        self.say(
            f"Your set is no longer saved in {path} ({why}): it stays in memory until this kernel stops. Export it to "
            "a place that can be written."
        )


def curate(rows: object, decisions: Mapping[int, str | Mapping[str, str]]) -> Dataset:
    """Decide about rows by their number (from 0, as the audit counts): the twin of the workshop's buttons.

    A decision is "keep", "drop", "fix" (to be mended later), or the mended row as {"output": "…"}, {"instruction": "…"}
    or both; in that form "reason" can be given, and "decision" where it is not "fix". The other rows stay as they are.

    >>> rows = [{"instruction": "Hi?", "output": "Hello."}, {"instruction": "5", "output": "x"}]
    >>> curate(rows, {0: {"output": "Hi!"}, 1: "drop"}).to_list()
    [{'instruction': 'Hi?', 'output': 'Hi!', 'decision': 'fix', 'reason': ''}]

    Gives a Dataset of all rows that are not dropped: instruction, output, decision, reason. Raises ValueError for a row
    that is not there or a decision that is none, and what `utils.data.files.read` raises.
    """
    made = Curation(rows)
    ids = made.ids
    for number, decision in decisions.items():
        if isinstance(number, bool) or not hasattr(number, "__index__") or not 0 <= number < len(ids):
            raise ValueError(f"There is no row {number!r}: the rows go from 0 to {len(ids) - 1}.")
        given = dict(decision) if isinstance(decision, Mapping) else {"decision": decision}
        if unknown := set(given) - {"instruction", "output", "decision", "reason"}:
            raise ValueError(
                f'Row {number} cannot be given "{min(map(str, unknown))}": give instruction, output, reason.'
            )
        id = ids[number]
        made.edit(id, given.get("instruction"), given.get("output"))
        made.decide(id, given.get("decision", "fix"), given.get("reason"))
    return made.chosen()


def storable(text: object) -> str:
    """As text that every file can hold: half of a surrogate pair, which none can, becomes a question mark."""
    text = str(text)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def about_journal(path: Path) -> dict[str, str] | None:
    """What the journal of a set says about it: its name, and a hash of the rows it began with. None where there is no file.

    It is empty for a file that says nothing, or is no journal.
    """
    try:
        with open(path, "rb") as file:
            head = _head(file.readline(10_000).decode("utf-8", "replace"), path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return {}
    return {name: head[name] for name in ABOUT if isinstance(head.get(name), str)}


def _stand(file: os.stat_result) -> tuple[int, int, int]:
    """What changes when anybody writes to a file or puts another in its place."""
    return file.st_ino, file.st_size, file.st_mtime_ns


def _trained_on(rows: list[Row]) -> list[tuple[str, str]]:
    return [(row.instruction, row.output) for row in rows if row.decision != "drop"]


def _lines(*values: object) -> bytes:
    # Rows and actions are tuples, so they become lists.
    return "".join(f"{json.dumps(value, ensure_ascii=False)}\n" for value in values).encode()


def _decoded(lines: Iterable[str]) -> Iterator[list]:
    """The lines up to the first that is damaged."""
    for line in lines:
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            return


def _head(line: str, path: Path) -> dict:
    head = next(_decoded([line]), None)
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise ValueError(f'"{path.name}" is no saved set: import it with `read`, or start anew.')
    if head.get("version") != VERSION:
        raise ValueError(
            f'"{path.name}" was saved by a newer version of this course: update the course, or start anew.'
        )
    return head


def _action(line: list) -> Action:
    word, splices = line
    return Action(
        word, [Splice(at, [Row(*row) for row in old], [Row(*row) for row in new]) for at, old, new in splices]
    )
