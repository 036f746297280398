"""How the workshop looks: its style sheet, and the pieces of HTML that it shows. Every text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ...data import constructions
from .importing import Import
from .page import WORDS, Figures, Shown

# Rows and panel stand side by side where there is room, else one below the other; the widget's own width decides, not
# the window's. What may fill up later has its height from the start, so that nothing jumps.
CSS = """<style>
.qoq-workshop.qoq-frame { max-width: none; container-type: inline-size; }
.qoq-workshop .qoq-bar { flex-flow: row wrap; align-items: center; gap: 4px; overflow: visible; margin: 0 0 4px; }
.qoq-workshop .qoq-bar > * { margin: 0; flex: none; }
.qoq-workshop .qoq-bar > .widget-html { flex: 0 1 auto; min-width: 0; }
.qoq-workshop .qoq-message { min-height: 2.9em; width: 100%; }
.qoq-workshop .qoq-halves { display: grid; grid-template-columns: minmax(0, 1fr) 13em; gap: 12px; overflow: visible; }
.qoq-workshop .qoq-rows { overflow: visible; }
.qoq-workshop .qoq-row { display: grid; overflow: visible; gap: 4px 8px; padding: 6px 6px 6px 8px; margin: 0;
  grid-template: "mark instruction output" auto "mark tools flags" auto / 4.4em minmax(0, 1fr) minmax(0, 1fr);
  border-bottom: 1px solid #D0D0D0; border-left: 5px solid transparent; }
.qoq-workshop .qoq-row > * { margin: 0; width: auto; }
.qoq-workshop .qoq-row.qoq-here { border-left-color: #0072B2; background: rgba(0, 114, 178, 0.07); }
.qoq-workshop .qoq-row.qoq-here .qoq-number::before { content: "▸ "; }
.qoq-workshop .qoq-row:focus { outline: 2px solid #0072B2; outline-offset: -1px; }
.qoq-workshop .qoq-mark { grid-area: mark; }
.qoq-workshop .qoq-instruction { grid-area: instruction; }
.qoq-workshop .qoq-output { grid-area: output; }
.qoq-workshop .qoq-tools { grid-area: tools; display: flex; flex-flow: row nowrap; gap: 3px; overflow: visible;
  align-items: start; }
.qoq-workshop .qoq-tools > * { margin: 0; flex: none; }
.qoq-workshop .qoq-tools button { padding: 0 8px; }
.qoq-workshop .qoq-tools .widget-text { flex: 1 1 4em; min-width: 0; width: auto; }
.qoq-workshop .qoq-flags { grid-area: flags; min-width: 0; overflow: hidden; }
.qoq-workshop .qoq-flags .widget-html-content { width: 100%; min-width: 0; overflow-wrap: anywhere; }
.qoq-workshop .qoq-flags .widget-html-content > div { height: 4.2em; overflow-y: auto; line-height: 1.4;
  font-size: 0.92em; }
.qoq-workshop textarea { min-height: 3.4em; max-height: 11em; field-sizing: content; resize: vertical;
  line-height: 1.45; font-size: inherit; }
.qoq-workshop .widget-textarea { height: auto; }
.qoq-workshop .qoq-decision { white-space: nowrap; font-weight: bold; }
.qoq-workshop .qoq-keep { color: #007A5A; }
.qoq-workshop .qoq-drop { color: #B84A00; }
.qoq-workshop .qoq-fix { color: #0062A3; }
.qoq-workshop .qoq-row:has(.qoq-drop) textarea { opacity: 0.55; }
.qoq-workshop .qoq-quiet { color: var(--jp-ui-font-color2, #555); }
.qoq-workshop .qoq-panel { overflow: visible; }
.qoq-workshop .qoq-panel dl { display: grid; grid-template-columns: 1fr auto; margin: 0 0 8px; }
.qoq-workshop .qoq-panel dt { float: none; width: auto; font-weight: normal; }
.qoq-workshop .qoq-panel dd { margin: 0; float: none; width: auto; text-align: right; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.qoq-workshop .qoq-panel h4 { margin: 6px 0 2px; font-size: inherit; }
.qoq-workshop .qoq-panel ul { margin: 0; padding: 0; list-style: none; }
.qoq-workshop .qoq-panel li { margin: 0 0 4px; overflow-wrap: anywhere; }
.qoq-workshop .qoq-panel table, .qoq-workshop .qoq-preview table { border-collapse: collapse; width: 100%; }
.qoq-workshop .qoq-preview td, .qoq-workshop .qoq-preview th { text-align: left; vertical-align: top; padding: 2px 8px;
  border-bottom: 1px solid #D0D0D0; overflow-wrap: anywhere; white-space: pre-wrap; width: 50%; }
.qoq-workshop .qoq-preview { border-left: 5px solid #B0B0B0; padding-left: 8px; }
.qoq-workshop .qoq-bar .widget-upload { width: auto; }
@container (max-width: 740px) {
  .qoq-workshop .qoq-halves { grid-template-columns: minmax(0, 1fr); }
}
@container (max-width: 560px) {
  .qoq-workshop .qoq-row { grid-template: "mark instruction" auto "mark output" auto "mark tools" auto "mark flags" auto
    / 4.2em minmax(0, 1fr); }
}
</style>"""


def mark(shown: Shown) -> str:
    """The number of a row and what was decided about it, in a word."""
    return (
        f'<span class="qoq-number">{shown.number:,}</span><br>'
        f'<span class="qoq-decision qoq-{shown.row.decision or "quiet"}">{WORDS[shown.row.decision]}</span>'
    )


def flags(shown: Shown, is_live: bool) -> str:
    """The flags of a row, each as a word with its reason, and whether more may follow."""
    words = [f"<b>{escape(flag.check.replace('_', ' '))}</b> {escape(flag.reason)}" for flag in shown.flags]
    if shown.row.decision == "drop":
        words.insert(0, _quiet("dropped, so not checked"))
    elif not shown.checked:
        words.insert(0, _quiet("checking …" if is_live else "not checked"))
    return f"<div>{'<br>'.join(words or [_quiet('no flags')])}</div>"


def _quiet(words: str) -> str:
    return f'<span class="qoq-quiet">{escape(words)}</span>'


def panel(figures: Figures) -> str:
    """The live figures of the set, and what it still lacks."""
    decided = figures.decisions
    pairs = [
        ("Rows", figures.rows),
        ("Open", decided[""]),
        ("Kept", decided["keep"]),
        ("To be fixed", decided["fix"]),
        ("Dropped", decided["drop"]),
        ("To train on", figures.rows - decided["drop"]),
        ("of these distinct", "…" if figures.distinct is None else figures.distinct),
    ]
    parts = [_pairs(pairs), "<h4>Flags</h4>"]
    parts.append(_pairs((name.replace("_", " "), rows) for name, rows in figures.flags.most_common()) or "None.")
    parts.append(f"<div>{_quiet(figures.checked)}</div>")
    if figures.coverage is not None:
        missing = [name for name, rows in figures.coverage.items() if not rows]
        covered = len(figures.coverage) - len(missing)
        parts.append(f"<h4>Constructions: {covered}/{len(figures.coverage)}</h4>")
        lines = [f"<li><b>{escape(name.replace('_', ' '))}</b><br>{escape(_sentence(name))}</li>" for name in missing]
        more = f"<li>… and {len(missing) - 4} more.</li>" if len(missing) > 4 else ""
        parts.append(f"Still missing:<ul>{''.join(lines[:4])}{more}</ul>" if missing else "None is missing.")
    return "".join(parts)


def preview(waiting: Import) -> str:
    """What an import found: how many rows, which cannot be used and why, and the first ones, each shortened."""
    if (rows := waiting.rows) is None:
        return "<div>No column here has a name that is known: choose which are the instruction and the output.</div>"
    said = f"{len(rows):,} rows ({rows.layout}); {len(rows.rejected):,} cannot be used. {rows.said}"
    lines = "".join(f"<div>{escape(line)}</div>" for line in (said, *waiting.rejected()))
    cells = "".join(f"<tr><td>{escape(a[:200])}</td><td>{escape(b[:200])}</td></tr>" for a, b in waiting.preview())
    return f"{lines}<table><tr><th>Instruction</th><th>Output</th></tr>{cells}</table>"


def _sentence(construction: str) -> str:
    return constructions.example(construction)[0].partition(": ")[2]


def _pairs(pairs: Iterable[tuple[str, object]]) -> str:
    items = [
        f"<dt>{escape(name)}</dt><dd>{value if isinstance(value, str) else f'{value:,}'}</dd>" for name, value in pairs
    ]
    return f"<dl>{''.join(items)}</dl>" if items else ""
