"""The gradient of each row on its own: where training on that row alone would push the adapter.

Training only ever sees the sum over a batch. `per_row` takes the sum apart again, in one pass for a whole batch;
`cosines` and `squared_lengths` reduce what comes out to one number a row, so that no more than one batch of gradients
is in memory (one row's takes 1.3 MB on the tiny model). What the numbers are good for is said in `scores.py` and
`blame.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .profiles import autocast

if TYPE_CHECKING:
    import torch

TOKENS = 1024  # in one batch, padding included
SCALE = 2.0**10  # of the loss while gradients are taken: in float16 the small ones would be lost


class Batch(NamedTuple):
    """Some rows with their losses (nats per learnt token) and the gradients of these losses."""

    rows: list[int]
    losses: torch.Tensor  # (rows,), float32
    gradients: list[torch.Tensor]  # for each matrix of the adapter (rows, out, in), float32


def per_row(model, encoded: list[dict | None], pad: int) -> Iterator[Batch]:
    """The gradients of all tokenized rows (see `training.tokenize`), batch by batch, rows of like length together.

    `model` is one of `training.adapted`. None, a row that does not fit into the context, is left out. `pad` is the id
    that fills up a batch.

    The adapter's matrices are products, y = Wx. So the gradient of one row's loss is the sum over its tokens of
    dy xᵀ, and what a batch leaves behind in one pass, x going in and dy coming back, gives it for each row.
    """
    import torch

    layers = [each for each in model.modules() if isinstance(each, torch.nn.Linear) and each.weight.requires_grad]
    for rows in batches(encoded):
        passed: list[tuple] = []
        hooks = [
            each.register_forward_hook(lambda _, x, y, passed=passed: passed.append((x[0].detach(), y)))
            for each in layers
        ]
        try:
            with torch.enable_grad(), autocast():
                losses = row_losses(model, [encoded[i] for i in rows], pad)
        finally:
            for hook in hooks:
                hook.remove()
        # A row's loss does not hang on other rows, so the gradient of the sum is that of each row.
        backward = torch.autograd.grad(SCALE * losses.sum(), [y for _, y in passed])
        yield Batch(
            rows,
            losses.detach(),
            [dy.float().transpose(1, 2) @ x.float() / SCALE for (x, _), dy in zip(passed, backward)],
        )


def mean_gradient(model, encoded: list[dict | None], pad: int) -> list[torch.Tensor]:
    """The mean of the rows' gradients, for each matrix of the adapter (out, in); of one row, its gradient."""
    total, n = None, 0
    for batch in per_row(model, encoded, pad):
        sums = [each.sum(0) for each in batch.gradients]
        total, n = sums if total is None else [a + b for a, b in zip(total, sums)], n + len(batch.rows)
    if total is None:
        raise ValueError("There is no row that fits into the model's context: shorten them.")
    return [each / n for each in total]


def squared_lengths(model, encoded: list[dict | None], pad: int) -> torch.Tensor:
    """The squared length of each row's gradient: (rows,), float64, NaN for None."""
    return _reduced(model, encoded, pad, lambda gradients: sum(each.square().sum((1, 2)) for each in gradients))


def cosines(model, encoded: list[dict | None], pad: int, direction: list[torch.Tensor]) -> torch.Tensor:
    """The cosine between each row's gradient and `direction` (see `mean_gradient`): (rows,), float64, NaN for None.

    At 1 the row pulls exactly where `direction` does, at 0 across it, at -1 the other way. A gradient of zero has no
    direction: NaN.
    """
    length = sum(each.square().sum() for each in direction).sqrt()

    def cosine(gradients: list[torch.Tensor]) -> torch.Tensor:
        inner = sum((each * along).sum((1, 2)) for each, along in zip(gradients, direction))
        return inner / (sum(each.square().sum((1, 2)) for each in gradients).sqrt() * length)

    return _reduced(model, encoded, pad, cosine)


def _reduced(model, encoded: list[dict | None], pad: int, reduce: Callable) -> torch.Tensor:
    import torch

    values = torch.full((len(encoded),), float("nan"), dtype=torch.float64)
    for batch in per_row(model, encoded, pad):
        values[batch.rows] = reduce(batch.gradients).cpu().double()
    return values


def last_states(model, encoded: list[dict], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The hidden states of the last layer for one batch, (rows, tokens, width), and its labels, (rows, tokens)."""
    import torch

    width = -(-max(len(row["input_ids"]) for row in encoded) // 8) * 8  # few shapes, as in training
    ids, labels = (
        torch.tensor([row[key] + [fill] * (width - len(row[key])) for row in encoded], device=model.device)
        for key, fill in (("input_ids", pad), ("labels", -100))
    )
    # Padding stands on the right, where no token before it can look: it needs no mask.
    return model.get_decoder()(input_ids=ids, use_cache=False).last_hidden_state, labels


def row_losses(model, encoded: list[dict], pad: int) -> torch.Tensor:
    """The mean loss of each row of one batch, in nats per learnt token."""
    import torch
    from torch.nn.functional import cross_entropy

    states, labels = last_states(model, encoded, pad)
    learnt = labels[:, 1:] != -100
    logits = model.get_output_embeddings()(states[:, :-1][learnt])
    each = cross_entropy(logits.float(), labels[:, 1:][learnt], reduction="none")
    sums = torch.zeros(len(encoded), device=model.device).index_add(0, learnt.nonzero()[:, 0], each)
    return sums / learnt.sum(1)


def batches(encoded: list[dict | None]) -> Iterator[list[int]]:
    """The rows that fit, those of like length together, in batches of about TOKENS tokens."""
    order = sorted((i for i, row in enumerate(encoded) if row), key=lambda i: -len(encoded[i]["input_ids"]))
    while order:
        size = max(1, TOKENS // len(encoded[order[0]]["input_ids"]))
        yield order[:size]
        order = order[size:]
