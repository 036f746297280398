"""Gradients of batches against a direction."""

import numpy as np
import pytest
import torch
from datasets import Dataset

from utils import damage, fine_tune, phrasebook
from utils.model import gradients, training
from utils.model.gradients import direction_of, signal

ROWS = phrasebook.examples(16, seed=0)

pytestmark = pytest.mark.usefixtures("precise")


@pytest.fixture(scope="module")
def state(precise):
    return fine_tune(phrasebook.examples(32, seed=1), steps=10)


def test_one_row_and_all_rows_are_what_single_gradients_say(state):
    direction = direction_of(state, phrasebook.examples(24, seed=2))
    found = signal(state, ROWS, direction)
    model, tokenizer = training.adapted(state)
    encoded = training.tokenize(ROWS, list(range(len(ROWS))), tokenizer, 256)[0]
    matrices, at = [], 0
    for each in gradients.mean_gradient(model, encoded[:1], tokenizer.pad_token_id):
        matrices.append(direction[at : at + each.numel()].reshape(each.shape))
        at += each.numel()
    single = gradients.cosines(model, encoded, tokenizer.pad_token_id, matrices)
    assert sorted(found.cosines[1]) == pytest.approx(sorted(single.tolist()), abs=1e-4)
    whole = direction_of(state, ROWS)
    assert found.limit == pytest.approx(float(whole @ direction / whole.norm() / direction.norm()), abs=1e-4)
    lengths = gradients.squared_lengths(model, encoded, tokenizer.pad_token_id)
    assert found.length**2 == pytest.approx(float(lengths.mean()), rel=1e-3)


def test_rows_that_begin_alike_have_gradients_of_their_own(state):
    """What they share is read for each of them here: elsewhere it is read once."""
    question = "Translate to French: " + " and ".join(["We are going to the station"] * 4)
    rows = Dataset.from_dict({"instruction": [question] * 2, "output": ["Nous allons à la gare.", "Je dors."]})
    model, tokenizer = training.adapted(state)
    encoded = training.tokenize(rows, [0, 1], tokenizer, 256)[0]
    (together,) = gradients.per_row(model, encoded, tokenizer.pad_token_id)
    for at, row in enumerate(together.rows):
        (alone,) = gradients.per_row(model, [encoded[row]], tokenizer.pad_token_id)
        for ours, theirs in zip(together.gradients, alone.gradients):
            assert torch.allclose(ours[at], theirs[0], atol=1e-4 * float(theirs.abs().max()) + 1e-7)


def test_every_row_is_in_one_batch_of_each_size(state):
    found = signal(state, ROWS, direction_of(state, ROWS))
    assert {size: len(values) for size, values in found.cosines.items()} == {1: 16, 2: 8, 4: 4}
    assert found.limit == pytest.approx(1, abs=1e-5) and found.noise_scale > 0


def test_noise_that_is_always_the_same_does_not_average_out(state):
    rows = phrasebook.examples(64, seed=5)
    direction = direction_of(state, phrasebook.examples(64, seed=6))
    clean = signal(state, rows, direction)
    lower = signal(state, damage.spoil(rows, {"lowercase": 1.0}), direction)
    assert np.mean(clean.cosines[16]) > np.mean(clean.cosines[1]) + 0.1
    assert clean.limit > 0.9 > 0.6 > lower.limit


def test_an_untrained_model_has_gradients_too():
    base = fine_tune(ROWS, steps=0)
    assert signal(base, ROWS, direction_of(base, ROWS)).limit == pytest.approx(1, abs=1e-5)


def test_the_noise_scale_is_that_of_the_variance():
    r = torch.Generator().manual_seed(0)
    common, n = torch.full((50,), 0.2), 4000
    rows = common + torch.randn(n, 50, generator=r)
    found = gradients._noise_scale(float(rows.square().sum(1).mean()), float(rows.mean(0).square().sum()), n)
    assert found == pytest.approx(50 / float(common.square().sum()), rel=0.1)
    assert gradients._noise_scale(1.0, 1.0, 1) == float("inf")


def test_rows_that_are_all_too_long_are_a_sentence(state):
    long = ROWS.select([0]).map(lambda row: {"output": row["output"] * 200})
    with pytest.raises(ValueError, match="longer|no row"):
        signal(state, long, direction_of(state, ROWS))
