"""A set under curation is held against a plain list, over random sequences of actions; then single cases.

CURATION_SEQUENCES=10000 runs ten thousand sequences instead of a few.
"""

import os
import tempfile
from pathlib import Path

import pytest
from datasets import Dataset
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from utils.data import curation
from utils.data.curation import Curation, curate

texts = st.text(st.characters(codec="utf-8") | st.sampled_from("\n\r\u2028<=é\U0001f600"), max_size=12)
places = st.integers(0, 10**6)


class Model:
    """The set as a list of [instruction, output, decision, reason], and every state it was in."""

    def __init__(self):
        self.rows, self.past, self.future = [], [], []

    def change(self, rows, always=False):
        if always or rows != self.rows:
            self.past.append(self.rows)
            self.rows, self.future = rows, []


class Actions(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "set.jsonl"
        self.said = []
        self.real = Curation(path=self.path, say=self.said.append)
        self.model = Model()

    def teardown(self):
        assert not self.said
        while self.real.undo():
            pass
        assert not len(self.real), "undo does not return to the start"
        assert not len(Curation.open(self.path))
        self.folder.cleanup()

    def at(self, place):
        place %= len(self.real)
        return place, self.real.ids[place]

    @rule(instruction=texts, output=texts, below=st.none() | places)
    def write(self, instruction, output, below):
        rows, row = self.model.rows, (instruction, output, "", "")
        if below is None or not rows:
            self.real.write(instruction, output)
            self.model.change([*rows, row])
        else:
            place, id = self.at(below)
            self.real.write(instruction, output, after=id)
            self.model.change([*rows[: place + 1], row, *rows[place + 1 :]])

    @rule(pairs=st.lists(st.tuples(st.text("ab"), st.text("cd")), min_size=1, max_size=5))
    def add(self, pairs):
        self.real.add([{"instruction": a, "output": b} for a, b in pairs])
        self.model.change([*self.model.rows, *((a, b, "", "") for a, b in pairs)])

    @precondition(lambda self: self.model.rows)
    @rule(place=places, instruction=st.none() | texts, output=st.none() | texts)
    def edit(self, place, instruction, output):
        place, id = self.at(place)
        self.real.edit(id, instruction, output)
        a, b, *rest = self.model.rows[place]
        a, b = a if instruction is None else instruction, b if output is None else output
        self.model.change([*self.model.rows[:place], (a, b, *rest), *self.model.rows[place + 1 :]])

    @precondition(lambda self: self.model.rows)
    @rule(place=places, decision=st.sampled_from(curation.DECISIONS), reason=st.none() | texts)
    def decide(self, place, decision, reason):
        place, id = self.at(place)
        self.real.decide(id, decision, reason)
        a, b, _, old = self.model.rows[place]
        row = (a, b, decision, old if reason is None else reason)
        self.model.change([*self.model.rows[:place], row, *self.model.rows[place + 1 :]])

    @precondition(lambda self: self.model.rows)
    @rule(chosen=st.sets(places, min_size=1, max_size=4))
    def delete(self, chosen):
        gone = {place % len(self.real) for place in chosen}
        self.real.delete(*(self.real.ids[place] for place in gone))
        self.model.change([row for place, row in enumerate(self.model.rows) if place not in gone])

    @precondition(lambda self: self.model.rows)
    @rule(place=places)
    def duplicate(self, place):
        place, id = self.at(place)
        self.real.duplicate(id)
        rows = self.model.rows
        self.model.change([*rows[: place + 1], (*rows[place][:2], "", ""), *rows[place + 1 :]])

    @precondition(lambda self: self.model.rows)
    @rule(place=places, to=st.integers(-2, 30))
    def move(self, place, to):
        place, id = self.at(place)
        self.real.move(id, to)
        rows = list(self.model.rows)
        to = max(0, min(to, len(rows) - 1))
        rows.insert(to, rows.pop(place))
        if to != place:
            self.model.change(rows, always=True)  # a step of undo even where the rows look alike

    @rule()
    def undo(self):
        assert (self.real.undo() is not None) == bool(self.model.past)
        if self.model.past:
            self.model.future.append(self.model.rows)
            self.model.rows = self.model.past.pop()

    @rule()
    def redo(self):
        assert (self.real.redo() is not None) == bool(self.model.future)
        if self.model.future:
            self.model.past.append(self.model.rows)
            self.model.rows = self.model.future.pop()

    @rule(torn=st.sampled_from([b"", b"", b'["edit", [[0, [[', b"\xc3"]), anew=st.booleans())
    def kill_and_resume(self, torn, anew):
        if anew:
            self.real._write_anew()
        with open(self.path, "ab") as file:
            file.write(torn)
        self.real = Curation.open(self.path, say=self.said.append)

    @invariant()
    def equal(self):
        assert [tuple(row[1:]) for row in self.real] == self.model.rows
        assert len(self.real.past) == len(self.model.past) and len(self.real.future) == len(self.model.future)

    @invariant()
    def the_saved_file_is_readable(self):
        saved = Curation.open(self.path)
        assert list(saved) == list(self.real) and saved.past == self.real.past and saved.future == self.real.future


Actions.TestCase.settings = settings(
    max_examples=int(os.environ.get("CURATION_SEQUENCES", 80)),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestActions = Actions.TestCase


ROWS = [{"instruction": f"Say {n}.", "output": str(n)} for n in range(5)]


def test_what_is_chosen_leaves_out_what_is_dropped():
    mine = Curation(ROWS)
    mine.decide(mine.ids[1], "drop", "wrong")
    mine.decide(mine.ids[2], "keep")
    assert mine.chosen()["instruction"] == ["Say 0.", "Say 2.", "Say 3.", "Say 4."]
    assert mine.chosen()["decision"] == ["", "keep", "", ""]
    assert Curation().chosen().column_names == ["instruction", "output", "decision", "reason"]


def test_rows_are_found_by_text_and_decision():
    mine = Curation([*ROWS, {"instruction": "Été", "output": "SUMMER"}])
    mine.decide(3, "fix")
    assert mine.find("summer") == [5] and mine.find("été") == [5] and mine.find("say", decision="fix") == [3]
    assert mine.find(decision="") == [0, 1, 2, 4, 5] and mine.find(among={5, 1}) == [1, 5] and mine.find("=") == []


@pytest.mark.parametrize(
    "act, says",
    [
        (lambda mine: mine.edit(9, "x"), "no row with the id 9"),
        (lambda mine: mine.decide(0, "maybe"), 'no decision "maybe"'),
        (lambda mine: mine.add([{"a": 1}]), "columns"),
    ],
)
def test_what_cannot_be_done_says_so_and_changes_nothing(act, says):
    mine = Curation(ROWS)
    with pytest.raises(ValueError, match=says):
        act(mine)
    assert len(mine) == 5 and not mine.past


def test_every_line_of_the_journal_may_be_the_last(tmp_path):
    path = tmp_path / "set.jsonl"
    mine = Curation(ROWS, path)
    states = {path.stat().st_size: list(mine)}
    for act in (lambda: mine.delete(0, 3), mine.undo, lambda: mine.edit(4, output="vier"), lambda: mine.move(4, 0)):
        act()
        states[path.stat().st_size] = list(mine)
    whole = path.read_bytes()
    for cut in range(min(states), len(whole) + 1):
        path.write_bytes(whole[:cut])
        assert list(Curation.open(path)) == states[max(size for size in states if size <= cut)]


def test_a_disk_that_takes_no_more_is_told_once(tmp_path):
    said = []
    path = tmp_path / "set.jsonl"
    mine = Curation(ROWS, path, say=said.append)
    path.unlink()
    path.mkdir()
    mine.decide(0, "keep")
    mine.decide(1, "keep")
    assert len(said) == 1 and "in memory" in said[0] and mine.row(1).decision == "keep"
    (tmp_path / "file").touch()
    Curation(ROWS, tmp_path / "file" / "set.jsonl", say=said.append)
    assert len(said) == 2


def test_two_notebooks_do_not_mix_their_steps(tmp_path):
    said = []
    first = Curation(ROWS, tmp_path / "set.jsonl", say=said.append)
    second = Curation.open(tmp_path / "set.jsonl")
    second.decide(0, "drop")
    first.decide(1, "keep")
    assert "another notebook" in said[0] and first.row(1).decision == "keep"
    assert [row.decision for row in Curation.open(tmp_path / "set.jsonl")] == ["drop", "", "", "", ""]


@pytest.mark.parametrize("same_file", [True, False])
def test_a_conflict_is_seen_where_the_size_is_the_same(tmp_path, same_file):
    path, said = tmp_path / "set.jsonl", []
    mine = Curation(ROWS, path, say=said.append)
    other = path.read_bytes().replace(b"Say", b"Ask") or b""
    (path if same_file else path.with_suffix(".new")).write_bytes(other)
    if not same_file:
        path.with_suffix(".new").replace(path)
    mine.decide(0, "drop")
    assert "another notebook" in said[0] and path.read_bytes() == other and mine.row(0).decision == "drop"


def test_many_rows_are_taken_out_at_once(monkeypatch):
    mine = Curation([{"instruction": str(n), "output": "x"} for n in range(50_000)])
    ids = mine.ids
    with pytest.raises(ValueError, match="no row with the id 99999"):
        mine.delete(3, 99_999, 4)
    looked_for, place = [], mine.place
    monkeypatch.setattr(mine, "place", lambda id: looked_for.append(id) or place(id))
    mine.delete(*ids[::5])
    assert len(looked_for) < 5, "each is a walk through all rows"
    assert len(mine) == 40_000 and ids[5] not in mine
    mine.undo()
    assert mine.ids == ids


def test_a_damaged_journal_gives_what_stands_before_the_damage(tmp_path):
    said, path = [], tmp_path / "set.jsonl"
    mine = Curation(ROWS, path)
    mine.decide(0, "drop")
    mine.decide(1, "drop")
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([*lines[:-2], b"\0\0\0", *lines[-2:]]))
    again = Curation.open(path, say=said.append)
    assert [row.decision for row in again] == ["drop", "", "", "", ""] and "cannot be read" in said[0]
    assert (tmp_path / "set.broken.jsonl").exists()
    again.decide(2, "keep")
    assert list(Curation.open(path)) == list(again)


@pytest.mark.parametrize("content", ["", "x", "[]", '{"format": "other"}', '{"instruction": "a", "output": "b"}\n'])
def test_a_file_that_is_no_journal_gets_a_sentence(tmp_path, content):
    (tmp_path / "set.jsonl").write_text(content)
    with pytest.raises(ValueError, match="no saved set"):
        Curation.open(tmp_path / "set.jsonl")


@pytest.mark.parametrize("line", ["[1]", "{}", '["edit", [[0, [[9]], 3]]]', "5", '["undo"]'])
def test_a_journal_that_makes_no_sense_gets_a_sentence(tmp_path, line):
    Curation(ROWS, tmp_path / "set.jsonl")
    with open(tmp_path / "set.jsonl", "a") as file:
        file.write(f"{line}\n")
    with pytest.raises(ValueError, match="damaged"):
        Curation.open(tmp_path / "set.jsonl")


def test_a_newer_version_is_left_alone(tmp_path):
    Curation(ROWS, tmp_path / "set.jsonl")
    text = (tmp_path / "set.jsonl").read_text().replace('"version": 1', '"version": 2')
    (tmp_path / "set.jsonl").write_text(text)
    with pytest.raises(ValueError, match="newer version"):
        Curation.open(tmp_path / "set.jsonl")


@pytest.mark.parametrize("ending", [".jsonl", ".json", ".csv", ".parquet"])
def test_an_exported_set_can_be_imported_and_runs_no_formula(tmp_path, ending):
    mine = Curation([{"instruction": "=1+1", "output": 'a\nb, "c"'}, {"instruction": "-x", "output": "<script>"}])
    path = mine.export(tmp_path / f"set{ending}")
    assert Curation(path).chosen().to_list() == mine.chosen().to_list()
    if ending == ".csv":
        assert "'=1+1" in path.read_text() and "'-x" in path.read_text()


def test_the_plain_twin():
    made = curate(ROWS, {0: "drop", 1: {"output": "one", "reason": "in words"}, 2: "keep", 4: {"decision": "drop"}})
    assert made.to_list() == [
        {"instruction": "Say 1.", "output": "one", "decision": "fix", "reason": "in words"},
        {"instruction": "Say 2.", "output": "2", "decision": "keep", "reason": ""},
        {"instruction": "Say 3.", "output": "3", "decision": "", "reason": ""},
    ]
    assert isinstance(curate(ROWS, {}), Dataset) and len(curate(ROWS, {})) == 5


@pytest.mark.parametrize(
    "decisions, says",
    [
        ({5: "keep"}, "no row 5: the rows go from 0 to 4"),
        ({-1: "keep"}, "no row -1"),
        ({"0": "keep"}, "no row '0'"),
        ({True: "keep"}, "no row True"),
        ({0: "no"}, 'no decision "no"'),
        ({0: {"answer": "x"}}, 'cannot be given "answer"'),
    ],
)
def test_a_wrong_decision_gets_a_sentence(decisions, says):
    with pytest.raises(ValueError, match=says):
        curate(ROWS, decisions)


def test_a_large_set_is_opened_and_changed_quickly(tmp_path, capsys):
    from time import perf_counter

    times, last = {}, perf_counter()

    def lap(name):
        nonlocal last
        times[name], last = 1000 * (perf_counter() - last), perf_counter()

    rows = Dataset.from_dict({"instruction": [f"Say {n}." for n in range(100_000)], "output": ["x" * 50] * 100_000})
    last = perf_counter()
    mine = Curation(rows, tmp_path / "set.jsonl")
    lap("from a Dataset")
    mine.decide(99_000, "drop")
    lap("decide")
    mine.move(99_000, 5)
    lap("move")
    mine.write("new", after=50_000)
    lap("write")
    mine.undo()
    lap("undo")
    mine.find("say 99999")
    lap("find")
    again = Curation.open(tmp_path / "set.jsonl")
    lap("open")
    assert list(again) == list(mine)
    with capsys.disabled():
        print("\n100,000 rows, in ms:", {name: round(time, 1) for name, time in times.items()})


def test_half_of_a_surrogate_pair_becomes_a_question_mark(tmp_path):
    mine = Curation(path=tmp_path / "set.jsonl")
    id = mine.write("a\ud800b", "\U0001f600")
    mine.edit(id, output="\udfff")
    assert mine.chosen()["instruction"] == ["a?b"] and mine.chosen()["output"] == ["?"]
    assert list(Curation.open(mine.path)) == list(mine)
