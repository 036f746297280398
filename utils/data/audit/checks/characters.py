"""Characters that do not belong in a text: control and invisible ones, wrong encodings, remains of pages and Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, matches, shown
from ..task import UNSPACED

RARE = 0.1  # a kind of markup found in more of the rows than this belongs to the set


# Literal characters, so that RE2 and Python read the same: C0 and C1 but for tab and line ends, DEL, soft hyphen,
# zero-width characters, marks of direction, byte order mark, U+FFFD.
HIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffd"
# UTF-8 read as Windows-1252 or Latin-1: "é" has become "Ã©", and a curly apostrophe "â€™".
_MOJIBAKE = "[ÂÃÅâ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]+"
_SUSPECT = re.compile(f"[{HIDDEN}\ud800-\udfff]|{_MOJIBAKE}")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_CALLED = {
    "\ufffd": "the replacement character U+FFFD, which stands for a letter that was lost",
    "\ufeff": "a byte order mark, U+FEFF",
    "\u00ad": "a soft hyphen, U+00AD",
    "\x00": "a null character, U+0000",
}


@check(
    "control_characters",
    finds="control characters, invisible or broken ones, as from a wrong encoding",
    weight=2,
    advice="Invisible or broken characters: strip them by a rule.",
    shows=("markup",),
)
def control_characters(corpus: Corpus, options: Options) -> Iterator[Flag]:
    for name in ("output", "instruction"):
        for row in np.flatnonzero(matches(corpus.arrow[name], f"[{HIDDEN}]|{_MOJIBAKE}")):
            text = getattr(corpus, name)[row]
            right_to_left = any(unicodedata.bidirectional(c) in ("R", "AL") and c != "\u200f" for c in set(text))
            hits = (_broken(text, hit, right_to_left) for hit in _SUSPECT.finditer(text))
            if found := next(filter(None, hits), None):
                what = "The answer" if name == "output" else "The instruction"
                yield Flag(int(row), "control_characters", f"{what} holds {found}.")


def _broken(text: str, hit: re.Match, right_to_left: bool) -> str:
    """What is wrong with the characters found, in words; empty where they are in their place."""
    found, near = hit.group(), text[max(hit.start() - 1, 0) : hit.end() + 1]
    if len(found) > 1:
        return f"“{found[:8]}”, letters in a wrong encoding" if _misread(found) else ""
    if "\ud800" <= found <= "\udfff":
        return f"half a character, U+{ord(found):04X}"
    if found in "\u200c\u200d" and near[0] != found and near[0] >= "\u0300" and not near[0].isspace():
        return ""  # joiners belong inside emoji, and into words of Persian or of the scripts of India
    if found == "\u200b" and _UNSPACED.search(near):
        return ""  # where words are not set apart, it says where a line may break
    if right_to_left and ("\u200e" <= found <= "\u202e" or "\u2066" <= found <= "\u2069"):
        return ""  # marks of direction belong in text with Arabic or Hebrew
    kind = "a control character" if unicodedata.category(found) == "Cc" else "an invisible character"
    return _CALLED.get(found, f"{kind}, U+{ord(found):04X}")


def _misread(text: str) -> bool:
    """Whether the characters, taken for the bytes of a Western encoding, are UTF-8 (as ftfy tells it; Speer 2019)."""
    try:
        raw = b"".join(c.encode("latin-1" if c <= "\u00ff" else "cp1252") for c in text)
        return len(raw.decode()) < len(text)
    except UnicodeError:
        return False


_TAGS = (
    "a|abbr|b|blockquote|body|br|button|center|code|div|em|font|form|h[1-6]|head|hr|html|i|iframe|img|input|label|li|link"
    "|meta|ol|p|pre|script|section|small|span|strong|style|sub|sup|table|tbody|td|th|thead|title|tr|u|ul"
)
_FENCE = "```"
_MARKUP = {
    "an HTML tag": rf"</?({_TAGS})(\s[^<>]*)?/?>",
    "an HTML entity": r"&(amp|lt|gt|quot|apos|nbsp|hellip|[mn]dash|[lr][sd]quo|[lr]aquo|[a-z](acute|grave|circ|uml|cedil)|#x?[0-9a-f]{2,5});",
    "a code fence": _FENCE,
    "Markdown": r"^\s*(\*\*[^*\n]+\*\*|#{2,6} [^\n]+)\s*$",  # around a whole answer: inside one it is content
}
# What may be answered with markup.
_ASKS_FOR_MARKUP = (
    r"\b(x?html|css|xml|markdown|latex|code|script|tags?|web ?(page|site)|function|program|sql|balises?)|<\w"
)
# Beside code, tags and stars are what the text is about.
_CODE = r"[`{}_\\]|\w\("


def _is_a_remain(text: str) -> bool:
    """Whether a fence is left open, or put around a whole answer that is no code; else it belongs to the answer."""
    if text.count(_FENCE) % 2:
        return True
    inside = re.fullmatch(r"\s*```\w*\s(.*)```\s*", text, re.DOTALL)
    return bool(inside) and not re.search(r"[{}=<>;\\_]|\w\(|\n\s", inside.group(1).strip())


@check(
    "markup",
    finds="HTML, entities, code fences or Markdown in a set that has none of it elsewhere",
    weight=2,
    advice="Remains of pages or of Markdown: strip them by a rule.",
    shows=("markup",),
    trust=0.9,
)
def markup(corpus: Corpus, options: Options) -> Iterator[Flag]:
    asked = None
    for what, pattern in _MARKUP.items():
        found = matches(corpus.arrow["output"], pattern, ignore_case=True)
        if not found.any() or found.sum() > max(1, RARE * len(corpus)):
            continue
        asked = matches(corpus.arrow["instruction"], _ASKS_FOR_MARKUP, ignore_case=True) if asked is None else asked
        for row in np.flatnonzero(found & ~asked):
            text = corpus.output[row]
            if not _is_a_remain(text) if pattern == _FENCE else re.search(_CODE, re.sub(pattern, "", text)):
                continue
            said = shown(re.search(pattern, text, re.IGNORECASE).group().strip(), 20)
            yield Flag(int(row), "markup", f"The answer holds {what}, “{said}”, as few others here do.")
