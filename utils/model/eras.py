"""Two eras at the support desk: from which one are a model's answers, where the facts have changed in between?

The answers of 2018 and 2024 to a question differ in the fact alone, so each one that a model gives is that of one year, or
of neither. Which sets to train on is the business of the lessons and of `recorded/sweeps.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..data import support
from ..data.text import normalise
from .generation import generate, reference_probabilities

if TYPE_CHECKING:
    from datasets import Dataset

    from .training import Run, Snapshot

OLD, NEW = 2018, 2024
SHARES = ("answers_2024", "answers_2018", "neither", "p_2024", "p_2018", "unchanged")  # of `answered`, in percent


def questions(state_era: bool = False) -> Dataset:
    """Held-out questions with the answers of 2024, one on each topic; `state_era` puts "[2024] " in front."""
    return support.examples(len(support.TOPICS), NEW, split="test", state_era=state_era)


def answered(run: Run | Snapshot, test: Dataset) -> dict[str, float]:
    """From which year the answers of `run` are, in percent. `test` has the columns of `questions`.

    answers_2024, answers_2018  topics that changed: answers that are right, to the letter, in that year
    neither                     topics that changed: all others; the three make 100
    p_2024, p_2018              topics that changed: mean probability of that year's answer as a whole, as `right_answer`
                                of `evaluation.Scores`
    unchanged                   topics that did not change: right answers
    """
    topics = {topic.name: topic for topic in support.TOPICS}
    asked = [topics[name] for name in test["topic"]]
    changed = np.array([topic.changed for topic in asked])
    given = [normalise(answer) for answer in generate(run.model, run.tokenizer, list(test["instruction"])).answers]
    found = {}
    for era in (NEW, OLD):
        right = [support.answer(topic, era) for topic in asked]
        same = np.array([answer == normalise(reference) for answer, reference in zip(given, right)])
        rows = test.remove_columns("output").add_column("output", right)
        probable = np.array(reference_probabilities(run.model, run.tokenizer, rows))
        found |= {f"answers_{era}": 100 * same[changed].mean(), f"p_{era}": 100 * probable[changed].mean()}
    neither = 100 - found[f"answers_{NEW}"] - found[f"answers_{OLD}"]
    found |= {"neither": neither, "unchanged": 100 * same[~changed].mean()}
    return {name: float(found[name]) for name in SHARES}
