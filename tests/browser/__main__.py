"""Sets up a browser for the tests of this folder, where it can; `make test` runs it first.

Where a browser is found it does nothing. Where none can be had it says nothing either: the tests
that need one are left out, and pytest says in the end how to have them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

from tests.browser.jupyter import NoBrowser, find_browser

APT = "apt-get -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=10"
DEBIAN = f"{APT} update; DEBIAN_FRONTEND=noninteractive {APT} -y install chromium"
MOST = 600  # seconds that one way may take


def main() -> None:
    if found():
        return
    print("Setting up a browser for the tests ...", flush=True)
    for command in ways():
        run_quietly(command)
        if found():
            return


def ways() -> Iterator[list[str]]:
    """The commands that may bring a browser: Debian's, for root, and Playwright's download."""
    playwright = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    if shutil.which("apt-get") and os.geteuid() == 0:
        yield ["sh", "-c", DEBIAN]
        playwright.append("--with-deps")  # the libraries of the system, too
    yield playwright


def found() -> bool:
    try:
        return bool(find_browser())
    except NoBrowser:
        return False


def run_quietly(command: list[str]) -> None:
    impatient = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000"}  # ms; it tries five times
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            command,
            env=os.environ | impatient,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=MOST,
        )


if __name__ == "__main__":
    main()
