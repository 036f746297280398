"""The widgets of a lesson in a real JupyterLab: by mouse, and by keyboard alone."""

import json

import pytest

LESSON = "00_start_here.ipynb"


@pytest.fixture
def start_here(page, run_all, lab):
    """Lesson 00 after Run All, with an empty record of progress, and a way to read that record."""
    _, folder = lab
    (folder / "progress.json").unlink(missing_ok=True)
    run_all(LESSON, minutes=3)

    def known(kind: str, name: str) -> dict:
        record = json.loads((folder / "progress.json").read_text(encoding="utf-8"))
        return record.get("00", {}).get(kind, {}).get(name, {})

    return known


def frame(page, label: str):
    found = page.get_by_role("group", name=label)
    found.scroll_into_view_if_needed()
    return found


def run_again(page, code: str) -> None:
    """Run the cell that holds `code`, as a learner does: click into it and press Shift + Enter."""
    cell = page.locator(".jp-CodeCell", has_text=code)
    cell.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]", state="attached")
    page.wait_for_timeout(500)


def test_by_mouse(page, start_here):
    prediction = frame(page, "Of 100 sentences")
    track = prediction.locator(".noUi-base")
    track.click(position={"x": 0.3 * track.bounding_box()["width"], "y": 2})
    prediction.get_by_role("button", name="Seal my prediction").click()
    prediction.get_by_text("Sealed").or_(prediction.get_by_text("noted")).wait_for()
    assert 20 <= start_here("predictions", "no fine-tuning")["value"] <= 40

    quiz = frame(page, "The model has read")
    quiz.get_by_text("It knows no French.").click()
    quiz.get_by_role("button", name="Check my answer").click()
    quiz.get_by_text("Not right yet").wait_for()
    quiz.get_by_text("It does: it has read the phrases").wait_for()
    quiz.get_by_role("button", name="Hint").click()
    quiz.get_by_text("Hint:").wait_for()
    quiz.get_by_text("nobody has shown it what an instruction asks for").click()
    quiz.get_by_role("button", name="Check my answer").click()
    quiz.get_by_text("Right.", exact=True).wait_for()
    assert start_here("questions", "1") == {"answer": ["a"], "outcome": "right"} | start_here("questions", "1")

    help_ = frame(page, "Help with this exercise")
    help_.get_by_role("button", name="Hint").click()
    help_.get_by_text("Hint 1 of 3").wait_for()
    help_.get_by_role("button", name="Solution").click()
    help_.get_by_text("Have you tried it yourself").wait_for()
    help_.get_by_role("button", name="Solution").click()
    help_.get_by_text("Our solution").click()
    help_.get_by_text("Bonsoir.").wait_for()

    run_again(page, "progress()")
    map_ = page.locator("table", has_text="Questions")
    assert map_.locator("[aria-label='1 of 1 questions']").inner_text() == "●"
    assert map_.locator("[aria-label='0 of 1 exercises']").inner_text() == "○"


def test_by_keyboard_alone(page, start_here):
    cells = page.locator(".jp-Cell").count()

    def tab_until(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"The Tab key does not reach {selector}.")

    frame(page, "Of 100 sentences")
    page.locator(".jp-CodeCell", has_text="lesson.predict(").locator(".cm-content").last.click()
    page.keyboard.press("Escape")
    tab_until(".noUi-handle")
    page.keyboard.press("Shift+Tab")
    assert not page.evaluate("Boolean(document.activeElement.closest('.qoq-frame'))"), "no way out of the widget"
    page.keyboard.press("Tab")
    before = float(page.evaluate("document.activeElement.getAttribute('aria-valuenow')"))
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    after = float(page.evaluate("document.activeElement.getAttribute('aria-valuenow')"))
    assert after == before + 3
    tab_until("button.mod-primary")
    page.keyboard.press("Enter")
    page.get_by_role("group", name="Of 100 sentences").get_by_text("53 %").first.wait_for()
    assert start_here("predictions", "no fine-tuning")["value"] == 53

    quiz = frame(page, "The model has read")
    page.locator(".jp-CodeCell", has_text="lesson.quiz(1)").locator(".cm-content").last.click()
    page.keyboard.press("Escape")
    tab_until("input[type=radio]")
    page.keyboard.press("Space")
    for _ in range(4):  # the arrows go round all four choices and back to the first
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert quiz.locator("input:checked").get_attribute("value") == "1"
    tab_until("button.mod-primary")
    page.keyboard.press("Space")
    quiz.locator(".qoq-reply").get_by_text("right", exact=False).first.wait_for()
    assert start_here("questions", "1")["answer"] == ["b"]

    for key in "ddabx":  # with the focus in a widget these would delete, insert and cut cells
        page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == cells
