"""Measures the recorded sweeps anew and writes the claims ledger into the README: `make record`.

A part of it: `python -m utils.model.recorded size dose` records these sweeps alone.
"""

from pathlib import Path

from utils.model import claims
from utils.model.recorded import record

from .pages import filled

README = Path(__file__).parents[2] / "README.md"


def write_ledger() -> None:
    README.write_text(filled(README.read_text(encoding="utf-8"), {"claims": claims.markdown()}), encoding="utf-8")


def main() -> None:
    record.main([])
    write_ledger()
    print(claims.ledger().to_string())
