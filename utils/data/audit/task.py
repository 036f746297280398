"""What the set's task seems to be, read off all rows before any of them is judged.

Where many answers are parts of their instruction, that is the task, and no answer that is one repeats its question;
where the answers are a few labels, "none" may be one of them. Answers of a fixed form, such as "refund | high | 48213" or
an object of JSON, are several labels at once.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from .corpus import Corpus, matches, once

SAMPLE = 2_000  # rows that are looked at
COPYING = 0.3  # the share of rows with words of their instruction for an answer from which on that is the task
MOST_LABELS = 50
LABEL_SHARE = 0.01  # the share of the rows that a label makes up at least
LEAST_SHARE = 0.001  # ... one whose rows are held against each other
EDGES = " \t\r\n\"'“”«»‹›.!?…:;,\u00a0\u202f"

# Letters of scripts that set no spaces between words: Thai and Lao, Tibetan, Burmese, Khmer, Japanese and Chinese.
UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"


@once
def unspaced(corpus: Corpus) -> np.ndarray:
    """Which answers, or their instructions, are in a script without spaces, so that words cannot be told apart."""
    run = f"[{UNSPACED}]{{3}}"
    return matches(corpus.arrow["output"], run) | matches(corpus.arrow["instruction"], run)


def is_copying(corpus: Corpus, aside: np.ndarray) -> bool:
    """Whether the task is to give words of the instruction, going by the rows that are not `aside`."""
    rows = np.flatnonzero(~aside)
    rows = rows[np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows)), dtype=np.int64)]
    if len(rows) < 0.1 * len(corpus):
        return True  # hardly any row does otherwise
    found = sum(_is_copy(corpus.instruction[row], corpus.output[row]) for row in rows.tolist())
    return found >= COPYING * len(rows)


def _is_copy(asked: str, said: str) -> bool:
    asked, said = asked.casefold(), said.strip(EDGES).casefold()
    if not said:
        return False
    if said in asked:
        return True
    words = re.findall(r"\w+", said)
    known = set(re.findall(r"\w+", asked))
    return len(words) > 2 and sum(word in known for word in words) >= 0.6 * len(words)


@once
def labels(corpus: Corpus) -> frozenset[str]:
    """The answers, in small letters, of a set whose answers are a few labels; empty where they are not."""
    import pandas as pd

    if not len(corpus) or np.median(corpus.words("output").lengths) > 3:
        return frozenset()
    counts = pd.Series(corpus.output).str.strip(EDGES).str.casefold().value_counts()
    found = counts[counts >= max(3, LABEL_SHARE * len(corpus))]
    if len(found) > MOST_LABELS or found.sum() < 0.5 * len(corpus):
        return frozenset()
    return frozenset(found.index)


class Field(NamedTuple):
    """One place in the answers that has a label: the whole answer, or a part of a fixed form."""

    name: str  # "label" for the whole answer, "part 2", or the key of an object
    labels: list[str]  # in small letters
    given: np.ndarray  # for each row, the number of its label, -1 where it has none of them


class Form(NamedTuple):
    """The form that most answers have, and what they say in it."""

    words: str  # as in "… | … | …"; empty where an answer has but one part
    fields: list[Field]  # the parts that hold labels, at least one
    strays: np.ndarray  # which answers have another form


MOST_WORDS = 24  # in the middle answer, where answers are labels
FORM = 0.8  # the share of the answers that have the form, where there is one
SEPARATORS = ("\n", "\t", "|", ";")
MOST_PARTS = 12
MOST_CLASSES = 200
FEWEST = 5  # rows of a label, at least
IN_FIELD = 0.9  # the share of the answers in the form that say one of the labels there
TEXTS = 5  # different instructions for each label, at least: a few texts repeated are no task of labels
TAKEN = "(words of the text)"  # what stands for all values that rows take from their instructions


@once
def form(corpus: Corpus) -> Form | None:
    """The form of answers that are labels, or lines or objects of labels; None where they are something else."""
    if not len(corpus) or np.median(corpus.words("output").lengths) > MOST_WORDS:
        return None
    some = [corpus.output[row] for row in np.linspace(0, len(corpus) - 1, min(SAMPLE, len(corpus)), dtype=np.int64)]
    for words, apart in _ways(some):
        parts = list(map(apart, corpus.output))
        if sum(map(bool, parts)) < FORM * len(corpus):
            continue
        names = next(filter(None, parts))
        columns = {name: [each[name] if each else "" for each in parts] for name in names}
        found = list(filter(None, (_field(corpus, name, column) for name, column in columns.items())))
        if words.startswith("{"):  # some keys may be left out: what is no object at all has another form
            strays = np.array([not _object(answer) for answer in corpus.output])
        elif len(found) == len(columns) and _are_apart(found):
            strays = np.array([not each for each in parts])
        else:  # prose in lines, or lists of labels, which may be as long as they like
            continue
        if found:
            return Form(words, found, strays & (corpus.words("output").lengths > 0))
    return None


def _are_apart(fields: list[Field]) -> bool:
    """Whether each part has labels of its own, but for a few answers in which the parts have changed places."""
    often: dict[str, list[int]] = {}
    for field in fields:
        for label, count in zip(field.labels, np.bincount(field.given[field.given >= 0], minlength=len(field.labels))):
            if label != TAKEN:
                often.setdefault(label, []).append(int(count))
    return sum(map(max, often.values())) >= IN_FIELD * sum(map(sum, often.values()))


def fields(corpus: Corpus) -> list[Field]:
    """The places of labels in the answers."""
    found = form(corpus)
    return found.fields if found else []


def _ways(answers: list[str]) -> Iterator[tuple[str, Callable[[str], dict[str, str]]]]:
    """How most of these answers can be taken apart, in words, and what does it: into nothing where an answer is not so."""
    keys, often = Counter(tuple(_object(answer)) for answer in answers).most_common(1)[0]
    if keys and often >= FORM * len(answers):
        yield f"{{{', '.join(keys)}}}", lambda text: found if tuple(found := _object(text)) == keys else {}
    for separator in SEPARATORS:
        n, often = Counter(len(answer.strip().split(separator)) for answer in answers).most_common(1)[0]
        if 1 < n <= MOST_PARTS and often >= FORM * len(answers):
            shown = separator if separator.isspace() else f" {separator} "
            yield shown.join("…" * n), partial(_parts, separator, n)
    if 2 * len(set(answers)) <= len(answers):
        yield "", lambda text: {"label": text}


def _parts(separator: str, n: int, text: str) -> dict[str, str]:
    parts = text.strip().split(separator)
    return {f"part {i + 1}": part for i, part in enumerate(parts)} if len(parts) == n else {}


def _object(text: str) -> dict[str, str]:
    """The members of an object of JSON, each as a text; none where it is something else."""
    try:
        found = json.loads(text) if text.lstrip().startswith("{") else {}
    except (ValueError, RecursionError):
        return {}
    return {key: str(value) for key, value in found.items()}


def _field(corpus: Corpus, name: str, column: list[str]) -> Field | None:
    """The labels in a column of values, or None where they are no labels of few kinds."""
    values = [value.strip(EDGES).casefold() for value in column]
    often = Counter(filter(None, values))
    least = max(FEWEST, LEAST_SHARE * len(values))
    frequent = {value for value, count in often.items() if count >= least}
    if len(frequent) > MOST_CLASSES:
        return None
    if sum(often[value] for value in frequent) < often.total():
        rare = ((row, value) for row, value in enumerate(values) if value and value not in frequent)
        for row, value in rare:
            if value in corpus.instruction[row].casefold():
                values[row] = TAKEN
        often = Counter(filter(None, values))
    labels = sorted(value for value in {*frequent, TAKEN} if often[value] >= least)
    if not 1 < len(labels) <= min(MOST_CLASSES, len(set(corpus.instruction)) / TEXTS):
        return None
    if sum(often[label] for label in labels) < IN_FIELD * often.total():
        return None
    number = {label: k for k, label in enumerate(labels)}
    return Field(name, labels, np.array([number.get(value, -1) for value in values]))


def is_offered(word: str, instruction: str) -> bool:
    """Whether the instruction itself speaks of this word, as in "Answer yes, no or none".

    >>> is_offered("N/A", "Give the buyer's name, or N/A."), is_offered("none", "Nonetheless?")
    (True, False)
    """
    if word.casefold() not in instruction.casefold():
        return False
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", instruction, re.IGNORECASE))
