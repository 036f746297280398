"""Lessons as a learner meets them: in JupyterLab, with Run All. With SCREENSHOTS=1, its pictures go to build/screenshots."""

from pathlib import Path

import pytest

SLOW = ("12_a_real_model.ipynb",)  # trains a real model for minutes; solved, it is run as a notebook
LESSONS = sorted(path.name for path in (Path(__file__).parents[2] / "lessons").glob("*.ipynb"))


@pytest.mark.parametrize("name", LESSONS)
def test_run_all_in_a_real_lab(page, run_all, photograph, name, request):
    if name in SLOW and not request.config.getoption("--full"):
        pytest.skip("--full runs it in a browser, too")
    notebook = run_all(name, minutes=10)
    shown = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    noise = [output.text for output in shown if output.output_type == "stream" and output.name == "stderr"]
    assert not noise, noise
    pictures = [output["data"]["text/html"] for output in shown if "text/html" in output.get("data", {})]
    assert any("<img" in html and 'alt="' in html for html in pictures)
    assert page.get_by_text("Validate", exact=True).count() == 0, "an instructor's button is in the learner's window"
    assert page.locator(".jp-Notification, .Toastify__toast").count() == 0, "a pop-up is in the learner's window"
    for width in (1280, 800):
        photograph(name[:2], width)
