"""A real JupyterLab and a real Chromium, for the tests of this folder and for the benchmark of the widgets."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Page, TimeoutError, expect, sync_playwright

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "screenshots"
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
INSTALL = (
    "install Chromium or Chrome (on Debian: apt-get install chromium; elsewhere: "
    ".venv/bin/playwright install --with-deps chromium) and try again."
)


class NoBrowser(RuntimeError):
    """Its text says what to install."""


def find_browser() -> str:
    """The first that starts: this machine's Chromium or Chrome, or Playwright's own."""
    for path in _browsers():
        if _starts(path):
            return path
    raise NoBrowser(f"No browser was found: {INSTALL}")


def _browsers() -> Iterator[str]:
    yield from filter(None, map(shutil.which, BROWSERS))
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path  # where it is once it has been downloaded
    yield path


def _starts(path: str) -> bool:
    """Whether it runs: some systems have but a stub of that name, or lack a library it needs."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless browser. While it is open Playwright's event loop runs in this thread."""
    path = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab that serves a copy of the lessons in `folder`, started as `make lab` starts it."""
    for name in ("lessons", "docs"):  # what the server itself shows: it follows no link out of its folder
        shutil.copytree(ROOT / name, folder / name)
    for path in ROOT.iterdir():
        if path.name not in ("lessons", "docs", ".git", "build"):
            (folder / path.name).symlink_to(path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "JUPYTER_CONFIG_PATH": str(ROOT / ".jupyter"),
        "HOME": str(folder / "home"),
        "QOQ_PROGRESS": str(folder / "progress.json"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    log = open(folder / "server.log", "w")
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={port}",
            "--IdentityProvider.token=test",
            f"--ServerApp.root_dir={folder}",
        ],
        cwd=folder,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}/api?token=test", timeout=2)
            break
        except OSError:  # not up yet
            assert server.poll() is None, (folder / "server.log").read_text()
            time.sleep(0.2)
    yield address
    server.terminate()
    server.wait(30)
    log.close()


def open_notebook(page: Page, address: str, folder: Path, name: str, cells: list[str]) -> Path:
    """Write a notebook with these cells, open it, run all its cells, and give its path."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "lessons" / name
    nbformat.write(notebook, path)
    page.goto(f"{address}/lab/tree/lessons/{name}?reset&token=test")
    wait_for_kernel(page)
    run_all_cells(page)
    for cell in page.locator(".jp-CodeCell").all():
        expect(cell.locator(".jp-InputPrompt").first).to_have_text(re.compile(r"\[\d+\]"), timeout=90_000)
    return path


def wait_for_kernel(page: Page) -> None:
    page.wait_for_selector(".jp-Notebook", timeout=60_000)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=60_000, state="attached")


def choose(page: Page, menu: str, item: str) -> None:
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click(timeout=10_000)


def run_all_cells(page: Page) -> None:
    """Choose Run > Run All Cells until the first cell has started."""
    started = page.locator(".jp-CodeCell .jp-InputPrompt").filter(has_text=re.compile(r"\[(\*|\d+)\]")).first
    for attempt in range(4):  # while JupyterLab is still connecting to the kernel, it drops the command
        dialog = page.locator(".jp-Dialog")
        assert not dialog.count(), f"JupyterLab asks something before it runs a cell: {dialog.first.inner_text()}"
        choose(page, "Run", "Run All Cells")
        try:
            started.wait_for(timeout=10_000)
            return
        except TimeoutError:
            assert attempt < 3, "JupyterLab does not start to run the cells."
