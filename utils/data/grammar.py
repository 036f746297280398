"""The synchronous grammar of the phrasebook: each construction writes an English sentence and its French translation.

Both sides are built together from the same choices, so the translation is right by construction. The words are in
`lexicon/`, spelling and endings in `english.py` and `french.py`; rows and splits are the business of `phrasebook.py`.

A construction is a decorated function that takes a random.Random and returns (English, French) without the first capital
and the final mark; a mark that is not a full stop comes third.
"""

from __future__ import annotations

import random
from typing import NamedTuple

from . import english, french
from .french import AVOIR, ETRE, join
from .lexicon import (
    ATTRIBUTES_OF,
    CITIES,
    COUNTRIES,
    EXPRESSIONS,
    LANGUAGES,
    MEN,
    NOUNS_OF,
    PREDICATES_OF,
    PROFESSIONS,
    REFLEXIVE_VERBS,
    VERBS,
    WOMEN,
    Adjective,
    Noun,
    Verb,
)


class Phrase(NamedTuple):
    """A noun phrase in both languages."""

    en: str
    fr: str
    gender: str
    plural: bool


class Subject(NamedTuple):
    en: str
    fr: str
    person: str  # one of french.PERSONS
    gender: str | None  # None: not known, so nothing may agree with it
    plural: bool


LASTING = {"want", "love", "like", "hate", "prefer", "know"}  # no passé composé, no "must prefer"
TRANSITIVE = [v for v in VERBS if v.kinds and v.auxiliary == "avoir"]
EVENTS = [v for v in TRANSITIVE if v.en not in LASTING]
DELIBERATE = [v for v in EVENTS if v.en not in ("lose", "forget", "receive", "miss", "break", "steal")]
INTRANSITIVE = [v for v in VERBS if not v.kinds]
MOTION = [v for v in VERBS if v.auxiliary == "être"]
VERB = {v.en: v for v in VERBS}
EATING = [
    v
    for v in VERBS
    if {"food", "drink", "dish"} & set(v.kinds) and v.en not in ("love", "like", "hate", "prefer", "prepare")
]
TASTES = [VERB[en] for en in ("love", "like", "hate", "prefer")]
STATES = LASTING | {"understand", "see", "find", "lose", "forget", "obey"}  # not "he is seeing"
ONE_OF_A_KIND = {"father", "mother", "grandfather", "grandmother", "boss", "king", "queen", "mayor"}
FOR_PEOPLE = [v for v in TRANSITIVE if "person" in v.kinds and v not in TASTES]
UNGRADED = {
    "open",
    "closed",
    "absent",
    "excellent",
    "delicious",
    "late",
    "ready",
    "square",
    "round",
    "empty",
    "full",
    "broken",
    "free",
    "ill",
    "useless",
    "bad",
    "red",
    "blue",
    "green",
    "yellow",
    "black",
    "white",
    "grey",
    "brown",
    "pink",
    "purple",
}

DETERMINERS = {  # french: masculine, feminine, plural
    "the": ("le", "la", "les"),
    "a": ("un", "une", "des"),
    "this": ("ce", "cette", "ces"),
    "my": ("mon", "ma", "mes"),
    "your": ("votre", "votre", "vos"),
    "his": ("son", "sa", "ses"),
    "her": ("son", "sa", "ses"),
    "our": ("notre", "notre", "nos"),
    "their": ("leur", "leur", "leurs"),
}
BEFORE_VOWEL = {"ma": "mon", "sa": "son", "ce": "cet", "beau": "bel", "nouveau": "nouvel", "vieux": "vieil"}
POSSESSIVES = ("my", "your", "his", "her", "our", "their")
REFLEXIVE = {"je": "me", "il": "se", "nous": "nous", "vous": "vous", "ils": "se"}
PRONOUNS = [
    Subject("I", "je", "je", None, False),
    Subject("he", "il", "il", "m", False),
    Subject("she", "elle", "il", "f", False),
    Subject("we", "nous", "nous", None, True),
    Subject("you", "vous", "vous", None, True),
    Subject("they", "ils", "ils", "m", True),
]
HE_SHE_THEY = [s for s in PRONOUNS if s.gender]

ALLER, POUVOIR = VERB["go"].present, dict(zip(french.PERSONS, "peux peut pouvons pouvez peuvent".split()))
MODALS = [
    ("want to", "wants to", VERB["want"].present),
    ("can", "can", POUVOIR),
    ("must", "must", dict(zip(french.PERSONS, "dois doit devons devez doivent".split()))),
    (
        "would like to",
        "would like to",
        dict(zip(french.PERSONS, "voudrais voudrait voudrions voudriez voudraient".split())),
    ),
    ("hope to", "hopes to", french.present("espérer", "er:espèr")),
]
IMPARFAIT = dict(zip(french.PERSONS, "étais était étions étiez étaient".split()))


# ------------------------------------------------------------------------------------------ building blocks


def _before(word: str, following: str) -> str:
    """A determiner or adjective as it is before the next word: ma -> mon, beau -> bel."""
    return BEFORE_VOWEL.get(word, word) if french.sounds_like_vowel(following) else word


