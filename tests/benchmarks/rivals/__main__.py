"""The audit and other tools that PyPI has, on the same files, in one run: `make bench-rivals`.

The tools are installed into an environment of their own (build/rivals, see requirements.txt); `tools.py` runs each on each
set in a process of its own, several minutes at most. What they flag is held against what is known of the sets:

- damaged: 5,000 phrasebook rows, 5 % of each flaw of `damage.spoil`
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
ROWS, SHARE, CLEAN, LIMIT = 5_000, 0.05, 10_000, 400  # LIMIT: seconds for one tool on one set
NAMES = {"ours": "this audit", "modelbrew": "modelbrew-cleaner"}
# Flaws that some rival looks for, by what they are called in the table.
TOLD = {
    "exact repeats": ("exact_repeat",),
    "near repeats": ("near_repeat",),
    "no answer": ("placeholder", "echo", "vague_instruction"),
    "filler, markup": ("boilerplate", "markup"),
    "wrong language, off topic": ("wrong_language", "off_topic"),
    "form": ("lowercase", "truncated", "typo", "lost_accents"),
    "contradictions": ("contradiction",),
}


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


def sets() -> dict[str, tuple[list[dict], dict[str, list[set[int]]]]]:
    """Each set with the places of each fault; in the clean one there is none.

    A place is a row, or two of which either may be pointed to: which of two twins is the copy, nobody can tell.
    """
    flaws = dict.fromkeys((name for name in damage.FLAWS if name != "wrong_era"), SHARE)
    spoiled = damage.spoil(phrasebook.examples(ROWS, seed=0), flaws, size=ROWS, seed=0)
    twins: dict[int, set[int]] = {}
    for k, source in enumerate(spoiled["source_row"]):
        twins.setdefault(source, set()).add(k)
    told: dict[str, list[set[int]]] = {name: [] for name in (*TOLD, "others")}
    for k, (flaw, source) in enumerate(zip(spoiled["flaw"], spoiled["source_row"])):
        if flaw:
            name = next((name for name, flaws in TOLD.items() if flaw in flaws), "others")
            told[name].append(twins[source] if flaw in damage.BESIDE else {k})
    pairs = [{"instruction": asked, "output": said} for asked, said in zip(spoiled["instruction"], spoiled["output"])]
    return {"damaged": (pairs, told), "clean": (real_text.messages("fr")[:CLEAN], {}), "chat": chats.planted()}


def run(tool: str, path: Path) -> dict:
    result = BUILD / "result.json"
    result.unlink(missing_ok=True)
    python = sys.executable if tool == "ours" else environment()
    try:
        subprocess.run([python, HERE / "tools.py", tool, path, result], cwd=ROOT, check=True, timeout=LIMIT,
                       env={"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin"})  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"rows": None}
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
            print(f"{name}, {tool}: {got.get('seconds', LIMIT):.1f} s", flush=True)
            if got["rows"] is None:
                lines[tool][name] = None
                continue
            flagged = set(got["rows"])
            lines[tool][name] = {
                "seconds": round(got["seconds"], 1),
                "memory": round(got["memory"], 2),
                "sound": len(sound),
                "wrongly": len(flagged & sound),
                "found": {fault: [sum(map(bool, map(flagged.intersection, places))), len(places)]
                          for fault, places in faults.items()},  # fmt: skip
            }
    record = {"date": datetime.date.today().isoformat(), "machine": machine(), "versions": versions(), "tools": lines}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(pages.filled(PAGE.read_text(encoding="utf-8"), {"rivals": table(record)}), encoding="utf-8")
    print(table(record))


def versions() -> dict[str, str]:
    return dict(line.split("==") for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line)


def table(record: dict) -> str:
    """What each tool has a person look at, in percent of the rows where it should, and in 1,000 where it should not."""
    faults = list(TOLD)
    heads = ["tool", "seconds", "memory", *faults, "sound rows", "clean text", "chat faults", "sound chats"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for tool, of in record["tools"].items():
        name = NAMES.get(tool, tool)
        version = record["versions"].get(name, "")
        damaged, clean, chat = of["damaged"], of["clean"], of["chat"]
        cells = [f"{name} {version}".strip()]
        cells += [f"{damaged['seconds']:.1f}", f"{damaged['memory']:.2f} GB"] if damaged else ["–", "–"]
        cells += [_percent(damaged["found"][fault]) if damaged else "–" for fault in faults]
        cells += [_per_thousand(each) for each in (damaged, clean)]
        named = [found >= 2 / 3 * there for found, there in chat["found"].values()] if chat else []
        cells += [f"{sum(named)} of {len(named)}" if named else "–", _per_thousand(chat)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, "", f"Measured on {record['date']}: {record['machine']}. `make bench-rivals` repeats it."])


def _percent(found: list[int]) -> str:
    return f"{100 * found[0] / found[1]:.0f}"


def _per_thousand(of: dict | None) -> str:
    return f"{1000 * of['wrongly'] / of['sound']:.1f}" if of else "–"


if __name__ == "__main__":
    main()
