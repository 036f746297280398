"""Device and precision of this machine: by what it can do, so the same however busy it is."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Collection
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import store

if TYPE_CHECKING:
    import torch

GPUS = ("/dev/nvidia0", "/dev/nvidiactl", "/dev/kfd", "/dev/dxg")  # NVIDIA, AMD, any under WSL
MULTIPLY_BFLOAT16 = {"avx512_bf16", "amx_bf16", "bf16"}  # AMD's and Intel's, Intel's, Arm's


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
    """Device and precision of this machine: by what it can do, so the same however busy it is.

    CUDA computes in bfloat16 where the card has it and else in float16 (a T4 has none). A CPU
    computes in bfloat16 where it is fast in it and torch has oneDNN, which alone makes use of it.
    """
    import torch

    if torch.cuda.is_available():
        return Hardware("cuda", "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float16")
    if torch.backends.mps.is_available():
        return Hardware("mps", None)
    fast = torch.backends.mkldnn.is_available() and fast_in_bfloat16()
    return Hardware("cpu", "bfloat16" if fast else None)


def has_accelerator() -> bool:
    """Whether there is a GPU to compute on. On a plain CPU this needs no torch."""
    if not (any(map(os.path.exists, GPUS)) or platform.system() in ("Darwin", "Windows")):
        return False
    return hardware().device != "cpu"


def card() -> str | None:
    """The name of the GPU that is computed on, or None. On a plain CPU this needs no torch."""
    if not has_accelerator():
        return None
    import torch

    return torch.cuda.get_device_name() if hardware().device == "cuda" else "Apple GPU"


@cache
def fast_in_bfloat16() -> bool:
    """Whether this processor is faster in bfloat16 than in float32: by its instructions.

    On Linux this needs no torch. Only where nobody knows the instructions it is measured.
    """
    known = instructions()
    return measured_faster() if known is None else multiplies_bfloat16(known)


def multiplies_bfloat16(known: Collection[str]) -> bool:
    """Whether one of these instructions multiplies in bfloat16: without any it is emulated.

    >>> multiplies_bfloat16(["avx2", "avx512_bf16"]), multiplies_bfloat16(["avx2", "avx512_vnni"])
    (True, False)
    """
    return not MULTIPLY_BFLOAT16.isdisjoint(known)


def instructions() -> set[str] | None:
    """The processor's instructions, by the names Linux and torch share; None if neither tells."""
    for line in _cpuinfo().splitlines():
        name, _, words = line.partition(":")
        if name.strip() in ("flags", "Features"):  # x86, Arm
            return set(words.split())
    import torch

    if hasattr(torch.cpu, "get_capabilities"):
        told = torch.cpu.get_capabilities().items()
        return {name for name, there in told if there is True} or None
    if hasattr(torch.cpu, "_is_avx512_bf16_supported"):  # older ones know this one
        return {"avx512_bf16"} if torch.cpu._is_avx512_bf16_supported() else set()
    return None


def _cpuinfo() -> str:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux
        return ""


def measured_faster() -> bool:
    """Whether bfloat16 was faster here when it was first measured; this is kept beside the runs."""
    import torch

    key = store.content_hash(["bfloat16", platform.node(), platform.machine(), version("torch")])
    kept = store.read(key)
    if kept is None:
        kept = {"faster": _seconds(torch.bfloat16) < 0.8 * _seconds(torch.float32)}, b""
        store.write(key, *kept)
    return kept[0]["faster"]


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
