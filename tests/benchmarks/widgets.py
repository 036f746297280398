"""How fast the workshop answers in a real browser: a click, a key, a page turn, text that is typed; opening a large file.

Each is timed in the page itself, from the event to the picture that shows the answer (the second animation frame after
the change), so that the way to the kernel and back is in it.
"""

import json
import statistics
import tempfile
from pathlib import Path

from tests.browser.jupyter import NoBrowser, chromium, open_notebook, served

TIMES = 15
CELLS = [
    """
from pathlib import Path
from utils import phrasebook, workshop
small = phrasebook.examples(500, seed=1)
workshop(small, name="five hundred", folder=Path("bench-sets"))
""",
    """
import time
started = time.perf_counter()
large = workshop("large.jsonl", name="large", folder=Path("bench-sets"))
large
""",
    'print(f"{time.perf_counter() - started:.2f}")',
]
# Resolves with the milliseconds from the act to the second frame after `done()` is true.
TIMED = """
([act, target, done]) => new Promise((resolve, reject) => {
  const element = document.querySelector(target);
  if (act !== "click") element.focus();
  const started = performance.now();
  setTimeout(() => reject(new Error(`nothing came of ${act} within 10 s`)), 10_000);
  const finished = new Function("return " + done);
  const look = () => finished()
    ? requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - started)))
    : requestAnimationFrame(look);
  if (act === "click") element.click();
  else element.dispatchEvent(new KeyboardEvent("keydown", { key: act, bubbles: true }));
  look();
})
"""


def main() -> None:
    try:
        _measure()
    except NoBrowser as problem:  # the other benchmarks need none
        print(problem)


def _measure() -> None:
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser, served(Path(scratch)) as address:
        folder = Path(scratch)
        with open(folder / "lessons" / "large.jsonl", "w", encoding="utf-8") as file:
            for n in range(100_000):
                file.write(json.dumps({"instruction": f"Say {n}.", "output": f"It is {n}."}) + "\n")
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        open_notebook(page, address, folder, "bench.ipynb", CELLS)
        page.locator(".qoq-workshop").first.get_by_text("Checked: up to date.").wait_for(timeout=60_000)
        opened = page.locator(".jp-OutputArea-output").last.inner_text()
        print(f"a file of 100,000 rows: {float(opened):.2f} s until it is open in pages")
        for number, rows in enumerate((500, 100_000)):
            for name, numbers in _timed(page, number).items():
                print(
                    f"{rows:,} rows, {name}: {statistics.median(numbers):.0f} ms in the browser "
                    f"(from {min(numbers):.0f} to {max(numbers):.0f}, {len(numbers)} times)",
                    flush=True,
                )


def _timed(page, number: int) -> dict[str, list[float]]:
    """The times of each kind of act in one of the workshops on the page, in ms."""
    page.evaluate(
        "n => document.querySelectorAll('.qoq-workshop').forEach((e, i) => { e.id = i === n ? 'timed' : ''; })", number
    )
    page.locator("#timed").scroll_into_view_if_needed()
    first = "document.querySelector('#timed .qoq-row textarea').value"
    decision = "document.querySelector('#timed .qoq-row .qoq-decision').textContent"
    acts = {
        "a click on Keep": ("click", "#timed .qoq-row button", decision),
        "the key D": ("d", "#timed .qoq-row", decision),
        "a page turn": ("click", "#timed button[qoq='forth']", first),
    }
    page.evaluate(
        "() => document.querySelectorAll('#timed button').forEach(b => "
        "{ if (b.textContent === 'Page ›') b.setAttribute('qoq', 'forth'); })"
    )
    found = {}
    for name, (act, target, seen) in acts.items():
        found[name] = []
        for _ in range(TIMES):
            before = page.evaluate(seen)
            done = f"{seen} !== {json.dumps(before)}"
            found[name].append(page.evaluate(TIMED, [act, target, done]))
            page.wait_for_timeout(700)  # as somebody who reads would; the checks of what has changed run meanwhile
    return found
