"""An account of a reading in plain sentences: what was used, what was left out, and why rows were rejected."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from .chats import Chat
from .layouts import WORSE, Layout, is_known
from .sources import Source
from .values import inside, listed, quoted

MOST_NAMED = 20


def account(
    source: Source,
    used: list[tuple[Layout, int]],
    with_input: bool,
    every: bool,
    chats: Iterable[Chat],
    rejected: list,
    rows: int,
) -> str:
    """The account of a pass: `used` are the layouts with the number of their rows, of all `rows` that could be read.

    `chats` are their conversations, each with the last of its answers.
    """
    first, *others = (_used(layout, with_input, every) for layout, _ in used)
    taken = {column for layout, _ in used for column in layout.columns}
    left = [name for name in source.names if name not in taken]
    worse = [name for name in left if is_known(name, WORSE)]
    left = sorted((name for name in left if name not in worse), key=lambda name: not is_known(name))
    said = [f"{first[:-1]}; {listed(worse)} {_is(worse)} not used." if worse else first]
    said += [f"For {_rows(count)} it is another: {inside(other)}" for other, (_, count) in zip(others, used[1:])]
    named = listed(left, MOST_NAMED).replace('""', "one without a name")
    said += [f"Left out {_is(left)} {named}."] * bool(left)
    said += [*_of_turns(chats), *source.notes]
    said += [_rejected(rejected, rows)] if rejected else []
    return " ".join(said)


def _used(layout: Layout, with_input: bool, every: bool) -> str:
    before = [layout.column(part) for part in ("system", "tools", "history") if part in layout.parts]
    turns, answer = layout.column("turns"), layout.column("output")
    if answer is None:
        which = "Each turn of the assistant" if every else "The assistant's last turn"
        front = f", with {_and(before)} in front" if before else ""
        sentence = f"{which} in {quoted(turns)} is the answer, the instruction is all before it{front}"
    elif len(layout.main) == 1:
        sentence = f"The assistant's last turn in {quoted(answer)} is the answer, the instruction is all before it"
    else:
        asked = [*before, *(layout.column(part) for part in ("turns", "instruction") if part in layout.parts)]
        asked += [layout.column("input")] if with_input and "input" in layout.parts else []
        sentence = f"The instruction is {_and(asked)}, the answer {quoted(answer)}"
    verdict = layout.column("verdict")
    return f"{sentence}{f'; {quoted(verdict)} says which answers are good' if verdict is not None else ''}."


def _of_turns(chats: Iterable[Chat]) -> list[str]:
    """What of the turns is not used."""
    kinds: Counter[str] = Counter()
    followed = 0
    for chat in chats:
        kinds.update(kind for turn in chat.turns for kind in turn.left_out)
        followed += chat.answer + 1 < len(chat.turns)
    said = []
    if kinds:
        counted = ", ".join(f"{quoted(kind, 40)} ({count:,})" for kind, count in kinds.most_common(8))
        said.append(f"Left out of the turns: {counted}.")
    if followed:
        said.append(f"In {_rows(followed)} turns follow the answer: they are not used.")
    return said


def _rejected(rejected: list, used: int) -> str:
    reasons: dict[str, list[str]] = {}
    for each in rejected:
        reasons.setdefault(re.sub(r"\d[\d,]*", "#", each.reason), []).append(each.reason)
    most = max(reasons.values(), key=len)
    which = "" if len(reasons) == 1 else f", {len(most):,} of them" if len(most) > 1 else ", the first"
    rows = len(rejected)
    return (
        f"{rows:,} of {_rows(used + rows)} {'is' if rows == 1 else 'are'} rejected{which} for this: {inside(most[0])}"
    )


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def _is(names: list) -> str:
    return "is" if len(names) == 1 else "are"


def _and(names: list) -> str:
    *most, last = map(quoted, names)
    return f"{', '.join(most)} and {last}" if most else last
