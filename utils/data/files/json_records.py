"""JSON as people have it: objects on lines of their own, over several lines, joined, with commas too many.

A record is a value and its text in the file. What is no JSON is an `Unusable` with the place in a sentence; where the
meaning is clear although a rule is broken (a comma too many, a second byte-order mark, objects one after the other), it
is read. A number keeps the digits it is written with, and a key with two values is an `Unusable` in its place.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator

from .values import TOO_DEEP, Digits, Twice, Unusable

BETWEEN = " \t\r\n\ufeff,\x1e"  # what may stand between two objects; \x1e is from RFC 7464
MOST_LINES = 100_000  # of one object
MOST_IN_VAIN = 1_000_000  # lines looked at for the ends of objects that have none
_TEXTS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_COMMA_TOO_MANY = re.compile(_TEXTS.pattern.join("()") + r"|,(?=\s*[\]}])")


def _object(pairs: list[tuple[str, object]]) -> dict:
    made = dict(pairs)
    if len(made) < len(pairs):
        for name in made:
            values = [value for key, value in pairs if key == name]
            if any(value != values[0] for value in values):
                made[name] = Twice(name, values)
    return made


_SCAN = json.JSONDecoder(parse_int=Digits, parse_float=Digits, object_pairs_hook=_object).scan_once


class _Broken(Exception):
    """No JSON, for this reason and at this place of the text."""

    def __init__(self, reason: str, place: int):
        self.reason, self.place = reason.removesuffix(" at"), place


def _value(text: str, at: int) -> tuple[object, int]:
    """The JSON value that begins at this place, and where it ends."""
    try:
        return _SCAN(text, at)
    except StopIteration as stop:
        raise _Broken("Expecting value", stop.value) from None
    except json.JSONDecodeError as error:
        raise _Broken(error.msg, error.pos) from None


def _values(text: str) -> list[tuple[object, str]]:
    """The value that a text holds, or the objects that it holds one after the other, with their texts."""
    found, at = [], len(text) - len(text.lstrip(BETWEEN))
    end = len(text.rstrip(BETWEEN))
    while at < end or not found:
        value, stop = _value(text, at)
        if stop < end and not isinstance(value, dict) or (found and not isinstance(value, dict)):
            raise _Broken("Extra data", stop if not found else at)
        found.append((value, text[at:stop]))
        at = stop
        while at < end and text[at] in BETWEEN:
            at += 1
    return found


def _read(text: str) -> list[tuple[object, str]]:
    """The same, with one more try without the commas before a closing bracket."""
    try:
        return _values(text)
    except _Broken:
        mended = _COMMA_TOO_MANY.sub(lambda found: found[1] or "", text)
        if mended == text:
            raise
        try:
            return _values(mended)
        except _Broken:
            pass
        raise


def _said(text: str, line: int, broken: _Broken) -> Unusable:
    before = text[: broken.place]
    place = f"at line {line + before.count(chr(10)):,}, character {broken.place - before.rfind(chr(10)):,}"
    return Unusable(f"It is no JSON ({broken.reason} {place}): mend that place, or delete it.")


def decoded(text: str, line: int = 1) -> object:
    """The one value of a text that begins on this line of its file, or why there is none."""
    try:
        values = _read(text)
        if len(values) > 1:
            raise _Broken("Extra data", len(values[0][1]))
        return values[0][0]
    except _Broken as broken:
        return _said(text, line, broken)
    except RecursionError:
        return Unusable(TOO_DEEP)


def held_in(text: str) -> object:
    """What a text holds, as JSON or as Python writes lists and dicts; the text itself where it is neither."""
    if not text.lstrip().startswith(("[", "{")):
        return text
    value = decoded(text)
    if not isinstance(value, Unusable):
        return value
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return text


def json_records(lines: Iterable[str]) -> Iterator[tuple[object, str]]:
    """The records of JSON lines, of objects over several lines, or of a list with an object on each line."""
    return _Lines(lines).records()


class _Lines:
    def __init__(self, lines: Iterable[str]):
        self.lines, self.again, self.number = iter(lines), [], 0
        self.in_vain = 0

    def next(self) -> str | None:
        line = self.again.pop() if self.again else next(self.lines, None)
        self.number += line is not None
        return line

    def back(self, lines: list[str]) -> None:
        self.again.extend(reversed(lines))
        self.number -= len(lines)

    def records(self) -> Iterator[tuple[object, str]]:
        is_list, first = False, True
        while (line := self.next()) is not None:
            try:
                value, end = _SCAN(line, 0)
                if end == len(line) or line[end:] == "\n":  # what most files hold, and quickly
                    first = False
                    yield value, line
                    continue
            except (StopIteration, ValueError, RecursionError):
                pass
            bare = line.strip(BETWEEN).strip()
            if first and bare == "[":
                is_list, first = True, False
            elif is_list and bare == "]":
                is_list = False
            elif bare or (line.strip() and not is_list and "\ufeff" not in line):
                first = False
                yield from self.of(line)
        if is_list:
            yield Unusable('The list is not closed with "]": the end of the file may be missing.'), ""

    def of(self, line: str) -> list[tuple[object, str]]:
        """The records of a line, or of the lines over which its object goes on."""
        number, text = self.number, line.rstrip("\r\n")
        try:
            return _read(text)
        except RecursionError:
            return [(Unusable(TOO_DEEP), line)]
        except _Broken as broken:
            first = broken
        if first.place >= len(line.rstrip()) and (whole := self.whole(line)):
            try:
                return _read(whole)
            except RecursionError:
                return [(Unusable(TOO_DEEP), whole)]
            except _Broken as broken:
                return [(_said(whole, number, broken), whole)]
        return [(_said(text, number, first), line)]

    def whole(self, line: str) -> str:
        """The lines up to the one that closes every bracket, or to one that cannot follow; "" where there is none."""
        found, depth, before, in_object = [line], _depth(line), line, line.lstrip(BETWEEN).startswith("{")
        while depth > 0 and len(found) < MOST_LINES and self.in_vain < MOST_IN_VAIN:
            if (line := self.next()) is None:
                break
            if in_object and depth == 1 and line.startswith("{") and not before.rstrip().endswith(":"):
                self.back([line])  # the next object: this one was not closed
                return "".join(found)
            found.append(line)
            depth += _depth(line)
            before = line if line.strip() else before
            if depth > 0 and line.startswith("{") and line.rstrip().endswith("}") and _is_object(line):
                break  # an object on a line of its own, as no program writes it inside another
        else:
            if depth <= 0:
                return "".join(found)
        self.in_vain += len(found)
        self.back(found[1:])
        return ""


def _depth(line: str) -> int:
    """How many more brackets a line opens than it closes, texts aside."""
    bare = _TEXTS.sub("", line)
    return bare.count("{") + bare.count("[") - bare.count("}") - bare.count("]")


def _is_object(line: str) -> bool:
    try:
        value, end = _SCAN(line, 0)
    except (StopIteration, ValueError, RecursionError):
        return False
    return isinstance(value, dict) and line[end:].isspace()
