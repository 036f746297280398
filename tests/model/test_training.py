import json
import math
import subprocess
import sys

import pytest
import torch
from datasets import Dataset
from transformers import LlamaConfig, LlamaForCausalLM, Qwen3Config, Qwen3ForCausalLM

from tests.model import small
from utils import evaluate, fine_tune, phrasebook
from utils.model import hardware, loading, profiles, training

ROWS = phrasebook.examples(20, seed=0)
TEST = phrasebook.examples(20, split="test")


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    first, again, other = (fine_tune(ROWS, steps=6, seed=seed) for seed in (1, 1, 2))
    assert first.losses == again.losses != other.losses
    assert evaluate(first, TEST) == evaluate(again, TEST)
    assert len(first.losses) == 6 and all(math.isfinite(loss) for loss in first.losses)
    assert first.seconds > 0 and first.peak_memory > 0 and first.tokens > 6 * 16 * 5


def test_training_lowers_the_loss_and_answers_in_french():
    run = fine_tune(ROWS, steps=40)
    assert sum(run.losses[-5:]) < 0.3 * sum(run.losses[:5])
    one = run.answer("Translate to French: The cat is black.")
    assert one == run.answer(["Translate to French: The cat is black.", "Translate to French: She is hungry."])[0]
    assert one.endswith(".") and len(one) < 60


def test_zero_steps_is_the_base_as_it_is():
    base = fine_tune(ROWS, steps=0)
    assert base.losses == [] and base.adapter is None
    assert evaluate(base, TEST).exact_match <= 2


@pytest.mark.parametrize("n", [1, 3])
def test_fewer_rows_than_a_batch_work(n):
    assert len(fine_tune(ROWS.select(range(n)), steps=2).losses) == 2


def test_only_the_answer_and_its_end_are_learnt():
    _, tokenizer = loading.load("tiny")
    encoded, too_long = training.tokenize(ROWS.select([0]), [0], tokenizer, 256)
    ids, labels = encoded[0]["input_ids"], encoded[0]["labels"]
    learnt = [token for token, label in zip(ids, labels) if label != -100]
    assert too_long == 0 and learnt[-1] == tokenizer.eos_token_id
    assert tokenizer.decode(learnt[:-1]) == ROWS[0]["output"]
    assert tokenizer.decode([t for t, label in zip(ids, labels) if label == -100]) == ROWS[0]["instruction"] + "\n"


def test_every_row_is_seen_before_any_is_seen_twice():
    order = training.seen_rows(5, 12, seed=3)
    assert len(order) == 12 and sorted(order[:5]) == sorted(order[5:10]) == list(range(5))


def test_rows_beyond_the_context_are_left_out_and_counted():
    long = Dataset.from_dict(
        {"instruction": ["Translate to French: no"] * 3, "output": ["Non.", "Oui.", "très " * 400]}
    )
    run = fine_tune(long, steps=2)
    assert run.notes == ["1 of 3 rows are longer than the model's context of 256 tokens and were left out."]
    with pytest.raises(ValueError, match="All 1 rows are longer .* shorten them"):
        fine_tune(long.select([2]), steps=2)


@pytest.mark.parametrize(
    "rows, sentence",
    [
        (ROWS.select([]), "no rows"),
        (ROWS.remove_columns("output"), 'column "output" is missing.*rename_column'),
        ([{"instruction": "a", "output": "b"}], "Dataset.from_list"),
        (Dataset.from_dict({"instruction": ["a", "b"], "output": ["c", None]}), "Row 1 has None as its output"),
    ],
)
def test_a_bad_set_gets_a_sentence(rows, sentence):
    with pytest.raises(ValueError, match=sentence):
        fine_tune(rows, steps=1)


@pytest.mark.parametrize(
    "name, sentence",
    [("tinny", 'Did you mean "tiny"'), ("smollm-135m", 'Did you mean "smollm2-135m"'), ("???", "Known names are tiny")],
)
def test_an_unknown_model_names_the_nearest(name, sentence):
    with pytest.raises(ValueError, match=sentence.replace("?", "[?]")):
        fine_tune(ROWS, model=name, steps=1)


def test_a_loss_that_is_no_number_stops_the_run():
    with pytest.raises(training.FineTuningError, match="no longer a number at step .*smaller learning_rate"):
        fine_tune(ROWS, steps=30, learning_rate=1e30)


def test_when_memory_runs_out_the_batch_is_computed_in_parts(monkeypatch):
    from trl import SFTTrainer

    real, tried = SFTTrainer.train, []

    def train(self, *args, **kwargs):
        tried.append((self.args.per_device_train_batch_size, self.args.gradient_accumulation_steps))
        if self.args.per_device_train_batch_size > 4:
            raise torch.OutOfMemoryError("no room")
        return real(self, *args, **kwargs)

    whole = fine_tune(ROWS, steps=3)
    monkeypatch.setattr(SFTTrainer, "train", train)
    parts = fine_tune(ROWS, steps=3)
    assert tried == [(16, 1), (8, 2), (4, 4)]
    assert "4 at a time" in parts.notes[0]
    assert parts.losses == pytest.approx(whole.losses, rel=0.05)


