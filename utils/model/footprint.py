"""How much memory a training step takes, worked out before anything is loaded.

    memory_estimate("smollm2-135m-instruct", batch=4, length=256)     # shows itself as a bar
    memory_estimate("tiny", batch=16, length=32).parts                # in MB: weights, gradients, optimizer ...

What is kept for the backward pass is not guessed from a formula: the model is laid out on PyTorch's device "meta", where
tensors have a shape and no content, one batch goes through it, and what autograd saves is added up. So it holds for any
architecture, takes a second, and no memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from .hardware import hardware
from .profiles import profile

if TYPE_CHECKING:
    from ..show.theme import Picture

MB = 2**20
ANSWER = 0.5  # of the tokens of a row are its answer, unless said
ADAM = 2  # states of the optimizer for each weight that is trained (Kingma and Ba 2015)
# Measured on a CPU (`make bench`, "memory"): what the backward pass takes for a moment and malloc cannot use again at once, as a
# share of what was saved, and MB for compiled kernels. The allocator of a GPU gives back at once.
IN_PIECES, KERNELS = 0.3, 64
IN_FLIGHT = 2  # layers whose gradients are there at the same time
# Where the loss is taken: logits as they come, in float32, and their logarithms, or in the backward pass the gradients.
LOSS_BYTES = {2: 2 + 4 + 4, 4: 4 + 4}


@dataclass(frozen=True)
class Footprint:
    """What a training step takes, in MB, by what it is for."""

    model: str
    batch: int
    length: int
    parts: dict[str, float]
    loading: float  # the most that is taken while the weights are read, in MB

    @property
    def total(self) -> float:
        """The peak in MB: that of a step, or that of loading where it is higher."""
        held = self.parts.get("Python and its libraries", 0.0)
        return max(sum(self.parts.values()), held + self.loading)

    def plot(self, measured: float | None = None) -> Picture:
        """The parts on top of each other, beside the peak that was `measured`, in MB."""
        from ..show import plots

        return plots.footprint(self, measured)

    def _repr_html_(self) -> str:
        return self.plot()._repr_html_()

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {size:,.0f}" for name, size in self.parts.items())
        rows = f"{self.batch} row{'s' * (self.batch > 1)} of {self.length} tokens"
        return f"{self.model}, {rows} at a time: about {self.total:,.0f} MB ({parts})"


def memory_estimate(
    model: str = "tiny",
    batch: int | None = None,
    length: int = 64,
    answer: int | None = None,
    adapter: bool = True,
    process: bool = True,
) -> Footprint:
    """What one training step of `model` takes, for `batch` rows at a time of `length` tokens each.

    `answer` is how many of these tokens are in the loss. With `adapter` a LoRA adapter is trained, as `fine_tune` does,
    else every weight. `process` adds what Python and its libraries hold, which on a CPU is part of the peak; on a GPU it is
    left out. Gradients and the states of the optimizer, AdamW, are in float32 for an adapter, else in the precision of the
    weights. What was held against measured peaks is training an adapter on a CPU.

    Raises what `load` raises for an unknown model or one that cannot be fetched, and ValueError for rows longer than its
    context.
    """
    from .loading import config_of, context_length, source_of
    from .quiet import quiet

    known = profile(model)
    source, device = source_of(known), hardware().device
    if batch is None:
        batch = min(known.batch_size, known.micro_batch) if device == "cpu" else known.batch_size
    if batch < 1 or length < 1:
        raise ValueError(f"batch={batch} and length={length} cannot be: give 1 or more.")
    answer = max(1, round(ANSWER * length)) if answer is None else answer
    config = config_of(model)
    with quiet():
        laid_out = _on_meta(config, adapter)
    if length > (context := context_length(laid_out)):
        raise ValueError(f"length={length} is more than this model's context of {context} tokens.")
    trained = sum(weights.numel() for weights in laid_out.parameters() if weights.requires_grad)
    frozen = sum(weights.numel() for weights in laid_out.parameters() if not weights.requires_grad)
    wide = _bytes()
    vocabulary = laid_out.get_output_embeddings().weight.shape[0]
    saved = _saved(laid_out, batch, length)
    if adapter and wide < 4:  # mixed precision makes a copy of the adapter
        saved += wide * trained
    logits = batch * answer * vocabulary * LOSS_BYTES[wide]
    layers = config.get_text_config().num_hidden_layers
    parts = {
        "Python and its libraries": _libraries() if process and device == "cpu" else 0.0,
        "weights": frozen * wide + trained * (4 if adapter else wide),
        "gradients": trained * (4 if adapter else wide),
        "optimizer": ADAM * trained * (4 if adapter else wide),
        "activations": saved,
        "logits": logits,
        "working space": IN_PIECES * (saved + logits) + KERNELS * MB if device == "cpu" else IN_FLIGHT * saved / layers,
    }
    parts = {name: size / (1 if name.startswith("Python") else MB) for name, size in parts.items() if size}
    weights = (frozen + (0 if adapter else trained)) * wide
    return Footprint(model, batch, length, parts, (weights + _file_size(source)) / MB)


def _bytes() -> int:
    """Bytes of a number in the precision that weights are loaded in."""
    return 2 if hardware().autocast else 4


def _on_meta(config, adapter: bool):
    """The model without any content, with what is trained marked as such."""
    import torch
    from transformers import AutoModelForCausalLM

    dtype = getattr(torch, hardware().autocast or "float32")
    attention = "eager" if hardware().device == "cpu" else None
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype, attn_implementation=attention)
        if adapter:
            from .training import with_adapter

            model = with_adapter(model).get_base_model()
    return model.to(dtype).train()  # the adapter as well: so mixed precision computes with it


def _saved(model, batch: int, length: int) -> int:
    """Bytes that autograd keeps of one batch for the backward pass, but for the weights themselves."""
    import torch

    own = {weights.untyped_storage()._cdata for weights in model.parameters()}
    kept: dict[int, torch.UntypedStorage] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        if storage._cdata not in own:
            kept[storage._cdata] = storage  # held, so that no other gets its number
        return tensor

    ids = torch.zeros(batch, length, dtype=torch.long, device="meta")
    mask = torch.ones(batch, 1, length, length, dtype=torch.bool, device="meta")
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        model.get_decoder()(input_ids=ids, attention_mask=mask, use_cache=False)
    return sum(storage.nbytes() for storage in kept.values())


def _libraries() -> float:
    """What this process will hold of Python and its libraries while it trains, in MB."""
    import psutil

    from .quiet import quiet

    with quiet():
        import_module("trl.trainer.sft_trainer")
    return psutil.Process().memory_info().rss / MB


def _file_size(source: str) -> int:
    """Bytes of the files of weights, which are in memory while they are read; 0 where they are not here yet."""
    return sum(path.stat().st_size for path in Path(source).glob("*.safetensors"))
