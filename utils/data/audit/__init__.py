"""Audit: measure the quality of a training set before training on it.

    report = audit("my_file.jsonl")                 # or a Dataset, a DataFrame, a list of dictionaries
    report.flags, report.summary(), report.verdict, report.clean(), report.plot(), report.to_html("report.html")

The checks stand in `checks/`, one file a subject. Rules come first; nothing here is a judgement of a language model. What rules cannot see is
whether an answer is true. Numbers that a model gives each row can be had from `utils.model.scores` and handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .check import Check, Flag, Options, Tokens
from .checks import CHECKS, model_scores
from .corpus import Corpus
from .provenance import provenance
from .report import Cleaned, Report

__all__ = ["CHECKS", "Check", "Cleaned", "Flag", "Options", "Report", "Tokens", "audit"]


def audit(
    rows: Any,
    *,
    single_answer: bool = False,
    rule: str | None = None,
    languages: dict[str, list[str]] | None = None,
    test: Any = None,
    context: int | None = None,
    checks: Iterable[str] | None = None,
    columns: dict[str, str] | None = None,
    scores: Any = None,
    answers: str = "last",
    tokens: Tokens | None = None,
) -> Report:
    """Check a set by rule and give a Report.

    `rows` is whatever `utils.data.files.read` takes: a Dataset, a DataFrame, a list of dictionaries, or a path to JSONL,
    JSON, CSV, TSV or Parquet, in one of the usual layouts; `columns` names the columns where they are called otherwise,
    and of a conversation the last answer is judged, or with `answers="every"` each. `report.read` says what was taken.
    What the task is cannot be guessed from rows, so it is declared: see `Options` for single_answer, rule, languages
    and context. `test` is a test set, in any of the same forms, of which no row may stand in `rows`. `checks` names the
    checks to run; unless given, all that can: contradiction needs single_answer, leakage test, and too_long context.

    `model`, a known name or a folder, has lengths counted in its own tokens, with its chat template: which rows its context
    cuts, and which answers would not be in the loss. (`tokens` is what is made of it, in `utils.model.tokens`.)

    `scores` is a table of numbers made elsewhere, such as `utils.scores(rows)` or a classifier's: a line per row, in
    order, NaN where there is none. Each column is one more check and flags the rows far above the rest, for reading:
    never surely enough for `clean` to drop them.

    Raises ValueError or FileNotFoundError, with a sentence, for a source that cannot be read, a check that is unknown or
    lacks what it needs, or scores that do not fit the rows.
    """
    import pandas as pd

    from .. import files

    _look_at(rule, languages)
    read = files.read(rows, columns, answers)
    held_out = _held_out(test, columns)
    options = Options(
        single_answer=single_answer,
        rule=rule,
        languages=languages,
        test=tuple(zip(held_out.instruction, held_out.output)) if held_out else (),
        context=context or (tokens.context if tokens else None),
        tokens=tokens,
    )
    known = CHECKS | model_scores.checks(scores, len(read.instruction), len(read.rejected), CHECKS)
    idle = [name for name, check in known.items() if check.needs and not getattr(options, check.needs)]
    chosen = [name for name in known if name not in idle] if checks is None else list(checks)
    for name in chosen:
        if name not in known:
            raise ValueError(f'There is no check "{name}": choose from {", ".join(known)}.')
        if name in idle:
            raise ValueError(f'The check "{name}" needs {known[name].needs}, as in audit(rows, {known[name].needs}=…).')
    corpus = Corpus(read.instruction, read.output, read.input, read.number, read.chats)
    flags = [flag for name in chosen for flag in known[name](corpus, options)]
    table = pd.DataFrame(flags, columns=Flag._fields).sort_values(["row", "check"], kind="stable", ignore_index=True)
    said = " ".join(filter(None, (read.said, files.keep_rejected(read), _in_tokens(tokens))))
    settings = {"single_answer": single_answer, "rule": rule, "languages": languages, "context": context}
    settings |= {"checks": None if checks is None else chosen, "columns": columns, "answers": answers}
    settings |= {"test": held_out.source if held_out else None, "model": tokens.model if tokens else None}
    about = provenance(read, settings)
    return Report(corpus, table, {name: known[name] for name in chosen}, read.source, read.rejected, said, about)


def _look_at(rule: object, languages: object) -> None:
    """Raises ValueError for what cannot be a rule, or languages."""
    if rule is not None and not isinstance(rule, str):
        raise ValueError(f'rule={rule!r} is no regular expression: give a text, as in rule=r"[A-Z].*[.]".')
    if languages is None:
        return
    if not isinstance(languages, Mapping) or not set(languages) <= {"instruction", "output"}:
        raise ValueError(
            f'languages={languages!r} does not say of which column: write {{"output": ["fr"]}}, and "instruction" likewise.'
        )
    for column, codes in languages.items():
        if isinstance(codes, str) or not all(isinstance(code, str) for code in codes):
            raise ValueError(f'The languages of "{column}" are {codes!r}: give a list of codes, as in ["en", "fr"].')


def _held_out(test: Any, columns: dict[str, str] | None):
    """The rows of a test set, by the columns of the training set where it has them; None for none."""
    from .. import files

    if test is None:
        return None
    try:
        return files.read(test, columns=columns)
    except ValueError as error:
        if not columns:
            raise ValueError(f"The test set: {error}") from None
    try:  # its columns may have other names
        return files.read(test)
    except ValueError as error:
        raise ValueError(f"The test set: {error}") from None


def _in_tokens(tokens: Tokens | None) -> str:
    if tokens is None:
        return ""
    end = "" if tokens.ends else " It has no token that ends an answer, so that it would never learn to stop."
    whole = tokens.prompt + tokens.answer
    return (
        f"In tokens of {tokens.model}, with {tokens.form}, a row has {int(np.median(whole)):,} (median) to {whole.max():,}; "
        f"{tokens.answer.sum() / whole.sum():.0%} of them are in the loss.{end}"
    )
