"""A run watched on its way."""

import numpy as np
import pytest
from datasets import Dataset

from utils import damage, evaluate, fine_tune, phrasebook, trajectory
from utils.model.trajectory import spread

CLEAN = phrasebook.examples(40, seed=0).select_columns(["instruction", "output"])
NOISY = damage.spoil(CLEAN, {"wrong_answer": 0.5}, seed=0)
TEST = phrasebook.examples(10, split="test")


@pytest.fixture(scope="module")
def seen():
    return trajectory(NOISY.select(range(16)), NOISY.select(range(16, 40)), TEST, steps=12, checkpoints=(4, 12))


def test_a_line_for_each_checkpoint(seen):
    assert seen["step"].tolist() == [4, 12] and seen["epoch"].tolist() == [4.0, 12.0]
    assert np.isfinite(seen.to_numpy(float)).all()
    assert (seen[["exact_match", "by_heart", "noise_by_heart"]].to_numpy() % 1 <= 100).all()


def test_the_last_checkpoint_is_the_run_itself(seen):
    run = fine_tune(NOISY.select(range(16)), steps=12)
    scores, last = evaluate(run, TEST), seen.iloc[-1]
    assert last["training_loss"] == pytest.approx(np.mean(run.losses[4:]))
    assert last["exact_match"] == scores.exact_match and last["entropy"] == pytest.approx(scores.entropy, rel=0.1)


def test_rows_that_nobody_spoiled_have_no_noise_to_learn():
    seen = trajectory(
        CLEAN.select(range(8)), CLEAN.select(range(8, 16)), TEST.select(range(3)), steps=2, checkpoints=[2]
    )
    assert seen["noise_by_heart"].isna().all() and len(seen) == 1


def test_an_empty_validation_set_is_a_sentence():
    with pytest.raises(ValueError, match="no rows"):
        trajectory(CLEAN, Dataset.from_dict({"instruction": [], "output": []}), TEST, steps=2)


@pytest.mark.parametrize("steps", [1, 7, 40, 160, 1000])
def test_the_checkpoints_end_with_the_run(steps):
    found = spread(steps)
    assert found == sorted(set(found)) and found[-1] == steps and 1 <= found[0] and len(found) <= 10
