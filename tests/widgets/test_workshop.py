"""The workshop without a browser: what keys and buttons do to the set, what is shown, what is imported and resumed."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import utils
from utils import phrasebook
from utils.data import files
from utils.data.curation import Curation
from utils.widgets.workshop import drawers, workshop
from utils.widgets.workshop import view as views
from utils.widgets.workshop.checking import Checks
from utils.widgets.workshop.importing import Import
from utils.widgets.workshop.page import KEYS, LEADS, MOST_TEXT, ROWS, Page
from utils.widgets.workshop.view import View

SETS = [{"instruction": f"Say {n}.", "output": str(n)} for n in range(25)]


@pytest.fixture
def page():
    return Page(Curation(SETS))


@pytest.fixture
def mine(tmp_path):
    """A small workshop and its view; without an event loop everything is checked at once."""
    made = workshop(SETS, "mine", tmp_path)
    made.widget()
    return made


def decisions(page):
    return "".join((row.decision or "-")[0] for row in page.curation)


# Keys


def test_a_key_decides_and_goes_to_the_next_row_over_the_edge_of_the_page(page):
    for key in "kdf" + "k" * 9:
        page.press(key)
    assert decisions(page) == "kdf" + "k" * 9 + "-" * 13
    assert (page.number, page.at, page.focus) == (1, 2, "row")


def test_the_same_key_again_leaves_the_row_open(page):
    page.press("d")
    page.press("arrowup")
    page.press("d")
    assert decisions(page) == "-" * 25 and page.at == 0 and "open again" in page.message.text


def test_undo_and_redo_go_where_the_change_was(page):
    page.press("k")
    page.press("pagedown")
    page.press("u")
    assert (page.number, page.at) == (0, 0) and decisions(page) == "-" * 25
    page.press("pagedown")
    page.press("ctrl+shift+z")
    assert (page.number, page.at) == (0, 0) and decisions(page)[0] == "k"
    page.press("y")
    assert "Nothing" in page.message.text


def test_rows_are_written_copied_moved_and_deleted(page):
    page.go(1)
    page.press("n")
    assert page.at == 2 and page.focus == "text" and page.curation.row(page.id).instruction == ""
    page.type(page.id, "instruction", "new")
    page.press("c")
    assert page.at == 3 and page.curation.row(page.id).instruction == "new"
    page.press("alt+arrowup")
    page.press("alt+arrowup")
    assert page.at == 1 and [row.instruction for row in page.curation][:4] == ["Say 0.", "new", "Say 1.", "new"]
    page.press("delete")
    assert len(page.curation) == 26 and page.at == 1 and page.curation.row(page.id).instruction == "Say 1."
    while page.curation.undo():
        pass
    assert len(page.curation) == 25


@given(st.lists(st.sampled_from(sorted(KEYS)), max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_is_pressed_one_is_on_a_row_and_undo_leads_back(keys):
    page = Page(Curation(SETS[:12]))
    for key in keys:
        page.press(key)
        shown = page.shown()
        assert 0 <= page.number < page.pages and len(shown) <= ROWS
        assert (page.id in page.curation and 0 <= page.at < len(shown)) if len(page.curation) else page.id is None
        assert [row.number for row in shown] == [page.curation.place(row.row.id) + 1 for row in shown]
    while page.curation.undo():
        pass
    assert [row.instruction for row in page.curation] == [row["instruction"] for row in SETS[:12]]


def test_keys_for_all_and_none_twice():
    assert not set(KEYS) & set(LEADS)
    assert {KEYS[key] for key in "kdf"} == {("decide", "keep"), ("decide", "drop"), ("decide", "fix")}
    assert all(hasattr(Page, method) for method, *_ in KEYS.values())


def test_the_front_end_tells_of_keys_and_of_the_focus(mine):
    sent, keys = [], mine.view.keys
    keys.send = sent.append
    keys._told(keys, {"at": 3}, [])
    keys._told(keys, {"key": "d"}, [])
    assert decisions(mine.page)[:5] == "---d-" and sent == [{"at": 4, "to": "row"}]
    assert keys.names[0] == "row 1" and len(keys.names) == ROWS and set(keys.wanted) == set(KEYS)


# Filters and typing


def test_a_filter_shows_some_rows_with_their_own_numbers(page):
    page.filter(text="say 2")
    assert [row.number for row in page.shown()] == [3, 21, 22, 23, 24, 25] and "6 of 25" in page.message.text
    page.filter(text="", decision="keep")
    assert page.shown() == [] and page.id is None and page.pages == 1
    for key in KEYS:
        Page(page.curation, decision="keep").press(key)


def test_a_row_that_the_filter_no_longer_lets_through_makes_room_for_the_next(page):
    page.filter(decision="")
    for _ in range(3):
        page.press("k")
    assert page.at == 0 and page.shown()[0].number == 4 and decisions(page)[:4] == "kkk-"


def test_what_is_typed_is_one_step_of_undo_and_none_is_lost(page):
    for text in ("B", "Bo", "Bon"):
        page.type(0, "output", text)
    page.press("k")
    assert page.curation.row(0).output == "Bon" and len(page.curation.past) == 2
    page.press("u")
    page.press("u")
    assert page.curation.row(0).output == "0"
    page.type(3, "output", "x")
    page.curation.delete(3)
    page.settle()


def test_a_reason_stands_beside_the_decision(page):
    page.press("d")
    page.explain(0, "wrong answer")
    assert page.curation.row(0)[3:] == ("drop", "wrong answer")


# What is shown


def test_markup_is_text_and_a_giant_is_shown_in_part(tmp_path):
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    rows = [
        {"instruction": evil, "output": "y" * 1_048_576},
        {"instruction": "b", "output": evil},
    ]
    made = workshop(rows, f"<b>{evil}</b>", tmp_path)
    made.widget()
    made.view.check_all()
    line = made.view.lines[0]
    assert line.instruction.value == evil and line.output.disabled and not line.instruction.disabled
    assert line.output.value.endswith("… (1,048,576 characters; edit in the file)")
    assert len(line.output.value) < MOST_TEXT + 100 and made.curation.row(0).output == "y" * 1_048_576
    html = [line.mark.value, line.flags.value, made.view.panel.value, made.view.message.value]
    assert not any("<script" in text or "<img" in text for text in html)
    assert "not checked" not in line.flags.value


def test_half_of_a_surrogate_pair_is_no_reason_to_fail(tmp_path):
    made = workshop(None, "mine", tmp_path)
    made.widget()
    made.curation.write("a\ud800b", "c")  # by a line of Python, while it is shown
    made.view.do(made.page.settle)
    assert made.view.lines[0].instruction.value == "a?b"
    assert list(Curation.open(made.path)) == list(made.curation)


def test_the_panel_counts_and_says_what_is_missing(tmp_path):
    made = workshop(phrasebook.curated().select(range(40)), "mine", tmp_path)
    made.widget()
    figures = made.page.figures()
    assert figures.rows == figures.distinct == 40 and figures.checked == "Checked: up to date."
    assert sum(not rows for rows in figures.coverage.values()) >= 4
    assert "Still missing" in made.view.panel.value and "Constructions: " in made.view.panel.value
    made.page.press("d")
    assert made.page.figures().distinct == 39 and made.page.figures().decisions["drop"] == 1


def test_a_set_of_another_kind_has_no_constructions(mine):
    assert mine.page.figures().coverage is None and "Constructions" not in mine.view.panel.value


# Flags


def test_flags_follow_the_text():
    page = Page(Curation([{"instruction": "Ask", "output": "Write to bob@quayside-books.org."}, *SETS]))
    view = View(page, "mine", [])
    assert [flag.check for flag in page.shown()[0].flags] == ["personal_data"] and page.shown()[0].checked
    assert "personal data" in view.lines[0].flags.value
    view.lines[0].since = 0.0  # the page was turned long ago
    view.lines[0].output.value = "Say 5."
    assert page.shown()[0].flags == [] and "no flags" in view.lines[0].flags.value
    view.undo.click()
    assert "personal data" in view.lines[0].flags.value


def test_a_changed_row_shows_no_flag_of_its_old_text():
    curation = Curation([{"instruction": "Ask", "output": "Write to bob@quayside-books.org."}, *SETS])
    checks = Checks()
    for slow in (False, True):
        checks.take(checks.run(curation, slow), slow, curation.version)
    curation.edit(0, output="Write to Bob.")
    assert checks.of(curation.row(0)) == ([], False)
    curation.undo()
    assert [flag.check for flag in checks.of(curation.row(0))[0]] == ["personal_data"]
    curation.decide(0, "drop")
    assert checks.of(curation.row(0)) == ([], True)


def test_a_dropped_copy_leaves_the_other_without_a_flag(tmp_path):
    made = workshop([*SETS, SETS[3]], "mine", tmp_path)
    made.widget()
    assert made.page.checks.having("exact_repeat")
    made.page.filter(flag="exact_repeat")
    made.page.press("d")
    assert not made.page.checks.having("exact_repeat")


def test_quick_and_slow_are_all_checks_that_can_run():
    from utils.data.audit import CHECKS

    checks = Checks(single_answer=True)
    names = checks.names(False) + checks.names(True)
    can = {name for name, check in CHECKS.items() if check.needs in (None, "single_answer")}
    assert sorted(names) == sorted(can) and 0 < len(checks.names(True)) < len(checks.names(False))


# The widget


def test_buttons_and_texts_reach_the_set(mine):
    view, line = mine.view, mine.view.lines[2]
    line.since = 0.0
    line.output.value = "deux"
    line.buttons[1].click()
    line.reason.value = "wrong language"
    assert mine.curation.row(2)[2:] == ("deux", "drop", "wrong language") and "✗ drop" in line.mark.value
    view.forth.click()
    assert view.lines[0].instruction.value == "Say 10." and view.where.value == "2 of 3"
    view.forth.click()
    assert view.lines[5].box.layout.display == "none" and view.forth.disabled
    view.search.value = "say 2."
    assert view.where.value == "1 of 1" and view.lines[0].output.value == "deux"
    assert mine.rows.num_rows == 24


def test_a_text_that_arrives_after_the_page_was_turned_goes_to_the_row_it_was_typed_in(mine):
    view, line = mine.view, mine.view.lines[0]
    view.forth.click()
    line.instruction.value = "Say 0. Twice."  # held back by the front end, and overtaken by the click
    assert [mine.curation.row(id).instruction for id in (0, 10)] == ["Say 0. Twice.", "Say 10."]
    assert line.instruction.value == "Say 10."
    line.since = 0.0  # that was long ago
    line.instruction.value = "Say 10. Thrice."
    assert [mine.curation.row(id).instruction for id in (0, 10)] == ["Say 0. Twice.", "Say 10. Thrice."]


def test_a_new_row_can_be_typed_into_at_once(mine):
    mine.view.do(lambda: mine.page.press("n"))
    mine.view.lines[1].instruction.value = "T"
    assert [row.instruction for row in mine.curation][:3] == ["Say 0.", "T", "Say 1."]


def test_a_mistake_is_answered_with_a_sentence(mine):
    mine.view.do(lambda: mine.curation.decide(99, "keep"))
    assert "There is no row" in mine.view.message.value


# Import


@pytest.mark.parametrize(
    "text",
    [
        '{"instruction": "a", "output": "b"}\n{"instruction": "c", "output": "d"}',
        '[{"prompt": "a", "completion": "b"}, {"prompt": "c", "completion": "d"}]',
        "instruction,output\na,b\nc,d\n",
        "question\tanswer\na\tb\nc\td",
        '[{"instruction": "a", "input": "", "output": "b"}, {"instruction": "c", "input": "", "output": "d"}]',
        json.dumps(
            [
                {"messages": [{"role": "user", "content": q}, {"role": "assistant", "content": a}]}
                for q, a in ("ab", "cd")
            ]
        ),
    ],
)
def test_pasted_text_of_every_kind_is_previewed_and_added(page, text):
    waiting = Import.of_text(text)
    assert waiting.preview() == [("a", "b"), ("c", "d")] and not waiting.problem
    page.take(waiting)
    assert (
        len(page.curation) == 27
        and page.curation.row(page.id).instruction == "a"
        and "2 rows added" in page.message.text
    )
    page.press("u")
    assert len(page.curation) == 25


def test_columns_that_nobody_knows_are_chosen(page):
    waiting = Import.of_text("q,best,other\na,b,c\nd,e,f")
    assert waiting.columns == ["q", "best", "other"] and "columns" in waiting.problem and waiting.preview() == []
    with pytest.raises(ValueError, match="Choose first"):
        page.take(waiting)
    waiting.choose("q", "best")
    assert waiting.preview() == [("a", "b"), ("d", "e")] and not waiting.problem


def test_rejected_rows_are_named_and_kept_beside_the_set(tmp_path):
    curation = Curation(SETS, tmp_path / "mine.jsonl")
    waiting = Import.of_bytes("x.jsonl", b'{"instruction": "a", "output": "b"}\n{"instruction": "c"}\nnonsense\n')
    assert len(waiting.rejected()) == 2 and waiting.rejected()[0].startswith('Row 2: Its "output" is missing')
    assert "2 could not be used" in waiting.into(curation)
    assert len((tmp_path / "mine.rejected.jsonl").read_text().splitlines()) == 2


def test_rejected_rows_of_a_second_import_replace_none(tmp_path):
    curation = Curation(SETS, tmp_path / "mine.jsonl")
    for number in range(2):
        content = f'{{"instruction": "a", "output": "b"}}\n{{"instruction": "c{number}"}}\n'.encode()
        said = Import.of_bytes("x.jsonl", content).into(curation)
        assert "1 could not be used" in said and 'Row 2: Its "output" is missing' in said
    assert '"c1"' not in (tmp_path / "mine.rejected.jsonl").read_text().replace("'", '"').replace("c0", "")
    assert "c1" in (tmp_path / "mine.rejected.2.jsonl").read_text()


def test_rejected_rows_of_a_file_are_kept_beside_it(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text("prompt,completion\na,b\nc\n")
    waiting = Import(path)
    assert "1 of 2 rows is rejected" in waiting.rows.said and waiting.rejected() == [
        f"Row 2: {waiting.rows.rejected[0].reason}"
    ]
    said = waiting.into(Curation(SETS, tmp_path / "mine.jsonl"))
    assert "1 row could not be used; it stands in theirs.rejected.jsonl. Row 2: It has 1 cells" in said
    assert (tmp_path / "theirs.rejected.jsonl").exists()


def test_a_workshop_of_a_file_says_which_rows_it_does_not_show_and_where_they_are(tmp_path):
    path = tmp_path / "theirs.jsonl"
    path.write_text('{"instruction": "a", "output": "b"}\n{"instruction": "c"}\n{"text": "d"}\n')
    made = workshop(path, "theirs", tmp_path / "sets")
    assert len(made.curation) == 1
    assert made.page.warning.startswith("2 rows could not be used; they stand in theirs.rejected.jsonl. Row 2: Its")
    assert len((tmp_path / "theirs.rejected.jsonl").read_text().splitlines()) == 2
    assert workshop(path, "theirs", tmp_path / "sets").page.warning == ""
    assert "as a list is no file" in workshop([*files_of(path)], "a list", tmp_path / "sets").page.warning
    assert workshop(SETS, "good ones", tmp_path / "sets").page.warning == ""


def files_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("text", ["nothing that has columns", "{broken", "\0\1", " "])
def test_what_cannot_be_imported_gets_a_sentence(text):
    with pytest.raises(ValueError, match=r"^.{20,}[.?]$"):
        Import.of_text(text) if text.strip() else Import(text)


def test_import_and_export_in_the_widget(mine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    view = mine.view
    view._open(drawers.importing(mine.page, view.do, view._open))
    _, pasted, look, place, _ = view.drawer.children
    pasted.value = "q,best\n<i>a</i>,b"
    look.children[0].click()
    columns, shown, add = place.children
    assert add.children[0].disabled and "choose" in shown.value
    columns.children[2].click()
    assert "&lt;i&gt;a" in shown.value and not add.children[0].disabled
    add.children[0].click()
    assert len(mine.curation) == 26 and view.drawer.children == ()
    view._open(drawers.exporting(mine.page, "mine", view.do))
    for kind in (".jsonl", ".csv", ".parquet"):
        view.drawer.children[0].children[2].value = kind
        view.drawer.children[0].children[3].click()
        assert "26 rows" in view.message.value and len(files.read(tmp_path / f"mine{kind}")) == 26


def test_each_set_is_exported_under_its_own_name_and_it_says_what_it_replaces(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, rows in (("Good rows", SETS), ("Плохие строки", SETS[:3])):
        made = workshop(rows, name, tmp_path / "sets")
        made.widget()
        write = made.view.widget
        (export,) = [each for each in everything(write) if getattr(each, "description", "") == "Export …"]
        export.click()
        for replaced in (False, True):
            made.view.drawer.children[0].children[3].click()
            assert ("is replaced" in made.view.message.value) == replaced, "the second time the file is there"
    assert len(files.read("good-rows.jsonl")) == 25 and len(files.read("плохие-строки.jsonl")) == 3


def everything(widget):
    """A widget and all that is in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from everything(child)


