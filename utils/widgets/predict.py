"""Predict first: the learner seals a number before a run, by slider or by a plain call, and meets it again after.

`Sealed` holds the rules and is tested without a browser; `view` is a thin widget over it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from textwrap import shorten
from typing import Any

import ipywidgets

from ..show.card import Card, marked_up
from .frame import button, frame, reply, submit, text


@dataclass(frozen=True)
class Prediction:
    """A number to predict: what it is called, the question, and the scale of possible answers."""

    name: str
    question: str
    unit: str = "%"
    low: float = 0
    high: float = 100

    def words(self, value: float) -> str:
        """A value with its unit, as in "40 %"."""
        return f"{value:g} {self.unit}"


class Sealed:
    """One prediction of one learner.

    `facts` is what is known so far: `value` (None when skipped) and `measured`, once each is there; `late` when the
    value came after the result. `keep` is called with each change. Until the result is known a value may be replaced.
    """

    def __init__(self, prediction: Prediction, facts: dict[str, Any], keep: Callable[..., None]):
        self.prediction = prediction
        self.facts = dict(facts)
        if self.value is not None and not prediction.low <= self.value <= prediction.high:
            del self.facts["value"]  # of another edition, or damaged
        self._keep = keep

    def seal(self, value: float) -> Card:
        """Seal a number; the card says what became of it."""
        about = self.prediction
        if isinstance(value, bool) or not isinstance(value, Real) or value != value:
            given = shorten(repr(value), 60, placeholder=" …")
            return Card("note", f"A prediction is a number, and {given} is none. Try a number like {about.high / 2:g}.")
        if not about.low <= value <= about.high:
            shown = about.words(value) if abs(value) < 1e15 else "That"
            return Card(
                "note", f"{shown} is off the scale, which goes from {about.low:g} to {about.words(about.high)}."
            )
        value = float(value)
        if "measured" in self.facts and self.value is not None and not self.facts.get("late"):
            return Card("note", f"The result is known, so your prediction stays {about.words(self.value)}.")
        late, before = "measured" in self.facts, self.value
        self._change(value=value, late=late)
        if late:
            return Card(
                "note", f"{about.words(value)}, noted. The result was known already, so this one does not count."
            )
        if before not in (None, value):
            return Card("note", f"Changed from {about.words(before)} to {about.words(value)}. The result will fix it.")
        return Card("note", f"Sealed: {about.words(value)}. You will meet it again after the run.")

    def skip(self) -> Card:
        """Go on without a prediction."""
        if self.value is not None:
            return Card("note", f"Your prediction of {self.prediction.words(self.value)} stays sealed.")
        self._change(value=None)
        return Card("note", "Skipped. That is allowed; a guess that you wrote down would teach you more.")

    def measure(self, result: float) -> str:
        """Note the result, and say it beside the prediction in one sentence."""
        self._change(measured=float(result))
        about = self.prediction
        measured = f"measured {result:.0f} {about.unit}"
        if self.value is None:
            return f"{about.name}: you made no prediction, {measured}."
        off = abs(self.value - result)
        distance = "spot on" if off < 0.5 else f"{off:.0f} {'points' if about.unit == '%' else about.unit} off"
        return f"{about.name}: you predicted {about.words(self.value)}, {measured}, {distance}."

    @property
    def value(self) -> float | None:
        """The sealed number, or None."""
        return self.facts.get("value")

    def _change(self, **facts: Any) -> None:
        self.facts |= facts
        self._keep(**facts)


def view(state: Sealed) -> ipywidgets.Widget:
    """A slider with a button that seals its number, and one that skips."""
    about = state.prediction
    start = state.value if state.value is not None else (about.low + about.high) / 2
    slider = ipywidgets.FloatSlider(
        value=start,
        min=about.low,
        max=about.high,
        step=1,
        readout_format=".0f",
        layout=ipywidgets.Layout(width="100%", max_width="30em"),
    )
    scale = ipywidgets.HBox([slider, text(about.unit)], layout=ipywidgets.Layout(align_items="center"))
    answer = reply()

    def show(card: Card) -> None:
        answer.value = card.html()
        settled = "value" in state.facts
        seal.description = "Change my prediction" if settled else "Seal my prediction"
        skip.disabled = settled

    seal = submit("Seal my prediction", lambda: show(state.seal(slider.value)), [slider])
    skip = button("Skip", lambda: show(state.skip()))
    if state.value is not None:
        show(Card("note", f"Sealed: {about.words(state.value)}."))
    question = text(f"<b>Your prediction.</b> {marked_up(about.question)}")
    return frame(about.question, [question, scale, ipywidgets.HBox([seal, skip]), answer])
