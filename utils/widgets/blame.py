"""Blame a row: from a wrong answer to the training rows most like it, and to a run without them.

`Blame` holds the rules and is tested without a browser; `view` is a thin widget over it. How likeness is measured is
in `utils/model/blame.py`. Likeness is no proof of cause: only training again without the rows tells, and only beside a
run without as many rows drawn by chance, since any change of the set changes some answers.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import ipywidgets
import pandas as pd

from ..data.text import normalise
from ..show.card import Card
from .frame import button, frame, reply, text

if TYPE_CHECKING:
    from datasets import Dataset

    from ..model.training import Run

PAGE = 8  # wrong answers listed at a time
LIKENESS = "This is similarity and no proof of cause: only training again without the rows tells."
STYLE = """<style>.qoq-blame.qoq-frame .widget-checkbox .widget-label-basic,
.qoq-blame.qoq-frame .widget-radio-box label { white-space: pre-wrap; overflow-wrap: anywhere; }
.qoq-blame.qoq-frame input[type=checkbox] { align-self: flex-start; }</style>"""


class Version(NamedTuple):
    """A run, the rows it was trained on, and its answers to the test rows."""

    run: Run
    rows: list[int]  # of the whole set, counted from 0
    answers: list[str]


class Blame:
    """A run, the rows it was trained on, the test rows, and what became of it as rows were dropped.

    `rows` are the training rows of `run` (columns instruction and output), `test` held-out rows of the same form; rows
    are counted from 0, and keep their numbers when others are dropped. `run` is the latest run. `keep` is called with
    each change.

    Raises ValueError for a run that was not trained, or rows that `fine_tune` would not take.
    """

    def __init__(
        self, run: Run, rows: Dataset, test: Dataset, k: int = 5, keep: Callable[..., None] = lambda **facts: None
    ):
        from ..model.training import check_rows

        if hasattr(run, "sets"):
            raise ValueError('One run of the comparison is needed: blame(result.run("name of a set"), rows, test).')
        check_rows(rows)
        check_rows(test)
        if run.adapter is None:
            raise ValueError(
                "This run is the base as it is: no row has taught it anything. Fine-tune it on rows first."
            )
        self.rows, self.test, self.k, self.keep = rows, test, k, keep
        self.chosen: int | None = None
        self._pairs = list(zip(rows["instruction"], rows["output"]))
        self._prompts, self._right = list(test["instruction"]), list(test["output"])
        self._versions = [Version(run, list(range(len(rows))), run.answer(self._prompts))]
        self._nearest: dict[tuple[int, int], pd.DataFrame] = {}  # by number of versions and test row

    @property
    def run(self) -> Run:
        return self._versions[-1].run

    @property
    def dropped(self) -> list[int]:
        """The rows that the latest run was trained without."""
        return sorted(set(range(len(self._pairs))) - set(self._versions[-1].rows))

    @property
    def exact_match(self) -> float:
        """The share of right answers on the test rows, in percent."""
        return self._exact_match(self._versions[-1].answers)

    def wrong(self) -> pd.DataFrame:
        """The test rows that the latest run answers wrong: prompt, given, right, by number of the test row."""
        answers = self._versions[-1].answers
        lines = {
            at: {"prompt": prompt, "given": given, "right": right}
            for at, (prompt, given, right) in enumerate(zip(self._prompts, answers, self._right))
            if normalise(given) != normalise(right)
        }
        return pd.DataFrame.from_dict(lines, orient="index", columns=["prompt", "given", "right"]).rename_axis(
            "test row"
        )

    def choose(self, test_row: int) -> pd.DataFrame:
        """The rows most like the wrong answer to `test_row`: see `nearest_rows`, with rows numbered as in the whole set.

        Raises ValueError for a row that is not there or whose answer is right.
        """
        from ..model.blame import nearest_rows

        if isinstance(test_row, bool) or test_row not in range(len(self._prompts)):
            raise ValueError(f"There is no test row {test_row!r}: they go from 0 to {len(self._prompts) - 1}.")
        version = self._versions[-1]
        given, right = version.answers[test_row], self._right[test_row]
        if normalise(given) == normalise(right):
            raise ValueError(f"The answer to test row {test_row} is right: choose one of those that .wrong() lists.")
        at = len(self._versions), test_row
        if at not in self._nearest:
            rows = self.rows.select(version.rows)
            found = nearest_rows(version.run, rows, self._prompts[test_row], given, self.k, right)
            found["row"] = [version.rows[row] for row in found["row"]]
            self._nearest[at] = found
        self.chosen = test_row
        self.keep(chosen=test_row)
        return self._nearest[at]

    def suspects(self) -> list[int]:
        """The k rows nearest in gradient to the chosen answer: what one would drop first."""
        if self.chosen is None:
            return []
        return self.choose(self.chosen).nlargest(self.k, "gradient")["row"].tolist()

    def drop(self, rows: Iterable[int]) -> Run:
        """Train again with the same settings, without `rows` and without their copies, word for word; give the new run.

        Raises ValueError when there is nothing to drop, a row is not there any more, or none would be left.
        """
        self._versions.append(self._trained(self._without(rows)))
        self.keep(dropped=self.dropped)
        return self.run

    def undo(self) -> Run:
        """Go back to the run before the last drop. Raises ValueError when nothing was dropped."""
        if len(self._versions) == 1:
            raise ValueError("Nothing was dropped, so there is nothing to undo.")
        for at in [at for at in self._nearest if at[0] == len(self._versions)]:
            del self._nearest[at]
        self._versions.pop()
        self.keep(dropped=self.dropped)
        return self.run

    def change(self) -> str:
        """What the last drop changed, in sentences. Raises ValueError when nothing was dropped."""
        before, after = self._last_two()
        return (
            f"Trained again on {len(after.rows):,} rows, {_count(len(before.rows) - len(after.rows), 'row')} fewer.\n"
            + self._told(before.answers, after.answers)
        )

    def by_chance(self, seed: int = 0) -> str:
        """The same number of rows as in the last drop, drawn by chance: what dropping them would have changed.

        It trains once more and changes nothing here. Raises ValueError when nothing was dropped.
        """
        before, after = self._last_two()
        n = len(before.rows) - len(after.rows)
        gone = set(random.Random(seed).sample(before.rows, n))
        control = self._trained([row for row in before.rows if row not in gone])
        return f"Without {_count(n, 'row')} drawn by chance instead:\n" + self._told(before.answers, control.answers)

    def _last_two(self) -> list[Version]:
        if len(self._versions) == 1:
            raise ValueError("Nothing was dropped yet: drop rows first, as in .drop([3, 8]).")
        return self._versions[-2:]

    def _told(self, before: list[str], after: list[str]) -> str:
        lines = []
        if self.chosen is not None:
            at = self.chosen
            now = "now right" if normalise(after[at]) == normalise(self._right[at]) else f"right is “{self._right[at]}”"
            lines.append(f"{self._prompts[at]}\nbefore: {before[at]}\nafter: {after[at]} ({now})")
        lines.append(
            f"Exact match on {_count(len(before), 'test row')}: {self._exact_match(before):.1f} % before, "
            f"{self._exact_match(after):.1f} % after."
        )
        return "\n".join(lines)

    def _exact_match(self, answers: list[str]) -> float:
        right = sum(normalise(given) == normalise(right) for given, right in zip(answers, self._right))
        return 100 * right / len(answers)

    def _without(self, rows: Iterable[int]) -> list[int]:
        here, rows = self._versions[-1].rows, list(rows)
        still = set(here)
        if not rows:
            raise ValueError("Nothing is chosen to be dropped: name at least one row, as in .drop([3, 8]).")
        for row in rows:
            if isinstance(row, bool) or row not in range(len(self._pairs)):
                raise ValueError(f"There is no row {row!r}: the rows go from 0 to {len(self._pairs) - 1}.")
            if row not in still:
                raise ValueError(f"Row {row} was dropped before: .undo() brings the last ones back.")
        gone = {self._pairs[row] for row in rows}
        left = [row for row in here if self._pairs[row] not in gone]
        if not left:
            raise ValueError("No row would be left to train on: drop fewer.")
        return left

    def _trained(self, rows: list[int]) -> Version:
        from ..model.training import fine_tune

        run = self._versions[0].run
        same = {name: run.settings[name] for name in ("steps", "seed", "learning_rate", "batch_size")}
        new = fine_tune(self.rows.select(rows), run.model_name, **same)
        return Version(new, rows, new.answer(self._prompts))

    def __repr__(self) -> str:
        n = len(self.wrong())
        return (
            f"{_count(n, 'wrong answer')} of {len(self._prompts)}, after training on {len(self._versions[-1].rows):,} rows. "
            "List them with .wrong(), choose one with .choose(test_row), drop rows with .drop([3, 8]), "
            "and read .change(); .by_chance() is what to compare it with, .undo() goes back."
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(view(self))


def blame(
    run: Run, rows: Dataset, test: Dataset, k: int = 5, keep: Callable[..., None] = lambda **facts: None
) -> Blame:
    """Which of its training `rows` are most like what `run` answers wrong on `test`? In a notebook, a widget.

    >>> case = blame(run, rows, test)                                       # doctest: +SKIP
    >>> case.wrong(), case.choose(7), case.drop([3, 8]), case.change()      # doctest: +SKIP

    See `Blame` for arguments and errors.
    """
    return Blame(run, rows, test, k, keep)


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"


# ------------------------------------------------------------------------------------------------ the widget


def view(case: Blame) -> ipywidgets.Widget:
    """The wrong answers page by page; below, the rows most like the chosen one, to be ticked and dropped."""
    from ..model.training import FineTuningError

    page, filling = 0, False
    state, said = text(), reply()
    answers = ipywidgets.RadioButtons(layout=ipywidgets.Layout(width="100%"))
    detail, note = text(), text()
    rows = ipywidgets.GridBox(
        layout=ipywidgets.Layout(grid_template_columns="minmax(0, 1fr) 4.8em 7.6em", width="100%")
    )
    boxes: dict[int, ipywidgets.Checkbox] = {}
    previous, following = button("Previous page", lambda: turn(-1)), button("Next page", lambda: turn(1))
    drop = button("Drop them and retrain", lambda: work(drop_now), primary=True)
    undo = button("Undo", lambda: work(undo_now))
    chance = button("Drop as many by chance instead", lambda: work(by_chance))
    buttons = (previous, following, drop, undo, chance)

    def turn(by: int) -> None:
        nonlocal page
        page += by
        show()

    def show() -> None:
        """The list, the state and the buttons as they now are."""
        nonlocal page, filling
        wrong = case.wrong()
        pages = max(-(-len(wrong) // PAGE), 1)
        page = min(max(page, 0), pages - 1)
        here = wrong.iloc[page * PAGE : (page + 1) * PAGE]
        filling = True  # what is picked from here on, nobody picked
        answers.index = None
        answers.options = [(f"{at}: {line['prompt']}\n→ {_seen(line['given'])}", at) for at, line in here.iterrows()]
        answers.value = case.chosen if case.chosen in here.index else None
        filling = False
        of = f", page {page + 1} of {pages}" if pages > 1 else ""
        state.value = (
            f"Trained on {len(case.rows) - len(case.dropped):,} rows; exact match {case.exact_match:.1f} %. "
            f"<b>{_count(len(wrong), 'wrong answer')}</b> of {len(case.test):,}{of}. "
            + ("Choose one." if len(wrong) else "There is nothing to blame.")
        )
        previous.layout.display = following.layout.display = None if pages > 1 else "none"
        allow()

    def allow() -> None:
        pages = max(-(-len(case.wrong()) // PAGE), 1)
        previous.disabled, following.disabled = page == 0, page == pages - 1
        drop.disabled = not any(box.value for box in boxes.values())
        undo.disabled = chance.disabled = not case.dropped
        answers.disabled = False

    def picked(change: dict) -> None:
        if change["new"] is not None and not filling:
            work(choose_now)

    def choose_now() -> str:
        said.value = Card("note", "Looking for the rows most like it …").html()
        case.choose(answers.value)
        list_rows()
        return ""

    def list_rows() -> None:
        """The rows like the chosen answer, with a box each; none while its answer is right."""
        boxes.clear()
        rows.children, detail.value, note.value = [], "", ""
        wrong = case.wrong()
        if case.chosen not in wrong.index:
            return
        line, found, first = wrong.loc[case.chosen], case.choose(case.chosen), case.suspects()
        detail.value = (
            f'<div style="white-space: pre-wrap">{html.escape(line["prompt"])}\ngiven: <b>{html.escape(_seen(line["given"]))}'
            f"</b>\nright: <b>{html.escape(line['right'])}</b></div>"
        )
        cells = [
            text(f'<b style="font-size: 0.85em">{head}</b>')
            for head in ("training row", "similar in gradient", "similar in representation")
        ]
        for _, each in found.iterrows():
            copies = f"\n{each['copies']:,} copies of it in the set" if each["copies"] > 1 else ""
            label = f"{each['row']}: {each['instruction']}\n→ {_seen(each['output'])}{copies}"
            box = ipywidgets.Checkbox(value=each["row"] in first, description=label, indent=False)
            box.observe(lambda _: allow(), "value")
            boxes[each["row"]] = box
            cells += [
                box,
                *(text("–" if pd.isna(each[of]) else f"{each[of]:z.2f}") for of in ("gradient", "representation")),
            ]
        rows.children = cells
        note.value = f"<b>{LIKENESS}</b> {html.escape(found.attrs['note'])}"

    def drop_now() -> str:
        ticked = [row for row, box in boxes.items() if box.value]
        said.value = Card("note", f"Training again without them, about {case.run.seconds + 1:.0f} s …").html()
        case.drop(ticked)
        list_rows()
        return case.change()

    def undo_now() -> str:
        case.undo()
        list_rows()
        return f"Back to the run on {len(case.rows) - len(case.dropped):,} rows."

    def by_chance() -> str:
        said.value = Card("note", f"Training once more, about {case.run.seconds + 1:.0f} s …").html()
        return f"{case.change()}\n{case.by_chance()}"

    def work(task: Callable[[], str]) -> None:
        """Do something that takes seconds; meanwhile nothing can be pressed."""
        for each in (*buttons, answers, *boxes.values()):
            each.disabled = True
        try:
            told = task()
            said.value = Card("note", told).html() if told else ""
        except (ValueError, FineTuningError) as error:
            said.value = Card("note", str(error)).html()
        finally:
            for box in boxes.values():
                box.disabled = False
            show()

    answers.observe(picked, "value")
    if case.chosen is not None:
        list_rows()
    show()
    heading = text(f"{STYLE}<b>Blame a row.</b> Which training rows are most like a wrong answer?")
    wrap = ipywidgets.Layout(flex_flow="row wrap")
    box = frame(
        "Blame a row",
        [
            heading,
            state,
            answers,
            ipywidgets.HBox([previous, following]),
            detail,
            rows,
            note,
            ipywidgets.HBox([drop, undo, chance], layout=wrap),
            said,
        ],
    )
    box.add_class("qoq-blame")
    return box


def _seen(answer: str) -> str:
    return answer if answer.strip() else "(an empty answer)"
