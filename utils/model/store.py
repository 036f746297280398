"""Finished runs on disk, so that a killed kernel or a second look costs nothing.

A run is kept under a hash of all that decides its result, in files that are whole when they are there. Its record holds a
checksum of itself and of the adapter: what is damaged is as if it were not there, and is done again. Where nothing can be
written, runs are kept in memory instead, and that is said once.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from platformdirs import user_cache_path

from ..data.files import write_whole

_in_memory: dict[str, tuple[dict, bytes]] = {}


def folder() -> Path:
    """Where runs are kept: the folder in the variable QOQ_CACHE, or the user's cache folder."""
    chosen = os.environ.get("QOQ_CACHE")
    return Path(chosen) if chosen else user_cache_path("quality-over-quantity") / "runs"


def content_hash(value: object) -> str:
    """A hash of anything that can be written as JSON, the same in every process.

    >>> content_hash({"b": 1, "a": [2]}) == content_hash({"a": [2], "b": 1})
    True
    """
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]


def read(key: str) -> tuple[dict, bytes] | None:
    """The record and the adapter (safetensors bytes, b"" for none) kept under `key`; None where they are not there, whole."""
    if key in _in_memory:
        return _in_memory[key]
    place = folder() / f"{key}.json"
    try:
        kept = json.loads(place.read_text(encoding="utf-8"))
        record, adapter = kept["record"], place.with_suffix(".safetensors").read_bytes()
        return (record, adapter) if kept["checksum"] == _checksum(key, record, adapter) else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):  # not there, or not ours
        return None


def write(key: str, record: dict, adapter: bytes) -> None:
    """Keep a finished run; the record comes last, so that a run with a record is complete."""
    record = json.loads(json.dumps(record))  # as it will be read
    kept = {"checksum": _checksum(key, record, adapter), "record": record}
    try:
        write_whole(folder() / f"{key}.safetensors", adapter)
        write_whole(folder() / f"{key}.json", json.dumps(kept, ensure_ascii=False).encode())
    except OSError as error:
        if not _in_memory:
            print(
                f"Runs cannot be kept in {folder()} ({error.strerror}): they stay in memory until this kernel stops. "
                "Set the variable QOQ_CACHE to a folder that can be written to."
            )
        _in_memory[key] = record, adapter


def _checksum(key: str, record: dict, adapter: bytes) -> str:
    return content_hash([key, record, hashlib.sha256(adapter).hexdigest()])
