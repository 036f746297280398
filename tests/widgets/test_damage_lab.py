import math
import subprocess
import sys

import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from utils.data import damage, phrasebook, support
from utils.widgets import damage_lab as module
from utils.widgets.damage_lab import DamageLab, damage_lab
from utils.widgets.damage_lab.view import changes_html, quick_look_html, view
from utils.widgets.damage_lab.words import PRESETS, groups, label, percent

PHRASES = phrasebook.examples(60, seed=0)
DESK = support.examples(60, seed=0)
WORLDS = {"phrasebook": PHRASES, "support": DESK}


@pytest.fixture
def kept():
    return {}


@pytest.fixture
def lab(kept):
    return DamageLab(PHRASES, keep=lambda **facts: kept.update(facts))


def cells(rows):
    return list(zip(*(rows[column] for column in ("instruction", "output", "flaw", "source_row"))))


def test_it_makes_what_spoil_makes_of_the_same_settings(lab, kept):
    assert "Cut short: 10 % of 60 rows" in lab.share("truncated", 0.1).text
    lab.share("lowercase", 0.4)
    lab.systematic(["lowercase", "echo"])
    lab.resize(500)
    lab.draw(3)
    twin = damage.spoil(PHRASES, {"lowercase": 0.4, "truncated": 0.1}, size=500, seed=3, systematic=["lowercase"])
    assert cells(lab.spoiled) == cells(twin)
    assert cells(eval(lab.code, {"damage": damage, "rows": PHRASES})) == cells(twin)
    assert cells(damage.spoil(PHRASES, **kept)) == cells(twin)
    assert "systematic" not in DamageLab(PHRASES).code


def test_the_way_to_the_settings_does_not_matter(lab):
    for flaw, share in [("typo", 0.2), ("echo", 0.1), ("near_repeat", 0.3), ("typo", 0.3), ("echo", 0)]:
        lab.share(flaw, share)
    other = DamageLab(PHRASES)
    other.share("typo", 0.3)
    other.share("near_repeat", 0.3)
    assert lab.settings == other.settings and lab.hash == other.hash


def test_a_share_stops_at_what_is_left(lab):
    lab.share("lowercase", 0.7)
    assert "stops at 30 %" in lab.share("typo", 0.9).text
    assert lab.left == 0 and dict(lab.settings.shares) == {"lowercase": 0.7, "typo": 0.3}
    assert "stops at 0 %" in lab.share("echo", 0.2).text
    thirds = DamageLab(PHRASES)
    assert not any("stops" in thirds.share(flaw, 1 / 3).text for flaw in ("lowercase", "typo", "echo"))


def test_a_change_that_cannot_be_is_not_made(lab):
    lab.share("lowercase", 0.5)
    before = lab.settings, lab.hash
    card = lab.share("exact_repeat", 0.5)  # there is no row left for it to stand beside
    assert "needs rows that are left" in card.text and "stays as it was" in card.text
    assert (lab.settings, lab.hash) == before


@pytest.mark.parametrize(
    "act, said",
    [
        (lambda lab: lab.share("lowercas", 0.1), "unknown"),
        (lambda lab: lab.share("typo", 40), "0.4 is 40 %"),
        (lambda lab: lab.share("typo", math.nan), "from 0 to 1"),
        (lambda lab: lab.share("typo", "0.4"), "from 0 to 1"),
        (lambda lab: lab.share("typo", True), "from 0 to 1"),
        (lambda lab: lab.share("wrong_era", 0.1), "support desk"),
        (lambda lab: lab.resize(0), "1 to 10,000 rows"),
        (lambda lab: lab.resize(10_001), "1 to 10,000 rows"),
        (lambda lab: lab.resize(2.5), "1 to 10,000 rows"),
        (lambda lab: lab.systematic(["typos"]), "unknown"),
        (lambda lab: lab.draw("x"), "whole number"),
        (lambda lab: lab.preset("chaos"), "scraped forum"),
        (lambda lab: lab.undo(), "nothing to undo"),
        (lambda lab: lab.redo(), "nothing to redo"),
    ],
)
def test_what_makes_no_sense_gets_a_sentence_and_changes_nothing(lab, kept, act, said):
    assert said in act(lab).text
    assert not lab.can_undo and not kept


