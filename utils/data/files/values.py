"""What of a value is text, and the words in which a message speaks of names and values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from numbers import Number

TOO_DEEP = "It is nested too deeply: make it an object with named texts."


class Unusable(Exception):
    """Says in a sentence why a row cannot be used."""


class Twice(Unusable):
    """Stands where an object of a JSON file has one key with several values; a message shows these."""

    def __init__(self, name: str, values: list):
        super().__init__(f"It has {quoted(name)} {len(values)} times, with different values: keep one of them.")
        self.values = values

    def __repr__(self) -> str:
        return " or ".join(map(repr, self.values))


class Digits(str):
    """A number of a JSON file with the digits it is written with, so that 3.10 stays "3.10"."""

    __slots__ = ()


def quoted(value: object, limit: int = 60) -> str:
    """A name in quotation marks, short, on one line, and printable whatever it holds."""
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)[: limit + 1]).split())
    return f'"{text if len(text) <= limit else text[: limit - 1] + "…"}"'


def listed(names: list, most: int = 8) -> str:
    """The first names of a list in quotation marks, and how many more there are."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(quoted(name, 40) for name in names[:most]) + rest


def inside(reason: object) -> str:
    """A sentence as the end of another one."""
    return str(reason)[:1].lower() + str(reason)[1:]


def no_rows(where: str) -> ValueError:
    """The error for a source in which there is nothing."""
    return ValueError(f"{where} has no rows: give at least one, with an instruction and an output.")


def none_usable(where: str, reason: object) -> ValueError:
    """The error for a source of which all rows are rejected, with the first reason."""
    return ValueError(f"{where} has no row that can be used; take the first: {inside(reason)}")


def missing(value: object) -> bool:
    """None, NaN, and what pandas writes for them."""
    return (
        value is None or (isinstance(value, float) and value != value) or type(value).__name__ in ("NAType", "NaTType")
    )


def text(value: object, name: object) -> str:
    """The value of column `name` as text: numbers and truth values become theirs; raises Unusable for all else.

    >>> text(3.5, "output"), text(True, "output")
    ('3.5', 'true')
    """
    if isinstance(value, str):
        try:
            if not value.isascii():
                value.encode()
        except UnicodeEncodeError as error:
            raise Unusable(
                f"Its {quoted(name)} has half of a surrogate pair at character {error.start + 1}, "
                "which no file can store: delete that character."
            ) from None
        return str(value) if type(value) is Digits else value
    if missing(value):
        raise Unusable(f"Its {quoted(name)} is missing: give it a text, if only an empty one.")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Number):
        try:
            number = str(value)
        except ValueError:  # Python writes no integer of more than 4,300 digits.
            raise Unusable(f"Its {quoted(name)} is too long a number: write it as text.") from None
        if number.lstrip("+-")[:3].lower() not in ("nan", "sna", "inf"):
            return number
        raise Unusable(f"Its {quoted(name)} is {number}, which is no number: give it a text.")
    if isinstance(value, Unusable):  # a key that stands twice in its object
        raise value
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise Unusable(
            f"Its {quoted(name)} is of type {type(value).__name__} and no text: decode it before it is stored, "
            'in pandas with frame[column].str.decode("utf-8").'
        )
    raise Unusable(f"Its {quoted(name)} is of type {type(value).__name__}: give it a text.")


def truth(value: object) -> bool | None:
    """True or False for what is written for one (also 1 and 0), None for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (str, int, float)):
        return {"true": True, "false": False, "1": True, "0": False, "1.0": True, "0.0": False}.get(
            str(value).strip().casefold()
        )
    return None


def compact(value: object) -> str:
    """A value as JSON on one line, with the digits of a file's numbers; raises Unusable where it cannot be written.

    >>> compact({"city": "Lyon", "days": Digits("1.0")})
    '{"city":"Lyon","days":1.0}'
    """
    try:
        return text(_json(value), "JSON")
    except RecursionError:
        raise Unusable(TOO_DEEP) from None
    except (TypeError, ValueError) as error:
        raise Unusable(f"It holds what cannot be written as JSON ({quoted(error)[1:-1]}): give it a text.") from None


def _json(value: object) -> str:
    if isinstance(value, Digits):
        return str(value)
    if isinstance(value, Unusable):
        raise value
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_json(str(name))}:{_json(each)}" for name, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False, default=lambda it: it.tolist() if hasattr(it, "tolist") else str(it))


def with_numbers(value: object) -> object:
    """A value of a JSON file with numbers for its `Digits`, for whoever asks of what type they are."""
    if isinstance(value, Digits):
        try:
            return int(value)
        except ValueError:  # a fraction, or more digits than Python reads
            return float(value)
    if isinstance(value, Mapping):
        return {name: with_numbers(each) for name, each in value.items()}
    return [with_numbers(each) for each in value] if isinstance(value, (list, tuple)) else value
