import json

import pytest
import torch
from transformers import AutoModelForCausalLM

from utils.model import loading, profiles
from utils.model.base import recipe


def test_the_shipped_model_is_small_and_safe():
    weights = list(profiles.TINY.glob("*.safetensors"))
    assert len(weights) == 1 and weights[0].stat().st_size <= 12 * 2**20
    assert not list(profiles.TINY.glob("*.bin")) + list(profiles.TINY.glob("*.pt"))
    model, tokenizer = loading.load("tiny")
    assert model.num_parameters() <= 5_000_000
    assert tokenizer.decode(tokenizer("Où est l'hôtel\u00a0?")["input_ids"]) == "Où est l'hôtel\u00a0?"


def test_the_card_says_what_the_record_says():
    record = json.loads((profiles.TINY / "pretraining.json").read_text())
    card = (profiles.TINY / "README.md").read_text(encoding="utf-8")
    assert f"{record['steps']:,} steps" in card and f"{record['parameters']:,} parameters" in card


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(
        recipe,
        "SHAPE",
        dict(hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=2),
    )
    monkeypatch.setattr(recipe, "BATCH", 2)
    monkeypatch.setattr(recipe, "TOKENIZER_PAGES", 200)
    monkeypatch.setattr(recipe.shutil, "which", lambda name: None)  # compiling takes longer than these few steps


def test_a_pretraining_that_was_stopped_ends_where_it_would_have_ended(small, tmp_path, monkeypatch):
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    recipe.pretrain(6, tmp_path / "whole", tmp_path / "build-whole", save_every=2)

    real, steps = recipe.learning_rate, []

    def stop_after_three(step, total):
        steps.append(step)
        if len(steps) == 4:
            raise KeyboardInterrupt
        return real(step, total)

    monkeypatch.setattr(recipe, "learning_rate", stop_after_three)
    with pytest.raises(KeyboardInterrupt):
        recipe.pretrain(6, tmp_path / "parts", tmp_path / "build-parts", save_every=2)
    assert not list((tmp_path / "parts").glob("*.safetensors"))
    monkeypatch.setattr(recipe, "learning_rate", real)
    recipe.pretrain(6, tmp_path / "parts", tmp_path / "build-parts", save_every=2)
    whole, parts = (AutoModelForCausalLM.from_pretrained(tmp_path / name).state_dict() for name in ("whole", "parts"))
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_the_tables_in_the_pages_are_those_of_the_record():
    from tests.benchmarks import acceptance

    record = json.loads(acceptance.RECORD.read_text(encoding="utf-8"))
    for page in acceptance.PAGES:
        text = page.read_text(encoding="utf-8")
        assert acceptance.tables(record) in text and acceptance.filled(text, record) == text


def test_the_record_meets_what_the_course_promises():
    """The figures belong to the model that ships; `make bench` measures them again."""
    from tests.benchmarks import acceptance
    from utils.model import demo
    from utils.model.identity import identity

    record = json.loads(acceptance.RECORD.read_text(encoding="utf-8"))
    assert record.get("files") == identity("tiny")["files"], "the base has changed: run `make bench`"
    median = {line["set"]: line["median"] for line in record["sets"]}
    mean = {line["set"]: line["exact match"] for line in record["sets"]}
    assert median["no fine-tuning"] <= 2 and median["10 clean rows"] >= 40 and median["200 clean rows"] >= 90
    assert median[demo.JUNK] <= 20 and mean[demo.CURATED] >= 70
    assert record["robustness"][0]["gap"][1] > 30
    assert all(line["gap"][1] > 0 for line in record["robustness"])
