"""The audit as a gate in a pipeline: rules as data, a baseline that must not get worse, annotations of rows.

[audit]                     # how the set is audited: what `audit` takes by keyword
single_answer = true

[at_most]                   # percent of the rows that a check may flag
exact_repeat = 1.0
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .checks import CHECKS
from .report import Report

OPTIONS = {
    "single_answer": bool,
    "rule": str,
    "languages": dict,
    "test": str,
    "context": int,
    "answers": str,
    "columns": dict,
}
MOST_NOTES = 50  # GitHub shows a few of them for a step


class Rules(NamedTuple):
    """What a file of rules asks for."""

    options: dict[str, object]
    at_most: dict[str, float]


def rules(path: str | Path) -> Rules:
    """Read rules from TOML or JSON. Raises FileNotFoundError, and ValueError with a sentence for what cannot be."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There are no rules at {path}: give the path of a TOML or JSON file.")
    try:
        text = path.read_text(encoding="utf-8")
        held = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, UnicodeDecodeError) as error:
        raise ValueError(
            f"The rules in {path} cannot be read: {error}. They are TOML, or JSON in a .json file."
        ) from None
    if not isinstance(held, dict) or (unknown := set(held) - {"audit", "at_most"}):
        raise ValueError(
            f"The rules in {path} have {_first(unknown)} at their top: only [audit] and [at_most] are known."
        )
    options, at_most = held.get("audit", {}), held.get("at_most", {})
    for name, value in options.items():
        if name not in OPTIONS:
            raise ValueError(
                f'The rules in {path} set "{name}", which audit does not take: choose from {", ".join(OPTIONS)}.'
            )
        if not isinstance(value, OPTIONS[name]):
            raise ValueError(f'The rules in {path} set "{name}" to {value!r}: it takes a {OPTIONS[name].__name__}.')
    for name, percent in at_most.items():
        limit(name, percent)
    return Rules(options, {name: float(percent) for name, percent in at_most.items()})


def limit(name: str, percent: object) -> None:
    """Raises ValueError where this is no check, or no number of percent."""
    if name not in CHECKS:
        raise ValueError(f'There is no check "{name}" to limit: choose from {", ".join(CHECKS)}.')
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent <= 100:
        raise ValueError(f"{name} is limited to {percent!r}: give a number of percent, from 0 to 100.")


def passed(report: Report, at_most: dict[str, float]) -> Iterator[str]:
    """A sentence for each limit that is passed. Raises ValueError where a limited check was not run."""
    for name, most in at_most.items():
        if name not in report.checks:
            need = (CHECKS[name].needs or name).replace("_", "-")
            raise ValueError(f'The check "{name}" was not run and cannot be limited: it needs --{need}.')
        share = report.summary().loc[name, "share %"]
        if share > most:
            yield f"Too many: {name} flags {share:g} % of the rows, and at most {most:g} % are allowed."


def worse(report: Report, baseline: str | Path) -> Iterator[str]:
    """A sentence for each check that flags a larger share of the rows than in an earlier report, as `to_json` wrote it."""
    try:
        before = json.loads(Path(baseline).read_text(encoding="utf-8"))
        shares = {line["check"]: line["share %"] for line in before["summary"]}
        known = {flag["id"] for flag in before["flags"]}
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{baseline} is no report to compare with: give the file that --json wrote for it.") from None
    for name, line in report.summary().iterrows():
        if line["share %"] > shares.get(name, 0.0):
            new = [k for k, id in enumerate(report.ids) if id.startswith(f"{name}-") and id not in known]
            found = report.numbered.iloc[new[0]] if new else None
            such = f", such as row {found['number']}: {found['reason']}" if found is not None else ""
            yield (
                f"Worse: {name} flags {line['share %']:g} % of the rows, before {shares.get(name, 0.0):g} %; "
                f"{len(new):,} {'finding is' if len(new) == 1 else 'findings are'} new{such}"
            )


def annotations(report: Report, file: str) -> Iterator[str]:
    """The surest findings as GitHub shows them beside the lines of a file, and at the end how many more there are."""
    order = report.numbered.sort_values("confidence", ascending=False, kind="stable")
    for flag in order.head(MOST_NOTES).itertuples():
        reason = flag.reason.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        yield f"::warning file={file},line={flag.number},title={flag.check}::{reason}"
    if len(order) > MOST_NOTES:
        yield f"::notice file={file},title=audit::{len(order) - MOST_NOTES:,} more findings are in the report."


def _first(names: object) -> str:
    return f'"{min(map(str, names))}"' if names else "no table"
