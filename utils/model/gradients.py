"""The gradient of each row on its own: where training on that row alone would push the adapter.

Training only ever sees the sum over a batch. `per_row` takes the sum apart again, in one pass for a whole batch;
`cosines` and `squared_lengths` reduce what comes out to one number a row, so that no more than one batch of gradients
is in memory (one row's takes 1.3 MB on the tiny model). What the numbers are good for is said in `scores.py` and
`blame.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .hardware import autocast
from .loading import context_length
from .logits import logits_at
from .quiet import quiet

if TYPE_CHECKING:
    import torch
    from datasets import Dataset

    from .training import Run

TOKENS = 1024  # in one batch, padding included
CHUNK = 32  # rows whose gradients are in memory at a time, in `signal`
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


class Signal(NamedTuple):
    """What the gradients of many rows have in common, and how much they differ.

    cosines          by batch size (1, 2, 4 …), between the gradient of each batch of so many rows and the direction
    limit            the same cosine of the mean of all rows: where the curve goes
    length           of a row's gradient, root mean square
    noise_scale      B_simple = tr(Σ) / |G|² of McCandlish et al. 2018 ("An Empirical Model of Large-Batch Training",
                     section 2.2): in batches far smaller the rows' differences prevail, in far larger ones there is
                     little left to average out. Estimated without bias (appendix A.1); infinite where the rows have
                     nothing in common
    """

    cosines: dict[int, list[float]]
    limit: float
    length: float
    noise_scale: float


def signal(run: Run, rows: Dataset, direction: torch.Tensor, seed: int = 0) -> Signal:
    """How well batches of `rows`, drawn with `seed`, agree with `direction` (see `direction_of`) at the state of `run`.

    Every row is in one batch of each size, so that `len(rows)` rows give that many batches of one, half as many of two,
    and so on while there are four. Raises ValueError for an empty set or rows that are all too long.
    """
    import torch

    model, encoded, pad = _at(run, rows)
    shuffled = torch.randperm(len(encoded), generator=torch.Generator().manual_seed(seed)).tolist()
    order = [i for i in shuffled if encoded[i]]
    if not order:
        raise ValueError("There is no row that fits into the model's context: shorten them.")
    cosines: dict[int, list[float]] = {}
    waiting: list[tuple[int, torch.Tensor]] = []  # sums of 1, 2, 4 … rows that wait for another one of their size
    whole, squares = torch.zeros_like(direction), 0.0

    def take(size: int, summed: torch.Tensor) -> None:
        cosines.setdefault(size, []).append(_cosine(summed, direction))
        if waiting and waiting[-1][0] == size:
            take(2 * size, waiting.pop()[1] + summed)
        else:
            waiting.append((size, summed))

    for start in range(0, len(order), CHUNK):
        chunk = order[start : start + CHUNK]
        found = {}
        for batch in per_row(model, [encoded[i] for i in chunk], pad):
            found |= dict(zip(batch.rows, _flat(batch.gradients, 1)))
        for at in range(len(chunk)):  # in the order drawn: `per_row` puts rows of like length together
            whole += found[at]
            squares += float(found[at].square().sum())
            take(1, found[at])
    n = len(order)
    return Signal(
        {size: values for size, values in cosines.items() if len(values) >= 4},
        _cosine(whole, direction),
        (squares / n) ** 0.5,
        _noise_scale(squares / n, float((whole / n).square().sum()), n),
    )


def _noise_scale(one: float, mean: float, n: int) -> float:
    """tr(Σ) / |G|² from the mean squared length of one row's gradient and the squared length of the mean of `n`.

    >>> _noise_scale(one=11.0, mean=1.0 + 10 / 100, n=100)  # |G|² = 1, tr(Σ) = 10
    10.0
    """
    if n < 2:
        return float("inf")
    variance = (one - mean) / (1 - 1 / n)
    common = mean - variance / n
    return round(variance / common, 6) if common > 0 else float("inf")


def direction_of(run: Run, rows: Dataset) -> torch.Tensor:
    """The direction in which `rows` as a whole pull the adapter at the state of `run`: their mean gradient, flat."""
    return _flat(mean_gradient(*_at(run, rows)), 0)


def _at(run: Run, rows: Dataset) -> tuple:
    """What `per_row` takes, for the adapter of a run and a set: (model, tokenized rows, pad)."""
    from .training import adapted, check_rows, tokenize

    check_rows(rows)
    model, tokenizer = adapted(run)
    with quiet():
        encoded = tokenize(rows, list(range(len(rows))), tokenizer, context_length(model))[0]
    return model, encoded, tokenizer.pad_token_id


def _flat(gradients: list[torch.Tensor], start: int) -> torch.Tensor:
    """The matrices one behind the other, as one vector from dimension `start` on."""
    import torch

    return torch.cat([each.flatten(start) for each in gradients], dim=start)


def _cosine(one: torch.Tensor, other: torch.Tensor) -> float:
    one, other = one.double(), other.double()  # in float32 the sums are 1e-5 off, and a cosine can come out above 1
    length = float(one.norm() * other.norm())
    return float(one @ other) / length if length else float("nan")


def _reduced(model, encoded: list[dict | None], pad: int, reduce: Callable) -> torch.Tensor:
    import torch

    values = torch.full((len(encoded),), float("nan"), dtype=torch.float64)
    for batch in per_row(model, encoded, pad):
        values[batch.rows] = reduce(batch.gradients).cpu().double()
    return values


def last_states(model, encoded: list[dict], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The hidden states of the last layer for one batch, (rows, tokens, width), and its labels, (rows, tokens)."""
    ids, labels = padded(model, encoded, pad)
    return model.get_decoder()(input_ids=ids, use_cache=False).last_hidden_state, labels


def padded(model, encoded: list[dict], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and labels of one batch, each (rows, tokens).

    Padding stands on the right, where no token before it can look: it needs no mask.
    """
    import torch

    width = -(-max(len(row["input_ids"]) for row in encoded) // 8) * 8  # few shapes, as in training
    ids, labels = (
        torch.tensor([row[key] + [fill] * (width - len(row[key])) for row in encoded], device=model.device)
        for key, fill in (("input_ids", pad), ("labels", -100))
    )
    return ids, labels


def row_losses(model, encoded: list[dict], pad: int) -> torch.Tensor:
    """The mean loss of each row of one batch, in nats per learnt token."""
    import torch
    from torch.nn.functional import cross_entropy
    from torch.nn.functional import pad as shift

    ids, labels = padded(model, encoded, pad)
    labels = shift(labels[:, 1:], (0, 1), value=-100)
    learnt = labels != -100
    each = cross_entropy(logits_at(model, ids, learnt, share_prefix=False).float(), labels[learnt], reduction="none")
    sums = torch.zeros(len(encoded), device=model.device).index_add(0, learnt.nonzero()[:, 0], each)
    return sums / learnt.sum(1)


def batches(encoded: list[dict | None]) -> Iterator[list[int]]:
    """The rows that fit, those of like length together, in batches of about TOKENS tokens."""
    order = sorted((i for i, row in enumerate(encoded) if row), key=lambda i: -len(encoded[i]["input_ids"]))
    while order:
        size = max(1, TOKENS // len(encoded[order[0]]["input_ids"]))
        yield order[:size]
        order = order[size:]
