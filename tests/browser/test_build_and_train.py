"""The widgets that work on sets in a real JupyterLab: workshop, damage lab, run panel, by mouse and by keyboard."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.jupyter import SHOTS, choose, wait_for_kernel
from utils.data.curation import Curation

HOSTILE = '<img src=x onerror="window.harmed=1"><script>window.harmed=1</script><b>bold</b>'
ROWS = f"""
import os
from pathlib import Path
os.environ["QOQ_CACHE"] = str(Path("runs").absolute())
from datasets import Dataset
from utils import damage_lab, phrasebook, run_panel, workshop
hostile = {{"instruction": {HOSTILE!r}, "output": {HOSTILE!r}}}
rows = Dataset.from_list([hostile, *phrasebook.examples(11, seed=1).select_columns(["instruction", "output"])])
"""
BROKEN = [
    json.dumps({"instruction": "Translate to French: Good morning.", "output": "Bonjour."}),
    '{"instruction": "Translate to French: Good night.", "output": ',
    json.dumps({"instruction": "Translate to French: Goodbye."}),
    json.dumps({"instruction": HOSTILE, "output": "Non."}),
]


def reload(page) -> None:
    """Save, and load the page again; the kernel lives on."""
    choose(page, "File", "Save Notebook")
    page.wait_for_function("!document.querySelector('.lm-TabBar-tab.jp-mod-dirty')")
    page.reload()
    wait_for_kernel(page)


def sources(page) -> list[str]:
    """What stands in the cells: a key that leaks out of a widget deletes, cuts, pastes or inserts one."""
    return page.locator(".jp-Cell .jp-InputArea-editor .cm-content").all_inner_texts()


def group(page, name: str):
    found = page.get_by_role("group", name=name, exact=True)
    found.wait_for(timeout=60_000)
    found.scroll_into_view_if_needed()
    return found


def row(set_, number: int):
    return set_.get_by_role("group", name=f"row {number}", exact=True)


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_until(page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"The Tab key does not reach {selector}.")


def figures(set_) -> dict[str, str]:
    """What the panel beside the rows says."""
    return dict(zip(set_.locator(".qoq-panel dt").all_inner_texts(), set_.locator(".qoq-panel dd").all_inner_texts()))


def as_saved(folder, name: str) -> list[tuple[str, str, str]]:
    """(decision, instruction, output) of all rows, as a new kernel would find them."""
    curation = Curation.open(folder / "sets" / f"{name}.jsonl")
    return [(row.decision, row.instruction, row.output) for row in curation]


def saved(page, folder, name: str, condition) -> list[tuple[str, str, str]]:
    """The same, as soon as the condition holds."""
    for _ in range(60):
        rows = as_saved(folder, name)
        if condition(rows):
            return rows
        page.wait_for_timeout(200)
    pytest.fail(f"What was done is not in the file of the set: {rows}")


def build_by_mouse(page, folder):
    mine = group(page, "by mouse")
    for number, word in ((2, "Keep"), (3, "Drop"), (4, "Fix")):
        mine.get_by_role("button", name=f"{word} row {number}", exact=True).click()
        expect(row(mine, number).locator(".qoq-decision")).to_contain_text(word.casefold())
    expect(mine.locator(".qoq-message")).to_contain_text("Row 4: to be fixed.")
    output = mine.get_by_label("Output of row 4", exact=True)
    output.fill("Je suis ici.")
    mine.get_by_role("button", name="Page ›", exact=True).click()
    mine.get_by_role("button", name="Keep row 12", exact=True).click()
    expect(row(mine, 12).locator(".qoq-decision")).to_contain_text("keep")
    mine.get_by_role("button", name="Undo", exact=True).click()
    expect(row(mine, 12).locator(".qoq-decision")).to_contain_text("open")
    mine.get_by_role("button", name="Redo", exact=True).click()
    expect(row(mine, 12).locator(".qoq-decision")).to_contain_text("keep")
    rows = saved(page, folder, "by-mouse", lambda rows: rows[11][0] == "keep")
    assert [decision for decision, *_ in rows] == ["", "keep", "drop", "fix", *[""] * 7, "keep"]
    assert rows[3][2] == "Je suis ici."


def import_what_is_broken(page, folder):
    mine = group(page, "by mouse")
    file = folder / "lessons" / "broken.jsonl"
    file.write_text("\n".join(BROKEN), encoding="utf-8")
    mine.get_by_role("button", name="Import …", exact=True).click()
    drawer = mine.locator(".qoq-preview")
    drawer.get_by_role("button", name="Preview", exact=True).click()
    expect(mine.locator(".qoq-message")).to_contain_text("There is nothing to import yet")
    with page.expect_file_chooser() as chooser:
        drawer.get_by_role("button", name="Upload a file").click()
    chooser.value.set_files(file)
    expect(drawer).to_contain_text(re.compile(r"Preview *2 rows \("))
    expect(drawer).to_contain_text("2 cannot be used.")
    expect(drawer.get_by_text("Row 2:")).to_be_visible()
    expect(drawer.get_by_text("Row 3:")).to_be_visible()
    expect(drawer).to_contain_text(HOSTILE)  # as text
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "workshop-import-1280.png")
    drawer.get_by_role("button", name="Add these rows").click()
    expect(mine.locator(".qoq-message")).to_contain_text("2 rows added. 2 could not be used: see")
    assert len((folder / "sets" / "by-mouse.rejected.jsonl").read_text().splitlines()) == 2

    mine.get_by_role("button", name="Import …", exact=True).click()
    drawer.get_by_placeholder("… or paste rows").fill(
        "front,back\nTranslate to French: The door.,La porte.\nNo second cell."
    )
    drawer.get_by_role("button", name="Preview", exact=True).click()
    drawer.get_by_text("No column here has a name that is known").wait_for()
    drawer.locator("select").nth(0).select_option("front")
    drawer.locator("select").nth(1).select_option("back")
    drawer.get_by_role("button", name="Use these columns").click()
    expect(drawer).to_contain_text("1 cannot be used.")
    drawer.get_by_role("button", name="Add these rows").click()
    expect(mine.locator(".qoq-message")).to_contain_text("1 rows added. 1 could not be used: see")
    expect(mine.get_by_label("Output of row 15", exact=True)).to_have_value("La porte.")
    assert len(as_saved(folder, "by-mouse")) == 15


def build_by_keyboard_alone(page, folder):
    group(page, "by keys")
    page.locator(".jp-CodeCell", has_text="by keys").locator(".cm-content").first.click()
    page.keyboard.press("Escape")
    tab_until(page, ".qoq-row")
    mine = group(page, "by keys")
    for number, key, word in ((1, "k", "keep"), (2, "d", "drop"), (3, "f", "fix")):
        page.keyboard.press(key)
        expect(row(mine, number).locator(".qoq-decision")).to_contain_text(word)
        expect(row(mine, number + 1)).to_be_focused()
    press(page, "ArrowDown")
    expect(row(mine, 5)).to_be_focused()
    press(page, "ArrowUp", "ArrowUp")
    expect(row(mine, 3)).to_be_focused()
    press(page, "k")
    expect(row(mine, 3).locator(".qoq-decision")).to_contain_text("keep")
    expect(row(mine, 4)).to_be_focused()

    press(page, "e")
    instruction = mine.get_by_label("Instruction of row 4", exact=True)
    expect(instruction).to_be_focused()
    before = instruction.input_value()
    press(page, "End", "Control+End")
    page.keyboard.type(" dkfxab")  # all of these mean something elsewhere
    expect(instruction).to_have_value(f"{before} dkfxab")
    press(page, "Escape")
    expect(row(mine, 4)).to_be_focused()
    saved(page, folder, "by-keys", lambda rows: rows[3][1] == f"{before} dkfxab")
    press(page, "u")
    expect(instruction).to_have_value(before)
    press(page, "u")
    expect(row(mine, 3).locator(".qoq-decision")).to_contain_text("fix")
    press(page, "Control+y")
    expect(row(mine, 3).locator(".qoq-decision")).to_contain_text("keep")

    press(page, "ArrowRight")
    expect(row(mine, 11)).to_be_focused()
    below = as_saved(folder, "by-keys")[11:]
    press(page, "n")
    written = mine.get_by_label("Instruction of row 12", exact=True)
    expect(written).to_be_focused()
    expect(written).to_have_value("")
    page.keyboard.type("Translate to French: The cat sleeps.")
    press(page, "Tab")
    expect(mine.get_by_label("Output of row 12", exact=True)).to_be_focused()
    page.keyboard.type("Le chat dort.")
    press(page, "Escape")
    expect(row(mine, 12)).to_be_focused()
    rows = saved(page, folder, "by-keys", lambda rows: len(rows) == 13 and rows[11][2] == "Le chat dort.")
    assert [decision for decision, *_ in rows[:4]] == ["keep", "drop", "keep", ""]
    assert rows[11][1] == "Translate to French: The cat sleeps." and rows[12:] == below


def test_sets_by_mouse_and_by_keyboard_outlive_page_and_kernel(page, lab, opened, photograph):
    _, folder = lab
    opened("sets.ipynb", [ROWS, 'workshop(rows, name="by mouse")', 'workshop(rows, name="by keys")', "len(rows)"])
    cells = sources(page)
    build_by_mouse(page, folder)
    import_what_is_broken(page, folder)
    build_by_keyboard_alone(page, folder)
    press(page, *"ddxab")  # elsewhere these delete, cut and insert cells
    saved(page, folder, "by-keys", lambda rows: [decision for decision, *_ in rows[11:]] == ["drop", "drop"])
    assert sources(page) == cells and len(cells) == 4

    group(page, "by mouse").get_by_role("button", name="‹ Page", exact=True).click()
    expect(group(page, "by mouse").get_by_label("Instruction of row 1", exact=True)).to_have_value(HOSTILE)
    expect(group(page, "by mouse").locator(".qoq-panel")).to_contain_text("Checked: up to date.", timeout=60_000)
    assert page.locator(".qoq-frame script, .qoq-frame img").count() == 0
    assert page.evaluate("window.harmed") is None
    photograph("workshop", 800)
    photograph("workshop", 1280)

    before = {name: as_saved(folder, name) for name in ("by-mouse", "by-keys")}
    reload(page)
    mine = group(page, "by mouse")
    expect(row(mine, 2).locator(".qoq-decision")).to_contain_text("keep")
    assert figures(mine)["Rows"] == "15"
    row(mine, 5).focus()
    press(page, "k")  # the kernel is still the same, and still answers
    expect(row(mine, 5).locator(".qoq-decision")).to_contain_text("keep")
    before["by-mouse"][4] = ("keep", *before["by-mouse"][4][1:])

    choose(page, "Kernel", "Restart Kernel and Run All Cells…")
    page.locator(".jp-Dialog").get_by_role("button", name="Confirm Kernel Restart").click()
    for name, rows in (("by mouse", 15), ("by keys", 13)):
        again = group(page, name)
        expect(again).to_contain_text(f"Resume your set of {rows} rows", timeout=90_000)
        again.get_by_role("button", name="Resume", exact=True).click()
        expect(again.get_by_text("Resume your set")).to_be_hidden()
        assert figures(again)["Rows"] == str(rows)
        assert as_saved(folder, name.replace(" ", "-")) == before[name.replace(" ", "-")]
    mine = group(page, "by keys")
    expect(row(mine, 2).locator(".qoq-decision")).to_contain_text("drop")
    mine.get_by_role("button", name="Undo", exact=True).click()  # even what was done before the restart
    saved(page, folder, "by-keys", lambda rows: rows[12][0] == "")
    assert page.evaluate("window.harmed") is None


def wreck(page):
    group(page, "Damage lab: size of the set").get_by_role("button", name="One tired annotator").click()
    done = group(page, "What is done")
    expect(done).to_contain_text("One person wrote too much on a Friday")
    expect(done).to_contain_text("48 rows, 65 % spoiled")
    flaw = group(page, "Letters swapped")
    handle = flaw.locator(".noUi-handle")
    handle.focus()
    press(page, "ArrowRight", "ArrowRight")
    expect(done).to_contain_text("Letters swapped: 2 % of 48 rows.")
    expect(done).to_contain_text("67 % spoiled")
    assert page.evaluate("document.activeElement.matches('.noUi-handle')")
    page.get_by_role("button", name="Receipt", exact=True).click()
    expect(group(page, "Receipt")).to_contain_text('"typo": 0.02')
    done.get_by_role("button", name="Undo", exact=True).click()
    expect(done).to_contain_text("66 % spoiled")


def train(page):
    panel = group(page, "Run panel")
    expect(panel).to_contain_text("Start does 4 runs.", timeout=60_000)
    panel.get_by_role("button", name="Start", exact=True).click()
    expect(panel).to_contain_text(re.compile(r"Training: [12] of 4 runs finished"), timeout=90_000)
    panel.get_by_role("button", name="Stop", exact=True).click()
    expect(panel).to_contain_text(re.compile(r"Stopped: [123] of 4 runs are finished and kept\."), timeout=60_000)
    reload(page)
    panel = group(page, "Run panel")
    expect(panel).to_contain_text("are finished and kept.")
    panel.get_by_role("button", name="Resume", exact=True).click()
    expect(panel).to_contain_text("Finished: 4 of 4 runs", timeout=90_000)
    expect(panel.locator("table", has_text="right %")).to_contain_text("clean")
    assert panel.get_by_role("button", name="Start", exact=True).is_disabled()


def test_wreck_and_train(page, lab, opened, photograph):
    train_ = 'run_panel({"clean": clean, "<i>wrecked</i>": clean.select(range(6))}, steps=10, seeds=2, test=test)'
    opened(
        "train.ipynb",
        [
            f"{ROWS}\nclean, test = phrasebook.examples(12, seed=1), phrasebook.examples(8, split='test')",
            "damage_lab(clean)",
            train_,
            "len(rows)",
        ],
    )
    cells = sources(page)
    wreck(page)
    train(page)
    press(page, *"ddxab")  # the button that was pressed last is disabled by now
    for widget in (page.get_by_label("clean (12 rows)"), group(page, "Cut short").locator(".noUi-handle")):
        widget.focus()
        press(page, *"ddxab")
        page.evaluate("document.activeElement.closest('.jp-Cell').focus()")  # as JupyterLab does in its own time
        press(page, *"ddxab")
    assert sources(page) == cells and len(cells) == 4
    assert page.locator(".qoq-frame i", has_text="wrecked").count() == 0
    photograph("train", 800)
    photograph("train", 1280)
