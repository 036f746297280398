"""Taste test: two models answer the same prompts, the learner judges blind, and only then meets names and metric.

`TasteTest` holds the rules and is tested without a browser; `view` is a thin widget over it. One person's taste on ten
pairs decides little, and the sign test says how little; what the test is for is to see what a metric cannot.
"""

from __future__ import annotations

import html
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import ipywidgets

from ..data.text import normalise
from ..show.card import Card, Folded
from .frame import button, frame, reply, text
from .keys import Keys

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

    from ..model.experiment import Comparison
    from ..model.training import Run

VERDICTS = {"left": "Left is better", "right": "Right is better", "tie": "Both are good", "neither": "Neither"}
KEYS = {"arrowleft": "left", "arrowright": "right", " ": "tie", "n": "neither"}
KEYS_IN_WORDS = "Keys, on a pair: ← or → for the better side, space for both good, n for neither, b to go back."


class Pair(NamedTuple):
    """Two different answers to one prompt, as they are shown: the prompt's place in the list, a model on each side."""

    prompt: int
    left: str
    right: str


@dataclass(repr=False)
class TasteTest:
    """Two models' `answers` to the same `prompts`, by name, and what the learner makes of them.

    `right` holds the reference answers, if there are any. Order and sides of the pairs are shuffled with `seed`. Pairs
    are counted from 1; `judged` maps their numbers to "left", "right", "tie" (both good) or "neither". Answers that
    differ in nothing one can see are no pair: they count as ties, and nobody is asked. `keep` is called with each change.

    Raises ValueError unless there are two models with one answer, and one reference if any, for each prompt.
    """

    prompts: list[str]
    answers: dict[str, list[str]]
    right: list[str] | None = None
    seed: int = 0
    keep: Callable[..., None] = lambda **facts: None
    judged: dict[int, str] = field(default_factory=dict)
    at: int = 1

    def __post_init__(self):
        if len(self.answers) != 2:
            raise ValueError(f'A taste test is between two models, not {len(self.answers)}: give {{"a": …, "b": …}}.')
        lists = {f'of "{name}"': given for name, given in self.answers.items()}
        lists |= {} if self.right is None else {"that are right": self.right}
        for what, given in lists.items():
            if len(given) != len(self.prompts):
                raise ValueError(
                    f"There are {len(self.prompts)} prompts, but {len(given)} answers {what}: give one each."
                )
        if not self.prompts:
            raise ValueError("There is nothing to taste: give at least one prompt.")
        r = random.Random(self.seed)
        self.pairs: list[Pair] = []
        self.same: list[int] = []  # prompts that both answer alike
        for prompt in r.sample(range(len(self.prompts)), len(self.prompts)):
            left, right = r.sample(list(self.answers), 2)
            if normalise(self.answers[left][prompt]) == normalise(self.answers[right][prompt]):
                self.same.append(prompt)
            else:
                self.pairs.append(Pair(prompt, left, right))
        self._reveal: Reveal | None = None

    @property
    def revealed(self) -> bool:
        return self._reveal is not None

    def judge(self, number: int, verdict: str) -> Card:
        """Judge pair `number` (from 1): "left", "right", "tie" for both good, or "neither"."""
        if self.revealed:
            return Card("note", "The names are known, so your judgements stay as they are.")
        if not self.pairs:
            return Card("note", "There is no pair to judge: the two models gave the same answers.")
        if isinstance(number, bool) or number not in range(1, len(self.pairs) + 1):
            return Card("note", f"There is no pair {number!r}: the pairs go from 1 to {len(self.pairs)}.")
        if verdict not in VERDICTS:
            return Card("note", f"{verdict!r} is no judgement: choose from {', '.join(VERDICTS)}.")
        before = self.judged.get(number)
        self.judged[number] = verdict
        self.keep(judged={str(each): self.judged[each] for each in sorted(self.judged)})
        changed = f" Before, it was: {VERDICTS[before].lower()}." if before not in (None, verdict) else ""
        return Card("note", f"Pair {number}: {VERDICTS[verdict].lower()}.{changed} {self.progress}")

    @property
    def progress(self) -> str:
        return f"{len(self.judged)} of {len(self.pairs)} judged."

    def move(self, by: int) -> None:
        """Go `by` pairs forward, or back where it is negative, and stop at the ends."""
        self.at = min(max(self.at + by, 1), max(len(self.pairs), 1))

    def reveal(self) -> Reveal | Card:
        """Who gave which answer, and what the metric says of the same prompts. From here on nothing changes.

        Pairs that are not judged by now are left out, of the metric's figures too.
        """
        if self._reveal is None:
            if self.pairs and not self.judged:
                return Card("not attempted", "Judge at least one pair first: after the names no judgement is blind.")
            self._reveal = Reveal(self)
            self.keep(revealed=True)
        return self._reveal

    @property
    def about_same(self) -> str:
        """What is said of the prompts that both answer alike; "" where there are none."""
        n = len(self.same)
        if not n:
            return ""
        prompts, counts = (
            ("prompt", "it counts as a tie and is") if n == 1 else ("prompts", "they count as ties and are")
        )
        return f"To {n} of the {len(self.prompts)} {prompts} both gave the same answer: {counts} not asked."

    def __repr__(self) -> str:
        lines = [f"Taste test: {self.progress}"]
        for number, pair in enumerate(self.pairs, 1):
            lines += [
                f"{number}. {self.prompts[pair.prompt]}",
                f"   left:  {self.answers[pair.left][pair.prompt]}",
                f"   right: {self.answers[pair.right][pair.prompt]}",
            ]
            if number in self.judged:
                lines.append(f"   judged: {VERDICTS[self.judged[number]].lower()}")
        lines += filter(None, [self.about_same])
        lines.append('Judge with .judge(1, "left"), "right", "tie" (both good) or "neither"; then .reveal().')
        return "\n".join(lines)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(view(self))


