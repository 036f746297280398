"""All that decides a result is in the key of a run, and nothing that only tells about the model."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from datasets import Dataset

from utils.model import experiment, hardware, identity, profiles, trajectory
from utils.model.recorded import record

ROWS = Dataset.from_dict({"instruction": ["Say yes."], "output": ["Yes."]})
TEST = Dataset.from_dict({"instruction": ["Say no."], "output": ["No."]})
DECIDING = [
    "model.safetensors",
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "chat_template.jinja",
    "vocab.txt",
    "merges.txt",
    "tokenizer.model",
]
ABOUT = [
    "README.md",
    "acceptance.json",
    "pretraining.json",
    "recipe.py",
    "LICENSE",
    ".gitattributes",
]


def key_with(model: Path) -> str:
    """The key of a run with the model of a folder."""
    (key,) = set(experiment.plan({"a": ROWS}, str(model), 4, 1, TEST).keys.values())
    return key


@pytest.fixture
def model(tmp_path) -> Path:
    """A copy of the tiny model's folder."""
    return Path(shutil.copytree(profiles.TINY, tmp_path / "model"))


@pytest.mark.parametrize("name", DECIDING)
def test_a_file_that_decides_an_answer_changes_the_key(model, name):
    before = key_with(model)
    with open(model / name, "ab") as file:
        file.write(b" ")
    assert key_with(model) != before


def test_a_file_that_is_gone_changes_the_key(model):
    before = key_with(model)
    (model / "generation_config.json").unlink()
    assert key_with(model) != before


@pytest.mark.parametrize("name", ABOUT)
def test_a_file_that_tells_about_the_model_changes_nothing(model, name):
    before = key_with(model)
    with open(model / name, "ab") as file:
        file.write(b" ")
    assert key_with(model) == before


def test_a_large_file_is_read_once_and_again_when_it_has_changed(model, monkeypatch):
    read = []
    digest = identity.hashlib.file_digest
    monkeypatch.setattr(identity.hashlib, "file_digest", lambda *given: read.append(1) or digest(*given))
    first = identity.files(profiles.profile(str(model)))
    assert len(read) == len(first) == 5
    assert identity.files(profiles.profile(str(model))) == first and len(read) == 5
    (model / "config.json").write_text("{}")
    after = identity.files(profiles.profile(str(model)))
    assert {name for name in first if first[name] != after[name]} == {"config.json"} and len(read) == 6


def test_a_folder_is_known_by_where_it_is(model, monkeypatch, tmp_path):
    """And not by the words for it, which mean another folder from another one."""
    other = Path(shutil.copytree(model, tmp_path / "elsewhere" / "model", copy_function=shutil.copy2))
    (other / "config.json").write_bytes((model / "config.json").read_bytes()[::-1])  # as large
    found = []
    for folder in (model, other):
        monkeypatch.chdir(folder.parent)
        found.append(identity.files(profiles.profile("model")))
    assert found[0]["config.json"] != found[1]["config.json"]


def test_a_hub_model_is_known_by_its_commit(monkeypatch, tmp_path):
    commits = iter(["aaa", "bbb"])
    monkeypatch.setattr(
        "huggingface_hub.hf_hub_download",
        lambda source, name: tmp_path / "snapshots" / next(commits) / name,
    )
    assert identity.files(profiles.profile("owner/name")) == {"owner/name": "aaa"}
    assert identity.files(profiles.profile("owner/name")) == {"owner/name": "bbb"}
    pinned = profiles.PROFILES["smollm2-135m"]
    assert identity.files(pinned) == {pinned.source: pinned.revision}


def test_a_hub_that_does_not_answer_is_left_to_loading(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert identity.files(profiles.profile("owner/not-here")) == {"owner/not-here": "main"}


def test_the_precision_is_in_the_key(monkeypatch):
    found = []
    for fast in (True, False):
        monkeypatch.setattr(identity, "has_accelerator", lambda: False)
        monkeypatch.setattr(identity, "fast_in_bfloat16", lambda: fast)
        found.append(identity.identity("tiny"))
    monkeypatch.setattr(identity, "has_accelerator", lambda: True)
    for autocast in ("bfloat16", "float16"):
        monkeypatch.setattr(identity, "hardware", lambda: hardware.Hardware("cuda", autocast))
        found.append(identity.identity("tiny"))
    assert len({each["hardware"] for each in found}) == 4
    assert all(each | {"hardware": ""} == found[0] | {"hardware": ""} for each in found)


def test_the_libraries_are_in_the_key(monkeypatch):
    before = identity.identity("tiny")
    monkeypatch.setattr(
        identity,
        "version",
        lambda name: "99" if name == "tokenizers" else before["versions"][name],
    )
    assert identity.identity("tiny")["versions"] != before["versions"]


@pytest.mark.parametrize("also", [(), trajectory.CODE, record.CODE], ids=["run", "trajectory", "sweep"])
def test_the_code_of_the_course_is_in_the_key(also, monkeypatch, tmp_path):
    copy = Path(shutil.copytree(identity.COURSE, tmp_path / "utils", ignore=shutil.ignore_patterns("*.safetensors")))
    monkeypatch.setattr(identity, "COURSE", copy)
    seen = {identity.identity("tiny", *also)["code"]}
    for name in (*identity.RUN, *also):
        with open(copy / name, "a") as file:
            file.write("# changed")
        seen.add(identity.identity("tiny", *also)["code"])
    assert len(seen) == 1 + len(identity.RUN) + len(also)


def test_the_kernel_stays_free_of_torch():
    code = "import sys; from utils.model.identity import identity; identity('tiny'); sys.exit('torch' in sys.modules)"
    if not hardware.has_accelerator() and hardware.instructions() is not None:
        assert subprocess.run([sys.executable, "-c", code], cwd=identity.COURSE.parent).returncode == 0
