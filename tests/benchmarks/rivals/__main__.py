"""The audit and other tools that PyPI has, on the same files, in one run: `make bench-rivals`.

The tools are installed into an environment of their own (build/rivals, see requirements.txt); `tools.py` runs each on each
set in a process of its own. What they flag is held against what is known of the sets:

- damaged: 5,000 phrasebook rows, 5 % of each flaw of `damage.spoil` that spoils a row by itself
- exact_repeat, near_repeat, contradiction: as many rows with this flaw alone, as two rows are in it
- clean: 10,000 messages of Debian's programs, English to French (see ../real_text.py)
- chat: 300 conversations, into some of which ten faults are put (`chats.py`)
- test rows: 5,000 phrasebook rows, and a test set into which some of them got, as they are and changed
- labels: what Debian's packages are, in a line each, and the section of each, a twentieth of which are other ones

`measured.json` holds the result, and the table stands in the audit's page.
"""

import datetime
import json
import random
import subprocess
import sys
import venv
from pathlib import Path
from typing import NamedTuple

from utils import phrasebook
from utils.data import damage
from utils.model.experiment import machine

from .. import pages, real_text
from ..audit import PAGE, ROOT
from . import chats
from .tools import FLAWS, LABELS, TEST_ROWS, TOOLS, beside

HERE, BUILD = Path(__file__).parent, ROOT / "build" / "rivals"
RECORD = HERE / "measured.json"
ROWS, SHARE, CLEAN = 5_000, 0.05, 10_000
IN_TEST = 50  # rows that got into the test set in each way
OURS = "this audit"
ALONE = ("wana==0.5.1",)  # without what it needs, a compiler among it: the part that is run here needs none of it
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
        subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", *ALONE], check=True)
        done.write_text(wanted.read_text())
    return python


# For each fault the rows in which it is, or the two of which either may be pointed to.
Places = dict[str, list[set[int]]]


class Set(NamedTuple):
    """Rows with the places of their faults, what the tools are to look for, and the test set beside them."""

    rows: list[dict]
    places: Places
    task: str = FLAWS
    test: list[dict] | None = None


def sets() -> dict[str, Set]:
    """All sets; in the clean one there is no fault."""
    alone = [name for flaws in TOLD.values() for name in flaws]
    made = {"damaged": spoiled(alone)} | {name: spoiled([name]) for name in PAIRS}
    made |= {"clean": Set(real_text.messages("fr")[:CLEAN], {}), "chat": Set(*chats.planted())}
    return made | {TEST_ROWS: in_test(), LABELS: mislabelled()}


def in_test() -> Set:
    """Rows of which some got into the test set: as they are, in another dress, or with a word of the answer changed."""
    rows = [{key: row[key] for key in ("instruction", "output")} for row in phrasebook.examples(ROWS, seed=0)]
    test = [{key: row[key] for key in ("instruction", "output")} for row in phrasebook.examples(300, split="test")]
    drawn = random.Random(0).sample(range(ROWS), 3 * IN_TEST)
    ways = {
        "as they are": lambda row: row,
        "in another dress": lambda row: {key: f" {text.upper().rstrip('.')} " for key, text in row.items()},
        "with another answer": lambda row: row | {"output": "Je ne sais pas."},
    }
    places: Places = {}
    for i, (way, change) in enumerate(ways.items()):
        some = drawn[i * IN_TEST : (i + 1) * IN_TEST]
        test += [change(rows[k]) for k in some]
        asked = {rows[k]["instruction"]: set() for k in some}
        for k, row in enumerate(rows):  # it may stand there twice
            if row["instruction"] in asked:
                asked[row["instruction"]].add(k)
        places[way] = list(asked.values())
    return Set(rows, places, TEST_ROWS, test)


def mislabelled() -> Set:
    """Labels of which a twentieth are others, drawn at random."""
    r, rows = random.Random(0), real_text.packages()[: 2 * ROWS]
    labels = sorted({row["output"] for row in rows})
    wrong = r.sample(range(len(rows)), round(SHARE * len(rows)))
    for k in wrong:
        rows[k] = rows[k] | {"output": r.choice([label for label in labels if label != rows[k]["output"]])}
    return Set(rows, {"another label": [{k} for k in wrong]}, LABELS)


