"""A model that a Python package brings along: its GGUF file, converted once to what transformers loads and PEFT trains.

The package is only looked for and never imported: its own dependencies need not be there (`make real` leaves them out).
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

from platformdirs import user_cache_path

from .quiet import quiet


def folder() -> Path:
    """Where converted models are kept: the folder in the variable QOQ_MODELS, or the user's cache folder."""
    chosen = os.environ.get("QOQ_MODELS")
    return Path(chosen) if chosen else user_cache_path("quality-over-quantity") / "models"


@cache
def weights(package: str) -> Path | None:
    """The GGUF file of an installed package, or None where it is not installed."""
    spec = find_spec(package)
    found = sorted(Path(spec.origin).parent.glob("*.gguf")) if spec and spec.origin else []
    return found[0] if found else None


def converted(package: str) -> Path:
    """The folder of the package's model as safetensors in bfloat16, with its tokenizer; it is converted on first use.

    Raises ImportError with a sentence where the package gguf, which reads the file, is missing.
    """
    from filelock import FileLock

    file = weights(package)
    made = folder() / f"{file.stem}-{file.stat().st_size}"
    if made.is_dir():
        return made
    if find_spec("gguf") is None:
        raise ImportError(f'The package "gguf" is missing, which reads {file.name}: `make real` installs it.')
    folder().mkdir(parents=True, exist_ok=True)
    with FileLock(f"{made}.lock"):
        if not made.is_dir():
            with tempfile.TemporaryDirectory(dir=folder()) as scratch:
                _convert(file, Path(scratch) / "model")
                os.replace(Path(scratch) / "model", made)
    return made


def _convert(file: Path, target: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, modeling_gguf_pytorch_utils

    # The bar of this loader cannot be switched off.
    no_bar = mock.patch.object(modeling_gguf_pytorch_utils, "tqdm", lambda tensors, **_: tensors)
    with quiet(), no_bar:
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
        model = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
        # What is saved is no longer quantised, and must not say so.
        for holder in (model, model.config):
            for name in ("hf_quantizer", "quantization_config", "is_quantized", "quantization_method"):
                if name in vars(holder):
                    delattr(holder, name)
        model.to(torch.bfloat16).save_pretrained(target)
        tokenizer.save_pretrained(target)
