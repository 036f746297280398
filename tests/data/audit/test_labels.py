"""Answers that are labels, or lines and objects of labels: what is wrong among them, and what must be left alone."""

import json
import random
from itertools import product

import pytest

from utils import audit, inbox
from utils.data import damage
from utils.data.audit.corpus import Corpus
from utils.data.audit.task import form
from utils.data.inbox.flaws import FLAWS

TALK = {
    "French": {
        "positif": ["Quel bonheur, {} !", "J'ai adoré {}.", "{} m'a ravie.", "On se régale : {}, à refaire.", "Rien à redire sur {}."],
        "négatif": ["Quelle déception, {} !", "J'ai détesté {}.", "{} m'a ennuyée.", "À fuir : {}, hélas.", "Je me plains de {}."],
    },
    "Japanese": {
        "天気": ["明日の{}は雨ですか", "{}は晴れますか", "{}の気温を教えて", "{}に雪が降りますか"],
        "交通": ["{}行きの電車は何時ですか", "{}までの切符をください", "{}駅はどこですか", "{}へのバスは遅れていますか"],
        "食事": ["{}で美味しい店はどこ", "{}の名物料理は何ですか", "{}で寿司を食べたい", "{}の食堂を予約して"],
    },
}  # fmt: skip
ABOUT = {
    "French": [
        "le dîner",
        "ce film",
        "la visite",
        "le concert",
        "notre chambre",
        "cette pièce",
        "l'accueil",
        "le trajet",
    ],
    "Japanese": ["札幌", "東京", "京都", "大阪", "福岡", "仙台", "金沢", "広島"],
}
WHEN = {
    "French": ["", "Bon. ", "Alors : ", "Hier. ", "Voilà. "],
    "Japanese": ["", "ねえ、", "あの、", "すみません、", "今日、"],
}


def labelled(language: str) -> list[dict]:
    rows = [
        {"instruction": when + text.format(about), "output": label}
        for label, texts in TALK[language].items()
        for text, about, when in product(texts, ABOUT[language], WHEN[language])
    ]
    random.Random(0).shuffle(rows)
    return rows


