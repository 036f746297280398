"""How two texts are compared, in one place: for scoring an answer, for finding repeats, for keeping a test set apart.

`normalise` undoes what nobody sees (kinds of space and apostrophe); `fingerprint` also undoes case, accents and
punctuation. Neither knows anything about a language.
"""

import re
import unicodedata

_SPACE_BEFORE_MARK = re.compile(r"\s+(?=[?!:;»])")


def normalise(text: str) -> str:
    """Text as it is scored: NFC, straight apostrophes, single spaces, none before ``? ! : ;``.

    French sets a no-break space before those marks, Québec does not, and most keyboards make it awkward to type:
    it is typography and not an answer, so it is never held against one.

    >>> normalise("Où est  l’hôtel\\u00a0?")
    "Où est l'hôtel?"
    """
    text = unicodedata.normalize("NFC", text).replace("’", "'")
    return _SPACE_BEFORE_MARK.sub("", " ".join(text.split()))


def strip_accents(text: str) -> str:
    """The text without its accents and with its ligatures apart.

    >>> strip_accents("Le cœur léger, ça va")
    'Le coeur leger, ca va'
    """
    text = text.replace("œ", "oe").replace("Œ", "Oe").replace("æ", "ae").replace("Æ", "Ae")
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def fingerprint(text: str) -> str:
    """Letters and digits only, lower case, no accents: equal for two texts that differ in their dress alone.

    >>> fingerprint("Où est l'hôtel ?")
    'ou est l hotel'
    """
    return " ".join(re.findall(r"\w+", strip_accents(text).casefold()))