def noun_phrase(noun: Noun, det: str, is_plural: bool = False, adjective: Adjective | None = None) -> Phrase:
    """A noun phrase: `det` is a key of DETERMINERS, "some" (partitive), "no" (after a negation) or ""."""
    is_plural = is_plural or "pair" in noun.kinds
    fr_noun = noun.fr_plural if is_plural else noun.fr
    en_noun = noun.en_plural if is_plural else noun.en
    before = after = ""
    if adjective:
        en_noun = f"{adjective.en} {en_noun}"
        form = adjective.forms[noun.gender, is_plural]
        if adjective.place != "after":
            before = form if is_plural or noun.gender == "f" else _before(form, fr_noun)
        else:
            after = form
    if det in DETERMINERS:
        fr_det = DETERMINERS[det][2 if is_plural else noun.gender == "f"]
        if fr_det == "des" and before:
            fr_det = "de"
        if not is_plural:
            fr_det = _before(fr_det, before or fr_noun)
        if det == "a":
            en = f"some {en_noun}" if is_plural else english.article(en_noun)
        else:
            en = f"{'these' if det == 'this' and is_plural else det} {en_noun}"
    else:
        fr_det = {"some": "de " + DETERMINERS["the"][2 if is_plural else noun.gender == "f"], "no": "de", "": ""}[det]
        en = f"some {en_noun}" if det == "some" else en_noun
    return Phrase(en, " ".join(part for part in (fr_det, before, fr_noun, after) if part), noun.gender, is_plural)


def _pick(r: random.Random, *kinds: str) -> Noun:
    return r.choice(NOUNS_OF[r.choice(kinds)])


def _the(r: random.Random, *kinds: str, plural: float = 0.2, adjective: float = 0.0) -> Phrase:
    """A definite, possessive or demonstrative phrase with a noun of one of these kinds."""
    kind = r.choice(kinds)
    noun = r.choice(NOUNS_OF[kind])
    fixed = kind in (
        "dish",
        "warm",
        "hours",
        "sight",
        "outing",
        "line",
        "offer",
        "sweets",
        "food",
        "drink",
        "place",
        "landmark",
        "room",
        "event",
        "animal",
        "screen",
        "meal",
        "part",
    )
    det = "the" if r.random() < 0.5 else "this" if r.random() < 0.3 else "the" if fixed else r.choice(POSSESSIVES)
    if kind == "person" and det != "the":  # one has a sister, not a queen
        noun, det = r.choice(NOUNS_OF["kin"]), r.choice(POSSESSIVES)
    if noun.en in ONE_OF_A_KIND:
        plural = 0
    attribute = r.choice(ATTRIBUTES_OF[kind]) if r.random() < adjective and kind in ATTRIBUTES_OF else None
    return noun_phrase(
        noun, det, kind not in ("food", "drink", "dish", "warm", "meal") and r.random() < plural, attribute
    )


def _a(r: random.Random, *kinds: str, plural: float = 0.0, adjective: float = 0.0, det: str = "a") -> Phrase:
    """An indefinite phrase; mass nouns take the partitive."""
    kind = r.choice(kinds)
    noun = r.choice(NOUNS_OF[kind])
    if kind in ("food", "drink", "dish"):
        return noun_phrase(noun, "some" if det == "a" else det)
    attribute = r.choice(ATTRIBUTES_OF[kind]) if r.random() < adjective and kind in ATTRIBUTES_OF else None
    return noun_phrase(noun, det, r.random() < plural, attribute)


def _person(r: random.Random, plural: float = 0.15) -> Subject:
    """A man, woman or group whose gender is known."""
    x = r.random()
    if x < 0.35:
        return r.choice(HE_SHE_THEY)
    if x < 0.6:
        name, gender = (r.choice(MEN), "m") if r.random() < 0.5 else (r.choice(WOMEN), "f")
        return Subject(name, name, "il", gender, False)
    if x < 0.65:
        his, hers = r.choice(MEN), r.choice(WOMEN)
        return Subject(f"{his} and {hers}", f"{his} et {hers}", "ils", "m", True)
    phrase = _the(r, "person", plural=plural)
    return Subject(phrase.en, phrase.fr, "ils" if phrase.plural else "il", phrase.gender, phrase.plural)


def _adult(r: random.Random) -> Subject:
    """He, she, a name or a relative: one person who can have a profession and an age."""
    x = r.random()
    if x < 0.3:
        return r.choice(PRONOUNS[1:3])
    if x < 0.7:
        name, gender = (r.choice(MEN), "m") if r.random() < 0.5 else (r.choice(WOMEN), "f")
        return Subject(name, name, "il", gender, False)
    phrase = noun_phrase(_pick(r, "kin"), r.choice(POSSESSIVES))
    return Subject(phrase.en, phrase.fr, "il", phrase.gender, False)


def _anyone(r: random.Random) -> Subject:
    return r.choice(PRONOUNS) if r.random() < 0.5 else _person(r)


def _is_third(s: Subject) -> bool:
    return s.person == "il"


def _be(s: Subject, past: bool = False) -> str:
    if past:
        return "was" if s.en == "I" or _is_third(s) else "were"
    return "am" if s.en == "I" else "is" if _is_third(s) else "are"


def _do(s: Subject) -> str:
    return "does" if _is_third(s) else "do"


def _present(s: Subject, verb: Verb) -> str:
    return english.third_person(verb.en) if _is_third(s) else verb.en


def _is_doing(s: Subject, verb: Verb) -> str:
    """What is going on now: "is reading", but "knows"."""
    return _present(s, verb) if verb.en in STATES else f"{_be(s)} {english.ing(verb.en)}"


