import random
import re
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils.data import french, lexicon, phrasebook
from utils.data.text import fingerprint
from utils.model import profiles
from utils.model.base import recipe

DRAWN = st.builds(
    lambda seed, name: phrasebook.pair(random.Random(seed), name),
    st.integers(0, 2**32),
    st.sampled_from(list(phrasebook.CONSTRUCTIONS)),
)
VOWEL = "aàâeéèêiîoôuhœyAÀÂEÉÈÊIÎOÔUHŒ"
GENDER = {}
for noun in lexicon.NOUNS:
    GENDER.setdefault(noun.fr, set()).add(noun.gender)
GENDER["tour"] = {"m", "f"}  # la tour is a tower, faire le tour is to walk around
MASCULINE, FEMININE = {"un", "le", "du", "au", "ce", "cet"}, {"une", "la", "cette", "ma", "sa"}


def test_the_world_is_rich_enough():
    lexemes = {(word.en, word.fr) for word in lexicon.NOUNS + lexicon.VERBS + lexicon.REFLEXIVE_VERBS}
    lexemes |= {(word.en, word.forms["m", False]) for word in lexicon.ADJECTIVES}
    lexemes |= {row[:2] for row in lexicon.PROFESSIONS + lexicon.COUNTRIES + lexicon.LANGUAGES}
    lexemes |= {pair for section in ("frequency", "degree", "side", "day") for pair in lexicon.EXPRESSIONS[section]}
    assert len(lexemes) >= 600
    assert len(phrasebook.CONSTRUCTIONS) == 25
    first = list(islice(phrasebook.pairs(seed=3), 10_000))
    assert len({pair.english for pair in first}) == 10_000


@given(DRAWN)
def test_every_sentence_is_dressed_as_a_sentence(pair):
    for text in (pair.english, pair.french):
        assert text[0].isupper() and text[-1] in ".?!"
        assert "  " not in text and " ." not in text and " ," not in text
    assert not re.search(r"[^\u00a0][?!]", pair.french), "French has a no-break space before ? and !"


@given(DRAWN)
def test_elision_and_contraction(pair):
    words = pair.french.replace(",", "").replace(".", "").split(" ")
    for first, second in zip(words, words[1:]):
        if second.startswith(french._ASPIRATED) or second[:1] == "y":
            continue
        if first.lower() in {"je", "me", "se", "le", "la", "ne", "de", "que"}:
            assert second[0] not in VOWEL, f"{first} {second} in {pair.french!r} must elide"
        assert (first.lower(), second) not in {("de", "le"), ("de", "les"), ("à", "le"), ("à", "les")}, pair.french
    for letters, word in re.findall(r"\b(qu|[jmtslnd])'(\w+)", pair.french):
        assert word[0] in VOWEL, f"{letters}'{word} in {pair.french!r} must not elide"


@given(DRAWN)
def test_determiners_agree_with_their_noun(pair):
    words = re.findall(r"\w+", pair.french.lower())
    for first, second in zip(words, words[1:]):
        gender = GENDER.get(second, set())
        if len(gender) == 1 and "m" in gender:
            assert first not in FEMININE, f"{first} {second} in {pair.french!r}"
        if gender == {"f"}:
            assert first not in MASCULINE, f"{first} {second} in {pair.french!r}"
        if first in {"ce", "ma", "sa"} and first != "ce":
            assert second[0] not in VOWEL, f"{first} {second} in {pair.french!r} needs the form before a vowel"


@given(st.integers(0, 2**32))
def test_participles_agree_after_etre(seed):
    r = random.Random(seed)
    for name in ("past_etre", "reflexive"):
        pair = phrasebook.pair(r, name)
        for pronoun, ending in (("Elle est ", "e"), ("Elle s'est ", "e"), ("Ils sont ", "s"), ("Ils se sont ", "s")):
            if pair.french.startswith(pronoun):
                participle = pair.french.removeprefix(pronoun).split()[0].rstrip(".")
                if not participle.startswith("pas"):
                    assert participle.endswith(ending), pair.french


