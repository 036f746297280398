"""The damage lab as a widget: controls above, and below them what they did, so that no button moves when it is used."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import ipywidgets
import pandas as pd

from ...data.damage import BESIDE, FLAWS
from ...show import tables
from ...show.card import Card, marked_up
from ...show.difference import STYLE as MARKS
from ...show.difference import difference, plain, shortened
from ..frame import button, frame, reply, text
from . import WORKING, Change, DamageLab
from .words import PRESETS, groups, label, percent

STYLE = """<style>
.qoq-frame.qoq-damage-lab { max-width: 62em; }
.qoq-damage-lab .qoq-line { flex-flow: row wrap; align-items: center; gap: 2px 16px; overflow: visible; }
.qoq-damage-lab .qoq-line .widget-html { flex: 1 1 19em; margin: 0; }
.qoq-damage-lab .qoq-line .widget-slider { flex: 1 1 12em; margin: 0 0 0 8px; }
.qoq-damage-lab .qoq-line .widget-checkbox { flex: 0 0 auto; width: auto; margin: 0; }
.qoq-damage-lab .qoq-frame { max-width: none; margin: 0; padding: 3px 0; }
.qoq-damage-lab .qoq-flaw { border-top: 1px solid #DDDDDD; }
.qoq-damage-lab .qoq-buttons { flex-flow: row wrap; gap: 4px; overflow: visible; }
.qoq-damage-lab .qoq-buttons button { margin: 0; }
.qoq-damage-lab .widget-toggle-buttons { width: auto; height: auto; }
.qoq-damage-lab .widget-toggle-button.mod-active { font-weight: 600; box-shadow: inset 0 -3px 0 #0072B2; }
.qoq-damage-lab .widget-readout { min-width: 3.5em; }
.qoq-damage-lab .qoq-size .widget-readout { flex: none; min-width: 9em; max-width: none; white-space: nowrap; }
.qoq-damage-lab .qoq-line .widget-readout::after { content: " %"; }
.qoq-damage-lab small { display: block; line-height: 1.35; opacity: .8; }
.qoq-damage-lab .qoq-reply { min-height: 5em; }
.qoq-change { border-top: 1px solid #B0B0B0; padding: 6px 0; }
.qoq-sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24em), 1fr)); gap: 2px 24px; }
.qoq-code { display: block; padding: 6px 10px; white-space: pre-wrap; overflow-wrap: anywhere; user-select: all;
  background: rgba(128, 128, 128, .12); }
