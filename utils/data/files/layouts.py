"""Which columns hold the instruction and the answer, by the names that people give them.

A set has one layout, or several where files of different kinds were joined: then each row is read by the first one of
whose columns it has anything. What a layout makes of a row stands in `examples.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from .turns import TURNS
from .values import listed, no_rows, quoted

# Name, instruction, input (text that goes below the instruction, where there is any), output. The first that fits.
PAIRS = (
    ("Alpaca", "instruction", "input", "output"),
    ("Dolly", "instruction", "context", "response"),
    ("", "prompt", None, "completion"),
    ("", "prompt", None, "response"),
    ("", "question", "context", "answer"),
    ("", "prompt", "input", "output"),
    ("", "question", "input", "output"),
    ("", "input", None, "output"),
)
# Where none of these fits: the first of these questions with the first of these answers.
QUESTIONS = ("instruction", "prompt", "question", "query", "problem", "user", "human", "input", "inputs", "input_text")
ANSWERS = ("output", "completion", "response", "answer", "answers", "reply", "assistant", "bot", "gpt", "solution")
ANSWERS += ("target", "targets", "target_text", "output_text", "chosen")
# Names that mean a question and an answer only beside each other: texts and what says the same shorter, …
SUMMARIES = (("dialogue", "summary"), ("document", "summary"), ("article", "highlights"), ("article", "summary"))
SUMMARIES += (("text", "summary"),)
# … and names that may mean anything else.
LAST = (("source", "target"), ("context", "response"), ("context", "answer"))
# The better and the worse answer.
PREFERENCES = (
    ("chosen", "rejected"),
    ("chosen_messages", "rejected_messages"),
    ("chosen_response", "rejected_response"),
)
PREFERENCES += (("response_chosen", "response_rejected"), ("preferred_output", "non_preferred_output"))
PREFERENCES += (("preferred", "dispreferred"), ("chosen_conversations", "rejected_conversations"))
WORSE = {worse for _, worse in PREFERENCES}
# Classification: texts (two where one is judged against the other) and what they are.
TEXT_PAIRS = (("premise", "hypothesis"), ("sentence1", "sentence2"), ("question1", "question2"), ("text1", "text2"))
TEXTS = ("text", "sentence", "review", "content", "comment", "tweet", "utterance", "message", "post", "headline")
TEXTS += ("title", "body", "document", "article", "review_body", *QUESTIONS)
LABELS = ("label_text", "label_name", "class_name", "label", "labels", "category", "intent", "class", "sentiment")
LABELS += ("target", "emotion", "topic", "gold_label", "rating", "stars")
# What stands before the instruction, and whether the row is an example of a good answer.
SYSTEM = ("system", "system_prompt", "system_message", "system_instruction", "systeminstruction", "systemprompt")
TOOLS = ("tools", "functions", "tool_definitions", "available_tools")
HISTORY = ("history", "chat_history", "conversation_history", "dialog_history", "dialogue_history")
VERDICTS = ("kto_tag", "label")
WORDS = {"input", "context", *QUESTIONS, *ANSWERS, *TEXTS, *LABELS, *SYSTEM, *TOOLS, *HISTORY, *VERDICTS, *TURNS}
CHOSEN, PREFERENCE = "as told", "preference"
NEEDED = (
    "needed are instruction and output, prompt and completion, question and answer, text and label, or messages: "
    'say which yours are with columns={"instruction": "…", "output": "…"}'
)


class Layout(NamedTuple):
    """Which `columns` are which `parts`, side by side.

    The parts are instruction, input and output, or turns (with output: the answer stands apart from them), or output
    alone (an answer with the question in it); and of system, tools, history and verdict what there is.
    """

    name: str
    parts: tuple[str, ...]
    columns: tuple

    def column(self, part: str) -> object:
        """The column that is this part, None where there is none."""
        return self.columns[self.parts.index(part)] if part in self.parts else None

    @property
    def main(self) -> list:
        """The columns of the question and the answer."""
        return [column for part, column in zip(self.parts, self.columns) if part in ("instruction", "output", "turns")]

    @property
    def needed(self) -> list:
        """The columns of which a row of this layout has at least one."""
        return [self.column("output")] if self.name == PREFERENCE else self.main

    @property
    def takes_numbers(self) -> bool:
        """Whether 1 and 0 are verdicts here, and not the numbers of classes."""
        return (
            self.name == "chat" or _folded(self.columns[0]) == "prompt" or _folded(self.column("verdict")) == "kto_tag"
        )

    def without(self, part: str) -> Layout:
        """The layout without one of its parts."""
        kept = [at for at, name in enumerate(self.parts) if name != part]
        return Layout(self.name, tuple(self.parts[at] for at in kept), tuple(self.columns[at] for at in kept))

    def words(self, with_input: bool, every: bool = False) -> str:
        """As a person would say it: "Alpaca: instruction, input, output"."""
        before = [column for part, column in zip(self.parts, self.columns) if part in ("system", "tools", "history")]
        beside = f" (with {', '.join(map(str, before))})" if before else ""
        turns = self.column("turns")
        if turns is not None and "output" not in self.parts:
            which = "each turn of the assistant is an" if every else "the assistant's last turn is the"
            return f"chat: {turns}{beside}, of which {which} output"
        order = ("turns", "instruction", *(["input"] if with_input else []), "output")
        names = ", ".join(str(self.column(part)) for part in order if part in self.parts) + beside
        return f"{self.name}: {names}" if self.name and (with_input or self.name not in ("Alpaca", "Dolly")) else names


def find(names: list, columns: Mapping | None, where: str) -> list[Layout]:
    """The layouts that the column `names` speak of, the likeliest first, or the one that `columns` names.

    Raises ValueError where there is none.
    """
    if not names:
        raise no_rows(where)
    known = {_folded(name): name for name in reversed(names)}
    chosen = _chosen(columns or {}, names, known, where)
    found: list[Layout] = []
    for layout in _told(known, chosen) if chosen else _candidates(known):
        # A row without the better answer may have another one; but no other column takes the place of a missing answer.
        if not any(_excludes(other, layout) for other in found):
            found.append(layout)
    if not found and "text" in known:
        raise ValueError(
            f"{where} has whole texts in {quoted(known['text'])} and no column for the answer: "
            "split each text into an instruction and an output."
        )
    if not found:
        raise ValueError(f"{where} has the columns {listed(names)}; {NEEDED}.")
    for name in (name for layout in found for name in layout.columns):
        if names.count(name) > 1:
            raise ValueError(f"{where} has {names.count(name)} columns called {quoted(name)}: rename all but one.")
    return found


def _excludes(first: Layout, second: Layout) -> bool:
    shared = set(first.main) & set(second.main)
    return set(first.main) == set(second.main) if first.name == PREFERENCE else bool(shared)


def _folded(name: object) -> str:
    return "_".join(str(name).replace("-", " ").split()).casefold()


def is_known(name: object, words: Collection[str] | None = None) -> bool:
    """Whether a column's name is one of these words, or of all that may name a question, an answer or what belongs to it."""
    return _folded(name) in (WORDS if words is None else words)


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
    chosen = {part: name if name in names else known[_folded(name)] for part, name in columns.items()}
    twice = [name for name in chosen.values() if list(chosen.values()).count(name) > 1]
    if twice:
        raise ValueError(
            f"The column {quoted(twice[0])} is given for {' and '.join(p for p, n in chosen.items() if n == twice[0])}: "
            "name another one for each."
        )
    return chosen


