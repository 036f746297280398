"""What a model answers, and how sure it is of it: greedy generation in batches, probabilities of given answers.

Any causal language model of transformers with its tokenizer. What an answer is worth is in `evaluation.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import prompts
from .hardware import autocast
from .loading import context_length
from .logits import logits_at

if TYPE_CHECKING:
    from datasets import Dataset

BATCH = 40
MAX_NEW_TOKENS = 64


class Generated(NamedTuple):
    """Answers to a list of prompts, one entry each; entropy is in nats, mean over the tokens of the answer."""

    answers: list[str]
    entropies: list[float]
    probabilities: list[float]  # of the whole answer, under the model that gave it
    tokens: list[int]  # generated, end token included


def generate(model, tokenizer, instructions: list[str], max_new_tokens: int = MAX_NEW_TOKENS) -> Generated:
    """Greedy answers to `instructions`, with the model's own confidence in them."""
    import torch

    asked, end = prompts.prompts(tokenizer, list(instructions)), prompts.end(tokenizer)
    room = context_length(model)
    answers, entropies, probabilities, counts = [], [], [], []
    # Rows of like length together: the longest of a batch decides how long all of it takes.
    order = sorted(range(len(asked)), key=lambda i: len(instructions[i]))
    for start in range(0, len(order), BATCH):
        batch = tokenizer.pad(
            {"input_ids": [asked[i] for i in order[start : start + BATCH]]}, padding_side="left", return_tensors="pt"
        ).to(model.device)
        entropy, chosen = [], []

        def watch(_, logits):  # each step as it comes: all logits of a batch at once would fill the memory
            logprobs = logits.float().log_softmax(-1)
            entropy.append(-(logprobs.exp() * logprobs).sum(-1))
            chosen.append(logprobs.amax(-1))
            return logits

        with torch.inference_mode(), autocast():
            out = model.generate(
                **batch,
                max_new_tokens=min(max_new_tokens, room - batch["input_ids"].shape[1]),
                do_sample=False,
                logits_processor=[watch],
                pad_token_id=tokenizer.pad_token_id,
                eos_token_id=end,
            )
        new = out[:, batch["input_ids"].shape[1] :]
        entropy, chosen = torch.stack(entropy, dim=1), torch.stack(chosen, dim=1)
        ended = (new == end).long().cumsum(-1)
        alive = (ended == 0) | ((ended == 1) & (new == end))  # up to and with the first end token
        counts += alive.sum(-1).tolist()
        entropies += ((entropy * alive).sum(-1) / alive.sum(-1)).tolist()
        probabilities += (chosen * alive).sum(-1).exp().tolist()
        answers += [
            text.strip()
            for text in tokenizer.batch_decode(
                new.masked_fill(~alive, tokenizer.pad_token_id), skip_special_tokens=True
            )
        ]
    place = {i: at for at, i in enumerate(order)}
    back = [place[i] for i in range(len(order))]
    return Generated(*([column[at] for at in back] for column in (answers, entropies, probabilities, counts)))


def reference_probabilities(model, tokenizer, rows: Dataset) -> list[float]:
    """The probability the model gives to each reference as a whole, end token included."""
    import torch

    values = []
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        asked = prompts.prompts(tokenizer, part["instruction"])
        whole = [prompt + answer for prompt, answer in zip(asked, prompts.answers(tokenizer, part["output"]))]
        width = max(map(len, whole))
        ids = torch.tensor([row + [tokenizer.pad_token_id] * (width - len(row)) for row in whole], device=model.device)
        answer_mask = torch.tensor(
            [[len(prompt) <= i < len(row) for i in range(width)] for prompt, row in zip(asked, whole)],
            device=model.device,
        )
        before = torch.nn.functional.pad(answer_mask[:, 1:], (0, 1))  # each token of an answer follows one of these
        with torch.inference_mode(), autocast():
            logits = logits_at(model, ids, before)
        logprobs = logits.float().log_softmax(-1).gather(-1, ids[answer_mask].unsqueeze(-1)).squeeze(-1)
        sums = torch.zeros(len(whole), device=model.device).index_add(0, answer_mask.nonzero()[:, 0], logprobs)
        values += sums.exp().tolist()
    return values
