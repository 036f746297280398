"""How every picture of the course looks: colours, fonts, sizes, and the alt text that goes with it.

The colours are those of Okabe and Ito (2008), told apart by people with any kind of colour vision; in greyscale the
markers and the direct labels carry the meaning.
"""

from __future__ import annotations

import base64
import html
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
DARK = ("#0072B2", "#D55E00", "#009E73", "#000000")  # those on which white is read
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
QUIET = "#5A5A5A"
SETTINGS = {
    "figure.dpi": 110,
    "savefig.dpi": 150,
    "figure.facecolor": "white",
    "font.size": 11,
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#DDDDDD",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "text.parse_math": False,  # names are text, and "$" may stand in them
    "axes.prop_cycle": matplotlib.cycler(color=COLOURS),
}


def new_figure(width: float = 8.0, height: float = 4.0) -> Figure:
    """An empty figure in the course's style; it belongs to no global state, so nothing is drawn twice in a notebook."""
    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(width, height), layout="constrained")
        figure.subplots()
    return figure


def named(name: str, most: int = 60) -> str:
    """The name of a set as pictures show it: on one line, not too long, whatever is in it.

    >>> named("my\\nset"), named("_x"), named(""), named("x" * 99, 5)
    ('my set', ' _x', '(no name)', 'xxxx…')
    """
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in str(name)).split()) or "(no name)"
    text = text if len(text) <= most else text[: most - 1] + "…"
    return f" {text}" if text.startswith("_") else text  # such a label is left out of a legend


@dataclass
class Picture:
    """A figure with its alt text. A notebook shows it with the text attached, `save` writes it to a file."""

    figure: Figure
    alt: str

    def png(self) -> bytes:
        buffer = io.BytesIO()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing")  # a box stands for it, and the alt text has it
            self.figure.savefig(buffer, format="png", dpi=SETTINGS["savefig.dpi"])
        return buffer.getvalue()

    def save(self, path: str | Path) -> Path:
        path = Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.png())
        return path

    def _repr_html_(self) -> str:
        width = int(self.figure.get_figwidth() * 100)
        data = base64.b64encode(self.png()).decode()
        return (
            f'<img src="data:image/png;base64,{data}" alt="{html.escape(self.alt, quote=True)}" '
            f'style="width:{width}px; max-width:100%">'
        )

    def __repr__(self) -> str:
        return f"Picture: {self.alt}"