def spoiled(flaws: list[str]) -> Set:
    """Phrasebook rows, and the places of each flaw. Which of two twins is the copy, nobody can tell."""
    rows = damage.spoil(phrasebook.examples(ROWS, seed=0), dict.fromkeys(flaws, SHARE), size=ROWS, seed=0)
    twins: dict[int, set[int]] = {}
    for k, source in enumerate(rows["source_row"]):
        twins.setdefault(source, set()).add(k)
    places: Places = {}
    for k, (flaw, source) in enumerate(zip(rows["flaw"], rows["source_row"])):
        if flaw:
            places.setdefault(flaw, []).append(twins[source] if flaw in damage.BESIDE else {k})
    pairs = zip(rows["instruction"], rows["output"])
    return Set([{"instruction": ask, "output": say} for ask, say in pairs], places)


def run(task: str, tool: str, path: Path) -> dict:
    result = BUILD / "result.json"
    result.unlink(missing_ok=True)
    python = sys.executable if tool == OURS else environment()
    subprocess.run([python, HERE / "tools.py", task, tool, path, result], cwd=ROOT, check=True,
                   env={"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin"})  # fmt: skip
    return json.loads(result.read_text())


def main() -> None:
    BUILD.mkdir(parents=True, exist_ok=True)
    environment()
    lines: dict[str, dict] = {}
    for name, made in sets().items():
        path = BUILD / f"{name.replace(' ', '_')}.jsonl"
        write(path, made.rows)
        if made.test:
            write(beside(path), made.test)
        sound = set(range(len(made.rows))).difference(*(place for places in made.places.values() for place in places))
        for tool in TOOLS[made.task]:
            got = run(made.task, tool, path)
            print(f"{name}, {tool}: {got['seconds']:.1f} s", flush=True)
            flagged = set(got["rows"])
            lines.setdefault(tool, {})[name] = {
                "seconds": round(got["seconds"], 1),
                "memory": round(got["memory"], 2),
                "sound": len(sound),
                "wrongly": len(flagged & sound),
                "found": {
                    fault: [sum(map(bool, map(flagged.intersection, places))), len(places)]
                    for fault, places in made.places.items()
                },  # fmt: skip
            }
    record = {"date": datetime.date.today().isoformat(), "machine": machine(), "versions": versions(), "tools": lines}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(pages.filled(PAGE.read_text(encoding="utf-8"), {"rivals": table(record)}), encoding="utf-8")
    print(table(record))


def write(path: Path, rows: list[dict]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def versions() -> dict[str, str]:
    wanted = (*(HERE / "requirements.txt").read_text().splitlines(), *ALONE)
    return dict(line.split("==") for line in wanted if "==" in line)


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
    for tool in TOOLS[FLAWS]:
        of = record["tools"][tool]
        damaged, chat = of["damaged"], of["chat"]
        cells = [_named(tool, record), *_cost(damaged)]
        cells += [_percent([of[flaw]["found"][flaw]]) for flaw in PAIRS]
        cells += [_percent([damaged["found"][flaw] for flaw in flaws]) for flaws in TOLD.values()]
        cells += [_per_thousand(*(of[name] for name in ("damaged", *PAIRS))), _per_thousand(of["clean"])]
        named = [found >= 2 / 3 * there for found, there in chat["found"].values()]
        cells += [f"{sum(named)} of {len(named)}", _per_thousand(chat)]
        lines.append(f"| {' | '.join(cells)} |")
    for task in (TEST_ROWS, LABELS):
        faults = list(record["tools"][OURS][task]["found"])
        heads = [task, "seconds", "memory", *faults, "sound rows"]
        lines += ["", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
        for tool in TOOLS[task]:
            of = record["tools"][tool][task]
            cells = [_named(tool, record), *_cost(of), *(_percent([of["found"][fault]]) for fault in faults)]
            lines.append(f"| {' | '.join([*cells, _per_thousand(of)])} |")
    return "\n".join(
        [*lines, "", f"Measured on {record['date']}: {record['machine']}. `make bench-rivals` repeats it."]
    )


def _named(tool: str, record: dict) -> str:
    return f"{tool} {record['versions'].get(tool, '')}".strip()


def _cost(of: dict) -> tuple[str, str]:
    return f"{of['seconds']:.1f}", f"{of['memory']:.2f} GB"


def _percent(found: list[list[int]]) -> str:
    return f"{100 * sum(each[0] for each in found) / sum(each[1] for each in found):.0f}"


def _per_thousand(*sets: dict) -> str:
    return f"{1000 * sum(of['wrongly'] for of in sets) / sum(of['sound'] for of in sets):.1f}"


if __name__ == "__main__":
    main()
