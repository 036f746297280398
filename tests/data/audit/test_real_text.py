"""What a person read of the findings on real text, as `python -m tests.benchmarks real_text` keeps it."""

import json

import pytest

from tests.benchmarks import real_text
from utils.data.audit import CHECKS

KNOWN = json.loads(real_text.READ.read_text(encoding="utf-8"))


def test_the_table_is_the_one_in_the_page():
    assert real_text.table(KNOWN) in real_text.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", real_text.SETS)
def test_what_clean_text_is_accused_of_is_little_or_right(name):
    about = KNOWN[name]
    for check, flags in about["flags"].items():
        if check == "wrong_label":  # labels given by many hands are not known to be clean: doubts are for reading
            assert about["confidence"][check] <= 0.5
            continue
        right = [is_right for id, is_right in about["right"].items() if id.startswith(f"{check}-")]
        assert 1000 * flags / about["rows"] <= 1 or len(right) >= 10 and sum(right) >= 0.8 * len(right), check


def test_clean_text_is_from_three_sources_at_least_and_of_several_languages():
    assert sum(KNOWN[name]["rows"] for name in real_text.SETS if name != "packages") >= 20_000
    assert {"docstrings", "manuals"} < set(real_text.SETS) and len(real_text.LANGUAGES) >= 3


@pytest.mark.parametrize("check", CHECKS)
def test_no_check_is_surer_of_itself_than_it_was_right(check):
    right = real_text.judged(KNOWN, check)
    if len(right) >= 5:
        assert real_text.stated(KNOWN, check) <= real_text.interval(right)[1]
