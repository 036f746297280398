"""The precision is decided by what the processor can do: the same in every process, busy or idle."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from utils.model import hardware

X86 = "processor\t: 0\nmodel name\t: One\nflags\t\t: fpu avx2 avx512f {}\n\nprocessor\t: 1\n"
ARM = "processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd i8mm {}\n"
OTHER = "processor\t: 0\ncpu\t\t: POWER10\n"


@pytest.fixture(autouse=True)
def on_a_cpu(monkeypatch, own_cache):
    """Decide anew, on a machine without a GPU that has oneDNN."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    _forget()
    yield
    _forget()


def _forget() -> None:
    hardware.hardware.cache_clear()
    hardware.fast_in_bfloat16.cache_clear()


def timed(monkeypatch, bfloat16: float, float32: float) -> list:
    """Pretend these seconds; the list tells what was measured."""
    asked = []
    seconds = {torch.bfloat16: bfloat16, torch.float32: float32}
    monkeypatch.setattr(hardware, "_seconds", lambda dtype: asked.append(dtype) or seconds[dtype])
    _forget()
    return asked


@pytest.mark.parametrize(
    "cpuinfo, precision",
    [
        (X86.format("avx512_bf16"), "bfloat16"),  # AMD from Zen 4 on, Intel's Cooper Lake
        (X86.format("avx512_bf16 amx_bf16 amx_tile"), "bfloat16"),  # Intel from Sapphire Rapids on
        (X86.format("avx512_vnni"), None),
        (X86.format(""), None),
        (ARM.format("bf16"), "bfloat16"),
        (ARM.format(""), None),
    ],
)
def test_the_instructions_decide_and_not_how_busy_the_machine_is(monkeypatch, cpuinfo, precision):
    monkeypatch.setattr(hardware, "_cpuinfo", lambda: cpuinfo)
    for seconds in ((1.0, 9.0), (9.0, 1.0)):
        asked = timed(monkeypatch, *seconds)
        assert hardware.hardware() == ("cpu", precision) and not asked


def test_without_onednn_nothing_uses_the_instructions(monkeypatch):
    monkeypatch.setattr(hardware, "_cpuinfo", lambda: X86.format("avx512_bf16"))
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert hardware.hardware() == ("cpu", None)


@pytest.mark.parametrize(
    "torch_says, known",
    [
        (
            {"architecture": "x86_64", "avx2": True, "avx512_bf16": True, "l2_cache_size": 1},
            {"avx2", "avx512_bf16"},
        ),
        ({"architecture": "arm64", "neon": True, "bf16": False}, {"neon"}),
        ({"architecture": "unknown"}, None),
    ],
)
def test_where_the_system_does_not_tell_torch_is_asked(monkeypatch, torch_says, known):
    monkeypatch.setattr(hardware, "_cpuinfo", lambda: OTHER)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: torch_says, raising=False)
    assert hardware.instructions() == known


@pytest.mark.parametrize("there", [True, False])
def test_an_older_torch_is_asked_in_its_own_way(monkeypatch, there):
    monkeypatch.setattr(hardware, "_cpuinfo", lambda: "")
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: there, raising=False)
    asked = timed(monkeypatch, 1.0, 9.0)
    assert hardware.hardware().autocast == ("bfloat16" if there else None) and not asked


def test_where_nobody_knows_it_is_measured_once_and_kept(monkeypatch):
    monkeypatch.setattr(hardware, "instructions", lambda: None)
    assert timed(monkeypatch, 1.0, 9.0) == [] and hardware.hardware().autocast == "bfloat16"
    asked = timed(monkeypatch, 9.0, 1.0)  # the next process, on a busy machine
    assert hardware.hardware().autocast == "bfloat16" and not asked


def test_both_tell_the_same_of_this_processor(monkeypatch):
    here = hardware.fast_in_bfloat16()
    monkeypatch.setattr(hardware, "_cpuinfo", lambda: "")
    _forget()
    assert hardware.fast_in_bfloat16() == here


def test_every_process_decides_the_same():
    code = "from utils.model.hardware import hardware; print(hardware().words)"
    command = [sys.executable, "-c", code]
    done = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) for _ in range(3)
    ]
    assert len({each.communicate()[0] for each in done}) == 1
