"""Single keys for a widget with rows: they act where the focus is, and nowhere else.

The keys are data, the answers to them are Python's; the code here only says which key was pressed, and puts the focus
where it is told. While a text is being typed every key is the text's, except Escape, which leaves it.
"""

from __future__ import annotations

from collections.abc import Callable

import anywidget
import traitlets

JAVASCRIPT = """
export default { render({ model, el }) {
  el.classList.add("qoq-frame-mark");
  const settle = (attempts) => {
    const frame = el.closest(".qoq-frame");
    if (!frame || !frame.querySelector(".qoq-row")) {
      if (attempts) requestAnimationFrame(() => settle(attempts - 1));
      return;
    }
    let here = 0;
    const rows = () => [...frame.querySelectorAll(".qoq-row")];
    const at = (element) => rows().indexOf(element.closest(".qoq-row"));
    const mark = () => rows().forEach((row, place) => {
      const name = model.get("names")[place] || "";
      row.tabIndex = place === here ? 0 : -1;
      row.classList.toggle("qoq-here", place === here);
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", name);
      const call = (part, label) => part.setAttribute("aria-label", label);
      row.querySelectorAll("textarea, input").forEach((box) => call(box, `${box.placeholder} of ${name}`));
      row.querySelectorAll("button").forEach((button) => call(button, `${button.textContent} ${name}`));
    });
    const focus = (what) => {
      here = what.at ?? here;
      mark();
      const row = rows()[here];
      const search = frame.querySelector(".qoq-search input");
      const target = { row, text: row && row.querySelector("textarea"), search }[what.to];
      if (target) target.focus({ preventScroll: true });
      if (target === row && row) row.scrollIntoView({ block: "nearest" });
    };
    frame.addEventListener("focusin", (event) => {
      const place = at(event.target);
      if (place < 0 || place === here) return;
      here = place;
      mark();
      model.send({ at: here });
    });
    // In the capturing phase, as text fields keep their keys to themselves.
    frame.addEventListener("keydown", (event) => {
      const typing = event.target.matches("textarea, select, input");
      const pressed = event.target.matches("button, a") && ["Enter", " "].includes(event.key);
      const control = event.ctrlKey || event.metaKey;
      const name = (control ? "ctrl+" : "") + (event.altKey ? "alt+" : "") + (control && event.shiftKey ? "shift+" : "")
        + event.key.toLowerCase();
      const leads = typing ? (event.key === "Escape" && "row") : !pressed && model.get("leads")[name];
      if (leads) focus({ to: leads });
      else if (!typing && !pressed && model.get("wanted").includes(name)) model.send({ key: name });
      else return;
      event.preventDefault();
      event.stopPropagation();
    }, true);
    frame.addEventListener("keydown", (event) => event.stopPropagation());
    model.on("msg:custom", focus);
    model.on("change:names", mark);
    mark();
  };
  settle(600);
} };
"""


class Keys(anywidget.AnyWidget):
    """Shows nothing. Put it into a frame whose rows have the class "qoq-row", and a search field "qoq-search".

    `wanted` are the names of the keys that act ("k", "ctrl+z", "arrowdown"), and `pressed(key)` is called for them;
    `leads` are keys that only lead somewhere: into the "text" of the row, or to the "search" field. `moved(at)` is
    called when the row at place `at` has got the focus, and `names` says what a screen reader calls each row.
    """

    _esm = JAVASCRIPT
    wanted = traitlets.List(traitlets.Unicode()).tag(sync=True)
    leads = traitlets.Dict().tag(sync=True)
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, wanted: list[str], leads: dict[str, str], pressed: Callable, moved: Callable):
        super().__init__(wanted=wanted, leads=leads)
        self._pressed, self._moved = pressed, moved
        self.on_msg(self._told)

    def _told(self, _: object, content: dict, __: object) -> None:
        if "key" in content:
            self._pressed(content["key"])
        elif "at" in content:
            self._moved(content["at"])

    def focus(self, at: int, to: str = "") -> None:
        """Mark the row at place `at`, and put the focus on it (`to`="row"), into its text ("text") or on "search"."""
        self.send({"at": at, "to": to})
