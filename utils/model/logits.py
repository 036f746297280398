"""Logits where they are wanted and nowhere else: with a vocabulary of 50,000 those of a whole batch fill the memory.

What all texts of a batch begin with, as a chat template's first lines, is read once and not once for each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch

PROBE = 8  # tokens
SHORTEST_PREFIX = 16  # tokens in common: for fewer, a pass of their own costs more than it saves


class Shortcuts(NamedTuple):
    """What may be left out with a model, and the result is the same."""

    plain_head: bool  # logits are the last states times a matrix; some scale or cap them (Granite, Cohere, Gemma 2)
    caches_prefix: bool  # what it has read can be kept and gone on from, for several texts at once


def logits_at(
    model, ids: torch.Tensor, where: torch.Tensor, mask: torch.Tensor | None = None, share_prefix: bool = True
) -> torch.Tensor:
    """The logits of the tokens that follow those at `where`: (number of True in where, vocabulary).

    `ids` holds token ids, (rows, tokens); `where` is boolean, (rows, tokens); `mask` is the attention mask. Padding has to
    stand on the right, where no token before it can look. Whoever watches what goes through a layer for each row sets
    `share_prefix` to False: then no row's beginning is read in another's place.
    """
    possible = shortcuts(model)
    if not possible.plain_head:
        return model(input_ids=ids, attention_mask=mask, use_cache=False).logits[where]
    decoder, head = model.get_decoder(), model.get_output_embeddings()
    shared = _shared_prefix(ids, where) if share_prefix and possible.caches_prefix else 0
    if shared:
        states = _after_prefix(decoder, ids, mask, shared)
    else:
        states = decoder(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    return head(states[where[:, shared:]])


def shortcuts(model) -> Shortcuts:
    """What may be left out with this model; tried out once, on a few tokens."""
    if not hasattr(model, "_shortcuts"):
        model._shortcuts = _tried(model)
    return model._shortcuts


def _shared_prefix(ids: torch.Tensor, where: torch.Tensor) -> int:
    """How many tokens all rows begin with, up to the first at which logits are wanted; 0 where that is not worth it.

    On a GPU, where the number of calls counts and not that of tokens, nothing would be gained.
    """
    if ids.device.type != "cpu" or len(ids) == 1:
        return 0
    same = (ids == ids[0]).all(0) & ~where.any(0)
    shared = int(same.long().cumprod(0).sum())
    return shared if shared >= SHORTEST_PREFIX else 0


def _after_prefix(decoder, ids: torch.Tensor, mask: torch.Tensor | None, shared: int) -> torch.Tensor:
    """The last states of what follows the first `shared` tokens, which are read in the first row alone."""
    read = decoder(input_ids=ids[:1, :shared], use_cache=True).past_key_values
    read.batch_repeat_interleave(len(ids))
    return decoder(
        input_ids=ids[:, shared:], attention_mask=mask, past_key_values=read, use_cache=True
    ).last_hidden_state


def _tried(model) -> Shortcuts:
    import torch

    decoder, training = getattr(model, "get_decoder", lambda: None)(), model.training
    ids = torch.arange(2 * PROBE, device=model.device).view(2, PROBE)
    ids[1, : PROBE // 2] = ids[0, : PROBE // 2]
    # A cap shows only at large logits, so it is read in the configuration.
    capped = getattr(model.config.get_text_config(), "final_logit_softcapping", None)

    def states():
        return decoder(input_ids=ids, use_cache=False).last_hidden_state

    model.eval()  # without dropout
    # What is computed inside another's automatic casting or inference mode is kept there, and no gradient goes through it.
    with torch.no_grad(), torch.autocast(model.device.type, enabled=False):
        plain_head = not capped and _alike(
            lambda: model.get_output_embeddings()(states()), lambda: model(input_ids=ids, use_cache=False).logits
        )
        caches_prefix = _alike(lambda: _after_prefix(decoder, ids, None, PROBE // 2), lambda: states()[:, PROBE // 2 :])
    model.train(training)
    return Shortcuts(plain_head, caches_prefix)


def _alike(shortcut: Callable[[], torch.Tensor], whole: Callable[[], torch.Tensor]) -> bool:
    """Whether both ways give the same, but for rounding; False as well where an architecture does not know the first."""
    import torch

    try:
        ours, theirs = shortcut(), whole()
    except (AttributeError, TypeError, ValueError, RuntimeError):
        return False
    near = max(1e-3, 4 * torch.finfo(theirs.dtype).eps)
    return ours.shape == theirs.shape and bool((ours - theirs).norm() <= near * theirs.norm())
