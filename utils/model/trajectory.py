"""One run watched on its way: loss in training, loss in validation, true score, and what is learnt by heart.

The numbers at a step are those of the model as it was then, in the middle of one run whose learning rate falls to zero at
its end; a run that is *planned* for so few steps ends better. Comparing sets is the business of `experiment.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import store
from .evaluation import evaluate
from .generation import generate
from .identity import identity
from .profiles import profile
from .training import Snapshot, check_rows, fine_tune, tokenize

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

BY_HEART = 60  # training rows that are asked for, to see whether they are learnt by heart
# What decides a trajectory, beyond the code that decides a run.
CODE = ("model/trajectory.py", "model/scores.py", "model/gradients.py")


def trajectory(
    rows: Dataset,
    validation: Dataset,
    test: Dataset,
    steps: int = 160,
    checkpoints: Sequence[int] | None = None,
    model: str = "tiny",
    seed: int = 0,
    learning_rate: float | None = None,
) -> pd.DataFrame:
    """Train `model` on `rows` for `steps` steps and score it at the `checkpoints` (steps; about ten unless given).

    One line per checkpoint:

    step, epoch      optimizer steps done, and how often a row has been seen by then
    training_loss    mean loss since the checkpoint before, nats per answer token
    validation_loss  loss on `validation`: rows from where the training rows come from, with the same flaws
    exact_match      right answers on `test`, clean and held out (%): the true score
    entropy          of the answers to `test`, nats per token
    by_heart         training rows answered with their own output, of the first 60 (%)
    noise_by_heart   the same, of those alone that the column "flaw" calls spoiled; NaN where there is none

    A finished trajectory is kept, as the runs of `compare` are. Raises ValueError and FineTuningError as `fine_tune` does.
    """
    import numpy as np
    import pandas as pd

    for each in (rows, validation, test):
        check_rows(each)
    due = sorted(set(checkpoints or spread(steps)))
    sets = [[each["instruction"][:], each["output"][:]] for each in (rows, validation, test)]
    flaws = rows["flaw"][:] if "flaw" in rows.column_names else []
    decides = identity(model, *CODE)
    key = store.content_hash(["trajectory", decides, steps, due, seed, learning_rate, sets, flaws])
    if kept := store.read(key):
        return pd.DataFrame(kept[0]["lines"])
    asked = rows.select(range(min(BY_HEART, len(rows))))
    spoiled = np.array([bool(flaw) for flaw in asked["flaw"]] if "flaw" in rows.column_names else [False] * len(asked))
    lines: list[dict] = []
    losses: list[float] = []

    def on_step(step: int, loss: float, snapshot: Snapshot) -> None:
        losses.append(loss)
        if step not in due:
            return
        given = generate(snapshot.model, snapshot.tokenizer, list(asked["instruction"])).answers
        same = np.array([answer == output.strip() for answer, output in zip(given, asked["output"])])
        scores = evaluate(snapshot, test)
        lines.append(
            {
                "step": step,
                "epoch": step * profile(model).batch_size / len(rows),
                "training_loss": float(np.mean(losses)),
                "validation_loss": mean_loss(snapshot, validation),
                "exact_match": scores.exact_match,
                "entropy": scores.entropy,
                "by_heart": 100 * same.mean(),
                "noise_by_heart": 100 * same[spoiled].mean() if spoiled.any() else float("nan"),
            }
        )
        losses.clear()

    fine_tune(rows, model, steps, seed, learning_rate, on_step=on_step)
    store.write(key, {"lines": lines}, b"")
    return pd.DataFrame(lines)


def spread(steps: int) -> list[int]:
    """About ten steps to look at, close together at the beginning, where most happens; the last one is among them.

    >>> spread(160)
    [8, 11, 16, 22, 30, 42, 59, 82, 115, 160]
    """
    import numpy as np

    return sorted({int(round(step)) for step in np.geomspace(max(1, steps / 20), steps, 10)})


def mean_loss(snapshot: Snapshot, rows: Dataset) -> float:
    """The mean loss of the rows in nats per answer token; rows that do not fit into the context are left out."""
    import numpy as np

    from .loading import context_length
    from .scores import measured

    encoded = tokenize(rows, list(range(len(rows))), snapshot.tokenizer, context_length(snapshot.model))[0]
    return float(np.nanmean(measured(snapshot.model, encoded, snapshot.tokenizer.pad_token_id)[0].numpy()))
