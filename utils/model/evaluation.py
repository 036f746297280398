"""Evaluation: what a model answers on held-out rows, and what that is worth.

Exact match, chrF, format, confidence and cost, all computed by rule. No language model judges another, and the length
of answers is reported, as longer ones can pass for better ones. Intervals over seeds are in `experiment.py`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

from ..data.text import normalise
from .profiles import autocast
from .training import MAX_NEW_TOKENS, Run, check_rows, prompt_text

if TYPE_CHECKING:
    from datasets import Dataset

BATCH = 40


class Generated(NamedTuple):
    """Answers to a list of prompts, one entry each; entropy is in nats, mean over the tokens of the answer."""

    answers: list[str]
    entropies: list[float]
    probabilities: list[float]  # of the whole answer, under the model that gave it
    tokens: list[int]  # generated, end token included


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


def generate(run: Run, instructions: list[str], max_new_tokens: int = MAX_NEW_TOKENS) -> Generated:
    """Greedy answers to `instructions`, with the model's own confidence in them."""
    import torch

    model, tokenizer = run.model, run.tokenizer
    tokenizer.padding_side = "left"
    answers, entropies, probabilities, counts = [], [], [], []
    # Rows of like length together: the longest of a batch decides how long all of it takes.
    order = sorted(range(len(instructions)), key=lambda i: len(instructions[i]))
    for start in range(0, len(order), BATCH):
        prompts = [prompt_text(instructions[i]) for i in order[start : start + BATCH]]
        batch = tokenizer(prompts, return_tensors="pt", padding=True, add_special_tokens=False).to(model.device)
        batch.pop("token_type_ids", None)
        with torch.inference_mode(), autocast():
            out = model.generate(
                **batch,
                max_new_tokens=max_new_tokens,
                do_sample=False,
                output_logits=True,
                return_dict_in_generate=True,
                pad_token_id=tokenizer.pad_token_id,
                eos_token_id=tokenizer.eos_token_id,
            )
        new = out.sequences[:, batch["input_ids"].shape[1] :]
        logprobs = torch.stack(out.logits, dim=1).float().log_softmax(-1)
        entropy = -(logprobs.exp() * logprobs).sum(-1)
        chosen = logprobs.gather(-1, new.unsqueeze(-1)).squeeze(-1)
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


def reference_probabilities(run: Run, rows: Dataset) -> list[float]:
    """The probability the model gives to each reference as a whole, end token included."""
    import torch

    model, tokenizer = run.model, run.tokenizer
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


def evaluate(run: Run, rows: Dataset) -> Scores:
    """Score `run` on held-out `rows` (columns instruction and output).

    Raises ValueError for an empty set or a missing column.
    """
    from sacrebleu.metrics import CHRF

    check_rows(rows)
    references = list(rows["output"])
    made = generate(run, list(rows["instruction"]))
    right = [normalise(answer) == normalise(reference) for answer, reference in zip(made.answers, references)]
    percent = 100 / len(references)
    return Scores(
        n=len(references),
        exact_match=percent * sum(right),
        chrf=CHRF().corpus_score(made.answers, [references]).score,
        format_rate=percent * sum(map(format_matches, made.answers, references)),
        entropy=sum(made.entropies) / len(references),
        right_answer=percent * sum(reference_probabilities(run, rows)),
        calibration=calibration_error(made.probabilities, right),
        tokens_out=sum(made.tokens),
        characters=sum(map(len, made.answers)) / len(references),
    )
