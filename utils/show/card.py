"""A sentence to the learner, as a card: a sign, a word and the text, so that the meaning never hangs on a colour.

>>> Card("right", "8 different rows.")
✓ Right. 8 different rows.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

KINDS = {  # kind: (sign, word, colour of the bar at its left)
    "right": ("✓", "Right.", "#007A5A"),
    "wrong": ("✗", "Not right yet.", "#B84A00"),
    "not attempted": ("○", "Not attempted yet.", "#5A5A5A"),
    "note": ("→", "", "#0062A3"),
}


@dataclass(frozen=True)
class Card:
    """One message of a given kind (see `KINDS`). The text is plain: what looks like HTML in it is shown as text.

    Lines of the text stay lines. What stands between backquotes is shown as code, between asterisks in italics.
    """

    kind: str
    text: str = ""

    def __repr__(self) -> str:
        sign, word, _ = KINDS[self.kind]
        return " ".join(part for part in (sign, word, self.text) if part)

    def html(self) -> str:
        sign, word, colour = KINDS[self.kind]
        heading = f"<b>{html.escape(word)}</b> " if word else ""
        return (
            f'<div style="border-left: 4px solid {colour}; padding: 4px 12px; margin: 4px 0; max-width: 46em; '
            f'line-height: 1.5; white-space: pre-line; overflow-wrap: anywhere"><span aria-hidden="true" '
            f'style="color: {colour}; font-weight: bold">{sign}</span> {heading}{marked_up(self.text)}</div>'
        )

    def _repr_html_(self) -> str:
        return self.html()


EMPHASIS = re.compile(r"(?<![\w*])\*(\w(?:[^*\n]*\w)?)\*(?![\w*])")


def marked_up(text: str) -> str:
    """Plain text as safe HTML, with what stands between backquotes as code and *words* between asterisks in italics.

    >>> marked_up("Use `a*b*c < d`, and *never* 2 * 3 * 4.")
    'Use <code>a*b*c &lt; d</code>, and <em>never</em> 2 * 3 * 4.'
    """
    parts = html.escape(text, quote=False).split("`")
    if len(parts) % 2 == 0:  # a backquote without its pair is only a character
        return "`".join(parts)
    return "".join(
        f"<code>{part}</code>" if at % 2 else EMPHASIS.sub(r"<em>\1</em>", part) for at, part in enumerate(parts)
    )


@dataclass(frozen=True)
class Folded:
    """A text that is folded away under its title where HTML is shown; `code` keeps its lines as they are."""

    title: str
    text: str
    code: bool = False

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        body = f"<pre><code>{html.escape(self.text)}</code></pre>" if self.code else marked_up(self.text)
        return (
            f"<details><summary>{marked_up(self.title)}</summary>"
            f'<div style="white-space: pre-line; padding: 4px 16px">{body}</div></details>'
        )
