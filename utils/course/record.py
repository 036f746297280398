"""The learner's record: what was checked, predicted and answered, in one JSON file outside the repository.

    {"01": {"exercises": {"1": {"outcome": "right", "hints": 2}}, "predictions": {...}, "questions": {...}}}

The file is replaced as a whole, under a lock, so that two open kernels lose nothing of each other's. Where nothing can
be written the record stays in memory, and that is said once.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from platformdirs import user_data_path

from ..data.files import write_whole

_in_memory: dict | None = None  # the whole record, once the file could not be written


def path() -> Path:
    """Where the record is: the file in the variable QOQ_PROGRESS, or one in the user's data folder."""
    chosen = os.environ.get("QOQ_PROGRESS")
    return Path(chosen) if chosen else user_data_path("quality-over-quantity") / "progress.json"


def everything() -> dict:
    """The whole record, by lesson, kind and name."""
    return _load() if _in_memory is None else _in_memory


def read(lesson: str, kind: str, name: object) -> dict:
    """The facts about one exercise, prediction or question: {} when there are none."""
    return everything().get(lesson, {}).get(kind, {}).get(str(name), {})


def write(lesson: str, kind: str, name: object, **facts: Any) -> None:
    """Add facts about one exercise, prediction or question; what was known under the same word is replaced."""

    def add(record: dict) -> None:
        record.setdefault(lesson, {}).setdefault(kind, {}).setdefault(str(name), {}).update(facts)

    _change(add)


def clear(lesson: str | None = None) -> None:
    """Forget one lesson, or everything."""
    _change(lambda record: record.clear() if lesson is None else record.pop(lesson, None))


def _change(edit: Callable[[dict], object]) -> None:
    global _in_memory
    if _in_memory is None:
        try:
            path().parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path()}.lock", timeout=5):
                record = _load()
                edit(record)
                write_whole(path(), written(record))
            return
        except (OSError, Timeout) as error:
            print(
                f"Your progress cannot be kept in {path()} ({getattr(error, 'strerror', None) or 'it is locked'}): it "
                "stays in memory until this kernel stops. Set the variable QOQ_PROGRESS to a file that can be written."
            )
            _in_memory = _load()
    edit(_in_memory)


def _load() -> dict:
    """What is in the file and can be used. The rest is kept in a copy of the file, and that is said once."""
    try:
        text = path().read_text(encoding="utf-8")
    except OSError:  # not there yet, or not ours to read: the latter is told when something is written
        return {}
    except ValueError:  # no text at all
        text = None
    try:
        stored = json.loads(written(json.loads(text or "")))
    except (ValueError, RecursionError):
        stored = None
    record = _usable(stored)
    if record == stored:
        return record
    with contextlib.suppress(OSError):  # another kernel was quicker, or nothing can be written, which a change will tell
        aside = _aside()
        if isinstance(stored, dict):
            write_whole(aside, path().read_bytes())
            write_whole(path(), written(record))
            print(f"Parts of your progress in {path()} could not be read. A copy of all is in {aside.name}.")
        else:
            path().replace(aside)
            print(f"Your progress in {path()} could not be read. It was put aside as {aside.name}; a new one begins.")
    return record


def _aside() -> Path:
    """A name beside the record that nothing has yet."""
    names = (path().with_suffix(f".broken{number or ''}.json") for number in count())
    return next(name for name in names if not name.exists())


def written(record: object) -> bytes:
    """A record as it stands in a file."""
    # Half of a surrogate pair, which no file can hold, becomes a question mark.
    return json.dumps(record, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300  # which NaN is not


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


# What the course asks of the facts that it reads again. Others are kept as they are: a newer course may know them.
FACTS: dict[str, Callable[[object], bool]] = {
    "outcome": lambda value: isinstance(value, str),
    "hints": _is_whole,
    "asked": lambda value: isinstance(value, bool),
    "solution": lambda value: isinstance(value, bool),
    "late": lambda value: isinstance(value, bool),
    "value": lambda value: value is None or _is_number(value),
    "measured": _is_number,
    "marked": lambda value: isinstance(value, list) and all(map(_is_whole, value)),
    "size": _is_whole,
    "seed": _is_whole,
    "systematic": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    "flaws": lambda value: isinstance(value, dict) and all(map(_is_number, value.values())),
    "seconds": _is_number,
    "workers": _is_whole,
}


def _usable(value: object, depth: int = 3) -> dict:
    """What of this is dictionaries in dictionaries, lesson, kind and name, with facts in them that can be used."""
    if not isinstance(value, dict):
        return {}
    if not depth:
        return {name: fact for name, fact in value.items() if FACTS.get(name, lambda _: True)(fact)}
    return {name: _usable(part, depth - 1) for name, part in value.items() if isinstance(part, dict)}