def test_rows_that_cannot_be_spoiled_say_so_at_once():
    with pytest.raises(ValueError, match="no rows"):
        damage_lab(PHRASES.select([]))
    with pytest.raises(ValueError, match='no column "output"'):
        damage_lab(PHRASES.remove_columns("output"))


def test_flaws_that_do_not_apply_say_why():
    assert list(DamageLab(PHRASES).not_applicable) == ["wrong_era"]
    assert DamageLab(DESK).not_applicable == {"lost_accents": "These answers have no accents to lose."}
    one = DamageLab(Dataset.from_dict({"instruction": ["Say it."], "output": ["12"]}))
    assert {"wrong_answer", "contradiction", "lowercase", "typo", "truncated"} <= set(one.not_applicable)
    assert "exact_repeat" not in one.not_applicable
    late = Dataset.from_dict({"instruction": ["Say it."] * 60, "output": ["Hello."] * 59 + ["Été."]})
    assert "lost_accents" not in DamageLab(late).not_applicable


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("n", [3, 10, 60])
def test_every_preset_works_on_every_world(name, world, n):
    rows = WORLDS[world].select(range(n))
    lab, preset = DamageLab(rows), PRESETS[name]
    assert lab.preset(name).text.startswith(preset.story)
    assert sum(preset.shares.values()) <= 1 and lab.left >= 0
    assert lab.settings.size == n * preset.times and sum(map(bool, lab.spoiled["flaw"])) > 0.3 * lab.settings.size
    assert set(preset.systematic) <= set(preset.shares) <= set(damage.FLAWS)


def test_a_preset_leaves_out_what_the_rows_have_too_little_for():
    # In the one row that has an accent, the flaw that comes first may leave none to lose.
    rows = Dataset.from_dict({"instruction": ["Say it."] * 3, "output": ["Le café.", "Le pain.", "La soupe."]})
    lab = DamageLab(rows)
    said = lab.preset("one tired annotator").text
    missing = set(PRESETS["one tired annotator"].shares) - set(dict(lab.settings.shares))
    assert missing == {"lost_accents"} and "“Accents lost” is left out: these rows have too little" in said
    assert sum(map(bool, lab.spoiled["flaw"])) == pytest.approx(0.55 * len(lab.spoiled), abs=1)


def test_two_eras_need_the_support_desk():
    lab = DamageLab(PHRASES)
    assert "“Contradiction” takes its share" in lab.preset("two eras").text
    assert dict(lab.settings.shares) == {"contradiction": 0.5}
    desk = DamageLab(DESK)
    assert "takes its share" not in desk.preset("two eras").text and "wrong_era" in dict(desk.settings.shares)


SMALL = PHRASES.select(range(4))
ACTS = st.one_of(
    st.tuples(st.just("share"), st.sampled_from(sorted(damage.FLAWS)), st.sampled_from([0, 0.1, 0.5, 1])),
    st.tuples(st.just("systematic"), st.sets(st.sampled_from(sorted(damage.FLAWS)), max_size=3) | st.booleans()),
    st.tuples(st.just("resize"), st.integers(0, 40)),
    st.tuples(st.just("draw"), st.integers(0, 3)),
    st.tuples(st.just("preset"), st.sampled_from(sorted(PRESETS))),
    st.tuples(st.sampled_from(["reset", "undo", "redo"])),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(ACTS, max_size=12))
