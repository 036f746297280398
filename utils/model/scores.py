"""What a model makes of each row: how hard the answer is to it, how little the instruction helps, how far the row pulls.

These are numbers to read rows by, for `audit(rows, scores=scores(rows))`. They need a model that knows the task, so one
is fine-tuned on the rows themselves unless a run is given: to the base every row is hard, the right ones too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .gradients import batches, per_row, row_losses
from .hardware import autocast
from .loading import context_length
from .memory import give_back
from .quiet import quiet
from .training import Run, adapted, check_rows, fine_tune, tokenize

if TYPE_CHECKING:
    import pandas as pd
    import torch
    from datasets import Dataset

STEPS = 40


def scores(rows: Dataset, model: str = "tiny", run: Run | None = None, seed: int = 0) -> pd.DataFrame:
    """Three numbers for each row (columns instruction and output): a line per row, in their order and counted from 0.

    loss            mean cross-entropy in nats per token of the answer and its end, given the instruction
    difficulty      that loss over the loss of the same tokens when the instruction is left empty: the instruction-
                    following difficulty of Li et al. 2024 ("From Quantity to Quality", NAACL), as a ratio of losses.
                    From 1 on the instruction does not help. That small models rank rows much as large ones do is the
                    finding of Li et al. 2024 ("Superfiltering", ACL)
    self_influence  squared length of the gradient of that loss over the adapter's weights: how fast training on the row
                    would change the row's own loss. TracIn by Pruthi et al. 2020, at the last checkpoint alone and
                    without the learning rate, which is the same for all rows; see also Koh and Liang 2017, and for
                    language models Bejan et al. 2023 ("Make Every Example Count")

    All are measured on `run`; unless one is given, `model` is fine-tuned on the rows for 40 steps with `seed`. What is
    seen often is learnt by heart, errors too, and then no longer stands out: for fewer than a hundred rows give a run of
    about 20 steps. A row that does not fit into the model's context has NaN everywhere: `fine_tune` leaves it out, too.

    Raises ValueError for an empty set, a missing column, an unknown model, or rows that are all too long to train on.
    """
    import pandas as pd

    check_rows(rows)
    run = fine_tune(rows, model, STEPS, seed) if run is None else run
    network, tokenizer = adapted(run, seed)
    with quiet():
        asked = _tokenized(rows, tokenizer, network)
        unasked = _tokenized(_without_instruction(rows), tokenizer, network)
    loss, influence = measured(network, asked, tokenizer.pad_token_id, influence=True)
    alone, _ = measured(network, [row and bare for row, bare in zip(asked, unasked)], tokenizer.pad_token_id)
    del network
    give_back()
    columns = {"loss": loss, "difficulty": loss / alone, "self_influence": influence}
    return pd.DataFrame({name: each.numpy() for name, each in columns.items()}).rename_axis("row")


def measured(model, encoded: list[dict | None], pad: int, influence: bool = False) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean loss of each tokenized row and, where asked for, its self-influence; both float64, NaN for None."""
    import torch

    kept = torch.full((2, len(encoded)), float("nan"), dtype=torch.float64)
    if influence:
        for batch in per_row(model, encoded, pad):
            kept[0, batch.rows] = batch.losses.cpu().double()
            kept[1, batch.rows] = sum(each.square().sum((1, 2)) for each in batch.gradients).cpu().double()
        return kept[0], kept[1]
    for rows in batches(encoded):
        with torch.no_grad(), autocast():
            kept[0, rows] = row_losses(model, [encoded[i] for i in rows], pad).cpu().double()
    return kept[0], kept[1]


def _without_instruction(rows: Dataset) -> Dataset:
    from datasets import Dataset

    return Dataset.from_dict({"instruction": [""] * len(rows), "output": rows["output"][:]})


def _tokenized(rows: Dataset, tokenizer, model) -> list[dict | None]:
    return tokenize(rows, list(range(len(rows))), tokenizer, context_length(model))[0]
