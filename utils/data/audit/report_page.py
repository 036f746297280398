"""A report as a page of HTML. All that comes from rows is text there, never markup."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .report import Report


def page(report: Report, most: int) -> str:
    """The report as a page that stands alone, with up to `most` flagged rows."""
    shown = report.numbered.head(most)
    cells = lambda *values: "".join(f"<td>{html.escape(str(value))}</td>" for value in values)  # noqa: E731
    lines = [
        f"<tr>{cells(flag.number, flag.check, flag.reason, *map(_short, (report.corpus.instruction[row], report.corpus.output[row])))}</tr>"
        for flag, row in zip(shown.itertuples(), report.flags["row"])
    ]
    rest = (
        f"<p>{len(report.flags) - len(shown):,} more flags are in the JSON file.</p>"
        if len(shown) < len(report.flags)
        else ""
    )
    heads = "".join(f'<th scope="col">{word}</th>' for word in ("row", "check", "reason", "instruction", "output"))
    size = "".join(f"<tr>{cells(*item)}</tr>" for item in report.size.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Audit</title><style>body { font: 15px/1.5 '
        "sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em } table { border-collapse: collapse } th, td { "
        "text-align: left; vertical-align: top; padding: 3px 10px; border-bottom: 1px solid #ccc; overflow-wrap: "
        f"anywhere }}</style></head><body><h1>Audit of {html.escape(report.source or 'a data set')}</h1>"
        f'<p style="white-space: pre-line">{html.escape(report.verdict)}</p><table>{size}</table>{report.summary_html()}'
        f"<h2>Flagged rows</h2><table><tr>{heads}</tr>{''.join(lines)}</table>{rest}</body></html>"
    )


def _short(text: str, most: int = 300) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"
