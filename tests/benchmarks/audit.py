"""The audit: what it finds of known damage, how long it takes, and how its search for near-repeats compares.

`utils/data/audit/measured.json` holds the result; the tables between the marks in the audit's README are made from it,
and a test compares them.
"""

import datetime
import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
from datasets import Dataset

from tests.data.audit import alike
from utils import phrasebook, support
from utils.data import damage, files
from utils.data.audit import CHECKS, audit
from utils.data.audit.detection import detection
from utils.model.experiment import machine

from . import pages

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "utils" / "data" / "audit"
RECORD, PAGE = FOLDER / "measured.json", FOLDER / "README.md"
SEEDS, ROWS, SHARE = 5, 2_000, 0.05
WORLDS = {"phrasebook": phrasebook, "support": support}
# English has no accents to lose, and a phrasebook has no eras.
WITHOUT = {"phrasebook": ("wrong_era",), "support": ("lost_accents",)}
HOSTILE = 10_000
SIZES = (10_000, 50_000, 100_000, 1_000_000)
PILE = ROOT / "build" / "bench" / "million.jsonl"


def found() -> list[dict]:
    """A line for each world and flaw: recall and precision, each flaw alone and all of them in one set."""
    lines = []
    for world, module in WORLDS.items():
        flaws = [name for name in damage.FLAWS if name not in WITHOUT[world]]
        counts: dict[tuple[str, str], dict] = {}
        for seed in range(SEEDS):
            clean = module.examples(ROWS, seed=seed)
            sets = [("alone", {name: SHARE}) for name in flaws] + [("alone", {})]
            sets.append(("together", dict.fromkeys(flaws, SHARE)))
            for how, shares in sets:
                spoiled = damage.spoil(clean, shares, size=ROWS, seed=seed) if shares else with_addresses(clean, seed)
                table = detection(audit(spoiled, single_answer=True), spoiled)
                for flaw, line in table.iterrows():
                    sums = counts.setdefault((flaw, how), {"checks": line["checks"]})
                    for name in ("spoiled", "found", "flagged", "rightly"):
                        sums[name] = sums.get(name, 0) + int(line[name])
            print(f"{world}, seed {seed}", flush=True)
        lines += [{"world": world, "flaw": flaw, "how": how, **sums} for (flaw, how), sums in counts.items()]
    return lines


def with_addresses(clean: Dataset, seed: int) -> Dataset:
    """The set with an e-mail address in some answers, and the receipt. The addresses are nobody's (RFC 2606)."""
    r = random.Random(seed)
    hit = set(r.sample(range(len(clean)), round(SHARE * len(clean))))
    address = lambda: (
        f"{r.choice(['marie', 'j.dupont', 'sales+fr'])}{r.randrange(100)}@quayside-books.{r.choice(['org', 'com'])}"
    )  # noqa: E731
    said = [f"{text} {address()}" if row in hit else text for row, text in enumerate(clean["output"])]
    flaw = ["e-mail address" if row in hit else "" for row in range(len(clean))]
    return Dataset.from_dict({"instruction": clean["instruction"][:], "output": said, "flaw": flaw})


def undamaged() -> dict[str, float]:
    """The largest share of rows, in percent, that get a flag in a set without damage, by world."""
    return {
        world: max(
            100 * len(audit(module.examples(ROWS, seed=seed), single_answer=True).flagged) / ROWS
            for seed in range(SEEDS)
        )
        for world, module in WORLDS.items()
    }


AUDIT = """
import sys, time
from utils import audit
audit([{"instruction": "Say hello in French.", "output": "Bonjour."}])  # what is imported once is no matter of size
started = time.perf_counter()
report = audit(sys.argv[1], single_answer=True)
report.verdict
seconds = time.perf_counter() - started
with open("/proc/self/status") as status:  # the peak of this process alone; rusage would begin with its parent's
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 2**20
print(seconds, peak, len(report.flags))
"""


