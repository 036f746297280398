"""The run panel: choose sets, model, steps, seeds; start, stop, go on; watch loss and score; meet the predictions.

`RunPanel` holds the rules and is tested without a browser; `view` is a thin widget over it. The runs themselves, and
what happens in the background, are in `utils/model/live.py`; the plain twin is `compare(…)`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import ipywidgets

from ..model.experiment import in_a_sentence
from ..model.live import BUSY, OneRun, Runs
from ..model.profiles import PROFILES, profile
from ..model.store import content_hash
from ..show.card import Card, marked_up
from .frame import button, frame, reply, text

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

    from ..model.experiment import Comparison, Draw

NEEDS = {  # what a model asks of the machine
    "tiny": "tiny: comes with the course, seconds a run",
    "smollm2-135m-instruct": "smollm2-135m-instruct: from a package (make real), else 270 MB to download",
    "smollm2-135m": "smollm2-135m: 270 MB to download, better with a GPU",
    "granite-4-350m": "granite-4-350m: larger than smollm2, better with a GPU",
    "qwen3-0.6b": "qwen3-0.6b: 1.2 GB to download, needs a GPU",
}
LOOK = 0.3  # seconds between two looks at the runs
DRAW = 1.5  # seconds between two pictures, at least
STYLE = """<style>
.qoq-runs table { border-collapse: collapse; margin: 6px 0; font-size: 13px; line-height: 1.4; }
.qoq-runs th, .qoq-runs td { text-align: left; padding: 2px 12px 2px 0; vertical-align: top; font-weight: normal;
  font-variant-numeric: tabular-nums; }
