"""The table of other tools, as `make bench-rivals` keeps it."""

import json

from tests.benchmarks.rivals import __main__ as bench
from tests.benchmarks.rivals import chats

RECORD = json.loads(bench.RECORD.read_text(encoding="utf-8"))


def test_the_table_is_the_one_in_the_page():
    assert bench.table(RECORD) in bench.PAGE.read_text(encoding="utf-8")
    assert RECORD["versions"] == bench.versions()


def test_the_audit_points_to_every_fault_of_a_conversation_and_to_no_sound_one():
    from utils import audit

    rows, places = chats.planted()
    flagged = set(audit(rows).flags["row"])
    for fault, there in places.items():
        assert all(place & flagged for place in there), fault
    assert not flagged.difference(*(place for there in places.values() for place in there))
