"""The support desk must differ between eras in its facts and in nothing else."""

import doctest
import random
import re
import subprocess
import sys
from collections import Counter

import pytest

from utils.data import support
from utils.data.support import ERAS, TOPICS, answer, examples, manual_page, questions

BY_NAME = {t.name: t for t in TOPICS}
NUMERIC = r"£?\d|(one|two|three|four|five|eight|ten)\b"
YEARS = pytest.mark.parametrize("era", ERAS)


def value(name, era):
    return BY_NAME[name].old if era == 2018 else BY_NAME[name].new


def number(name, era):
    """The value as a number: an amount in pounds, megabytes, gigabytes, hours or whatever it counts."""
    words = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "eight": 8, "ten": 10}
    units = {"week": 7 * 24, "day": 24, "months": 30 * 24, "pm": 1}
    first, *rest = value(name, era).removeprefix("£").removesuffix("%").split()
    amount = words[first] if first in words else int(first)
    if "working" in rest:
        return amount
    return amount * next((size for unit, size in units.items() if rest and rest[0].startswith(unit)), 1)


def test_counts():
    assert len(TOPICS) == len({t.name for t in TOPICS}) == len({t.ask for t in TOPICS}) == 100
    assert len({t.direct for t in TOPICS}) == 100
    assert Counter(t.kind for t in TOPICS) == {"task": 50, "fact": 50}
    assert sum(not t.changed for t in TOPICS) == 20
    for t in TOPICS:
        train, test = questions(t), questions(t, "test")
        assert (len(train), len(test)) == (9, 3)
        assert len({*train, *test}) == 12
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", t.name)


def test_forms_of_answers():
    assert set(Counter(t.form for t in TOPICS)) == set(support.FORMS)
    count = Counter(t.form for t in TOPICS)
    assert count["no, but"] >= 12 and count["question back"] >= 10
    for t in TOPICS:
        assert (t.form == "step") <= (t.kind == "task") and (t.form == "fact") <= (t.kind == "fact")
        assert (t.form == "no, but") == bool(re.search(r"cannot be .*, but|^You cannot .*, but", t.answer)), t
        assert (t.form == "question back") == bool(re.search(r"^[^.]+\? If (so|not), [^.]+\.$", t.answer)), t
        if t.form == "step":
            assert t.answer.split()[0] in {"Open", "Go", "Contact", "Type"}


def test_answers_are_short_and_differ_in_the_value_only():
    for t in TOPICS:
        old, new = answer(t, 2018), answer(t, 2024)
        head, tail = t.answer.split("{value}")  # exactly one value
        assert old.removeprefix(head).removesuffix(tail) == t.old
        assert new.removeprefix(head).removesuffix(tail) == t.new
        assert (old != new) == t.changed
        for text in (old, new):
            assert 6 <= len(text.split()) <= 20 and text.endswith(".")
            assert len(re.findall(r"[.?]", text)) <= 2
            assert not re.search(r"\d{4}", text)
    # an answer belongs to one topic: from the answer the topic is known
    texts = Counter(text for t in TOPICS for text in {answer(t, 2018), answer(t, 2024)})
    assert set(texts.values()) == {1}


def test_values_do_not_give_the_era_away():
    old, new = (Counter(getattr(t, era) for t in TOPICS) for era in ("old", "new"))
    assert len(old.keys() & new.keys()) >= 0.8 * len(old.keys() | new.keys())
    assert (old & new).total() >= 85  # of 100: the editions state nearly the same facts, about other topics
    assert all(abs(old[v] - new[v]) <= 2 for v in old | new)
    # nor does any one word of the answers: it is never much more frequent in one era
    a, b = (Counter(w for t in TOPICS for w in re.findall(r"\w+", answer(t, era))) for era in ERAS)
    assert a.keys() == b.keys()
    assert all(abs(a[w] - b[w]) <= 2 for w in a)
    # "larger is newer" is no rule either: several facts shrink
    steps = [number(t.name, 2024) - number(t.name, 2018) for t in TOPICS if re.match(NUMERIC, t.old)]
    assert sum(step > 0 for step in steps) >= 10 and sum(step < 0 for step in steps) >= 10


