"""Whatever a person's file holds, an audit ends in a report or in a sentence, and no row is lost on the way."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utils import audit

# Pieces that checks look for, in any order, among arbitrary characters.
PIECES = st.sampled_from(
    """
    Translate to French: ; The cat is black. ; Le chat est noir. ; le chat est noir ; N/A ; no input ; <b>hello</b> ; &amp;
    As an assistant, I ; marie@example.org ; 4539 1488 0343 6467 ; +33 1 23 45 67 89 ; été ; ete ; \u200b ; \x07 ; ```
    Answer this. ; œuf ; 日本語 ; مرحبا ; 👩‍🚀 ; ... ; - ; 1,000,000 ; C# ; “ ; = ; '
    """.replace("\n", ";").split(";")
)
TEXT = st.lists(PIECES | st.text(st.characters(), max_size=8), max_size=6).map(" ".join)
CELLS = st.one_of(
    TEXT,
    st.none(),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.lists(TEXT, max_size=2),
    st.dictionaries(st.text(max_size=3), TEXT, max_size=2),
    st.sampled_from(["x" * 20_000, "word " * 5_000, "e\u0301" * 3_000]),
)
ROWS = st.lists(
    st.fixed_dictionaries({"instruction": TEXT | CELLS, "output": TEXT | CELLS}, optional={"input": CELLS}), max_size=40
)


def check(source, size: int, **declared) -> None:
    try:
        report = audit(source, **declared)
    except ValueError as error:
        assert str(error).endswith((".", '"')) and "\n" not in str(error), error
        return
    assert len(report.corpus) + len(report.rejected) == size
    assert all(each.row and each.reason for each in report.rejected)
    for flag in report.flags.itertuples():
        assert 0 <= flag.row < len(report.corpus) and 0 < flag.confidence <= 1, flag
        assert flag.reason.endswith(".") and "\n" not in flag.reason, flag
        assert all(0 <= other < len(report.corpus) for other in flag.evidence), flag
    cleaned = report.clean()
    assert len(cleaned.rows) + len(cleaned.dropped) == len(report.corpus) == len(cleaned.undo().rows)
    assert report.verdict and report.size["rows"] == len(report.corpus) >= report.size["distinct rows"]


@given(ROWS, st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_rows_end_in_a_report_or_a_sentence(rows, single_answer, declared):
    more = {"rule": r".*\.", "languages": {"output": ["fr"]}, "context": 64} if declared else {}
    check(rows * 3, 3 * len(rows), single_answer=single_answer, **more)


@given(ROWS, st.randoms())
@settings(max_examples=50, deadline=None)
def test_any_file_ends_in_a_report_or_a_sentence(tmp_path_factory, rows, r):
    lines = [json.dumps(row) for row in rows]
    broken = [line[: r.randrange(1, len(line))] if r.random() < 0.2 else line for line in lines]
    path = tmp_path_factory.mktemp("any") / "rows.jsonl"
    path.write_text("\n".join(broken), encoding="utf-8")
    check(path, len(rows), single_answer=True)


@given(ROWS)
@settings(max_examples=25, deadline=None)
def test_any_report_is_written(tmp_path_factory, rows):
    try:
        report = audit(rows * 2)
    except ValueError:
        return
    folder = tmp_path_factory.mktemp("written")
    page = report.to_html(folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page.lower() and page.count("<table") == page.count("</table")
    kept = json.loads(report.to_json(folder / "report.json").read_text(encoding="utf-8"))
    assert len(kept["flags"]) == len(report.flags) and len(kept["rejected"]) == len(report.rejected)


@pytest.mark.parametrize("declared", [{"rule": "("}, {"languages": {"output": ["klingon"]}}, {"test": "nowhere.jsonl"}])
def test_what_is_declared_wrongly_is_a_sentence(declared):
    with pytest.raises((ValueError, OSError)) as error:
        audit([{"instruction": "Say hello.", "output": "Bonjour."}] * 12, **declared)
    assert len(str(error.value)) > 20 and "\n" not in str(error.value)
