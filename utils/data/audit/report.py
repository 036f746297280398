"""What an audit found, and what to do about it: flags, counts, a verdict in words, a cleaned copy, files to pass on."""

from __future__ import annotations

import html
import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..files import write, write_whole
from . import size
from .check import Check
from .corpus import Corpus, numbers, shown
from .pairs import row_keys
from .report_page import page

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

SURE = 0.8  # flags below this confidence are for reading; `clean` leaves their rows in
MANY = 0.1  # the share of a set from which on `clean` says what it takes away


@dataclass
class Report:
    """The result of `audit`. `flags` has one line per finding: row, check, reason, evidence, confidence.

    There, rows are counted from 0, in reasons, too; `numbered` is the same for people, and for files: by the number that
    a row has in its source, from 1, unreadable rows counted.

    `checks` are those that were run, by name; `rejected` are rows of the source that could not be
    read, with the reason; `read` says in words what of the source was used and what was not; `provenance`
    holds what decides the findings: hashes of what was read, settings, versions.
    """

    corpus: Corpus
    flags: pd.DataFrame
    checks: dict[str, Check]
    source: str = ""
    rejected: list = field(default_factory=list)
    read: str = ""
    provenance: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._found = self.flags
        self.flags = self._found.assign(reason=[self.corpus.told(why, False) for why in self._found["reason"]])

    @cached_property
    def numbered(self) -> pd.DataFrame:
        """The findings with the numbers that rows have in their source, from 1, in place of `row`."""
        number = self.corpus.number
        return self._found.assign(
            row=[number(row) for row in self._found["row"]],
            reason=[self.corpus.told(why, True) for why in self._found["reason"]],
            evidence=[tuple(map(number, rows)) for rows in self._found["evidence"]],
        ).rename(columns={"row": "number"})

    @cached_property
    def ids(self) -> list[str]:
        """A name for each finding that does not hang on where its row stands: of the check and of what the row says."""
        rows = self._found["row"].to_numpy()
        said = numbers(f"{self.corpus.instruction[row]}\0{self.corpus.output[row]}" for row in rows)
        seen: Counter[str] = Counter()
        names = []
        for check, number in zip(self._found["check"], said.tolist()):
            name = f"{check}-{number:016x}"
            seen[name] += 1
            names.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
        return names

    @property
    def flagged(self) -> list[int]:
        """The rows with at least one flag, in order."""
        return sorted(set(self.flags["row"]))

    def summary(self) -> pd.DataFrame:
        """One line per check that was run: how many rows it flags, their share in percent, and what it looks for."""
        import pandas as pd

        counts = self.flags.groupby("check")["row"].nunique()
        lines = {
            name: {
                "rows": int(counts.get(name, 0)),
                "share %": self._share(counts.get(name, 0)),
                "looks for": check.finds,
            }
            for name, check in self.checks.items()
        }
        table = pd.DataFrame.from_dict(lines, orient="index", columns=["rows", "share %", "looks for"])
        return table.sort_values("rows", ascending=False, kind="stable").rename_axis("check")

    @cached_property
    def _copies(self) -> np.ndarray:
        """How often each distinct row stands here."""
        return np.unique(row_keys(self.corpus), return_counts=True)[1]

    @property
    def distinct(self) -> int:
        """How many different rows there are."""
        return len(self._copies)

    @cached_property
    def size(self) -> dict[str, float]:
        """How much is really there: see `size.measured`."""
        return size.measured(self.corpus, self._copies)

    @property
    def verdict(self) -> str:
        """What to mend first and why, in a few sentences."""
        rows, distinct = len(self.corpus), self.distinct
        if not rows:
            return "There are no rows."
        lines = [f"{rows:,} rows, {distinct:,} of them different; {len(self.flagged):,} have at least one flag."]
        counts = self.flags.groupby("check")["row"].nunique()
        weighed = sorted(counts.items(), key=lambda item: -item[1] * self.checks[item[0]].weight)
        for order, (name, count) in zip(("Mend first", "Then", "Then"), weighed):
            advice = self.checks[name].advice
            lines.append(f"{order}: {name}, {count:,} rows ({self._share(count):g} %). {advice}")
        if not weighed:
            lines.append("No check found anything. Read twenty rows yourself all the same: rules see form, not truth.")
        if self.provenance and "contradiction" not in self.checks and not self.provenance["settings"].get("checks"):
            lines.append("Contradictions were not looked for: that needs single_answer=True, which only you can know.")
        if self.rejected or self.corpus.chats or self.provenance.get("settings", {}).get("model"):
            lines.append(self.read)
        return "\n".join(lines)

    def clean(self, drop: list[str] | None = None, at_least: float = SURE, quietly: bool = False) -> Cleaned:
        """A copy without the rows flagged by the checks in `drop` (all that were run, unless given).

        Only flags with a confidence of `at_least` that much count. Where more than a tenth of the rows would go, it says
        so (unless `quietly`), with examples, as that may well be what the set is about. Raises ValueError for an unknown check.
        """
        chosen = list(self.checks) if drop is None else drop
        if unknown := [name for name in chosen if name not in self.checks]:
            raise ValueError(f'There is no check "{unknown[0]}" in this report: it has {", ".join(self.checks)}.')
        sure = self._found[self._found["check"].isin(chosen) & (self._found["confidence"] >= at_least)]
        dropped = sure.groupby("row").agg(
            checks=("check", lambda c: ", ".join(dict.fromkeys(c))), reason=("reason", " ".join)
        )
        numbered = {row: self.corpus.told(why, True) for row, why in dropped["reason"].items()}
        dropped = dropped.assign(reason=[self.corpus.told(why, False) for why in dropped["reason"]])
        provenance = self.provenance | {"dropped by": chosen, "at least": at_least}
        cleaned = Cleaned(self.corpus, dropped, provenance, numbered)
        if len(dropped) > MANY * len(self.corpus) and not quietly:
            print(cleaned.warning)
        return cleaned

    def plot(self):
        """The share of rows that each check flags, as a picture."""
        from ...show import plots

        return plots.audit(self)

    def to_json(self, path: str | Path) -> Path:
        """Write size, summary and all flags as JSON. The id of a finding stays the same while its row does."""
        content = {
            "source": self.source,
            "provenance": self.provenance,
            "size": self.size,
            "verdict": self.verdict,
            "summary": self.summary().reset_index().to_dict("records"),
            "flags": self.numbered.assign(id=self.ids).to_dict("records"),
            "read": self.read,
            "rejected": [{"row": each.row, "reason": each.reason} for each in self.rejected],
        }
        write_whole(Path(path), json.dumps(content, ensure_ascii=True, indent=1, default=list).encode())
        return Path(path)

    def to_html(self, path: str | Path, most: int = 500) -> Path:
        """Write a page that stands alone: the verdict, the tables, and up to `most` flagged rows; the count is honest."""
        write_whole(Path(path), page(self, most).encode("utf-8", "replace"))
        return Path(path)

    def __repr__(self) -> str:
        return self.verdict

    def _repr_html_(self) -> str:
        return f'<div style="white-space: pre-line">{html.escape(self.verdict)}</div>{self.summary_html()}'

    def _share(self, count: int) -> float:
        return round(100 * count / len(self.corpus), 2) if len(self.corpus) else 0.0

    def summary_html(self) -> str:
        """The summary as a table of HTML."""
        import pandas as pd

        with pd.option_context("display.max_colwidth", None):
            return self.summary().to_html(escape=True, border=0, justify="left")