.qoq-runs td + td { white-space: nowrap; }
.qoq-runs thead th { font-weight: bold; }
.qoq-runs .qoq-wide { overflow-x: auto; container-type: inline-size; }
@container (max-width: 30em) {
  .qoq-runs .qoq-lines tr { display: flex; flex-wrap: wrap; padding-bottom: 4px; }
  .qoq-runs .qoq-lines td:first-child { flex: 1 0 100%; }
}
.qoq-runs img { width: 100% !important; height: auto; }
.qoq-runs .widget-inline-hbox .widget-label { width: 8em; text-align: left; }
.qoq-runs select, .qoq-runs input[type=number], .qoq-runs input[type=text] { color: var(--jp-ui-font-color0, black); }
</style>"""


class RunPanel:
    """What is chosen, and the runs that come of it. In a notebook it shows itself as a widget.

    `chosen` has sets (names), model, steps, seeds and learning_rate. `start()`, `stop()` and `choose(…)` give a Card or
    nothing and return at once; `wait()` blocks. `result` is the Comparison of the runs that are finished.
    """

    def __init__(
        self,
        sets: dict[str, Dataset | Draw | None],
        predictions: dict[str, float] | None = None,
        steps: int = 40,
        seeds: int = 3,
        model: str = "tiny",
        settings: dict[str, list] | None = None,
        learning_rate: float | None = None,
        test: Dataset | None = None,
    ):
        self.sets = {name: cache(source) if callable(source) else source for name, source in sets.items()}
        self.predictions = predictions or {}
        self.offered = {"model": list(dict.fromkeys([model, *PROFILES]))} | (settings or {})
        self.chosen: dict[str, Any] = dict(
            sets=list(sets),
            model=model,
            steps=steps,
            seeds=seeds,
            learning_rate=profile(model).learning_rate if learning_rate is None else learning_rate,
        )
        self.problem = ""  # what stands against starting, in a sentence
        self._test = test
        self._view: ipywidgets.Widget | None = None
        self.followers: list[Callable[[], None]] = []  # called when runs begin
        self.runs = self._new_runs()

    def rows(self, name: str) -> str:
        """How many rows a set has, in words."""
        source = self.sets[name]
        if source is None:
            return "the base as it is"
        count = len(source(0) if callable(source) else source)
        words = f"{count:,} row{'' if count == 1 else 's'}"
        return f"{words}, drawn anew for each seed" if callable(source) else words

    def choose(self, **chosen: Any) -> Card | None:
        """Change settings: sets, model, steps, seeds or learning_rate. Not while runs are under way."""
        if unknown := sorted(set(chosen) - set(self.chosen)):
            return Card("note", f"There is no setting {unknown[0]!r}: there are {', '.join(self.chosen)}.")
        if self.runs.state in BUSY:
            return Card("note", "Runs are under way: stop them first, then change the settings.")
        wanted = self.chosen | chosen
        if chosen.get("model") not in (None, self.chosen["model"]) and "learning_rate" not in chosen:
            wanted["learning_rate"] = profile(wanted["model"]).learning_rate
        if wanted != self.chosen:
            self.chosen = wanted
            self.runs = self._new_runs()
        return None

    def look(self) -> None:
        """Look up which runs are finished already; draws the sets, which may take a second."""
        runs, self.problem = self.runs, "" if self.chosen["sets"] else "No set is chosen: tick at least one."
        if not self.problem:
            try:
                runs.look()
            except Exception as error:
                self.problem = in_a_sentence(error)

    def start(self) -> None:
        """Begin, or go on with what is missing."""
        self.runs.start()
        for follow in self.followers:
            follow()

    def stop(self) -> None:
        """Stop the runs under way; those that are finished are kept."""
        self.runs.stop()

    def wait(self) -> Comparison:
        """Wait for the result. Starts the runs if nobody has, so that a notebook survives *Run All*.

        After a stop it gives what is finished, like `compare`. Raises what made the runs fail.
        """
        if self.runs.state == "ready":
            self.start()
        if self.runs.state in BUSY:
            print("Waiting for the runs. To stop them: Stop in the panel, or Kernel > Interrupt.")
        try:
            while not self.runs.wait(LOOK):
                pass
        except KeyboardInterrupt:
            self.stop()
            self.runs.wait()
        if self.runs.state == "failed":
            raise self.runs.failure
        print(self.status())
        return self.result

    @property
    def result(self) -> Comparison:
        """What the finished runs say. Raises ValueError before the first is finished."""
        result = self.runs.result
        if result is None and self.runs.state == "stopped":
            raise ValueError("The runs were stopped before the first was finished: press Resume, or `panel.start()`.")
        if result is None:
            raise ValueError("No run is finished yet: press Start and wait, or call `panel.wait()`, which does both.")
        return result

    def status(self) -> str:
        """How things stand, in one sentence or two."""
        state, progress = self.runs.state, self.runs.progress
        finished, all_ = progress.finished, len(progress.runs)
        if self.problem and state == "ready":
            return self.problem
        if state == "ready":
            if not all_:
                return "Looking up which runs are finished already …"
            if finished == all_:
                return f"All {all_} runs are finished already: Start shows them at once."
            already = f"{finished} of {all_} runs are finished already. " if finished else ""
            return f"{already}Start does {'the rest' if finished else f'{all_} run' + 's' * (all_ > 1)}."
        if state == "running":
            under_way = any(run.done for run in progress.runs if not run.finished)
            if not all_ or finished < all_ and not under_way:
                to_do = f"{all_ - finished} run{'s' * (all_ - finished > 1)}" if all_ else "the runs"
                return f"Starting {to_do}: the first steps take some seconds."
            left = "" if progress.left is None else f", about {duration(progress.left)} left"
            return f"Training: {finished} of {all_} runs finished, {duration(progress.elapsed)} so far{left}."
        if state == "stopping":
            return "Stopping …"
        kept = f"{finished} of {all_} runs are finished and kept."
        if state == "stopped":
            return f"Stopped: {kept} Resume does the rest; a run that was under way begins again."
        if state == "failed":
            return f"{self.runs.error} {kept}" if finished else self.runs.error
        took = f", {duration(progress.elapsed)}" if progress.elapsed > 1 else ", all kept from earlier"
        return f"Finished: {finished} of {all_} runs{took}."

    def table(self) -> pd.DataFrame:
        """The results beside the predictions, one line per set; `result.table()` has more."""
        table = self.result.table()[["rows", "exact match %", "95 % interval"]].rename(
            columns={"exact match %": "right %"}
        )
        if any(name in self.predictions for name in table.index):
            said = [f"{self.predictions[name]:g}" if name in self.predictions else "–" for name in table.index]
            table.insert(2, "you predicted %", said)
        return table

    def _new_runs(self) -> Runs:
        asked = {key: value for key, value in self.chosen.items() if key != "sets"}
        return Runs({name: self.sets[name] for name in self.chosen["sets"]}, test=self._test, **asked)

    def __repr__(self) -> str:
        return f"Run panel: {', '.join(self.sets)}. {self.status()}"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        if self._view is None:
            self._view = view(self)
        display(self._view)


_panels: dict[tuple[str, ...], tuple[str, RunPanel]] = {}  # by the names of the sets: a hash of the call, the panel


def run_panel(
    sets: dict[str, Dataset | Draw | None],
    predictions: dict[str, float] | None = None,
    steps: int = 40,
    seeds: int = 3,
    model: str = "tiny",
    settings: dict[str, list] | None = None,
    learning_rate: float | None = None,
    test: Dataset | None = None,
    start: bool = False,
) -> RunPanel:
    """A panel to run comparisons with; `compare(sets, model, steps, seeds)` does the same in one call.

    `sets` is as for `compare`. `predictions` (as `lesson.predicted`; percent, by name of the set) are shown beside the
    results. The other arguments are what is chosen at first; `settings` limits the choice, as in
    {"steps": [10, 40, 150]}. `start=True` begins at once. A cell that is run again gets its panel back as it stands,
    unless something in the call has changed; then runs of the earlier panel are stopped.

    Raises ValueError for no sets or an unknown model.
    """
    if not sets:
        raise ValueError('There is nothing to run: give at least one set, as in run_panel({"my set": rows}).')
    panel = RunPanel(sets, predictions, steps, seeds, model, settings, learning_rate, test)
    drawn = [source(0) if callable(source) else source for source in (*panel.sets.values(), test)]
    rows = [None if one is None else [list(one[column]) for column in one.column_names] for one in drawn]
    call = content_hash([repr(rows), steps, seeds, model, settings, learning_rate])
    earlier_call, earlier = _panels.get(tuple(sets), ("", None))
    if call == earlier_call:
        panel = earlier
        panel.predictions = predictions or {}
    elif earlier is not None:
        earlier.stop()
    _panels[tuple(sets)] = call, panel
    if start:
        panel.start()
    return panel


def duration(seconds: float) -> str:
    """Seconds in words, as "40 s" or "3 min"; half a minute more or less does not matter in a long run.

    >>> duration(8.7), duration(200)
    ('9 s', '3 min')
    """
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def in_words(run: OneRun) -> tuple[str, str, str]:
    """One run as (how far, loss, score).

    >>> in_words(OneRun("a", 0, 40, [2.5, 1.25], {}))
    ('step 2 of 40', 'loss 1.25', '')
    """
    if run.finished:
        done = "finished" if run.steps else "not trained"
    elif run.done:
        done = "scoring" if run.done == run.steps else f"step {run.done} of {run.steps}"
    else:
        done = "waiting"
    score = f"{list(run.scores.values())[-1]:.0f} % {'right' if run.finished else 'so far'}" if run.scores else ""
    return done, f"loss {run.losses[-1]:.2f}" if run.losses else "", score


# ------------------------------------------------------------------------------------------------ the widget


def view(panel: RunPanel) -> ipywidgets.Widget:
    """Boxes and fields for what is chosen, the buttons, and places for what goes on and what came out."""
    from ..show.live import LivePicture

    boxes = {
        name: ipywidgets.Checkbox(
            value=name in panel.chosen["sets"], description=f"{name} ({panel.rows(name)})", indent=False
        )
        for name in panel.sets
    }
    fields = {name: _field(panel, name, label) for name, label in LABELS.items()}
    advanced = ipywidgets.Accordion([fields["learning_rate"]], titles=("Advanced",))
    told, pace, lines, live, results, picture = reply(), text(), text(), text(), text(), text()
    drawn: dict[str, Any] = {"picture": None, "of": None, "due": 0.0}
    drawing = threading.Lock()  # one thread at a time

    def tell() -> None:
        """Buttons, fields and sentences as things stand: quick, as a click waits for it."""
        state = panel.runs.state
        busy = state in BUSY
        start.description = {"stopped": "Resume", "failed": "Try again"}.get(state, "Start")
        start.disabled = busy or state == "finished" or not panel.chosen["sets"]
        stop.disabled = state != "running"
        for field in (*boxes.values(), *fields.values()):
            field.disabled = busy
        if busy or state == "ready":
            told.value, pace.value = "", _quiet(panel.status())
        else:
            pace.value, told.value = "", Card("wrong" if state == "failed" else "note", panel.status()).html()
        lines.value = "" if state == "ready" else _lines(panel.runs.progress.runs)

    def draw() -> None:
        """Pictures and results as things stand; never in a click, as it takes a while."""
        with drawing:
            runs, state = panel.runs, panel.runs.state
            busy = state in BUSY
            if busy or state == "ready":
                results.value = picture.value = ""
            if state == "ready":
                live.value = ""
                return
            if drawn["of"] is not runs:
                drawn.update(of=runs, picture=LivePicture(panel.chosen["sets"], panel.chosen["steps"]), due=0.0)
            if not busy or time.monotonic() >= drawn["due"]:
                began = time.monotonic()
                live.value = drawn["picture"].picture(runs.progress)._repr_html_()
                drawn["due"] = began + max(DRAW, 4 * (time.monotonic() - began))
            if not busy and runs.progress.finished:
                results.value = (
                    f'<div class="qoq-wide">{panel.table().rename_axis(None).to_html(border=0, justify="left")}</div>'
                )
                picture.value = panel.result.plot(panel.predictions)._repr_html_()

    def follow() -> None:
        """Look at the runs until they end, in a thread: the kernel may be busy with a cell that waits for them."""

        def watch() -> None:
            while panel.runs.state in BUSY:
                tell()
                draw()
                panel.runs.wait(LOOK)
            tell()
            draw()

        tell()
        threading.Thread(target=watch, name="watch runs", daemon=True).start()

    def look() -> None:
        def find() -> None:
            panel.look()
            tell()
            draw()

        tell()
        threading.Thread(target=find, name="look up runs", daemon=True).start()

    def choose(**chosen: Any) -> None:
        if card := panel.choose(**chosen):
            told.value = card.html()
            return
        fields["learning_rate"].value = panel.chosen["learning_rate"]
        look()

    for box in boxes.values():
        box.observe(lambda _: choose(sets=[name for name, box in boxes.items() if box.value]), "value")
    for name, field in fields.items():
        field.observe(lambda change, name=name: choose(**{name: change["new"]}), "value")
    start = button("Start", panel.start, primary=True)
    stop = button("Stop", lambda: (panel.stop(), tell()))
    panel.followers.append(follow)
    if panel.runs.state in BUSY:
        follow()
    elif panel.runs.state == "ready":
        look()
    else:
        tell()
        draw()
    heading = text(f"{STYLE}<b>Run panel.</b> Which sets are trained on, and how?")
    chosen = [*boxes.values(), fields["model"], fields["steps"], fields["seeds"], advanced]
    buttons = ipywidgets.HBox([start, stop])
    box = frame("Run panel", [heading, *chosen, buttons, told, pace, lines, live, results, picture])
    box.add_class("qoq-runs")
    return box


LABELS = {"model": "Model", "steps": "Steps", "seeds": "Seeds", "learning_rate": "Learning rate"}
MOST = {"steps": 5000, "seeds": 30}


def _field(panel: RunPanel, name: str, label: str) -> ipywidgets.Widget:
    value = panel.chosen[name]
    if name in panel.offered:
        options = [(NEEDS.get(one, str(one)), one) for one in dict.fromkeys([*panel.offered[name], value])]
        layout = ipywidgets.Layout(width="100%", max_width="34em")
        return ipywidgets.Dropdown(options=options, value=value, description=label, layout=layout)
    layout = ipywidgets.Layout(width="16em")
    if name == "learning_rate":
        return ipywidgets.BoundedFloatText(
            value=value, min=1e-7, max=1.0, step=value / 2, description=label, layout=layout
        )
    return ipywidgets.BoundedIntText(value=value, min=1, max=MOST[name], description=label, layout=layout)


def _quiet(sentence: str) -> str:
    return f'<div style="padding: 4px 0">{marked_up(sentence)}</div>'


def _lines(runs: list[OneRun]) -> str:
    cells = ((marked_up(run.set), f"seed {run.seed}", *in_words(run)) for run in runs)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in cells)
    return f'<div class="qoq-wide"><table class="qoq-lines" aria-label="The runs">{body}</table></div>'
