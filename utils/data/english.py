"""English endings for the phrasebook: plurals, the third person, a or an, comparatives. British spelling.

Only the regular rules; what is irregular stands in the lexicon.
"""

import re

_SIBILANT = re.compile(r"(s|sh|ch|x|z|o)$")
_CONSONANT_Y = re.compile(r"(?<=[^aeiou])y$")


def plural(noun: str) -> str:
    """The regular plural.

    >>> plural("cherry"), plural("glass"), plural("boy")
    ('cherries', 'glasses', 'boys')
    """
    noun, changed = _CONSONANT_Y.subn("ies", noun)
    return noun if changed else noun + ("es" if re.search(r"(s|sh|ch|x|z)$", noun) else "s")


def third_person(verb: str) -> str:
    """The present with he, she or it; in a phrasal verb the first word takes the ending.

    >>> third_person("look for"), third_person("wash"), third_person("carry"), third_person("go")
    ('looks for', 'washes', 'carries', 'goes')
    """
    head, _, rest = verb.partition(" ")
    head, changed = ("has", 1) if head == "have" else _CONSONANT_Y.subn("ies", head)
    if not changed:
        head += "es" if _SIBILANT.search(head) else "s"
    return f"{head} {rest}" if rest else head


def ing(verb: str) -> str:
    """The present participle; in a phrasal verb the first word takes the ending.

    >>> [ing(v) for v in ("write", "look for", "cut", "see", "travel")]
    ['writing', 'looking for', 'cutting', 'seeing', 'travelling']
    """
    head, _, rest = verb.partition(" ")
    if head in ("cut", "run", "swim", "sit", "prefer", "forget", "begin", "travel", "cancel", "get"):
        head += head[-1]
    elif head.endswith("e") and not head.endswith("ee"):
        head = head[:-1]
    return f"{head}ing {rest}" if rest else f"{head}ing"


def article(phrase: str) -> str:
    """The phrase with its a or an.

    >>> article("old university"), article("university"), article("honest man"), article("hour")
    ('an old university', 'a university', 'an honest man', 'an hour')
    """
    vowel = re.match(r"[aeiou]|hon|hour", phrase) and not re.match(r"uni|use|eu|one", phrase)
    return ("an " if vowel else "a ") + phrase


def comparative(adjective: str) -> str:
    """The comparative: -er for short adjectives, more for the others.

    >>> [comparative(a) for a in ("big", "happy", "large", "slow", "expensive", "good")]
    ['bigger', 'happier', 'larger', 'slower', 'more expensive', 'better']
    """
    irregular = {"good": "better", "bad": "worse", "ill": "more ill"}
    if adjective in irregular:
        return irregular[adjective]
    syllables = len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", adjective)))
    if syllables > 2 or (syllables == 2 and not adjective.endswith(("y", "ow", "et"))):
        return "more " + adjective
    if adjective.endswith("y") and syllables > 1:
        return adjective[:-1] + "ier"
    if adjective.endswith("e"):
        return adjective + "r"
    if re.search(r"[^aeiou][aeiou][bdgnt]$", adjective):
        return adjective + adjective[-1] + "er"
    return adjective + "er"
