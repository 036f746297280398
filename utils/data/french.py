"""French spelling and endings: elision, contraction, plurals, the present tense, agreement, punctuation.

Only what the phrasebook needs, so no subjunctive and no tu. Words come in their dictionary form
("le", "de", "je") and `join` writes them as they sound next to each other ("de" + "le" + "port" -> "du port").
"""

from .text import strip_accents

PERSONS = ("je", "il", "nous", "vous", "ils")
AVOIR = dict(zip(PERSONS, ("ai", "a", "avons", "avez", "ont")))
ETRE = dict(zip(PERSONS, ("suis", "est", "sommes", "êtes", "sont")))
NBSP = "\u00a0"

_ELIDED = {
    "je": "j'",
    "me": "m'",
    "se": "s'",
    "le": "l'",
    "la": "l'",
    "ne": "n'",
    "de": "d'",
    "que": "qu'",
    "jusque": "jusqu'",
}
_CONTRACTED = {("à", "le"): "au", ("à", "les"): "aux", ("de", "le"): "du", ("de", "les"): "des"}
# Before these, nothing elides although they begin with a vowel or an h.
_ASPIRATED = ("haricot", "hibou", "huit", "onze")


def sounds_like_vowel(word: str) -> bool:
    """Whether a word begins with a vowel sound, so that the word before it elides.

    >>> [sounds_like_vowel(w) for w in ("hôtel", "haricot", "œuf", "yaourt")]
    [True, False, True, False]
    """
    plain = strip_accents(word).casefold()
    return plain[:1] in tuple("aeiouh") and not plain.startswith(_ASPIRATED)


def join(*words: str) -> str:
    """Words as one phrase, elided and contracted. Empty words are left out.

    >>> join("je", "aime", "le", "hôtel"), join("près de", "le", "marché"), join("à", "la", "école")
    ("j'aime l'hôtel", 'près du marché', "à l'école")
    """
    parts = " ".join(word for word in words if word).split(" ")
    out: list[str] = []
    i = 0
    while i < len(parts):
        word = parts[i]
        after = parts[i + 1] if i + 1 < len(parts) else ""
        if (word, after) in _CONTRACTED and not (after == "le" and sounds_like_vowel("".join(parts[i + 2 : i + 3]))):
            out.append(_CONTRACTED[word, after] + " ")
            i += 2
        elif word in _ELIDED and sounds_like_vowel(after):
            out.append(_ELIDED[word])
            i += 1
        else:
            out.append(word + " ")
            i += 1
    return "".join(out).rstrip()


def plural(word: str) -> str:
    """The regular plural of a noun or adjective.

    >>> [plural(w) for w in ("chat", "gâteau", "animal", "gris")]
    ['chats', 'gâteaux', 'animaux', 'gris']
    """
    if word.endswith(("s", "x", "z")):
        return word
    if word.endswith(("au", "eu")) and word != "bleu":
        return word + "x"
    if word.endswith("al"):
        return word[:-2] + "aux"
    return word + "s"


def present(infinitive: str, pattern: str) -> dict[str, str]:
    """The present tense by person: `pattern` is "er", "er:" and the stressed stem, "ir", or the five forms.

    >>> present("acheter", "er:achèt")["je"], present("manger", "er")["nous"], present("finir", "ir")["ils"]
    ('achète', 'mangeons', 'finissent')
    """
    stem = infinitive[:-2]
    if pattern == "ir":
        endings = ("is", "it", "issons", "issez", "issent")
        return {person: stem + ending for person, ending in zip(PERSONS, endings)}
    if pattern.startswith("er"):
        stressed = pattern.partition(":")[2] or stem
        # Before -ons the soft g and c of the stem must stay soft.
        soft = stem + "e" if stem.endswith("g") else stem[:-1] + "ç" if stem.endswith("c") else stem
        return dict(zip(PERSONS, (stressed + "e", stressed + "e", soft + "ons", stem + "ez", stressed + "ent")))
    return dict(zip(PERSONS, pattern.split(), strict=True))


def agree(participle: str, gender: str, is_plural: bool) -> str:
    """A participle in agreement: gender is "m" or "f".

    >>> agree("allé", "f", True)
    'allées'
    """
    ending = "e" if gender == "f" else ""
    return participle + ending + ("s" if is_plural and not (participle + ending).endswith("s") else "")


def sentence(text: str, mark: str = ".") -> str:
    """A capital in front and a mark at the end, with the no-break space French sets before ? and !.

    >>> sentence("où est la gare", "?") == "Où est la gare\\u00a0?"
    True
    """
    return text[:1].upper() + text[1:] + (NBSP + mark if mark in "?!" else mark)
