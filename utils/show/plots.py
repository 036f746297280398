"""The pictures of the course. Each answers one question, says the answer in its title, and carries its alt text.

They draw finished results (`utils/model/experiment.py`) and train nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import matplotlib
import numpy as np

from .theme import COLOURS, DARK, MARKERS, QUIET, SETTINGS, Picture, named, new_figure

if TYPE_CHECKING:
    import pandas as pd

    from ..data.audit import Report
    from ..model.experiment import Comparison
    from ..model.footprint import Footprint
    from ..model.gradients import Signal
    from ..model.recorded import Live, Places, Recorded


def headline(
    result: Comparison | Places, predicted: dict[str, float] | None = None, title: str | None = None
) -> Picture:
    """Which set teaches more? The exact match of every set: a dot for each seed, the mean, the 95 % interval.

    `predicted` maps sets to what the learner expected (%); a dotted line marks it. Other names in it are ignored. The
    title says which set is ahead unless another is given.
    """
    predicted = predicted or {}
    names = result.sets
    # A prediction stands below its line, where the next one's mean may be.
    figure = new_figure(8.4, 1.5 + (0.85 if set(predicted) & set(names) else 0.62) * len(names))
    axes = figure.axes[0]
    parts = []
    with matplotlib.rc_context(SETTINGS):
        for line, name in enumerate(names):
            scores = result.scores(name)
            colour, marker = COLOURS[line % len(COLOURS)], MARKERS[line % len(MARKERS)]
            low, high = result.interval(name)
            mean = scores.mean()
            axes.plot([low, high], [line, line], color=colour, linewidth=7, alpha=0.25, solid_capstyle="butt")
            # Seeds side by side, not on top of each other.
            spread = np.linspace(-0.13, 0.13, len(scores)) if len(scores) > 1 else [0.0]
            axes.plot(scores, line + np.array(spread), marker, color=colour, markerfacecolor="white", markersize=6)
            axes.plot([mean, mean], [line - 0.3, line + 0.3], color=colour, linewidth=2.5)
            axes.annotate(
                f"{mean:.0f} %", (mean, line - 0.34), ha="center", va="bottom", color=colour, fontweight="bold"
            )
            between = f", 95 % interval {low:.0f} to {high:.0f}" if len(scores) > 1 else ", one seed"
            expected = ""
            if name in predicted:
                axes.plot([predicted[name]] * 2, [line - 0.3, line + 0.3], ":", color="black", linewidth=2)
                axes.annotate(
                    f"you: {predicted[name]:.0f} %", (predicted[name], line + 0.34), ha="center", va="top", fontsize=9
                )
                expected = f" (predicted {predicted[name]:.0f} %)"
            parts.append(f"{name}: {mean:.0f} %{between}{expected}")
        axes.set_yticks(range(len(names)), ["\n".join(textwrap.wrap(named(name), 26)) for name in names])
        axes.set_ylim(len(names) - 0.4 + 0.2 * (names[-1] in predicted), -0.75)
        axes.set_xlim(-3, 103)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("right answers on held-out rows (exact match, %)")
        title = title or _verdict(result)
        _title(figure, title)
        _badge(figure, *result.source)
    return Picture(
        figure,
        f"{title}. Exact match over {result.seeds} seed{'s' if result.seeds > 1 else ''}. " + "; ".join(parts) + ".",
    )


def loss_curves(result: Comparison) -> Picture:
    """How did training go? The training loss of every set over the steps, mean of the seeds, smoothed over 10 steps."""
    figure = new_figure(8.4, 4.2)
    axes = figure.axes[0]
    ends = []
    with matplotlib.rc_context(SETTINGS):
        for line, name in enumerate(result.sets):
            curves = [losses for (owner, _), losses in result.losses.items() if owner == name and losses]
            if not curves:
                continue
            mean = np.mean(curves, axis=0)
            window = min(10, len(mean))
            smooth = np.convolve(mean, np.ones(window) / window, mode="valid")
            steps = np.arange(window, len(mean) + 1)
            style = ("-", "--", "-.", ":")[line % 4]
            axes.plot(steps, smooth, style, color=COLOURS[line % len(COLOURS)], linewidth=2, label=named(name))
            ends.append((name, float(smooth[-1])))
        axes.set_xlabel("optimizer step")
        axes.set_ylabel("training loss (nats per answer token)")
        axes.set_ylim(bottom=0)
        axes.legend()
        title = "A low training loss is no proof of quality"
        if ends:
            lowest = min(ends, key=lambda end: end[1])
            title = f"Lowest training loss: {named(lowest[0])}"
        _title(figure, title)
        _badge(figure, *result.source)
    return Picture(
        figure,
        "Training loss over the steps. At the end: "
        + "; ".join(f"{name} {loss:.2f} nats" for name, loss in ends)
        + ".",
    )


def confidence(result: Comparison) -> Picture:
    """How sure are the models? Mean entropy of the answers against the share of right ones, a dot for each seed."""
    figure = new_figure(8.4, 4.4)
    axes = figure.axes[0]
    parts = []
    with matplotlib.rc_context(SETTINGS):
        for line, name in enumerate(result.sets):
            entropy, right = result.scores(name, "entropy"), result.scores(name)
            axes.plot(
                entropy,
                right,
                MARKERS[line % len(MARKERS)],
                color=COLOURS[line % len(COLOURS)],
                markersize=8,
                alpha=0.8,
                label=named(name),
            )
            parts.append(f"{name}: entropy {entropy.mean():.2f} nats, {right.mean():.0f} % right")
        axes.set_xlabel("mean entropy of the answer (nats per token): unsure is further right")
        axes.set_ylabel("right answers (exact match, %)")
        axes.set_xlim(left=0)
        axes.set_ylim(-3, 103)
        axes.legend()
        means = {name: result.scores(name, "entropy").mean() for name in result.sets}
        _title(figure, f"Surest of its answers: {min(means, key=means.get)}; least sure: {max(means, key=means.get)}")
        _badge(figure, *result.source)
    return Picture(figure, "Confidence against correctness. " + "; ".join(parts) + ".")


METRICS = {
    "exact_match": "right answers (exact match, %)",
    "chrf": "chrF (0 to 100)",
    "format_rate": "answers in the right form (%)",
    "entropy": "entropy of the answer (nats per token)",
    "right_answer": "probability of the right answer (%)",
    "calibration": "calibration error (%)",
    "cosine": "cosine with the clean direction",
    "validation_loss": "validation loss (nats per token)",
    "training_loss": "training loss (nats per token)",
    "by_heart": "training rows learnt by heart (%)",
    "noise_by_heart": "wrong rows learnt by heart (%)",
    "answers_2024": "answers of 2024, where the fact has changed (%)",
    "answers_2018": "answers of 2018, where the fact has changed (%)",
    "neither": "answers of neither year, where the fact has changed (%)",
    "p_2024": "probability of the answer of 2024, where the fact has changed (%)",
    "p_2018": "probability of the answer of 2018, where the fact has changed (%)",
    "unchanged": "right answers where the fact has not changed (%)",
}


def sweep(
    result: Recorded,
    metric: str,
    arms: Sequence[str],
    rate: float = 1.0,
    live: Sequence[Live] = (),
    star: tuple[float, float, str] | None = None,
) -> Picture:
    """How does a score depend on a dose, a size, a time? Recorded curves with their 95 % intervals; live runs as crosses.

    `star` marks a point of the learner's own: (x, y, name).
    """
    figure = new_figure(8.4, 4.6)
    axes = figure.axes[0]
    parts = []
    with matplotlib.rc_context(SETTINGS):
        for line, arm in enumerate(arms):
            curve = result.curve(arm, metric, rate)
            if not len(curve):  # as the noise learnt by heart, where there is none
                continue
            colour, marker = COLOURS[line % len(COLOURS)], MARKERS[line % len(MARKERS)]
            axes.fill_between(curve["x"], curve["low"], curve["high"], color=colour, alpha=0.2, linewidth=0)
            style = ("-", "--", "-.", ":")[line % 4]
            if len(curve) == 1:  # a single point has no band: its interval is a bar
                axes.plot(
                    [curve["x"][0]] * 2, [curve["low"][0], curve["high"][0]], color=colour, linewidth=5, alpha=0.3
                )
            axes.plot(curve["x"], curve["mean"], style, marker=marker, color=colour, markersize=6, label=arm)
            told = ", ".join(f"{x:g}: {mean:.3g}" for x, mean in zip(curve["x"], curve["mean"]))
            parts.append(f"{arm} ({told})")
        for each in live:
            colour = COLOURS[list(arms).index(each.arm) % len(COLOURS)]
            axes.plot(each.x, each.mean, "x", color=colour, markersize=11, markeredgewidth=3, zorder=5)
            axes.annotate("live", (each.x, each.mean), xytext=(8, 6), textcoords="offset points", fontsize=9)
            parts.append(f"run live: {each.arm} at {each.x:g} gives {each.mean:.3g}")
        if star:
            x, y, name = star
            axes.plot(x, y, "*", color="black", markersize=15, zorder=6, label=named(name))
            parts.append(f"{name}: {y:.3g} at {x:g}")
        _scale(axes, sorted({x for arm in arms for x in result.curve(arm, metric, rate)["x"]}))
        axes.set_xlabel(result.sweep.x)
        axes.set_ylabel(METRICS.get(metric, metric))
        if METRICS.get(metric, "").endswith("%)"):
            axes.set_ylim(-3, 103)
        _legend_above(axes)
        _title(figure, result.question)
        seeds = result.provenance["seeds"]
        own = "; crosses and star: run here" if live or star else ""
        usual = "" if rate == 1 else f", {rate:.2g} times the usual learning rate"
        _badge(
            figure,
            "RECORDED",
            f"{seeds} seeds a point, 95 % intervals{usual}; {result.origin}{own}",
        )
    return Picture(figure, f"{result.question} Recorded with {seeds} seeds a point. {'; '.join(parts)}.")


def _scale(axes, xs: list[float]) -> None:
    """A logarithmic axis where the points span more than a factor of 30; there, or if they are few, its marks are the points."""
    far = len(xs) > 1 and xs[-1] > 30 * min(x for x in xs if x > 0)
    if far:
        axes.set_xscale("symlog" if xs[0] == 0 else "log")
    if far or len(xs) < 5:
        axes.set_xticks(xs, [f"{x:,.0f}" for x in xs])
        axes.minorticks_off()


def _legend_above(axes, columns: int = 3) -> None:
    """Between title and axes, where it covers no curve."""
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, fontsize=9.5, borderaxespad=0.2, columnspacing=1.2
    )


def trajectories(runs: dict[str, pd.DataFrame], source: Recorded | None = None) -> Picture:
    """What happens on the way? Left the losses in training and validation, right the true score and what is learnt by heart.

    A table per set, as `utils.model.trajectory` gives it; from a recorded sweep where `source` is given.
    """
    figure = new_figure(9.6, 5.2)
    parts = []
    with matplotlib.rc_context(SETTINGS):
        figure.clear()
        left, right = figure.subplots(1, 2)
        for line, (name, run) in enumerate(runs.items()):
            colour, marker = COLOURS[line % len(COLOURS)], MARKERS[line % len(MARKERS)]
            left.plot(
                run["step"],
                run["validation_loss"],
                "-",
                marker=marker,
                color=colour,
                label=f"{named(name)}: validation",
            )
            left.plot(run["step"], run["training_loss"], ":", color=colour, label=f"{named(name)}: training")
            right.plot(
                run["step"], run["exact_match"], "-", marker=marker, color=colour, label=f"{named(name)}: right answers"
            )
            best = run.loc[run["exact_match"].idxmax()]
            lowest = run.loc[run["validation_loss"].idxmin()]
            parts.append(
                f"{name}: best score {best['exact_match']:.0f} % at step {best['step']:.0f}, at the end "
                f"{run['exact_match'].iloc[-1]:.0f} %; lowest validation loss at step {lowest['step']:.0f}"
            )
            if run["noise_by_heart"].notna().any():
                right.plot(
                    run["step"], run["noise_by_heart"], "--", color=colour, label=f"{named(name)}: noise by heart"
                )
        for axes, label in ((left, "loss (nats per answer token)"), (right, "%")):
            axes.set_xscale("log")
            marks = [step for step in next(iter(runs.values()))["step"]][::2]
            axes.set_xticks(marks, [f"{step:.0f}" for step in marks])
            axes.minorticks_off()
            axes.set_xlabel("optimizer step")
            axes.set_ylabel(label)
            _legend_above(axes, columns=1)
        left.set_ylim(bottom=0)
        right.set_ylim(-3, 103)
        _title(figure, "Left: loss in training and in validation. Right: the true score, and the noise learnt by heart")
        if source:
            _badge(figure, "RECORDED", f"means of {source.provenance['seeds']} seeds, {source.origin}")
        else:
            _badge(figure, "LIVE", "one run each, on this machine")
    return Picture(figure, f"Losses and scores over the steps. {'; '.join(parts)}.")


# What stands in a bar of `eras`: its name in the legend, its colour, and that of the number on it.
YEARS = {
    "answers_2024": ("as in 2024", COLOURS[0], "white"),
    "answers_2018": ("as in 2018", COLOURS[4], "black"),
    "neither": ("neither", "#CCCCCC", "black"),
}


def eras(shares: dict[str, dict[str, float]], source: Recorded | None = None) -> Picture:
    """From which year are the answers? The shares of each set in a bar, and beside it how probable the answer of 2024 is.

    A set has what `utils.model.eras.answered` gives; the means of a recorded sweep where `source` is given.
    """
    figure = new_figure(9.6, 2.1 + 0.45 * len(shares))
    lines, parts = range(len(shares)), []
    found = {metric: np.array([each[metric] for each in shares.values()]) for metric in (*YEARS, "p_2024")}
    with matplotlib.rc_context(SETTINGS):
        figure.clear()
        left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
        start = np.zeros(len(shares))
        for metric, (label, colour, ink) in YEARS.items():
            bars = left.barh(lines, found[metric], left=start, color=colour, height=0.65, label=label)
            told = [f"{share:.0f}" if share >= 4 else "" for share in found[metric]]
            left.bar_label(bars, told, label_type="center", color=ink, fontweight="bold")
            start += found[metric]
        bars = right.barh(lines, found["p_2024"], color=COLOURS[0], height=0.65)
        right.bar_label(bars, fmt="%.0f %%", padding=3)
        left.set_yticks(lines, ["\n".join(textwrap.wrap(named(name), 26)) for name in shares])
        left.invert_yaxis()
        left.set_xlabel("answers, where the fact has changed (%)")
        right.set_xlabel("probability of the answer of 2024 (%)")
        for axes, end in ((left, 100), (right, 118)):  # room for the number behind a bar
            axes.set_xlim(0, end)
            axes.set_xticks(range(0, 101, 25))
            axes.grid(axis="y", visible=False)
        _legend_above(left)
        for name, *values in zip(shares, *found.values()):
            parts.append(
                "{}: {:.0f} % as in 2024, {:.0f} % as in 2018, {:.0f} % neither; {:.0f} %".format(name, *values)
            )
        title = _first_and_last(dict(zip(shares, found["answers_2024"])))
        _title(figure, title)
        if source:
            _badge(figure, "RECORDED", f"means of {source.provenance['seeds']} seeds, {source.origin}")
        else:
            _badge(figure, "LIVE", "one run each, on this machine")
    return Picture(
        figure,
        f"{title}. The answers of each set, where the fact has changed, and how probable that of 2024 is. "
        f"{'. '.join(parts)}.",
    )


def footprint(found: Footprint, measured: float | None = None) -> Picture:
    """What takes the memory of a training step? Its parts on top of each other, and the peak that was measured, in MB."""
    rows = [f"estimated: {found.total:,.0f} MB"] + ([] if measured is None else [f"measured: {measured:,.0f} MB"])
    figure = new_figure(9.6, 2.0 + 0.55 * len(rows))
    axes = figure.axes[0]
    with matplotlib.rc_context(SETTINGS):
        start = 0.0
        for line, (name, size) in enumerate(found.parts.items()):
            colour = COLOURS[line % len(COLOURS)]
            bar = axes.barh([0], [size], left=start, color=colour, height=0.65, label=f"{name} {size:,.0f}")
            ink = "white" if colour in DARK else "black"
            told = [f"{size:,.0f}" if size > 0.06 * found.total else ""]
            axes.bar_label(bar, told, label_type="center", color=ink, fontweight="bold")
            start += size
        if measured is not None:
            axes.barh([1], [measured], color="#CCCCCC", height=0.65)
        axes.set_yticks(range(len(rows)), rows)
        axes.invert_yaxis()
        axes.set_xlabel("memory (MB)")
        axes.grid(axis="y", visible=False)
        _legend_above(axes, columns=4)
        trained = {name: size for name, size in found.parts.items() if not name.startswith("Python")}
        largest = max(trained, key=trained.get)
        title = (
            f"Most memory of the training goes to {largest}: {trained[largest]:,.0f} of {sum(trained.values()):,.0f} MB"
        )
        _title(figure, title)
        _badge(figure, "ESTIMATED", f"{found.model}, {found.batch} rows of {found.length} tokens at a time")
    parts = ", ".join(f"{name} {size:,.0f}" for name, size in found.parts.items())
    beside = "" if measured is None else f" Measured: {measured:,.0f} MB."
    return Picture(figure, f"{title}. In MB: {parts}.{beside}")


def _first_and_last(shares: dict[str, float]) -> str:
    """Who answers most as in 2024, and who least."""
    most, least = max(shares, key=shares.get), min(shares, key=shares.get)
    if shares[most] == shares[least]:
        return f"Answers as in 2024: {shares[most]:.0f} %"
    return f"Most answers as in 2024: {most}, {shares[most]:.0f} %; fewest: {least}, {shares[least]:.0f} %"


def alignment(signals: dict[str, Signal]) -> Picture:
    """Does averaging help? The cosine of a batch's gradient with the clean direction, against the size of the batch."""
    figure = new_figure(8.4, 4.6)
    axes = figure.axes[0]
    parts = []
    with matplotlib.rc_context(SETTINGS):
        axes.axhline(0, color=QUIET, linewidth=1)
        for line, (name, found) in enumerate(signals.items()):
            colour, marker = COLOURS[line % len(COLOURS)], MARKERS[line % len(MARKERS)]
            sizes = list(found.cosines)
            low, mean, high = zip(
                *[
                    (np.quantile(found.cosines[n], 0.1), np.mean(found.cosines[n]), np.quantile(found.cosines[n], 0.9))
                    for n in sizes
                ]
            )
            axes.fill_between(sizes, low, high, color=colour, alpha=0.15, linewidth=0)
            axes.plot(sizes, mean, ("-", "--", "-.", ":")[line % 4], marker=marker, color=colour, label=named(name))
            axes.axhline(found.limit, color=colour, linewidth=1, linestyle=":")
            parts.append(f"{name}: {mean[0]:.2f} for one row, {found.limit:.2f} for all of them")
        _scale(axes, sizes)
        axes.set_ylim(-1.05, 1.05)
        axes.set_xlabel("rows in a batch (band: the middle 80 % of the batches; dotted: all rows together)")
        axes.set_ylabel(METRICS["cosine"])
        _legend_above(axes)
        _title(figure, "How far does the gradient of a batch point where clean rows point?")
        _badge(figure, "LIVE", "one seed, on this machine")
    return Picture(figure, f"Cosine with the clean direction by size of the batch. {'; '.join(parts)}.")


