import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.data import damage, phrasebook, support
from utils.show.difference import difference, plain, shortened

SAID = re.compile(r'<span class="qoq-said">.*?</span>')
ROWS = {"phrasebook": phrasebook.examples(60, seed=0), "support": support.examples(60, seed=0)}
APART = {"contradiction", "wrong_answer", "wrong_language", "off_topic", "echo", "placeholder", "vague_instruction"}


def bare(marked: str) -> str:
    """What a marked text says without its marks."""
    return html.unescape(re.sub(r"</?(?:ins|del)>", "", SAID.sub("", marked)))


def marked(text: str, tag: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(f"<{tag}>(.*?)</{tag}>", SAID.sub("", text), re.DOTALL)]


@pytest.mark.parametrize(
    "before, after, gone, new",
    [
        ("Le château est là.", "le château est là", ["Le", "."], ["le"]),
        ("Il a dîné à midi.", "Il a dine a midi.", ["dîné à"], ["dine a"]),
        ("Il part demain.", "Il", [" part demain."], []),
        ("Oui.", "Certainly! Oui.", [], ["Certainly! "]),
        ("Oui.", "<p>Oui.</p>", [], ["<p>", "</p>"]),
        ("Oui.", "", ["Oui."], ["(empty)"]),
        ("", "TODO", ["(empty)"], ["TODO"]),
        ("a b", "a  b", ["␣"], ["␣␣"]),
        ("a b", "a\nb", ["␣"], ["↵\n"]),
        ("a", "\u200ba", [], ["[zero width space]"]),
        ("ab", "a\x07b", ["ab"], ["a[control character 07]b"]),
        ("", "", [], []),
    ],
)
def test_what_went_and_what_is_new_is_marked_word_by_word(before, after, gone, new):
    found = difference(before, after)
    assert (marked(found.before, "del"), marked(found.after, "ins")) == (gone, new)
    assert "<ins>" not in found.before and "<del>" not in found.after


@pytest.mark.parametrize("world", ROWS)
@pytest.mark.parametrize("flaw", sorted(damage.FLAWS))
def test_the_marks_are_right_for_every_flaw(world, flaw):
    try:
        spoiled = damage.spoil(ROWS[world], {flaw: 0.2}, seed=1)
    except ValueError:
        assert (world, flaw) in {("phrasebook", "wrong_era"), ("support", "lost_accents")}
        return
    whole = 0
    for row in spoiled.filter(lambda row: row["flaw"] == flaw):
        for column in ("instruction", "output"):
            before, after = ROWS[world][row["source_row"]][column], row[column]
            found = difference(before, after)
            assert (found.before == found.after) == (before == after)
            if before and after and after.isprintable() and "␣" not in found.after:
                assert bare(found.before) == before and bare(found.after) == after
            for text, tag in ((found.before, "del"), (found.after, "ins")):
                assert text.count(f"<{tag}>") == text.count("[" + {"del": "gone", "ins": "new"}[tag] + ": ")
            whole += found.whole
    assert whole >= 6 if flaw in APART else not whole


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_give_safe_html(before, after):
    found = difference(before, after)
    for text in (found.before, found.after):
        assert not re.search(r"<(?!/?(?:ins|del|span)\b)", text)
    assert ("<del>" in found.before or "<ins>" in found.after) == (before != after)


SPACES = st.sampled_from(["", " ", "\n"])


@given(st.lists(st.tuples(st.sampled_from("<i>&"), SPACES, SPACES), max_size=12))
def test_two_texts_that_differ_in_spaces_alone_give_safe_html(characters):
    before, after = ("".join(c + spaces[side] for c, *spaces in characters) for side in (0, 1))
    found = difference(before, after)
    for text in (found.before, found.after):
        assert not re.search(r"<(?!/?(?:ins|del|span)\b)", text)


def test_html_is_shown_as_text():
    assert plain("<script>alert(1)</script>&amp;") == "&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"


LONG = "word " * 200_000


@pytest.mark.parametrize(
    "before, after",
    [
        (LONG, LONG.upper()),
        (LONG, LONG[:500_000] + "new " + LONG[500_000:]),
        (LONG, LONG[:400_000]),
        ("x" * 1_000_000, "x" * 1_000_000 + "y"),
        ("<b>" * 300_000, "&" * 1_000_000),
        (LONG, LONG),
    ],
)
def test_a_cell_of_a_megabyte_costs_no_more_than_a_sentence(before, after):
    start = time.process_time()
    found = difference(before, after)
    assert time.process_time() - start < 1  # 0.04 s on two slow cores
    assert len(found.before) < 5_000 and len(found.after) < 5_000


def test_what_lies_around_the_change_is_shown():
    found = difference(LONG + "old " + LONG, LONG + "new " + LONG)
    assert marked(found.after, "ins") == ["new"] and found.after.startswith("… word") and found.after.endswith("word …")
    assert "(999,640 characters)" in shortened(LONG)
