import math

import numpy as np
import pytest
import torch
from datasets import Dataset
from sklearn.metrics import roc_auc_score

from tests.model.small import llama
from utils import audit, damage, fine_tune, phrasebook, scores
from utils.model import generation, gradients, hardware, loading, training

COLUMNS = ["loss", "difficulty", "self_influence"]
ROWS = phrasebook.examples(24, seed=0)
HARDWARE = hardware.hardware

pytestmark = pytest.mark.usefixtures("precise")


@pytest.fixture(scope="module")
def run(precise):
    return fine_tune(ROWS, steps=8)


@pytest.fixture(scope="module")
def table(run):
    return scores(ROWS, run=run)


def test_a_line_for_each_row_in_order(table):
    assert list(table.columns) == COLUMNS and list(table.index) == list(range(len(ROWS)))
    assert np.isfinite(table).all().all() and (table > 0).all().all()


def test_the_loss_is_that_of_the_answer_and_its_end(run, table):
    counts = [len(ids) + 1 for ids in run.tokenizer(list(ROWS["output"]), add_special_tokens=False)["input_ids"]]
    whole = generation.reference_probabilities(run.model, run.tokenizer, ROWS)
    assert np.exp(-table["loss"] * counts).tolist() == pytest.approx(whole, rel=1e-3)


def test_the_loss_is_what_transformers_says_of_one_row(run, table):
    encoded, _ = training.tokenize(ROWS, [5], run.tokenizer, 256)
    with torch.inference_mode():
        loss = run.model(**{key: torch.tensor([ids]) for key, ids in encoded[0].items()}).loss
    assert table["loss"][5] == pytest.approx(loss.item(), rel=1e-4)


def test_difficulty_is_the_loss_with_the_instruction_over_the_loss_without(run, table):
    bare = ROWS.map(lambda row: {"instruction": ""})
    assert (table["loss"] / scores(bare, run=run)["loss"]).tolist() == pytest.approx(
        table["difficulty"].tolist(), rel=1e-4
    )
    assert scores(bare, run=run)["difficulty"].tolist() == pytest.approx([1.0] * len(ROWS), rel=1e-4)


def test_self_influence_is_the_squared_gradient_of_the_row_alone(run, table):
    network, tokenizer = training.adapted(run)
    weights = [each for each in network.parameters() if each.requires_grad]
    assert weights and sum(each.numel() for each in weights) == sum(each.numel() for each in run.adapter.values())
    for row in (0, 11):
        encoded, _ = training.tokenize(ROWS, [row], tokenizer, 256)
        loss = network(**{key: torch.tensor([ids]) for key, ids in encoded[0].items()}).loss
        squared = sum(each.square().sum().item() for each in torch.autograd.grad(loss, weights))
        assert table["self_influence"][row] == pytest.approx(squared, rel=1e-3)


@pytest.mark.parametrize("tokens", [1, 100])
def test_the_batch_makes_no_difference(run, table, tokens, monkeypatch):
    monkeypatch.setattr(gradients, "TOKENS", tokens)
    again = scores(ROWS, run=run)
    assert np.allclose(again, table, rtol=1e-3)


def test_one_row_is_scored_as_it_is_among_others(run, table):
    assert scores(ROWS.select([3]), run=run).iloc[0].tolist() == pytest.approx(table.iloc[3].tolist(), rel=1e-3)


def test_scoring_leaves_the_run_as_it_was(run, table):
    before = {name: weights.clone() for name, weights in run.adapter.items()}
    scores(ROWS.select([0]), run=run)
    assert all(torch.equal(before[name], weights) for name, weights in run.adapter.items())


def test_damaged_rows_come_first():
    flaws = {"wrong_answer": 0.1, "off_topic": 0.1}
    rows = damage.spoil(phrasebook.examples(200, seed=3), flaws, seed=1)
    flaw, found = np.array(rows["flaw"][:]), scores(rows)
    for name in flaws:
        part = (flaw == name) | (flaw == "")
        for column in COLUMNS:  # measured: 0.98 and more, and 0.36 to 0.77 on the base as it is
            assert roc_auc_score(flaw[part] == name, found[column][part]) > 0.9, (name, column)
    flagged = audit(rows.select_columns(["instruction", "output"]), scores=found, checks=COLUMNS).flagged
    assert (flaw[flagged] != "").mean() > 0.75 and np.isin(np.flatnonzero(flaw != ""), flagged).mean() > 0.6


def test_the_same_seed_gives_the_same_scores():
    few = ROWS.select(range(4))
    base = fine_tune(few, steps=0)
    one, again, other = (scores(few, run=base, seed=seed) for seed in (1, 1, 2))
    assert one.equals(again)
    # A fresh adapter changes no answer, but its gradient depends on how it was drawn.
    assert one["loss"].equals(other["loss"]) and not one["self_influence"].equals(other["self_influence"])


def test_a_row_beyond_the_context_has_no_scores_and_no_flags():
    rows = Dataset.from_dict(
        {"instruction": ["Translate to French: no"] * 3, "output": ["Non.", "très " * 400, "Oui."]}
    )
    found = scores(rows, run=fine_tune(rows, steps=1))
    assert found.isna().all(axis=1).tolist() == [False, True, False] and found.notna().any(axis=1).sum() == 2
    assert 1 not in audit(rows, scores=found, checks=COLUMNS).flagged
    with pytest.raises(ValueError, match="All 1 rows are longer"):
        scores(rows.select([1]))


def test_a_bad_set_or_model_gets_a_sentence():
    with pytest.raises(ValueError, match="no rows"):
        scores(ROWS.select([]))
    with pytest.raises(ValueError, match='"output" is missing'):
        scores(ROWS.remove_columns("output"))
    with pytest.raises(ValueError, match='Did you mean "tiny"'):
        scores(ROWS, model="tinny")


def test_a_local_folder_and_an_empty_answer_work(tmp_path):
    llama().save_pretrained(tmp_path)
    loading.load("tiny")[1].save_pretrained(tmp_path)
    rows = Dataset.from_dict({"instruction": ["a", "b"], "output": ["", "c"]})
    found = scores(rows, model=str(tmp_path))
    assert np.isfinite(found).all().all() and found["loss"].max() < 2 * math.log(2048)


@pytest.mark.gpu
def test_a_gpu_ranks_the_rows_alike(run, table):
    with pytest.MonkeyPatch.context() as patch:
        for place in (hardware, loading, training):
            patch.setattr(place, "hardware", HARDWARE)
        assert (scores(ROWS, run=run).corrwith(table, method="spearman") > 0.95).all()
