"""Sentences with several translations: read from a file, kept apart for the test, and set beside simulated noise."""

import datasets
import pytest

from utils.data import tatoeba


@pytest.fixture
def file(tmp_path):
    """300 sentences with three translations, and one with a single one; the third column says whose they are."""
    lines = [f"Sentence {at}.\tPhrase {at} {way}.\tCC BY" for at in range(300) for way in "abc"]
    path = tmp_path / "fra.txt"
    path.write_text("\n".join([*lines, "Alone.\tSeule.\tCC BY", "no tab"]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def sentences(file):
    return tatoeba.load(file)


def test_sentences_with_two_translations_are_read(sentences):
    assert len(sentences) == 300
    assert sentences[0] == {"english": "Sentence 0.", "french": ["Phrase 0 a.", "Phrase 0 b.", "Phrase 0 c."]}


def test_the_three_sets_differ_in_their_second_halves_alone(sentences):
    sets = tatoeba.uneven(sentences, 50, seed=1)
    one, several, wrong = (sets[name] for name in (tatoeba.ONE, tatoeba.SEVERAL, tatoeba.WRONG))
    assert one["instruction"][:] == several["instruction"][:] == wrong["instruction"][:] and len(one) == 100
    assert one["output"][:50] == several["output"][:50] == wrong["output"][:50] == one["output"][50:]
    right = dict(zip(sentences["english"], sentences["french"]))
    for asked, same, other, of_another in zip(
        one["instruction"][50:], *(each["output"][50:] for each in sets.values())
    ):
        translations = right[asked.removeprefix("Translate to French: ")]
        assert same in translations and other in translations and same != other and of_another not in translations


def test_a_seed_draws_the_same_again_and_another_draws_others(sentences):
    drawn = [tatoeba.uneven(sentences, 20, seed)[tatoeba.WRONG]["output"][:] for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_no_sentence_of_the_test_is_trained_on(sentences):
    test = tatoeba.held_out(sentences)
    trained = tatoeba.uneven(sentences, 100, seed=0)[tatoeba.ONE]
    assert len(test) == tatoeba.TEST and not set(test["instruction"]) & set(trained["instruction"])
    assert all(output in references for output, references in zip(test["output"], test["references"]))


def test_a_sentence_in_another_dress_stays_out_of_the_rows(tmp_path):
    path = tmp_path / "fra.txt"
    path.write_text("".join(f"Run {at // 2}{'.!'[at % 2]}\tCours {at} {way}\n" for at in range(500) for way in "ab"))
    sentences = tatoeba.load(path)
    trained = tatoeba.uneven(sentences, 100, seed=0)[tatoeba.ONE]["instruction"]
    assert not {text[:-1] for text in trained} & {text[:-1] for text in tatoeba.held_out(sentences)["instruction"]}


def test_too_many_are_asked_for(sentences):
    with pytest.raises(ValueError, match="besides those of the test there are 100"):
        tatoeba.uneven(sentences, 101, seed=0)


def test_a_file_without_two_translations_is_a_sentence(tmp_path):
    path = tmp_path / "one.txt"
    path.write_text("Go.\tVa !\n", encoding="utf-8")
    with pytest.raises(ValueError, match="No sentence has two translations"):
        tatoeba.load(path)


def test_what_is_downloaded_is_said_before(monkeypatch, capsys):
    def load_dataset(name, part, revision, split):
        said = capsys.readouterr().out
        assert (
            "CC BY 2.0 FR" in said
            and "MB" in said
            and (name, part, revision) == (tatoeba.HUB, tatoeba.PART, tatoeba.REVISION)
        )
        return datasets.Dataset.from_dict({"english": ["Go.", "Go."], "non_english": ["Va !", "Allez !"]})

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    assert tatoeba.load()["french"][:] == [["Va !", "Allez !"]]


def test_no_connection_is_a_sentence(monkeypatch):
    def load_dataset(*_, **__):
        raise ConnectionError("no route")

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    with pytest.raises(OSError, match="give a file"):
        tatoeba.load()