def test_undo_leads_back_to_the_start_and_redo_to_the_end(acts):
    lab = DamageLab(SMALL)
    start = lab.settings, lab.hash
    for name, *given_ in acts:
        getattr(lab, name)(*given_)
        assert lab.left >= 0 and len(lab.spoiled) == lab.settings.size
        assert cells(lab.spoiled) == cells(damage.spoil(SMALL, **lab.settings.arguments))
    steps = 0
    while lab.can_redo:
        lab.redo()
    end = lab.settings, lab.hash
    while lab.can_undo:
        lab.undo()
        steps += 1
    assert (lab.settings, lab.hash) == start
    for _ in range(steps):
        lab.redo()
    assert (lab.settings, lab.hash) == end


def test_a_new_change_after_undo_forgets_what_was_undone(lab):
    lab.share("typo", 0.1)
    lab.undo()
    lab.share("echo", 0.1)
    assert not lab.can_redo and "echo" in dict(lab.settings.shares)
    lab.reset()
    assert lab.settings.shares == ()
    lab.undo()
    assert dict(lab.settings.shares) == {"echo": 0.1}


def test_the_hash_is_the_same_in_every_process_and_moves_with_every_cell():
    code = "from utils import phrasebook, damage_lab; lab = damage_lab(phrasebook.examples(60, seed=0)); "
    code += "lab.preset('the scraped forum'); print(lab.hash)"
    lab = DamageLab(PHRASES)
    lab.preset("the scraped forum")
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert lab.hash == there and len(there) == 12 and int(there, 16) >= 0
    rows = [("a", "b"), ("c", "d")]
    variants = [rows, rows[::-1], [("ab", ""), ("c", "d")], [("a", "bc"), ("", "d")], [("a", "b"), ("c", "d ")]]
    made = [Dataset.from_dict(dict(zip(("instruction", "output"), zip(*v)))) for v in variants]
    assert len({DamageLab(rows).hash for rows in made}) == len(variants)


def test_the_receipt_adds_up(lab):
    lab.preset("one tired annotator")
    receipt = lab.receipt.set_index("what")
    assert receipt.loc["Lower case, no full stop", "rows"] == 84 and receipt.loc["All rows", "share"] == 1
    assert receipt["rows"].iloc[:-1].sum() == receipt.loc["All rows", "rows"] == 240
    assert "Left as they were: 84 (35 %)" in repr(lab) and lab.code in repr(lab)


def test_changes_come_first_and_take_turns(lab):
    lab.share("typo", 0.1)
    lab.share("exact_repeat", 0.05)
    pages = [change for page in range(10) for change in lab.changes(page)]
    assert sorted(change.row for change in pages) == list(range(60)), "every row is shown once"
    assert [bool(change.flaw) for change in pages] == [True] * 9 + [False] * 51
    assert {change.flaw for change in pages[:2]} == {"typo", "exact_repeat"}
    assert lab.changes(10) == lab.changes(0)
    for change in pages:
        assert change.before == (PHRASES[change.source]["instruction"], PHRASES[change.source]["output"])
        assert (change.before != change.after) == (change.flaw == "typo")
    assert f"a copy of row {next(c.source for c in pages if c.flaw == 'exact_repeat')}" in changes_html(pages)
    few = DamageLab(SMALL)
    assert len(few.changes()) == 4 and len(few.quick_look()) == 4


def test_a_quick_look_is_random_and_shows_no_mark(lab):
    lab.preset("the scraped forum")
    assert lab.quick_look() == lab.quick_look() != lab.quick_look(seed=1)
    rows = set(zip(lab.spoiled["instruction"], lab.spoiled["output"]))
    assert len(lab.quick_look()) == 10 and set(lab.quick_look()) <= rows
    assert "<ins" not in quick_look_html(lab.quick_look())


# --- the view -----------------------------------------------------------------------------------------------


def find(widget, kind, description):
    """The widgets of a kind below this one, by their description."""
    if type(widget).__name__ == kind and getattr(widget, "description", "") == description:
        yield widget
    for child in getattr(widget, "children", ()):
        yield from find(child, kind, description)