class Reveal:
    """What came out of a taste test, fixed when it was made.

    wins          pairs won, by model; `both`, `neither` and `same` count the ties, the pairs without a good answer, and
                  the prompts that both answered alike; `left_out` the pairs nobody judged
    p             the sign test on the decided pairs (two-sided, binomial): how often chance alone gives a lead as large,
                  from 0 to 1; None when no pair is decided
    table         one line a model: pairs won, exact match and chrF (sacrebleu) where there are references, mean length
    disagreements the pairs on which taste and metric part, one line each
    """

    def __init__(self, test: TasteTest):
        from scipy.stats import binomtest

        self._test = test
        self.names = list(test.answers)
        self._judged = [(number, test.pairs[number - 1], test.judged[number]) for number in sorted(test.judged)]
        winners = [getattr(pair, verdict) for _, pair, verdict in self._judged if verdict in ("left", "right")]
        self.wins = {name: winners.count(name) for name in self.names}
        verdicts = [verdict for *_, verdict in self._judged]
        self.both, self.neither, self.same = verdicts.count("tie"), verdicts.count("neither"), len(test.same)
        self.left_out = len(test.pairs) - len(self._judged)
        self.p = float(binomtest(self.wins[self.names[0]], len(winners)).pvalue) if winners else None
        self.table = self._table()
        self.disagreements = self._disagreements()

    @property
    def sentences(self) -> list[str]:
        """The result in words: taste, chance, metric, length, and what was not asked."""
        test, decided = self._test, sum(self.wins.values())
        lines = []
        if decided:
            first = max(self.names, key=self.wins.get)
            won, share = self.wins[first], 100 * self.p
            chance = f"{share:.0f}" if share >= 1 else "less than 1"
            lines.append(
                f"{first}: {won} of {decided}. By chance alone this, or a clearer lead of either model, happens in "
                f"{chance} % of such tests{'.' if self.p < 0.05 else ': it decides nothing yet.'}"
            )
        elif self._judged:
            lines.append("You preferred no answer to the other, so there is nothing to test.")
        ties = [(self.both, "both good"), (self.neither, "neither good"), (self.left_out, "not judged and left out")]
        if said := ", ".join(f"{n} {what}" for n, what in ties if n):
            lines.append(f"Of the other pairs: {said}.")
        lines += filter(None, [test.about_same, self._beside_the_metric(), self._on_length()])
        return lines

    def _prompts(self) -> list[int]:
        """The prompts that the figures are about: those judged, and those answered alike."""
        return sorted([pair.prompt for _, pair, _ in self._judged] + self._test.same)

    def _table(self) -> pd.DataFrame:
        import pandas as pd

        test, prompts, lines = self._test, self._prompts(), {}
        for name, given in test.answers.items():
            made = [given[i] for i in prompts]
            lines[name] = {"pairs won": self.wins[name]}
            if test.right is not None:
                right = [test.right[i] for i in prompts]
                exact = sum(_is_right(a, b) for a, b in zip(made, right))
                chrf = _chrf().corpus_score(made, [right]).score
                lines[name] |= {"exact match %": round(100 * exact / len(made), 1), "chrF": round(chrf, 1)}
            lines[name]["mean length (characters)"] = round(sum(map(len, made)) / len(made), 1)
        return pd.DataFrame.from_dict(lines, orient="index").rename_axis("model")

    def _disagreements(self) -> pd.DataFrame:
        """The metric prefers the answer that is right word for word, and where none or both are, the higher chrF."""
        import pandas as pd

        a, b = self.names
        columns = ["pair", "prompt", f"answer of {a}", f"answer of {b}", "right answer", "you", "metric"]
        test, lines = self._test, []
        for number, pair, verdict in self._judged if test.right is not None else []:
            right = test.right[pair.prompt]
            made = {name: test.answers[name][pair.prompt] for name in self.names}
            exact = [name for name in self.names if _is_right(made[name], right)]
            chrf = {name: _chrf().sentence_score(made[name], [right]).score for name in self.names}
            scores = " and ".join(f"{chrf[name]:.0f}" for name in self.names)
            metric = f"only {exact[0]} is right" if len(exact) == 1 else f"none is right, chrF {scores}"
            best = max(self.names, key=lambda name: (name in exact, chrf[name]))
            tied = not exact and chrf[a] == chrf[b]
            if verdict in ("left", "right"):
                if tied or getattr(pair, verdict) == best:
                    continue
                you = f"{getattr(pair, verdict)} is better"
            elif verdict == "neither":
                if not exact:
                    continue
                you = "neither is good"
            else:
                you = "both are good"
            lines.append([number, test.prompts[pair.prompt], made[a], made[b], right, you, metric])
        return pd.DataFrame(lines, columns=columns).set_index("pair")

    def _beside_the_metric(self) -> str:
        if self._test.right is None:
            return "No right answers were given, so there is no metric to hold beside your taste."
        if not self._judged:
            return ""
        exact = self.table["exact match %"]
        ahead = "neither: the exact match is equal" if exact.nunique() == 1 else f"{exact.idxmax()} by exact match"
        n = len(self.disagreements)
        apart = "on no pair" if not n else f"on {n} of {len(self._judged)} judged pairs, listed below"
        return f"The metric is for {ahead}. Taste and metric part {apart}."

    def _on_length(self) -> str:
        test = self._test
        longer = decided = 0
        for _, pair, verdict in self._judged:
            lengths = {side: len(test.answers[getattr(pair, side)][pair.prompt]) for side in ("left", "right")}
            if verdict in lengths and lengths["left"] != lengths["right"]:
                decided += 1
                longer += lengths[verdict] == max(lengths.values())
        if not decided:
            return ""
        return f"You preferred the longer answer in {longer} of {decided}: longer ones can pass for better ones."

    def __repr__(self) -> str:
        parts = [*self.sentences, self.table.to_string()]
        for number, line in self.disagreements.iterrows():
            parts.append(f"Pair {number}:" + "".join(f"\n  {name}: {value}" for name, value in line.items()))
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        from ..show.tables import words

        table = words(self.table.reset_index(), precision=1).hide(axis="index")
        parts = [Card("note", "\n".join(self.sentences)).html(), table.to_html()]
        if len(self.disagreements):
            parts.append("<p><b>Where taste and metric part.</b> A right translation need not be the reference.</p>")
        for number, line in self.disagreements.iterrows():
            said = "<br>".join(f"{html.escape(name)}: {html.escape(value)}" for name, value in line.items())
            parts.append(f'<p style="overflow-wrap: anywhere"><b>Pair {number}</b><br>{said}</p>')
        return "".join(parts)


