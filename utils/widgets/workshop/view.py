"""The workshop as a widget: a thin view over `Page`. Its parts are made once; a page turn changes their values only."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from itertools import zip_longest
from os.path import commonprefix

import ipywidgets

from ...data.curation import Curation
from ...data.files import slug
from ...show.card import Card
from ..frame import button, frame, reply, text
from ..keys import Keys
from . import looks
from .drawers import bar, classed, exporting, importing
from .page import KEYS, KEYS_IN_WORDS, LEADS, REASONS, ROWS, Page, Shown

PAUSE = 0.25  # seconds without a key after which what was typed becomes a step of undo, and is checked
LATE = 0.4  # seconds after a page turn in which an arriving text was typed before it
ANY = "any"
DECISIONS = [("Any decision", ANY), ("Open", ""), ("Keep", "keep"), ("Drop", "drop"), ("Fix", "fix")]


def changed(before: str, after: str) -> int:
    """How many characters of a text have changed, if it was in one place: small for what was typed into it.

    >>> changed("a bad cat", "a black cat"), changed("", "a black cat")
    (4, 11)
    """
    head = len(commonprefix([before, after]))
    tail = len(commonprefix([before[head:][::-1], after[head:][::-1]]))
    return max(len(before), len(after)) - head - tail


class Line:
    """The widgets of one row of the page."""

    def __init__(self, place: int, page: Page, do: Callable):
        def wide(name: str) -> ipywidgets.Textarea:
            return ipywidgets.Textarea(placeholder=name, rows=2, layout=ipywidgets.Layout(width="auto"))

        def decide(decision: str) -> None:
            page.go(place)
            page.decide(decision)

        self.mark, self.flags = classed(ipywidgets.HTML(), "qoq-mark"), classed(ipywidgets.HTML(), "qoq-flags")
        self.instruction = classed(wide("Instruction"), "qoq-instruction")
        self.output = classed(wide("Output"), "qoq-output")
        self.buttons = [
            button(word, lambda word=word: do(lambda: decide(word.casefold()))) for word in ("Keep", "Drop", "Fix")
        ]
        self.reason = ipywidgets.Combobox(placeholder="Reason", options=REASONS, continuous_update=False)
        tools = classed(ipywidgets.HBox([*self.buttons, self.reason]), "qoq-tools")
        self.box = classed(ipywidgets.Box([self.mark, self.instruction, self.output, tools, self.flags]), "qoq-row")

        self.id, self.before, self.since = None, None, 0.0
        self.reached: set[str] = set()  # the columns whose texts come from the row that is shown now

    def show(self, shown: Shown | None, is_live: bool) -> None:
        self.box.layout.display = "none" if shown is None else None
        id = shown and shown.row.id
        if id != self.id:
            self.id, self.before, self.since, self.reached = id, self.id, time.monotonic(), set()
        if shown is None:
            return
        self.mark.value, self.flags.value = looks.mark(shown), looks.flags(shown, is_live)
        self.instruction.value, self.output.value = shown.instruction, shown.output
        self.instruction.disabled, self.output.disabled = "instruction" in shown.fixed, "output" in shown.fixed
        self.reason.value = shown.row.reason

    def rows(self, column: str) -> list[int]:
        """The ids of the rows that an arriving text may belong to.

        Front ends hold back what is typed quickly, so that a key or a click that turns the page can overtake it; once a
        text of the row now shown has come, none of the row before can follow.
        """
        may_be_late = column not in self.reached and time.monotonic() - self.since < LATE
        ids = [self.id, self.before] if may_be_late else [self.id]
        return [id for id in ids if id is not None]


class View:
    """Everything that is seen of a `Page`. `widget` is the frame that shows it."""

    def __init__(self, page: Page, label: str, first: list[ipywidgets.Widget]):
        self.page, self.label = page, label
        self._showing = False  # values that the view itself sets are no typing
        self._waiting: asyncio.TimerHandle | None = None
        self._checking = False
        page.changed = self._changed
        self.keys = Keys(list(KEYS), LEADS, lambda key: self.do(lambda: page.press(key)), page.go)
        self.lines = [Line(place, page, self.do) for place in range(ROWS)]
        for place, line in enumerate(self.lines):
            for column in ("instruction", "output"):
                getattr(line, column).observe(self._typing(line, column), "value")
            line.reason.observe(self._explaining(place), "value")
        self.message, self.panel = classed(reply(), "qoq-message"), text()
        self.check = button("Check all rows", self.check_all)
        rows = classed(ipywidgets.VBox([line.box for line in self.lines]), "qoq-rows")
        panel = classed(ipywidgets.VBox([self.panel, self.check]), "qoq-panel")
        self.drawer = classed(ipywidgets.VBox([]), "qoq-preview")
        help_ = text(f'<span class="qoq-quiet">Keys, in a row: {KEYS_IN_WORDS}</span>')
        parts = [
            text(looks.CSS),
            *first,
            self._finding(),
            self._doing(),
            self.drawer,
            self.message,
            classed(ipywidgets.Box([rows, panel]), "qoq-halves"),
            help_,
            self.keys,
        ]
        self.widget = classed(frame(label, parts), "qoq-workshop")
        self._changed()
        self.show()

    # The toolbars

    def _finding(self) -> ipywidgets.Widget:
        page = self.page
        self.search = ipywidgets.Text(placeholder="Search", continuous_update=False)
        self.search.layout.width = "12em"
        self.decision = ipywidgets.Dropdown(options=DECISIONS, value=ANY, layout=ipywidgets.Layout(width="9em"))
        self.flag = ipywidgets.Dropdown(options=[("Any flag", "")], value="", layout=ipywidgets.Layout(width="10em"))
        self.where = text()

        def find(_: dict) -> None:
            if not self._showing:
                decision = None if self.decision.value == ANY else self.decision.value
                self.do(lambda: page.filter(self.search.value, decision, self.flag.value))

        for filter_ in (self.search, self.decision, self.flag):
            filter_.observe(find, "value")
        self.back = button("‹ Page", lambda: self.do(lambda: page.turn(-1)))
        self.forth = button("Page ›", lambda: self.do(lambda: page.turn(1)))
        return bar(classed(self.search, "qoq-search"), self.decision, self.flag, self.back, self.where, self.forth)

    def _doing(self) -> ipywidgets.Widget:
        page, do = self.page, self.do
        self.undo, self.redo = button("Undo", lambda: do(page.undo)), button("Redo", lambda: do(page.redo))
        return bar(
            self.undo,
            self.redo,
            button("New row", lambda: do(page.write)),
            button("Duplicate", lambda: do(page.duplicate)),
            button("Delete", lambda: do(page.delete)),
            button("Move up", lambda: do(lambda: page.shift(-1))),
            button("Move down", lambda: do(lambda: page.shift(1))),
            button("Import …", lambda: self._open(importing(page, do, self._open))),
            button("Export …", lambda: self._open(exporting(page, slug(self.label), do))),
        )

    def _open(self, parts: list[ipywidgets.Widget] | None = None) -> None:
        """Put something into the drawer below the toolbars, or shut it."""
        self.drawer.children = [*parts, bar(button("Close", self._open))] if parts else []
        if not parts:  # what had the focus is gone
            self.keys.focus(self.page.at, "row")

    # Doing and showing

    def do(self, act: Callable[[], object]) -> None:
        """Act, answer what goes wrong in a sentence, show the result, and put the focus where it belongs."""
        self.page.message, self.page.warning = Card("note", ""), ""
        try:
            act()
        except (ValueError, FileNotFoundError) as error:
            self.page.message = Card("wrong", str(error))
        except OSError as error:
            self.page.message = Card(
                "wrong", f"{error.filename} cannot be written ({error.strerror}): choose another place."
            )
        self.show()
        self.keys.focus(self.page.at, self.page.focus)

    def show(self) -> None:
        """Set every value to what the page says."""
        page, self._showing = self.page, True
        shown, is_live = page.shown(), page.is_live
        for line, row in zip_longest(self.lines, shown):
            line.show(row, is_live)
        self.keys.names = [f"row {row.number}" for row in shown]
        self._show_message()
        self.where.value = f"{page.number + 1:,} of {page.pages:,}"
        self.back.disabled, self.forth.disabled = page.number == 0, page.number + 1 >= page.pages
        self._show_history()
        self.search.value, self.decision.value = page.text, ANY if page.decision is None else page.decision
        self._show_figures()
        self._showing = False

    def _show_message(self) -> None:
        cards = (Card("note", self.page.warning), self.page.message)
        self.message.value = "".join(card.html() for card in cards if card.text)

    def _show_history(self) -> None:
        self.undo.disabled, self.redo.disabled = not self.page.curation.past, not self.page.curation.future

    def _show_figures(self) -> None:
        figures = self.page.figures()
        self.panel.value = looks.panel(figures)
        self.check.layout.display = "none" if self.page.is_live else None
        names = sorted({*figures.flags, *filter(None, [self.page.flag])})
        options = [("Any flag", ""), *((name.replace("_", " "), name) for name in names)]
        if list(self.flag.options) != options:
            self.flag.options = options
        self.flag.value = self.page.flag

    def _show_flags(self) -> None:
        for line, shown in zip(self.lines, self.page.shown()):
            line.flags.value = looks.flags(shown, self.page.is_live)
        self._showing = True
        self._show_figures()
        self._showing = False

    def _typing(self, line: Line, column: str) -> Callable[[dict], None]:
        def typed(change: dict) -> None:
            known = [self.page.curation.row(id) for id in line.rows(column) if id in self.page.curation]
            if self._showing or not known:
                return
            id = min(known, key=lambda row: changed(getattr(row, column), change["new"])).id
            self.page.type(id, column, change["new"])
            if id == line.id:
                line.reached.add(column)
            else:
                self.show()
            self._later(self.check_live)

        return typed

    def _explaining(self, place: int) -> Callable[[dict], None]:
        def explained(change: dict) -> None:
            if not self._showing:
                self.do(lambda: self.page.explain(place, change["new"]))

        return explained

    # Checking

    def _changed(self) -> None:
        self._later(self.check_live)

    def check_live(self) -> None:
        """The quick checks now, the slow ones in the background."""
        self.page.settle()
        page, version = self.page, self.page.curation.version
        self._show_history()
        self._show_message()
        if page.is_live and page.checks.version[0] != version:
            page.checks.take(page.checks.run(self._to_check(), slow=False), False, version)
            self._show_flags()
        if page.is_live and page.checks.version[1] != version:
            self._in_background()

    def check_all(self) -> None:
        """All checks in the background, whatever the size of the set."""
        self.page.settle()
        self._in_background(quick=True)

    def _in_background(self, quick: bool = False) -> None:
        if self._checking:
            return
        page, rows, version = self.page, self._to_check(), self.page.curation.version

        def run() -> list:
            sys.setswitchinterval(0.0005)  # a click must not wait for the check: Python's own 5 ms add up
            return [(slow, page.checks.run(rows, slow)) for slow in (False, True) if slow or quick]

        def take(found: Callable[[], list]) -> None:
            sys.setswitchinterval(0.005)
            self._checking, self.check.description = False, "Check all rows"
            for slow, what in found():
                page.checks.take(what, slow, version)
            self._show_flags()
            if version != page.curation.version:
                self._later(self.check_live)

        self._checking, self.check.description = True, "Checking …"
        if (loop := _loop()) is None:
            take(run)
        else:
            loop.run_in_executor(None, run).add_done_callback(lambda done: take(done.result))

    def _to_check(self) -> list:
        return [row for row in self.page.curation if row.decision != "drop"]

    def _later(self, act: Callable[[], object]) -> None:
        """Act after a pause, counted anew by each call; at once where there is no event loop to wait in."""
        if self._waiting:
            self._waiting.cancel()
        if (loop := _loop()) is None:
            act()
        else:
            self._waiting = loop.call_later(PAUSE, act)


def _loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def offer(curation: Curation, saved: str, anew: Callable[[], object]) -> ipywidgets.Widget:
    """Says that this is the set of last time, and offers to start anew instead."""
    box = bar()

    def close(act: Callable[[], object] | None = None) -> None:
        box.layout.display = "none"
        if act:
            act()

    said = text(f"Resume your set of {len(curation):,} rows (saved {saved})?")
    box.children = [said, button("Resume", close, primary=True), button("Start anew", lambda: close(anew))]
    return box