def pile() -> Path:
    """A million phrasebook rows, no sentence twice but for the damage: 2 % of each flaw. Kept for the next time."""
    if not PILE.exists():
        PILE.parent.mkdir(parents=True, exist_ok=True)
        clean = phrasebook.examples(max(SIZES), seed=0)
        flaws = dict.fromkeys((name for name in damage.FLAWS if name != "wrong_era"), 0.02)
        files.write(damage.spoil(clean, flaws, seed=0), PILE)
    return PILE


def sizes() -> list[dict]:
    """From the file to the verdict, each time in a process of its own; of the smaller sizes the fastest of three."""
    lines = []
    for size in SIZES:
        part = PILE.with_name(f"{size}.jsonl")
        with open(pile(), encoding="utf-8") as whole, open(part, "w", encoding="utf-8") as file:
            file.writelines(line for _, line in zip(range(size), whole))
        seconds, memory, flags = min(_timed(part) for _ in range(3 if size < 1_000_000 else 1))
        lines.append({"rows": size, "seconds": round(seconds, 1), "memory (GB)": round(memory, 2), "flags": int(flags)})
        print(lines[-1], flush=True)
    return lines


def _timed(part: Path) -> tuple[float, ...]:
    done = subprocess.run([sys.executable, "-c", AUDIT, part], cwd=ROOT, check=True, capture_output=True, text=True)
    return tuple(map(float, done.stdout.split()))


def hostile() -> list[dict]:
    """Rows that are all alike in some way: how many times as long four times as many of them take."""
    audit([{"instruction": "Say hello in French.", "output": "Bonjour."}])  # what is loaded once
    lines = []
    for kind in alike.KINDS:
        seconds = []
        for n in (HOSTILE, 4 * HOSTILE):
            rows = pd.DataFrame(alike.rows(kind, n), columns=["instruction", "output"])
            started = time.perf_counter()
            audit(rows, single_answer=True)
            seconds.append(time.perf_counter() - started)
        lines.append(
            {"kind": kind, "seconds": round(seconds[0], 1), "times as long": round(seconds[1] / seconds[0], 1)}
        )
        print(lines[-1], flush=True)
    return lines


def against_datasketch(rows: int = 20_000) -> list[dict]:
    """The check near_repeat and datasketch's MinHash index take turns on the same rows, short ones and long ones.

    Both begin with the bare text and look for rows that share most of their pairs of neighbouring words, with 128
    permutations.
    """
    return [_turns(f"{k} sentence{'s' * (k > 1)} a row", rows, k) for k in (1, 8)]


def _turns(title: str, rows: int, sentences: int) -> dict:
    from datasketch import MinHash, MinHashLSH

    short = phrasebook.examples(rows * sentences, seed=0).to_dict()
    clean = Dataset.from_dict(
        {name: [" ".join(short[name][i::rows]) for i in range(rows)] for name in ("instruction", "output")}
    )
    spoiled = damage.spoil(clean, {"near_repeat": SHARE}, size=rows, seed=0)

    def pairs(*sides: str) -> list[bytes]:
        said = [re.findall(r"[\w'’]+", side.lower()) for side in sides]
        return [f"{k} {one} {two}".encode() for k, words in enumerate(said) for one, two in zip(words, words[1:])]

    def theirs() -> list[tuple[int, list[int]]]:
        index, hits = MinHashLSH(threshold=0.8, num_perm=128), []
        sketches = MinHash.generator(map(pairs, spoiled["instruction"], spoiled["output"]), num_perm=128)
        for row, sketch in enumerate(sketches):
            hits.append((row, index.query(sketch)))
            index.insert(row, sketch)
        return [(row, others) for row, others in hits if others]

    def ours() -> list[tuple[int, list[int]]]:
        flags = audit(spoiled, checks=["near_repeat"]).flags
        return list(zip(flags["row"], flags["evidence"]))

    there = {row for row, flaw in enumerate(spoiled["flaw"]) if flaw}
    audit(spoiled.select(range(100)), checks=["near_repeat"])  # what is imported once is no matter of speed
    seconds, recall = {theirs: [], ours: []}, {}
    for _ in range(3):
        for find, taken in seconds.items():
            started = time.perf_counter()
            hits = find()
            taken.append(time.perf_counter() - started)
            recall[find] = len(there & {one for row, others in hits for one in (row, *others)}) / len(there)
    ratios = sorted(a / b for a, b in zip(seconds[theirs], seconds[ours]))
    line = {"rows": rows, "kind": title, "times faster": [round(ratio, 1) for ratio in ratios]}
    return line | {"recall": round(recall[ours], 3), "recall of datasketch": round(recall[theirs], 3)}