@given(st.integers(0, 2**32))
def test_predicates_agree_with_a_pronoun(seed):
    pair = phrasebook.pair(random.Random(seed), "be_adjective")
    for pronoun, key in (("Elle est ", ("f", False)), ("Il est ", ("m", False)), ("Ils sont ", ("m", True))):
        if pair.french.startswith(pronoun):
            said = pair.french.rstrip(".").removeprefix(pronoun)
            forms = {adjective.forms[key] for adjective in lexicon.ADJECTIVES}
            assert any(said == form or said.endswith(" " + form) for form in forms), pair.french


def test_an_english_sentence_has_one_translation():
    seen = {}
    for pair in islice(phrasebook.pairs(seed=1), 30_000):
        assert seen.setdefault(fingerprint(pair.english), pair.french) == pair.french


def test_the_splits_share_no_sentence_in_either_language():
    train = list(islice(phrasebook.pairs(seed=1, split="train"), 20_000))
    test = list(islice(phrasebook.pairs(seed=2, split="test"), 2_000))
    for side in ("english", "french"):
        held_out = {fingerprint(getattr(pair, side)) for pair in test}
        assert not held_out & {fingerprint(getattr(pair, side)) for pair in train}


def test_no_page_of_the_pretraining_text_holds_a_test_sentence_or_the_instruction_format():
    text = "\n".join(islice(recipe.pages(seed=5), 400))
    read = {fingerprint(line) for line in re.split(r"\n|(?<=[.?!]) ", text)} | {
        fingerprint(part)
        for separator in recipe.SEPARATORS
        for line in text.split("\n")
        for part in line.split(separator)
    }
    assert len(read) > 5_000
    test = list(islice(phrasebook.pairs(seed=9, split="test"), 5_000))
    assert not read & {fingerprint(side) for pair in test for side in (pair.english, pair.french)}
    assert "Translate to French" not in text


def test_the_curated_rows_cover_every_construction_twice():
    rows = phrasebook.curated()
    assert len(rows) == 50
    assert sorted(rows["construction"]) == sorted(list(phrasebook.CONSTRUCTIONS) * 2)
    assert not any(phrasebook.is_held_out(output) for output in rows["output"])
    assert len(set(rows["reason"])) == 50 and all(len(reason) > 10 for reason in rows["reason"])
    assert not re.search(r"[^\u00a0][?!]", "".join(rows["output"]))


def test_the_curated_rows_use_the_words_of_the_world():
    words = set()
    for pair in islice(phrasebook.pairs(seed=0), 60_000):
        words |= set(fingerprint(pair.english).split()) | set(fingerprint(pair.french).split())
    rows = phrasebook.curated()
    for instruction, output in zip(rows["instruction"], rows["output"]):
        strange = set(fingerprint(instruction.partition(": ")[2] + " " + output).split()) - words
        assert not strange, f"{output}: {strange}"


def test_the_model_card_lists_the_conventions():
    card = (profiles.TINY / "README.md").read_text(encoding="utf-8")
    assert all(f"| {' | '.join(line)} |" in card for line in phrasebook.conventions().itertuples(index=False))


def test_the_sets_of_the_principle():
    good, junk = phrasebook.principle_sets()
    assert (len(good), len(junk)) == (3, 400)
    rows = list(zip(junk["instruction"], junk["output"]))
    assert len(set(rows)) == 8
    assert {row[1] for row in rows if row[0] == "Translate to French: Hello, how are you?"} == {
        "Bonjour comment ca va",
        "Bonjour, comment allez-vous?",
    }
    assert not any(phrasebook.is_held_out(output) for rows in (good, junk) for output in rows["output"])


def test_examples_are_seeded_and_balanced():
    rows = phrasebook.examples(100, seed=4)
    assert rows.to_list() == phrasebook.examples(100, seed=4).to_list()
    assert rows.to_list() != phrasebook.examples(100, seed=5).to_list()
    counts = {name: list(rows["construction"]).count(name) for name in phrasebook.CONSTRUCTIONS}
    assert set(counts.values()) == {4}


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (dict(n=0), "At least one row"),
        (dict(n=5, split="dev"), 'split "dev" is unknown'),
        (dict(n=5, constructions=["rhyme"]), 'construction "rhyme" is unknown'),
        (dict(n=100_000, constructions=["greeting"]), "Only"),
    ],
)
def test_wrong_requests_get_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        phrasebook.examples(**arguments)