def reliability(answers: dict[str, pd.DataFrame], bins: int = 5) -> Picture:
    """Can its confidence be believed? The share of right answers against the model's own probability, in bins.

    A table per set, as `utils.model.evaluation.answers` gives it. On the diagonal the two agree.
    """
    from ..model.evaluation import calibration_error

    figure = new_figure(7.6, 4.8)
    axes = figure.axes[0]
    parts = []
    with matplotlib.rc_context(SETTINGS):
        axes.plot([0, 100], [0, 100], color=QUIET, linewidth=1)
        axes.annotate("here confidence is right", (99, 66), color=QUIET, ha="right", fontsize=9)
        for line, (name, given) in enumerate(answers.items()):
            error = calibration_error(given["probability"].tolist(), given["right"].tolist())
            place = np.minimum((given["probability"] * bins).astype(int), bins - 1)
            groups = given.groupby(place)
            sure, right, count = 100 * groups["probability"].mean(), 100 * groups["right"].mean(), groups.size()
            colour = COLOURS[line % len(COLOURS)]
            axes.plot(
                sure, right, ("-", "--", "-.", ":")[line % 4], color=colour, label=f"{named(name)} (ECE {error:.0f} %)"
            )
            axes.scatter(sure, right, s=25 + 2 * count, color=colour, marker=MARKERS[line % len(MARKERS)], alpha=0.8)
            parts.append(f"{name}: calibration error {error:.0f} %, {100 * given['right'].mean():.0f} % right")
        axes.set_xlim(-3, 103)
        axes.set_ylim(-3, 103)
        axes.set_xlabel("the model's own probability for its answer (%); larger marks: more answers")
        axes.set_ylabel(METRICS["exact_match"])
        _legend_above(axes, columns=2)
        _title(figure, "Above the line a model is better than it thinks, below the line worse")
        _badge(figure, "LIVE", "one seed, on this machine")
    return Picture(figure, f"Reliability diagram. {'; '.join(parts)}.")


