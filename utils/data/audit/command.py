"""The audit in a terminal: `python -m utils audit my_file.jsonl`, which can also guard a pipeline.

    python -m utils audit rows.jsonl --single-answer --at-most exact_repeat=1 --at-most contradiction=0

The exit code is 1 when a named threshold (in percent of the rows) is passed, 3 when a check flags more of the rows than
in the report given as baseline, 2 when the file cannot be read, else 0. `--rules` takes thresholds from a file.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from . import audit, gate
from .splits import overlaps


def run(asked: argparse.Namespace) -> int:
    """Audit one file, print the verdict and the summary, write what was asked for, and give the exit code."""
    try:
        asked_for = gate.rules(asked.rules) if asked.rules else gate.Rules({}, {})
        limits = asked_for.at_most | dict(map(_limit, asked.at_most))
        report = audit(asked.file, **asked_for.options | _options(asked))
        broken = [*gate.passed(report, limits), *_overlapping(asked)]
        got_worse = list(gate.worse(report, asked.baseline)) if asked.baseline else []
        written = [write(path) for path, write in ((asked.html, report.to_html), (asked.json, report.to_json)) if path]
    except (ValueError, OSError) as error:
        print(_words(error), file=sys.stderr)
        return 2
    notes = gate.annotations(report, asked.file) if asked.github else []
    summary = report.summary()[["rows", "share %"]].to_string()
    try:
        print(
            report.verdict,
            "",
            summary,
            *(f"Written: {path}" for path in written),
            *broken,
            *got_worse,
            *notes,
            sep="\n",
        )
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would complain once more at its end
    return 1 if broken else 3 if got_worse else 0


def _overlapping(asked: argparse.Namespace) -> Iterator[str]:
    """A sentence for each two splits that have rows in common, and each way in which they do."""
    splits = dict(_part(text, "a split and its file, as in test=test.jsonl") for text in asked.split)
    if splits or asked.benchmark:
        found = overlaps({"train": asked.file} | splits, asked.benchmark)
        for (split, other, same), lines in found.groupby(["split", "other", "same"], sort=False):
            says = lines["reason"].iloc[0]
            yield f"Overlap: {len(lines):,} rows of {split} with {other} ({same}), such as row {lines['row'].iloc[0]}: {says}"


def _options(asked: argparse.Namespace) -> dict[str, object]:
    """What was said on the command line, over what the rules say."""
    said = {
        "single_answer": asked.single_answer,
        "rule": asked.rule,
        "test": asked.test,
        "context": asked.context,
        "columns": dict(_part(text, "a part and its column, as in instruction=question") for text in asked.columns),
    }
    return {name: value for name, value in said.items() if value}


def _part(text: str, needed: str) -> tuple[str, str]:
    part, _, name = text.partition("=")
    if not part or not name:
        raise ValueError(f'"{text}" says nothing: write {needed}.')
    return part, name


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        name = str(error.filename).removesuffix(".partial")
        return f"{name} cannot be read or written: {error.strerror}. Choose another place."
    return str(error)


def _limit(text: str) -> tuple[str, float]:
    name, _, percent = text.partition("=")
    try:
        share = float(percent.rstrip("% "))
    except ValueError:
        raise ValueError(f'"{text}" is no threshold: write a check and a number of percent, as in typo=2.5.') from None
    gate.limit(name, share)
    return name, share


def configure(parser: argparse.ArgumentParser) -> None:
    """Give the parser of this command its arguments."""
    parser.add_argument("file", help="JSONL, JSON, CSV, TSV, Parquet, Arrow, or a folder that save_to_disk wrote")
    parser.add_argument("--single-answer", action="store_true", help="each instruction has one right answer")
    parser.add_argument("--rule", help="a regular expression that every answer must match")
    parser.add_argument("--test", help="a file with the test set: none of it may stand in the training set")
    parser.add_argument(
        "--split", action="append", default=[], metavar="NAME=FILE", help="another split: exit with 1 where two overlap"
    )
    parser.add_argument("--benchmark", help="a file with what will judge the model: no split may overlap with it")
    parser.add_argument("--context", type=int, help="the longest row the model can read, in tokens")
    parser.add_argument("--columns", nargs="*", default=[], metavar="instruction=NAME", help="what columns are called")
    parser.add_argument(
        "--at-most", action="append", default=[], metavar="CHECK=PERCENT", help="exit with 1 when more rows are flagged"
    )
    parser.add_argument("--rules", help="a TOML or JSON file with such limits, and with how the set is to be audited")
    parser.add_argument("--baseline", help="an earlier report (--json): exit with 3 when a check flags more than there")
    parser.add_argument("--github", action="store_true", help="print the findings as annotations for GitHub")
    parser.add_argument("--html", help="write the report as a page")
    parser.add_argument("--json", help="write the report with all flags as JSON")