def _is_not_doing(s: Subject, verb: Verb) -> str:
    return f"{_do(s)} not {verb.en}" if verb.en in STATES else f"{_be(s)} not {english.ing(verb.en)}"


def _not(fr_verb: str, negation: str = "pas") -> str:
    return f"ne {fr_verb} {negation}"


def _object(r: random.Random, verb: Verb, definite: bool = False, **options) -> Phrase:
    """What a verb takes: definite, but general after a verb of taste and indefinite after wanting."""
    kind = r.choice(verb.kinds)
    if verb in TASTES and kind in ("food", "drink", "item", "animal"):
        noun, many = r.choice(NOUNS_OF[kind]), kind in ("item", "animal")
        phrase = noun_phrase(noun, "the", many)
        return phrase._replace(en=phrase.en.removeprefix("the "))
    if verb.en == "want" and not definite:
        return _a(r, kind, adjective=0.3)
    if kind == "person" and r.random() < 0.3:
        name, gender = (r.choice(MEN), "m") if r.random() < 0.5 else (r.choice(WOMEN), "f")
        return Phrase(name, name, gender, False)
    return _the(r, kind, **options)


def _action(r: random.Random, verbs: list[Verb] | None = None, definite: bool = False) -> tuple[Verb, str, str]:
    """A verb with its object or place: (verb, what follows in English, what follows in French)."""
    x = r.random()
    if x < 0.7:
        verb = r.choice(verbs or EVENTS)
        what = _object(r, verb, definite)
        return verb, what.en, join(verb.preposition, what.fr)
    if x < 0.85:
        return r.choice(INTRANSITIVE), "", ""
    return _going(r)


def _going(r: random.Random) -> tuple[Verb, str, str]:
    verb = r.choice(MOTION)
    where = noun_phrase(_pick(r, *verb.kinds), "the")
    en_prep = {"arrive": "at ", "stay": "at ", "enter": ""}.get(verb.en, "to ")
    return verb, en_prep + where.en, join(verb.preposition, where.fr)


def _expression(r: random.Random, section: str) -> tuple[str, str]:
    return r.choice(EXPRESSIONS[section])


def _time(r: random.Random) -> tuple[str, str]:
    """A time of day: ("at half past ten", "à dix heures et demie")."""
    hour = r.randint(1, 11)
    fr_hour = "une heure" if hour == 1 else f"{number(hour)[1]} heures"
    return r.choice(
        [
            (f"at {number(hour)[0]} o'clock", f"à {fr_hour}"),
            (f"at half past {number(hour)[0]}", f"à {fr_hour} et demie"),
            (f"at a quarter past {number(hour)[0]}", f"à {fr_hour} et quart"),
            (f"at a quarter to {number(hour)[0]}", f"à {fr_hour} moins le quart"),
            ("at noon", "à midi"),
        ]
    )