def audit(report: Report) -> Picture:
    """What is wrong with a set? The share of rows that each check flags, the largest first."""
    table = report.summary()
    found = table[table["rows"] > 0]
    figure = new_figure(8.4, 1.4 + 0.42 * max(len(found), 1))
    axes = figure.axes[0]
    with matplotlib.rc_context(SETTINGS):
        lines = range(len(found))
        axes.barh(lines, found["share %"], color=COLOURS[0], height=0.6)
        for line, (rows, share) in enumerate(zip(found["rows"], found["share %"])):
            axes.annotate(f" {share:.1f} % ({rows:,} rows)", (share, line), va="center", fontsize=9.5)
        axes.set_yticks(lines, [name.replace("_", " ") for name in found.index])
        axes.invert_yaxis()
        axes.set_xlim(0, max(1.0, 1.3 * found["share %"].max()) if len(found) else 1)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("rows flagged (% of the set)")
        title = f"Most frequent: {found.index[0].replace('_', ' ')}" if len(found) else "No check found anything"
        _title(figure, title)
    each = "; ".join(f"{name}: {row['share %']:.1f} %" for name, row in found.iterrows())
    return Picture(figure, f"{title}. Share of rows flagged, of {len(report.corpus):,} rows. {each or 'none'}.")


def thresholds(scores: Sequence[float], bad: Sequence[bool], chosen: dict[str, float] | None = None) -> Picture:
    """What does a threshold cost? Precision and recall of flagging all rows that score as much as it, or more.

    `bad` says for each row whether it is to be found; `chosen` names thresholds that are marked.
    """
    scores, bad = np.asarray(scores, dtype=float), np.asarray(bad, dtype=bool)
    at = np.unique(scores)
    flagged = np.array([np.count_nonzero(scores >= one) for one in at])
    right = np.array([np.count_nonzero(bad & (scores >= one)) for one in at])
    shares = {"precision": 100 * right / flagged, "recall": 100 * right / max(bad.sum(), 1)}
    figure = new_figure(8.4, 4.2)
    axes = figure.axes[0]
    parts = []
    with matplotlib.rc_context(SETTINGS):
        for line, (name, values) in enumerate(shares.items()):
            axes.plot(at, values, ("-", "--")[line], color=COLOURS[line], linewidth=2)
            axes.annotate(f" {name}", (at[-1], values[-1]), color=COLOURS[line], fontweight="bold", va="center")
        for line, (name, one) in enumerate((chosen or {}).items()):
            here = np.searchsorted(at, one)
            if here == len(at):
                parts.append(f"{name}: nothing is flagged")
                continue
            axes.axvline(one, color="black", linewidth=1, linestyle=":")
            axes.annotate(name, (one, 103), rotation=30, ha="left", va="bottom", fontsize=9, annotation_clip=False)
            parts.append(f"{name}, {one:g}: " + ", ".join(f"{k} {v[here]:.0f} %" for k, v in shares.items()))
        axes.set_xlim(at[0], at[-1] + 0.14 * (at[-1] - at[0] or 1))
        axes.set_ylim(-3, 103)
        axes.set_xlabel("threshold: rows with this score or a higher one are flagged")
        axes.set_ylabel("share (%)")
        title = "There is no bad row to be found"
        if bad.any():
            nine, half = (shares["precision"][shares["recall"] >= least][-1] for least in (90, 50))
            title = f"Nine in ten found: {nine:.0f} % of the flags are right; one in two found: {half:.0f} %"
        _title(figure, title)
    ends = "; ".join(f"{name} goes from {v[0]:.0f} to {v[-1]:.0f} %" for name, v in shares.items())
    return Picture(
        figure, f"{title}. From the lowest threshold to the highest: {ends}. {'; '.join(parts)}".rstrip(". ") + "."
    )


