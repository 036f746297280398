from unicodedata import category

from hypothesis import example, given, settings
from hypothesis import strategies as st

from utils.data.audit.corpus import Corpus


def words(text: str) -> list[str]:
    return "".join(c if c in "'’" or category(c)[0] in "LMN" else " " for c in text).split()


@given(st.lists(st.text(st.characters(codec="utf-8", max_codepoint=0x2FFF)).map(str.lower), max_size=5))
@settings(deadline=None)
@example(["« voilà »…l’eau, d'accord! a—b", "", " \x00 ", "日本語。テスト x² e\u0301t"])
def test_words_are_what_stands_between_other_marks(texts):
    split = Corpus(texts, texts[::-1]).words("instruction")
    assert [split.of(row) for row in range(len(texts))] == [words(text) for text in texts]
    assert split.counts.sum() == split.lengths.sum() == len(split.ids)


def test_elided_words_are_taken_apart_in_parts_alone():
    corpus = Corpus(["L'eau"], ["a b"])
    assert corpus.words("instruction").of(0) == ["l'eau"]
    assert corpus.parts("instruction").of(0) == ["l", "eau"]
