"""Personal data: e-mail addresses, telephone numbers, numbers of payment cards and of bank accounts.

A number is taken for what it seems to be only where its own check digits or its form say so; a plain number, a date or
a price is none of these. A reason says what was found and where, and never shows it, as reports are passed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, matches

# All repeats have an upper bound: on a megabyte without a space, an open one would take time in the square of it.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CARD = re.compile(
    r"(?<![\w.,+-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{5})(?![\w-]|[.,]\d)"
)
_PHONE = re.compile(
    r"""(?<![\w.,+/-])(?:
        \+\d{1,3}(?:[ .\-/\u00a0]?\(?\d{1,5}\)?){2,6}                 # +33 1 23 45 67 89, +1 (212) 736-5000
      | 00\d{1,3}(?:[ .\-/\u00a0]\(?\d{1,5}\)?){2,6}                  # 0033 1 23 45 67 89
      | \(?0\d{1,4}\)?(?:[ .\-/\u00a0]\d{2,4}){2,4}                   # 01 23 45 67 89, 020 7946 0958
      | 0[1-9]\d{8}                                                  # 0612345678
      | (?:1[ .-])?(?:\([2-9]\d\d\)[ ]?|[2-9]\d\d[.-])[2-9]\d\d[.-]\d{4}   # (212) 736-5000
    )(?![\w/]|[.,-]\d)""",
    re.VERBOSE,
)
_CALLED = re.compile(
    r"(?i)\b(?:phone|tel|call|fax|mobile|cell|t[ée]l[ée]phone|appel)\w{0,6}\b[^\d\n]{0,25}(\d{3}[ -]\d{4})(?![\w-])"
)
# What any of them holds: an at sign, or seven digits with at most two other characters in between.
_WORTH_A_LOOK = r"@|\d([^\p{L}\n]{0,3}\d){6}"


@check(
    "personal_data",
    finds="e-mail addresses, telephone numbers, numbers of cards and bank accounts",
    weight=20,
    advice="A model can repeat what it has read: mask or drop the personal data before anything else.",
    shows=("e-mail address",),
    slow=True,
)
def personal_data(corpus: Corpus, options: Options) -> Iterator[Flag]:
    for name, what in (("output", "answer"), ("instruction", "instruction")):
        for row in np.flatnonzero(matches(corpus.arrow[name], _WORTH_A_LOOK)):
            text = getattr(corpus, name)[row]
            for kind, place in _kinds(text).items():
                why = f"The {what} holds {kind}, from its character {place + 1:,} on."
                yield Flag(int(row), "personal_data", why, confidence=0.7 if "telephone" in kind else 1.0)


def _kinds(text: str) -> dict[str, int]:
    """The kinds of personal data in a text, each with the place where the first one begins."""
    finders = {
        "an e-mail address": (_EMAIL, lambda found: True),
        "the number of a bank account (IBAN)": (_IBAN, _is_iban),
        "the number of a payment card": (_CARD, _is_card),
        "a telephone number": (_PHONE, _is_phone),
    }
    found = {}
    for kind, (pattern, holds) in finders.items():
        if hit := next((hit for hit in pattern.finditer(text) if holds(hit.group())), None):
            found[kind] = hit.start()
            text = text[: hit.start()] + "\0" * len(hit.group()) + text[hit.end() :]  # the rest is not a second kind
    if "a telephone number" not in found and (hit := _CALLED.search(text)):
        found["a telephone number"] = hit.start(1)
    return found


def _is_iban(text: str) -> bool:
    """ISO 13616: the first four characters moved to the end, letters as 10 to 35, modulo 97, is 1."""
    code = text.replace(" ", "")
    return 15 <= len(code) <= 34 and int("".join(str(int(c, 36)) for c in code[4:] + code[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    """ISO/IEC 7812: a first digit from 3 to 6, as cards for payment have, and the check digit of Luhn."""
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [sum(divmod(2 * d, 10)) for d in digits[-2::-2]]
    return 13 <= len(digits) <= 19 and 3 <= digits[0] <= 6 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _is_phone(text: str) -> bool:
    digits = [c for c in text if c.isdigit()]
    return 9 <= len(digits) <= 15 and len(set(digits)) > 2
