import pytest

from utils.show.card import KINDS, Card, Folded, marked_up


@pytest.mark.parametrize("kind", KINDS)
def test_what_looks_like_html_is_shown_as_text(kind):
    shown = Card(kind, "<script>alert(1)</script> & `a < b`").html()
    assert "<script>" not in shown and "&lt;script&gt;" in shown and "<code>a &lt; b</code>" in shown


def test_the_meaning_is_in_words_and_not_in_the_colour_alone():
    said = {repr(Card(kind, "…")) for kind in KINDS}
    assert len(said) == len(KINDS)
    assert "Right." in Card("right").html() and "Not right yet." in Card("wrong").html()


def test_a_lone_backquote_is_only_a_character():
    assert marked_up("5` tall") == "5` tall"


def test_folded_hides_the_text_under_its_title_and_prints_it_plainly():
    answer = Folded("Our <answer>", "a < b")
    assert answer._repr_html_().startswith("<details><summary>Our &lt;answer&gt;</summary>")
    assert "a &lt; b" in answer._repr_html_() and repr(answer) == "a < b"
    assert "<pre><code>a &lt; b" in Folded("Code", "a < b", code=True)._repr_html_()
