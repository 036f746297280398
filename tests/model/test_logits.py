"""The loss and the probabilities of answers come from the logits that the model itself gives, whatever its head does."""

import math

import pytest
import torch
from transformers import CONFIG_MAPPING, AutoModelForCausalLM

from utils import fine_tune, phrasebook
from utils.model import generation, gradients, loading, logits, training

SMALL = dict(hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=1)
SMALL |= dict(
    head_dim=16, vocab_size=2048, max_position_embeddings=256, pad_token_id=0, bos_token_id=None, eos_token_id=1
)
KINDS = {  # model type: settings, and whether its head is plain
    "llama": ({}, True),
    "qwen3": ({}, True),
    "granite": ({"logits_scaling": 8.0}, False),
    "granitemoehybrid": (
        {"logits_scaling": 6.0, "layer_types": ["attention", "attention"], "num_local_experts": 0, "mamba_n_heads": 4},
        False,
    ),
    "cohere": ({"logit_scale": 0.0625}, False),
    "gemma2": ({"final_logit_softcapping": 0.05}, False),
    "gemma3_text": ({}, True),
    "gpt2": ({"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 256}, True),
    "bloom": ({"n_layer": 2, "n_head": 2}, True),
}
ROWS = phrasebook.examples(12, seed=3)


@pytest.fixture(scope="module", params=KINDS)
def model(request):
    settings, plain = KINDS[request.param]
    torch.manual_seed(0)
    made = AutoModelForCausalLM.from_config(CONFIG_MAPPING[request.param](**SMALL | settings)).eval()
    return made, plain


def test_the_head_is_known(model):
    made, plain = model
    assert logits.shortcuts(made).plain_head == plain


def test_logits_are_those_of_the_model(model):
    made, _ = model
    ids = torch.randint(2, 2048, (3, 12), generator=torch.Generator().manual_seed(1))
    where = torch.rand(3, 12, generator=torch.Generator().manual_seed(2)) < 0.4
    with torch.inference_mode():
        assert torch.allclose(logits.logits_at(made, ids, where), made(input_ids=ids).logits[where], atol=1e-5)


def test_losses_and_probabilities_agree_with_it(model):
    """A row's loss is its mean negative log-likelihood, so the probability of the answer is exp(-loss x tokens)."""
    made, _ = model
    tokenizer = loading.load("tiny")[1]
    encoded, _ = training.tokenize(ROWS, list(range(len(ROWS))), tokenizer, 256)
    with torch.inference_mode():
        losses = gradients.row_losses(made, encoded, tokenizer.pad_token_id)
        for row, loss in zip(encoded, losses):
            ids, labels = torch.tensor([row["input_ids"]]), torch.tensor([row["labels"]])
            assert made(input_ids=ids, labels=labels).loss.item() == pytest.approx(loss.item(), rel=1e-3)
    counts = torch.tensor([sum(label != -100 for label in row["labels"]) for row in encoded])
    expected = (-losses * counts).exp()
    found = generation.reference_probabilities(made, tokenizer, ROWS)
    assert found == pytest.approx(expected.tolist(), rel=0.1)


def test_a_scaled_head_is_trained_through(tmp_path):
    """Granite divides its logits: a loss without that would be another one."""
    torch.manual_seed(0)
    settings = SMALL | {"logits_scaling": 0.05, "initializer_range": 0.5}
    AutoModelForCausalLM.from_config(CONFIG_MAPPING["granite"](**settings)).save_pretrained(tmp_path)
    loading.load("tiny")[1].save_pretrained(tmp_path)
    row = ROWS.select([0])  # a batch of sixteen times the same
    first = fine_tune(row, model=str(tmp_path), steps=1).losses[0]
    base = fine_tune(row, model=str(tmp_path), steps=0)
    encoded, _ = training.tokenize(row, [0], base.tokenizer, 256)
    ids, labels = (torch.tensor([encoded[0][key]]) for key in ("input_ids", "labels"))
    with torch.inference_mode():
        expected = base.model(input_ids=ids, labels=labels).loss.item()
    assert first == pytest.approx(expected, rel=0.05) and abs(first - math.log(2048)) > 0.2


def beginning_alike(rows: int = 3, length: int = 30, shared: int = 20) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids whose first `shared` are the same in all rows, and where logits are wanted: in the last six."""
    ids = torch.randint(2, 2048, (rows, length), generator=torch.Generator().manual_seed(3))
    ids[:, :shared] = ids[0, :shared]
    return ids, torch.arange(length).expand(rows, -1) >= length - 6


def test_what_rows_begin_with_is_read_once(model, monkeypatch):
    """With gradients as well: they are those of the rows read one by one."""
    made, _ = model
    ids, where = beginning_alike()
    mask = torch.ones_like(ids)
    mask[1, 28:] = 0  # padding
    found = {}
    for shortest in (16, 1000):
        monkeypatch.setattr(logits, "SHORTEST_PREFIX", shortest)
        made.zero_grad()
        at = logits.logits_at(made, ids, where & mask.bool(), mask)
        at.logsumexp(-1).sum().backward()
        found[shortest] = at.detach(), torch.cat([w.grad.flatten() for w in made.parameters() if w.grad is not None])
    for ours, theirs in zip(found[16], found[1000]):
        assert torch.allclose(ours, theirs, rtol=1e-3, atol=1e-4 * theirs.abs().max())


def test_it_is_read_once_and_by_which_models(model):
    made, plain = model
    if not plain:
        return
    passes = []
    watching = made.get_decoder().register_forward_pre_hook(
        lambda _, args, given: passes.append(tuple(given["input_ids"].shape)), with_kwargs=True
    )
    ids, where = beginning_alike()
    with torch.inference_mode():
        logits.logits_at(made, ids, where)
        logits.logits_at(made, ids[:1], where[:1])  # one row shares nothing
    watching.remove()
    assert logits.shortcuts(made).caches_prefix
    assert passes == [(1, 20), (3, 10), (1, 30)]


def test_a_model_that_cannot_go_on_reads_everything(monkeypatch):
    made = AutoModelForCausalLM.from_config(CONFIG_MAPPING["llama"](**SMALL)).eval()
    decoder = type(made.get_decoder())
    forward = decoder.forward
    monkeypatch.setattr(decoder, "forward", lambda self, **given: forward(self, **given | {"past_key_values": None}))
    assert logits.shortcuts(made) == (True, False)
    ids, where = beginning_alike()
    with torch.inference_mode():
        assert torch.allclose(logits.logits_at(made, ids, where), made(input_ids=ids).logits[where], atol=1e-5)
