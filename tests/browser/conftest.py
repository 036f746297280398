"""A real JupyterLab and a real Chromium for the tests of this folder."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import TimeoutError, sync_playwright

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "build" / "screenshots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str:
    """The Chromium or Chrome of this machine."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    for path in ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",):
        if Path(path).exists():
            return path
    pytest.fail(
        "The browser tests need Chromium or Chrome, and none was found: install one "
        "(on Debian or Ubuntu: apt-get install chromium) and run the tests again.",
        pytrace=False,
    )


@pytest.fixture(scope="module")
def browser():
    """While Playwright is open its event loop runs in this thread, so it must not outlive the browser tests."""
    path = find_browser()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
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
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """The address of a JupyterLab that serves a copy of the lessons, started as `make lab` starts it."""
    folder = tmp_path_factory.mktemp("lab")
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
    yield address, folder
    server.terminate()
    server.wait(30)
    log.close()


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    yield page
    page.close()


@pytest.fixture
def run_all(page, lab):
    """Open a lesson, choose Run > Run All Cells, wait until all have run, and give the saved notebook."""
    address, folder = lab

    def run(name: str, minutes: float) -> nbformat.NotebookNode:
        shutil.copy(ROOT / "lessons" / name, folder / "lessons")  # as it was before any other test
        page.goto(f"{address}/lab/tree/lessons/{name}?reset&token=test")
        page.wait_for_selector(".jp-Notebook", timeout=60_000)
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=60_000)
        started = page.locator(".jp-CodeCell .jp-InputPrompt").filter(has_text=re.compile(r"\[(\*|\d+)\]")).first
        for attempt in range(4):  # while JupyterLab is still connecting to the kernel, it drops the command
            page.get_by_role("menuitem", name="Run", exact=True).click()
            page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
            try:
                started.wait_for(timeout=10_000)
                break
            except TimeoutError:
                assert attempt < 3, "JupyterLab does not start to run the cells."
        until = time.time() + 60 * minutes
        while time.time() < until:
            page.wait_for_timeout(1_000)
            page.keyboard.press("Control+s")
            page.wait_for_timeout(500)
            notebook = nbformat.read(folder / "lessons" / name, as_version=4)
            code = [cell for cell in notebook.cells if cell.cell_type == "code"]
            failed = [output for cell in code for output in cell.outputs if output.output_type == "error"]
            assert not failed, "\n".join(failed[0].traceback)
            if all(cell.execution_count for cell in code):
                return notebook
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / "unfinished.png")
        pytest.fail(f"{name} did not finish in {minutes} minutes: see {SHOTS / 'unfinished.png'}.")

    return run


@pytest.fixture
def photograph(page):
    """Screenshots of the whole notebook, one window after the other, at a given width."""

    def shoot(name: str, width: int) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_timeout(500)
        scroller = page.locator(".jp-Notebook .jp-WindowedPanel-outer")
        for number, top in enumerate(range(0, scroller.evaluate("e => e.scrollHeight"), 850)):
            scroller.evaluate("(e, top) => e.scrollTo(0, top)", top)
            page.wait_for_timeout(400)
            page.screenshot(path=SHOTS / f"{name}-{width}-{number:02d}.png")

    return shoot