def taste_test(
    models: dict[str, Run] | Comparison,
    prompts: list[str] | Dataset,
    n: int = 10,
    seed: int = 0,
    keep: Callable[..., None] = lambda **facts: None,
) -> TasteTest:
    """Two fine-tuned models answer `n` of the `prompts`, drawn with `seed`; in a notebook it shows itself as a widget.

    `models` are two runs by name, or a comparison of two sets, of which the runs with seed 0 answer. `prompts` are
    instructions, or test rows (columns instruction and output), whose outputs are the right answers at the reveal.

    >>> test = taste_test({"mine": run_a, "pile": run_b}, rows)             # doctest: +SKIP
    >>> test.judge(1, "left"), test.reveal()                                # doctest: +SKIP

    Raises ValueError unless there are two models and at least one prompt.
    """
    if not isinstance(models, dict):
        if not hasattr(models, "sets"):
            raise ValueError('Two runs by name are needed: taste_test({"mine": run_a, "pile": run_b}, rows).')
        models = (
            {name: models.run(name) for name in models.sets} if len(models.sets) == 2 else dict.fromkeys(models.sets)
        )
    if len(models) != 2:
        raise ValueError(
            f"A taste test is between two models, not {len(models)}: pick two of them, as in "
            'taste_test({"a": result.run("a"), "b": result.run("b")}, rows).'
        )
    if n < 1 or len(prompts) == 0:
        raise ValueError("There is nothing to taste: give at least one prompt, and n=1 or more.")
    chosen = random.Random(seed).sample(range(len(prompts)), min(n, len(prompts)))
    right = None
    if hasattr(prompts, "column_names"):
        from ..model.training import check_rows

        check_rows(prompts)
        rows = prompts.select(chosen)
        asked, right = list(rows["instruction"]), list(rows["output"])
    else:
        asked = [prompts[i] for i in chosen]
    return TasteTest(asked, {name: run.answer(asked) for name, run in models.items()}, right, seed, keep)


