"""Settings for every test: runs and progress are kept in a folder of this test session, and no model hub is asked."""

import contextlib
import os
import tempfile
from pathlib import Path

import pytest

TESTS = Path(__file__).parent / "tests"
os.environ["HF_HUB_OFFLINE"] = "1"
_cache = tempfile.TemporaryDirectory(prefix="qoq-runs-")
os.environ["QOQ_CACHE"] = _cache.name  # notebooks and worker processes inherit it
os.environ["QOQ_PROGRESS"] = os.path.join(_cache.name, "progress.json")


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="train as long in all lessons as a learner does")


def pytest_collection_modifyitems(config, items):
    leave_to_the_browser(config, items)
    if not config.getoption("--full"):
        shorten(items)
    if any(item.get_closest_marker("gpu") for item in items):
        import torch

        if not torch.cuda.is_available():
            without = pytest.mark.skip(reason="needs a CUDA device, and this machine has none")
            for item in items:
                if item.get_closest_marker("gpu"):
                    item.add_marker(without)


def shorten(items):
    """Notebooks that nbval runs train briefly; see `tests/shortened.py`."""
    from tests.shortened import FULL, PATCH

    begun = set()
    for item in items:
        in_full = item.path.stem in FULL and item.path.parent.name == "lessons"
        if item.path.suffix == ".ipynb" and not in_full and item.path not in begun:
            item.cell.source += PATCH
            begun.add(item.path)


def leave_to_the_browser(config, items):
    """Where the tests in a browser are among these and one is found, it runs the lessons: not a second time by nbval."""
    if not any(item.path == TESTS / "browser" / "test_lessons.py" for item in items):
        return
    from tests.browser.jupyter import NoBrowser, find_browser

    with contextlib.suppress(NoBrowser):
        find_browser()
        twice = [item for item in items if item.path.parent == TESTS.parent / "lessons"]
        config.hook.pytest_deselected(items=twice)
        items[:] = [item for item in items if item not in twice]


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """An empty folder for finished runs, for this test alone."""
    from utils.model import store

    monkeypatch.setenv("QOQ_CACHE", str(tmp_path / "runs"))
    monkeypatch.setattr(store, "_in_memory", {})
    return tmp_path / "runs"


@pytest.fixture
def own_progress(tmp_path, monkeypatch):
    """An empty record of progress, for this test alone."""
    from utils.course import record

    monkeypatch.setenv("QOQ_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.setattr(record, "_in_memory", None)
    return tmp_path / "progress.json"