.qoq-damage-lab td, .qoq-damage-lab th { padding: 3px 14px 3px 0; vertical-align: top; text-align: left; }
</style>"""


def view(lab: DamageLab) -> ipywidgets.Widget:
    """Presets, size and a slider for each flaw; the rows before and after, a quick look at them, and the receipt."""
    said, state = reply(), text()
    busy = False  # while the controls follow the lab, they must not command it

    def act(do: Callable[[], Card]) -> None:
        if not busy:
            do()

    lines = {name: _Line(lab, name, act) for name in FLAWS}
    size = ipywidgets.SelectionSlider(
        options=[("", 0)],
        description="Size of the set",
        continuous_update=False,
        style={"description_width": "initial"},
    )
    size.add_class("qoq-size")
    size.layout.width, size.layout.max_width = "100%", "40em"
    size.observe(lambda change: act(lambda: lab.resize(change["new"])), "value")
    every = ipywidgets.Checkbox(description="All flaws systematic: the same rows, in the same way", indent=False)
    every.observe(lambda change: act(lambda: lab.systematic(change["new"])), "value")
    undo = button("Undo", lambda: act(lab.undo))
    redo = button("Redo", lambda: act(lab.redo))
    presets = [button(name.capitalize(), lambda name=name: act(lambda: lab.preset(name))) for name in PRESETS]
    draw = button("Draw again", lambda: act(lambda: lab.draw(lab.settings.seed + 1)))
    shown = _Results(lab)

    def follow(card: Card) -> None:
        nonlocal busy
        said.value = card.html()
        if card is WORKING:
            return
        busy = True
        settings = lab.settings
        for line in lines.values():
            line.follow()
        sizes = sorted({*lab.sizes, settings.size})
        size.options = [(f"{n:,} rows ({n / len(lab.rows):.3g} ×)", n) for n in sizes]
        size.value = settings.size
        every.value = settings.systematic >= set(FLAWS)
        undo.disabled, redo.disabled = not lab.can_undo, not lab.can_redo
        state.value = _state(lab)
        shown.show()
        busy = False

    lab.watch(follow)
    follow(Card("note", "Nothing is spoiled yet. Move a slider, or begin with one of the four."))
    places = {group: ipywidgets.VBox([lines[name].box for name in names]) for group, names in groups().items()}
    heading = f"<b>Damage lab.</b> Wreck a copy of these {len(lab.rows):,} rows. The rows themselves stay clean."
    again = button("Start again", lambda: act(lab.reset))
    # No frame stands in another: the name that a screen reader gives to a slider is that of its frame.
    parts = [
        frame(
            "Damage lab: size of the set", [text(STYLE + MARKS + heading), _row("buttons", *presets), size], bare=True
        ),
        _switch("Kinds of flaws", places),
        frame("What is done", [every, _row("buttons", undo, redo, again, draw), said, state], bare=True),
        _switch("What to look at", shown.places),
    ]
    box = ipywidgets.VBox(parts)
    box.add_class("qoq-frame")
    box.add_class("qoq-damage-lab")
    return box


class _Line:
    """One flaw: what it is called, its slider, and whether it is systematic."""

    def __init__(self, lab: DamageLab, name: str, act: Callable[[Callable[[], Card]], None]):
        self._lab, self._name = lab, name
        self._slider = ipywidgets.FloatSlider(min=0, max=100, step=1, readout_format=".0f", continuous_update=False)
        self._settled = ipywidgets.Checkbox(description="systematic", indent=False)
        self._slider.observe(lambda change: act(lambda: lab.share(name, change["new"] / 100)), "value")
        self._settled.observe(lambda change: act(lambda: lab.systematic(lab.settings.systematic ^ {name})), "value")
        controls = [self._slider, self._settled]
        if name in lab.not_applicable:
            controls = [text(f"<i>Does not apply. {escape(lab.not_applicable[name])}</i>")]
        self.box = frame(label(name), [_row("line", text(_about(name)), *controls)], bare=True)
        self.box.add_class("qoq-flaw")

    def follow(self) -> None:
        self._slider.value = 100 * dict(self._lab.settings.shares).get(self._name, 0)
        self._settled.value = self._name in self._lab.settings.systematic


class _Results:
    """What the lab made, in three ways to look at it."""

    def __init__(self, lab: DamageLab):
        self._lab, self._page, self._seed = lab, 0, 0
        self._changes, self._look, self._receipt = text(), text(), text()
        other, ten = button("Show other rows", self._turn), button("Ten other rows", self._again)
        self.places = {
            "Before and after": frame("Before and after", [_row("buttons", other), self._changes], bare=True),
            "A quick look": frame("A quick look", [_row("buttons", ten), self._look], bare=True),
            "Receipt": frame("Receipt", [self._receipt], bare=True),
        }

    def show(self) -> None:
        self._page = 0
        self._changes.value = changes_html(self._lab.changes())
        self._look.value = quick_look_html(self._lab.quick_look(seed=self._seed))
        self._receipt.value = receipt_html(self._lab)

    def _turn(self) -> None:
        self._page += 1
        self._changes.value = changes_html(self._lab.changes(self._page))

    def _again(self) -> None:
        self._seed += 1
        self._look.value = quick_look_html(self._lab.quick_look(seed=self._seed))


def changes_html(changes: list[Change]) -> str:
    """The rows one below the other; what changed in a row stands side by side, or stacked where there is no room."""
    return "".join(map(_change_html, changes))


def _change_html(change: Change) -> str:
    heading = f"<b>{escape(label(change.flaw))}</b> · {_origin(change)}" if change.flaw else _origin(change)
    parts, sides, whole = [], ([], []), False
    for before, after, arrow in zip(change.before, change.after, ("", "→ ")):
        if before == after:
            parts.append(_cell(arrow, plain(after)))
            continue
        marked = difference(before, after)
        whole = whole or marked.whole
        # A row that another contradicts is not gone.
        stays = change.flaw in BESIDE and marked.whole
        for side, html in zip(sides, (plain(before) if stays else marked.before, marked.after)):
            side.append(_cell(arrow, html))
    if sides[0]:
        titles = (f"Row {change.source}", "Beside it") if change.flaw in BESIDE else ("Before", "After")
        titles = titles[0], titles[1] + (" (another text altogether)" if whole else "")
        columns = "".join(f"<div><small>{title}</small>{''.join(side)}</div>" for title, side in zip(titles, sides))
        # What did not change keeps its place: the instruction above, the answer below.
        parts.insert(change.before[0] == change.after[0], f'<div class="qoq-sides">{columns}</div>')
    return f'<div class="qoq-change"><small>{heading}</small>{"".join(parts)}</div>'


def _cell(arrow: str, html: str) -> str:
    return f'<div class="qoq-text">{arrow}{html}</div>'


def _origin(change: Change) -> str:
    if change.flaw == "exact_repeat":
        return f"a copy of row {change.source}"
    if change.flaw in BESIDE:
        return f"beside row {change.source}"
    return f"row {change.source}" if change.flaw else f"Row {change.source}, as it was"


def quick_look_html(rows: list[tuple[str, str]]) -> str:
    """Rows as one meets them in a table, without a mark; long ones are shortened."""
    return _table(pd.DataFrame([map(shortened, row) for row in rows], columns=["instruction", "output"]))


def receipt_html(lab: DamageLab) -> str:
    """How many rows have which flaw, and the line of Python that makes the set."""
    receipt = lab.receipt
    receipt = receipt.assign(rows=receipt["rows"].map("{:,}".format), share=receipt["share"].map(percent))
    return (
        f"{_table(receipt)}<p>The line that makes this set again, from the clean <code>rows</code>:</p>"
        f'<code class="qoq-code">{escape(lab.code)}</code>'
    )


def _table(frame: pd.DataFrame) -> str:
    return tables.words(frame).hide(axis="index").to_html()


def _state(lab: DamageLab) -> str:
    shares = dict(lab.settings.shares)
    parts = [(group, sum(shares.get(name, 0) for name in names)) for group, names in groups().items()]
    listed = ", ".join(f"{group.lower()} {percent(share)}" for group, share in parts if share)
    spoiled = f"{percent(1 - lab.left)} spoiled ({listed})" if listed else "none spoiled"
    return f"<b>{lab.settings.size:,} rows</b>, {spoiled}. Hash <code>{lab.hash}</code>"


def _about(name: str) -> str:
    said = (FLAWS[name].__doc__ or "").strip().partition("\n")[0]
    return f"<b>{escape(label(name))}</b><small>{marked_up(said)}</small>"


def _row(kind: str, *children: ipywidgets.Widget) -> ipywidgets.HBox:
    box = ipywidgets.HBox(children)
    box.add_class(f"qoq-{kind}")
    return box


def _switch(label: str, places: dict[str, ipywidgets.Widget]) -> ipywidgets.VBox:
    """One of several places at a time, chosen by buttons: unlike an accordion's headings, the keyboard reaches them."""
    choice = ipywidgets.ToggleButtons(options=list(places), style={"button_width": "auto"})

    def show(_: dict | None = None) -> None:
        for name, place in places.items():
            place.layout.display = None if name == choice.value else "none"

    choice.observe(show, "value")
    show()
    return ipywidgets.VBox([frame(label, [choice], bare=True), *places.values()])
