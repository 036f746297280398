"""The synchronous grammar of the phrasebook: each construction writes an English sentence and its French translation.

Both sides are built together from the same choices, so the translation is right by construction. The words are in
`lexicon/`, with the kinds of thing they are and the sentences they are natural in: a construction asks for kinds, so that
one eats soup and repairs a car, and not the other way round. Spelling and endings are in `english.py` and `french.py`;
rows and splits are the business of `phrasebook.py`.

A construction is a decorated function that takes a random.Random and returns (English, French) without the first capital
and the final mark; a mark that is not a full stop comes third.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from . import english, french
from .french import AVOIR, ETRE, join
from .lexicon import (
    CITIES,
    COUNTRIES,
    EXPRESSIONS,
    LANGUAGES,
    MEN,
    MILD_COUNTRIES,
    NOUN,
    NOUNS,
    NOUNS_OF,
    PROFESSIONS,
    REASONS,
    ROUTINES,
    VERB,
    VERBS,
    WEATHER,
    WOMEN,
    Adjective,
    Noun,
    Verb,
    adjectives,
)


class Phrase(NamedTuple):
    """A noun phrase in both languages; with a preposition in front where a verb asks for one."""

    en: str
    fr: str
    gender: str = "m"
    plural: bool = False


class Subject(NamedTuple):
    en: str
    fr: str
    person: str  # one of french.PERSONS
    gender: str | None  # None: not known, so nothing may agree with it
    plural: bool


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
POSSESSIVES = NOUN["uncle"].owners
POSSESSIVE_PRONOUNS = {  # french: masculine, feminine
    "mine": ("le mien", "la mienne"),
    "yours": ("le vôtre", "la vôtre"),
    "ours": ("le nôtre", "la nôtre"),
    "theirs": ("le leur", "la leur"),
}
REFLEXIVE = {"je": "me", "il": "se", "nous": "nous", "vous": "vous", "ils": "se"}
PRONOUNS = [
    Subject("I", "je", "je", None, False),
    Subject("he", "il", "il", "m", False),
    Subject("she", "elle", "il", "f", False),
    Subject("we", "nous", "nous", None, True),
    Subject("you", "vous", "vous", None, True),
    Subject("they", "ils", "ils", "m", True),
]
I, HE, SHE, WE, YOU, THEY = PRONOUNS
HE_SHE_THEY = [HE, SHE, THEY]

ALLER, POUVOIR = VERB["go"].present, dict(zip(french.PERSONS, "peux peut pouvons pouvez peuvent".split()))
MODALS = {  # use: plain and third person in English, the French forms
    "want": ("want to", "wants to", VERB["want"].present),
    "can": ("can", "can", POUVOIR),
    "must": ("must", "must", dict(zip(french.PERSONS, "dois doit devons devez doivent".split()))),
    "wish": (
        "would like to",
        "would like to",
        dict(zip(french.PERSONS, "voudrais voudrait voudrions voudriez voudraient".split())),
    ),
    "hope": ("hope to", "hopes to", french.present("espérer", "er:espèr")),
}
IMPARFAIT = dict(zip(french.PERSONS, "étais était étions étiez étaient".split()))
HABITER = french.present("habiter", "er")

TRANSITIVE = [v for v in VERBS if v.kinds and v.auxiliary == "avoir"]
INTRANSITIVE = [v for v in VERBS if not v.kinds and v.uses]
MOTION = [v for v in VERBS if v.auxiliary == "être"]
STATES = [v for v in TRANSITIVE if "state" in v.uses]  # "he knows", not "he is knowing"
LIKED = {  # what one likes or hates in general
    "love": ("fruit", "vegetable", "eaten", "poured", "pet", "wild"),
    "like": ("fruit", "vegetable", "eaten", "poured", "pet", "wild"),
    "prefer": ("fruit", "vegetable", "eaten", "poured"),
    "hate": ("fruit", "vegetable", "wild"),
}
POSSESSIVE_OF = {"je": "my", "nous": "our", "vous": "your", "ils": "their"}


# ------------------------------------------------------------------------------------------------------ things


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


def _maybe_plural(r: random.Random, noun: Noun, share: float = 0.2) -> bool:
    return "berry" in noun.kinds or (noun.counted >= 3 and "single" not in noun.kinds and r.random() < share)


def _a(r: random.Random, *kinds: str, adjective: float = 0.0, det: str = "a") -> Phrase:
    """Something new: "a" thing."""
    noun = _pick(r, *kinds)
    fitting = adjectives(noun, attribute=True)
    attribute = r.choice(fitting) if fitting and r.random() < adjective else None
    return noun_phrase(noun, det, adjective=attribute)


def _some(r: random.Random, *kinds: str) -> Phrase:
    """An amount of something one does not count."""
    return noun_phrase(_pick(r, *kinds), "some")


def _without_article(amount: Phrase) -> str:
    """The French of an amount after a negation or a quantity, behind its "de": de la viande -> viande."""
    return amount.fr.removeprefix("de le ").removeprefix("de la ").removeprefix("de les ")


def _determiner(r: random.Random, noun: Noun, whose: str, who: Subject | None = None) -> str:
    """A determiner that a verb and its object bear; `whose` as in verbs.tsv, `who` does it."""
    if {"person", "child"} & set(noun.kinds):
        return "the"
    if whose == "self" and who:
        return r.choice(("this", "a", _own(who)))
    if whose in ("kind", "this"):
        return "the" if whose == "kind" else "this"
    if whose == "new":
        return r.choice(("the", "this", "a", "a"))
    owners = [each for each in noun.owners if not (who and _is_unclear(each, whose, who))]
    if whose == "the" or not owners:
        return r.choice(("the", "the", "this"))
    return r.choice(owners if "kin" in noun.kinds else ("the", "the", "this", r.choice(owners), r.choice(owners)))


def _is_unclear(possessive: str, whose: str, who: Subject) -> bool:
    """Whether a possessive would leave open who is meant, or say what goes without saying."""
    if whose == "gift":  # "we sent her letters": the letters to her, or those that are hers?
        return possessive == "her"
    if whose == "other":  # one borrows what is somebody else's
        return possessive == _own(who) or (who.person in ("il", "ils") and possessive in ("his", "her", "their"))
    return _clashes(who, possessive)


def _clashes(who: Subject, phrase: str) -> bool:
    """Whether a possessive could be read as the subject's own, and French would have to say so.

    So "hers" beside one man, "his" beside one woman, and "theirs" beside "the teacher", who may be man or woman.
    """
    if " and " in who.en:  # "Paul and Marie … her": Marie's?
        return phrase.split()[0] in ("his", "her")
    others = ("her" if who.gender == "m" else "his", "their" if " " in who.en else "")
    return who.person == "il" and phrase.split()[0] in others


def _definite(r: random.Random, noun: Noun) -> str:
    """A determiner for something that is not here: not "this"."""
    return r.choice(("the", r.choice(noun.owners or ("the",))))


def _own(who: Subject) -> str:
    """The possessive of a subject."""
    return POSSESSIVE_OF.get(who.person) or ("her" if who.gender == "f" else "his")


# ------------------------------------------------------------------------------------------------------ people


def _name(r: random.Random) -> Phrase:
    return Phrase(r.choice(MEN), "", "m") if r.random() < 0.5 else Phrase(r.choice(WOMEN), "", "f")


def _person(r: random.Random, plural: float = 0.15, children: bool = True) -> Subject:
    """A man, woman or group whose gender is known."""
    x = r.random()
    if x < 0.35:
        return r.choice(HE_SHE_THEY)
    if x < 0.6:
        name = _name(r)
        return Subject(name.en, name.en, "il", name.gender, False)
    if x < 0.65:
        his, hers = r.choice(MEN), r.choice(WOMEN)
        return Subject(f"{his} and {hers}", f"{his} et {hers}", "ils", "m", True)
    noun = _pick(r, *(("kin", "person", "child") if children else ("kin", "person")))
    phrase = noun_phrase(noun, r.choice(POSSESSIVES) if "kin" in noun.kinds else "the", _maybe_plural(r, noun, plural))
    return _subject(phrase)


def _anyone(r: random.Random, children: bool = True) -> Subject:
    return r.choice(PRONOUNS) if r.random() < 0.5 else _person(r, children=children)


def _adult(r: random.Random, *kinds: str) -> tuple[Subject, Noun | None]:
    """One person who can have a profession and an age: he, she, a name or a relative, with the noun of a relative."""
    x = r.random()
    if x < 0.25:
        return r.choice((HE, SHE)), None
    if x < 0.6:
        name = _name(r)
        return Subject(name.en, name.en, "il", name.gender, False), None
    noun = _pick(r, *kinds)
    return _subject(noun_phrase(noun, r.choice(POSSESSIVES))), noun


def _subject(phrase: Phrase) -> Subject:
    """A noun phrase as a subject of the third person."""
    return Subject(phrase.en, phrase.fr, "ils" if phrase.plural else "il", phrase.gender, phrase.plural)


def _pronoun(who: Subject) -> Subject:
    """The pronoun that takes up a subject already named."""
    if who.person == "il":
        return SHE if who.gender == "f" else HE
    if who.gender == "f":
        return Subject("they", "elles", "ils", "f", True)
    return next(s for s in PRONOUNS if s.person == who.person)


# --------------------------------------------------------------------------------------------------- sentences


def _is_third(s: Subject) -> bool:
    return s.person == "il"


def _be(s: Subject | Phrase, past: bool = False) -> str:
    if isinstance(s, Phrase):
        s = _subject(s)
    if past:
        return "was" if s.en == "I" or _is_third(s) else "were"
    return "am" if s.en == "I" else "is" if _is_third(s) else "are"


def _est(what: Phrase) -> str:
    return "sont" if what.plural else "est"


def _do(s: Subject) -> str:
    return "does" if _is_third(s) else "do"


def _present(s: Subject, verb: Verb) -> str:
    return english.third_person(verb.en) if _is_third(s) else verb.en


def _not(fr_verb: str, negation: str = "pas") -> str:
    return f"ne {fr_verb} {negation}"


def _expression(r: random.Random, *sections: str) -> tuple[str, str]:
    return r.choice([pair for section in sections for pair in EXPRESSIONS[section]])


def _verbs(use: str) -> list[Verb]:
    return [v for v in TRANSITIVE if use in v.uses]


def _object(r: random.Random, verb: Verb, who: Subject | None = None, known: bool = False) -> Phrase:
    """What a verb takes, with the preposition in French. `known`: not "a" thing, as after a negation."""
    if verb.en in LIKED and r.random() < 0.7:
        noun = _pick(r, *LIKED[verb.en])
        while "big" in noun.kinds:  # one likes pineapple, not pineapples
            noun = _pick(r, *LIKED[verb.en])
        phrase = noun_phrase(noun, "the", noun.counted > 0)
        return phrase._replace(en=phrase.en.removeprefix("the "))
    kind = r.choice(verb.kinds)
    if kind in ("person", "kin") and r.random() < 0.3:
        name = _name(r)
        return name._replace(fr=join(verb.preposition, name.en))
    if verb.whose == "self" and who and who.plural:  # several people do not wear one coat
        return noun_phrase(_pick(r, "pair"), "this" if known else _own(who))
    noun = r.choice(NOUNS_OF[kind])
    while "womens" in noun.kinds and verb.whose == "self" and who and who.gender == "m":
        noun = r.choice(NOUNS_OF[kind])
    det = _determiner(r, noun, verb.whose, who)
    if known and (det == "a" or verb.whose == "self"):
        det = "this"
    share = 0.15 if verb.whose in ("own", "other", "gift", "new") and det != "a" else 0.0
    many = verb.whose == "many" or _maybe_plural(r, noun, share)
    phrase = noun_phrase(noun, det, many)
    return phrase._replace(fr=join(verb.preposition, phrase.fr))


def _going(r: random.Random, verb: Verb) -> Phrase:
    """Where one goes, with its preposition."""
    where = noun_phrase(_pick(r, *verb.kinds), "the")
    preposition = {"arrive": "at ", "stay": "at ", "enter": ""}.get(verb.en, "to ")
    return Phrase(preposition + where.en, join(verb.preposition, where.fr))


def _action(
    r: random.Random, use: str, whom: Callable[..., Subject] = _anyone, known: bool = False
) -> tuple[Subject, Verb, Phrase]:
    """Somebody, a verb that is natural in this use, and what or where: (who, verb, the rest of the sentence)."""
    x = r.random()
    verbs = _verbs(use) if x < 0.72 else [v for v in (INTRANSITIVE if x < 0.86 else MOTION) if use in v.uses]
    verb = r.choice(verbs or _verbs(use))
    who = whom(r, children="adult" not in verb.uses)
    return who, verb, _complement(r, verb, who, known)


def _complement(r: random.Random, verb: Verb, who: Subject | None = None, known: bool = False) -> Phrase:
    if not verb.kinds:
        return Phrase("", "")
    if verb in MOTION:
        return _going(r, verb)
    while True:
        what = _object(r, verb, who, known)
        if not who or what.en != who.en:  # nobody thanks himself
            return what


def _when(r: random.Random, tense: str, verb: Verb, share: float = 0.5) -> tuple[str, str]:
    """A time for what happened ("past") or will happen ("future"), as long ago as the verb bears; or none."""
    sections = {"day": ["day"], "any": ["day", "any"], "long": ["any"], "none": []}[verb.when]
    if not sections or r.random() >= share:
        return "", ""
    return _expression(r, *(f"{tense} {section}" for section in sections))


def _told(r: random.Random, who: Subject, verb: Verb, what: Phrase) -> tuple[str, str]:
    """What somebody did, maybe with a time. A past that looks like the present ("we read") always has one."""
    unclear = verb.past == verb.en and not _is_third(who)
    denied = r.random() < 0.2 and "fond" not in verb.uses
    when_en, when_fr = _when(
        r, "past", verb._replace(when="day") if denied and verb.when == "any" else verb, 1.0 if unclear else 0.5
    )
    if verb.auxiliary == "être":
        have, participle = ETRE[who.person], french.agree(verb.participle, who.gender, who.plural)
    else:
        have, participle = AVOIR[who.person], verb.participle
    if denied and not what.en.startswith(("a ", "an ")):
        return f"{who.en} did not {verb.en} {what.en} {when_en}", join(who.fr, _not(have), participle, what.fr, when_fr)
    return f"{who.en} {verb.past} {what.en} {when_en}", join(who.fr, have, participle, what.fr, when_fr)


def _time(r: random.Random, first: int = 1, last: int = 11, noon: bool = True) -> tuple[str, str]:
    """A time of day between two hours: ("at half past ten", "à dix heures et demie")."""
    hour = r.randint(first, last)
    fr_hour = "une heure" if hour == 1 else f"{number(hour)[1]} heures"
    times = [
        (f"at {number(hour)[0]} o'clock", f"à {fr_hour}"),
        (f"at half past {number(hour)[0]}", f"à {fr_hour} et demie"),
        (f"at a quarter past {number(hour)[0]}", f"à {fr_hour} et quart"),
        (f"at a quarter to {number(hour)[0]}", f"à {fr_hour} moins le quart"),
    ]
    return r.choice(times + [("at noon", "à midi")] if noon else times)


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
    opening = r.choice(("hello", "hello", "welcome", "thanks", "sorry", "farewell", "wish"))
    en, fr = _expression(r, opening)
    whom = "stranger" if opening == "sorry" else r.choice(("friend", "friend", "stranger", "group"))
    if en == "happy birthday" or en.startswith("see you"):  # "à bientôt à tous" is clumsy
        whom = "friend"
    if r.random() < 0.9:
        named = whom == "friend" and r.random() < 0.8
        who_en, who_fr = (r.choice(MEN + WOMEN),) * 2 if named else _expression(r, whom)
        en, fr = f"{en}, {who_en}", f"{fr} {who_fr}" if who_en == "everyone" else f"{fr}, {who_fr}"
    if opening != "wish" and r.random() < 0.85:
        more = [f"after {opening}", f"after {opening}, {whom}"]
        more_en, more_fr = _expression(r, *(each for each in more if each in EXPRESSIONS))
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
    if x < 0.75:
        live = "lives" if _is_third(who) else "live"
        return f"{who.en} {live} in {place_en}", join(who.fr, HABITER[who.person], place_fr)
    return f"{who.en} {_do(who)} not live in {place_en}", join(who.fr, _not(HABITER[who.person]), place_fr)


@construction
def profession(r):
    x = r.random()
    who, _ = _adult(r, "peer", "young") if x > 0.75 else _adult(r, "peer", "young", "parent")
    en, masculine, feminine = r.choice(PROFESSIONS)
    job = feminine if who.gender == "f" else masculine
    if x < 0.5:
        return f"{who.en} is {english.article(en)}", join(who.fr, "est", job)
    if x < 0.75:
        return f"{who.en} is not {english.article(en)}", join(who.fr, _not("est"), job)
    return f"{who.en} wants to be {english.article(en)}", join(who.fr, "veut être", job)


PERSON = Noun("", "", "", "", "m", ("person",))
DESCRIBED = [noun for noun in NOUNS if not {"kin", "person", "child"} & set(noun.kinds) and adjectives(noun)]


def _described(r: random.Random, nouns: list[Noun] = DESCRIBED, person: float = 0.2) -> tuple[Subject, Adjective]:
    """Something or someone and an adjective that suits it."""
    if r.random() >= person:
        noun = r.choice(nouns)
        phrase = noun_phrase(noun, _determiner(r, noun, "own"), _maybe_plural(r, noun, 0.15))
        return _subject(phrase), r.choice(adjectives(noun))
    who = _anyone(r)
    while who.person == "vous":  # one person or several? Nothing that agrees with "vous" can be right for both
        who = _anyone(r)
    fitting = adjectives(PERSON)
    if not who.gender:
        fitting = [a for a in fitting if a.forms["m", who.plural] == a.forms["f", who.plural]]
    return who, r.choice(fitting)


def _degree(r: random.Random, adjective: Adjective, share: float) -> tuple[str, str]:
    if not adjective.graded or r.random() >= share:
        return "", ""
    return r.choice(
        [pair for pair in EXPRESSIONS["degree"] if adjective.degree == "all" or pair[0] in ("very", "really")]
    )


@construction
def be_adjective(r):
    who, adjective = _described(r)
    past = r.random() < 0.25 and (who.gender is None or not who.en.startswith(("the ", "this ", "these ")))
    en_be, fr_be = _be(who, past), (IMPARFAIT if past else ETRE)[who.person]
    form = adjective.forms[who.gender or "m", who.plural]
    if r.random() < 0.25 and adjective.degree != "fixed":
        return f"{who.en} {en_be} not {adjective.en}", join(who.fr, _not(fr_be), form)
    degree_en, degree_fr = _degree(r, adjective, 0.6)
    return f"{who.en} {en_be} {degree_en} {adjective.en}", join(who.fr, fr_be, degree_fr, form)


@construction
def have(r):
    x = r.random()
    who = _anyone(r, children=x < 0.32)
    if x < 0.25:
        en, fr = _expression(r, "feeling")
        if r.random() < 0.3 and en not in ("right", "wrong"):
            return f"{who.en} {_be(who)} not {en}", join(who.fr, _not(AVOIR[who.person]), fr)
        return f"{who.en} {_be(who)} {en}", join(who.fr, AVOIR[who.person], fr)
    if x < 0.32:
        animal = noun_phrase(_pick(r, "feared"), "the", True)
        return f"{who.en} {_be(who)} afraid of {animal.en.removeprefix('the ')}", join(
            who.fr, AVOIR[who.person], "peur de", animal.fr
        )
    if x < 0.42:
        shared = who.person in ("nous", "ils")
        what = _a(r, "tool", "ladder", "helpful", *(() if shared else ("belonging", "clothes", "bag", "bathing")))
        return f"{who.en} {'needs' if _is_third(who) else 'need'} {what.en}", join(
            who.fr, AVOIR[who.person], "besoin de", what.fr
        )
    kinds = ("pet", "own", "building", "furniture", "appliance")  # several people have these together
    if who.person not in ("nous", "ils"):
        kinds += ("belonging", "clothes", "bag", "music", "book")
    if x < 0.55:
        what = _a(r, *kinds, det="no")
        return f"{who.en} {_do(who)} not have {'any ' + what.en if what.plural else english.article(what.en)}", join(
            who.fr, _not(AVOIR[who.person]), what.fr
        )
    what = _a(r, *kinds, adjective=0.8)
    return f"{who.en} {'has' if _is_third(who) else 'have'} {what.en}", join(who.fr, AVOIR[who.person], what.fr)


KEPT = [noun for noun in NOUNS if noun.homes]
AMOUNTS = [noun for noun in KEPT if not noun.counted and "pair" not in noun.kinds]
THINGS = [noun for noun in KEPT if noun not in AMOUNTS]


STOCK = [
    noun
    for noun in THINGS
    if {"fruit", "vegetable", "baked", "ware", "cutlery", "bathing", "bedding", "stationery"} & set(noun.kinds)
]


def _home(r: random.Random, noun: Noun) -> tuple[str, str]:
    """Where a thing may be: on the table, in the drawer."""
    preposition, name = r.choice(noun.homes)
    place = noun_phrase(NOUN[name], "the")
    return f"{preposition} {place.en}", join({"on": "sur", "under": "sous", "in": "dans"}[preposition], place.fr)


@construction
def there_is(r):
    x = r.random()
    noun = r.choice(AMOUNTS if x < 0.2 else THINGS)
    where_en, where_fr = _home(r, noun)
    if x < 0.2:
        what = noun_phrase(noun, "some")
        return f"there is {what.en} {where_en}", join("il y a", what.fr, where_fr)
    if x < 0.55:
        fitting = adjectives(noun, attribute=True)
        attribute = r.choice(fitting) if fitting and r.random() < 0.4 else None
        what = noun_phrase(noun, "a", "berry" in noun.kinds, attribute)
        return f"there {_be(what)} {what.en} {where_en}", join("il y a", what.fr, where_fr)
    if x < 0.85 and noun.counted:
        n = r.randint(2, 3 if "big" in noun.kinds else noun.counted)
        return f"there are {number(n)[0]} {noun.en_plural} {where_en}", join(
            "il y a", number(n)[1], noun.fr_plural, where_fr
        )
    noun = r.choice(STOCK)
    where_en, where_fr = _home(r, noun)
    return f"there are no {noun.en_plural} {where_en}", join("il n'y a pas de", noun.fr_plural, where_fr)


@construction
def location(r):
    if r.random() < 0.5:
        noun = r.choice(KEPT)
        what = noun_phrase(noun, _definite(r, noun), _maybe_plural(r, noun, 0.35))
        where_en, where_fr = _home(r, noun)
        return f"{what.en} {_be(what)} {where_en}", join(what.fr, _est(what), where_fr)
    a, b, c = (noun_phrase(noun, "the") for noun in r.sample(NOUNS_OF["town"], 3))
    if r.random() < 0.2:
        return f"{a.en} is between {b.en} and {c.en}", join(a.fr, "est entre", b.fr, "et", c.fr)
    en, fr = _expression(r, "side")
    if r.random() < 0.2:
        return f"{a.en} is not {en} {b.en}", join(a.fr, _not("est"), fr, b.fr)
    return f"{a.en} is {en} {b.en}", join(a.fr, "est", fr, b.fr)


def _state(r: random.Random, known: bool = False) -> tuple[Subject, Verb, Phrase]:
    verb = r.choice([v for v in STATES if not (known and "fond" in v.uses)])
    who = _anyone(r, children=False)
    return who, verb, _complement(r, verb, who, known)


@construction
def present(r):
    x = r.random()
    if x < 0.25:
        who, verb, what = _state(r)
        return f"{who.en} {_present(who, verb)} {what.en}", join(who.fr, verb.present[who.person], what.fr)
    if x < 0.55:
        who, verb, what = _action(r, "habit", known=True)
        often_en, often_fr = _expression(r, "frequency")
        return f"{who.en} {often_en} {_present(who, verb)} {what.en}", join(
            who.fr, verb.present[who.person], often_fr, what.fr
        )
    who, verb, what = _action(r, "now")
    return f"{who.en} {_be(who)} {english.ing(verb.en)} {what.en}", join(who.fr, verb.present[who.person], what.fr)


@construction
def negation(r):
    x = r.random()
    if x < 0.25:
        who, verb, what = _state(r, known=True)
        return f"{who.en} {_do(who)} not {verb.en} {what.en}", join(who.fr, _not(verb.present[who.person]), what.fr)
    if x < 0.6:
        who, verb, what = _action(r, "habit", known=True)
        en, fr = r.choice((("never", "jamais"), ("no longer", "plus")))
        return f"{who.en} {en} {_present(who, verb)} {what.en}", join(
            who.fr, _not(verb.present[who.person], fr), what.fr
        )
    who, verb, what = _action(r, "now", known=True)
    return f"{who.en} {_be(who)} not {english.ing(verb.en)} {what.en}", join(
        who.fr, _not(verb.present[who.person]), what.fr
    )


DAILY = [VERB[en] for en in ("eat", "drink", "use")]  # what one may do too much
ONCE = [VERB[en] for en in ("eat", "drink", "buy", "cook", "order", "bring")]


@construction
def partitive(r):
    who = _anyone(r, children=False)
    x = r.random()
    if x < 0.2:
        what = _some(r, "eaten", "drink", "larder")
        return f"I would like {what.en}, please", join("je voudrais", what.fr) + ", s'il vous plaît"
    if x < 0.3:
        what = _some(r, "larder")
        return f"{who.en} {'needs' if _is_third(who) else 'need'} {what.en}", join(
            who.fr, AVOIR[who.person], "besoin de", _without_article(what)
        )
    verb = r.choice(DAILY if x < 0.65 else ONCE)
    what = _some(r, *verb.amounts)
    bare = what.en.removeprefix("some ")
    if x < 0.5:
        en, fr = _expression(r, "quantity")
        return f"{who.en} {_present(who, verb)} {en} {bare}", join(
            who.fr, verb.present[who.person], fr, _without_article(what)
        )
    if x < 0.65:
        return f"{who.en} {_do(who)} not {verb.en} {bare}", join(
            who.fr, _not(verb.present[who.person]), "de", _without_article(what)
        )
    if x < 0.8:
        when_en, when_fr = _when(r, "past", verb._replace(when="day"))
        return f"{who.en} {verb.past} {what.en} {when_en}", join(
            who.fr, AVOIR[who.person], verb.participle, what.fr, when_fr
        )
    return f"{who.en} {_be(who)} {english.ing(verb.en)} {what.en}", join(who.fr, verb.present[who.person], what.fr)


@construction
def past_avoir(r):
    who, verb, what = _action(r, "past")
    while verb.auxiliary == "être":
        who, verb, what = _action(r, "past")
    return _told(r, who, verb, what)


@construction
def past_etre(r):
    who, verb = _person(r, plural=0.3), r.choice([v for v in MOTION if "past" in v.uses])
    return _told(r, who, verb, _going(r, verb))


@construction
def near_future(r):
    who, verb, what = _action(r, "future")
    when_en, when_fr = _when(r, "future", verb, 0.6)
    if r.random() < 0.2:
        return f"{who.en} {_be(who)} not going to {verb.en} {what.en} {when_en}", join(
            who.fr, _not(ALLER[who.person]), verb.fr, what.fr, when_fr
        )
    return f"{who.en} {_be(who)} going to {verb.en} {what.en} {when_en}", join(
        who.fr, ALLER[who.person], verb.fr, what.fr, when_fr
    )


@construction
def modal(r):
    name = r.choice(list(MODALS))
    plain, third, forms = MODALS[name]
    if name != "can" and r.random() < 0.2:
        who, (en, fr) = _anyone(r), r.choice(LANGUAGES)
        return f"{who.en} {third if _is_third(who) else plain} learn {en}", join(
            who.fr, forms[who.person], "apprendre le", fr
        )
    negated = name in ("want", "can") and r.random() < 0.25
    who, verb, what = _action(r, "wish" if name == "want" else name, known=negated)
    if negated:
        en_modal = "cannot" if name == "can" else f"{_do(who)} not want to"
        return f"{who.en} {en_modal} {verb.en} {what.en}", join(who.fr, _not(forms[who.person]), verb.fr, what.fr)
    return f"{who.en} {third if _is_third(who) else plain} {verb.en} {what.en}", join(
        who.fr, forms[who.person], verb.fr, what.fr
    )


def _of_people(use: str) -> list[Verb]:
    """Verbs of this use whose object can be a person."""
    return [v for v in _verbs(use) if {"person", "kin"} & set(v.kinds)]


@construction
def object_pronoun(r):
    x = r.random()
    if x < 0.25:
        noun = _pick(r, "belonging", "document", "book", "clothes", "cutlery", "toy", "tool")
        thing = noun_phrase(noun, _definite(r, noun), _maybe_plural(r, noun, 0.3))
        it, le = ("them", "les") if thing.plural else ("it", "la" if thing.gender == "f" else "le")
        return (
            f"where {_be(thing)} {thing.en}? I cannot find {it}",
            french.sentence(join("où", _est(thing), thing.fr), "?") + " " + join("Je ne", le, "trouve pas"),
        )
    who = _anyone(r)
    en, direct, indirect = r.choice((("him", "le", "lui"), ("her", "la", "lui"), ("them", "les", "leur")))
    if x < 0.75:
        verb = r.choice(_of_people("now") + _of_people("state"))
        fr = indirect if verb.preposition else direct
        progressive = "state" not in verb.uses
        if x < 0.55:
            doing = f"{_be(who)} {english.ing(verb.en)}" if progressive else _present(who, verb)
            return f"{who.en} {doing} {en}", join(who.fr, fr, verb.present[who.person])
        doing = f"{_be(who)} not {english.ing(verb.en)}" if progressive else f"{_do(who)} not {verb.en}"
        return f"{who.en} {doing} {en}", join(who.fr, "ne", fr, verb.present[who.person], "pas")
    name = r.choice(list(MODALS))
    plain, third, forms = MODALS[name]
    verb = r.choice(_of_people("wish" if name == "want" else name))
    return f"{who.en} {third if _is_third(who) else plain} {verb.en} {en}", join(
        who.fr, forms[who.person], indirect if verb.preposition else direct, verb.fr
    )


@construction
def yes_no_question(r):
    def asked(r, children=True):  # nobody asks whether he himself is doing something
        who = _anyone(r, children)
        return YOU if who in (I, WE) else who

    x = r.random()
    if x < 0.2:
        verb = r.choice(_verbs("please"))
        what = _complement(r, verb)
        return f"can you {verb.en} {what.en}", join("pouvez-vous", verb.fr, what.fr), "?"
    if x < 0.35:
        who, (en, fr) = asked(r), r.choice(LANGUAGES)
        return (
            f"{_do(who)} {who.en} speak {en}",
            join("est-ce que", who.fr, VERB["talk to"].present[who.person], fr),
            "?",
        )
    if x < 0.5:
        who, verb = _person(r), r.choice([v for v in MOTION if "past" in v.uses])
        where = _going(r, verb)
        participle = french.agree(verb.participle, who.gender, who.plural)
        return (
            f"did {who.en} {verb.en} {where.en}",
            join("est-ce que", who.fr, ETRE[who.person], participle, where.fr),
            "?",
        )
    if x < 0.6:
        who = asked(r, children=False)
        what = _a(r, "belonging", "pet", "own", "bag", "music", "tool", "helpful")
        return f"{_do(who)} {who.en} have {what.en}", join("est-ce que", who.fr, AVOIR[who.person], what.fr), "?"
    if x < 0.7:
        who, adjective = _described(r, person=0)
        while adjective.degree == "fixed":
            who, adjective = _described(r, person=0)
        form = adjective.forms[who.gender, who.plural]
        return f"{_be(who)} {who.en} {adjective.en}", join("est-ce que", who.fr, ETRE[who.person], form), "?"
    if x < 0.85:
        verb, who = r.choice(STATES), asked(r, children=False)
        what = _complement(r, verb, who)
        return (
            f"{_do(who)} {who.en} {verb.en} {what.en}",
            join("est-ce que", who.fr, verb.present[who.person], what.fr),
            "?",
        )
    who, verb, what = _action(r, "now", asked)
    return (
        f"{_be(who)} {who.en} {english.ing(verb.en)} {what.en}",
        join("est-ce que", who.fr, verb.present[who.person], what.fr),
        "?",
    )


PRICED = [noun for noun in NOUNS if noun.price]


@construction
def wh_question(r):
    x = r.random()
    if x < 0.25:
        noun = _pick(r, "town", "room", "belonging", "clothes", "document", "book", "tool", "toy")
        what = noun_phrase(noun, _definite(r, noun), _maybe_plural(r, noun))
        return f"where {_be(what)} {what.en}", join("où", _est(what), what.fr), "?"
    if x < 0.45:
        noun = r.choice(PRICED + NOUNS_OF["fruit"] + NOUNS_OF["vegetable"])
        many = not noun.price or r.random() < 0.1
        what = noun_phrase(noun, r.choice(("the", "this")), many)
        return (
            f"how much {'do' if what.plural else 'does'} {what.en} cost",
            join("combien", "coûtent" if what.plural else "coûte", what.fr),
            "?",
        )
    if x < 0.6:
        kind = r.choice(
            ("eaten", "drink", "larder", "clothes", "sold", "stationery", "toy", "fruit", "vegetable", "bag")
        )
        noun = r.choice(NOUNS_OF[kind])
        many = kind in ("stationery", "fruit", "vegetable")
        what = noun_phrase(noun, "a", many) if noun.counted or "pair" in noun.kinds else noun_phrase(noun, "some")
        return f"where can I buy {what.en}", join("où est-ce que je peux acheter", what.fr), "?"
    if x < 0.72:
        what = noun_phrase(_pick(r, "place"), "the")
        return f"how can I get to {what.en}", join("comment est-ce que je peux aller à", what.fr), "?"
    if x < 0.8:
        what = noun_phrase(_pick(r, "line"), "the")
        return f"what time does {what.en} leave", join("à quelle heure part", what.fr), "?"
    if x < 0.88:
        what, (en, fr) = noun_phrase(_pick(r, "hours"), "the"), r.choice((("open", "ouvre"), ("close", "ferme")))
        return f"what time does {what.en} {en}", join("à quelle heure", fr, what.fr), "?"
    verb = r.choice(_verbs("who"))
    what = _object(r, verb)
    return f"who {verb.past} {what.en}", join("qui a", verb.participle, what.fr), "?"


@construction
def imperative(r):
    x = r.random()
    if x < 0.2:
        what = r.choice(("direction", "direction", "direction", "wait", "stop"))
        en, fr = _expression(r, what)
        kinds = {"direction": ("town", "town", "monument"), "wait": ("town",), "stop": ("stop",)}[what]
        place = noun_phrase(_pick(r, *kinds), "the")
        return f"{en} {place.en}", join(fr, place.fr)
    if x < 0.45:
        verb = r.choice(_verbs("dont"))
        what = _object(r, verb, YOU, known=True)
        return f"do not {verb.en} {what.en}", join(_not(verb.present["vous"]), what.fr)
    verb = r.choice(_verbs("please"))
    what = _object(r, verb, YOU)
    return f"please {verb.en} {what.en}", join(verb.present["vous"], what.fr) + ", s'il vous plaît"


COMPARED = ("pair", "furniture", "paid", "film", "studied", "staged", "local", "long", "baked", "poured", "toured")


def _compared(r: random.Random) -> tuple[Subject, str, str, Adjective]:
    """Two people or two things of a kind, and an adjective that suits both: (first, second in English and French, which)."""
    x = r.random()
    if x < 0.35:
        who, other = _person(r, children=False), _person(r, children=False)
        while other.en == who.en or other in HE_SHE_THEY or _clashes(who, other.en):
            other = _person(r, children=False)
        return who, other.en, other.fr, r.choice([a for a in adjectives(PERSON) if a.graded])
    kind = r.choice(("pet", "own", "building")) if x < 0.5 else r.choice(COMPARED)
    while True:
        first, second = [_pick(r, kind)] * 2 if x < 0.5 else r.sample(NOUNS_OF[kind], 2)
        if both := [a for a in adjectives(first) if a in adjectives(second) and a.graded]:
            break
    if x < 0.5:  # one's own and another's: "my dog … yours"
        mine, yours = r.choice(
            (("my", "yours"), ("my", "theirs"), ("our", "yours"), ("your", "mine"), ("their", "ours"))
        )
        return (
            _subject(noun_phrase(first, mine)),
            yours,
            POSSESSIVE_PRONOUNS[yours][first.gender == "f"],
            r.choice(both),
        )
    many = min(first.counted, second.counted) >= 3 and r.random() < 0.2
    phrase, other = noun_phrase(first, r.choice(("the", "the", "this")), many), noun_phrase(second, "the", many)
    return _subject(phrase), other.en, other.fr, r.choice(both)


@construction
def comparative(r):
    who, than_en, than_fr, adjective = _compared(r)
    form = adjective.forms[who.gender, who.plural]
    x = r.random()
    if x < 0.15 and english.comparative(adjective.en).startswith("more "):
        return f"{who.en} {_be(who)} less {adjective.en} than {than_en}", join(
            who.fr, ETRE[who.person], "moins", form, "que", than_fr
        )
    if x < 0.3:
        return f"{who.en} {_be(who)} not as {adjective.en} as {than_en}", join(
            who.fr, _not(ETRE[who.person]), "aussi", form, "que", than_fr
        )
    if x < 0.5:
        return f"{who.en} {_be(who)} as {adjective.en} as {than_en}", join(
            who.fr, ETRE[who.person], "aussi", form, "que", than_fr
        )
    more = {"good": {"m": "meilleur", "f": "meilleure"}}.get(adjective.en)
    more_fr = more[who.gender] + ("s" if who.plural else "") if more else f"plus {form}"
    return f"{who.en} {_be(who)} {english.comparative(adjective.en)} than {than_en}", join(
        who.fr, ETRE[who.person], more_fr, "que", than_fr
    )


def _owner(r: random.Random) -> Phrase:
    """Whose a thing is: "my uncle's" in English, the owner alone in French."""
    if r.random() < 0.4:
        name = _name(r)
        return Phrase(name.en + "'s", name.en, name.gender)
    noun = _pick(r, "kin", "trade")
    owner = noun_phrase(noun, r.choice(("my", "your", "our")) if "kin" in noun.kinds else "the")
    return owner._replace(en=owner.en + "'s")


OWNED = ("belonging", "clothes", "own", "building", "pet", "book", "bag", "music", "tool", "document")


@construction
def possession(r):
    owner = _owner(r)
    x = r.random()
    verb = r.choice(_verbs("owned"))
    noun = _pick(r, *(verb.kinds if x >= 0.6 else OWNED))
    while (x < 0.35 and not adjectives(noun)) or ("womens" in noun.kinds and owner.gender == "m"):
        noun = _pick(r, *(verb.kinds if x >= 0.6 else OWNED))
    phrase = noun_phrase(noun, "the", noun.counted > 3 and _maybe_plural(r, noun))
    en, fr = phrase.en.replace("the", owner.en, 1), f"{phrase.fr} de {owner.fr}"
    if x < 0.35:
        adjective = r.choice(adjectives(noun))
        return f"{en} {_be(phrase)} {adjective.en}", join(fr, _est(phrase), adjective.forms[noun.gender, phrase.plural])
    if x < 0.6:
        return (f"these are {en}", join("ce sont", fr)) if phrase.plural else (f"this is {en}", join("c'est", fr))
    who = _anyone(r, children=False)
    while who.fr.split()[-1].rstrip("s") == owner.fr.split()[-1]:  # nobody finds "the manager's" rabbit but the manager
        who = _anyone(r, children=False)
    return f"{who.en} {verb.past} {en}", join(who.fr, AVOIR[who.person], verb.participle, fr)


AGES = {"elder": (65, 95), "parent": (40, 75), "peer": (18, 60), "young": (3, 25), None: (18, 80)}
BASKETS = [  # what one buys together: several of these, and one of those
    (("fruit", "vegetable"), ("big",)),
    (("ware", "cutlery"), ("pan",)),
    (("stationery",), ("deskware",)),
    (("baked", "plated"), ("baked",)),
]
HAD = [
    noun
    for noun in NOUNS
    if noun.counted >= 4 and "single" not in noun.kinds and {"pet", "kin", "book"} & set(noun.kinds)
]


@construction
def quantity(r):
    x = r.random()
    if x < 0.3:
        noun = r.choice(PRICED)
        what, price = noun_phrase(noun, r.choice(("the", "this"))), r.randint(*noun.price)
        return f"{what.en} {'cost' if what.plural else 'costs'} {number(price)[0]} euros", join(
            what.fr, "coûtent" if what.plural else "coûte", number(price)[1], "euros"
        )
    if x < 0.5:
        who, noun = _adult(r, "elder", "parent", "peer", "young")
        age = (
            r.randint(*next(years for kind, years in AGES.items() if noun is None or kind in noun.kinds))
            if noun
            else r.randint(*AGES[None])
        )
        return f"{who.en} is {number(age)[0]} years old", join(who.fr, "a", number(age)[1], "ans")
    who = _anyone(r, children=False)
    if x < 0.75:
        several, single = r.choice(BASKETS)
        first, second = _pick(r, *several), _pick(r, *single)
        while first == second or "pair" in first.kinds:
            first, second = _pick(r, *several), _pick(r, *single)
        fewest, most = (6, 10) if "berry" in first.kinds else (2, min(first.counted, 3 if "big" in first.kinds else 6))
        n, one = r.randint(fewest, most), noun_phrase(second, "a")
        return f"{who.en} bought {number(n)[0]} {first.en_plural} and {one.en}", join(
            who.fr, AVOIR[who.person], "acheté", number(n)[1], first.fr_plural, "et", one.fr
        )
    noun = r.choice(HAD)
    while noun.en in who.en or (" " in who.en and who.plural):  # nobody counts the neighbours of "the lawyers"
        who, noun = _anyone(r, children=False), r.choice(HAD)
    n = r.randint(2, noun.counted)
    return f"{who.en} {'has' if _is_third(who) else 'have'} {number(n)[0]} {noun.en_plural}", join(
        who.fr, AVOIR[who.person], number(n)[1], noun.fr_plural
    )


REGULAR = [v for v in VERBS if "regular" in v.uses]


@construction
def time(r):
    x = r.random()
    if x < 0.2:
        what, (when_en, when_fr) = noun_phrase(_pick(r, "line"), "the"), _time(r)
        en, fr = r.choice((("leaves", "part"), ("arrives", "arrive")))
        return f"{what.en} {en} {when_en}", join(what.fr, fr, when_fr)
    if x < 0.4:
        what = noun_phrase(_pick(r, "hours"), "the")
        opens = r.random() < 0.5
        when_en, when_fr = _time(r, *((8, 10) if opens else (4, 7)), noon=False)
        return f"{what.en} {'opens' if opens else 'closes'} {when_en}", join(
            what.fr, "ouvre" if opens else "ferme", when_fr
        )
    if x < 0.6:
        what, (day_en, day_fr), (when_en, when_fr) = (
            noun_phrase(_pick(r, "event"), "the"),
            _expression(r, "day"),
            _time(r, 2, 11),
        )
        return f"{what.en} begins {day_en} {when_en}", join(what.fr, "commence", day_fr, when_fr)
    verb = r.choice(REGULAR)
    who = _anyone(r, children="adult" not in verb.uses)
    what, (en, fr) = _complement(r, verb, who, known=True), _expression(r, "period")
    while en.startswith("in ") and en[3].isupper() and verb.when != "any":  # in July one travels, or works
        en, fr = _expression(r, "period")
    return f"{who.en} {_present(who, verb)} {what.en} {en}", join(who.fr, verb.present[who.person], what.fr, fr)


@construction
def weather(r):
    sky = r.choice(WEATHER)
    x = r.random()
    if x < 0.2:
        where_en = where_fr = ""
    elif x < 0.45:
        where_en, where_fr = _expression(r, "weather place")
    elif x < 0.8:
        city = r.choice(CITIES)
        where_en, where_fr = f"in {city}", f"à {city}"
    else:
        country, where_fr, _ = r.choice(MILD_COUNTRIES)
        where_en = f"in {country}"
    tense = "season" if x >= 0.8 else r.choice(("now", "now", "past", "soon"))  # no weather is that of a whole country
    if tense == "season":  # a habit of the season, not what one sees through the window
        en, fr = sky.now
        en = en.replace("is raining", "rains").replace("is snowing", "snows")
        season = r.choice(sky.seasons)
        when_en, when_fr = next(pair for pair in EXPRESSIONS["season"] if pair[0] == f"in {season}")
        often_en, often_fr = r.choice([("", ""), ("often", "souvent"), ("sometimes", "parfois")])
        head, verb, rest = en.partition(" is ")
        en = f"{head} is {often_en} {rest}" if verb else en.replace(" ", f" {often_en} ", 1)
        words = fr.split()
        at = 3 if words[:3] == ["il", "y", "a"] else 2  # il fait souvent froid, il y a souvent du vent
        fr = join(*words[:at], often_fr, *words[at:])
    else:
        degree_en, degree_fr = _expression(r, "degree") if sky.graded and r.random() < 0.4 else ("", "")
        if degree_en == "too" and "weather" in sky.now[0]:
            degree_en, degree_fr = "very", "très"
        times = {"now": "weather day", "past": "past day", "soon": "future day"}[tense]
        when_en, when_fr = _expression(r, times) if r.random() < 0.7 else ("", "")
        while "sun" in sky.now[0] and "evening" in when_en:
            when_en, when_fr = _expression(r, times)
        if tense == "soon":
            subject = sky.now[0].partition(" is ")[0]
            en, fr = f"{subject} is going to {sky.infinitive[0]}", f"il va {sky.infinitive[1]}"
        else:
            en, fr = sky.now if tense == "now" else sky.past
        if degree_en:
            *before_en, last_en = en.split()
            *before_fr, last_fr = fr.split()
            en, fr = " ".join([*before_en, degree_en, last_en]), " ".join([*before_fr, degree_fr, last_fr])
    return f"{en} {where_en} {when_en}", join(fr, where_fr, when_fr)


@construction
def reflexive(r):
    routine = r.choice(ROUTINES)
    verb, x = routine.verb, r.random()
    clock = [_time(r, *routine.hours, noon=False)] if routine.hours else []
    parts = [pair for part in routine.parts for pair in EXPRESSIONS[part]]
    who = _person(r, plural=0.05) if x < 0.3 else _anyone(r)
    me = REFLEXIVE[who.person]
    if x < 0.3:
        participle = french.agree(verb.participle, who.gender, who.plural)
        en, fr = r.choice([("", ""), *(clock or [_when(r, "past", verb, 1.0)])])
        return f"{who.en} {verb.past} {en}", join(who.fr, me, ETRE[who.person], participle, fr)
    if x < 0.5 or verb.when == "any":  # one does not marry every day
        en, fr = r.choice([("", ""), *(clock or [_when(r, "future", verb, 1.0)])])
        return f"{who.en} {_be(who)} going to {verb.en} {en}", join(who.fr, ALLER[who.person], me, verb.fr, fr)
    if not clock + parts:
        return f"{who.en} {_be(who)} {english.ing(verb.en)}", join(who.fr, me, verb.present[who.person])
    if x < 0.65 and parts:
        en, fr = r.choice(parts)
        return f"{who.en} {_do(who)} not {verb.en} {en}", join(who.fr, "ne", me, verb.present[who.person], "pas", fr)
    en, fr = r.choice(clock + parts)
    return f"{who.en} {_present(who, verb)} {en}", join(who.fr, me, verb.present[who.person], fr)


JUDGED = [noun for noun in DESCRIBED if any(adjective.graded for adjective in adjectives(noun))]
SAYING = (
    ("think", "thinks", french.present("penser", "er")),
    ("say", "says", french.present("dire", "dis dit disons dites disent")),
    ("know", "knows", french.present("savoir", "sais sait savons savez savent")),
)


@construction
def clause(r):
    x = r.random()
    who = _anyone(r)
    if x < 0.3:
        know, works = VERB["know"], r.random() < 0.4
        someone = noun_phrase(_pick(r, "someone" if works else "trade"), "a")
        if not works:
            en, fr = r.choice(LANGUAGES)
            en, fr = f"speaks {en}", f"parle {fr}"
        else:
            place = noun_phrase(_pick(r, "work"), "the")
            en, fr = f"works at {place.en}", join("travaille à", place.fr)
        return f"{who.en} {_present(who, know)} {someone.en} who {en}", join(
            who.fr, know.present[who.person], someone.fr, "qui", fr
        )
    if x < 0.6:
        person = float(r.random() < 0.3)
        thing, adjective = _described(r, JUDGED, person)
        while (
            thing.en == who.en or not adjective.graded or thing.en.split()[0] == _own(who) or _clashes(who, thing.en)
        ):  # nobody "says that the dress is black"
            thing, adjective = _described(r, JUDGED, person)
        en, third, forms = r.choice(
            [way for way in SAYING if (person or way[0] != "know") and (who.gender or way[0] != "say")]
        )
        form = adjective.forms[thing.gender or "m", thing.plural]
        return f"{who.en} {third if _is_third(who) else en} that {thing.en} {_be(thing)} {adjective.en}", join(
            who.fr, forms[who.person], "que", thing.fr, ETRE[thing.person], form
        )
    reason = r.choice(REASONS)
    while reason.verb.whose == "self" and who.plural:  # several people do not wear one coat
        who = _anyone(r)
    verb, why = reason.verb, _pronoun(who)
    feeling = r.choice(reason.feelings)
    feelings = EXPRESSIONS["feeling"] + EXPRESSIONS["feeling with a reason"]
    en, fr = next(f for f in feelings if f[0] == feeling.removeprefix("not "))
    lacks = feeling.startswith("not ")
    have = _not(AVOIR[why.person]) if lacks else AVOIR[why.person]
    doing = f"{_be(who)}{'' if reason.done else ' not'} {english.ing(verb.en)} {reason.en}"
    fait = verb.present[who.person] if reason.done else _not(verb.present[who.person])
    return f"{who.en} {doing} because {why.en} {_be(why)} {'not ' if lacks else ''}{en}", join(
        who.fr, fait, reason.fr, "parce que", why.fr, have, fr
    )
