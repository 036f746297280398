import random
from collections import Counter
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.audit import alike
from tests.data.audit.alike import CAT, LIVES
from utils.data import damage, phrasebook, support
from utils.data.audit import CHECKS, Options, minhash
from utils.data.audit.corpus import Corpus

NAMES = ("exact_repeat", "near_repeat", "contradiction")


def find(name: str, rows: list[tuple[str, str]], **options) -> dict[int, tuple]:
    """The flags of one check by row; no row twice."""
    corpus = Corpus([row[0] for row in rows], [row[1] for row in rows])
    flags = list(CHECKS[name](corpus, Options(**options)))
    assert len({flag.row for flag in flags}) == len(flags) and all(flag.check == name for flag in flags)
    return {flag.row: flag._replace(reason=corpus.told(flag.reason, for_people=True)) for flag in flags}


# --- the same row -----------------------------------------------------------------------------------------


def test_all_but_the_first_of_the_same_rows_are_flagged():
    rows = [("Say hi.", "Hi."), ("Say bye.", "Bye."), ("Say hi. ", "Hi.\n"), ("Say hi.", "Bye."), ("Say hi.", "Hi.")]
    flags = find("exact_repeat", rows)
    assert {row: flag.evidence for row, flag in flags.items()} == {2: (0,), 4: (0,)}
    assert flags[4].reason == "The same instruction and answer as row 1."
    assert not find("near_repeat", rows)


@given(st.lists(st.tuples(st.sampled_from(["", "a", "b", "ab"]), st.sampled_from(["", "a", "b", "ba"])), max_size=30))
@settings(max_examples=50, deadline=None)
def test_same_rows_are_those_a_dictionary_finds(rows):
    first = {}
    expected = {i: (first[row],) for i, row in enumerate(rows) if first.setdefault(row, i) != i}
    assert {row: flag.evidence for row, flag in find("exact_repeat", rows).items()} == expected


# --- nearly the same row ----------------------------------------------------------------------------------



@pytest.mark.parametrize(
    "row",
    [
        ("translate to french the black cat did not see the house", CAT[1]),
        (CAT[0], "Le chat noir n’a pas vu la maison"),
        (CAT[0], "LE CHAT NOIR, N'A PAS VU LA MAISON!"),
        (" Translate  to French:\nThe black cat did not see the house.", CAT[1]),
        ("Please translate to French: The black cat did not see the house.", CAT[1]),
        ("Translate into French: The black cat did not see the house.", CAT[1]),
        ("Translate to French: The black cat didn't see the house.", CAT[1]),
        ("Translate to French: The blakc cat did not see the house.", CAT[1]),
        ("Translate to French: The black cat did not see the hous.", CAT[1]),
        (CAT[0], "Le chat noir n'a pas vu la miason."),
        ("Hello, translate to French: The black cat did not see the house.", CAT[1]),
        (CAT[0] + " Thank you.", CAT[1]),
    ],
)
def test_dress_filler_and_slips_make_a_near_repeat(row):
    flags = find("near_repeat", [("Say hi.", "Hi."), CAT, ("Say bye.", "Bye."), row])
    assert {row: flag.evidence for row, flag in flags.items()} == {3: (1,)}
    assert flags[3].reason.startswith("Row 2 once more, with")


@pytest.mark.parametrize(
    "one, other",
    [
        (
            ("Translate to French: The cat is black.", "Le chat est noir."),
            ("Translate to French: The dog is black.", "Le chien est noir."),
        ),
        (
            ("Translate to French: His cousin is rich.", "Son cousin est riche."),
            ("Translate to French: Her cousin is rich.", "Son cousin est riche."),
        ),
        (
            ("Translate to French: They sleep.", "Ils dorment."),
            ("Translate to French: They are sleeping.", "Ils dorment."),
        ),
        (
            ("Translate to French: Louis arrived.", "Louis est arrivé."),
            ("Translate to French: Louise arrived.", "Louise est arrivée."),
        ),
        (("What is 3 + 5?", "8"), ("What is 3 - 5?", "-2")),
        (("Is 15 prime?", "No."), ("Is 16 prime?", "No.")),
        (("Is C fast?", "Yes."), ("Is C# fast?", "Yes.")),
        (("Is it possible?", "Yes."), ("Is it impossible?", "Yes.")),
        (("Describe 😀", "A face."), ("Describe 😂", "A face.")),
        (("翻译：猫是黑色的。", "The cat is black."), ("翻译：狗是黑色的。", "The dog is black.")),
        (("अनुवाद करें: की", "of"), ("अनुवाद करें: का", "of")),
        (("How do I print a note?", "Open the File menu."), ("How do I share a note?", "Open the File menu.")),
        (("Yes", "No"), ("No", "Yes")),
    ],
)
def test_one_other_word_makes_another_row(one, other):
    assert not find("near_repeat", [one, other])
    assert not find("contradiction", [one, other], single_answer=True)


