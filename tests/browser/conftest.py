"""A real JupyterLab and a real Chromium for the tests of this folder."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
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


@pytest.fixture(scope="session")
def browser():
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
    shutil.copytree(ROOT / "lessons", folder / "lessons")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "JUPYTER_CONFIG_PATH": str(ROOT / ".jupyter"),
        "HOME": str(folder / "home"),
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
        except (urllib.error.URLError, TimeoutError):
            assert server.poll() is None, (folder / "server.log").read_text()
            time.sleep(0.2)
    yield address, folder
    server.terminate()
    server.wait(30)
    log.close()
