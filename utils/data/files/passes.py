"""One pass through a source: which layout each row has, what it becomes, and why some become nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .account import account
from .chats import Chat
from .examples import as_chat, reader
from .layouts import Layout
from .sources import Source
from .values import TOO_DEEP, Unusable, inside, missing, no_rows, none_usable, quoted, truth

MOST_TEXT = 1000
MOST_REJECTED = 1_000_000  # as they are all held in memory
BAD_ANSWER = "Its {} says that the answer is a bad one: it is left out, as a model would learn to give it."


@dataclass(frozen=True)
class Rejected:
    """A row that could not be used: its number in the source, the reason as a sentence, the start of what it holds."""

    row: int
    reason: str
    text: str


class Pass:
    """A pass through the rows of a source: lists side by side with an entry for each example, and `rejected`."""

    def __init__(self, opened: Source, found: list[Layout], every: bool):
        self.opened, self.found, self.every = opened, found, every
        self.columns = tuple(dict.fromkeys(column for layout in found for column in layout.columns))
        self.instruction: list[str] = []
        self.output: list[str] = []
        self.below: list[str] = []
        self.number: list[int] = []
        self.chats: dict[int, Chat] = {}  # by the place in these lists
        self.used = [0] * len(found)  # how many rows had each layout
        self.rejected: list[Rejected] = []
        self.verdict = next((layout.column("verdict") for layout in found if "verdict" in layout.parts), None)
        self.bad: dict[int, tuple[int, Rejected]] = {}  # rows that the verdict speaks against, and their layouts
        self._run()
        self._leave_bad_ones()
        if not self.number:
            raise none_usable(opened.where, self.rejected[0].reason) if self.rejected else no_rows(opened.where)

    def _run(self) -> None:
        readers = [reader(layout, self.every) for layout in self.found]
        layout_of = self._layout_of() if len(readers) > 1 else None
        judged = self.columns.index(self.verdict) if self.verdict is not None else None
        lists = self.instruction.append, self.output.append, self.below.append, self.number.append
        add_instruction, add_output, add_below, add_number = lists  # a million times
        which, read_row, number = 0, readers[0], 0
        for number, (values, raw) in enumerate(self.opened.pick(self.columns), 1):
            try:
                if type(values) is Unusable:
                    raise values
                own = values
                if layout_of:
                    which, own = layout_of(values)
                    read_row = readers[which]
                made = read_row(own)
            except (Unusable, RecursionError) as reason:
                reason = reason if isinstance(reason, Unusable) else TOO_DEEP
                self._reject(number, reason, values, raw)
                continue
            if judged is not None:
                self._judge(number, which, values, values[judged], raw)
            if layout_of:
                self.used[which] += 1
            if type(made) is tuple:
                instruction, output, below = made
                add_instruction(instruction)
                add_output(output)
                add_below(below)
                add_number(number)
                continue
            for (instruction, output, below), chat in made:
                self.chats[len(self.number)] = chat
                add_instruction(instruction)
                add_output(output)
                add_below(below)
                add_number(number)
        if not layout_of:
            self.used = [number - len(self.rejected)]

    def _layout_of(self) -> Callable[[tuple], tuple[int, tuple]]:
        """What finds the layout of a row, the first of whose columns it has any, and its values of these."""
        places = [[self.columns.index(column) for column in layout.columns] for layout in self.found]
        needed = [[self.columns.index(column) for column in layout.needed] for layout in self.found]

        def layout_of(values: tuple) -> tuple[int, tuple]:
            held = (which for which, ats in enumerate(needed) if not all(missing(values[at]) for at in ats))
            which = next(held, 0)
            return which, tuple(values[at] for at in places[which])

        return layout_of

    def _reject(self, number: int, reason: object, values: object, raw: object) -> None:
        self.rejected.append(self._rejected(number, reason, values, raw))
        if len(self.rejected) > MOST_REJECTED:
            raise ValueError(
                f"{self.opened.where} has more than {MOST_REJECTED:,} rows that cannot be used; take the first: "
                f"{inside(self.rejected[0].reason)}"
            )

    def _rejected(self, number: int, reason: object, values: object, raw: object) -> Rejected:
        shown = dict(zip(self.columns, raw)) if raw is values else raw
        return Rejected(number, str(reason), _excerpt(shown))

    def _judge(self, number: int, which: int, values: tuple, said: object, raw: object) -> None:
        """Note a row with a bad answer; forget all of them where the column of verdicts says something else."""
        layout = self.found[which]
        if self.verdict is None or "verdict" not in layout.parts or missing(said):
            return
        is_plain = isinstance(said, bool) or str(said).strip().casefold() in ("true", "false")
        is_good = truth(said) if is_plain or layout.takes_numbers else None
        if is_good is None:
            self.verdict, self.bad = None, {}
        elif not is_good:
            reason = BAD_ANSWER.format(quoted(self.verdict))
            self.bad[number] = which, self._rejected(number, reason, values, raw)

    def _leave_bad_ones(self) -> None:
        if not self.bad:
            return
        good = [at for at, number in enumerate(self.number) if number not in self.bad]
        for name in ("instruction", "output", "below", "number"):
            every = getattr(self, name)
            setattr(self, name, [every[at] for at in good])
        self.chats = {place: self.chats[at] for place, at in enumerate(good) if at in self.chats}
        for which, _ in self.bad.values():
            self.used[which] -= 1
        self.rejected += [rejected for _, rejected in self.bad.values()]
        self.rejected.sort(key=lambda each: each.row)

    def fields(self) -> dict:
        """What of `Rows` comes of it."""
        used = [(self._judged(layout), count) for layout, count in zip(self.found, self.used) if count]
        first = used[0][0]
        with_input = "input" in first.parts and (first.column("input") in self.opened.names or any(self.below))
        chats, of_rows = None, {}
        if self.chats or "turns" in first.parts:
            pairs = enumerate(zip(self.instruction, self.output))
            chats = [self.chats.get(place) or as_chat(*pair) for place, pair in pairs]
            of_rows = dict(zip(self.number, chats))
        return {
            "instruction": self.instruction,
            "output": self.output,
            "input": self.below if with_input else None,
            "number": self.number,
            "rejected": self.rejected,
            "layout": first.words(with_input, self.every),
            "source": self.opened.origin,
            "said": account(self.opened, used, with_input, self.every, of_rows.values(), self.rejected, sum(self.used)),
            "chats": chats,
        }

    def _judged(self, layout: Layout) -> Layout:
        return layout if self.verdict is not None else layout.without("verdict")


def _excerpt(raw: object) -> str:
    try:
        text = raw.rstrip("\r\n") if isinstance(raw, str) else repr(raw)
    except Exception:  # what a stranger's object does when it is shown, or one that is nested too deeply
        text = f"<{type(raw).__name__}>"
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"