@dataclass(frozen=True)
class Cleaned:
    """A set without its flagged rows. `dropped` has a line for each row that was left out, with checks and reasons."""

    corpus: Corpus
    dropped: pd.DataFrame
    provenance: dict = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict, repr=False)  # with the numbers that rows have in their source

    @property
    def rows(self) -> Dataset:
        """What is left, with the column row: its place in the original set, from 0."""
        from datasets import Dataset

        gone = set(self.dropped.index)
        left = [row for row in range(len(self.corpus)) if row not in gone]
        return Dataset.from_dict(
            {
                "instruction": [self.corpus.instruction[row] for row in left],
                "output": [self.corpus.output[row] for row in left],
                "row": left,
            }
        )

    @property
    def warning(self) -> str:
        """What goes, by check, and the first of each, in words."""
        gone = self.dropped["checks"].str.split(", ").str[0]
        counts = gone.value_counts()
        lines = [
            f"This leaves out {len(self.dropped):,} of {len(self.corpus):,} rows, "
            f"{len(self.dropped) / len(self.corpus):.0%}. Look at some before you train without them:"
        ]
        for name, count in counts.head(3).items():
            row = gone.index[gone == name][0]
            asked, said = (shown(column[row], 60) for column in (self.corpus.instruction, self.corpus.output))
            lines.append(f"- {name}, {count:,} rows, such as row {row}: “{asked}” – “{said}”")
        return "\n".join([*lines, "`dropped` lists them all, and undo() takes them back in."])

    def undo(self, rows: list[int] | None = None) -> Cleaned:
        """The same with these rows back in; all of them unless given."""
        left = self.dropped.drop(index=list(self.dropped.index) if rows is None else rows)
        return Cleaned(self.corpus, left, self.provenance, self.reasons)

    def save(self, path: str | Path) -> Path:
        """Write the rows, and beside them what was dropped, why, and from what: `rows.jsonl` gets `rows.dropped.jsonl`.

        The first line there is the provenance: hashes, settings and versions. Raises as `files.write` does.
        """
        path = write(self.rows, path)
        lines = [self.provenance] + [
            {
                "number": self.corpus.number(row),
                "checks": line.checks,
                "reason": self.reasons.get(row, line.reason),
                "instruction": self.corpus.instruction[row],
                "output": self.corpus.output[row],
            }
            for row, line in zip(self.dropped.index.tolist(), self.dropped.itertuples())
        ]
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        write_whole(path.with_suffix(".dropped.jsonl"), text.encode("utf-8", "backslashreplace"))
        return path

    def __repr__(self) -> str:
        return f"{len(self.corpus) - len(self.dropped):,} rows left, {len(self.dropped):,} dropped (see `dropped`)."
