"""Fixtures of the browser tests; what they are made of is in `jupyter.py`."""

import os
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.reader import NotJSONError

from tests.browser.jupyter import (
    INSTALL,
    ROOT,
    SHOTS,
    NoBrowser,
    chromium,
    find_browser,
    open_notebook,
    run_all_cells,
    served,
    wait_for_kernel,
)
from tests.shortened import FULL, shortened


@pytest.fixture(scope="session")
def found():
    """A browser is there; otherwise the test is left out."""
    try:
        find_browser()
    except NoBrowser as problem:
        pytest.skip(str(problem))


def pytest_terminal_summary(terminalreporter):
    """How to have the tests that were left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    if left_out := sum(INSTALL in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(f"Tests that need a browser were left out ({left_out}): {INSTALL}")


@pytest.fixture(scope="module")
def browser(found):
    """Not for longer than a module: Playwright's event loop would run on in the tests of other folders."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def lab(found, tmp_path_factory):
    """The address of a JupyterLab, and the folder it serves."""
    folder = tmp_path_factory.mktemp("lab")
    with served(folder) as address:
        yield address, folder


@pytest.fixture
def page(browser):
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    yield page
    page.close()


@pytest.fixture
def opened(page, lab):
    """Open a notebook with the given cells and run them: see `open_notebook`."""
    return lambda name, cells: open_notebook(page, *lab, name, cells)


@pytest.fixture
def run_all(page, lab, request):
    """Open a lesson, choose Run > Run All Cells, wait until all have run, and give the saved notebook.

    Runs are short, see `tests/shortened.py`; but for one lesson, and where --full is given.
    """
    address, folder = lab

    def run(name: str, minutes: float) -> nbformat.NotebookNode:
        notebook = nbformat.read(ROOT / "lessons" / name, as_version=4)  # as it was before any other test
        if Path(name).stem not in FULL and not request.config.getoption("--full"):
            shortened(notebook)
        nbformat.write(notebook, folder / "lessons" / name)
        page.goto(f"{address}/lab/tree/lessons/{name}?reset&token=test")
        wait_for_kernel(page)
        run_all_cells(page)
        until = time.time() + 60 * minutes
        while time.time() < until:
            page.wait_for_timeout(1_000)
            page.keyboard.press("Control+s")
            page.wait_for_timeout(500)
            try:
                notebook = nbformat.read(folder / "lessons" / name, as_version=4)
            except NotJSONError:  # JupyterLab is writing it at this moment
                continue
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
    """Screenshots of the whole notebook, one window after the other, at a given width: where SCREENSHOTS is set."""

    def shoot(name: str, width: int) -> None:
        if not os.environ.get("SCREENSHOTS"):  # they take minutes, and nothing but an eye can judge them
            return
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.set_viewport_size({"width": width, "height": 1000})
        page.wait_for_timeout(500)
        scroller = page.locator(".jp-Notebook .jp-WindowedPanel-outer")
        for number, top in enumerate(range(0, scroller.evaluate("e => e.scrollHeight"), 850)):
            scroller.evaluate("(e, top) => e.scrollTo(0, top)", top)
            page.wait_for_timeout(400)
            page.screenshot(path=SHOTS / f"{name}-{width}-{number:02d}.png")

    return shoot
