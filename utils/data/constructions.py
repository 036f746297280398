"""Which construction of the phrasebook a row written by hand is an example of, and which ones a set still lacks.

The phrasebook knows the construction of every row that it draws; a row that somebody wrote has to be recognised. That
is done by rules over its English sentence, a line or two for each construction, tried in order: function words and some
words of the lexicon decide, so that "The café is noisier than the library." is a comparative although no such noun is
known. They look at form alone: whether a sentence is good English is not asked.

>>> recognise(["Translate to French: The café is noisier than the library.", "What is the capital of Peru?"])
['comparative', '']
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

from . import english
from .grammar import CONSTRUCTIONS, INTRANSITIVE, MOTION
from .lexicon import ADJECTIVES, EXPRESSIONS, NOUNS_OF, PROFESSIONS, REFLEXIVE_VERBS, VERBS
from .text import normalise

_PROMPT = re.compile(
    r"\s*(?:please )?translate(?: this)?(?: from english)? (?:in)?to french\s*[:.–-]?\s*(.*)", re.I | re.S
)


def recognise(instructions: Iterable[str]) -> list[str]:
    """For each instruction the name of its construction, or "" where none fits.

    An instruction without "Translate to French" in front is no row of the phrasebook, so its name is "" as well.
    """
    return [_recognised(text) for text in instructions]


def coverage(instructions: Iterable[str]) -> dict[str, int]:
    """How many of the instructions are examples of each construction; all constructions are there, some with 0."""
    counts = Counter(recognise(instructions))
    return {name: counts[name] for name in CONSTRUCTIONS}


def in_turn(instructions: Iterable[str]) -> list[int]:
    """The row numbers, counted from 0, in an order in which the constructions take turns: one row of each first.

    Rows of no construction are left out.

    >>> in_turn(["Translate to French: " + text for text in ("It is cold.", "It is hot.", "I have a dog.")])
    [0, 2, 1]
    """
    laps, turns = Counter(), []
    for row, name in enumerate(recognise(instructions)):
        if name:
            turns.append((laps[name], row))
            laps[name] += 1
    return [row for _, row in sorted(turns)]


@cache
def example(construction: str) -> tuple[str, str]:
    """One pair of the construction, (instruction, output), always the same. Raises ValueError for an unknown name."""
    from . import phrasebook

    drawn = next(phrasebook.pairs(seed=7, constructions=[construction]))
    return phrasebook.PROMPT.format(drawn.english), drawn.french


@lru_cache(maxsize=200_000)
def _recognised(instruction: str) -> str:
    if len(instruction) > 500 or not (asked := _PROMPT.fullmatch(instruction)):
        return ""
    sentence = normalise(asked[1]).casefold().rstrip(".! ")
    return next((name for name, pattern in _patterns() if pattern.search(sentence)), "")


def _any(words: Iterable[str]) -> str:
    """An expression for one of these words or phrases, whole, the longest first."""
    return rf"\b(?:{'|'.join(map(re.escape, sorted(set(words), key=len, reverse=True)))})\b"


def _in_all_forms(verbs: Iterable) -> list[str]:
    return [form for verb in verbs for form in (verb.en, english.third_person(verb.en), english.ing(verb.en))]


@cache
def _patterns() -> list[tuple[str, re.Pattern]]:
    """(construction, what its sentences look like), in the order in which they are tried."""
    the = r"\b(?:the|a|an|this|that|these|those|my|your|his|her|its|our|their|some|any|no)\b"
    be = r"\b(?:am|is|are|was|were|i'm|he's|she's|it's|we're|you're|they're|isn't|aren't|wasn't|weren't)\b"
    do_not = r"\b(?:do not|does not|don't|doesn't)\b"
    did_not = r"\b(?:did not|didn't)\b"
    verb = _any(_in_all_forms(VERBS))
    consume = _any(_in_all_forms(v for v in VERBS if v.amounts))
    past, going = _any(v.past for v in VERBS), _any(v.past for v in MOTION)
    to_go = _any(v.en for v in MOTION)
    alone = _any(form for v in INTRANSITIVE for form in (v.en, english.third_person(v.en)))
    oneself = _any([*_in_all_forms(REFLEXIVE_VERBS), *(v.past for v in REFLEXIVE_VERBS)])
    number = (
        r"\b(?:\d+|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-\w+)?|(?:a|one) hundred|two|three|four|"
        r"five|six|seven|eight|nine|ten|eleven|twelve|\w+teen)\b"
    )
    edible = _any(
        word
        for kind in ("eaten", "drink", "larder")
        for noun in NOUNS_OF.get(kind, ())
        for word in (noun.en, noun.en_plural)
    )
    openings = ("hello", "welcome", "thanks", "sorry", "farewell")
    hello, wish = (
        _any(en for each in openings for en, _ in EXPRESSIONS[each]),
        _any(en for en, _ in EXPRESSIONS["wish"]),
    )
    courtesy = _any(en.casefold().rstrip(".?!") for each in openings for en, _ in EXPRESSIONS[f"after {each}"])
    people = _any(word for kind in ("person", "child") for noun in NOUNS_OF[kind] for word in (noun.en, noun.en_plural))
    feeling = _any(en for each in ("feeling", "feeling with a reason") for en, _ in EXPRESSIONS[each])
    side = _any([*(en for en, _ in EXPRESSIONS["side"]), "in", "on", "under", "between", "at", "inside", "beside"])
    job = _any(en for en, *_ in PROFESSIONS)
    quality = _any(adjective.en for adjective in ADJECTIVES)
    degree = _any([*(en for en, _ in EXPRESSIONS["degree"]), "so"])
    clock = r"\bat (?:noon|midnight|half past|a quarter (?:to|past)|[\w-]+ o'clock)\b"
    habit = _any(en.casefold() for en, _ in EXPRESSIONS["period"]) + r"|\bon \w+days\b"
    sky = r"(?:rain\w*|snow\w*|(?:\w+ )?(?:cold|hot|warm|cool|mild|nice|bad|windy|sunny|foggy|cloudy|stormy))"
    often = _any(en for en, _ in EXPRESSIONS["frequency"])
    modal = r"\b(?:wants?|would like|hopes?|need|needs|has|have) to\b|\b(?:can|cannot|can't|must|mustn't|should)\b"
    whom = r"(?:me|him|her|us|them|it)"
    day = r"today|tomorrow|yesterday|now|again|\w+ (?:morning|evening|afternoon)|(?:every|last|next) \w+|on \w+day"
    when = rf"(?: (?:{day}))?"
    rules = {
        "object_pronoun 1": rf"\bfind {whom}$",
        "greeting": rf"^(?:{hello}|hi\b|good afternoon\b)(?:[,.!].*)?$|^{wish}(?:[,.!].*)?$|^{courtesy}$",
        "weather 1": rf"^(?:it|the weather)(?: (?:is|was)(?: not)?| will be| is going to(?: be)?)?(?: {often})? {sky}\b(?! than)",
        "there_is": r"^there (?:is|are|was|were|isn't|aren't)\b",
        "wh_question": r"^(?:where|when|why|how|who|what|which)\b.*\?$",
        "yes_no_question": rf"^(?:{be}|do|does|did|can|could|have|has|will|would)\b.*\?$",
        "clause": rf"\b(?:because|(?:thinks?|says?|knows?|believes?|hopes?) that|who (?:\w+s|{be}))\b",
        "comparative": r"\bthan\b|\bas [\w -]+ as\b",
        "imperative": r"^(?:please|do not|don't|turn|go|take|wait|get off|walk|open|close|come|stop|give|bring|show)\b",
        "weather 2": rf"^the (?:sun|wind|sky|storm)\b|^in \w+,? it (?:rains|snows|is {sky})",
        "reflexive": rf"{oneself}|\b(?:my|him|her|your)self\b|\b(?:our|them|your)selves\b",
        "partitive 1": rf"^(?:i|we) would like (?:some|any|a lot of|a little)\b|(?:{past}) some {edible}",
        "near_future": rf"(?:{be}|\bnot)(?: not)? going to (?!the\b|a\b)",
        "profession": rf"(?:{be}|\bwants to be\b|\bwants to become\b|\bworks as\b)(?: not)? an? (?:\w+ )?{job}$",
        "object_pronoun 2": rf"(?:\w+ing|{modal}.*|{verb}|{past}) (?:to |at |for |about )?{whom}{when}$",
        "modal": modal,
        "origin": rf"^(?:\S+ ){{1,6}}?(?:{do_not} )?(?:lives? in|comes? from)\b|{be}(?: not)? from\b",
        "time 1": rf"{clock}|\b(?:opens|closes|leaves|arrives|begins)\b.*\b(?:at|on|today|tomorrow)\b",
        "time 2": rf"(?:{alone}|^(?!.*\bnot\b).*{verb}.*)(?: \w+)? (?:{habit})$",
        "possession": r"\b(?!(?:let|it|he|she|that|there|here|what|who)')\w+(?:'s|s') \w+|\b(?:mine|yours|hers)$",
        "quantity": rf"{number}(?! o'clock)(?! (?:days|weeks|months|years) ago)",
        "location": rf"{be}(?: not)? (?:{side}|far) ",
        "have 1": rf"^(?!this|these|it\b)(?!the (?!{people})).*{be}(?: not| very)? {feeling}$|{be}(?: not)? afraid of\b",
        "be_adjective 1": rf"{be}(?: not)?(?: {degree})? {quality}$",
        "past_etre": rf"{going}|{did_not} {to_go}",
        "past_avoir": rf"{past}(?! (?:ago)$)|{did_not}|\b\w{{3,}}ed {the}",
        "partitive 2": rf"\b(?:some|any|a lot of|a little|too much|enough) {edible}|{consume} {edible}",
        "negation": rf"\b(?:never|no longer)\b|{do_not} (?!have|need)|{be} not \w+ing\b|\b(?:isn't|aren't) \w+ing\b",
        "have 2": r"\b(?:has|have|needs?|i've)\b(?! to\b)",
        "present": rf"{be} \w+ing\b|{verb}",
        "be_adjective 2": rf"^(?:\S+ ){{1,4}}?{be}(?: not)?(?: {degree})? \w+$",
    }
    return [(name.split()[0], re.compile(pattern)) for name, pattern in rules.items()]
