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
_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@((?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24})(?![\w-])(:\w)?")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CARD = re.compile(
    r"(?<![\w.,+-])(?<!\d )(?:\d{14,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{5})(?![\w-]|[.,]\d| \d)"
)
_PHONE = re.compile(
    r"""(?<![\w.,+/-])(?:
        \+\d{1,3}(?:[ .\-/\u00a0]?\(?\d{1,5}\)?){2,6}                 # +33 1 23 45 67 89, +1 (212) 736-5000
      | (?:1[ .-])?\([2-9]\d\d\)[ ]?[2-9]\d\d[.-]\d{4}               # (212) 736-5000
    )(?![\w/]|[.,-]\d)""",
    re.VERBOSE,
)
# Written so, other numbers are as well: a word must say that it is one.
_NATIONAL = re.compile(
    r"""(?<![\w.,+/-])(?:
        00\d{1,3}(?:[ .\-/\u00a0]\(?\d{1,5}\)?){2,6}                  # 0033 1 23 45 67 89
      | \(?0\d{1,4}\)?(?:[ .\-/\u00a0]\d{2,4}){2,4}                   # 01 23 45 67 89, 020 7946 0958
      | 0[1-9]\d{8}                                                  # 0612345678
      | (?:1[ .-])?[2-9]\d\d[.-][2-9]\d\d[.-]\d{4}                    # 212-736-5000
      | \d{3}[ -]\d{4}                                               # 736-5000
    )(?![\w/]|[.,-]\d)""",
    re.VERBOSE,
)
_CALLED = re.compile(
    r"(?i)\b(phone|tel|telephone|call|fax|mobile|cell|ring|dial|sms|whatsapp|t[ée]l(?:[ée]phone)?|appel\w*|portable|joindre)\b"
    r"[^\d\n]{0,25}$"
)
# What a long number is, where it is no card: an order, a parcel, a part, a device ...
_OTHER_NUMBER = re.compile(
    r"(?i)\b(order|parcel|tracking|part|serial|reference|ref|invoice|booking|ticket|account id|hash|id|imei|isbn|ean|article"
    r"|commande|colis|suivi|facture|r[ée]f[ée]rence|pi[èe]ce|num[ée]ro de s[ée]rie)\b[^\d\n]{0,40}$"
)
# Numbers that makers of payment systems publish for tests, and domains that are nobody's (RFC 2606, and what is meant so).
_TEST_CARDS = frozenset(
    """4242424242424242 4111111111111111 4012888888881881 4000056655665556 4000000000000002 4222222222222 5555555555554444
    5105105105105100 5200828282828210 5500000000000004 2223003122003222 378282246310005 371449635398431 6011111111111117
    6011000990139424 30569309025904 3056930009020004 38520000023237 36227206271667 3566002020360505 3530111333300000
    6555900000604105 6200000000000005""".split()
)
_NOBODYS = re.compile(
    r"(?i)(^|\.)(example|exemple|beispiel|ejemplo|esempio)(\.|$)|\.(test|invalid|localhost|example|local)$"
    r"|^(your|my)?-?(domain|company|website|site|email)\.\w+$"
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
    trust=0.85,
)
def personal_data(corpus: Corpus, options: Options) -> Iterator[Flag]:
    for name, what in (("output", "answer"), ("instruction", "instruction")):
        column = corpus.arrow[name]
        rows = np.flatnonzero(matches(column, r"[@\d]"))  # ten times as quick, and most texts have none
        for row in rows[matches(column.take(rows), _WORTH_A_LOOK)]:
            text = getattr(corpus, name)[row]
            for kind, place in _kinds(text).items():
                why = f"The {what} holds {kind}, from its character {place + 1:,} on."
                yield Flag(int(row), "personal_data", why, confidence=0.7 if "telephone" in kind else 1.0)


def _kinds(text: str) -> dict[str, int]:
    """The kinds of personal data in a text, each with the place where the first one begins."""
    finders = {
        "an e-mail address": (_EMAIL, _is_email),
        "the number of a bank account (IBAN)": (_IBAN, _is_iban),
        "the number of a payment card": (_CARD, _is_card),
        "a telephone number": (_PHONE, _is_phone),
    }
    found = {}
    for kind, (pattern, holds) in finders.items():
        if hit := next((hit for hit in pattern.finditer(text) if holds(hit)), None):
            found[kind] = hit.start()
            text = text[: hit.start()] + "\0" * len(hit.group()) + text[hit.end() :]  # the rest is not a second kind
    if "a telephone number" not in found:
        for hit in _NATIONAL.finditer(text):
            if _CALLED.search(text, max(0, hit.start() - 40), hit.start()) and "555-01" not in hit.group():
                found["a telephone number"] = hit.start()
                break
    return found


def _is_email(hit: re.Match) -> bool:
    """Not where it is an address of a repository (git@host:path), nor one at a domain that is nobody's."""
    return not hit.group(3) and hit.group(1).lower() != "git" and not _NOBODYS.search(hit.group(2))


def _is_iban(hit: re.Match) -> bool:
    from stdnum import iban

    return iban.is_valid(hit.group())


def _is_card(hit: re.Match) -> bool:
    """A length and a beginning that cards for payment have (ISO/IEC 7812), the check digit of Luhn, and no other meaning."""
    from stdnum import luhn

    digits = "".join(filter(str.isdigit, hit.group()))
    brand = re.fullmatch(r"4(\d{15}|\d{18})|(5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3[068]\d{12}|6\d{15}|35\d{14}", digits)
    other = _OTHER_NUMBER.search(hit.string, max(0, hit.start() - 60), hit.start())
    return bool(brand) and luhn.is_valid(digits) and digits not in _TEST_CARDS and not other


def _is_phone(hit: re.Match) -> bool:
    digits = [c for c in hit.group() if c.isdigit()]
    return 9 <= len(digits) <= 15 and len(set(digits)) > 2
