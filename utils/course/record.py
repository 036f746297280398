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
                write_whole(path(), json.dumps(record, ensure_ascii=False, indent=1).encode())
            return
        except (OSError, Timeout) as error:
            print(
                f"Your progress cannot be kept in {path()} ({getattr(error, 'strerror', None) or 'it is locked'}): it "
                "stays in memory until this kernel stops. Set the variable QOQ_PROGRESS to a file that can be written."
            )
            _in_memory = _load()
    edit(_in_memory)


def _load() -> dict:
    try:
        record = json.loads(path().read_text(encoding="utf-8"))
    except OSError:  # not there yet, or not ours to read: the latter is told when something is written
        return {}
    except ValueError:
        record = None
    if _is_record(record):
        return record
    aside = path().with_suffix(".broken.json")
    with contextlib.suppress(FileNotFoundError):  # another kernel was quicker
        path().replace(aside)
        print(f"Your progress in {path()} could not be read. It was put aside as {aside.name}; a new one begins.")
    return {}


def _is_record(value: object, depth: int = 4) -> bool:
    """Whether this is dictionaries in dictionaries: lesson, kind, name, fact."""
    return isinstance(value, dict) and (depth == 1 or all(_is_record(part, depth - 1) for part in value.values()))
