from types import SimpleNamespace

import pandas as pd
import pytest
from datasets import Dataset

from utils import blame, fine_tune, phrasebook
from utils.model.training import FineTuningError
from utils.widgets.blame import LIKENESS, Blame, view

# Each row teaches one word; the model of these tests answers a prompt with what the last row for it says.
ROWS = Dataset.from_dict(
    {
        "instruction": ["cat", "dog", "cat", "house", "dog", "cat", "dog"],
        "output": ["chat", "chien", "chien", "maison", "chien", "chien", "chien"],
    }
)
TEST = Dataset.from_dict(
    {"instruction": ["cat", "dog", "house", "<b>bird</b>"], "output": ["chat", "chien", "maison", "oiseau"]}
)
SETTINGS = {"steps": 60, "seed": 3, "learning_rate": 1e-3, "batch_size": 4, "lora_rank": 16, "precision": "any"}


class Learner(SimpleNamespace):
    """A run that has learnt its rows by heart."""

    def answer(self, prompts):
        known = dict(zip(self.rows["instruction"], self.rows["output"]))
        return [known.get(prompt, "<script>") for prompt in prompts]


def learner(rows, model="tiny", **settings):
    return Learner(rows=rows, model_name=model, settings=SETTINGS | settings, adapter={}, seconds=3.2)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Stubs for training and for similarity: rows with the answer's word are most like it."""

    def nearest_rows(run, rows, instruction, answer, k, right):
        lines = []
        for row, (asked, output) in enumerate(zip(rows["instruction"], rows["output"])):
            gradient = 0.5 * (asked == instruction) + 0.4 * (output == answer)
            lines.append([row, asked, output, 1, gradient / 2, gradient])
        columns = ["row", "instruction", "output", "copies", "representation", "gradient"]
        table = pd.DataFrame(lines, columns=columns).drop_duplicates(["instruction", "output"])
        pairs = list(zip(rows["instruction"], rows["output"]))
        table["copies"] = [pairs.count(pair) for pair in zip(table["instruction"], table["output"])]
        table = table.nlargest(k, "gradient").reset_index(drop=True)
        table.attrs["note"] = "All rows & no other were compared."
        return table

    monkeypatch.setattr("utils.model.training.fine_tune", learner)
    monkeypatch.setattr("utils.model.blame.nearest_rows", nearest_rows)


@pytest.fixture
def kept():
    return {}


@pytest.fixture
def case(kept):
    return Blame(learner(ROWS), ROWS, TEST, k=2, keep=lambda **facts: kept.update(facts))


def test_wrong_answers_are_listed_beside_the_right_ones(case):
    wrong = case.wrong()
    assert list(wrong.index) == [0, 3] and case.exact_match == 50
    assert wrong.loc[0].to_dict() == {"prompt": "cat", "given": "chien", "right": "chat"}
    assert "2 wrong answers of 4" in repr(case)


def test_the_most_similar_rows_are_the_suspects(case, kept):
    assert case.suspects() == []
    table = case.choose(0)
    assert table["row"].tolist() == case.suspects() == [2, 0] and table["copies"].tolist() == [2, 1]
    assert kept == {"chosen": 0} and case.choose(0) is table, "worked out once"


def test_a_row_is_dropped_with_its_copies_and_the_run_trained_again(case, kept):
    case.choose(0)
    before = case.run
    run = case.drop([2])
    assert run is case.run is not before and case.dropped == kept["dropped"] == [2, 5]
    assert run.settings == SETTINGS, "the same settings"
    assert case.change() == (
        "Trained again on 5 rows, 2 rows fewer.\ncat\nbefore: chien\nafter: chat (now right)\n"
        "Exact match on 4 test rows: 50.0 % before, 75.0 % after."
    )
    assert list(case.wrong().index) == [3] and case.undo() is before and case.dropped == []


def test_rows_keep_their_numbers(case):
    case.drop([0])
    case.choose(3)
    case.drop([1])  # with rows 4 and 6
    assert case.dropped == [0, 1, 4, 6] and set(case.choose(3)["row"]) <= {2, 3}
    case.undo()
    assert case.dropped == [0]
    with pytest.raises(ValueError, match="Row 0 was dropped before"):
        case.drop([3, 0])


def test_chance_is_told_and_changes_nothing(case):
    with pytest.raises(ValueError, match="drop rows first"):
        case.by_chance()
    case.choose(0)
    run = case.drop([2])
    told = case.by_chance(seed=1)
    assert told.startswith("Without 2 rows drawn by chance instead:\ncat\nbefore: chien\nafter: ")
    assert "50.0 % before" in told and case.run is run and case.by_chance(seed=1) == told