def _is_right(answer: str, reference: str) -> bool:
    return normalise(answer) == normalise(reference)


def _chrf():
    from sacrebleu.metrics import CHRF

    return CHRF()


# ------------------------------------------------------------------------------------------------ the widget


def view(test: TasteTest) -> ipywidgets.Widget:
    """One pair at a time with a button and a key for each judgement; names and metric once they are asked for."""
    shown, said, outcome = reply(), reply(), reply()
    shown.add_class("qoq-row")
    judgements = {verdict: button(label, lambda v=verdict: judge(v)) for verdict, label in VERDICTS.items()}
    back = button("Back", lambda: go(-1))
    forward = button("Forward", lambda: go(1))
    reveal = button("Reveal", lambda: finish())

    def judge(verdict: str) -> None:
        said.value = test.judge(test.at, verdict).html()
        go(1)

    def pressed(key: str) -> None:
        go(-1) if key == "b" else judge(KEYS[key])

    keys = Keys([*KEYS, "b"], {}, pressed, lambda at: None)

    def go(by: int) -> None:
        test.move(by)
        show()

    def finish() -> None:
        outcome.value = test.reveal()._repr_html_()
        said.value = ""
        show()

    def show() -> None:
        done = len(test.judged) == len(test.pairs)
        shown.value = _pair_html(test)
        for verdict, each in judgements.items():
            chosen = test.judged.get(test.at) == verdict
            each.description = ("✓ " if chosen else "") + VERDICTS[verdict]
            each.disabled = test.revealed or not test.pairs
        keys.names = [f"Pair {test.at} of {len(test.pairs)}"]
        back.disabled, forward.disabled = test.at <= 1, test.at >= len(test.pairs)
        reveal.description = "Reveal" if done else "Reveal now"
        reveal.button_style = "primary" if done and not test.revealed else ""
        reveal.disabled = test.revealed or bool(test.pairs and not test.judged)

    heading = text(f"<b>Taste test.</b> Which answer is better? {html.escape(test.about_same)}")
    help_ = text(f'<span style="color: #5A5A5A">{KEYS_IN_WORDS}</span>')
    alike = text()
    if test.same:
        first = next(iter(test.answers.values()))
        listed = "\n".join(f"{test.prompts[i]}\n→ {first[i]}" for i in test.same)
        alike.value = Folded(f"Answered alike ({len(test.same)})", listed)._repr_html_()
    rows = [[*judgements.values()], [back, forward, reveal]]
    lines = [ipywidgets.HBox(row, layout=ipywidgets.Layout(flex_flow="row wrap")) for row in rows]
    if test.revealed:
        finish()
    show()
    return frame("Taste test: which answer is better?", [heading, shown, *lines, help_, said, outcome, alike, keys])


def _pair_html(test: TasteTest) -> str:
    """The pair in view, large; after the reveal each answer has its model's name."""
    if not test.pairs:
        return "The two models gave the same answer to every prompt: there is nothing to judge."
    pair = test.pairs[test.at - 1]

    def side(name: str, word: str) -> str:
        label = f"{word}: {name}" if test.revealed else word
        answer = test.answers[name][pair.prompt]
        shown = html.escape(answer) if answer.strip() else "<i>(an empty answer)</i>"
        return (
            '<div style="flex: 1 1 9em; min-width: 0; border: 1px solid #B0B0B0; border-radius: 4px; padding: 8px 12px; '
            f'overflow-wrap: anywhere"><div style="color: #5A5A5A">{html.escape(label)}</div>'
            f'<div style="font-size: 1.3em; line-height: 1.4; white-space: pre-wrap">{shown}</div></div>'
        )

    return (
        f'<div style="color: #5A5A5A">{test.at} of {len(test.pairs)}</div>'
        f'<div style="font-size: 1.15em; white-space: pre-wrap; overflow-wrap: anywhere; margin-bottom: 8px">'
        f"{html.escape(test.prompts[pair.prompt])}</div>"
        f'<div style="display: flex; flex-wrap: wrap; gap: 12px">{side(pair.left, "Left")}{side(pair.right, "Right")}</div>'
    )
