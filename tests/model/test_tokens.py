"""The audit in the tokens of the model that will be trained."""

import pytest

from tests.model.small import llama
from utils import audit, phrasebook
from utils.model.prompts import answers, prompts
from utils.model.tokens import _loaded, tokens


@pytest.fixture(scope="module")
def rows():
    return phrasebook.examples(40, seed=0).to_list()


def test_lengths_are_those_of_training(rows):
    from utils.data import files

    counted = tokens(files.read(rows), "tiny")
    tokenizer, _ = _loaded("tiny")
    assert counted.prompt[3] == len(prompts(tokenizer, [rows[3]["instruction"]])[0])
    assert counted.answer.tolist() == [*map(len, answers(tokenizer, [row["output"] for row in rows]))]
    assert counted.ends and 64 <= counted.context < 10_000


def test_rows_that_the_context_cuts_and_answers_that_are_not_in_the_loss_are_named(rows):
    long = {"instruction": "Say it.", "output": "Le chat noir dort dans le jardin. " * 100}
    lost = {"instruction": "Translate this: " + "The cat sleeps. " * 200, "output": "Le chat dort."}
    empty = {"instruction": "Say nothing.", "output": ""}
    report = audit([*rows, long, lost, empty], model="tiny", checks=["too_long", "not_in_loss"])
    assert report.flags[["row", "check"]].values.tolist() == [
        [40, "too_long"],
        [41, "not_in_loss"],
        [42, "not_in_loss"],
    ]
    assert "the answer would be cut" in report.flags["reason"][0] and "nothing is left" in report.flags["reason"][1]
    assert "In tokens of tiny" in report.read and "in the loss" in report.read
    assert not audit(rows, model="tiny", checks=["too_long", "not_in_loss"]).flagged


def test_a_folder_is_a_model_as_well(tmp_path, rows):
    tokenizer, _ = _loaded("tiny")
    llama(vocab_size=len(tokenizer), max_position_embeddings=16).save_pretrained(tmp_path / "mine")
    tokenizer.save_pretrained(tmp_path / "mine")
    report = audit(rows, model=str(tmp_path / "mine"), checks=["too_long", "not_in_loss"])
    assert "In tokens of mine" in report.read and len(report.flagged) > 20


def test_without_a_model_the_check_says_what_it_needs(rows):
    with pytest.raises(ValueError, match="not_in_loss"):
        audit(rows, checks=["not_in_loss"])
    with pytest.raises((ValueError, OSError)):
        audit(rows, model="no-such-model-anywhere")