def html(widget) -> str:
    return "".join(part.value for part in every(widget, "HTML"))


def every(widget, kind):
    if type(widget).__name__ == kind:
        yield widget
    for child in getattr(widget, "children", ()):
        yield from every(child, kind)


def press(shown, name):
    next(find(shown, "Button", name)).click()


def test_the_view_follows_and_commands_the_lab(lab):
    shown = view(lab)
    sliders = list(every(shown, "FloatSlider"))
    assert len(sliders) == len(damage.FLAWS) - 1 and "Does not apply" in html(shown)
    sliders[0].value = 40  # the first flaw of the first group
    assert dict(lab.settings.shares) == {"lowercase": 0.4} and "Lower case, no full stop: 40 %" in html(shown)
    lab.share("typo", 0.333)
    assert sliders[2].value == pytest.approx(33.3) and dict(lab.settings.shares)["typo"] == 0.333
    sliders[2].value = 90
    assert sliders[2].value == pytest.approx(60), "the slider stops at what is left"
    press(shown, "Undo")
    assert sliders[2].value == pytest.approx(33.3)
    next(find(shown, "SelectionSlider", "Size of the set")).value = 600
    assert lab.settings.size == 600
    lab.resize(77)
    assert next(every(shown, "SelectionSlider")).value == 77
    settled = list(find(shown, "Checkbox", "systematic"))
    settled[0].value = True
    assert lab.settings.systematic == {"lowercase"}
    press(shown, "The scraped forum")
    assert PRESETS["the scraped forum"].story in html(shown) and lab.hash in html(shown)
    press(shown, "Draw again")
    assert lab.settings.seed == 1
    press(shown, "Start again")
    assert all(slider.value == 0 for slider in sliders) and not any(box.value for box in settled)


def test_the_buttons_show_other_rows(lab):
    shown = view(lab)
    press(shown, "The scraped forum")
    for name in ("Show other rows", "Ten other rows"):
        before = html(shown)
        press(shown, name)
        assert html(shown) != before


def test_a_long_change_says_first_that_it_is_at_work(lab):
    cards = []
    lab.watch(cards.append)
    lab.share("typo", 0.1)
    lab.resize(10_000)
    assert [card is module.WORKING for card in cards] == [False, True, False]


def test_html_and_long_cells_are_shown_as_text():
    bad = '</td></table><script>alert("x")</script><img src=x onerror=alert(1)> Bonjour été'
    rows = Dataset.from_dict({"instruction": [bad, "Long: " + "word " * 200_000], "output": [bad, "Mot " * 250_000]})
    lab = DamageLab(rows)
    shown = view(lab)
    lab.preset("the scraped forum")
    assert lab.most < 100 and "fill the memory" in lab.resize(10_000).text
    for page in range(3):
        found = html(shown) + changes_html(lab.changes(page)) + quick_look_html(lab.quick_look(seed=page))
        assert "<script" not in found and "<img" not in found and len(found) < 100_000


def test_a_flaw_of_ones_own_gets_a_slider(monkeypatch):
    monkeypatch.setitem(damage.FLAWS, "shout", lambda row, rows, r: (row[0], row[1].upper()))
    assert groups()["Your own"] == ["shout"] and label("shout") == "Shout"
    lab = DamageLab(PHRASES)
    shown = view(lab)
    list(every(shown, "FloatSlider"))[-1].value = 50
    assert dict(lab.settings.shares) == {"shout": 0.5} and "Shout: 50 %" in html(shown)


def test_every_flaw_has_a_name_in_words():
    named = [flaw for flaws in groups().values() for flaw in flaws]
    assert sorted(named) == sorted(damage.FLAWS) and len({label(flaw) for flaw in named}) == len(named)
    assert (percent(0.07), percent(1), percent(0)) == ("7 %", "100 %", "0 %")
