"""Evaluation: what a model answers on held-out rows, and what that is worth.

Exact match, chrF, format, confidence and cost, all computed by rule. No language model judges another, and the length
of answers is reported, as longer ones can pass for better ones. Intervals over seeds are in `experiment.py`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ..data.text import normalise
from .generation import generate, reference_probabilities
from .training import Run, check_rows

if TYPE_CHECKING:
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


def evaluate(run: Run, rows: Dataset) -> Scores:
    """Score `run` on held-out `rows` (columns instruction and output).

    Raises ValueError for an empty set or a missing column.
    """
    from sacrebleu.metrics import CHRF

    check_rows(rows)
    references = list(rows["output"])
    made = generate(run.model, run.tokenizer, list(rows["instruction"]))
    right = [normalise(answer) == normalise(reference) for answer, reference in zip(made.answers, references)]
    percent = 100 / len(references)
    return Scores(
        n=len(references),
        exact_match=percent * sum(right),
        chrf=CHRF().corpus_score(made.answers, [references]).score,
        format_rate=percent * sum(map(format_matches, made.answers, references)),
        entropy=sum(made.entropies) / len(references),
        right_answer=percent * sum(reference_probabilities(run.model, run.tokenizer, rows)),
        calibration=calibration_error(made.probabilities, right),
        tokens_out=sum(made.tokens),
        characters=sum(map(len, made.answers)) / len(references),
    )
