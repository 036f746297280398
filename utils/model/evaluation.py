"""Evaluation: what a model answers on held-out rows, and what that is worth.

Exact match, chrF, format, confidence and cost, all computed by rule. No language model judges another, and the length
of answers is reported, as longer ones can pass for better ones. Intervals over seeds are in `experiment.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ..data.text import normalise
from .generation import generate, reference_probabilities
from .loading import context_length
from .training import Run, Snapshot, check_rows, tokenize

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset


@dataclass(frozen=True)
class Scores:
    """What a run scored on `n` held-out rows. Shares are in percent, entropy in nats per token.

    exact_match     answers equal to the reference, kinds of space and apostrophe aside (`utils.data.text.normalise`)
    chrf            character n-gram F-score of sacrebleu, 0 to 100 (Popović 2015)
    format_rate     answers dressed like the references: a capital where they have one, the same kind of end
    entropy         mean entropy of the next-token distribution along the answer
    right_answer    mean probability, in percent, that the model gives to the reference as a whole
    calibration     expected calibration error in percent, 10 bins, of the answer's probability (Guo et al. 2017)
    tokens_out      tokens generated in all; `per_correct` divides them by the number of right answers
    """

    n: int
    exact_match: float
    chrf: float
    format_rate: float
    entropy: float
    right_answer: float
    calibration: float
    tokens_out: int
    characters: float

    @property
    def per_correct(self) -> float:
        """Tokens generated per right answer; infinite when there is none."""
        right = self.n * self.exact_match / 100
        return self.tokens_out / right if right else float("inf")

    def as_dict(self) -> dict[str, float]:
        return asdict(self) | {"per_correct": self.per_correct}


def format_matches(answer: str, reference: str) -> bool:
    """Whether an answer is dressed like its reference: the same case at the start, the same kind of mark at the end.

    >>> format_matches("Le chat dort.", "Où est la gare ?"), format_matches("le chat dort", "Où est la gare ?")
    (True, False)
    """

    def dress(text: str) -> tuple[bool, bool]:
        return text[:1].isupper(), text[-1:] in tuple(".?!")

    return dress(answer.strip()) == dress(reference.strip())


def calibration_error(probabilities: list[float], right: list[bool], bins: int = 10) -> float:
    """Expected calibration error in percent: how far confidence is from accuracy, bin by bin.

    >>> calibration_error([0.95, 0.95], [True, False])
    45.0
    """
    if not probabilities:
        return 0.0
    total = 0.0
    for k in range(bins):
        inside = [i for i, p in enumerate(probabilities) if min(int(p * bins), bins - 1) == k]
        if inside:
            total += abs(sum(probabilities[i] for i in inside) - sum(right[i] for i in inside))
    return round(100 * total / len(probabilities), 6)


def consistency(answers_by_run: Sequence[Sequence[str]]) -> float:
    """The test rows that all runs answer alike, word for word, in percent: 100 × (rows with one answer) / (all rows).

    `answers_by_run` holds a list of answers for each run, to the same rows in the same order. Kinds of space and apostrophe
    do not count (`utils.data.text.normalise`). An answer can be the same every time, and wrong. Each further run can only
    lower the share, so compare it between equal numbers of runs.

    >>> consistency([["Oui.", "Le chat"], ["Oui.", "Le chien"]])
    50.0
    """
    alike = [len({normalise(answer) for answer in row}) == 1 for row in zip(*answers_by_run, strict=True)]
    return 100 * sum(alike) / len(alike)


def answers(run: Run | Snapshot, rows: Dataset) -> pd.DataFrame:
    """What `run` answers to each of `rows` (columns instruction and output), one line each, in order.

    Columns: instruction, reference, answer, right (equal to the reference, see `Scores.exact_match`), probability (of
    the answer as a whole, under the model that gave it), entropy (nats, mean over its tokens) and tokens (generated).
    Where `rows` has a column references, a list of right answers for each row, the one that is nearest to the answer is its
    reference.

    Raises ValueError for an empty set, a missing column, or a row that is longer than the model's context.
    """
    import pandas as pd

    check_rows(rows)
    _check_lengths(run, rows)
    made = generate(run.model, run.tokenizer, list(rows["instruction"]))
    references = rows["output"][:]
    if "references" in rows.column_names:
        references = [nearest(*each) for each in zip(made.answers, rows["references"])]
    pairs = zip(made.answers, references)
    return pd.DataFrame(
        {
            "instruction": rows["instruction"][:],
            "reference": references,
            "answer": made.answers,
            "right": [normalise(answer) == normalise(reference) for answer, reference in pairs],
            "probability": made.probabilities,
            "entropy": made.entropies,
            "tokens": made.tokens,
        }
    )


def nearest(answer: str, references: Sequence[str]) -> str:
    """The right answer that has most in common with this one, by chrF.

    >>> nearest("Va-t'en !", ["Pars !", "Va !", "Va t'en !"])
    "Va t'en !"
    """
    from sacrebleu.metrics import CHRF

    chrf = CHRF()
    equal = [reference for reference in references if normalise(reference) == normalise(answer)]
    return max(equal or references, key=lambda reference: chrf.sentence_score(answer, [reference]).score)


def _check_lengths(run: Run | Snapshot, rows: Dataset) -> None:
    """Raise ValueError where a row and its reference do not fit into the context: no model could answer it."""
    context = context_length(run.model)
    encoded, too_long = tokenize(rows, list(range(len(rows))), run.tokenizer, context)
    if too_long:
        named = [str(i) for i, row in enumerate(encoded) if row is None]
        which = f"Row {named[0]}" if too_long == 1 else f"Rows {', '.join(named[:5])}{' …' if too_long > 5 else ''}"
        raise ValueError(
            f"{which} of the test set, with the answer, {'is' if too_long == 1 else 'are'} longer than the model's "
            f"context of {context} tokens: shorten {'it' if too_long == 1 else 'them'}, or leave "
            f"{'it' if too_long == 1 else 'them'} out."
        )


def evaluate(run: Run | Snapshot, rows: Dataset, given: pd.DataFrame | None = None) -> Scores:
    """Score `run` on held-out `rows` (columns instruction and output); `given` are its `answers` to them, if at hand.

    Raises ValueError for an empty set or a missing column.
    """
    from sacrebleu.metrics import CHRF

    given = answers(run, rows) if given is None else given
    pairs = list(zip(given["answer"], given["reference"]))
    return Scores(
        n=len(given),
        exact_match=100 * given["right"].mean(),
        chrf=CHRF().corpus_score(given["answer"].tolist(), [given["reference"].tolist()]).score,
        format_rate=100 * sum(format_matches(*pair) for pair in pairs) / len(pairs),
        entropy=given["entropy"].mean(),
        right_answer=100 * sum(reference_probabilities(run.model, run.tokenizer, rows)) / len(pairs),
        calibration=calibration_error(given["probability"].tolist(), given["right"].tolist()),
        tokens_out=int(given["tokens"].sum()),
        characters=given["answer"].str.len().mean(),
    )
