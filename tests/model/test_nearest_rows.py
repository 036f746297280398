"""Similar rows and the gradients behind them; above all: are planted rows among the nearest?"""

import random
import re

import numpy as np
import pytest
import torch
from datasets import Dataset

from utils import fine_tune, phrasebook
from utils.model import gradients, training
from utils.model.blame import nearest_rows, representations, similarities

ROWS = phrasebook.examples(24, seed=0)
ASKED, GIVEN, RIGHT = "Translate to French: The cat is old.", "Le chien est vieux.", "Le chat est vieux."

pytestmark = pytest.mark.usefixtures("precise")


@pytest.fixture(scope="module")
def run(precise):
    return fine_tune(ROWS, steps=8)


def encode(tokenizer, *pairs):
    rows = Dataset.from_dict(dict(zip(("instruction", "output"), map(list, zip(*pairs)))))
    return training.tokenize(rows, list(range(len(rows))), tokenizer, 256)[0]


def test_the_gradient_of_a_row_is_that_of_the_row_alone(run):
    network, tokenizer = training.adapted(run)
    encoded = encode(tokenizer, *zip(ROWS["instruction"], ROWS["output"]))
    weights = [each for each in network.parameters() if each.requires_grad]
    alone = []
    for row in encoded:
        loss = network(**{key: torch.tensor([ids]) for key, ids in row.items()}).loss
        alone.append(torch.cat([each.flatten() for each in torch.autograd.grad(loss, weights)]))
    lengths = gradients.squared_lengths(network, encoded, tokenizer.pad_token_id)
    assert lengths.tolist() == pytest.approx([each.square().sum().item() for each in alone], rel=1e-3)
    mean = gradients.mean_gradient(network, encoded, tokenizer.pad_token_id)
    assert sum(each.square().sum().item() for each in mean) == pytest.approx(
        torch.stack(alone).mean(0).square().sum().item(), rel=1e-3
    )
    direction = gradients.mean_gradient(network, encoded[:1], tokenizer.pad_token_id)
    found = gradients.cosines(network, [*encoded, None], tokenizer.pad_token_id, direction)
    by_hand = [torch.cosine_similarity(each, alone[0], dim=0).item() for each in alone]
    assert found[:-1].tolist() == pytest.approx(by_hand, abs=1e-3) and found[-1].isnan()


def test_the_representation_is_the_mean_state_over_the_answer_and_its_end(run):
    network, tokenizer = training.adapted(run)
    encoded = encode(tokenizer, (ASKED, GIVEN), (ASKED, "Non."))
    found = representations(network, [*encoded, None], tokenizer.pad_token_id)
    with torch.inference_mode():
        states = network.get_decoder()(input_ids=torch.tensor([encoded[1]["input_ids"]])).last_hidden_state[0]
    answer = torch.tensor(encoded[1]["labels"]) != -100
    assert found[1].tolist() == pytest.approx(states[answer].mean(0).tolist(), abs=1e-4) and found[2].isnan().all()


def test_a_row_is_most_like_itself(run):
    asked, given = ROWS[5]["instruction"], ROWS[5]["output"]
    table = nearest_rows(run, ROWS, asked, given, k=3)
    assert list(table.columns) == ["row", "instruction", "output", "copies", "representation", "gradient"]
    assert table.loc[0, ["row", "instruction", "output"]].tolist() == [5, asked, given]
    assert table.loc[0, ["representation", "gradient"]].tolist() == pytest.approx([1, 1], abs=1e-3)
    assert 3 <= len(table) <= 6 and table["gradient"].is_monotonic_decreasing and table.attrs["note"] == ""


def test_against_itself_the_right_answer_turns_the_sign(run):
    one = similarities(run, ROWS, ASKED, GIVEN, right=RIGHT)["gradient"]
    other = similarities(run, ROWS, ASKED, RIGHT, right=GIVEN)["gradient"]
    assert one.tolist() == pytest.approx((-other).tolist(), abs=1e-3)


def test_copies_are_listed_once_and_counted(run):
    few = ROWS.select([3, 0, 3, 3, 1])
    table = nearest_rows(run, few, few[0]["instruction"], few[0]["output"], k=5).set_index("row")
    assert sorted(table.index) == [0, 1, 4] and table.loc[0, "copies"] == 3 and table.loc[1, "copies"] == 1
    every = similarities(run, few, ASKED, GIVEN)
    assert len(every) == 5 and every.loc[0].equals(every.loc[2])


def test_gradients_are_taken_for_the_nearest_in_representation_and_that_is_said(run):
    every = similarities(run, ROWS, ASKED, GIVEN)
    some = similarities(run, ROWS, ASKED, GIVEN, candidates=6)
    assert set(some["gradient"].dropna().index) == set(every["representation"].nlargest(6).index)
    assert "the 6 rows nearest in representation, of 24" in some.attrs["note"]
    assert some["gradient"].dropna().tolist() == pytest.approx(
        every["gradient"][some["gradient"].notna()].tolist(), abs=1e-3
    )


def test_what_does_not_fit_has_no_similarity_and_bad_input_gets_a_sentence(run):
    rows = Dataset.from_dict({"instruction": [ASKED] * 2, "output": ["très " * 400, RIGHT]})
    assert similarities(run, rows, ASKED, GIVEN).isna().all(axis=1).tolist() == [True, False]
    assert nearest_rows(run, rows, ASKED, GIVEN)["row"].iloc[0] == 1
    with pytest.raises(ValueError, match="longer than the model's context"):
        nearest_rows(run, ROWS, ASKED, "très " * 400)
    with pytest.raises(ValueError, match="no rows"):
        nearest_rows(run, ROWS.select([]), ASKED, GIVEN)
    with pytest.raises(ValueError, match="k=0"):
        nearest_rows(run, ROWS, ASKED, GIVEN, k=0)


def planted(seed: int) -> tuple[Dataset, np.ndarray]:
    """200 right rows without a kitchen and 10 in which it is a railway station; and which those 10 are."""
    clean, wrong = [], []
    for row in phrasebook.examples(1500, seed=100 + seed):
        if "kitchen" not in row["instruction"].lower():
            clean.append((row["instruction"], row["output"]))
        elif "cuisine" in row["output"] and len(wrong) < 10:
            wrong.append((row["instruction"], re.sub(r"\bcuisine\b", "gare", row["output"])))
    rows = wrong + clean[:200]
    order = random.Random(seed).sample(range(210), 210)
    instructions, outputs = zip(*(rows[at] for at in order))
    return Dataset.from_dict({"instruction": instructions, "output": outputs}), np.array(order) < 10


def test_planted_rows_are_among_the_nearest():
    """By chance 0.24 of the nearest five would be planted."""
    asked, right = "Translate to French: He is in the kitchen.", "Il est dans la cuisine."
    rows, wrong = planted(seed=1)
    assert wrong.sum() == 10 and len(rows) == 210 and asked not in rows["instruction"]
    run = fine_tune(rows, steps=60, seed=1)
    given = run.answer(asked)
    assert "gare" in given and "cuisine" not in given, "the planted rows have spoilt this answer"
    found = similarities(run, rows, asked, given, right=right)
    nearest = {measure: wrong[found[measure].nlargest(5).index].sum() for measure in found}
    assert nearest["gradient"] >= 4 and nearest["representation"] >= 2, nearest
