import json

from datasets import Dataset

from tests.benchmarks import audit as bench
from utils import audit, damage
from utils.data.audit import CHECKS
from utils.data.audit.detection import detection, hits


def test_precision_and_recall():
    assert hits([0, 1, 2, 3], [2, 3, 4]) == (4, 2, 3)
    assert hits([0, 1, 2, 3], [2, 3, 4]).precision == 0.5
    assert hits([], [1]).precision == 1.0 and hits([], [1]).recall == 0.0
    assert hits([1], []).precision == 0.0 and hits([1], []).recall == 1.0
    assert str(hits([0, 1], [1, 2])) == "1 of 2 found, 1 marked wrongly"


def test_the_readme_shows_what_was_measured():
    record = json.loads(bench.RECORD.read_text(encoding="utf-8"))
    page = bench.PAGE.read_text(encoding="utf-8")
    assert bench.filled(page, record) == page
    assert {line["flaw"] for line in record["found"]} >= {check.shows[0] for check in CHECKS.values() if check.shows}


def test_either_of_two_twins_counts():
    clean = Dataset.from_dict({"instruction": ["Say hi.", "Say bye."], "output": ["Salut.", "Au revoir."]})
    spoiled = damage.spoil(clean, {"exact_repeat": 0.5}, size=4, seed=0)
    table = detection(audit(spoiled, checks=["exact_repeat"]), spoiled)
    assert table.loc["exact_repeat", ["spoiled", "found", "recall", "precision"]].to_list() == [2, 2, 1.0, 1.0]


def test_what_is_not_there_is_flagged_wrongly():
    rows = {"instruction": ["a b c d"] * 2, "output": ["e f g h"] * 2, "flaw": ["", ""], "source_row": [0, 1]}
    rows = Dataset.from_dict({name: values + values[:1] for name, values in rows.items()} | {"flaw": ["", "", "echo"]})
    table = detection(audit(rows, checks=["exact_repeat", "echo"]), rows)
    assert list(table.index) == ["echo"] and table.loc["echo", "recall"] == 0
