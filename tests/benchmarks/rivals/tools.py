"""One set through one tool, at its defaults, in a process of its own: `python tools.py TASK TOOL FILE RESULT`.

FILE is JSONL with "messages", or with "instruction" and "output". RESULT says which rows the tool would have a person look
at, from 0, how long it took, with what it imports, and the peak of its memory. What a tool calls a suggestion does not
count. The task is all flaws, rows that stand in the test set beside FILE (`beside`), or wrong labels. Nothing is imported
here but what the tool's environment has.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

Find = Callable[[Path], set[int]]
FLAWS, TEST_ROWS, LABELS = "flaws", "test rows", "labels"
TOOLS: dict[str, dict[str, Find]] = {FLAWS: {}, TEST_ROWS: {}, LABELS: {}}


def tool(name: str, task: str = FLAWS) -> Callable[[Find], Find]:
    def shelve(find: Find) -> Find:
        TOOLS[task][name] = find
        return find

    return shelve


def main() -> None:
    task, name, source, result = sys.argv[1], sys.argv[2], Path(sys.argv[3]).resolve(), Path(sys.argv[4])
    started = time.perf_counter()
    rows = TOOLS[task][name](source)
    seconds = time.perf_counter() - started
    with open("/proc/self/status") as status:  # the peak of this process; rusage would begin with its parent's
        own = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 2**20
    result.write_text(json.dumps({"seconds": seconds, "memory": peak, "rows": sorted(rows)}))


def records(source: Path) -> list[dict]:
    return [json.loads(line) for line in source.read_text(encoding="utf-8").splitlines()]


def beside(source: Path) -> Path:
    """Where the test set of a training set stands."""
    return source.with_stem(f"{source.stem}.test")


def as_pair(row: dict) -> tuple[str, str]:
    """Instruction and answer; of a conversation, all that stands before the last turn, and that turn."""
    if "messages" not in row:
        return row["instruction"], row["output"]
    said = [str(turn.get("content") or "") for turn in row["messages"]]
    return "\n".join(said[:-1]), said[-1] if said else ""


def as_messages(row: dict) -> list[dict]:
    if "messages" in row:
        return row["messages"]
    return [{"role": "user", "content": row["instruction"]}, {"role": "assistant", "content": row["output"]}]


def written(folder: str, rows: list[dict]) -> Path:
    path = Path(folder) / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def run(*command: object, cwd: str) -> str:
    """What a command line tool prints; that it ends with 1 or 2 where it finds something is no failure."""
    program = Path(sys.executable).with_name(str(command[0]))
    done = subprocess.run([program, *map(str, command[1:])], cwd=cwd, capture_output=True, text=True)
    if done.returncode > 2 or "Traceback" in done.stderr:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout


@tool("this audit")
def ours(source: Path) -> set[int]:
    """With single_answer=True where rows are pairs, as the task has one answer."""
    from utils import audit

    return set(audit(source, single_answer="messages" not in records(source)[0]).flags["row"].tolist())


@tool("finelint")
def finelint(source: Path) -> set[int]:
    with tempfile.TemporaryDirectory() as folder:
        rows = records(source)
        schema = "openai" if "messages" in rows[0] else "generic"
        fields = () if schema == "openai" else ("--input-fields", "instruction", "--output-fields", "output")
        found = Path(folder) / "found.json"
        run("finelint", "inspect", source, "--schema", schema, *fields, "--report", Path(folder) / "report.json",
            "--affected-records", found, cwd=folder)  # fmt: skip
        return {record["row"] - 1 for record in json.loads(found.read_text())["records"]}


@tool("parallelogram")
def parallelogram(source: Path) -> set[int]:
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, [{"messages": as_messages(row)} for row in records(source)])
        issues = json.loads(run("parallelogram", "check", path, "--json", cwd=folder))["issues"]
        return {issue["line"] - 1 for issue in issues if issue["line"]}


@tool("cleanllm")
def cleanllm(source: Path) -> set[int]:
    """The rows that `fix` changes and `dedup`, with near duplicates, leaves out."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [{"messages": as_messages(row)} for row in records(source)]
        path, fixed, kept = written(folder, rows), Path(folder) / "fixed.jsonl", Path(folder) / "kept.jsonl"
        run("cleanllm", "fix", path, "--out", fixed, cwd=folder)
        run("cleanllm", "dedup", path, "--out", kept, "--near-dedup", cwd=folder)
        return left_out(rows, records(fixed)) | left_out(rows, records(kept))


def left_out(rows: list[dict], others: list[dict]) -> set[int]:
    """Which rows are not among the others, which are in the same order."""
    missing, at = set(), 0
    for k, row in enumerate(rows):
        if at < len(others) and others[at]["messages"] == row["messages"]:
            at += 1
        else:
            missing.add(k)
            at += len(others) == len(rows)  # a row that was changed stands in its place
    return missing