def test_long_texts_are_compared_by_the_words_they_share():
    text = f"{LIVES} {LIVES.replace('museum', 'library')} Children pay half."
    same, changed = text.replace("except on", "but not on"), text.replace("museum", "zoo").replace("library", "pool")
    flags = find("near_repeat", [("When is it open?", text), ("When is it open?", same)])
    assert "of its pairs of words the same" in flags[1].reason
    flags = find("near_repeat", [("When is it open? " + text, "Daily."), ("When is it open? " + same, "Daily.")])
    assert flags[1].evidence == (0,)
    assert not find("near_repeat", [("Is it open?", text), ("Who pays half?", same)])
    assert not find("near_repeat", [("When?", text), ("When?", " ".join(reversed(changed.split())))])


def test_similar_paragraphs_are_found_and_others_are_not():
    r = random.Random(0)
    words = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "rt", "sk", "lo", "mi")]
    rows = [
        (f"Write about {k} {r.choice(words)}", " ".join(r.choices(words, k=r.randint(60, 150)))) for k in range(400)
    ]
    likeness = {}
    for k in range(300):
        said = rows[k][1].split()
        for place in r.sample(range(len(said)), r.randint(1, len(said) // 6)):
            said[place] = r.choice(words)
        one, other = ({*zip(text, text[1:])} for text in (said, rows[k][1].split()))
        likeness[len(rows)] = len(one & other) / len(one | other)
        rows.append((rows[k][0], " ".join(said)))
    flags = find("near_repeat", rows)
    assert set(flags) == {row for row, share in likeness.items() if share >= minhash.SIMILAR}
    assert 80 < len(flags) < 150 and all(flag.evidence == (row - 400,) for row, flag in flags.items())


def test_a_courtesy_that_the_set_uses_all_the_time_is_no_repeat():
    asks = [
        f"how do I {verb} a {thing}?"
        for verb in ("open", "print", "share", "move")
        for thing in ("note", "page", "list")
    ]
    greetings = ("Hello, ", "Hi, ", "Good morning, ", "Dear all, ")
    rows = [(greeting + ask, f"See {ask}") for ask in asks for greeting in greetings]
    assert not find("near_repeat", rows)
    assert list(find("near_repeat", [*rows, ("Hey, " + asks[0], f"See {asks[0]}")])) == [len(rows)]


# --- contradictions ---------------------------------------------------------------------------------------


def test_without_a_declaration_nothing_contradicts():
    assert not find("contradiction", [("Hello", "Bonjour"), ("Hello", "Salut")])


def test_the_majority_decides():
    rows = [
        ("Hello", "Salut"),
        ("Hello", "Bonjour"),
        ("Bye", "Adieu"),
        ("hello!", "bonjour."),
        ("Please, hello", "Bonjour"),
    ]
    flags = find("contradiction", rows, single_answer=True)
    assert {row: flag.evidence for row, flag in flags.items()} == {0: (1, 3, 4)}
    assert flags[0].reason == "Another answer than in rows 2, 4, 5 to the same instruction."


def test_without_a_majority_the_later_row_is_shown_and_a_person_decides():
    flags = find("contradiction", [("Hello", "Bonjour"), ("Bye", "Adieu"), ("Hello", "Salut")], single_answer=True)
    assert list(flags) == [2] and flags[2].evidence == (0,) and "is for you to decide" in flags[2].reason
    assert flags[2].confidence < 1
    four = [("Hello", word) for word in ("Bonjour", "Salut", "Coucou", "Bonsoir")]
    assert list(find("contradiction", four, single_answer=True)) == [1, 2, 3]


def test_an_answer_that_belongs_to_another_instruction_is_the_wrong_one():
    rows = [("Say in French: house", "chien"), ("Say in French: house", "maison"), ("Say in French: dog", "chien")]
    flags = find("contradiction", rows + [(f"Say in French: {k}", f"n{k}") for k in range(9)], single_answer=True)
    assert list(flags) == [0] and flags[0].evidence == (1,) and "belong to other instructions" in flags[0].reason


@pytest.mark.parametrize("said", ["le chat est noir", "LE CHAT EST NOIR!", "Le chta est noir."])
def test_dress_and_slips_contradict_nothing(said):
    assert not find(
        "contradiction", [("The cat is black.", "Le chat est noir."), ("The cat is black.", said)], single_answer=True
    )


def test_an_instruction_that_says_nothing_is_not_contradicted():
    rows = [
        (ask, f"answer {word}") for ask in ("Do this.", "", "???") for word in "one two three four five six".split()
    ]
    assert not find("contradiction", rows, single_answer=True)


# --- the test set -----------------------------------------------------------------------------------------


def test_rows_of_the_test_set_are_found_in_any_dress():
    test = (
        CAT,
        ("Translate to French: It is late.", "Il est tard."),
        (f"Sum up: {LIVES} {LIVES.lower()}", "Closed on Mondays."),
    )
    rows = [
        ("Translate to French: It is early.", "Il est tôt."),
        CAT,
        ("please translate to french the black cat did not see the house", "Le chat noir n'a pas vu la maison"),
        ("Translate to French: It is late.", "Il fait beau."),
        ("Translate to French: The blakc cat did not see the house.", CAT[1]),
        ("Translate to French: The blakc cat did not see the house.", "Je ne sais pas."),
        (f"Sum up: {LIVES} {LIVES.lower()} Thanks.", "It opens late."),
    ]
    flags = find("leakage", rows, test=test)
    assert list(flags) == [1, 2, 3, 4, 6]
    assert flags[1].reason == flags[2].reason == "This instruction and its answer stand in row 1 of the test set."
    assert flags[3].reason == "This instruction stands, with another answer, in row 2 of the test set."
    assert flags[4].reason.startswith("Nearly the instruction of row 1 of the test set, with “blakc”")
    assert flags[6].reason.startswith("Nearly the instruction of row 3 of the test set")
    assert not find("leakage", rows)


def test_the_test_splits_have_nothing_in_common_with_the_training_splits():
    for world in (phrasebook, support):
        train, test = (world.examples(800, seed=0, split=split) for split in ("train", "test"))
        assert not find("leakage", pairs(train), test=tuple(pairs(test)))


# --- detection, on damage whose place is known ------------------------------------------------------------


def pairs(rows) -> list[tuple[str, str]]:
    return list(zip(rows["instruction"], rows["output"]))


@cache
def all_that_support_asks() -> set[str]:
    return set(support.examples(64_800, seed=0)["instruction"])


@pytest.mark.parametrize("world", [phrasebook, support])
def test_an_undamaged_set_has_next_to_no_flags(world):
    for seed in range(2):
        rows = pairs(world.examples(1000, seed=seed))
        found = {row for name in NAMES for row in find(name, rows, single_answer=True)}
        assert len(found) <= 2, [rows[row] for row in found]


@pytest.mark.parametrize("world", [phrasebook, support])
def test_damage_is_found(world):
    right, marked, found, there = (Counter() for _ in range(4))
    for seed in range(3):
        spoiled = damage.spoil(world.examples(1000, seed=seed), dict.fromkeys(NAMES, 0.05), seed=seed)
        rows = pairs(spoiled)
        for name in NAMES:
            labelled = {i for i, flaw in enumerate(spoiled["flaw"]) if flaw == name}
            flags = find(name, rows, single_answer=True).values()
            # Which of two twins was there first, nobody can tell: a pair counts where either is the damaged one.
            hits = [{flag.row, *flag.evidence} & labelled for flag in flags]
            if world is support and name == "near_repeat":
                # What the desk asks of its own accord is no damage that anybody could see ("Hi" for "Hello").
                labelled = {i for i in labelled if rows[i][0] not in all_that_support_asks()}
            right[name] += sum(map(bool, hits))
            marked[name] += len(hits)
            found[name] += len(set().union(*hits) & labelled)
            there[name] += len(labelled)
    for name in NAMES:
        assert right[name] >= 0.99 * marked[name], (name, right, marked)
        assert found[name] >= 0.99 * there[name] > 100, (name, found, there)


def test_typos_are_found_among_sentences_of_the_same_templates():
    clean = phrasebook.examples(1000, seed=5)
    slips = damage.spoil(clean, {"typo": 1.0}, size=1000, seed=1)
    r = random.Random(0)
    rows, expected = pairs(clean), set()
    for k in r.sample(range(1000), 150):
        ask, said = slips[k]["instruction"], slips[k]["output"]
        wrong = [word for word in said.split() if word not in clean[slips[k]["source_row"]]["output"].split()]
        if (
            len(wrong) == 1
            and len(wrong[0].strip(".?! ")) > 4
            and "'" not in wrong[0]
            and wrong[0].strip(".").isalpha()
        ):
            expected.add(len(rows))
            rows.append((ask, said))
    flags = find("near_repeat", rows)

    assert len(expected) > 80 and len(set(flags) & expected) >= 0.95 * len(expected)
    assert len(set(flags) - expected) <= 2


# --- whatever comes ---------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), max_size=12), st.randoms())
@settings(max_examples=60, deadline=None)
def test_any_text_is_taken(rows, r):
    surrogates = [(row[0] + "\ud800", row[1].upper()) for row in rows[:3]]
    rows = [*rows, *surrogates, *(rows[:4] if r.random() < 0.5 else []), *((b, a) for a, b in rows[:3])]
    for name in (*NAMES, "leakage"):
        for flag in find(name, rows, single_answer=True, test=tuple(rows[:2])).values():
            assert 0 <= flag.row < len(rows) and 0 < flag.confidence <= 1 and flag.reason.endswith(".")
            assert all(0 <= other < len(rows) and other != flag.row for other in flag.evidence)
            if name.endswith("repeat"):
                assert flag.evidence[0] < flag.row


@given(
    st.lists(
        st.lists(st.sampled_from("hello please cat cats can't can 3 + - the Thanks you".split()), max_size=9).map(
            " ".join
        )
    )
)
@settings(max_examples=60, deadline=None)
def test_few_words_in_any_order_are_taken(texts):
    rows = [(text, texts[-1 - i]) for i, text in enumerate(texts)]
    for name in (*NAMES, "leakage"):
        find(name, rows, single_answer=True, test=tuple(rows[::2]))


@pytest.mark.parametrize("rows", [[], [("", "")], [("Say hi.", "Hi.")], [("", "")] * 3])
def test_few_rows_are_taken(rows):
    for name in (*NAMES, "leakage"):
        flags = find(name, rows, single_answer=True, test=(("Test", "this"),))
        assert len(flags) == (2 if name == "exact_repeat" and len(rows) == 3 else 0)


def test_huge_cells_are_taken():
    huge = " ".join(f"word{k % 5000}" for k in range(120_000))
    rows = [("Go on.", huge), ("Go on.", huge.replace("word77 ", "")), ("Go on.", "x" * 1_000_000), (huge, huge)]
    assert set(find("near_repeat", rows)) == {1}
    assert not find("contradiction", rows[:2], single_answer=True)
    assert set(find("leakage", rows, test=((huge.upper(), ""),))) == {3}


@pytest.mark.parametrize("kind", alike.KINDS)
def test_rows_that_are_all_alike_take_no_longer(kind):
    """Not timed, see `make bench`; with a comparison of all pairs, 20,000 rows would not end."""
    rows = alike.rows(kind, 20_000)
    flagged = {name: len(find(name, rows, single_answer=True)) for name in NAMES}
    assert flagged["exact_repeat"] == (19_999 if kind == "one row" else 20_000 - len(set(rows)))
    assert flagged["near_repeat"] < 100
    assert flagged["contradiction"] == (19_999 if kind == "one instruction" else 0)


def test_candidates_of_sketches_are_the_similar_sets():
    r = np.random.default_rng(0)
    sets = [r.integers(2**63, size=40, dtype=np.uint64) for _ in range(300)]
    sets += [np.concatenate([one[:36], r.integers(2**63, size=4, dtype=np.uint64)]) for one in sets[:200]]
    starts = np.arange(0, 40 * len(sets) + 1, 40)
    a, b = minhash.lookalikes(np.concatenate(sets), starts)
    assert sorted(zip(a.tolist(), b.tolist())) == [(k, 300 + k) for k in range(200)]
    a, b = minhash.lookalikes(np.concatenate(sets), starts, border=300)
    assert len(a) == 200
    a, b = minhash.lookalikes(np.concatenate(sets), starts, border=301)
    assert len(a) == 199
