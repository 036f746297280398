"""Text files as they lie on a disk: packed or not, in which encoding, and what is said of one that cannot be read.

A packed file may hold a thousand times what it seems to, so it is unpacked in pieces and only up to a limit; so is a
line, as a line is held in memory as a whole.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .values import quoted

PACKED = (".gz", ".zst")
TEXTS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")
MOST_UNPACKED = 2_000_000_000  # bytes of a packed file that is read line by line …
MOST_UNPACKED_AT_ONCE = 500_000_000  # … and of one that is one JSON value, which takes several times its size
# Text becomes about a tenth when it is packed, the most monotonous a thousandth. So much is taken for text:
MOST_TIMES, ALWAYS_UNPACKED = 200, 200_000_000
MOST_IN_A_LINE = 100_000_000
PIECE = 1 << 18
BINARY = (b"\x89PNG", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")  # pictures, gzip and zstd, which may go without a NUL
NO_TEXT = "is binary and not text in UTF-8: save it as that, or give it the ending of what it is."
ENCODINGS = (  # what a file begins with, longest first: UTF-32 begins like UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class _Limited(io.RawIOBase):
    """The bytes of another stream, until there are too many of them, or of them without the end of a line."""

    def __init__(self, stream, name: str, most: int | None, most_in_a_line: int | None):
        self.stream, self.name, self.most, self.most_in_a_line = stream, name, most, most_in_a_line
        self.count = self.in_line = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        piece = self.stream.read(min(len(buffer), PIECE))
        buffer[: len(piece)] = piece
        self.count += len(piece)
        end = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        self.in_line = self.in_line + len(piece) if end < 0 else len(piece) - end - 1
        if self.most and self.count > self.most:
            raise ValueError(
                f"{self.name} is packed and holds more than {self.most // 1_000_000:,} MB: "
                "unpack it and split it into smaller files, if that is what it should hold."
            )
        if self.most_in_a_line and self.in_line > self.most_in_a_line:
            raise ValueError(
                f"{self.name} has a line of more than {self.most_in_a_line // 1_000_000:,} MB: "
                "write one row to a line, or leave that row out."
            )
        return len(piece)

    def close(self) -> None:
        self.stream.close()
        super().close()


def _bytes(path: Path, at_once: bool = False) -> io.BufferedReader:
    packing = path.suffix.lower()
    if packing == ".gz":
        stream = gzip.open(path)
    elif packing == ".zst":
        import pyarrow

        stream = pyarrow.input_stream(str(path), compression="zstd")
    else:
        stream = open(path, "rb", buffering=0)
    most = None
    if packing in PACKED:
        likely = max(ALWAYS_UNPACKED, MOST_TIMES * path.stat().st_size)
        most = min(MOST_UNPACKED_AT_ONCE if at_once else MOST_UNPACKED, likely)
    return io.BufferedReader(_Limited(stream, quoted(path.name), most, None if at_once else MOST_IN_A_LINE), PIECE)


@contextmanager
def text_of(path: Path, newline: str | None = None, at_once: bool = False) -> Iterator[io.TextIOWrapper]:
    """The file opened as text, in UTF-8, or in UTF-16 or -32 where it begins as these do.

    `at_once` is for whoever reads all of it into memory; a line may then be as long as the file. Whatever goes wrong
    while it is read becomes a ValueError.
    """
    name = quoted(path.name)
    try:
        with _bytes(path, at_once) as file:
            start = file.peek(4)[:4]
            if not start:
                raise ValueError(f"{name} is empty: it needs at least one row with an instruction and an output.")
            encoding = _encoding(start)
            if encoding is None:
                raise ValueError(f"{name} {NO_TEXT}")
            try:
                yield io.TextIOWrapper(file, encoding=encoding, newline=newline)
            except UnicodeDecodeError as error:
                if encoding.startswith("utf-8"):
                    raise ValueError(_not_utf8(path)) from None
                raise ValueError(
                    f"{name} begins as {encoding.upper()} and is none ({error.reason}): save it as UTF-8."
                ) from None
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{name} cannot be read to its end ({said(error)}): copy or download it again.") from None


def _encoding(start: bytes) -> str | None:
    """How a text that begins like this is encoded; None where it is no text."""
    for mark, encoding in ENCODINGS:
        if start.startswith(mark):
            return encoding
    if len(start) == 4 and b"\0" in start:  # UTF-16 without its mark: a text begins with two characters of ASCII
        if start[0] and not start[1] and start[2] and not start[3]:
            return "utf-16-le"
        if not start[0] and start[1] and not start[2] and start[3]:
            return "utf-16-be"
    return None if b"\0" in start else "utf-8"


def _not_utf8(path: Path) -> str:
    """Which byte cannot be read, and how to convert the file. Latin-1 is not tried: it would fit any file."""
    with _bytes(path) as file:
        start = file.peek(1024)[:1024]
        if b"\0" not in start and not start.startswith(BINARY):
            for number, line in enumerate(file, 1):
                try:
                    line.decode()
                except UnicodeDecodeError as error:
                    return (
                        f"{quoted(path.name)} is not UTF-8: byte {error.start + 1} of line {number:,} is "
                        f"0x{line[error.start]:02X}; save the file as UTF-8 "
                        '("CSV UTF-8" in a spreadsheet, iconv -f WINDOWS-1252 -t UTF-8 in a terminal).'
                    )
    return f"{quoted(path.name)} {NO_TEXT}"


def said(error: Exception) -> str:
    """What a library says, as part of a sentence."""
    return quoted(getattr(error, "strerror", None) or error or type(error).__name__, 100)[1:-1].rstrip(".:")


def inner_suffix(path: Path) -> str:
    """The ending that tells the format, in lower case: of "rows.csv.gz" it is ".csv"; only texts are read packed."""
    outer, inner = path.suffix.lower(), Path(path.stem).suffix.lower()
    return inner if outer in PACKED and inner in TEXTS else outer


def inner_name(path: Path) -> str:
    """The name without its endings: of "rows.csv.gz" it is "rows"."""
    return Path(path.stem).stem if path.suffix.lower() in PACKED else path.stem


def expanded(file: str | Path) -> Path:
    """The path with "~" for the home folder."""
    return Path(os.path.expanduser(file))
