"""Which browser is taken, how one is set up, and what is said without. None is needed here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.browser import __main__ as setting_up
from tests.browser import jupyter
from tests.browser.jupyter import ROOT, NoBrowser, find_browser

WITHOUT = """
import sys, pytest
from tests.browser import jupyter
jupyter.BROWSERS = ()
tests = ["tests/browser/test_lessons.py", "tests/browser/test_widgets.py"]
sys.exit(pytest.main([*tests, "-p", "no:cacheprovider"]))
"""


def program(path: Path, status: int = 0) -> Path:
    """A program that ends with this status, whatever it is asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(tmp_path, monkeypatch) -> Path:
    """A machine without a browser; a program in this folder is found by its name."""
    monkeypatch.setattr(jupyter, "BROWSERS", ("chromium", "google-chrome"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    return tmp_path / "bin"


def test_the_first_that_starts_is_taken(bare):
    program(bare / "chromium", status=1)  # a stub, or one that lacks a library
    assert str(program(bare / "google-chrome")) == find_browser()
    assert str(program(bare / "chromium")) == find_browser()


def test_the_one_that_playwright_downloaded_is_found(bare):
    with sync_playwright() as playwright:
        place = Path(playwright.chromium.executable_path)
    with pytest.raises(NoBrowser, match="apt-get install chromium"):
        find_browser()
    assert str(program(place)) == find_browser()


def test_nothing_is_set_up_where_there_is_a_browser(bare, monkeypatch):
    program(bare / "chromium")
    monkeypatch.setattr(setting_up, "run_quietly", lambda command: pytest.fail(f"{command} was run"))
    setting_up.main()


def test_one_way_after_the_other_is_tried(bare, monkeypatch):
    tried = []
    monkeypatch.setattr(setting_up, "run_quietly", tried.append)
    setting_up.main()
    assert tried == list(setting_up.ways()) != []


def test_no_further_way_is_tried_than_is_needed(bare, monkeypatch):
    program(bare / "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    tried = []

    def install(way):
        tried.append(way)
        program(bare / "chromium")

    monkeypatch.setattr(setting_up, "run_quietly", install)
    setting_up.main()
    assert tried == list(setting_up.ways())[:1]


@pytest.mark.parametrize("user, expected", [(0, ["sh", sys.executable]), (1000, [sys.executable])])
def test_packages_are_installed_by_root_alone(bare, monkeypatch, user, expected):
    program(bare / "apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    ways = list(setting_up.ways())
    assert [way[0] for way in ways] == expected
    assert ("--with-deps" in ways[-1]) == (user == 0)


def test_a_way_that_fails_is_no_failure(bare):
    setting_up.run_quietly(["no such program"])
    setting_up.run_quietly([str(program(bare / "fails", status=3))])


def test_without_a_browser_tests_are_left_out_and_one_line_says_how_to_have_them(bare):
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = [line for line in done.stdout.splitlines() if "left out" in line]
    assert line.endswith(jupyter.INSTALL) and "error" not in done.stdout
