"""What an audit found, and what to do about it: flags, counts, a verdict in words, a cleaned copy, files to pass on."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..files import write_whole
from .check import Check
from .corpus import Corpus, shown
from .pairs import row_keys

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
    read, with the reason; `read` says in words what of the source was used and what was not.
    """

    corpus: Corpus
    flags: pd.DataFrame
    checks: dict[str, Check]
    source: str = ""
    rejected: list = field(default_factory=list)
    read: str = ""

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
        """How much is really there.

        rows, distinct rows      all, and those that differ in more than dress: capitals, marks of sentences, spaces
        effective rows           how many equally frequent rows would be as varied: exp of the entropy of the distinct
                                 rows (Hill 1973, number of order 1)
        distinct-1, distinct-2   share of words, and of pairs of words, in the answers that are different from each
                                 other, in percent (Li et al. 2016); long sets repeat words, so compare like with like
        clusters                 over how many of at most 32 kinds of instruction the rows spread evenly (k-means on
                                 TF-IDF of a sample; exp of the entropy again)
        """
        counts, words = self._copies, self.corpus.words("output")
        return {
            "rows": len(self.corpus),
            "distinct rows": len(counts),
            "effective rows": round(_effective(counts), 1),
            "distinct-1": _distinct(words.ids),
            "distinct-2": _distinct(_pairs(words)),
            "clusters": _clusters(self.corpus.instruction),
        }

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
        if self.read:
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
        sure = self.flags[self.flags["check"].isin(chosen) & (self.flags["confidence"] >= at_least)]
        dropped = sure.groupby("row").agg(
            checks=("check", lambda c: ", ".join(dict.fromkeys(c))), reason=("reason", " ".join)
        )
        cleaned = Cleaned(self.corpus, dropped)
        if len(dropped) > MANY * len(self.corpus) and not quietly:
            print(cleaned.warning)
        return cleaned

    def plot(self):
        """The share of rows that each check flags, as a picture."""
        from ...show import plots

        return plots.audit(self)

    def to_json(self, path: str | Path) -> Path:
        """Write size, summary and all flags as JSON."""
        content = {
            "source": self.source,
            "size": self.size,
            "verdict": self.verdict,
            "summary": self.summary().reset_index().to_dict("records"),
            "flags": self.numbered.to_dict("records"),
            "read": self.read,
            "rejected": [{"row": each.row, "reason": each.reason} for each in self.rejected],
        }
        write_whole(Path(path), json.dumps(content, ensure_ascii=True, indent=1, default=list).encode())
        return Path(path)

    def to_html(self, path: str | Path, most: int = 500) -> Path:
        """Write a page that stands alone: the verdict, the tables, and up to `most` flagged rows; the count is honest."""
        write_whole(Path(path), self._page(most).encode("utf-8", "replace"))
        return Path(path)

    def __repr__(self) -> str:
        return self.verdict

    def _repr_html_(self) -> str:
        return f'<div style="white-space: pre-line">{html.escape(self.verdict)}</div>{self._summary_html()}'

    def _share(self, count: int) -> float:
        return round(100 * count / len(self.corpus), 2) if len(self.corpus) else 0.0

    def _summary_html(self) -> str:
        import pandas as pd

        with pd.option_context("display.max_colwidth", None):
            return self.summary().to_html(escape=True, border=0, justify="left")

    def _page(self, most: int) -> str:
        shown = self.numbered.head(most)
        cells = lambda *values: "".join(f"<td>{html.escape(str(value))}</td>" for value in values)  # noqa: E731
        lines = [
            f"<tr>{cells(flag.number, flag.check, flag.reason, *map(_short, (self.corpus.instruction[row], self.corpus.output[row])))}</tr>"
            for flag, row in zip(shown.itertuples(), self.flags["row"])
        ]
        rest = (
            f"<p>{len(self.flags) - len(shown):,} more flags are in the JSON file.</p>"
            if len(shown) < len(self.flags)
            else ""
        )
        heads = "".join(f'<th scope="col">{word}</th>' for word in ("row", "check", "reason", "instruction", "output"))
        size = "".join(f"<tr>{cells(*item)}</tr>" for item in self.size.items())
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Audit</title><style>body { font: 15px/1.5 '
            "sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em } table { border-collapse: collapse } th, td { "
            "text-align: left; vertical-align: top; padding: 3px 10px; border-bottom: 1px solid #ccc; overflow-wrap: "
            f"anywhere }}</style></head><body><h1>Audit of {html.escape(self.source or 'a data set')}</h1>"
            f'<p style="white-space: pre-line">{html.escape(self.verdict)}</p><table>{size}</table>{self._summary_html()}'
            f"<h2>Flagged rows</h2><table><tr>{heads}</tr>{''.join(lines)}</table>{rest}</body></html>"
        )


@dataclass(frozen=True)
class Cleaned:
    """A set without its flagged rows. `dropped` has a line for each row that was left out, with checks and reasons."""

    corpus: Corpus
    dropped: pd.DataFrame

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
        return Cleaned(self.corpus, self.dropped.drop(index=list(self.dropped.index) if rows is None else rows))

    def __repr__(self) -> str:
        return f"{len(self.corpus) - len(self.dropped):,} rows left, {len(self.dropped):,} dropped (see `dropped`)."


def _short(text: str, most: int = 300) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def _effective(counts: np.ndarray) -> float:
    shares = counts / counts.sum() if len(counts) else np.array([1.0])
    return float(np.exp(-(shares * np.log(shares)).sum())) if len(counts) else 0.0


def _distinct(values: np.ndarray) -> float:
    return round(100 * len(np.unique(values)) / len(values), 2) if len(values) else 0.0


def _pairs(words) -> np.ndarray:
    """Every two neighbouring words of one text, as one number."""
    ids = words.ids.astype(np.int64)
    inside = np.ones(max(len(ids) - 1, 0), dtype=bool)
    ends = words.starts[1:-1]  # a pair across the end of a text is none
    inside[ends[(ends > 0) & (ends < len(ids))] - 1] = False
    return (ids[:-1] * len(words.vocabulary) + ids[1:])[inside]


def _clusters(texts: list[str], sample: int = 2_000, most: int = 32) -> float:
    if len(texts) < 2:
        return float(len(texts))
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    drawn = np.random.default_rng(0).choice(len(texts), min(sample, len(texts)), replace=False)
    counted = HashingVectorizer(n_features=2**12, norm=None, alternate_sign=False).transform([texts[i] for i in drawn])
    vectors = TfidfTransformer().fit_transform(counted)
    kinds = min(most, len(drawn), len(np.unique(vectors.sum(axis=1))))
    groups = MiniBatchKMeans(kinds, random_state=0, n_init=1).fit_predict(vectors)
    return round(_effective(np.bincount(groups)[np.bincount(groups) > 0]), 1)
