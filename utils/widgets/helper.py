"""Two buttons below a check: the next hint, and the solution. Their twins are `exercise.hint()` and `.solution()`."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from .frame import button, frame, reply


def helper(hint: Callable[[], object], solution: Callable[[], object]) -> ipywidgets.Widget:
    """Buttons for `hint` and `solution`, which give something with `_repr_html_`; it is shown below them."""
    place = reply()

    def show(what: Callable[[], object]) -> None:
        place.value = what()._repr_html_()

    buttons = ipywidgets.HBox([button("Hint", lambda: show(hint)), button("Solution", lambda: show(solution))])
    return frame("Help with this exercise", [buttons, place], bare=True)
