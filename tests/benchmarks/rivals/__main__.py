"""The audit and other tools that PyPI has, on the same files, in one run: `make bench-rivals`.

The tools are installed into an environment of their own (build/rivals, see requirements.txt); `tools.py` runs each on each
set in a process of its own. What they flag is held against what is known of the sets:

- damaged: 5,000 phrasebook rows, 5 % of each flaw of `damage.spoil` that spoils a row by itself
- exact_repeat, near_repeat, contradiction: as many rows with this flaw alone, as two rows are in it
- clean: 10,000 messages of Debian's programs, English to French (see ../real_text.py)
- chat: 300 conversations, into some of which ten faults are put (`chats.py`)

`measured.json` holds the result, and the table stands in the audit's page.
"""

import datetime
import json
import subprocess
import sys
import venv
from pathlib import Path

from utils import phrasebook
from utils.data import damage
from utils.model.experiment import machine

from .. import pages, real_text
from ..audit import PAGE, ROOT
from . import chats
from .tools import TOOLS

HERE, BUILD = Path(__file__).parent, ROOT / "build" / "rivals"
RECORD = HERE / "measured.json"
ROWS, SHARE, CLEAN = 5_000, 0.05, 10_000
NAMES = {"ours": "this audit", "modelbrew": "modelbrew-cleaner"}
# What is told together, by what it is called in the table.
TOLD = {
    "no answer": ("placeholder", "echo", "vague_instruction"),
    "filler, markup": ("boilerplate", "markup"),
    "wrong language, off topic": ("wrong_language", "off_topic"),
    "form": ("lowercase", "truncated", "typo", "lost_accents"),
    "wrong answers": ("wrong_answer",),
}
PAIRS = {"exact_repeat": "exact repeats", "near_repeat": "near repeats", "contradiction": "contradictions"}


def environment() -> Path:
    """The Python of the rivals' environment, made once."""
    python = BUILD / "venv" / "bin" / "python"
    wanted = HERE / "requirements.txt"
    done = BUILD / "installed.txt"
    if not done.exists() or done.read_text() != wanted.read_text():
        venv.create(BUILD / "venv", with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "-r", wanted], check=True)
        done.write_text(wanted.read_text())
    return python


Places = dict[
    str, list[set[int]]
]  # for each fault the rows in which it is, or the two of which either may be pointed to


def sets() -> dict[str, tuple[list[dict], Places]]:
    """Each set with the places of its faults; in the clean one there is none."""
    alone = [name for flaws in TOLD.values() for name in flaws]
    made = {"damaged": spoiled(alone)} | {name: spoiled([name]) for name in PAIRS}
    return made | {"clean": (real_text.messages("fr")[:CLEAN], {}), "chat": chats.planted()}


def spoiled(flaws: list[str]) -> tuple[list[dict], Places]:
    """Phrasebook rows, and the places of each flaw. Which of two twins is the copy, nobody can tell."""
    rows = damage.spoil(phrasebook.examples(ROWS, seed=0), dict.fromkeys(flaws, SHARE), size=ROWS, seed=0)
    twins: dict[int, set[int]] = {}
    for k, source in enumerate(rows["source_row"]):
        twins.setdefault(source, set()).add(k)
    places: Places = {}
    for k, (flaw, source) in enumerate(zip(rows["flaw"], rows["source_row"])):
        if flaw:
            places.setdefault(flaw, []).append(twins[source] if flaw in damage.BESIDE else {k})
    return [{"instruction": ask, "output": say} for ask, say in zip(rows["instruction"], rows["output"])], places


def run(tool: str, path: Path) -> dict:
    result = BUILD / "result.json"
    result.unlink(missing_ok=True)
    python = sys.executable if tool == "ours" else environment()
    subprocess.run([python, HERE / "tools.py", tool, path, result], cwd=ROOT, check=True,
                   env={"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin"})  # fmt: skip
    return json.loads(result.read_text())


def main() -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    environment()
    lines: dict[str, dict] = {tool: {} for tool in TOOLS}
    for name, (rows, faults) in sets().items():
        path = BUILD / f"{name}.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        sound = set(range(len(rows))).difference(*(place for places in faults.values() for place in places))
        for tool in TOOLS:
            got = run(tool, path)
            print(f"{name}, {tool}: {got['seconds']:.1f} s", flush=True)
            flagged = set(got["rows"])
            lines[tool][name] = {
                "seconds": round(got["seconds"], 1),
                "memory": round(got["memory"], 2),
                "sound": len(sound),
                "wrongly": len(flagged & sound),
                "found": {
                    fault: [sum(map(bool, map(flagged.intersection, places))), len(places)]
                    for fault, places in faults.items()
                },  # fmt: skip
            }
    record = {"date": datetime.date.today().isoformat(), "machine": machine(), "versions": versions(), "tools": lines}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(pages.filled(PAGE.read_text(encoding="utf-8"), {"rivals": table(record)}), encoding="utf-8")
    print(table(record))


def versions() -> dict[str, str]:
    return dict(line.split("==") for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line)


def table(record: dict) -> str:
    """What each tool has a person look at, in percent of the rows where it should, and in 1,000 where it should not."""
    heads = [
        "tool",
        "seconds",
        "memory",
        *PAIRS.values(),
        *TOLD,
        "sound rows",
        "clean text",
        "chat faults",
        "sound chats",
    ]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for tool, of in record["tools"].items():
        name = NAMES.get(tool, tool)
        damaged, chat = of["damaged"], of["chat"]
        cells = [f"{name} {record['versions'].get(name, '')}".strip()]
        cells += [f"{damaged['seconds']:.1f}", f"{damaged['memory']:.2f} GB"]
        cells += [_percent([of[flaw]["found"][flaw]]) for flaw in PAIRS]
        cells += [_percent([damaged["found"][flaw] for flaw in flaws]) for flaws in TOLD.values()]
        cells += [_per_thousand(*(of[name] for name in ("damaged", *PAIRS))), _per_thousand(of["clean"])]
        named = [found >= 2 / 3 * there for found, there in chat["found"].values()]
        cells += [f"{sum(named)} of {len(named)}", _per_thousand(chat)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(
        [*lines, "", f"Measured on {record['date']}: {record['machine']}. `make bench-rivals` repeats it."]
    )


def _percent(found: list[list[int]]) -> str:
    return f"{100 * sum(each[0] for each in found) / sum(each[1] for each in found):.0f}"


def _per_thousand(*sets: dict) -> str:
    return f"{1000 * sum(of['wrongly'] for of in sets) / sum(of['sound'] for of in sets):.1f}"


if __name__ == "__main__":
    main()