# Resuming


def test_a_set_is_resumed_or_begun_anew_and_the_old_one_kept(tmp_path):
    first = workshop(SETS, "My set!", tmp_path)
    first.page.press("d")
    again = workshop(SETS, "My set!", tmp_path)
    assert again.resumed and decisions(again.page) == "d" + "-" * 24
    again.page.press("u")
    assert decisions(again.page) == "-" * 25
    banner = again.widget().children[0].children[1]
    assert "Resume your set of 25 rows" in banner.children[0].value
    banner.children[2].click()
    assert not again.resumed and len(list(tmp_path.glob("*.jsonl"))) == 2
    assert workshop(None, "My set!", tmp_path).curation.ids == list(range(25))


@pytest.mark.parametrize("names", [("My set!", "my SET", "my-set"), ("чат", "Чат?"), ("?", "!!", "set"), ("x" * 300, "x" * 299)])
def test_names_that_differ_little_are_sets_of_their_own(tmp_path, names):
    for number, name in enumerate(names, 1):
        workshop(SETS[:number], name, tmp_path).page.press("d")
    for number, name in enumerate(names, 1):
        again = workshop(None, name, tmp_path)
        assert again.resumed and decisions(again.page) == "d" + "-" * (number - 1)


def test_without_a_name_other_rows_are_another_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder, rows in (("a", SETS), ("b", SETS[:4])):
        files.write(rows, tmp_path / folder / "tickets.jsonl")
        workshop(tmp_path / folder / "tickets.jsonl", folder=tmp_path / "sets").page.press("k")
    workshop(SETS[:2], folder=tmp_path / "sets").page.press("d")
    workshop(SETS[:3], folder=tmp_path / "sets")
    first, second = (workshop(f"{name}/tickets.jsonl", folder=tmp_path / "sets") for name in "ab")
    assert (first.name, len(first.curation), len(second.curation)) == ("tickets", 25, 4)
    assert decisions(first.page)[0] == decisions(second.page)[0] == "k"
    assert decisions(workshop(SETS[:2], folder=tmp_path / "sets").page) == "d-"
    assert workshop(None, folder=tmp_path / "sets").name == "my set"


