"""Which model is meant by a name, and how it is loaded here: device, precision, weights.

"tiny" is the base the course ships; the other names are small public base models whose revision is pinned. A hub id
("owner/name") or a local folder works too. Weights are read from safetensors only and no code of a model's is run.
"""

from __future__ import annotations

import contextlib
import difflib
import logging
import os
import re
import time
import warnings
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch

TINY = Path(__file__).parent / "base"


class Profile(NamedTuple):
    """A model and the settings its fine-tuning starts from."""

    source: str  # a folder or a hub id
    revision: str | None
    learning_rate: float


PROFILES = {
    "tiny": Profile(str(TINY), None, 2e-3),
    "smollm2-135m": Profile("HuggingFaceTB/SmolLM2-135M", "93efa2f097d58c2a74874c7e644dbc9b0cee75a2", 5e-4),
    "qwen3-0.6b": Profile("Qwen/Qwen3-0.6B-Base", "da87bfb608c14b7cf20ba1ce41287e8de496c0cd", 2e-4),
}


def profile(name: str) -> Profile:
    """The profile of a known name, a hub id or a local folder.

    Raises ValueError, with the nearest known name, when it is none of them.
    """
    if name in PROFILES:
        return PROFILES[name]
    if os.path.isdir(name):
        if not any(Path(name).glob("*.safetensors")):
            raise ValueError(
                f'The folder "{name}" holds no .safetensors file: weights in other formats are not loaded, '
                "as they can run code."
            )
        return Profile(name, None, 5e-4)
    if re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        return Profile(name, None, 5e-4)
    near = difflib.get_close_matches(name.lower(), PROFILES, n=1, cutoff=0.3)
    meant = f' Did you mean "{near[0]}"?' if near else ""
    raise ValueError(
        f'The model "{name}" is unknown.{meant} Known names are {", ".join(PROFILES)}; '
        'a hub id ("owner/name") or a local folder works too.'
    )


class Hardware(NamedTuple):
    device: str  # "cuda", "mps" or "cpu"
    autocast: str | None  # the type of mixed precision: "bfloat16", "float16" or None

    @property
    def words(self) -> str:
        return f"{self.device}, {self.autocast or 'float32'}"


def autocast():
    """The context in which this machine computes: mixed precision where that is faster, else nothing."""
    import torch

    here = hardware()
    dtype = getattr(torch, here.autocast or "bfloat16")
    return torch.autocast(here.device, dtype=dtype, enabled=here.autocast is not None)


@cache
def hardware() -> Hardware:
    """Device and precision of this machine.

    CUDA computes in bfloat16 where the card has it and else in float16 (a T4 has none). A CPU takes whichever of
    bfloat16 and float32 is measured faster: without instructions of its own bfloat16 is emulated, and far slower.
    """
    import torch

    if torch.cuda.is_available():
        return Hardware("cuda", "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float16")
    if torch.backends.mps.is_available():
        return Hardware("mps", None)
    return Hardware("cpu", "bfloat16" if _seconds(torch.bfloat16) < 0.8 * _seconds(torch.float32) else None)


def _seconds(dtype: torch.dtype) -> float:
    """How long products of the size of the tiny model's take in `dtype`: the best of a few, as others use this machine."""
    import torch

    rows, weights = torch.randn(640, 256), torch.randn(256, 704)
    times = []
    for _ in range(8):
        started = time.perf_counter()
        for _ in range(4):
            rows.to(dtype) @ weights.to(dtype)
        times.append(time.perf_counter() - started)
    return min(times[2:])


def load(name: str):
    """The model and its tokenizer, on this machine's device, in the precision it computes in: (model, tokenizer).

    Raises ValueError for an unknown name, and OSError with a sentence when a hub model cannot be fetched.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    found = profile(name)
    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(found.source, revision=found.revision, trust_remote_code=False)
            model = AutoModelForCausalLM.from_pretrained(
                found.source,
                revision=found.revision,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=hardware().autocast or "float32",
                # On a CPU the backward pass of PyTorch's fused attention takes longer than the plain one on short rows.
                attn_implementation="eager" if hardware().device == "cpu" else None,
            )
    except OSError as error:
        raise OSError(
            f'The model "{name}" could not be loaded from {found.source}: check the connection to the model hub, '
            'or use model="tiny", which needs none.'
        ) from error
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model.to(hardware().device), tokenizer


def context_length(model) -> int:
    """The longest row, in tokens, that the model can read."""
    return model.config.max_position_embeddings


@contextlib.contextmanager
def quiet():
    """Keep the libraries' own logs, warnings and bars away from the reader; our sentences are printed elsewhere."""
    import datasets
    import transformers

    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    names = ("transformers", "trl", "peft", "accelerate", "datasets")
    levels = {name: logging.getLogger(name).level for name in names}
    bars = datasets.is_progress_bar_enabled()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            logging.getLogger(name).setLevel(logging.ERROR)
        datasets.disable_progress_bars()
        transformers.utils.logging.disable_progress_bar()
        try:
            yield
        finally:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
            if bars:
                datasets.enable_progress_bars()