def predictions(points: list[tuple[str, str, float, float]]) -> Picture:
    """How good are my predictions? Each against what was measured, over all lessons; on the diagonal it was right.

    `points` are (lesson, name, predicted, measured), the numbers in percent of the scale of their question.
    """
    figure = new_figure(7.0, 4.8)
    axes = figure.axes[0]
    lessons = list(dict.fromkeys(lesson for lesson, *_ in points))
    with matplotlib.rc_context(SETTINGS):
        axes.plot([0, 100], [0, 100], "-", color=QUIET, linewidth=1)
        axes.annotate("on this line: right", (84, 80), color=QUIET, ha="left", va="top", fontsize=9)
        for at, lesson in enumerate(lessons):
            here = np.array([values for owner, _, *values in points if owner == lesson])
            axes.plot(
                *here.T,
                MARKERS[at % len(MARKERS)],
                color=COLOURS[at % len(COLOURS)],
                markersize=8,
                alpha=0.8,
                label=f"lesson {lesson}",
            )
        axes.set_xlabel("predicted (% of the scale)")
        axes.set_ylabel("measured (% of the scale)")
        axes.set_xlim(-3, 103)
        axes.set_ylim(-3, 103)
        if lessons:
            axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        _title(figure, _calibration(points))
    each = "; ".join(f"{name}: predicted {said:.0f}, measured {found:.0f}" for _, name, said, found in points)
    return Picture(figure, f"{_calibration(points)}. Predicted against measured, in percent of the scale. {each}")