@YEARS
def test_facts_of_one_edition_fit_together(era):
    def rising(*names):
        numbers = [number(name, era) for name in names]
        assert numbers == sorted(numbers), (era, dict(zip(names, numbers, strict=True)))

    # what is uploaded is never larger than an upload may be
    rising("attachment-size", "upload-size")
    rising("profile-picture-size", "logo-size", "picture-size", "upload-size")
    # Free, Plus, Team
    rising("free-storage", "free-extra-storage", "team-storage")  # the second one tells what the Plus plan has
    assert number("upload-size", era) < 1000 * number("free-storage", era)
    rising("free-devices", "plus-devices")
    assert 1 < number("plus-users", era) < number("team-users", era)
    assert 0 < number("plus-price", era) < number("team-price", era)
    assert number("storage-price", era) <= number("plus-price", era)
    # periods
    rising("deleted-notes", "versions")
    rising("deleted-notes", "closed-account")
    rising("payment-arrival", "refund-arrival")
    rising("callback", "email-reply")
    # hours
    for line in ("phone", "chat"):
        opens, closes = (value(f"{line}-{x}", era) for x in ("opens", "closes"))
        assert opens.endswith("am") and closes.endswith("pm")
    assert value("backup-night", era) == value("stop-backup", era) != value("maintenance", era)
    # a team has the Team plan, so it can phone whatever the cheapest plan with phone support is; nobody else is sent
    # to the phone
    by_phone = {t.name for t in TOPICS if value(t.name, era) == "by phone"}
    assert by_phone and all("my team" in BY_NAME[name].ask for name in by_phone)
    assert value("weekend", era) != "by phone"
    # what is in one place is in one place
    for same in (
        ("share-note", "share-notebook", "dead-link"),
        ("restore-note", "missing-note"),
        ("export-notes", "merge-accounts"),
        ("cancel", "upgrade", "pause", "credit-card", "failed-payment"),
        ("email-address", "spam"),
        ("remove-member", "administrator", "cheaper-plan"),
    ):
        assert len({value(name, era) for name in same}) == 1, same


def test_changes_are_moderate():
    """Prices rise and at most double, and nothing that is counted changes by more than five times."""
    for t in TOPICS:
        if t.old.startswith("£"):
            assert number(t.name, 2018) <= number(t.name, 2024) <= 2 * number(t.name, 2018)
            assert number(t.name, 2018) <= 12
    for name in ("upload-size", "picture-size", "logo-size", "free-storage", "free-extra-storage", "team-storage"):
        assert number(name, 2018) <= number(name, 2024) <= 2.5 * number(name, 2018)
    numeric = [t.name for t in TOPICS if re.match(NUMERIC, t.old)]
    assert len(numeric) >= 40
    for name in numeric:
        if name not in {"notice", "email-reply", "callback", "locked-account"}:  # days become hours, or the reverse
            assert 0.4 <= number(name, 2024) / number(name, 2018) <= 2.5, name
    # where the unit is the same, it stays the same
    for t in TOPICS:
        if re.search("[MG]B$", t.old):
            assert t.old.split()[1] == t.new.split()[1]


def test_templates():
    for kind, texts in support._TEMPLATES.items():
        assert len(texts) == len(set(texts)) == 12
        for a in texts:
            assert not any(a in b for b in texts if a != b)
            assert a.endswith(("?", ".", "{direct}"))
        # each of the two is the direct question once, and otherwise says how it is asked about
        assert sum("{direct}" in t for t in texts) == 1 and sum("{ask}" in t for t in texts) == 11, kind
    for t in TOPICS:
        asked = [*questions(t), *questions(t, "test")]
        for a in asked:
            assert not any(a[1:] in b for b in asked if a != b)
            assert a[0].isupper() and "  " not in a and "{" not in a
    assert all(t.direct == f"How do I {t.ask}?" for t in TOPICS if t.kind == "task")


