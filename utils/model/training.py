"""Fine-tuning: a LoRA adapter on a base model, trained by TRL's SFTTrainer. The only file that knows TRL and PEFT.

It covers one run on one set. Which sets to compare, on how many seeds, and what is kept of finished runs, is the
business of `experiment.py`; what an answer is worth, of `evaluation.py`.
"""

from __future__ import annotations

import math
import os
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..data.files import write_whole
from . import prompts
from .card import card
from .generation import MAX_NEW_TOKENS, generate
from .hardware import autocast, hardware
from .loading import context_length, load
from .logits import logits_at
from .memory import give_back, peak_memory, ran_out
from .profiles import TINY, profile
from .quiet import quiet

if TYPE_CHECKING:
    import torch
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

WINDOW = 8
LORA_RANK = 16
WARM_UP = 0.05


class Snapshot(NamedTuple):
    """The model as it is in the middle of a run: it can be asked, and scored like a finished one."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase

    def answer(self, instructions: list[str]) -> list[str]:
        """The answers to a list of instructions (greedy)."""
        return generate(self.model, self.tokenizer, instructions).answers


OnStep = Callable[[int, float, Snapshot], None]


class FineTuningError(RuntimeError):
    """A run that cannot give a usable model; its text says what to try first."""


@dataclass
class Run:
    """One fine-tuned model and how it came about.

    `losses` holds the mean loss of each step in nats per answer token, `tokens` counts what was trained on (prompts
    and answers, every pass), `peak_memory` is in MB: of the process on a CPU, of the card on a GPU.
    """

    model_name: str
    settings: dict
    losses: list[float]
    seconds: float
    tokens: int
    peak_memory: int
    adapter: dict[str, torch.Tensor] | None
    notes: list[str] = field(default_factory=list)

    @cached_property
    def _loaded(self):
        """(model with the adapter merged in, tokenizer); a run that comes from disk is put together on first use."""
        model, tokenizer = load(self.model_name)
        if self.adapter is not None:
            from peft import set_peft_model_state_dict

            with quiet():
                wrapped = with_adapter(model)
                set_peft_model_state_dict(wrapped, self.adapter)
                model = wrapped.merge_and_unload()
        return model.eval(), tokenizer

    @property
    def model(self):
        return self._loaded[0]

    @property
    def tokenizer(self):
        return self._loaded[1]

    def answer(self, instruction: str | list[str], max_new_tokens: int = MAX_NEW_TOKENS) -> str | list[str]:
        """The model's answer to one instruction, or to a list of them in one batch (greedy, so always the same).

        >>> run.answer("Translate to French: Where is the station?")        # doctest: +SKIP
        'Où est la gare ?'
        """
        prompts = [instruction] if isinstance(instruction, str) else list(instruction)
        answers = generate(self.model, self.tokenizer, prompts, max_new_tokens).answers
        return answers[0] if isinstance(instruction, str) else answers

    def save(self, folder: str | os.PathLike) -> Path:
        """Save the adapter and the tokenizer as files that plain `transformers` and `peft` load; README.md there says how.

        Raises ValueError for a run that was not trained.
        """
        if self.adapter is None:
            raise ValueError("This run was not trained (steps=0), so it has no adapter to save.")
        from peft import set_peft_model_state_dict

        folder, (model, tokenizer) = Path(folder), load(self.model_name)
        with quiet():
            wrapped = with_adapter(model)
            set_peft_model_state_dict(wrapped, self.adapter)
            wrapped.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
        write_whole(folder / "README.md", card(self, tokenizer).encode())
        return folder

    def to_record(self) -> tuple[dict, bytes]:
        """The run as it is kept: what JSON can hold, and the adapter as safetensors (b"" for none)."""
        from safetensors.torch import save

        record = {
            name: getattr(self, name)
            for name in ("model_name", "settings", "losses", "seconds", "tokens", "peak_memory", "notes")
        }
        return record, save(self.adapter) if self.adapter is not None else b""

    @classmethod
    def from_record(cls, record: dict, adapter: bytes) -> Run:
        """The reverse of `to_record`."""
        from safetensors.torch import load as load_tensors

        return cls(adapter=load_tensors(adapter) if adapter else None, **record)

    def __repr__(self) -> str:
        loss = f", last loss {sum(self.losses[-10:]) / len(self.losses[-10:]):.2f}" if self.losses else ""
        return (
            f"<Run of {self.model_name}: {len(self.losses)} steps, {self.tokens:,} tokens, {self.seconds:.1f} s{loss}>"
        )


def fine_tune(
    rows: Dataset,
    model: str = "tiny",
    steps: int = 150,
    seed: int = 0,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    on_step: OnStep | None = None,
) -> Run:
    """Fine-tune `model` on `rows` (columns instruction and output) for `steps` optimizer steps.

    Every set gets the same number of steps, whatever its size: rows are seen in shuffled passes, again and again in a
    small set, some of them never in a large one. The loss is taken on the answer and its end token only. `steps=0` gives
    the base model as it is. The learning rate and the size of a batch are the usual ones of the model unless given.

    `on_step(step, loss, snapshot)` is called after each step: how many are done, the loss of this one, and the model as
    it is then, to be asked or scored, which leaves the training as it was.

    Raises ValueError for an empty set, a missing column, an unknown model, or rows that are all too long;
    FineTuningError when the loss is no longer a number.
    """
    known = profile(model)
    batch_size = known.batch_size if batch_size is None else batch_size
    if steps < 0 or batch_size < 1:
        raise ValueError(f"steps={steps} and batch_size={batch_size} cannot be: give steps >= 0 and batch_size >= 1.")
    learning_rate = known.learning_rate if learning_rate is None else learning_rate
    settings = dict(
        steps=steps,
        seed=seed,
        learning_rate=learning_rate,
        batch_size=batch_size,
        lora_rank=LORA_RANK,
        precision=hardware().words,
    )
    if steps == 0:
        return Run(model, settings, [], 0.0, 0, _peak_memory(), None)
    check_rows(rows)

    started = time.perf_counter()
    micro_batch, notes = _micro_batch(batch_size, known.micro_batch if hardware().device == "cpu" else batch_size), []
    while True:
        try:
            losses, tokens, adapter, run_notes, form = _train(
                rows, model, steps, seed, learning_rate, batch_size, micro_batch, on_step
            )
            break
        except Exception as error:
            if not ran_out(error):
                raise
        # Only here, outside, has the error let go of what it failed with.
        _free_memory()
        if micro_batch == 1:
            raise FineTuningError(
                "The memory does not hold even one row at a time: use a smaller model or shorter rows."
            )
        micro_batch = _micro_batch(batch_size, micro_batch // 2)
        notes = [
            f"Memory ran out, so each batch of {batch_size} rows is now computed {micro_batch} at a time: slower, same "
            "result."
        ]
    settings["prompt"] = form
    if known.source != str(TINY):  # what the trainer held of a large model would stay beside the copy that answers
        give_back()
    return Run(
        model, settings, losses, time.perf_counter() - started, tokens, _peak_memory(), adapter, notes + run_notes
    )


def check_rows(rows: Dataset) -> None:
    """Raise ValueError unless `rows` is a set one can train on: some rows, with instruction and output as text."""
    columns = getattr(rows, "column_names", None)
    if columns is None:
        raise ValueError(
            f"A datasets.Dataset is needed, not a {type(rows).__name__}: "
            "datasets.Dataset.from_list(rows) makes one from a list of dicts."
        )
    for name in ("instruction", "output"):
        if name not in columns:
            raise ValueError(
                f'The column "{name}" is missing: this set has {", ".join(columns) or "no columns"}. '
                f'rows.rename_column("…", "{name}") renames one.'
            )
    if len(rows) == 0:
        raise ValueError("This set has no rows: give at least one.")
    for name in ("instruction", "output"):
        for i, text in enumerate(rows[name][:]):
            if not isinstance(text, str):
                raise ValueError(f"Row {i} has {text!r} as its {name}: text is needed. Mend the row or leave it out.")


def seen_rows(n_rows: int, n_seen: int, seed: int) -> list[int]:
    """Which rows a run sees, in order: shuffled passes over the set until `n_seen` rows are reached.

    >>> seen_rows(3, 7, seed=0)
    [1, 2, 0, 1, 2, 0, 1]
    """
    r, order = random.Random(seed), []
    while len(order) < n_seen:
        order += r.sample(range(n_rows), n_rows)
    return order[:n_seen]


def group_by_length(order: list[int], length: Callable[[int], int], batch_size: int, seed: int) -> list[int]:
    """The same rows, put into batches of like length, as padding costs as much as text.

    Only rows within WINDOW batches of each other trade places, and the batches of a window are shuffled, so every
    row is still seen about when it was.

    >>> group_by_length([0, 1, 2, 3], {0: 9, 1: 2, 2: 8, 3: 1}.get, batch_size=2, seed=0)
    [3, 1, 2, 0]
    """
    r, grouped = random.Random(seed), []
    for start in range(0, len(order), WINDOW * batch_size):
        window = sorted(order[start : start + WINDOW * batch_size], key=length)
        batches = [window[i : i + batch_size] for i in range(0, len(window), batch_size)]
        r.shuffle(batches)
        grouped += [i for batch in batches for i in batch]
    return grouped


def tokenize(rows: Dataset, indices: list[int], tokenizer, context: int) -> tuple[list[dict], int]:
    """Token ids and labels of the rows at `indices`, and how many of these rows do not fit into the context.

    Labels are -100 on the prompt, so that only the answer and its end token are learnt. Rows that do not fit are
    None: a row without its end would teach never to stop.
    """
    wanted = rows.select(indices) if len(indices) < len(rows) else rows
    encoded = []
    for prompt, answer in zip(
        prompts.prompts(tokenizer, wanted["instruction"]), prompts.answers(tokenizer, wanted["output"])
    ):
        row = {"input_ids": prompt + answer, "labels": [-100] * len(prompt) + answer}
        encoded.append(row if len(row["input_ids"]) <= context else None)
    return encoded, sum(row is None for row in encoded)


def training_set(
    rows: Dataset, steps: int, batch_size: int, seed: int, tokenizer, context: int
) -> tuple[Dataset, int, list[str]]:
    """The rows a run sees, tokenized and in the order it sees them; their tokens; and what there is to say about them."""
    from datasets import Dataset

    n_seen = steps * batch_size
    order = seen_rows(len(rows), n_seen, seed)
    distinct = sorted(set(order))
    with quiet():
        encoded, too_long = tokenize(rows, distinct, tokenizer, context)
    by_row = {i: row for i, row in zip(distinct, encoded) if row is not None}
    notes = []
    if too_long:
        if not by_row:
            raise ValueError(
                f"All {too_long} rows are longer than the model's context of {context} tokens: shorten them."
            )
        notes.append(
            f"{too_long} of {len(distinct)} rows are longer than the model's context of {context} tokens and "
            "were left out."
        )
        kept = list(by_row)
        order = [kept[i] for i in seen_rows(len(kept), n_seen, seed)]
    order = group_by_length(order, lambda i: len(by_row[i]["input_ids"]), batch_size, seed)
    seen = [by_row[i] for i in order]
    tokens = sum(len(row["input_ids"]) for row in seen)
    return Dataset.from_dict({key: [row[key] for row in seen] for key in ("input_ids", "labels")}), tokens, notes


def adapted(run: Run, seed: int = 0):
    """The model of a run with its adapter beside the weights, not merged in: (model, tokenizer).

    Only the adapter's weights take gradients. A run without an adapter gets a fresh one, drawn with `seed`, which
    changes no answer.
    """
    import torch
    from peft import set_peft_model_state_dict

    model, tokenizer = load(run.model_name)
    with quiet(), torch.random.fork_rng():
        torch.manual_seed(seed)
        wrapped = with_adapter(model)
        if run.adapter is not None:
            set_peft_model_state_dict(wrapped, run.adapter)
    return wrapped.get_base_model().eval(), tokenizer


def with_adapter(model):
    """The model with a fresh adapter beside its weights, as a run begins."""
    from peft import get_peft_model

    return get_peft_model(model, _lora())


def _lora():
    from peft import LoraConfig

    return LoraConfig(r=LORA_RANK, lora_alpha=2 * LORA_RANK, target_modules="all-linear", task_type="CAUSAL_LM")


def _train(rows, model_name, steps, seed, learning_rate, batch_size, micro_batch, on_step):
    """One attempt at a run: (losses, tokens, adapter weights, notes, the form of the prompt in words)."""
    with quiet(), tempfile.TemporaryDirectory() as scratch:
        from peft import get_peft_model_state_dict
        from peft.helpers import disable_input_dtype_casting
        from torch.nn.functional import cross_entropy, pad
        from transformers import PrinterCallback, TrainerCallback, set_seed
        from trl import SFTConfig, SFTTrainer

        set_seed(seed)
        model, tokenizer = load(model_name)
        train_set, tokens, notes = training_set(rows, steps, batch_size, seed, tokenizer, context_length(model))
        losses: list[float] = []

        class Trainer(SFTTrainer):
            def compute_loss(self, model, inputs, return_outputs=False, num_items_in_batch=None):
                """The mean loss of the answer tokens, with logits for these alone.

                TRL's own also works out entropy and accuracy at each step, which on a small model takes as long as
                the rest of the forward pass.
                """
                labels = pad(inputs["labels"][:, 1:], (0, 1), value=-100)
                learnt = labels != -100
                with autocast():
                    base = self.accelerator.unwrap_model(model).get_base_model()
                    logits = logits_at(base, inputs["input_ids"], learnt, inputs["attention_mask"])
                loss = cross_entropy(logits.float(), labels[learnt], reduction="sum")
                return loss / (learnt.sum() if num_items_in_batch is None else num_items_in_batch)

        class Watch(TrainerCallback):
            def on_log(self, args, state, control, logs=None, **_):
                if "loss" not in logs:
                    return
                losses.append(logs["loss"])
                if not math.isfinite(losses[-1]):
                    control.should_training_stop = True
                elif on_step:
                    asked = trainer.accelerator.unwrap_model(trainer.model).get_base_model().eval()
                    try:
                        on_step(state.global_step, losses[-1], Snapshot(asked, tokenizer))
                    finally:
                        asked.train()

        here = hardware()
        config = SFTConfig(
            output_dir=scratch,
            seed=seed,
            max_steps=steps,
            learning_rate=learning_rate,
            lr_scheduler_type="linear",
            warmup_steps=max(1, int(WARM_UP * steps)),
            per_device_train_batch_size=micro_batch,
            gradient_accumulation_steps=batch_size // micro_batch,
            train_sampling_strategy="sequential",
            bf16=here.autocast == "bfloat16",
            fp16=here.autocast == "float16",
            use_cpu=here.device == "cpu",
            gradient_checkpointing=False,
            optim="adamw_torch_fused" if here.device != "mps" else "adamw_torch",
            logging_steps=1,
            logging_nan_inf_filter=False,
            disable_tqdm=True,
            report_to="none",
            save_strategy="no",
            dataloader_pin_memory=here.device == "cuda",
            max_length=None,
            packing=False,
            pad_to_multiple_of=8,  # few shapes: the CPU's kernels are compiled and kept per shape
            dataset_kwargs={"skip_prepare_dataset": True},
        )
        trainer = Trainer(
            model=model,
            args=config,
            train_dataset=train_set,
            processing_class=tokenizer,
            peft_config=_lora(),
            callbacks=[Watch()],
        )
        trainer.remove_callback(PrinterCallback)
        # Mixed precision casts what enters a layer by itself; without this, PEFT would cast it twice more.
        with disable_input_dtype_casting(trainer.model, active=here.autocast is not None):
            trainer.train()
        if losses and not math.isfinite(losses[-1]):
            raise FineTuningError(
                f"The loss was no longer a number at step {len(losses)}. First try a smaller learning_rate "
                f"(it was {learning_rate:g}); if that does not help, look for empty outputs in the set."
            )
        adapter = {
            name: weights.detach().cpu().clone() for name, weights in get_peft_model_state_dict(trainer.model).items()
        }
    return losses, tokens, adapter, notes, prompts.in_words(tokenizer)


def _micro_batch(batch_size: int, most: int) -> int:
    """The most rows that may be computed at a time, of those numbers that divide the batch.

    >>> _micro_batch(16, 16), _micro_batch(16, 5), _micro_batch(6, 5)
    (16, 4, 3)
    """
    return next(n for n in range(max(1, min(most, batch_size)), 0, -1) if batch_size % n == 0)


def _free_memory() -> None:
    import torch

    give_back()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _peak_memory() -> int:
    """Peak memory in MB: of the card where there is one, else of this process."""
    import torch

    return torch.cuda.max_memory_allocated() // 2**20 if torch.cuda.is_available() else int(peak_memory() // 2**20)
