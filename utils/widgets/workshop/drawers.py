"""What opens below the toolbars of the workshop when it is asked for: import and export."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ipywidgets

from ...show.card import Card
from ..frame import button, text
from . import looks
from .importing import Import
from .page import Page

Do = Callable[[Callable[[], object]], None]  # `View.do`: acts, and answers what goes wrong


def classed(widget: ipywidgets.Widget, *names: str) -> ipywidgets.Widget:
    for name in names:
        widget.add_class(name)
    return widget


def bar(*children: ipywidgets.Widget) -> ipywidgets.Box:
    return classed(ipywidgets.HBox(children), "qoq-bar")


def exporting(page: Page, called: str, do: Do) -> list[ipywidgets.Widget]:
    """A name, which is that of the set unless changed, a format, and a button that writes the file."""
    name = ipywidgets.Text(value=called, layout=ipywidgets.Layout(width="16em"))
    kind = ipywidgets.Dropdown(options=[".jsonl", ".csv", ".parquet"], layout=ipywidgets.Layout(width="7em"))

    def export() -> None:
        page.settle()
        path = Path(f"{name.value.strip() or called}{kind.value}").expanduser()
        replaced = " The file that was there is replaced." if path.exists() else ""
        page.curation.export(path)
        rows = sum(row.decision != "drop" for row in page.curation)
        page.message = Card("note", f"{rows:,} rows, without those you dropped, are in {path.absolute()}.{replaced}")

    return [bar(text("Write all rows that are not dropped to"), name, kind, button("Export", lambda: do(export)))]


def importing(page: Page, do: Do, close: Callable[[], object]) -> list[ipywidgets.Widget]:
    """A path, an upload or pasted text, and a preview of what would be added."""
    path = ipywidgets.Text(placeholder="Path of a file: JSONL, JSON, CSV, TSV, Parquet", continuous_update=False)
    upload = ipywidgets.FileUpload(description="Upload a file", multiple=False)
    pasted = ipywidgets.Textarea(placeholder="… or paste rows: JSONL, JSON, CSV, Alpaca, chat messages", rows=3)
    path.layout.width, pasted.layout.width = "24em", "100%"
    place = ipywidgets.VBox([])

    def preview(make: Callable[[], Import]) -> None:
        def read() -> None:
            place.children = _preview(make(), page, do, close)

        place.children = []
        do(read)

    def uploaded(_: dict) -> None:
        given = upload.value
        for file in given.values() if isinstance(given, dict) else given:  # ipywidgets 7, ipywidgets 8
            name = file.get("name") or file["metadata"]["name"]
            preview(lambda: Import.of_bytes(name, bytes(file["content"])))

    def given() -> Import:
        return Import.of_text(pasted.value) if pasted.value.strip() else Import(path.value)

    upload.observe(uploaded, "value")
    return [bar(path, upload), pasted, bar(button("Preview", lambda: preview(given))), place]


def _preview(waiting: Import, page: Page, do: Do, close: Callable[[], object]) -> list[ipywidgets.Widget]:
    """The first rows with a button that adds all; where nobody knows the columns, a choice of them comes first."""
    shown = text()

    def look() -> None:
        shown.value, add.disabled = looks.preview(waiting), waiting.rows is None

    def choose() -> None:
        waiting.choose(*(column.value for column in columns))
        look()

    def take() -> None:
        page.take(waiting)
        close()

    columns = [
        ipywidgets.Dropdown(options=waiting.columns, description=name, index=at)
        for at, name in enumerate(("Instruction:", "Output:"))
        if waiting.problem
    ]
    choice = [bar(*columns, button("Use these columns", lambda: do(choose)))] if columns else []
    add = button("Add these rows", lambda: do(take), primary=True)
    look()
    return [*choice, shown, bar(add)]