@tool("datacruxai")
def datacruxai(source: Path) -> set[int]:
    """Exact and fuzzy duplicates, personal data, and answers in another language than most."""
    from collections import Counter

    import datacruxai as crux

    with tempfile.TemporaryDirectory() as folder:
        pairs = [as_pair(row) for row in records(source)]
        path = written(folder, [{"instruction": asked, "output": said} for asked, said in pairs])
        examples = crux.load_jsonl(path)
        found = {k for k, result in enumerate(crux.scan_examples(examples)) if result.has_pii}
        for result in (crux.exact_dedup(examples), crux.fuzzy_dedup(examples)):
            found |= {k for group in result.groups for k in sorted(group)[1:]}
        told = [result.lang_code for result in crux.detect_languages_batch([said for _, said in pairs])]
        most = Counter(told).most_common(1)[0][0]
        return found | {k for k, language in enumerate(told) if language != most}


@tool("modelbrew-cleaner")
def modelbrew(source: Path) -> set[int]:
    """It stops at a turn whose content is null, as calls of tools have it: an empty text stands there instead."""
    import modelbrew_cleaner as cleaner

    rows = records(source)
    for turn in (turn for row in rows for turn in row.get("messages", ())):
        turn["content"] = turn["content"] or ""
    rows = cleaner.clean_rows(rows)
    return {row.row_index for row in rows if any(issue.severity.value != "suggestion" for issue in row.issues)}


@tool("datasketch")
def datasketch(source: Path) -> set[int]:
    """Near duplicates only: MinHash of pairs of neighbouring words, 128 permutations, from a likeness of 0.8 on."""
    from datasketch import MinHash, MinHashLSH

    index, found = MinHashLSH(threshold=0.8, num_perm=128), set()
    for k, pair in enumerate(map(as_pair, records(source))):
        sketch = MinHash(num_perm=128)
        for side, text in enumerate(pair):
            words = text.lower().split()
            sketch.update_batch([f"{side} {one} {two}".encode() for one, two in zip(words, words[1:])])
        if index.query(sketch):
            found.add(k)
        index.insert(str(k), sketch)
    return found


@tool("semhash")
def semhash(source: Path) -> set[int]:
    """Near duplicates only, by the vectors that come with wordllama, as its own would have to be fetched from a hub."""
    import wordllama
    from semhash import SemHash

    class Encoder:  # its tokenizer lies where only a cache is looked for
        vectors = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)

        def encode(self, inputs, **options):
            return self.vectors.embed(list(inputs))

    rows = [{"text": "\n".join(pair), "row": k} for k, pair in enumerate(map(as_pair, records(source)))]
    index = SemHash.from_records(rows, columns=["text"], model=Encoder())
    return {twin.record["row"] for twin in index.self_deduplicate().filtered}


# --- rows that stand in a test set as well ----------------------------------------------------------------


@tool("this audit", TEST_ROWS)
def leakage_by_ours(source: Path) -> set[int]:
    from utils import audit

    return set(audit(source, test=beside(source), checks=["leakage"]).flags["row"].tolist())


@tool("wana", TEST_ROWS)
def leakage_by_wana(source: Path) -> set[int]:
    from wana.api import check_contamination

    report = check_contamination(source, eval_sets=[beside(source)])
    return {int(hit.train_id.rpartition(":")[2]) - 1 for hit in report.hits}


@tool("finelint", TEST_ROWS)
def leakage_by_finelint(source: Path) -> set[int]:
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.json"
        run("finelint", "compare", "--split", f"train={source}", "--split", f"test={beside(source)}",
            "--report", Path(folder) / "report.json", "--affected-records", found, cwd=folder)  # fmt: skip
        return {each["row"] - 1 for each in json.loads(found.read_text())["records"] if each["split"] == "train"}


# --- labels -----------------------------------------------------------------------------------------------


@tool("this audit", LABELS)
def labels_by_ours(source: Path) -> set[int]:
    from utils import audit

    return set(audit(source, checks=["wrong_label"]).flags["row"].tolist())


@tool("cleanlab", LABELS)
def labels_by_cleanlab(source: Path) -> set[int]:
    """By the probabilities of scikit-learn's logistic regression on words and pairs of words, out of five folds."""
    from cleanlab.filter import find_label_issues
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.preprocessing import LabelEncoder

    texts, labels = zip(*map(as_pair, records(source)))
    given = LabelEncoder().fit_transform(labels)
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit_transform(texts)
    told = cross_val_predict(LogisticRegression(), words, given, cv=5, method="predict_proba")
    return set(find_label_issues(given, told, return_indices_ranked_by="self_confidence").tolist())


if __name__ == "__main__":
    main()
