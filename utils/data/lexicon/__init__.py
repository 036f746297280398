"""The words of the phrasebook in both languages, read from the tables beside this file.

Nouns with their gender and their kinds, adjectives with the kinds they suit, verbs with the kinds they take as an object and
the sentences they are natural in, fixed expressions, and what holds for a whole kind of thing (`kinds.tsv`: whether it is
somebody's, how many one counts, what it costs, where it may be). How they are put together is in `grammar.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from .. import english, french

HERE = Path(__file__).parent


class Kind(NamedTuple):
    """What holds for all things of a kind."""

    owned: str  # "yes": one says "my …"; "each": it is one person's, so not "our" or "their"; "no"
    counted: int  # as many as one would count of it; 0: none
    price: tuple[int, int] | None  # euros, from and to
    homes: tuple[tuple[str, str], ...]  # (preposition, English name of a place)


class Noun(NamedTuple):
    en: str
    en_plural: str
    fr: str
    fr_plural: str
    gender: str
    kinds: tuple[str, ...]

    @property
    def facts(self) -> list[Kind]:
        """What its kinds tell of it, the closest kind first."""
        return [KINDS[kind] for kind in self.kinds if kind in KINDS]

    @property
    def owners(self) -> tuple[str, ...]:
        """The possessives it can have."""
        owned = {kind.owned for kind in self.facts}
        if "womens" in self.kinds:
            return ("my", "your", "her")
        if "each" in owned and "pair" not in self.kinds:
            return ("my", "your", "his", "her")
        return ("my", "your", "his", "her", "our", "their") if owned & {"yes", "each"} else ()

    @property
    def counted(self) -> int:
        return 0 if "pair" in self.kinds or not self.facts else self.facts[0].counted

    @property
    def price(self) -> tuple[int, int] | None:
        return next((kind.price for kind in self.facts if kind.price), None)

    @property
    def homes(self) -> tuple[tuple[str, str], ...]:
        return next((kind.homes for kind in self.facts if kind.homes), ())


class Adjective(NamedTuple):
    en: str
    place: str  # before or after the noun; attribute: only before it, predicate: only after to be
    degree: str  # all, mild (not "too" nor "quite"), none, or fixed (not even negated)
    kinds: tuple[str, ...]
    forms: dict[tuple[str, bool], str]  # (gender, plural) -> French form

    @property
    def graded(self) -> bool:
        """Whether there is more and less of it."""
        return self.degree in ("all", "mild")


class Verb(NamedTuple):
    en: str
    past: str
    fr: str
    present: dict[str, str]
    participle: str
    auxiliary: str
    preposition: str
    kinds: tuple[str, ...]
    amounts: tuple[str, ...]  # kinds of which one takes some
    uses: tuple[str, ...]
    when: str
    whose: str


class Routine(NamedTuple):
    """A reflexive verb, the hours of the clock at which one does it, and the parts of the day or week."""

    verb: Verb
    hours: tuple[int, int] | None
    parts: tuple[str, ...]


class Weather(NamedTuple):
    now: tuple[str, str]
    past: tuple[str, str]
    infinitive: tuple[str, str]
    graded: bool
    seasons: tuple[str, ...]


class Reason(NamedTuple):
    """Something one does, or does not do, and the feelings or their lack ("not hungry") that are a reason for it."""

    verb: Verb
    en: str
    fr: str
    done: bool
    feelings: tuple[str, ...]


def table(name: str) -> Iterator[list[str]]:
    """The rows of a table of this folder, comments left out."""
    with open(HERE / f"{name}.tsv", encoding="utf-8") as lines:
        yield from csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")


def _several(cell: str, separator: str = ",") -> tuple[str, ...]:
    return () if cell == "-" else tuple(cell.split(separator))


def _kind(owned: str, counted: str, low: str, high: str, homes: str) -> Kind:
    places = [
        (where, name)
        for part in _several(homes, ";")
        for where, names in [part.split(":")]
        for name in names.split(",")
    ]
    return Kind(owned, int(counted), None if low == "-" else (int(low), int(high)), tuple(places))


def _noun(en: str, fr: str, gender: str, kinds: str) -> Noun:
    en, _, en_plural = en.partition("/")
    fr, _, fr_plural = fr.partition("/")
    return Noun(en, en_plural or english.plural(en), fr, fr_plural or french.plural(fr), gender, _several(kinds))


def _adjective(en: str, fr: str, feminine: str, place: str, degree: str, kinds: str) -> Adjective:
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
    return Adjective(en, place, degree, _several(kinds), forms)


def _verb(
    en: str, past: str, fr: str, pattern: str, participle: str, auxiliary: str, preposition: str = "-",
    kinds: str = "-", amounts: str = "-", uses: str = "-", when: str = "day", whose: str = "the",
) -> Verb:  # fmt: skip
    return Verb(
        en,
        past,
        fr,
        french.present(fr, pattern),
        participle,
        auxiliary,
        preposition.strip("-"),
        _several(kinds),
        _several(amounts),
        _several(uses),
        when,
        whose,
    )


def _routine(
    en: str, past: str, fr: str, pattern: str, participle: str, first: str, last: str, parts: str, when: str
) -> Routine:
    hours = None if first == "-" else (int(first), int(last))
    return Routine(_verb(en, past, fr, pattern, participle, "être", when=when), hours, _several(parts))


def _reason(en: str, fr: str, done: str, feelings: str) -> Reason:
    verb = next(
        v
        for v in sorted(VERBS, key=lambda v: -len(v.en))
        if f"{en} ".startswith(v.en + " ") and f"{fr} ".startswith(v.fr + " ")
    )
    return Reason(
        verb, en.removeprefix(verb.en).strip(), fr.removeprefix(verb.fr).strip(), done == "yes", _several(feelings)
    )


def _by_kind(words: Iterable) -> dict[str, list]:
    found: dict[str, list] = {}
    for word in words:
        for kind in word.kinds:
            found.setdefault(kind, []).append(word)
    return found


KINDS = {name: _kind(*row) for name, *row in table("kinds")}
NOUNS = [_noun(*row) for row in table("nouns")]
ADJECTIVES = [_adjective(*row) for row in table("adjectives")]
VERBS = [_verb(*row) for row in table("verbs")]
ROUTINES = [_routine(*row) for row in table("reflexive_verbs")]
REFLEXIVE_VERBS = [routine.verb for routine in ROUTINES]
REASONS = [_reason(*row) for row in table("reasons")]
WEATHER = [
    Weather((now, fr_now), (past, fr_past), (infinitive, fr_infinitive), graded == "yes", _several(seasons))
    for now, fr_now, past, fr_past, infinitive, fr_infinitive, graded, seasons in table("weather")
]
PROFESSIONS = [tuple(row) for row in table("professions")]  # english, french masculine, french feminine
COUNTRIES = [tuple(row) for *row, _ in table("countries")]  # english, in…, from… (French with preposition)
MILD_COUNTRIES = [tuple(row) for *row, climate in table("countries") if climate == "mild"]
LANGUAGES = [tuple(row) for row in table("languages")]  # english, french
EXPRESSIONS: dict[str, list[tuple[str, str]]] = {}  # section -> [(english, french), …]
for _section, *_pair in table("expressions"):
    EXPRESSIONS.setdefault(_section, []).append(tuple(_pair))

MEN = "Paul Marc Thomas Luc Hugo Antoine Karim Pierre Nicolas Julien Louis Victor Simon Lucas David".split()
WOMEN = "Marie Julie Claire Sophie Emma Louise Nadia Anne Alice Sarah Jeanne Laura Lucie Charlotte Eva".split()
CITIES = (
    "Paris Lyon Nantes Bordeaux Rome Madrid Berlin Rennes Strasbourg Dijon Toulouse Rouen "
    "Lille Grenoble Limoges Amiens Metz Reims Munich Milan Dublin Oslo Nancy Toulon"
).split()

NOUN = {noun.en: noun for noun in NOUNS}
VERB = {verb.en: verb for verb in VERBS}
NOUNS_OF: dict[str, list[Noun]] = _by_kind(NOUNS)


def adjectives(noun: Noun, attribute: bool = False) -> list[Adjective]:
    """The adjectives that suit a noun: after to be, or as an attribute beside it."""
    barred = "predicate" if attribute else "attribute"
    return [each for each in ADJECTIVES if each.place != barred and set(each.kinds) & set(noun.kinds)]
