"""What a model answers, and how sure it is of it: greedy generation in batches, probabilities of given answers.

Any causal language model of transformers with its tokenizer. What an answer is worth is in `evaluation.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .profiles import autocast

if TYPE_CHECKING:
    from datasets import Dataset

BATCH = 40
MAX_NEW_TOKENS = 64


def prompt_text(instruction: str) -> str:
    """What the model reads before its answer: the instruction and a newline."""
    return instruction + "\n"


class Generated(NamedTuple):
    """Answers to a list of prompts, one entry each; entropy is in nats, mean over the tokens of the answer."""

    answers: list[str]
    entropies: list[float]
    probabilities: list[float]  # of the whole answer, under the model that gave it
    tokens: list[int]  # generated, end token included


def generate(model, tokenizer, instructions: list[str], max_new_tokens: int = MAX_NEW_TOKENS) -> Generated:
    """Greedy answers to `instructions`, with the model's own confidence in them."""
    import torch

    tokenizer.padding_side = "left"
    answers, entropies, probabilities, counts = [], [], [], []
    # Rows of like length together: the longest of a batch decides how long all of it takes.
    order = sorted(range(len(instructions)), key=lambda i: len(instructions[i]))
    for start in range(0, len(order), BATCH):
        prompts = [prompt_text(instructions[i]) for i in order[start : start + BATCH]]
        batch = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False).to(model.device)
        batch.pop("token_type_ids", None)
        entropy, chosen = [], []

        def watch(_, logits):  # each step as it comes: all logits of a batch at once would fill the memory
            logprobs = logits.float().log_softmax(-1)
            entropy.append(-(logprobs.exp() * logprobs).sum(-1))
            chosen.append(logprobs.amax(-1))
            return logits

        with torch.inference_mode(), autocast():
            out = model.generate(
                **batch,
                max_new_tokens=max_new_tokens,
                do_sample=False,
                logits_processor=[watch],
                pad_token_id=tokenizer.pad_token_id,
                eos_token_id=tokenizer.eos_token_id,
            )
        new = out[:, batch["input_ids"].shape[1] :]
        entropy, chosen = torch.stack(entropy, dim=1), torch.stack(chosen, dim=1)
        ended = (new == tokenizer.eos_token_id).long().cumsum(-1)
        alive = (ended == 0) | ((ended == 1) & (new == tokenizer.eos_token_id))  # up to and with the first end token
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
        prompts = tokenizer([prompt_text(text) for text in part["instruction"]], add_special_tokens=False)["input_ids"]
        answers = tokenizer(list(part["output"]), add_special_tokens=False)["input_ids"]
        whole = [prompt + answer + [tokenizer.eos_token_id] for prompt, answer in zip(prompts, answers)]
        width = max(map(len, whole))
        ids = torch.tensor([row + [tokenizer.pad_token_id] * (width - len(row)) for row in whole], device=model.device)
        answer_mask = torch.tensor(
            [[len(prompt) <= i < len(row) for i in range(width)] for prompt, row in zip(prompts, whole)],
            device=model.device,
        )
        with torch.inference_mode(), autocast():
            logits = model(input_ids=ids, use_cache=False).logits
        logprobs = logits[:, :-1].float().log_softmax(-1).gather(-1, ids[:, 1:].unsqueeze(-1)).squeeze(-1)
        values += (logprobs * answer_mask[:, 1:]).sum(-1).exp().tolist()
    return values
