"""The frame around every widget of the course: a name for screen readers, calm looks, and keys that stay inside.

JupyterLab takes keys for itself wherever no text is being typed: on a radio button of a widget the arrow keys would
move to another cell, and "d d" would delete one. It leaves alone what has the attribute data-lm-suppress-shortcuts
(Lumino's word for it), so the frame gives it to whatever gets the focus.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import anywidget
import ipywidgets
import traitlets

LATE = 1.0  # seconds

CSS = """
.qoq-frame { max-width: 46em; padding: 10px 14px; margin: 4px 0; border: 1px solid #B0B0B0; border-radius: 4px;
  overflow: visible; font-size: var(--jp-content-font-size1, 14px); }
.qoq-frame.qoq-bare { border: none; padding: 0; }
.qoq-frame .widget-html, .qoq-frame .widget-html-content { font-size: inherit; line-height: 1.5; height: auto;
  min-height: 0; overflow-wrap: break-word; }
.qoq-frame .widget-radio-box { width: 100%; max-width: 100%; margin-bottom: 0; }
.qoq-frame .widget-radio, .qoq-frame .widget-checkbox { height: auto; width: 100%; }
.qoq-frame .widget-radio-box label, .qoq-frame .widget-checkbox .widget-label-basic { display: flex; gap: 8px;
  height: auto; padding: 3px 0; line-height: 1.5; font-size: inherit; white-space: normal; text-overflow: clip;
  align-items: flex-start; }
.qoq-frame .widget-radio-box label { flex-direction: row-reverse; justify-content: flex-end; }
.qoq-frame input[type=radio], .qoq-frame input[type=checkbox] { flex: none; margin: 4px 0 0 2px; }
.qoq-frame .widget-readout { min-width: 2em; text-align: right; }
.qoq-frame button:focus-visible, .qoq-frame input:focus-visible, .qoq-frame textarea:focus-visible,
.qoq-frame .noUi-handle:focus-visible { outline: 3px solid #0072B2; outline-offset: 2px; }
.qoq-frame-mark { display: none; }
"""

JAVASCRIPT = """
export default { render({ model, el }) {
  el.classList.add("qoq-frame-mark");
  const settle = (attempts) => {
    const frame = el.closest(".qoq-frame");
    if (!frame) { if (attempts) requestAnimationFrame(() => settle(attempts - 1)); return; }
    frame.setAttribute("role", "group");
    frame.setAttribute("aria-label", model.get("label"));
    frame.tabIndex = -1;  // a click beside everything gives the focus to the frame, and not to the notebook's cell
    frame.style.outline = "none";
    let last = null;
    const guard = (element) => { last = element; last.setAttribute("data-lm-suppress-shortcuts", "true"); };
    if (frame.contains(document.activeElement)) guard(document.activeElement);
    frame.addEventListener("focusin", (event) => guard(event.target));
    // A button that its own press disables loses the focus, and the next keys would be the notebook's.
    new MutationObserver(() => {
      if (last && last.disabled && frame.contains(last)) frame.focus({ preventScroll: true });
    }).observe(frame, { subtree: true, attributes: true, attributeFilter: ["disabled"] });
    // JupyterLab gives the focus to a cell that was pressed as soon as the cell is ready, which may be much later.
    let byHand = false;
    for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, ({ key }) => {
      if (type === "keydown" && key !== "Tab") return;  // no other key takes the focus out of a widget
      byHand = true;
      setTimeout(() => { byHand = false; });
    }, true);
    frame.addEventListener("focusout", ({ target, relatedTarget }) => {
      if (relatedTarget && relatedTarget === frame.closest(".jp-Cell") && !byHand)
        (target.disabled ? frame : target).focus({ preventScroll: true });
    });
    frame.querySelectorAll(".qoq-reply").forEach((reply) => reply.setAttribute("aria-live", "polite"));
    frame.querySelectorAll(".noUi-handle").forEach((handle) => handle.setAttribute("aria-label", model.get("label")));
    frame.querySelectorAll("textarea").forEach((box) => box.setAttribute("aria-label", model.get("label")));
  };
  settle(120);
} };
"""


class _Mark(anywidget.AnyWidget):
    """Shows nothing; from inside the frame its code reaches the frame's own element."""

    _esm = JAVASCRIPT
    _css = CSS
    label = traitlets.Unicode().tag(sync=True)


def frame(label: str, children: list[ipywidgets.Widget], *, bare: bool = False) -> ipywidgets.VBox:
    """`children` one below the other, as one group that a screen reader calls `label`; `bare` draws no border."""
    box = ipywidgets.VBox([*children, _Mark(label=label)])
    box.add_class("qoq-frame")
    if bare:
        box.add_class("qoq-bare")
    return box


def text(content: str = "") -> ipywidgets.HTML:
    """A place for safe HTML (see `Card.html` and `marked_up`)."""
    return ipywidgets.HTML(content)


def reply() -> ipywidgets.HTML:
    """A place for answers to what the learner did: a screen reader reads out what appears there."""
    place = ipywidgets.HTML()
    place.add_class("qoq-reply")
    return place


def button(label: str, act, *, primary: bool = False) -> ipywidgets.Button:
    """A button that calls `act()` when it is pressed."""
    made = ipywidgets.Button(
        description=label, button_style="primary" if primary else "", layout=ipywidgets.Layout(width="auto")
    )
    made.on_click(lambda _: act())
    return made


def submit(label: str, act: Callable[[], None], inputs: Iterable[ipywidgets.Widget]) -> ipywidgets.Button:
    """A primary button that calls `act()`, which reads the inputs.

    Front ends hold back quick changes of an input, so that a click overtakes them: what arrives within `LATE` seconds
    was there when the button was pressed, and `act` is called again.
    """
    pressed = -LATE

    def press() -> None:
        nonlocal pressed
        pressed = time.monotonic()
        act()

    def arrived(_: dict) -> None:
        if time.monotonic() - pressed < LATE:
            act()

    for each in inputs:
        each.observe(arrived, "value")
    return button(label, press, primary=True)
