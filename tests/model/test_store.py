"""Finished runs on disk: whole or not there."""

import json

import pytest

from utils.model import store

RECORD, ADAPTER = {"scores": {"exact_match": 41.0}, "words": ["a", "é"]}, b"weights" * 100


@pytest.fixture
def kept(own_cache):
    store.write("one", RECORD, ADAPTER)
    return own_cache


def test_what_was_kept_is_read_again(kept):
    assert store.read("one") == (RECORD, ADAPTER) and store.read("two") is None
    store.write("none", RECORD, b"")
    assert store.read("none") == (RECORD, b"")


def test_numbers_that_json_has_no_word_for_are_read_again(own_cache):
    store.write("odd", {"loss": float("nan"), 3: (1, 2)}, b"")
    record, _ = store.read("odd")
    assert record["loss"] != record["loss"] and record["3"] == [1, 2]


@pytest.mark.parametrize("damage", ["{}", "null", "[", "[]", "7", "[" * 100_000, "\x00", "", '{"record": {}}'])
def test_a_damaged_record_is_none(kept, damage):
    (kept / "one.json").write_text(damage)
    assert store.read("one") is None


@pytest.mark.parametrize("change", [lambda r: r["scores"].pop("exact_match"), lambda r: r["words"].append("b")])
def test_a_record_that_was_changed_is_none(kept, change):
    stored = json.loads((kept / "one.json").read_text())
    change(stored["record"])
    (kept / "one.json").write_text(json.dumps(stored))
    assert store.read("one") is None


@pytest.mark.parametrize("left", [b"", ADAPTER[:-1], ADAPTER + b"x", b"W" + ADAPTER[1:]])
def test_an_adapter_that_is_not_the_one_of_its_record_is_none(kept, left):
    (kept / "one.safetensors").write_bytes(left)
    assert store.read("one") is None
    store.write("one", RECORD, ADAPTER)
    assert store.read("one") == (RECORD, ADAPTER), "done again, it is whole"


def test_a_record_under_another_name_is_none(kept):
    for ending in (".json", ".safetensors"):
        (kept / f"one{ending}").rename(kept / f"two{ending}")
    assert store.read("two") is None