def _told(known: dict, chosen: dict) -> Iterator[Layout]:
    """The pairs in which the chosen columns take the place of those with the known names; nothing else is looked at."""
    for _, *pair in _pair_names(known):
        instruction, below, output = (known.get(name) for name in pair)
        instruction, output = chosen.get("instruction", instruction), chosen.get("output", output)
        below = chosen.get("input", None if "instruction" in chosen else below or pair[1])
        if instruction is not None and output is not None and instruction != output:
            columns = {"instruction": instruction, "output": output, "input": below}
            yield _layout(CHOSEN, columns)
            return


def _candidates(known: dict) -> Iterator[Layout]:
    """The layouts that the names allow, the likeliest first. `known` is {folded name: name}."""
    for better, worse in PREFERENCES:
        if better in known and worse in known:
            question = _first(QUESTIONS, known)
            turns = None if question is not None else _first(TURNS, known)
            below = known.get("input") if question != known.get("input") else None
            parts = {"instruction": question, "turns": turns, "output": known[better], "input": below}
            yield _with_context(PREFERENCE, parts, known)
    for label, *names in _pair_names(known):
        instruction, below, output = (known.get(name) for name in names)
        if instruction is not None and output is not None:
            # An input may appear late in a file, so it is asked for even where the first rows have none.
            parts = {"instruction": instruction, "output": output, "input": below or names[1]}
            yield _with_context(label, parts, known)
    for turns in TURNS:
        if turns in known:
            yield _with_context("chat", {"turns": known[turns]}, known)
    label = _first(LABELS, known)
    pair = next((pair for pair in TEXT_PAIRS if set(pair) <= set(known)), (_first_name(TEXTS, known), None))
    if label is not None and pair[0] in known and known[pair[0]] != label:
        parts = {"instruction": known[pair[0]], "output": label, "input": known.get(pair[1])}
        yield _with_context("classes", parts, known)
    for question, answer in LAST:
        if question in known and answer in known:
            yield _with_context("", {"instruction": known[question], "output": known[answer]}, known)


def _pair_names(known: Mapping) -> Iterator[tuple]:
    yield from PAIRS
    question, answer = _first_name(QUESTIONS, known), _first_name(ANSWERS, known)
    below = next((name for name in ("input", "context") if name != question and name in known), None)
    yield "", question, below, answer
    yield from (("", text, None, summary) for text, summary in SUMMARIES)


def _first_name(names: tuple, known: Mapping) -> str | None:
    return next((name for name in names if name in known), None)


def _first(names: tuple, known: Mapping) -> object:
    return known.get(_first_name(names, known))


def _with_context(name: str, parts: dict, known: dict) -> Layout:
    """The layout with the columns of system text, tools, history and verdict that are not among its parts."""
    context = {"system": SYSTEM, "tools": TOOLS, "history": HISTORY, "verdict": () if name == "classes" else VERDICTS}
    taken = set(parts.values())
    found = {part: _first(names, known) for part, names in context.items()}
    return _layout(name, {**parts, **{part: column for part, column in found.items() if column not in taken}})


def _layout(name: str, parts: dict) -> Layout:
    given = {part: parts[part] for part in sorted(parts, key=ORDER.index) if parts[part] is not None}
    return Layout(name, tuple(given), tuple(given.values()))


ORDER = ("instruction", "output", "input", "turns", "system", "tools", "history", "verdict")  # the pair comes first
