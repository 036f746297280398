"""Evaluation: what a model answers on held-out rows, and what that is worth.

Exact match, chrF, format, confidence and cost, all computed by rule. No language model judges another, and the length
of answers is reported, as longer ones can pass for better ones. Intervals over seeds are in `experiment.py`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ..data.text import normalise
from .generation import generate, reference_probabilities
from .training import Run, Snapshot, check_rows

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


def answers(run: Run | Snapshot, rows: Dataset) -> pd.DataFrame:
    """What `run` answers to each of `rows` (columns instruction and output), one line each, in order.

    Columns: instruction, reference, answer, right (equal to the reference, see `Scores.exact_match`), probability (of
    the answer as a whole, under the model that gave it), entropy (nats, mean over its tokens) and tokens (generated).

    Raises ValueError for an empty set or a missing column.
    """
    import pandas as pd

    check_rows(rows)
    made = generate(run.model, run.tokenizer, list(rows["instruction"]))
    pairs = zip(made.answers, rows["output"][:])
    return pd.DataFrame(
        {
            "instruction": rows["instruction"][:],
            "reference": rows["output"][:],
            "answer": made.answers,
            "right": [normalise(answer) == normalise(reference) for answer, reference in pairs],
            "probability": made.probabilities,
            "entropy": made.entropies,
            "tokens": made.tokens,
        }
    )


def evaluate(run: Run | Snapshot, rows: Dataset) -> Scores:
    """Score `run` on held-out `rows` (columns instruction and output).

    Raises ValueError for an empty set or a missing column.
    """
    from sacrebleu.metrics import CHRF

    given = answers(run, rows)
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
