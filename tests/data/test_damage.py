from collections import Counter

import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from utils.data import damage, phrasebook
from utils.data.text import strip_accents

CLEAN = phrasebook.examples(60, seed=0)


@given(
    st.dictionaries(st.sampled_from(list(damage.FLAWS)), st.floats(0, 0.14), max_size=7),
    st.integers(50, 400),
    st.integers(0, 1000),
)
@settings(max_examples=30, deadline=None)
def test_shares_add_up_and_every_row_is_accounted_for(flaws, size, seed):
    spoiled = damage.spoil(CLEAN, flaws, size=size, seed=seed)
    counts = Counter(spoiled["flaw"])
    assert len(spoiled) == size
    assert abs((size - counts[""]) - size * sum(flaws.values())) <= 0.5 + 1e-6
    for name, share in flaws.items():
        assert abs(counts[name] - share * size) <= 1
    for row in spoiled:
        original = CLEAN[row["source_row"]]
        same = (row["instruction"], row["output"]) == (original["instruction"], original["output"])
        assert same == (row["flaw"] == "")


def test_each_flaw_does_what_it_says():
    spoiled = {name: damage.spoil(CLEAN, {name: 0.5}, seed=1) for name in damage.FLAWS}
    for name, rows in spoiled.items():
        hit = [(row, CLEAN[row["source_row"]]) for row in rows if row["flaw"] == name]
        assert len(hit) == 30
        for row, original in hit:
            said, right = row["output"], original["output"]
            assert {
                "lowercase": lambda: said == right.lower().rstrip(".!? \u00a0"),
                "lost_accents": lambda: said == strip_accents(right),
                "typo": lambda: sorted(said) == sorted(right) and said != right,
                "truncated": lambda: (
                    right.split()[: len(said.split())] == said.split() and len(said.split()) < len(right.split())
                ),
                "wrong_answer": lambda: said in CLEAN["output"],
                "echo": lambda: said in row["instruction"],
                "off_topic": lambda: said.isascii() and said not in CLEAN["output"],
            }[name](), (name, said, right)


def test_the_same_seed_spoils_alike():
    first, again, other = (damage.spoil(CLEAN, {"typo": 0.3}, size=200, seed=s).to_list() for s in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (dict(flaws={"smudge": 0.1}), '"smudge" is unknown'),
        (dict(flaws={"typo": 0.7, "echo": 0.7}), "add up to 1.40"),
        (dict(flaws={"typo": -1}), "from 0 to 1"),
        (dict(flaws={}, size=0), "size=1 or more"),
        (dict(rows=CLEAN.select([]), flaws={}), "no rows"),
        (
            dict(rows=Dataset.from_dict({"instruction": ["a", "b"], "output": ["x", "x"]}), flaws={"wrong_answer": 1}),
            "too few",
        ),
    ],
)
def test_wrong_requests_get_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        damage.spoil(**({"rows": CLEAN} | arguments))