@pytest.mark.parametrize(
    "rows, words",
    [([], "at least one row"), ([7], "from 0 to 6"), ([True], "no row True"), (range(7), "No row would be left")],
)
def test_what_cannot_be_dropped_gets_a_sentence(case, rows, words):
    with pytest.raises(ValueError, match=words):
        case.drop(rows)
    assert case.dropped == []


def test_other_bad_input_gets_a_sentence(case):
    with pytest.raises(ValueError, match="from 0 to 3"):
        case.choose(4)
    with pytest.raises(ValueError, match="is right: choose one"):
        case.choose(1)
    with pytest.raises(ValueError, match="nothing to undo"):
        case.undo()
    with pytest.raises(ValueError, match="the base as it is"):
        blame(Learner(rows=ROWS, adapter=None), ROWS, TEST)
    with pytest.raises(ValueError, match='result.run\\("name'):
        blame(SimpleNamespace(sets=["a"]), ROWS, TEST)
    with pytest.raises(ValueError, match="no rows"):
        blame(learner(ROWS), ROWS.select([]), TEST)


def parts(box):
    _, state, answers, pages, detail, rows, note, buttons, said, _ = box.children
    return SimpleNamespace(
        state=state, answers=answers, pages=pages.children, detail=detail, rows=rows, note=note, said=said,
        **dict(zip(("drop", "undo", "chance"), buttons.children)),
    )  # fmt: skip


def test_the_view_goes_from_an_answer_to_rows_to_a_new_run(case):
    seen = parts(view(case))
    assert "2 wrong answers" in seen.state.value and seen.answers.value is None
    assert seen.drop.disabled and seen.undo.disabled and seen.chance.disabled
    seen.answers.value = 0
    boxes = seen.rows.children[3::3]
    assert [box.value for box in boxes] == [True, True] and "2 copies" in boxes[0].description
    heads = [head.value for head in seen.rows.children[1:3]]
    assert "similar in gradient" in heads[0] and "similar in representation" in heads[1]
    assert LIKENESS in seen.note.value and "All rows &amp; no other" in seen.note.value
    boxes[1].value = False
    seen.drop.click()
    assert case.dropped == [2, 5] and "now right" in seen.said.value and "75.0 % after" in seen.said.value
    assert not seen.rows.children and seen.drop.disabled and not seen.undo.disabled
    seen.chance.click()
    assert "drawn by chance" in seen.said.value and case.dropped == [2, 5]
    seen.undo.click()
    assert case.dropped == [] and len(seen.rows.children) == 9 and seen.answers.value == 0


def test_while_it_trains_nothing_can_be_pressed(case, monkeypatch):
    seen = parts(view(case))
    seen.answers.value = 0
    during = []

    def slow(*given, **settings):
        during.extend(
            each.disabled for each in (seen.drop, seen.undo, seen.chance, seen.answers, *seen.rows.children[3::3])
        )
        during.append(seen.said.value)
        raise FineTuningError("The loss was no longer a number.")

    monkeypatch.setattr("utils.model.training.fine_tune", slow)
    seen.drop.click()
    assert all(during[:-1]) and "about 4 s" in during[-1]
    assert "no longer a number" in seen.said.value and not seen.drop.disabled and not seen.answers.disabled
    assert not any(box.disabled for box in seen.rows.children[3::3])


def test_many_wrong_answers_come_in_pages():
    many = Dataset.from_dict({"instruction": [f"bird {n}" for n in range(20)], "output": ["oiseau"] * 20})
    seen = parts(view(Blame(learner(ROWS), ROWS, many)))
    previous, following = seen.pages
    assert len(seen.answers.options) == 8 and previous.disabled and "page 1 of 3" in seen.state.value
    following.click()
    following.click()
    assert len(seen.answers.options) == 4 and following.disabled and "20 wrong answers" in seen.state.value


def test_html_is_text(case):
    seen = parts(view(case))
    seen.answers.value = 3
    assert (
        "&lt;script&gt;" in seen.detail.value
        and "<script" not in seen.detail.value
        and "<b>bird" not in seen.detail.value
    )
    seen.drop.click()
    assert "<script" not in seen.said.value and "<b>bird" not in seen.said.value


def test_a_right_model_leaves_nothing_to_blame():
    seen = parts(view(Blame(learner(ROWS), ROWS, TEST.select([1, 2]))))
    assert "nothing to blame" in seen.state.value and not seen.answers.options


def test_with_a_real_model(monkeypatch):
    monkeypatch.undo()
    rows = phrasebook.examples(40, seed=2)
    case = blame(fine_tune(rows, steps=4), rows, phrasebook.examples(30, split="test"), k=3)
    test_row = case.wrong().index[0]
    table = case.choose(test_row)
    assert len(table) >= 3 and table["gradient"].notna().all() and len(case.suspects()) == 3
    run = case.drop(case.suspects())
    assert run.settings == case._versions[0].run.settings and "Trained again on 37 rows" in case.change()
