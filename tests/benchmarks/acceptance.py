"""The acceptance figures of the base model, five seeds each: measured here, written into the model card and the README.

`utils/model/base/acceptance.json` holds the result; the tables between the marks in the two README files are made
from it, and a test compares them.
"""

import json
from pathlib import Path

from utils import compare, phrasebook
from utils.model import demo, hardware, profiles
from utils.model.experiment import Comparison, machine

from . import pages

ROOT = Path(__file__).parents[2]
RECORD = profiles.TINY / "acceptance.json"
PAGES = (profiles.TINY / "README.md", ROOT / "README.md")
SEEDS = 5
ARMS = (demo.CURATED, demo.JUNK, "10 clean rows")
SETTINGS = {
    "150 steps": {},
    "50 steps": {"steps": 50},
    "600 steps": {"steps": 600},
    "a third of the learning rate": {"learning_rate": 2e-3 / 3},
    "three times the learning rate": {"learning_rate": 6e-3},
}


def ten_rows(seed: int):
    return phrasebook.examples(10, seed=seed)


def two_hundred_rows(seed: int):
    return phrasebook.examples(200, seed=seed)


def measure() -> dict:
    """All figures: {"sets": one line per set at 150 steps, "robustness": one line per setting}."""
    good, junk = phrasebook.principle_sets()
    sets = {
        "no fine-tuning": None,
        "the principle's 3 good rows": good,
        "the principle's 400 junk rows": junk,
        "10 clean rows": ten_rows,
        demo.CURATED: phrasebook.curated(),
        "200 clean rows": two_hundred_rows,
        demo.JUNK: demo.junk_rows,
        demo.VARIED: demo.varied_rows,
    }
    first = compare(sets, steps=150, seeds=SEEDS)
    robustness = []
    for title, options in SETTINGS.items():
        result = compare(
            {name: sets[name] for name in ARMS},
            seeds=SEEDS,
            **options,
        )
        robustness.append(
            {"setting": title}
            | {name: round(float(result.scores(name).mean()), 1) for name in result.sets}
            | {"gap": [round(x, 1) for x in result.gap(demo.CURATED, demo.JUNK)]}
        )
        print(robustness[-1], flush=True)
    return {
        "date": first.provenance["date"][:10],
        "machine": machine(),
        "precision": hardware.hardware().words,
        "seeds": SEEDS,
        "test rows": 200,
        "files": first.provenance["files"],
        "versions": first.provenance["versions"],
        "sets": _lines(first),
        "robustness": robustness,
    }


def _lines(result: Comparison) -> list[dict]:
    table = result.table()
    return [
        {
            "set": name,
            "exact match": table.loc[name, "exact match %"],
            "interval": table.loc[name, "95 % interval"],
            "median": round(float(sorted(result.scores(name))[SEEDS // 2]), 1),
            "chrF": table.loc[name, "chrF"],
            "entropy": table.loc[name, "entropy (nats)"],
            "p(right)": table.loc[name, "p(right) %"],
        }
        for name in result.sets
    ]


def tables(record: dict) -> str:
    """The record as Markdown."""
    lines = [
        f"Exact match on {record['test rows']} held-out sentences, mean of {record['seeds']} seeds, 150 steps of 16 rows:",
        "",
        "| training set | exact match | 95 % interval | chrF | entropy of the answer |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {line['set']} | {line['exact match']:.1f} % | {line['interval']} | {line['chrF']:.0f} | {line['entropy']:.2f} nats |"
        for line in record["sets"]
    ]
    lines += [
        "",
        "The same at other settings; the lead is that of the curated rows over the junk, with its 95 % interval:",
        "",
        f"| setting | {' | '.join(ARMS)} | lead in points |",
        "|---" * (len(ARMS) + 2) + "|",
    ]
    for line in record["robustness"]:
        scores = " | ".join(f"{line[name]:.1f} %" for name in ARMS)
        lead, low, high = line["gap"]
        lines += [f"| {line['setting']} | {scores} | {lead:.0f} ({low:.0f} to {high:.0f}) |"]
    lines += ["", f"Measured on {record['date']}: {record['machine']}, {record['precision']}. `make bench` repeats it."]
    return "\n".join(lines)


def filled(page: str, record: dict) -> str:
    """A page with the tables and the picture between their marks."""
    return pages.filled(page, {"acceptance": tables(record), "picture": f"![{record['picture']}](docs/headline.png)"})


def main() -> None:
    record = measure()
    picture = demo.headline(seeds=SEEDS).plot()
    picture.save(ROOT / "docs" / "headline.png")
    record["picture"] = picture.alt
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for page in PAGES:
        page.write_text(filled(page.read_text(encoding="utf-8"), record), encoding="utf-8")
    print(tables(record))
