"""What decides the findings of an audit, so that a report can be made again and held against another."""

from __future__ import annotations

import datetime
import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..files import Rows

DECIDING = ("quality-over-quantity", "wordfreq", "py3langid", "rensa", "python-stdnum", "babel", "pyarrow")


def provenance(read: Rows, settings: dict[str, object]) -> dict[str, object]:
    """Hashes (SHA-256) of the file and of the rows as they were read, the settings that are not usual, and versions."""
    rows = hashlib.sha256()
    for pair in zip(read.instruction, read.output):
        rows.update("\0".join(pair).encode("utf-8", "surrogatepass") + b"\1")
    return {
        "date": datetime.date.today().isoformat(),
        "source": read.source,
        **_file(read.source),
        "rows": len(read),
        "sha256 of rows": rows.hexdigest(),
        "settings": {name: value for name, value in settings.items() if value},
        "versions": {name: found for name in DECIDING if (found := _version(name))},
    }


def _file(source: str) -> dict[str, str]:
    try:
        with open(Path(source), "rb") as file:
            return {"sha256 of file": hashlib.file_digest(file, "sha256").hexdigest()}
    except (OSError, ValueError):  # not a file
        return {}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # such as the course's own, in a clone that is not installed
        return ""
