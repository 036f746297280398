"""The picture of a comparison under way: losses on the left, scores so far on the right.

It is drawn again and again beside a running kernel, so one figure is kept and only its lines change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib
import numpy as np

from .theme import COLOURS, MARKERS, SETTINGS, Picture, named, new_figure

if TYPE_CHECKING:
    from ..model.live import Progress

STYLES = ("-", "--", "-.", ":")
NAME = 34  # characters of a set's name that the legend shows


class LivePicture:
    """Loss and score of every run over the steps; a colour, a kind of line and a marker for each set."""

    def __init__(self, sets: list[str], steps: int):
        self.sets = sets
        self._steps = max(1, steps)
        self._lines = {}
        figure = new_figure(8.4, 3.4)
        with matplotlib.rc_context(SETTINGS):
            figure.clear()
            self._loss, self._score = figure.subplots(1, 2)
            for axes, what in ((self._loss, "training loss (nats per token)"), (self._score, "right answers (%)")):
                axes.set_title(what, fontsize=10.5, fontweight="normal")
                axes.set_xlabel("optimizer step")
                axes.set_xlim(0, self._steps * 1.03)
            self._score.set_ylim(-4, 104)
            self._loss.set_ylim(0, 1)
            for at, name in enumerate(sets):
                label = named(name, NAME)
                look = {"color": COLOURS[at % len(COLOURS)], "linestyle": STYLES[at % len(STYLES)]}
                self._score.plot([], [], marker=MARKERS[at % len(MARKERS)], label=label, **look)
            figure.legend(loc="outside lower center", ncols=2, fontsize=9.5, frameon=False)
            figure.draw_without_rendering()
            figure.set_layout_engine("none")  # laid out once: that is most of the work of drawing
        self.figure = figure

    def picture(self, progress: Progress) -> Picture:
        """The picture as things stand."""
        highest, parts = 1.0, []
        for run in progress.runs:
            if run.set not in self.sets:
                continue
            loss, score = self._of(run.set, run.seed)
            loss.set_data(np.arange(1, run.done + 1), run.losses)
            score.set_data(list(run.scores), list(run.scores.values()))
            highest = max([highest, *run.losses])
            if run.losses:
                so_far = f", {list(run.scores.values())[-1]:.0f} % right" if run.scores else ""
                parts.append(f"{run.set}, seed {run.seed}: step {run.done}, loss {run.losses[-1]:.2f}{so_far}")
        self._loss.set_ylim(0, 1.05 * highest)
        return Picture(self.figure, "Loss and score over the steps so far. " + "; ".join(parts) + ".")

    def _of(self, name: str, seed: int):
        if (name, seed) not in self._lines:
            at = self.sets.index(name)
            look = {"color": COLOURS[at % len(COLOURS)], "linestyle": STYLES[at % len(STYLES)], "alpha": 0.75}
            (loss,) = self._loss.plot([], [], linewidth=1.4, **look)
            (score,) = self._score.plot([], [], marker=MARKERS[at % len(MARKERS)], linewidth=1.2, **look)
            self._lines[name, seed] = loss, score
        return self._lines[name, seed]
