"""What a model must be like to be fine-tuned here, and the form in which it reads: each fault is one sentence."""

import shutil
import warnings

import pytest
import torch
from datasets import Dataset
from tokenizers.processors import TemplateProcessing
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BloomConfig,
    BloomForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    T5Config,
    T5ForConditionalGeneration,
)

from tests.model.small import llama
from utils import evaluate, fine_tune, phrasebook
from utils.model import generation, loading, profiles, prompts, training

ROWS = phrasebook.examples(20, seed=0)
TEST = phrasebook.examples(8, split="test")
TEMPLATE = (
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def saved(folder, model=None, change=lambda tokenizer: None):
    """A folder with a model of random weights and the tokenizer of the course, changed."""
    tokenizer = loading.load("tiny")[1]
    change(tokenizer)
    (model or llama()).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def turned_away(folder, sentence, error=ValueError):
    with pytest.raises(error, match=sentence) as caught, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loading.load(folder)
    text = str(caught.value)
    assert len(text) < 420 and "\n" not in text and text.endswith(".")


# ------------------------------------------------------------------------------------------------ at the door


def test_a_model_in_two_parts_is_turned_away(tmp_path):
    config = T5Config(d_model=32, d_ff=64, num_layers=1, num_heads=2, d_kv=16, vocab_size=2048)
    turned_away(saved(tmp_path, T5ForConditionalGeneration(config)), "reads with one part and writes with another")


def test_a_model_that_fills_gaps_is_turned_away(tmp_path):
    config = BertConfig(hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2)
    turned_away(saved(tmp_path, BertForMaskedLM(config)), "does not write texts")


def test_a_tokenizer_that_knows_more_than_the_model_is_turned_away(tmp_path):
    turned_away(saved(tmp_path, llama(vocab_size=100)), "tokens and the model only 100")


def test_a_tokenizer_without_an_end_is_turned_away(tmp_path):
    def no_end(tokenizer):
        tokenizer.eos_token = tokenizer.pad_token = None

    turned_away(saved(tmp_path, change=no_end), "has no end token")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_turned_away(tmp_path, value):
    model = llama()
    with torch.no_grad():
        model.model.layers[1].mlp.up_proj.weight[3, 3] = value
    turned_away(saved(tmp_path, model), "Some weights of .* are no numbers")


@pytest.mark.parametrize("spoil", [lambda data: data[: len(data) // 2], lambda data: b"\x00" * 64, lambda data: b""])
def test_damaged_weights_are_what_is_said(tmp_path, spoil):
    folder = saved(tmp_path)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(spoil(weights.read_bytes()))
    turned_away(folder, "does not hold a whole model", OSError)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_a_damaged_description_is_what_is_said(tmp_path, name, text):
    folder = saved(tmp_path)
    (tmp_path / name).write_text(text)
    turned_away(folder, "does not hold a whole model", OSError)


@pytest.mark.parametrize("name", [None, "", 7, ["tiny"]])
def test_what_is_no_name_gets_a_sentence(name):
    with pytest.raises(ValueError, match="A model is called by its name.*local folder"):
        profiles.profile(name)


def test_a_path_is_a_folder_too(tmp_path):
    assert profiles.profile(tmp_path.joinpath(shutil.copytree(profiles.TINY, tmp_path / "copy"))).source.endswith(
        "copy"
    )


# ------------------------------------------------------------------------------------------------ how much it reads


def test_a_model_without_a_limit_reads_everything(tmp_path):
    model = BloomForCausalLM(BloomConfig(hidden_size=32, n_layer=1, n_head=2, vocab_size=2048))
    folder = saved(tmp_path, model)
    assert loading.context_length(model) == float("inf")
    run = fine_tune(ROWS, model=folder, steps=2)
    assert evaluate(run, TEST).n == len(TEST)


def test_no_answer_goes_beyond_the_context(tmp_path):
    """GPT-2 has an embedding for each place and none for the next."""
    model = GPT2LMHeadModel(GPT2Config(n_embd=32, n_layer=1, n_head=2, vocab_size=2048, n_positions=24))
    run = fine_tune(ROWS, model=saved(tmp_path, model), steps=0)
    made = generation.generate(run.model, run.tokenizer, ["Translate to French: yes"])
    assert 0 < made.tokens[0] < 24


def test_a_test_row_beyond_the_context_is_named():
    long = Dataset.from_list([TEST[0], {**TEST[1], "output": "très " * 400}, {**TEST[2], "instruction": "no " * 400}])
    base = fine_tune(ROWS, steps=0)
    with pytest.raises(ValueError, match="Rows 1, 2 of the test set.* context of 256 tokens: shorten them"):
        evaluate(base, long)
    with pytest.raises(ValueError, match="Row 1 of the test set.* is longer than .* shorten it"):
        evaluate(base, long.select([0, 1]))


# ------------------------------------------------------------------------------------------------ the form of a prompt


def with_opening(tokenizer):
    tokenizer.add_special_tokens({"bos_token": "<s>"})
    opening = [("<s>", tokenizer.bos_token_id)]
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=opening)


def with_template(tokenizer):
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    tokenizer.chat_template = TEMPLATE


def test_a_text_is_opened_where_the_tokenizer_opens_one(tmp_path):
    folder = saved(tmp_path, llama(vocab_size=2060), with_opening)
    _, tokenizer = loading.load(folder)
    (ids,) = prompts.prompts(tokenizer, ["Say yes."])
    assert ids[0] == tokenizer.bos_token_id and tokenizer.decode(ids[1:]) == "Say yes.\n"
    assert prompts.answers(tokenizer, ["Oui."])[0][0] != tokenizer.bos_token_id
    assert prompts.in_words(tokenizer) == prompts.PLAIN
    assert len(fine_tune(ROWS, model=folder, steps=1).losses) == 1


def test_a_chat_template_is_used_and_said(tmp_path):
    folder = saved(tmp_path, llama(vocab_size=2060), with_template)
    _, tokenizer = loading.load(folder)
    (ids,), (answer,) = prompts.prompts(tokenizer, ["Say yes."]), prompts.answers(tokenizer, ["Oui."])
    assert tokenizer.decode(ids) == "<|im_start|>user\nSay yes.<|im_end|>\n<|im_start|>assistant\n"
    assert tokenizer.decode(answer) == "Oui.<|im_end|>" and answer[-1] == prompts.end(tokenizer)
    encoded, _ = training.tokenize(ROWS.select([0]), [0], tokenizer, 512)
    learnt = [token for token in encoded[0]["labels"] if token != -100]
    assert tokenizer.decode(learnt) == ROWS[0]["output"] + "<|im_end|>"
    assert fine_tune(ROWS, model=folder, steps=1).settings["prompt"] == prompts.CHAT


def test_a_base_model_goes_without_the_template_of_its_chat_model(tmp_path, monkeypatch):
    folder = saved(tmp_path, llama(vocab_size=2060), with_template)
    monkeypatch.setitem(profiles.PROFILES, "a base", profiles.Profile(folder, None, 1e-3, chat=False))
    assert prompts.in_words(loading.load("a base")[1]) == prompts.PLAIN


def test_a_template_that_takes_no_such_turns_gets_a_sentence(tmp_path):
    def strict(tokenizer):
        tokenizer.chat_template = "{{ raise_exception('Only tools may speak') }}"

    with pytest.raises(ValueError, match="does not take these turns: Only tools may speak"):
        loading.load(saved(tmp_path, change=strict))
