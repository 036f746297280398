"""The sets of a learner: what is chosen in the workshop, and what is kept for the next lesson."""

from collections import Counter

import pytest
from datasets import Dataset

from utils.course import sets
from utils.course.lesson import Lesson
from utils.data.constructions import recognise
from utils.data.curation import Curation
from utils.data.grammar import CONSTRUCTIONS

PILE = Dataset.from_list(
    [{"instruction": f"Translate to French: {n}", "output": str(n)} for n in ("one", "two", "three", "four", "five")]
)
TEST = Dataset.from_list([{"instruction": "Translate to French: Six.", "output": "Six."}])


@pytest.fixture
def curation():
    return Curation(PILE, say=lambda sentence: None)


def test_what_is_kept_mended_or_written_is_chosen(curation, capsys):
    kept, dropped, to_fix, mended, _open = curation.ids
    curation.decide(kept, "keep")
    curation.decide(dropped, "drop")
    curation.decide(to_fix, "fix")
    curation.edit(mended, output="Quatre.")
    curation.write("Translate to French: Seven.", "Sept.")
    curation.write("", "")
    curation.write("translate to French: six", "Six.")
    rows = sets.chosen(curation, PILE, TEST)
    assert list(rows["origin"]) == ["kept", "mended", "written"]
    assert list(rows["output"]) == ["one", "Quatre.", "Sept."]
    assert "1 of your rows stands in the test set" in capsys.readouterr().out


def test_nothing_chosen_is_a_set_without_rows(curation):
    rows = sets.chosen(curation, PILE, TEST)
    assert len(rows) == 0 and rows.column_names == ["instruction", "output", "origin"]


def test_a_saved_set_comes_back(own_progress):
    rows = sets.supplied([*PILE, {"instruction": "a\u2028b\n", "output": "", "flaw": "x"}])
    assert sets.load("my set") is None
    assert sets.save("my set", rows).exists()
    assert sets.load("my set").to_list() == rows.to_list()
    assert set(sets.load("my set")["origin"]) == {"supplied"}


@pytest.mark.parametrize(
    "names", [("my set", "my-set", "My Set"), ("мой набор", "我的数据", "données", "donnees"), ("", "?")]
)
def test_names_that_differ_little_are_kept_apart(own_progress, names):
    for number, name in enumerate(names, 1):
        sets.save(name, PILE.select(range(number)))
    assert [len(sets.load(name)) for name in names] == [*range(1, len(names) + 1)]


def test_where_nothing_can_be_written_it_stays_in_memory(own_progress, monkeypatch, capsys):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(sets, "write_whole", refuse)
    sets.save("a set of this test", PILE)
    assert "stays in memory" in capsys.readouterr().out
    assert sets.load("a set of this test").to_list() == PILE.to_list()


def test_the_damage_lab_remembers_its_settings_and_untouched_stays_untouched(own_progress):
    lesson = Lesson("03_build_your_sets")
    assert not lesson.damage_lab("a", PILE).settings.shares
    assert not lesson.damage_lab("a", PILE).settings.shares
    lab = lesson.damage_lab("a", PILE)
    lab.share("wrong_answer", 0.4)
    lab.resize(10)
    again = lesson.damage_lab("a", PILE)
    assert again.settings == lab.settings and again.hash == lab.hash
    assert not lesson.damage_lab("b", PILE).settings.shares


def test_rules_choose_two_rows_of_each_construction_and_add_what_the_pile_lacks():
    pile = sets.raw_pile()
    assert len(pile) == 300 and set(pile["flaw"]) >= set(sets.FLAWS)
    assert not set(sets.ABSENT) & set(recognise(pile["instruction"]))
    rows = sets.chosen_by_rules(pile.select_columns(["instruction", "output"]))
    counts = Counter(recognise(rows["instruction"]))
    assert set(counts) == set(CONSTRUCTIONS) and all(
        counts[name] <= 2 for name in set(CONSTRUCTIONS) - set(sets.ABSENT)
    )
    assert set(rows["origin"]) == {"supplied"}