def number(n: int) -> tuple[str, str]:
    """A number from 1 to 100 in English and in French (masculine).

    >>> number(71), number(80), number(22)
    (('seventy-one', 'soixante et onze'), ('eighty', 'quatre-vingts'), ('twenty-two', 'vingt-deux'))
    """
    en = (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen"
    ).split()
    fr = (
        "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
        "dix-neuf"
    ).split()
    if n == 100:
        return "one hundred", "cent"
    if n < 20:
        return en[n - 1], fr[n - 1]
    en_tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()[n // 10 - 2]
    in_english = f"{en_tens}-{en[n % 10 - 1]}" if n % 10 else en_tens
    tens = {
        2: "vingt",
        3: "trente",
        4: "quarante",
        5: "cinquante",
        6: "soixante",
        7: "soixante",
        8: "quatre-vingt",
        9: "quatre-vingt",
    }[n // 10]
    unit = n % 10 + (10 if n // 10 in (7, 9) else 0)
    if unit == 0:
        return in_english, tens + ("s" if n == 80 else "")
    link = " et " if unit in (1, 11) and n < 80 else "-"
    return in_english, f"{tens}{link}{fr[unit - 1]}"


# -------------------------------------------------------------------------------------- the constructions

CONSTRUCTIONS = {}


def construction(function):
    CONSTRUCTIONS[function.__name__] = function
    return function


@construction
def greeting(r):
    section = "greeting" if r.random() < 0.7 else "wish"
    en, fr = _expression(r, section)
    named = r.random() < 0.8
    if named:
        who_en, who_fr = _expression(r, "addressee") if r.random() < 0.5 else (r.choice(MEN + WOMEN),) * 2
        en, fr = f"{en}, {who_en}", f"{fr}, {who_fr}"
    if section == "greeting" and r.random() < 0.9:
        more_en, more_fr = _expression(r, "courtesy" if named or r.random() < 0.7 else "question to a stranger")
        return f"{en}. {more_en[:-1]}", f"{fr}. {more_fr[:-1].rstrip()}", more_en[-1]
    return en, fr


@construction
def origin(r):
    who = _anyone(r)
    country, inside, source = r.choice(COUNTRIES)
    x = r.random()
    if x < 0.35:
        verb = VERB["come"]
        return f"{who.en} {_present(who, verb)} from {country}", join(who.fr, verb.present[who.person], source)
    place_en, place_fr = (country, inside) if r.random() < 0.6 else ((city := r.choice(CITIES)), f"à {city}")
    live = french.present("habiter", "er")
    if x < 0.75:
        return f"{who.en} {'lives' if _is_third(who) else 'live'} in {place_en}", join(
            who.fr, live[who.person], place_fr
        )
    return (f"{who.en} {_do(who)} not live in {place_en}", join(who.fr, _not(live[who.person]), place_fr))


@construction
def profession(r):
    who = _adult(r)
    en, masculine, feminine = r.choice(PROFESSIONS)
    job = feminine if who.gender == "f" else masculine
    x = r.random()
    if x < 0.5:
        return f"{who.en} is {english.article(en)}", join(who.fr, "est", job)
    if x < 0.75:
        return f"{who.en} is not {english.article(en)}", join(who.fr, _not("est"), job)
    return f"{who.en} wants to be {english.article(en)}", join(who.fr, "veut être", job)


def _described(r, kind):
    """Something or someone and an adjective that suits it: (Subject, Adjective)."""
    if kind == "person":
        who = _anyone(r)
        fitting = [
            a
            for a in PREDICATES_OF["person"]
            if who.gender
            or a.forms["m", who.plural] == a.forms["f", who.plural]
            and (who.person != "vous" or a.forms["m", False] == a.forms["m", True])
        ]
        if who.person == "vous":
            # One "vous" may be one person or several: only what never changes would fit, so speak of somebody else.
            who, fitting = PRONOUNS[1], PREDICATES_OF["person"]
        return who, r.choice(fitting)
    phrase = _the(r, kind)
    third = Subject(phrase.en, phrase.fr, "ils" if phrase.plural else "il", phrase.gender, phrase.plural)
    return third, r.choice(PREDICATES_OF[kind])


DESCRIBED_KINDS = ["person"] * 4 + [
    "warm",
    "sweets",
    "surface",
    "container",
    "line",
    "hours",
    "thing",
    "clothes",
    "furniture",
    "vehicle",
    "place",
    "building",
    "landmark",
    "room",
    "way",
    "animal",
    "drink",
    "item",
    "text",
]


@construction
def be_adjective(r):
    kind = r.choice(DESCRIBED_KINDS)
    who, adjective = _described(r, kind)
    en_be, past = _be(who), False
    if r.random() < 0.2:
        en_be, past = _be(who, past=True), True
    fr_be = (IMPARFAIT if past else ETRE)[who.person]
    form = adjective.forms[who.gender or "m", who.plural]
    if r.random() < 0.25:
        return f"{who.en} {en_be} not {adjective.en}", join(who.fr, _not(fr_be), form)
    degree_en, degree_fr = ("", "") if adjective.en in UNGRADED or r.random() < 0.4 else _expression(r, "degree")
    return " ".join(f"{who.en} {en_be} {degree_en} {adjective.en}".split()), join(who.fr, fr_be, degree_fr, form)


@construction
def have(r):
    who = _anyone(r)
    x = r.random()
    if x < 0.3:
        en, fr = _expression(r, "feeling")
        if r.random() < 0.3:
            return f"{who.en} {_be(who)} not {en}", join(who.fr, _not(AVOIR[who.person]), fr)
        return f"{who.en} {_be(who)} {en}", join(who.fr, AVOIR[who.person], fr)
    kinds = ("thing", "clothes", "domestic", "own", "building", "furniture")
    if x < 0.4:
        what = _a(r, "thing", "own")
        return f"{who.en} {'needs' if _is_third(who) else 'need'} {what.en}", join(
            who.fr, AVOIR[who.person], "besoin de", what.fr
        )
    if x < 0.55:
        what = _a(r, *kinds, det="no")
        return f"{who.en} {_do(who)} not have {'any ' + what.en if what.plural else english.article(what.en)}", join(
            who.fr, _not(AVOIR[who.person]), what.fr
        )
    what = _a(r, *kinds, adjective=0.8, plural=0.2)
    return f"{who.en} {'has' if _is_third(who) else 'have'} {what.en}", join(who.fr, AVOIR[who.person], what.fr)


def _spot(r, *kinds: str) -> tuple[str, str]:
    """Where a small thing may be: on the table, in the drawer."""
    kind = r.choice(kinds)
    en, fr = r.choice((("on", "sur"), ("on", "sur"), ("under", "sous"))) if kind == "surface" else ("in", "dans")
    noun = r.choice([n for n in NOUNS_OF[kind] if not (en == "under" and n.en in ("carpet", "shelf"))])
    place = noun_phrase(noun, "the")
    return f"{en} {place.en}", f"{fr} {place.fr}"


@construction
def there_is(r):
    where_en, where_fr = _spot(r, "surface", "room")
    kinds = ("thing", "clothes", "item", "text")
    x = r.random()
    if x < 0.35:
        what = _a(r, *kinds, adjective=0.3)
        return f"there {'are' if what.plural else 'is'} {what.en} {where_en}", join("il y a", what.fr, where_fr)
    if x < 0.65:
        noun, n = _pick(r, *kinds), r.randint(2, 12)
        return f"there are {number(n)[0]} {noun.en_plural} {where_en}", join(
            "il y a", number(n)[1], noun.fr_plural, where_fr
        )
    if x < 0.8:
        noun = _pick(r, *kinds)
        return f"there are no {noun.en_plural} {where_en}", join("il n'y a pas de", noun.fr_plural, where_fr)
    what = _a(r, "food", "drink")
    return f"there is {what.en} in the kitchen", join("il y a", what.fr, "dans la cuisine")


@construction
def location(r):
    if r.random() < 0.5:
        what = _the(r, "clothes", "text", "fruit", plural=0.35)
        where_en, where_fr = _spot(r, "surface", "container", "room")
        return f"{what.en} {'are' if what.plural else 'is'} {where_en}", join(
            what.fr, "sont" if what.plural else "est", where_fr
        )
    a, b, c = (noun_phrase(noun, "the") for noun in r.sample(NOUNS_OF["place"], 3))
    if r.random() < 0.2:
        return f"{a.en} is between {b.en} and {c.en}", join(a.fr, "est entre", b.fr, "et", c.fr)
    en, fr = _expression(r, "side")
    if r.random() < 0.2:
        return f"{a.en} is not {en} {b.en}", join(a.fr, _not("est"), fr, b.fr)
    return f"{a.en} is {en} {b.en}", join(a.fr, "est", fr, b.fr)


@construction
def present(r):
    who = _anyone(r)
    verb, en, fr = _action(r, TRANSITIVE)
    x = r.random()
    if x < 0.4 and verb.en not in STATES:
        return f"{who.en} {_be(who)} {english.ing(verb.en)} {en}", join(who.fr, verb.present[who.person], fr)
    if x < 0.65 and verb.en not in STATES:
        often_en, often_fr = _expression(r, "frequency")
        return f"{who.en} {often_en} {_present(who, verb)} {en}", join(who.fr, verb.present[who.person], often_fr, fr)
    return f"{who.en} {_present(who, verb)} {en}", join(who.fr, verb.present[who.person], fr)


@construction
def negation(r):
    who = _anyone(r)
    verb, en, fr = _action(r, TRANSITIVE, definite=True)
    x = r.random()
    if x < 0.3 and verb.en not in STATES:
        return f"{who.en} never {_present(who, verb)} {en}", join(who.fr, _not(verb.present[who.person], "jamais"), fr)
    if x < 0.45 and verb.en != "love":
        return f"{who.en} no longer {_present(who, verb)} {en}", join(
            who.fr, _not(verb.present[who.person], "plus"), fr
        )
    return f"{who.en} {_is_not_doing(who, verb)} {en}", join(who.fr, _not(verb.present[who.person]), fr)


@construction
def partitive(r):
    who = _anyone(r)
    verb = r.choice(EATING)
    what = _a(r, *[kind for kind in verb.kinds if kind in ("food", "drink", "dish")])
    bare = what.en.removeprefix("some ")
    x = r.random()
    if x < 0.2:
        return f"I would like {what.en}, please", join("je voudrais", what.fr) + ", s'il vous plaît"
    if x < 0.5:
        nothing = what.fr.replace("de les ", "de ").replace("de la ", "de ").replace("de le ", "de ")
        return f"{who.en} {_do(who)} not {verb.en} {bare}", join(who.fr, _not(verb.present[who.person]), nothing)
    if x < 0.65:
        en, fr = _expression(r, "quantity")
        noun = what.fr.replace("de les ", "").replace("de la ", "").replace("de le ", "")
        return f"{who.en} {_present(who, verb)} {en} {bare}", join(who.fr, verb.present[who.person], fr, noun)
    return f"{who.en} {_present(who, verb)} {what.en}", join(who.fr, verb.present[who.person], what.fr)


@construction
def past_avoir(r):
    who = _anyone(r)
    verb = r.choice(EVENTS + INTRANSITIVE)
    what = _object(r, verb) if verb.kinds else Phrase("", "", "m", False)
    when_en, when_fr = _expression(r, "past time") if r.random() < 0.5 else ("", "")
    have_fr, obj_fr = AVOIR[who.person], join(verb.preposition, what.fr)
    if r.random() < 0.25:
        return (
            f"{who.en} did not {verb.en} {what.en} {when_en}",
            join(who.fr, _not(have_fr), verb.participle, obj_fr, when_fr),
        )
    return f"{who.en} {verb.past} {what.en} {when_en}", join(who.fr, have_fr, verb.participle, obj_fr, when_fr)


@construction
def past_etre(r):
    who = _person(r, plural=0.3)
    verb, en, fr = _going(r)
    participle = french.agree(verb.participle, who.gender, who.plural)
    when_en, when_fr = _expression(r, "past time") if r.random() < 0.5 else ("", "")
    if r.random() < 0.2:
        return f"{who.en} did not {verb.en} {en} {when_en}", join(
            who.fr, _not(ETRE[who.person]), participle, fr, when_fr
        )
    return f"{who.en} {verb.past} {en} {when_en}", join(who.fr, ETRE[who.person], participle, fr, when_fr)


@construction
def near_future(r):
    who = _anyone(r)
    verb, en, fr = _action(r)
    when_en, when_fr = _expression(r, "future time") if r.random() < 0.6 else ("", "")
    if r.random() < 0.2:
        return f"{who.en} {_be(who)} not going to {verb.en} {en} {when_en}", join(
            who.fr, _not(ALLER[who.person]), verb.fr, fr, when_fr
        )
    return f"{who.en} {_be(who)} going to {verb.en} {en} {when_en}", join(
        who.fr, ALLER[who.person], verb.fr, fr, when_fr
    )


@construction
def modal(r):
    who = _anyone(r)
    plain, third, forms = r.choice(MODALS)
    verb, en, fr = _action(r, DELIBERATE)
    if r.random() < 0.2:
        language_en, language_fr = r.choice(LANGUAGES)
        return (
            f"{who.en} {third if _is_third(who) else plain} learn {language_en}",
            join(who.fr, forms[who.person], "apprendre le", language_fr),
        )
    if plain in ("want to", "can") and r.random() < 0.25:
        en_modal = "cannot" if plain == "can" else f"{_do(who)} not want to"
        return f"{who.en} {en_modal} {verb.en} {en}", join(who.fr, _not(forms[who.person]), verb.fr, fr)
    return f"{who.en} {third if _is_third(who) else plain} {verb.en} {en}", join(who.fr, forms[who.person], verb.fr, fr)


@construction
def object_pronoun(r):
    who = _anyone(r)
    x = r.random()
    if x < 0.25:
        thing = _the(r, "thing", "text", "clothes", plural=0.3)
        it, le = ("them", "les") if thing.plural else ("it", "la" if thing.gender == "f" else "le")
        are, sont = ("are", "sont") if thing.plural else ("is", "est")
        return (
            f"where {are} {thing.en}? I cannot find {it}",
            french.sentence(join("où", sont, thing.fr), "?") + " " + join("Je ne", le, "trouve pas"),
        )
    verb = r.choice(FOR_PEOPLE)
    en, direct, indirect = r.choice((("him", "le", "lui"), ("her", "la", "lui"), ("them", "les", "leur")))
    pronoun = indirect if verb.preposition else direct
    if x < 0.6:
        return f"{who.en} {_is_doing(who, verb)} {en}", join(who.fr, pronoun, verb.present[who.person])
    if x < 0.8:
        return f"{who.en} {_is_not_doing(who, verb)} {en}", join(who.fr, "ne", pronoun, verb.present[who.person], "pas")
    plain, third, forms = r.choice(MODALS)
    return f"{who.en} {third if _is_third(who) else plain} {verb.en} {en}", join(
        who.fr, forms[who.person], pronoun, verb.fr
    )


@construction
def yes_no_question(r):
    x = r.random()
    if x < 0.2:
        verb = r.choice(DELIBERATE)
        what = _object(r, verb)
        return f"can you {verb.en} {what.en}", join("pouvez-vous", verb.fr, verb.preposition, what.fr), "?"
    who = _anyone(r)
    if who.en in ("I", "we"):
        who = PRONOUNS[4]
    if x < 0.35:
        en, fr = r.choice(LANGUAGES)
        return (
            f"{_do(who)} {who.en} speak {en}",
            join("est-ce que", who.fr, VERB["talk to"].present[who.person], fr),
            "?",
        )
    if x < 0.55 and who.gender:
        verb, en, fr = _going(r)
        return (
            f"did {who.en} {verb.en} {en}",
            join("est-ce que", who.fr, ETRE[who.person], french.agree(verb.participle, who.gender, who.plural), fr),
            "?",
        )
    verb = r.choice(TRANSITIVE)
    what = _object(r, verb)
    asked = f"{_do(who)} {who.en} {verb.en}" if verb.en in STATES else f"{_be(who)} {who.en} {english.ing(verb.en)}"
    return (f"{asked} {what.en}", join("est-ce que", who.fr, verb.present[who.person], verb.preposition, what.fr), "?")


@construction
def wh_question(r):
    x = r.random()
    if x < 0.3:
        what = _the(r, "place", "thing", "clothes", "room", "text")
        return (
            f"where {'are' if what.plural else 'is'} {what.en}",
            join("où", "sont" if what.plural else "est", what.fr),
            "?",
        )
    if x < 0.5:
        what = _the(r, "item", "thing", "clothes", "furniture", "vehicle")
        return (
            f"how much {'do' if what.plural else 'does'} {what.en} cost",
            join("combien", "coûtent" if what.plural else "coûte", what.fr),
            "?",
        )
    if x < 0.65:
        what = _a(r, "food", "drink", "thing", "clothes")
        return f"where can I buy {what.en}", join("où est-ce que je peux acheter", what.fr), "?"
    if x < 0.8:
        what = noun_phrase(_pick(r, "place"), "the")
        return f"how can I get to {what.en}", join("comment est-ce que je peux aller à", what.fr), "?"
    if x < 0.9:
        what = noun_phrase(_pick(r, "line"), "the")
        return f"what time does {what.en} leave", join("à quelle heure part", what.fr), "?"
    verb = r.choice(EVENTS)
    what = _object(r, verb)
    return f"who {verb.past} {what.en}", join("qui a", verb.participle, verb.preposition, what.fr), "?"


POLITE = [
    v for v in TRANSITIVE if v.en not in STATES | {"miss", "break", "thank", "receive", "begin", "build", "steal"}
]


@construction
def imperative(r):
    x = r.random()
    if x < 0.15:
        (en, fr), place = _expression(r, "direction"), noun_phrase(_pick(r, "place"), "the")
        return f"{en} {place.en}", join(fr, place.fr)
    if x < 0.4:
        verb = r.choice(
            [
                v
                for v in TRANSITIVE
                if v.en
                in (
                    "forget",
                    "lose",
                    "open",
                    "close",
                    "break",
                    "throw away",
                    "eat",
                    "drink",
                    "wash",
                    "sell",
                    "hide",
                    "follow",
                    "wait for",
                    "feed",
                    "buy",
                )
            ]
        )
        what = _the(r, r.choice(verb.kinds))
        return f"do not {verb.en} {what.en}", join(_not(verb.present["vous"]), verb.preposition, what.fr)
    verb = r.choice(POLITE)
    what = _object(r, verb)
    return f"please {verb.en} {what.en}", join(verb.present["vous"], verb.preposition, what.fr) + ", s'il vous plaît"


@construction
def comparative(r):
    kind = r.choice(
        ("person", "person", "thing", "clothes", "furniture", "vehicle", "place", "building", "animal", "item", "text")
    )
    adjective = r.choice([a for a in PREDICATES_OF[kind] if a.en not in UNGRADED])
    if kind == "person":
        who, than = _person(r), _person(r)
        while than.en == who.en or than in HE_SHE_THEY:
            than = _person(r)
        than_en, than_fr = than.en, than.fr
    else:
        first, second = r.sample(NOUNS_OF[kind], 2)
        phrase, other = noun_phrase(first, "the", many := r.random() < 0.2), noun_phrase(second, "the", many)
        who = Subject(phrase.en, phrase.fr, "ils" if phrase.plural else "il", phrase.gender, phrase.plural)
        than_en, than_fr = other.en, other.fr
    form = adjective.forms[who.gender, who.plural]
    x = r.random()
    if x < 0.15 and english.comparative(adjective.en).startswith("more "):
        return f"{who.en} {_be(who)} less {adjective.en} than {than_en}", join(
            who.fr, ETRE[who.person], "moins", form, "que", than_fr
        )
    if x < 0.3:
        return (
            f"{who.en} {_be(who)} not as {adjective.en} as {than_en}",
            join(who.fr, _not(ETRE[who.person]), "aussi", form, "que", than_fr),
        )
    if r.random() < 0.3:
        return f"{who.en} {_be(who)} as {adjective.en} as {than_en}", join(
            who.fr, ETRE[who.person], "aussi", form, "que", than_fr
        )
    more = {"good": {"m": "meilleur", "f": "meilleure"}}.get(adjective.en)
    more_fr = more[who.gender] + ("s" if who.plural else "") if more else f"plus {form}"
    return f"{who.en} {_be(who)} {english.comparative(adjective.en)} than {than_en}", join(
        who.fr, ETRE[who.person], more_fr, "que", than_fr
    )


def _owner(r) -> tuple[str, str]:
    if r.random() < 0.4:
        name = r.choice(MEN + WOMEN)
        return name + "'s", name
    det = r.choice(("the", "my", "your", "our"))
    noun = noun_phrase(_pick(r, "person" if det == "the" else "kin"), det)
    return noun.en + "'s", noun.fr


@construction
def possession(r):
    owner_en, owner_fr = _owner(r)
    kind = r.choice(("thing", "clothes", "own", "building", "domestic", "text"))
    noun = r.choice(NOUNS_OF[kind])
    phrase = noun_phrase(noun, "the", r.random() < 0.25)
    many = phrase.plural
    en, fr = phrase.en.replace("the", owner_en, 1), f"{phrase.fr} de {owner_fr}"
    x = r.random()
    if x < 0.35:
        adjective = r.choice(PREDICATES_OF[{"domestic": "animal", "own": "vehicle"}.get(kind, kind)])
        return (
            f"{en} {'are' if many else 'is'} {adjective.en}",
            join(fr, "sont" if many else "est", adjective.forms[noun.gender, many]),
        )
    if x < 0.6:
        return (f"these are {en}", join("ce sont", fr)) if many else (f"this is {en}", join("c'est", fr))
    who = _anyone(r)
    verb = r.choice([v for v in TRANSITIVE if kind in v.kinds and v.en not in LASTING])
    return f"{who.en} {verb.past} {en}", join(who.fr, AVOIR[who.person], verb.participle, verb.preposition, fr)


@construction
def quantity(r):
    x = r.random()
    n = r.randint(2, 16)
    if x < 0.3:
        kind = r.choice(("item", "thing", "clothes", "text"))
        what, price = _the(r, kind, plural=0), r.randint(2, 9 if kind == "item" else 100)
        return (
            f"{what.en} {'cost' if what.plural else 'costs'} {number(price)[0]} euros",
            join(what.fr, "coûtent" if what.plural else "coûte", number(price)[1], "euros"),
        )
    if x < 0.5:
        who, age = _adult(r), r.randint(18, 90)
        return f"{who.en} is {number(age)[0]} years old", join(who.fr, "a", number(age)[1], "ans")
    who = _anyone(r)
    if x < 0.75:
        first, second = r.sample(NOUNS_OF[r.choice(("item", "thing", "clothes"))], 2)
        one = noun_phrase(second, "a")
        return (
            f"{who.en} bought {number(n)[0]} {first.en_plural} and {one.en}",
            join(who.fr, AVOIR[who.person], "acheté", number(n)[1], first.fr_plural, "et", one.fr),
        )
    noun = _pick(r, "domestic", "item", "text", "clothes")
    return f"{who.en} {'has' if _is_third(who) else 'have'} {number(n)[0]} {noun.en_plural}", join(
        who.fr, AVOIR[who.person], number(n)[1], noun.fr_plural
    )


@construction
def time(r):
    when_en, when_fr = _time(r)
    x = r.random()
    if x < 0.25:
        what = noun_phrase(_pick(r, "line"), "the")
        en, fr = r.choice((("leaves", "part"), ("arrives", "arrive")))
        return f"{what.en} {en} {when_en}", join(what.fr, fr, when_fr)
    if x < 0.5:
        what = noun_phrase(_pick(r, "hours"), "the")
        en, fr = r.choice((("opens", "ouvre"), ("closes", "ferme")))
        return f"{what.en} {en} {when_en}", join(what.fr, fr, when_fr)
    if x < 0.75:
        what, (day_en, day_fr) = noun_phrase(_pick(r, "event"), "the"), _expression(r, "day")
        return f"{what.en} begins {day_en} {when_en}", join(what.fr, "commence", day_fr, when_fr)
    who = _anyone(r)
    verb = r.choice(INTRANSITIVE)
    (en, fr) = _expression(r, "period")
    return f"{who.en} {_present(who, verb)} {en}", join(who.fr, verb.present[who.person], fr)


@construction
def weather(r):
    section = r.choice(("weather now", "weather now", "weather past", "weather soon"))
    en, fr = _expression(r, section)
    where_en, where_fr = _expression(r, "weather place") if r.random() < 0.5 else ("", "")
    if not where_en and r.random() < 0.6:
        city = r.choice(CITIES)
        where_en, where_fr = f"in {city}", f"à {city}"
    times = {"weather now": "weather time", "weather past": "past time", "weather soon": "future time"}[section]
    when_en, when_fr = _expression(r, times) if r.random() < 0.7 else ("", "")
    if when_en.startswith("in "):  # a habit of the season, not what one sees through the window
        en = en.replace("is raining", "rains").replace("is snowing", "snows")
    return f"{en} {where_en} {when_en}", join(fr, where_fr, when_fr)


@construction
def reflexive(r):
    verb = r.choice(REFLEXIVE_VERBS)
    x = r.random()
    tense = "past time" if x < 0.3 else "future time" if x < 0.45 else "period"
    when_en, when_fr = _time(r) if r.random() < 0.4 else _expression(r, tense) if r.random() < 0.6 else ("", "")
    who = _person(r, plural=0.3) if tense == "past time" else _anyone(r)
    me = REFLEXIVE[who.person]
    if tense == "past time":
        participle = french.agree(verb.participle, who.gender, who.plural)
        return f"{who.en} {verb.past} {when_en}", join(who.fr, me, ETRE[who.person], participle, when_fr)
    if tense == "future time":
        return f"{who.en} {_be(who)} going to {verb.en} {when_en}", join(
            who.fr, ALLER[who.person], me, verb.fr, when_fr
        )
    if r.random() < 0.3:
        return f"{who.en} {_do(who)} not {verb.en} {when_en}", join(
            who.fr, "ne", me, verb.present[who.person], "pas", when_fr
        )
    return f"{who.en} {_present(who, verb)} {when_en}", join(who.fr, me, verb.present[who.person], when_fr)


def _pronoun(who: Subject) -> Subject:
    """The pronoun that takes up a subject already named."""
    if who.person == "il":
        return PRONOUNS[2] if who.gender == "f" else PRONOUNS[1]
    return (
        Subject("they", "elles", "ils", "f", True)
        if who.gender == "f"
        else next(s for s in PRONOUNS if s.person == who.person)
    )


@construction
def clause(r):
    x = r.random()
    who = _anyone(r)
    if x < 0.35:
        someone = noun_phrase(_pick(r, "person"), "a")
        if r.random() < 0.5:
            en, fr = r.choice(LANGUAGES)
            en, fr = f"speaks {en}", f"parle {fr}"
        else:
            place = noun_phrase(_pick(r, "place"), "the")
            en, fr = f"works at {place.en}", join("travaille à", place.fr)
        know = VERB["know"]
        return (
            f"{who.en} {_present(who, know)} {someone.en} who {en}",
            join(who.fr, know.present[who.person], someone.fr, "qui", fr),
        )
    thing, adjective = _described(r, r.choice(("person", "place", "text", "drink", "thing", "vehicle")))
    state_en = f"{thing.en} {_be(thing)} {adjective.en}"
    state_fr = join(thing.fr, ETRE[thing.person], adjective.forms[thing.gender or "m", thing.plural])
    if x < 0.7:
        en, third, fr, pattern = r.choice(
            (
                ("think", "thinks", "penser", "er"),
                ("say", "says", "dire", "dis dit disons dites disent"),
                ("know", "knows", "savoir", "sais sait savons savez savent"),
            )
        )
        return (
            f"{who.en} {third if _is_third(who) else en} that {state_en}",
            join(who.fr, french.present(fr, pattern)[who.person], "que", state_fr),
        )
    verb, en, fr = _action(r)
    reason, feeling = _pronoun(who), r.choice([f for f in EXPRESSIONS["feeling"] if f[0] not in ("right", "wrong")])
    return (
        f"{who.en} {_is_not_doing(who, verb)} {en} because {reason.en} {_be(reason)} {feeling[0]}",
        join(who.fr, _not(verb.present[who.person]), fr, "parce que", reason.fr, AVOIR[reason.person], feeling[1]),
    )