def test_a_damaged_file_is_put_aside(tmp_path):
    (tmp_path / "mine.jsonl").write_text("nonsense")
    made = workshop(SETS, "mine", tmp_path)
    assert len(made.curation) == 25 and "kept in" in made.page.warning
    assert len(Curation.open(made.path)) == 25


def test_without_a_place_to_save_it_says_so_and_goes_on(tmp_path):
    (tmp_path / "file").touch()
    made = workshop(SETS, "mine", tmp_path / "file")
    made.widget()
    assert "in memory" in made.view.message.value
    made.page.press("k")
    assert decisions(made.page)[0] == "k"


def test_a_place_that_vanishes_is_told_once(mine):
    mine.path.unlink()
    mine.view.do(lambda: mine.page.press("k"))
    assert "in memory" in mine.view.message.value
    mine.view.do(lambda: mine.page.press("k"))
    assert "in memory" not in mine.view.message.value and decisions(mine.page)[:2] == "kk"


def test_it_stands_beside_the_learners_record(tmp_path, monkeypatch):
    monkeypatch.setenv("QOQ_PROGRESS", str(tmp_path / "here" / "progress.json"))
    made = utils.workshop(SETS, "mine")
    assert made.path == tmp_path / "here" / "sets" / "mine.jsonl" and made.path.exists() and "25 rows" in repr(made)


def test_a_large_set_opens_in_pages(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(views.View, "_later", lambda self, act: None)
    rows = {"instruction": [f"Say {n}." for n in range(100_000)], "output": [str(n) for n in range(100_000)]}
    laps = {}

    def lap(name, act):
        began = time.perf_counter()
        made = act()
        laps[name] = round(1000 * (time.perf_counter() - began), 1)
        return made

    made = lap("open", lambda: workshop(rows, "large", tmp_path))
    lap("show", made.widget)
    lap("page turn", made.view.forth.click)
    lap("click", made.view.lines[3].buttons[0].click)
    lap("undo", made.view.undo.click)
    lap("resume", lambda: workshop(rows, "large", tmp_path))
    assert made.view.where.value == "2 of 10,000" and "Not checked yet" in made.view.panel.value
    with capsys.disabled():
        print(f"\n100,000 rows, in ms: {laps}")
