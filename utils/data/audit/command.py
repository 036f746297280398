"""The audit in a terminal: `python -m utils audit my_file.jsonl`, which can also guard a pipeline.

    python -m utils audit rows.jsonl --single-answer --at-most exact_repeat=1 --at-most contradiction=0

The exit code is 1 when a named threshold (in percent of the rows) is passed, 2 when the file cannot be read, else 0.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from . import CHECKS, Report, audit


def run(asked: argparse.Namespace) -> int:
    """Audit one file, print the verdict and the summary, write what was asked for, and give the exit code."""
    try:
        limits = dict(map(_limit, asked.at_most))
        report = audit(
            asked.file,
            single_answer=asked.single_answer,
            rule=asked.rule,
            test=asked.test,
            context=asked.context,
            columns=dict(pair.split("=", 1) for pair in asked.columns) or None,
        )
        if unknown := [name for name in limits if name not in report.checks]:
            if unknown[0] in CHECKS:
                option = CHECKS[unknown[0]].needs.replace("_", "-")
                raise ValueError(f'The check "{unknown[0]}" was not run and cannot be limited: it needs --{option}.')
            raise ValueError(f'There is no check "{unknown[0]}" to limit: choose from {", ".join(CHECKS)}.')
        written = [write(path) for path, write in _asked_for(asked, report) if path]
    except (ValueError, OSError) as error:
        print(_words(error), file=sys.stderr)
        return 2
    try:
        return _tell(report, written, limits)
    except BrokenPipeError:  # whoever reads has enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would complain once more at its end
        return 0


def _asked_for(asked: argparse.Namespace, report: Report) -> tuple:
    return (asked.html, report.to_html), (asked.json, report.to_json)


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        name = str(error.filename).removesuffix(".partial")
        return f"{name} cannot be read or written: {error.strerror}. Choose another place."
    return str(error)


def _tell(report: Report, written: list[Path], limits: dict[str, float]) -> int:
    print(report.verdict, "", report.summary()[["rows", "share %"]].to_string(), sep="\n")
    for path in written:
        print(f"Written: {path}")
    passed = [name for name, most in limits.items() if report.summary().loc[name, "share %"] > most]
    for name in passed:
        share = report.summary().loc[name, "share %"]
        print(f"Too many: {name} flags {share:g} % of the rows, and at most {limits[name]:g} % are allowed.")
    sys.stdout.flush()
    return 1 if passed else 0


def _limit(text: str) -> tuple[str, float]:
    name, _, percent = text.partition("=")
    try:
        return name, float(percent.rstrip("% "))
    except ValueError:
        raise ValueError(f'"{text}" is no threshold: write a check and a number of percent, as in typo=2.5.') from None


def configure(parser: argparse.ArgumentParser) -> None:
    """Give the parser of this command its arguments."""
    parser.add_argument("file", help="JSONL, JSON, CSV, TSV or Parquet")
    parser.add_argument("--single-answer", action="store_true", help="each instruction has one right answer")
    parser.add_argument("--rule", help="a regular expression that every answer must match")
    parser.add_argument("--test", help="a file with the test set: none of it may stand in the training set")
    parser.add_argument("--context", type=int, help="the longest row the model can read, in tokens")
    parser.add_argument("--columns", nargs="*", default=[], metavar="instruction=NAME", help="what columns are called")
    parser.add_argument(
        "--at-most", action="append", default=[], metavar="CHECK=PERCENT", help="exit with 1 when more rows are flagged"
    )
    parser.add_argument("--html", help="write the report as a page")
    parser.add_argument("--json", help="write the report with all flags as JSON")