def test_a_cpu_computes_the_batch_of_a_large_model_in_parts(monkeypatch):
    """As many rows at a time as its profile says: with the same result, and nothing to be said about it."""
    whole = fine_tune(ROWS, steps=3)
    monkeypatch.setitem(profiles.PROFILES, "tiny", profiles.profile("tiny")._replace(micro_batch=4))
    monkeypatch.setattr(training, "hardware", lambda: hardware.Hardware("cpu", hardware.hardware().autocast))
    parts = fine_tune(ROWS, steps=3)
    assert parts.losses == pytest.approx(whole.losses, rel=0.05) and parts.losses != whole.losses
    assert parts.notes == []


def test_the_size_of_a_batch_is_the_models_own_unless_given(monkeypatch):
    monkeypatch.setitem(profiles.PROFILES, "tiny", profiles.profile("tiny")._replace(batch_size=4))
    assert fine_tune(ROWS, steps=1).settings["batch_size"] == 4
    assert fine_tune(ROWS, steps=1, batch_size=2).settings["batch_size"] == 2


def test_when_not_even_one_row_fits_it_says_so(monkeypatch):
    from trl import SFTTrainer

    def train(self, *args, **kwargs):
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(SFTTrainer, "train", train)
    with pytest.raises(training.FineTuningError, match="smaller model or shorter rows"):
        fine_tune(ROWS, steps=1)


def test_a_run_survives_its_record():
    run = fine_tune(ROWS, steps=4)
    record, adapter = run.to_record()
    again = training.Run.from_record(json.loads(json.dumps(record)), adapter)
    assert evaluate(again, TEST) == evaluate(run, TEST)


PLAINLY = """
import json, sys, warnings
warnings.simplefilter("ignore")
from peft import AutoPeftModelForCausalLM
from transformers import AutoTokenizer
folder, asked = sys.argv[1], json.loads(sys.argv[2])
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoPeftModelForCausalLM.from_pretrained(folder)
answers = []
for text in asked:
    ids = tokenizer(text + "\\n", return_tensors="pt")
    out = model.generate(**ids, max_new_tokens=64, do_sample=False)
    answers.append(tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True).strip())
print(json.dumps(answers))
"""


def test_a_saved_adapter_gives_the_same_answers_without_the_course(tmp_path):
    run = fine_tune(ROWS, steps=40)
    folder = run.save(tmp_path / "adapter")
    asked = ROWS["instruction"][:6]
    done = subprocess.run(
        [sys.executable, "-c", PLAINLY, str(folder), json.dumps(asked)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == run.answer(asked) == ROWS["output"][:6]
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert "40 steps of 16 rows" in text and 'tokenizer("…\\n"' in text and "{" not in text.partition("```")[0]
    with pytest.raises(ValueError, match="no adapter to save"):
        fine_tune(ROWS, steps=0).save(tmp_path / "none")


@pytest.mark.parametrize(
    "config, architecture",
    [
        (LlamaConfig(**small.SETTINGS, tie_word_embeddings=True), LlamaForCausalLM),  # SmolLM2
        (
            Qwen3Config(
                hidden_size=64,
                intermediate_size=96,
                num_hidden_layers=2,
                num_attention_heads=4,
                num_key_value_heads=2,
                head_dim=16,
                tie_word_embeddings=True,
                vocab_size=2048,
                max_position_embeddings=512,
            ),
            Qwen3ForCausalLM,
        ),
    ],
)
def test_a_folder_with_the_architecture_of_a_real_model_goes_the_same_way(tmp_path, config, architecture):
    architecture(config).save_pretrained(tmp_path)
    loading.load("tiny")[1].save_pretrained(tmp_path)
    run = fine_tune(ROWS, model=str(tmp_path), steps=3)
    assert len(run.losses) == 3 and 0 <= evaluate(run, TEST).exact_match <= 100


def test_weights_that_could_run_code_are_refused(tmp_path):
    torch.save({}, tmp_path / "pytorch_model.bin")
    with pytest.raises(ValueError, match="no .safetensors file"):
        fine_tune(ROWS, model=str(tmp_path), steps=1)


def test_a_hub_model_without_a_hub_gets_a_sentence():
    with pytest.raises(OSError, match='could not be loaded.*model="tiny"'):
        fine_tune(ROWS, model="smollm2-135m", steps=1)


def test_the_libraries_keep_quiet(capfd):
    fine_tune(ROWS, steps=2)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


@pytest.mark.gpu
def test_a_gpu_is_used_where_there_is_one():
    run = fine_tune(ROWS, steps=20)
    assert run.settings["precision"].startswith("cuda")
    assert next(run.model.parameters()).is_cuda and run.losses[-1] < run.losses[0]