def tables(record: dict) -> dict[str, str]:
    """The record as Markdown: what is found, and how long it takes."""
    lines = [
        f"Recall and precision in percent, over {record['seeds']} seeds of {record['rows']:,} rows, each flaw in "
        f"{record['share']:.0%} of them; first one flaw at a time, then all of them in one set.",
        "",
        "| world | flaw | checks | recall | precision | recall, all at once | precision, all at once |",
        "|---|---|---|---|---|---|---|",
    ]
    by_flaw: dict[tuple[str, str], dict[str, dict]] = {}
    for line in record["found"]:
        by_flaw.setdefault((line["world"], line["flaw"]), {})[line["how"]] = line
    for (world, flaw), ways in by_flaw.items():
        percents = [
            f"{100 * part / whole:.1f}" if whole else "none flagged"
            for how in ("alone", "together")
            if how in ways
            for part, whole in (
                (ways[how]["found"], ways[how]["spoiled"]),
                (ways[how]["rightly"], ways[how]["flagged"]),
            )
        ]
        percents += ["–"] * (4 - len(percents))  # not among the flaws of damage.spoil
        lines.append(f"| {world} | {flaw} | {ways['alone']['checks']} | {' | '.join(percents)} |")
    clean = ", ".join(f"{share:.2f} % of the rows ({world})" for world, share in record["undamaged"].items())
    lines += ["", f"In sets without damage at most {clean} get a flag.", "", _signed(record, "found")]
    sizes = [
        "| rows | seconds | memory | flags |",
        "|---|---|---|---|",
        *(
            f"| {line['rows']:,} | {line['seconds']:.1f} | {line['memory (GB)']:.2f} GB | {line['flags']:,} |"
            for line in record["sizes"]
        ),
        "",
        f"Rows that are all alike, {HOSTILE:,} of them, and four times as many, which must not take much more than four "
        "times as long:",
        "",
        "| all have | seconds | times as long |",
        "|---|---|---|",
        *(f"| {line['kind']} | {line['seconds']:.1f} | {line['times as long']:.1f} |" for line in record["hostile"]),
        "",
        "Near-repeats against the library datasketch, taking turns on the same rows:",
        "",
        "| rows | times faster (three turns) | recall | recall of datasketch |",
        "|---|---|---|---|",
        *(
            f"| {line['rows']:,}, {line['kind']} | {', '.join(map(str, line['times faster']))} | {line['recall']:.1%} "
            f"| {line['recall of datasketch']:.1%} |"
            for line in record["datasketch"]
        ),
        "",
        _signed(record, "speed"),
    ]
    return {"checks": _checks(), "found": "\n".join(lines), "speed": "\n".join(sizes)}


def _checks() -> str:
    """The shelf of checks, as a table."""
    rows = [f"| {check.name} | {check.finds} | {_declared(check.needs)} |" for check in CHECKS.values()]
    return "\n".join(["| check | finds | runs where |", "|---|---|---|", *rows])


def _declared(need: str | None) -> str:
    return f"`{need}=` is given" if need else "always"


def _signed(record: dict, part: str) -> str:
    return f"Measured on {record['dates'][part]}: {record['machine']}. `make bench` repeats it."


def filled(page: str, record: dict) -> str:
    """The page with the tables between their marks."""
    return pages.filled(page, tables(record))


def main() -> None:
    record = {
        "dates": dict.fromkeys(("found", "speed"), datetime.date.today().isoformat()),
        "machine": machine(),
        "seeds": SEEDS,
        "rows": ROWS,
        "share": SHARE,
        "undamaged": undamaged(),
        "found": found(),
        "sizes": sizes(),
        "hostile": hostile(),
        "datasketch": against_datasketch(),
    }
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), record), encoding="utf-8")
    print(*tables(record).values(), sep="\n\n")
