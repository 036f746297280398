"""Logits where they are wanted and nowhere else: with a vocabulary of 50,000 those of a whole batch fill the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

PROBE = 8  # tokens


def logits_at(model, ids: torch.Tensor, where: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
    """The logits of the tokens that follow those at `where`: (number of True in where, vocabulary).

    `ids` holds token ids, (rows, tokens); `where` is boolean, (rows, tokens); `mask` is the attention mask. Padding that
    stands on the right needs none, as no token before it can look there.
    """
    if not has_plain_head(model):
        return model(input_ids=ids, attention_mask=mask, use_cache=False).logits[where]
    states = model.get_decoder()(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    return model.get_output_embeddings()(states[where])


def has_plain_head(model) -> bool:
    """Whether logits are the last states times a matrix. Some models scale or cap them (Granite, Cohere, Gemma 2 and 3).

    It is tried out once, on a few tokens; a cap shows only at large logits, so it is read in the configuration as well.
    """
    if not hasattr(model, "_plain_head"):
        model._plain_head = _tried(model)
    return model._plain_head


def _tried(model) -> bool:
    import torch

    if getattr(model.config.get_text_config(), "final_logit_softcapping", None):
        return False
    training = model.training
    model.eval()  # without dropout
    ids = torch.arange(PROBE, device=model.device).unsqueeze(0)
    try:
        # What is computed inside another's automatic casting or inference mode is kept there, and no gradient goes through it.
        with torch.no_grad(), torch.autocast(model.device.type, enabled=False):
            states = model.get_decoder()(input_ids=ids, use_cache=False).last_hidden_state
            ours, theirs = model.get_output_embeddings()(states), model(input_ids=ids, use_cache=False).logits
        return ours.shape == theirs.shape and torch.allclose(ours.float(), theirs.float(), rtol=1e-3, atol=1e-4)
    except (AttributeError, TypeError):  # an architecture that is put together in another way
        return False
    finally:
        model.train(training)
