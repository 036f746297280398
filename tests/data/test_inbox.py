"""The inbox: the line follows from the message, and the splits share no wording."""

import re
from collections import Counter

import pytest

from utils.data import damage, inbox
from utils.data.inbox.flaws import FLAWS, FORMS

ROWS = {split: inbox.examples(600, seed=1, split=split) for split in inbox.SPLITS}


def said(text: str) -> str:
    return text.removeprefix("Sort this message: ")


@pytest.mark.parametrize("split", inbox.SPLITS)
def test_the_answer_is_a_line_of_three_fields(split):
    for row in ROWS[split]:
        topic, urgency, number = row["output"].split(inbox.SEPARATOR)
        assert topic == row["topic"] in inbox.TOPICS and urgency == row["urgency"] in inbox.URGENCIES
        assert number == inbox.NO_NUMBER or re.fullmatch(r"\d{5}", number) and number in said(row["instruction"])


@pytest.mark.parametrize("split", inbox.SPLITS)
def test_only_an_order_number_counts(split):
    """Of several numbers it is the one that stands beside the word order; where there is none, the answer is none."""
    several = 0
    for row in ROWS[split]:
        text, number = said(row["instruction"]), row["output"].split(inbox.SEPARATOR)[2]
        beside = re.findall(
            r"[Oo]rder\W+(?:number |no\. |reference |on my confirmation |is )*\W*(\d{5})",
            text.replace("number:", "number"),
        )
        assert set(beside) == ({number} - {inbox.NO_NUMBER}), text
        several += len(set(re.findall(r"\d{5}", text))) > 1
    assert several > 20


@pytest.mark.parametrize("split", inbox.SPLITS)
def test_topics_are_balanced_and_messages_distinct(split):
    rows = ROWS[split]
    counts = Counter(rows["topic"])
    assert len(counts) == len(inbox.TOPICS) == 8 and max(counts.values()) - min(counts.values()) <= 1
    assert len(set(rows["instruction"])) == len(rows)
    assert min(Counter(rows["urgency"]).values()) > 150


def test_the_splits_share_no_wording():
    """No sentence of four words or more, with its item left open, stands in both, but for a greeting or thanks."""
    blank = re.compile("|".join(sorted((item for _, item in inbox._ITEMS), key=len, reverse=True)) + r"|\d+")
    parts = {
        split: {
            blank.sub("…", part).casefold()
            for row in rows
            for part in re.split(r"(?<=[.?]) |, (?=.)", said(row["instruction"]))
            if len(part.split()) >= 4
        }
        for split, rows in ROWS.items()
    }
    assert len(parts["test"]) > 40 and not parts["train"] & parts["test"]


def test_it_is_always_the_same():
    assert inbox.examples(30, seed=4).to_list() == inbox.examples(60, seed=4).select(range(30)).to_list()
    assert inbox.examples(30, seed=4).to_list() != inbox.examples(30, seed=5).to_list()


def test_every_word_of_an_answer_is_explained():
    words = set(inbox.conventions()["word"])
    assert words == {*inbox.TOPICS, *inbox.URGENCIES, inbox.NO_NUMBER}


def test_what_cannot_be_is_said_in_a_sentence():
    with pytest.raises(ValueError, match='The split "dev" is unknown: choose "train" or "test".'):
        inbox.examples(5, split="dev")
    with pytest.raises(ValueError, match="ask for at least one row"):
        inbox.examples(0)


# ------------------------------------------------------------------------------------------------ what goes wrong there


def spoiled(name, systematic=False, share=0.3):
    """The rows that a flaw has hit: (topic, urgency, number) as it was, and the answer as it is."""
    clean = ROWS["train"]
    made = damage.spoil(clean, {name: share}, seed=2, systematic=systematic, own=FLAWS)
    hit = [row for row in made if row["flaw"] == name]
    assert len(hit) == share * len(clean) and damage.restore(made, clean)["output"] != made["output"]
    return [(clean[row["source_row"]]["output"].split(inbox.SEPARATOR), row["output"]) for row in hit]


def test_a_wrong_topic_changes_the_topic_alone():
    for (topic, *rest), answer in spoiled("wrong_topic"):
        other, *same = answer.split(inbox.SEPARATOR)
        assert other in inbox.TOPICS and other != topic and same == rest
    taken = {(before[0], answer.split(inbox.SEPARATOR)[0]) for before, answer in spoiled("wrong_topic", True)}
    assert len(taken) == len({topic for topic, _ in taken}) == 8, "systematic: each topic is taken for one other"


def test_a_wrong_urgency_changes_the_urgency_alone():
    for (topic, urgency, number), answer in spoiled("wrong_urgency"):
        assert answer in {inbox.line(topic, other, number) for other in inbox.URGENCIES if other != urgency}
    assert {answer.split(inbox.SEPARATOR)[1] for _, answer in spoiled("wrong_urgency", True)} == {"high"}


def test_an_overlooked_number_was_there():
    for (topic, urgency, number), answer in spoiled("number_overlooked"):
        assert number != inbox.NO_NUMBER and answer == inbox.line(topic, urgency, None)


def test_another_form_has_the_right_fields():
    for fields, answer in spoiled("other_form"):
        assert answer in {form.format(*fields) for form in FORMS} and answer != inbox.SEPARATOR.join(fields)
    settled = spoiled("other_form", True)
    assert any(all(answer == form.format(*fields) for fields, answer in settled) for form in FORMS)


def test_these_flaws_are_known_here_alone():
    assert not set(FLAWS) & set(damage.FLAWS)
    with pytest.raises(ValueError, match='The flaw "wrong_topic" is unknown'):
        damage.spoil(ROWS["train"], {"wrong_topic": 0.1})
    with pytest.raises(ValueError, match="would change too few"):
        damage.spoil(
            damage.spoil(ROWS["train"], {}).map(lambda row: {"output": "Yes."}), {"wrong_topic": 0.1}, own=FLAWS
        )