def test_direct_and_indirect_questions_are_two_forms_of_one():
    """The same words, but for the auxiliary ("does it cost", "it costs"); nobody is "you" in what a customer asks."""

    def words(text):
        small = {"do", "does", "did"}
        return sorted(re.sub("s$", "", w) for w in text.lower().rstrip("?").split() if w not in small)

    for t in TOPICS:
        assert not re.search(r"\b(you|your|we|our|us|am|mine|myself)\b", f"{t.ask} {t.direct}", re.I)
        assert not t.ask.endswith((".", "?"))
        if t.kind == "fact":
            assert words(t.direct) == words(t.ask.replace("has", "have"))
            assert re.match(r"(how|when|which|what|on which) ?", t.ask)
            assert t.direct.endswith("?") and t.direct.lower() != f"{t.ask}?".lower()


def test_openers_and_closers_fit_everything():
    assert "" in support._OPENERS and "" in support._CLOSERS
    for text in support._OPENERS:
        assert not text or re.fullmatch(r"(Hello|Hi|Hi there|Hello there|Good (morning|afternoon|evening)), ", text)
    for text in support._CLOSERS:
        assert not text or (text.startswith(" ") and text.endswith("."))
        # nothing that an answer could depend on: no device, plan, place or person
        assert not re.search(r"\b(mobile|phone|browser|app|plan|team|page\b|new|Nimbus|it help)", text), text
    assert len(support._OPENERS) == len(set(support._OPENERS)) and len(support._CLOSERS) == len(set(support._CLOSERS))


def test_british_spelling():
    american = (
        r"\b(\w*color\w*|\w*center\w*|\w*iz(e|es|ed|ing|ation)|license|check ?(mark|box|ed)?|user name|gotten|"
        r"favorite|catalog|trash|vacation|canceled|canceling|traveled|program|dollars?|figure out|zip|"
        r"cell|behavior|gray|fill out|toward|on the weekend|anymore|labeled)\b"
    )
    for t in TOPICS:
        for text in (answer(t, 2018), answer(t, 2024), *questions(t), *questions(t, "test")):
            assert not re.search(american, text, re.I), text
            assert not re.search(r"(?i)\bper (month|year)\b", text)  # the desk says "a month"
    for opener in (*support._OPENERS, *support._CLOSERS, *support._TITLES):
        assert not re.search(american, opener, re.I)


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
    rows = examples(1000, era=2018, seed=3)
    assert rows.column_names == ["instruction", "output", "topic", "era"]
    assert set(Counter(rows["topic"]).values()) == {10}
    assert all(r["output"] == answer(BY_NAME[r["topic"]], 2018) and r["era"] == 2018 for r in rows)
    assert all(any(q[1:] in r["instruction"] for q in questions(BY_NAME[r["topic"]])) for r in rows)
    # a seed fixes the rows; another one changes them; the era changes the answers only
    assert rows.to_dict() == examples(1000, era=2018, seed=3).to_dict()
    assert rows["instruction"] != examples(1000, era=2018, seed=4)["instruction"]
    assert rows["instruction"] == examples(1000, era=2024, seed=3)["instruction"]
    assert rows["instruction"] == [q[7:] for q in examples(1000, 2018, seed=3, state_era=True)["instruction"]]


@pytest.mark.parametrize("n", [1, 2, 101, 1000])
def test_both_is_half_half(n):
    rows = examples(n, era="both", state_era=True)
    count = Counter(rows["era"])
    assert len(rows) == n and count[2018] == n // 2
    assert all(r["instruction"].startswith(f"[{r['era']}] ") for r in rows)
    if n == 1000:
        assert 200 < Counter(rows["era"][:500])[2018] < 300  # shuffled, not one era after the other


def test_more_rows_than_questions_repeat():
    n = 21_600  # all there are for test: 100 topics x 3 phrasings x 8 openers x 9 closers
    rows = examples(n + 100, split="test")["instruction"]
    assert len(set(rows)) == len(set(rows[:n])) == n


def test_manual_pages():
    rng = random.Random(0)
    pages = [(era, manual_page(rng, era)) for era in ERAS * 400]
    again = random.Random(0)
    assert pages == [(era, manual_page(again, era)) for era in ERAS * 400]
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
    assert 45 < kinds[0] < 120 and 85 < kinds[2] < 160
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


def test_importing_the_desk_is_quick():
    code = "import sys, utils.data.support; sys.exit(bool({'datasets', 'torch', 'pandas'} & {*sys.modules}))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_docstring_examples():
    result = doctest.testmod(support)
    assert result.attempted >= 4 and result.failed == 0
