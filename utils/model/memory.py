"""How much memory there is and was taken, by the machine's count and by the limits of a container (cgroup, Binder)."""

import ctypes
import gc
import os
import platform
import re
from collections.abc import Iterator
from pathlib import Path


def total_memory() -> float:
    """Bytes there are in all, used or not."""
    return min(limit for limit, _ in _accounts())


def available_memory() -> float:
    """Bytes that may still be used."""
    return min(limit - used for limit, used in _accounts())


def peak_memory() -> float:
    """The most bytes that this process has taken so far."""
    try:
        # What getrusage says on Linux is also the peak of whoever started this process.
        status = Path("/proc/self/status").read_text()
        return 1024.0 * int(re.search(r"^VmHWM:\s*(\d+)", status, re.M)[1])
    except (OSError, TypeError):  # not Linux, or one that does not tell
        pass
    try:
        import resource
    except ImportError:  # Windows has no such module, but psutil knows the peak there
        import psutil

        return float(psutil.Process().memory_info().peak_wset)
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * (1 if platform.system() == "Darwin" else 1024)


# What PyTorch, oneDNN, C++ and the system say where no memory is left.
NO_MEMORY = re.compile(
    r"out of memory|(can't|cannot) allocate memory|not enough memory|bad_alloc|could not create a (primitive|memory)",
    re.I,
)


def ran_out(error: BaseException) -> bool:
    """Whether an error says that no memory was left: on a CPU PyTorch and its kernels have no type of their own for it.

    >>> ran_out(MemoryError()), ran_out(RuntimeError("MPS backend out of memory")), ran_out(ValueError("out of memory"))
    (True, True, False)
    """
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    return isinstance(error, RuntimeError | OSError) and bool(NO_MEMORY.search(str(error)))


def give_back() -> None:
    """Give memory that a finished run no longer uses back to the system; glibc would keep most of it, in pieces."""
    gc.collect()
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)


def _accounts() -> Iterator[tuple[float, float]]:
    """Every limit that holds here, and what of it is used, in bytes."""
    import psutil

    machine = psutil.virtual_memory()
    yield float(machine.total), float(machine.total - machine.available)
    if os.environ.get("MEM_LIMIT", "").isdigit():  # set by Binder
        yield float(os.environ["MEM_LIMIT"]), float(psutil.Process().memory_info().rss)
    for group in (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/memory")):
        for limit, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            if (group / limit).exists() and (text := (group / limit).read_text().strip()).isdigit():
                yield float(text), float((group / used).read_text())
