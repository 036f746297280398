"""Which columns hold the instruction and the output, and what of a row is text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Number

# Name, instruction, input (text that goes below the instruction, where there is any), output. The first that fits.
PAIRS = (
    ("Alpaca", "instruction", "input", "output"),
    ("Dolly", "instruction", "context", "response"),
    ("", "prompt", None, "completion"),
    ("", "prompt", None, "response"),
    ("", "question", None, "answer"),
    ("", "input", None, "output"),
)
CHOSEN = "as told"
CHATS = ("messages", "conversations", "conversation")
ANSWERING_ROLES = ("assistant", "gpt", "model", "chatgpt", "bot")
NEEDED = (
    "needed are instruction and output, prompt and completion, question and answer, or messages: "
    'say which yours are with columns={"instruction": "…", "output": "…"}'
)


class Unusable(Exception):
    """Says in a sentence why a row cannot be used."""


def quoted(value: object, limit: int = 60) -> str:
    """A name in quotation marks, short, on one line, and printable whatever it holds."""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)[: limit + 1]).split())
    return f'"{text if len(text) <= limit else text[: limit - 1] + "…"}"'


def listed(names: list) -> str:
    """The first names of a list in quotation marks, and how many more there are."""
    rest = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(quoted(name, 40) for name in names[:8]) + rest


def inside(reason: object) -> str:
    """A sentence as the end of another one."""
    return str(reason)[:1].lower() + str(reason)[1:]


def no_rows(where: str) -> ValueError:
    """The error for a source in which there is nothing."""
    return ValueError(f"{where} has no rows: give at least one, with an instruction and an output.")


def none_usable(where: str, reason: object) -> ValueError:
    """The error for a source of which all rows are rejected, with the first reason."""
    return ValueError(f"{where} has no row that can be used; take the first: {inside(reason)}")


def missing(value: object) -> bool:
    """None, NaN, and what pandas writes for them."""
    return (
        value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")
    )


def text(value: object, name: object) -> str:
    """The value of column `name` as text: numbers and truth values become theirs; raises Unusable for all else.

    >>> text(3.5, "output"), text(True, "output")
    ('3.5', 'true')
    """
    if isinstance(value, str):
        try:
            if not value.isascii():
                value.encode()
        except UnicodeEncodeError as error:
            raise Unusable(
                f"Its {quoted(name)} has half of a surrogate pair at character {error.start + 1}, "
                "which no file can store: delete that character."
            ) from None
        return value
    if missing(value):
        raise Unusable(f"Its {quoted(name)} is missing: give it a text, if only an empty one.")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Number):
        try:
            number = str(value)
        except ValueError:  # Python writes no integer of more than 4,300 digits.
            raise Unusable(f"Its {quoted(name)} is too long a number: write it as text.") from None
        if number.lstrip("+-")[:3].lower() not in ("nan", "sna", "inf"):
            return number
        raise Unusable(f"Its {quoted(name)} is {number}, which is no number: give it a text.")
    raise Unusable(f"Its {quoted(name)} is of type {type(value).__name__}: give it a text.")


@dataclass(frozen=True)
class Layout:
    """The `columns` to look into: (instruction, output), (instruction, output, input) or one column of chat turns."""

    columns: tuple
    name: str = ""

    def texts(self, values: tuple) -> tuple[str, str, str]:
        """(instruction, output, input) of one row's values of `columns`; raises Unusable."""
        if len(self.columns) == 1:
            return *_chat(values[0], self.columns[0]), ""
        instruction, output = text(values[0], self.columns[0]), text(values[1], self.columns[1])
        if len(values) == 2 or missing(values[2]):
            return instruction, output, ""
        below = text(values[2], self.columns[2])
        return (f"{instruction}\n{below}" if below else instruction), output, below

    def words(self, with_input: bool) -> str:
        """As a person would say it: "Alpaca: instruction, input, output"."""
        if len(self.columns) == 1:
            return f"chat: {self.columns[0]}, of which the assistant's last turn is the output"
        instruction, output, *below = self.columns
        names = ", ".join(map(str, [instruction, *(below if with_input else []), output]))
        return f"{self.name}: {names}" if self.name and (with_input or self.name == CHOSEN) else names


def _chat(turns: object, name: object) -> tuple[str, str]:
    """(all before the assistant's last turn, that turn). What follows it is never learned from, so it is left out."""
    turns = turns.tolist() if hasattr(turns, "tolist") else turns  # pandas gives an array
    if missing(turns):
        raise Unusable(f"Its {quoted(name)} is missing: give it a list of turns.")
    if not isinstance(turns, (list, tuple)) or not all(isinstance(turn, Mapping) for turn in turns):
        raise Unusable(f"Its {quoted(name)} is no list of turns with a role and a content: make it one.")
    roles = [str(turn.get("role", turn.get("from"))).casefold() for turn in turns]
    answers = [place for place, role in enumerate(roles) if role in ANSWERING_ROLES]
    if not answers:
        raise Unusable(f"Its {quoted(name)} has no turn of the assistant: add the answer, or leave the row out.")
    said = [
        text(turn.get("content", turn.get("value")), f"{name}, turn {place}")
        for place, turn in enumerate(turns[: answers[-1] + 1], 1)
    ]
    return "\n".join(said[:-1]), said[-1]


def find(names: list, columns: Mapping | None, where: str) -> Layout:
    """The layout that the column `names` speak of, or that `columns` names; raises ValueError where there is none."""
    if not names:
        raise no_rows(where)
    known = {_folded(name): name for name in reversed(names)}
    found = _pair(known, _chosen(columns or {}, names, known, where))
    if found is None and not columns:
        found = next((Layout((known[chat],)) for chat in CHATS if chat in known), None)
    if found is None and "text" in known:
        raise ValueError(
            f"{where} has whole texts in {quoted(known['text'])} and no column for the answer: "
            "split each text into an instruction and an output."
        )
    if found is None:
        raise ValueError(f"{where} has the columns {listed(names)}; {NEEDED}.")
    for name in found.columns:
        if names.count(name) > 1:
            raise ValueError(f"{where} has {names.count(name)} columns called {quoted(name)}: rename all but one.")
    return found


def _folded(name: object) -> str:
    return str(name).strip().casefold()


def _chosen(columns: Mapping, names: list, known: dict, where: str) -> dict:
    """`columns` with the names as the source writes them."""
    if not isinstance(columns, Mapping) or set(columns) - {"instruction", "output", "input"}:
        raise ValueError(
            f"columns={quoted(columns)} cannot be: "
            'give {"instruction": "…", "output": "…"}, and "input" where there is one.'
        )
    for name in columns.values():
        if name not in names and _folded(name) not in known:
            raise ValueError(f"{where} has no column {quoted(name)}, only {listed(names)}: name one of these.")
    return {part: name if name in names else known[_folded(name)] for part, name in columns.items()}


def _pair(known: dict, chosen: dict) -> Layout | None:
    for label, *pair in PAIRS:
        instruction, below, output = (known.get(name) for name in pair)
        instruction, output = chosen.get("instruction", instruction), chosen.get("output", output)
        if instruction is not None and output is not None:
            # An input may appear late in a file, so it is asked for even where the first rows have none.
            below = chosen.get("input", None if "instruction" in chosen else below or pair[1])
            return Layout((instruction, output) + (() if below is None else (below,)), CHOSEN if chosen else label)
    return None
