"""The words of the phrasebook in both languages, read from the tables beside this file.

Nouns with their gender and the kinds of thing they are, adjectives with the kinds they suit, verbs with the kinds they
take as an object, and fixed expressions. How they are put together is in `grammar.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .. import english, french

HERE = Path(__file__).parent


class Noun(NamedTuple):
    en: str
    en_plural: str
    fr: str
    fr_plural: str
    gender: str
    kinds: tuple[str, ...]


class Adjective(NamedTuple):
    en: str
    place: str
    kinds: tuple[str, ...]
    forms: dict[tuple[str, bool], str]  # (gender, plural) -> French form


class Verb(NamedTuple):
    en: str
    past: str
    fr: str
    present: dict[str, str]
    participle: str
    auxiliary: str
    preposition: str
    kinds: tuple[str, ...]


def table(name: str) -> Iterator[list[str]]:
    """The rows of a table of this folder, comments left out."""
    with open(HERE / f"{name}.tsv", encoding="utf-8") as lines:
        yield from csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")


def _noun(en: str, fr: str, gender: str, kinds: str) -> Noun:
    en, _, en_plural = en.partition("/")
    fr, _, fr_plural = fr.partition("/")
    return Noun(
        en, en_plural or english.plural(en), fr, fr_plural or french.plural(fr), gender, tuple(kinds.split(","))
    )


def _adjective(en: str, fr: str, feminine: str, place: str, kinds: str) -> Adjective:
    if feminine == "=":
        forms = dict.fromkeys([("m", False), ("f", False), ("m", True), ("f", True)], fr)
    else:
        feminine = fr if feminine == "-" else feminine
        forms = {
            ("m", False): fr,
            ("f", False): feminine,
            ("m", True): french.plural(fr),
            ("f", True): french.plural(feminine),
        }
    return Adjective(en, place, tuple(kinds.split(",")), forms)


def _verb(en: str, past: str, fr: str, pattern: str, participle: str, aux: str, prep: str, kinds: str) -> Verb:
    return Verb(
        en,
        past,
        fr,
        french.present(fr, pattern),
        participle,
        aux,
        prep.strip("-"),
        tuple(kind for kind in kinds.split(",") if kind != "-"),
    )


NOUNS = [_noun(*row) for row in table("nouns")]
ADJECTIVES = [_adjective(*row) for row in table("adjectives")]
VERBS = [_verb(*row) for row in table("verbs")]
PROFESSIONS = [tuple(row) for row in table("professions")]  # english, french masculine, french feminine
COUNTRIES = [tuple(row) for row in table("countries")]  # english, in…, from… (French with preposition)
LANGUAGES = [tuple(row) for row in table("languages")]  # english, french
EXPRESSIONS = {}  # section -> [(english, french), …]
for _section, *_pair in table("expressions"):
    EXPRESSIONS.setdefault(_section, []).append(tuple(_pair))

MEN = "Paul Marc Thomas Luc Hugo Antoine Karim Pierre Nicolas Julien Louis Victor Simon Lucas David".split()
WOMEN = "Marie Julie Claire Sophie Emma Louise Nadia Anne Alice Sarah Jeanne Laura Lucie Charlotte Eva".split()
CITIES = "Paris Lyon Nantes Bordeaux Rome Madrid Berlin Rennes Strasbourg Dijon Toulouse Rouen".split()

NOUNS_OF: dict[str, list[Noun]] = {}
for _n in NOUNS:
    for _kind in _n.kinds:
        NOUNS_OF.setdefault(_kind, []).append(_n)
PREDICATES_OF: dict[str, list[Adjective]] = {}
ATTRIBUTES_OF: dict[str, list[Adjective]] = {}
for _a in ADJECTIVES:
    for _kind in _a.kinds:
        if _a.place != "attribute":
            PREDICATES_OF.setdefault(_kind, []).append(_a)
        if _a.place != "predicate":
            ATTRIBUTES_OF.setdefault(_kind, []).append(_a)
REFLEXIVE_VERBS = [
    _verb(en, past, fr, pattern, participle, "être", "-", "-")
    for en, past, fr, pattern, participle in table("reflexive_verbs")
]
