"""Memory as a process itself has taken it."""

import subprocess
import sys

from utils.model import memory


def test_the_peak_is_that_of_this_process_and_not_of_the_one_that_started_it():
    held = bytearray(300 * 2**20)
    code = "from utils.model import memory; print(memory.peak_memory())"
    child = float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)
    assert len(held) < memory.peak_memory() and 2**22 < child < 150 * 2**20
