"""Splits against each other: what stands in two of them, in every direction."""

import pytest

from utils import phrasebook
from utils.data.audit.splits import overlaps

TEXT = "The clock of the tower was built in the year of the great flood by a smith who had never seen one."
OTHER = "The bell in the hall was cast from the cannons of a ship that the town had bought after the war."


def rows(seed: int) -> list[dict]:
    return phrasebook.examples(80, seed=seed, split="test" if seed == 2 else "train").to_list()


def test_splits_of_their_own_have_nothing_in_common():
    assert overlaps({"train": rows(0), "test": rows(2)}).empty


def test_what_stands_in_two_splits_is_named_in_every_direction():
    train, validation, test = rows(0), rows(2)[:40], rows(2)[40:]
    validation.append({"instruction": train[3]["instruction"].upper(), "output": train[3]["output"]})
    test += [train[5] | {"output": "Non."}, validation[0]]
    train.append({"instruction": f"{TEXT}\nWho built the clock?", "output": "A smith."})
    test.append({"instruction": f"{TEXT}\nWhen was the clock built?", "output": "In the year of the flood."})
    found = overlaps({"train": train, "validation": validation, "test": test})
    assert found[["split", "row", "other", "other_row", "same"]].values.tolist() == [
        ["validation", 40, "train", 3, "row"],
        ["test", 40, "train", 5, "instruction"],
        ["test", 42, "train", 80, "document"],
        ["test", 41, "validation", 0, "row"],
    ]
    assert found["reason"][2] == f"A passage stands in row 80 of train: “{TEXT[:60]}…”."


def test_a_prompt_that_all_rows_share_is_no_document():
    prompt = f"{TEXT} {OTHER}\n"
    shared = [[row | {"instruction": prompt + row["instruction"]} for row in rows(seed)] for seed in (0, 2)]
    assert overlaps(dict(zip(("train", "test"), shared))).empty


def test_a_benchmark_is_one_more_split(tmp_path):
    path = tmp_path / "benchmark.csv"
    path.write_text("question,answer\n" + "\n".join(f'"{row["instruction"]}","{row["output"]}"' for row in rows(0)[:3]))
    found = overlaps({"train": rows(0)}, benchmark=path)
    assert found["split"].tolist() == ["benchmark"] * 3 and found["other_row"].tolist() == [0, 1, 2]


def test_what_cannot_be_is_a_sentence():
    with pytest.raises(ValueError, match="One split overlaps with nothing"):
        overlaps({"train": rows(0)})
    with pytest.raises(ValueError, match='The split "test": '):
        overlaps({"train": rows(0), "test": [{"a": 1}]})
