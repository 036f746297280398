"""How often the checks were right on text that nobody here made, as a person read it (`read.json`).

The sets and the reading are made by `python -m tests.benchmarks real_text`; the README of this folder says what they are.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

READ = Path(__file__).with_name("read.json")


def on_real_text(known: dict | None = None) -> pd.DataFrame:
    """For each check, what became of its findings on all sets of real text together.

    Columns: flagged (in 1,000 rows), read (findings that a person read), right (the share of these), low and high (the 95 %
    interval of that share). Checks that flagged nothing are left out.
    """
    import pandas as pd

    known = known if known is not None else json.loads(READ.read_text(encoding="utf-8"))
    rows = sum(about["rows"] for about in known.values())
    lines = {}
    for check in sorted({check for about in known.values() for check in about["flags"]}):
        right = judged(known, check)
        low, high = interval(right)
        flags = sum(about["flags"].get(check, 0) for about in known.values())
        share = sum(right) / len(right) if right else float("nan")
        lines[check] = {"flagged": 1000 * flags / rows, "read": len(right), "right": share, "low": low, "high": high}
    return pd.DataFrame.from_dict(lines, orient="index").rename_axis("check")


def judged(known: dict, check: str) -> list[bool]:
    """Of the findings of a check that were read, in all sets, whether each was right."""
    return [right for about in known.values() for id, right in about["right"].items() if id.startswith(f"{check}-")]


def interval(right: list[bool]) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927); from 0 to 1 where nothing was read."""
    from scipy.stats import binomtest

    return tuple(binomtest(sum(right), len(right)).proportion_ci(method="wilson")) if right else (0.0, 1.0)
