"""Lessons as a learner meets them: in JupyterLab, with Run All. Screenshots go to build/screenshots."""

import time
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
LESSONS = sorted(path.name for path in (ROOT / "lessons").glob("*.ipynb"))
SHOTS = ROOT / "build" / "screenshots"


def run_all(page, lab, name: str, minutes: float) -> nbformat.NotebookNode:
    """Open a lesson, choose Run > Run All Cells, wait until all have run, and give the saved notebook."""
    address, folder = lab
    page.goto(f"{address}/lab/tree/lessons/{name}?token=test")
    page.wait_for_selector(".jp-Notebook", timeout=60_000)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", timeout=60_000)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    until = time.time() + 60 * minutes
    while time.time() < until:
        page.wait_for_timeout(2_000)
        page.keyboard.press("Control+s")
        page.wait_for_timeout(500)
        notebook = nbformat.read(folder / "lessons" / name, as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        failed = [output for cell in code for output in cell.outputs if output.output_type == "error"]
        assert not failed, "\n".join(failed[0].traceback)
        if all(cell.execution_count for cell in code):
            return notebook
    pytest.fail(f"{name} did not finish in {minutes} minutes.")


@pytest.mark.parametrize("name", LESSONS)
def test_run_all_in_a_real_lab(browser, lab, name):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    notebook = run_all(page, lab, name, minutes=6)
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    noise = [output.text for output in shown if output.output_type == "stream" and output.name == "stderr"]
    assert not noise, noise
    pictures = [output["data"]["text/html"] for output in shown if "text/html" in output.get("data", {})]
    assert any("<img" in html and 'alt="' in html for html in pictures)
    SHOTS.mkdir(parents=True, exist_ok=True)
    assert page.get_by_text("Validate", exact=True).count() == 0, "an instructor's button is in the learner's window"
    page.set_viewport_size({"width": 1280, "height": 1000})
    count = page.locator(".jp-Notebook .jp-WindowedPanel-outer").count()
    assert count == 1
    scroller = page.locator(".jp-Notebook .jp-WindowedPanel-outer")
    height = scroller.evaluate("e => e.scrollHeight")
    for number, top in enumerate(range(0, height, 850)):
        scroller.evaluate("(e, top) => e.scrollTo(0, top)", top)
        page.wait_for_timeout(400)
        page.screenshot(path=SHOTS / f"{name[:2]}-{number:02d}.png")
    page.close()