def mistaken(rows: list[dict], every: int) -> tuple[list[dict], list[int]]:
    """The same with another label in every so many rows, and which these are."""
    labels = sorted({row["output"] for row in rows})
    wrong = list(range(every // 2, len(rows), every))
    rows = [dict(row) for row in rows]
    for k in wrong:
        rows[k]["output"] = labels[(labels.index(rows[k]["output"]) + 1) % len(labels)]
    return rows, wrong


@pytest.mark.parametrize("language", TALK)
def test_labels_that_disagree_with_the_rest_are_doubted(language):
    rows, wrong = mistaken(labelled(language), every=20)
    report = audit(rows, checks=["wrong_label"])
    assert len(set(report.flagged) & set(wrong)) >= 0.7 * len(wrong)
    assert len(set(report.flagged) - set(wrong)) <= 0.005 * len(rows)
    assert "by the rest of the set it is" in report.flags["reason"].iloc[0]
    assert not audit(labelled(language)).flagged


def test_a_doubt_is_for_reading_and_never_dropped():
    rows, _ = mistaken(labelled("French"), every=20)
    report = audit(rows)
    assert report.flagged and len(report.clean().rows) == len(rows)


SORTED = {"wrong_topic": 0.1, "number_overlooked": 0.05, "wrong_urgency": 0.05, "other_form": 0.05, "truncated": 0.05}


@pytest.mark.parametrize("seed", range(3))
def test_lines_of_labels_are_judged_part_by_part(seed):
    rows = damage.spoil(inbox.examples(2000, seed=seed), SORTED, seed=seed, own=FLAWS)
    report = audit(rows)
    flags = report.flags.groupby("check")["row"].agg(set)
    of = {flaw: {row for row, other in enumerate(rows["flaw"]) if other == flaw} for flaw in SORTED}
    assert len(flags["wrong_label"] & of["wrong_topic"]) >= 0.6 * len(of["wrong_topic"])
    assert len(flags["format"] & of["other_form"]) >= 0.7 * len(of["other_form"])  # some keep the number of parts
    sound = {row for row, flaw in enumerate(rows["flaw"]) if not flaw}
    assert len(set(report.flagged) & sound) <= 0.005 * len(sound)
    assert any("“… | … | …”" in reason for reason in report.flags["reason"])


def test_objects_of_labels_too():
    rows, wrong = mistaken(labelled("French"), every=25)
    r = random.Random(1)
    for row in rows:
        row["output"] = json.dumps({"avis": row["output"], "note": r.choice("12345")}, ensure_ascii=False)
    rows[7]["output"] = rows[7]["output"].rstrip("}")
    report = audit(rows)
    flags = report.flags.groupby("check")["row"].agg(set)
    assert len(flags["wrong_label"] & set(wrong)) >= 0.8 * len(wrong)
    assert flags["format"] == {7}
    assert "avis" in report.flags["reason"].iloc[-1]


SILENT = {
    "letters of choices": [
        {"instruction": f"Which is larger, A) {a} or B) {b}? Give the letter.", "output": "A" if a > b else "B"}
        for a, b in product(range(10, 40), range(11, 41, 2))
        if a != b
    ],
    "sums": [
        {"instruction": f"What is {a} plus {b}?", "output": str(a + b)} for a, b in product(range(25), range(20))
    ],
    "coins": [
        {"instruction": f"Toss coin number {k}.", "output": random.Random(k).choice(["heads", "tails"])} for k in range(400)
    ],
    "one in ten": [
        {"instruction": f"Is the house at number {k} of our street for sale?", "output": "yes" if k % 10 == 3 else "no"}
        for k in range(500)
    ],
}  # fmt: skip


@pytest.mark.parametrize("task", SILENT)
def test_labels_that_cannot_be_told_from_the_text_are_left_alone(task):
    assert not audit(SILENT[task], checks=["wrong_label"]).flagged


def test_prose_is_no_label_and_has_no_form():
    prose = [row["output"] for row in inbox.examples(300)]
    asked = [row["instruction"] for row in inbox.examples(300)]
    assert form(Corpus(prose, asked)) is None
    assert form(Corpus([], [])) is None


def letters() -> list[dict]:
    """Answers of two lines, the first of which is one of a few greetings; some have three."""
    r = random.Random(0)
    things = [
        f"{one} {two}" for one, two in product(["red", "blue", "old", "new"], ["lamp", "kettle", "sofa", "carpet"])
    ]
    return [
        {
            "instruction": f"Where is my {thing}, ordered on day {k}?",
            "output": f"{r.choice(['Dear customer,', 'Hello,', 'Good morning,'])}\nThe {thing} comes on day {k + 3}."
            + "\nKind regards" * (k % 7 == 0),
        }
        for k, thing in enumerate(things * 20)
    ]


def tagged() -> list[dict]:
    """Lists of labels, most of them of two."""
    r, tags = random.Random(0), ["sport", "music", "politics", "science", "travel"]
    rows = []
    for k in range(400):
        some = r.sample(tags, 2 if k % 8 else r.choice([1, 3]))
        rows.append({"instruction": f"Page {k} is on {' and '.join(some)}.", "output": "; ".join(some)})
    return rows


def with_optional_keys() -> list[dict]:
    return [
        {"instruction": row["instruction"], "output": json.dumps({"avis": row["output"]} | ({"sûr": "non"} if k % 7 == 0 else {}))}
        for k, row in enumerate(labelled("French"))
    ]  # fmt: skip


@pytest.mark.parametrize("rows", [letters, tagged, with_optional_keys])
def test_what_only_looks_like_a_fixed_form_is_none(rows):
    assert "format" not in set(audit(rows()).flags["check"])


def test_an_answer_in_another_form_is_for_reading_and_never_dropped():
    rows = damage.spoil(inbox.examples(1000, seed=4), {"other_form": 0.05}, seed=4, own=FLAWS)
    report = audit(rows)
    assert "format" in set(report.flags["check"]) and "format" not in set(report.clean().dropped["checks"])