def _calibration(points: list[tuple[str, str, float, float]]) -> str:
    if not points:
        return "No prediction has met its result yet"
    off = np.array([said - found for *_, said, found in points])
    one = len(points) == 1
    words = f"Your {'prediction was' if one else f'{len(points)} predictions were'} {np.abs(off).mean():.0f} points off"
    return words if one else f"{words} on average"


def _verdict(result: Comparison | Places) -> str:
    """The answer in one line, from the numbers alone."""
    means = {name: result.scores(name).mean() for name in result.sets}
    best, worst = max(means, key=means.get), min(means, key=means.get)
    if len(means) == 1:
        return f"{named(best)}: {means[best]:.0f} % right"
    if means[best] == means[worst]:
        return f"No difference: every set scores {means[best]:.0f} %"
    leaders = [name for name in means if name == best or not _ahead(result, best, name)]
    if worst in leaders:
        return f"No clear winner between {_and([named(name) for name in leaders])}"
    if len(means) == 2:
        return f"{named(best)}: {means[best]:.0f} % right; {named(worst)}: {means[worst]:.0f} %"
    return f"Ahead: {_and([named(name) for name in leaders])}. Last: {named(worst)}, {means[worst]:.0f} %"


def _ahead(result: Comparison | Places, better: str, worse: str) -> bool:
    """Whether the lead is clear: the verdict on it is "holds". One seed alone has no interval, so its lead counts."""
    if min(len(result.scores(name)) for name in (better, worse)) < 2:
        return result.scores(better).mean() > result.scores(worse).mean()
    return result.verdict(better, worse) == "holds"


def _and(names: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _title(figure, text: str) -> None:
    figure.suptitle(
        "\n".join(textwrap.wrap(text, int(8.8 * figure.get_figwidth()))),
        x=0.01,
        ha="left",
        fontsize=13,
        fontweight="bold",
    )


def _badge(figure, kind: str, text: str) -> None:
    """Where the numbers come from, small and below the picture: LIVE from this machine, or RECORDED before."""
    figure.supxlabel(text, x=0.01, ha="left", fontsize=8.5, color=QUIET)
    figure.text(
        0.99,
        0.01,
        kind,
        ha="right",
        va="bottom",
        fontsize=8.5,
        fontweight="bold",
        color="white",
        bbox={"facecolor": COLOURS[0] if kind == "LIVE" else QUIET, "edgecolor": "none", "boxstyle": "round,pad=0.35"},
    )
