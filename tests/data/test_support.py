"""The support desk must differ between eras in its facts and in nothing else."""

import doctest
import random
import re
from collections import Counter

import pytest

from utils.data import support
from utils.data.support import ERAS, TOPICS, answer, examples, manual_page, questions


def test_counts():
    assert len(TOPICS) == len({t.name for t in TOPICS}) == len({t.ask for t in TOPICS}) == 64
    assert Counter(t.kind for t in TOPICS) == {"task": 32, "fact": 32}
    assert sum(not t.changed for t in TOPICS) == 13
    for t in TOPICS:
        train, test = questions(t), questions(t, "test")
        assert (len(train), len(test)) == (9, 3)
        assert len({*train, *test}) == 12


def test_answers_are_short_and_differ_in_the_value_only():
    for t in TOPICS:
        old, new = answer(t, 2018), answer(t, 2024)
        head, tail = t.answer.split("{value}")  # exactly one value
        assert old.removeprefix(head).removesuffix(tail) == t.old
        assert new.removeprefix(head).removesuffix(tail) == t.new
        assert (old != new) == t.changed
        for text in (old, new):
            assert 6 <= len(text.split()) <= 14 and text.endswith(".")
            assert not re.search(r"\d{4}", text)


def test_values_do_not_give_the_era_away():
    old, new = (Counter(getattr(t, era) for t in TOPICS) for era in ("old", "new"))
    assert len(old.keys() & new.keys()) >= 0.6 * len(old.keys() | new.keys())
    # nor does any one word of the answers: it is never much more frequent in one era
    a, b = (Counter(w for t in TOPICS for w in re.findall(r"\w+", answer(t, era))) for era in ERAS)
    assert a.keys() == b.keys()
    assert all(abs(a[w] - b[w]) <= 2 for w in a)


def test_distinct_questions_and_splits():
    train, test = (set(examples(n, split=s)["instruction"]) for n, s in ((12_000, "train"), (12_000, "test")))
    assert len(train) == len(test) == 12_000
    assert not train & test
    held_out = [q[1:] for t in TOPICS for q in questions(t, "test")]  # [1:]: openers change the first letter
    text = "\n".join(train)
    assert not any(q in text for q in held_out)


def test_capital_after_the_opener():
    rows = examples(5000)["instruction"]
    assert any(r.startswith("Hello, how do I ") for r in rows)
    assert any(r.startswith("Hello, I ") for r in rows)
    assert not any(re.search(r"\bi\b", r) for r in rows)
    assert not any(re.search(r", (?!I )[A-Z]", r) for r in rows)


def test_examples():
    rows = examples(640, era=2018, seed=3)
    assert rows.column_names == ["instruction", "output", "topic", "era"]
    assert set(Counter(rows["topic"]).values()) == {10}
    by_name = {t.name: t for t in TOPICS}
    assert all(r["output"] == answer(by_name[r["topic"]], 2018) and r["era"] == 2018 for r in rows)
    assert all(any(q[1:] in r["instruction"] for q in questions(by_name[r["topic"]])) for r in rows)
    # a seed fixes the rows; another one changes them; the era changes the answers only
    assert rows.to_dict() == examples(640, era=2018, seed=3).to_dict()
    assert rows["instruction"] != examples(640, era=2018, seed=4)["instruction"]
    assert rows["instruction"] == examples(640, era=2024, seed=3)["instruction"]
    assert rows["instruction"] == [q[7:] for q in examples(640, 2018, seed=3, state_era=True)["instruction"]]


@pytest.mark.parametrize("n", [1, 2, 101, 1000])
def test_both_is_half_half(n):
    rows = examples(n, era="both", state_era=True)
    count = Counter(rows["era"])
    assert len(rows) == n and count[2018] == n // 2
    assert all(r["instruction"].startswith(f"[{r['era']}] ") for r in rows)
    if n == 1000:
        assert 200 < Counter(rows["era"][:500])[2018] < 300  # shuffled, not one era after the other


def test_more_rows_than_questions_repeat():
    n = 13_824  # all there are for test: 64 topics x 3 phrasings x 9 openers x 8 closers
    rows = examples(n + 64, split="test")["instruction"]
    assert len(set(rows)) == len(set(rows[:n])) == n


def test_manual_pages():
    rng = random.Random(0)
    pages = [(era, manual_page(rng, era)) for era in ERAS * 250]
    again = random.Random(0)
    assert pages == [(era, manual_page(again, era)) for era in ERAS * 250]
    held_out = [q.lower() for t in TOPICS for q in questions(t, "test")]
    pairs = {q: (answer(t, 2018), answer(t, 2024)) for t in TOPICS for s in ("train", "test") for q in questions(t, s)}
    kinds = Counter()
    for era, page in pages:
        assert not any(q in page.lower() for q in held_out)
        lines = page.split("\n")
        assert not any(b in pairs.get(a, ()) for a, b in zip(lines, lines[1:], strict=False))
        assert not re.search(r"\b(I|my|me)\b", page) or lines[0] == "Questions customers ask"
        marks = re.findall(r"\[\d{4}\] ", page)
        assert set(marks) <= {f"[{era}] "}
        assert len(lines) - (len(marks) < 2) in range(4, 9)
        kinds[min(len(marks), 2)] += 1
        if not marks:
            assert all(line in pairs for line in lines[1:])
    assert 25 < kinds[0] < 80 and 50 < kinds[2] < 105
    # both editions state every fact
    for era in ERAS:
        text = "\n".join(p for e, p in pages if e == era)
        assert all(answer(t, era)[1:] in text for t in TOPICS)


def test_errors():
    for call in (
        lambda: answer(TOPICS[0], 2020),
        lambda: answer(TOPICS[0], "both"),
        lambda: examples(5, era=1999),
        lambda: examples(5, era="2024"),
        lambda: manual_page(random.Random(0), "both"),
    ):
        with pytest.raises(ValueError, match="unknown era"):
            call()
    for call in (lambda: questions(TOPICS[0], "dev"), lambda: examples(5, split="validation")):
        with pytest.raises(ValueError, match="unknown split"):
            call()
    with pytest.raises(ValueError, match="at least one row"):
        examples(0)


def test_docstring_examples():
    result = doctest.testmod(support)
    assert result.attempted >= 4 and result.failed == 0
