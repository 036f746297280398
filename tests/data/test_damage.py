import html
import json
import random
import re
from collections import Counter, defaultdict
from hashlib import sha256

import pytest
from datasets import Dataset, concatenate_datasets
from hypothesis import example, given, settings
from hypothesis import strategies as st

from utils.data import damage, phrasebook, support
from utils.data.damage import BESIDE, FLAWS, Rows
from utils.data.damage.flaws import OTHER_ERA, language
from utils.data.damage.sentences import BOILERPLATE, CONTRACTIONS, CONTROLS, LINES, PLACEHOLDERS, VAGUE
from utils.data.text import fingerprint, strip_accents

PHRASES = phrasebook.examples(60, seed=0).select_columns(["instruction", "output"])
DESK = support.examples(60, seed=0).select_columns(["instruction", "output"])
BOTH = concatenate_datasets([PHRASES, DESK])
# What the demo and the acceptance figures are made with.
JUNK = {"lowercase": 0.2, "typo": 0.15, "truncated": 0.15, "wrong_answer": 0.2, "off_topic": 0.1}


def rows_of(instructions, outputs):
    return Dataset.from_dict({"instruction": instructions, "output": outputs})


def cells(rows):
    return list(zip(rows["instruction"], rows["output"]))


def hit(spoiled, clean):
    """The spoiled rows, each with the row it came from."""
    return [(row, clean[row["source_row"]]) for row in spoiled if row["flaw"]]


# --- what was measured before must stay what it was -----------------------------------------------------------


@pytest.mark.parametrize(
    "rows, flaws, options, expected",
    [
        (lambda: phrasebook.examples(8, seed=0), JUNK, dict(size=10_000, seed=0), "08c0e7e397ebf311"),
        (lambda: phrasebook.examples(8, seed=2), JUNK, dict(size=10_000, seed=2), "98be9004bf5ea8ff"),
        (lambda: phrasebook.examples(10_000, seed=0), JUNK, dict(seed=0), "2c98d84a5250d7f8"),
        (
            lambda: phrasebook.principle_sets()[1],
            dict.fromkeys(("lowercase", "typo", "truncated", "wrong_answer", "echo", "off_topic"), 0.14),
            dict(seed=4),
            "83456356691511ad",
        ),
        (
            lambda: phrasebook.principle_sets()[0],
            dict.fromkeys(("lowercase", "typo", "truncated", "wrong_answer", "echo", "off_topic"), 0.14),
            dict(size=500, seed=4),
            "ec79aad85e948f9b",
        ),
        (
            lambda: support.examples(300),
            dict.fromkeys(("lowercase", "typo", "truncated", "wrong_answer"), 0.2),
            dict(seed=4),
            "6a8dbe91b193210e",
        ),
        (lambda: PHRASES, {"lost_accents": 0.4}, dict(size=200, seed=3), "910d66a1e40dd1bd"),
    ],
)
def test_recorded_sets_come_out_as_they_were_recorded(rows, flaws, options, expected):
    spoiled = damage.spoil(rows(), flaws, **options)
    text = json.dumps(spoiled.to_dict(), ensure_ascii=False)
    assert sha256(text.encode()).hexdigest()[:16] == expected


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=12), st.integers(0, 99))
def test_a_wrong_answer_is_drawn_from_all_rows_with_another_one(outputs, seed):
    rows = Rows(zip("q" * len(outputs), outputs))
    drawn = FLAWS["wrong_answer"](rows[0], rows, random.Random(seed))
    others = [output for output in outputs if output != outputs[0]]
    assert drawn == ("q", random.Random(seed).choice(others) if others else outputs[0])


# --- shares and the receipt -----------------------------------------------------------------------------------


@given(
    st.dictionaries(st.sampled_from(list(FLAWS)), st.floats(0, 0.04), max_size=len(FLAWS)),
    st.integers(200, 500),
    st.integers(0, 1000),
    st.booleans() | st.sets(st.sampled_from(list(FLAWS))),
)
@example(dict.fromkeys(FLAWS, 0.04), 300, 0, False)
@example(dict.fromkeys(FLAWS, 0.04), 300, 0, True)
@settings(max_examples=40, deadline=None)
def test_shares_add_up_and_every_row_is_accounted_for(flaws, size, seed, systematic):
    spoiled = damage.spoil(BOTH, flaws, size=size, seed=seed, systematic=systematic)
    counts = Counter(spoiled["flaw"])
    assert len(spoiled) == size
    assert abs((size - counts[""]) - size * sum(flaws.values())) <= 0.5 + 1e-6
    for name, share in flaws.items():
        assert abs(counts[name] - share * size) <= 1
    whole = {row["source_row"] for row in spoiled if not row["flaw"]}
    for row, (said, right) in zip(spoiled, zip(cells(spoiled), cells(damage.restore(spoiled, BOTH)))):
        assert (said == right) == (row["flaw"] in ("", "exact_repeat"))
        assert row["flaw"] not in BESIDE or row["source_row"] in whole


@pytest.mark.parametrize("systematic", [False, True])
def test_damage_can_be_taken_back(systematic):
    shares = {name: 0.07 for name in FLAWS if name not in BESIDE}
    clean = phrasebook.examples(40).add_column("era", [2024] * 40)
    clean = concatenate_datasets([clean.select_columns(["instruction", "output", "era"]), support.examples(40)])
    clean = clean.select_columns(["instruction", "output", "era"])
    spoiled = damage.spoil(clean, shares, seed=3, systematic=systematic)
    assert sum(spoiled[i]["output"] != clean[j]["output"] for i, j in enumerate(spoiled["source_row"])) > 50
    back = damage.restore(spoiled, clean)
    assert sorted(map(str, back)) == sorted(map(str, clean))

    some = spoiled.shuffle(seed=1).select(range(30))
    assert damage.restore(some, clean)["output"][:] == [clean[i]["output"] for i in some["source_row"]]
    assert len(damage.restore(spoiled.select([]), clean)) == 0


def test_repeats_take_places_and_can_be_left_out():
    spoiled = damage.spoil(PHRASES, {"exact_repeat": 0.3, "near_repeat": 0.2}, seed=1)
    alone = spoiled.filter(lambda row: row["flaw"] not in BESIDE)
    assert len(alone) == 30 == len(set(cells(alone))) and set(cells(alone)) < set(cells(PHRASES))
    copies = Counter(cells(spoiled.filter(lambda row: row["flaw"] == "exact_repeat")))
    assert copies.total() == 18 == len(copies), "the copies are spread over the rows"
    one_for_all = damage.spoil(PHRASES, {"exact_repeat": 59 / 60})
    assert len(set(cells(one_for_all))) == 1


@pytest.mark.parametrize(
    "spoiled, clean, sentence",
    [
        (PHRASES, PHRASES, 'no receipt: the column "flaw"'),
        (damage.spoil(PHRASES, {}), PHRASES.select(range(9)), "but there are 9 clean rows"),
        (damage.spoil(PHRASES, {}), DESK, "the two differ"),
        (damage.spoil(PHRASES, {}), PHRASES.rename_column("output", "answer"), 'no column "output"'),
    ],
)
def test_a_receipt_for_other_rows_is_not_honoured(spoiled, clean, sentence):
    with pytest.raises(ValueError, match=sentence):
        damage.restore(spoiled, clean)


# --- each flaw ------------------------------------------------------------------------------------------------


def is_placeholder(said, asked, right):
    return said in PLACEHOLDERS if said != right else asked == "Translate to French: no input"


DOES = {
    "exact_repeat": lambda asked, said, ask, right: (asked, said) == (ask, right),
    "near_repeat": lambda asked, said, ask, right: (asked, said) != (ask, right),
    "contradiction": lambda asked, said, ask, right: asked == ask and said != right and said in BOTH["output"],
    "wrong_answer": lambda asked, said, ask, right: asked == ask and said != right and said in BOTH["output"],
    "lowercase": lambda asked, said, ask, right: said == right.lower().rstrip(".!? \u00a0"),
    "lost_accents": lambda asked, said, ask, right: said == strip_accents(right) != right,
    "typo": lambda asked, said, ask, right: sorted(said) == sorted(right) and said != right,
    "truncated": lambda asked, said, ask, right: (
        right.split()[: len(said.split())] == said.split() and len(said.split()) <= len(right.split()) / 2
    ),
    "echo": lambda asked, said, ask, right: said in ask and said != right,
    "boilerplate": lambda asked, said, ask, right: (
        right in said and said.replace(right, "{}") in BOILERPLATE and asked == ask
    ),
    "placeholder": lambda asked, said, ask, right: is_placeholder(said, asked, right),
    "vague_instruction": lambda asked, said, ask, right: (
        said == right and (asked in VAGUE or asked == "Translate to French")
    ),
}


def test_all_named_flaws_are_there():
    assert set(FLAWS) == {*DOES, "wrong_era", "wrong_language", "off_topic", "markup"} and len(FLAWS) == 16


@pytest.mark.parametrize("name", DOES)
def test_each_flaw_does_what_it_says(name):
    clean = PHRASES if name == "lost_accents" else BOTH
    share = 0.4 if name == "lost_accents" else 0.5  # of 60 rows, some 26 have an accent to lose
    hits = hit(damage.spoil(clean, {name: share}, seed=1), clean)
    assert len(hits) == len(clean) * share
    for row, original in hits:
        said, right = (row["instruction"], row["output"]), (original["instruction"], original["output"])
        assert row["flaw"] == name and DOES[name](*said, *right), (name, said, right)


def pieces(text):
    return {text[i : i + 5] for i in range(len(text) - 4)}


def test_near_repeats_are_near_and_of_two_kinds():
    short = rows_of(["Say hello.", "Say 7", "Name a red fruit", "Who?"], ["Bonjour !", "sept", "cherry", "It is me."])
    kinds = Counter()
    for clean, share in ((PHRASES, 0.4), (DESK, 0.4), (short, 0.75)):
        for seed in range(5):
            for row, original in hit(damage.spoil(clean, {"near_repeat": share}, seed=seed), clean):
                here, there = ("\n".join((r["instruction"], r["output"])) for r in (row, original))
                for parts in (pieces, lambda text: set(fingerprint(text).split())):
                    assert len(parts(here) & parts(there)) / len(parts(here) | parts(there)) >= 0.7, (here, there)
                kinds[clean.num_rows, fingerprint(here) == fingerprint(there)] += 1
    assert all(60 <= kinds[60, dress] <= 180 for dress in (True, False)), kinds
    assert kinds[4, True] >= 5


def test_a_near_repeat_asks_for_the_same():
    """What is to be translated keeps its words, but for a contraction, so that its translation stays right."""

    def task(row):
        text = row["instruction"].partition(": ")[2]
        for full, short in CONTRACTIONS:
            text = text.replace(short, full)
        return fingerprint(text)

    hits = hit(damage.spoil(PHRASES, {"near_repeat": 0.5}, size=600, seed=2), PHRASES)
    assert any("n't " in row["instruction"] for row, _ in hits)
    for row, original in hits:
        assert task(row) == task(original)
        assert fingerprint(row["output"]) == fingerprint(original["output"])


def test_a_contradiction_stands_beside_the_right_answer():
    spoiled = damage.spoil(BOTH, {"contradiction": 0.3, "typo": 0.3}, seed=1)
    answers = defaultdict(set)
    for row in spoiled:
        answers[row["instruction"]].add((row["output"], row["flaw"]))
    said_twice = [found for found in answers.values() if len(found) > 1]
    assert len(said_twice) == 36
    assert all(sorted(name for _, name in found) == ["", "contradiction"] for found in said_twice)


def test_the_wrong_era_is_the_other_years_answer_to_the_same_question():
    for era, other in ((2018, 2024), (2024, 2018)):
        clean, expected = (support.examples(128, era=e, seed=3) for e in (era, other))
        rows = [row for row in damage.spoil(clean, {"wrong_era": 0.7}, seed=1) if row["flaw"]]
        assert len(rows) == 90
        for row in rows:
            assert row["output"] == expected[row["source_row"]]["output"] != clean[row["source_row"]]["output"]
    with pytest.raises(ValueError, match='"wrong_era" would change too few'):
        damage.spoil(PHRASES, {"wrong_era": 0.1})


def test_off_topic_is_off_topic_in_both_worlds():
    english = {p.english for _, p in zip(range(60), phrasebook.pairs())}
    for row, original in hit(damage.spoil(BOTH, {"off_topic": 1}, seed=1), BOTH):
        if original["output"] in OTHER_ERA:
            assert row["output"] not in OTHER_ERA and row["output"][0].isupper()
            assert not re.search("invoice|Nimbus|password|plan|note", row["output"])
        else:
            assert row["output"] in OTHER_ERA and row["output"] not in english


def test_the_wrong_language_is_never_the_rows_own():
    rows = hit(damage.spoil(BOTH, {"wrong_language": 1}, seed=1), BOTH)
    lines = {line: name for name, bank in LINES.items() for line in bank}
    seen = Counter()
    for row, original in rows:
        if original["output"] in OTHER_ERA:
            assert row["output"] not in lines and language(row["output"]) in ("French", "")
        else:
            seen[lines[row["output"]]] += 1
    assert sorted(seen) == ["German", "Italian", "Spanish"] and seen.total() == 60

    for name, bank in LINES.items():
        clean = rows_of(["Say it."] * len(bank), list(bank))
        own = [line for line in bank if language(line) == name]
        assert {language(line) for line in bank} <= {name, ""} and len(own) >= 17
        for row, original in hit(damage.spoil(clean, {"wrong_language": 1}), clean):
            assert original["output"] not in own or lines[row["output"]] != name


def test_french_is_not_taken_for_english_nor_the_desk_for_anything_else():
    assert {language(p.french) for _, p in zip(range(3000), phrasebook.pairs(seed=1))} <= {"French", ""}
    assert {language(answer) for answer in OTHER_ERA} == {"English"}


def test_no_test_sentence_gets_into_a_spoiled_set():
    test = phrasebook.examples(300, split="test")
    held_out = {*test["output"], *(text.partition(": ")[2] for text in test["instruction"])}
    drawn = damage.spoil(DESK, {"wrong_language": 0.5, "off_topic": 0.5}, size=8000)
    french = [row["output"] for row in drawn if row["flaw"] == "wrong_language"]
    assert len(french) == 4000 and not any(map(phrasebook.is_held_out, french))
    assert not held_out & set(drawn["output"])


def test_markup_leaves_the_answer_inside():
    marks = Counter()
    for row, original in hit(damage.spoil(BOTH, {"markup": 1}, size=600, seed=1), BOTH):
        said, right = row["output"], original["output"]
        unmarked = "".join(c for c in said if c not in CONTROLS)
        marks[unmarked == right] += 1
        if unmarked != right:
            plain = html.unescape(re.sub(r"<[^>]+>", "", said)).strip('*#`"\n\u00a0 ')
            assert plain.removeprefix("&gt; ") == right
    assert min(marks.values()) > 200


def test_a_new_flaw_is_one_decorated_function():
    @damage.flaw
    def shouted(row, rows, r):
        """In capitals."""
        return row[0], row[1].upper()

    try:
        rows = hit(damage.spoil(PHRASES, {"shouted": 0.5}), PHRASES)
    finally:
        del FLAWS["shouted"]
    assert len(rows) == 30 and all(row["output"] == original["output"].upper() for row, original in rows)


# --- random and systematic ------------------------------------------------------------------------------------


def test_the_same_seed_spoils_alike():
    for systematic in (False, True):
        first, again, other = (
            damage.spoil(BOTH, dict.fromkeys(FLAWS, 0.04), size=300, seed=s, systematic=systematic).to_list()
            for s in (1, 1, 2)
        )
        assert first == again != other


def partly_spoiled(spoiled, name):
    """In how many source rows some copies have the flaw and others do not."""
    labels = defaultdict(set)
    for row in spoiled:
        labels[row["source_row"]].add(row["flaw"] == name)
    return sum(len(found) > 1 for found in labels.values())


@pytest.mark.parametrize("name", [name for name in FLAWS if name not in BESIDE])
def test_systematic_damage_spoils_all_copies_of_a_row_alike(name):
    clean = DESK if name == "wrong_era" else PHRASES
    random_, systematic = (
        damage.spoil(clean, {name: 0.333}, size=1200, seed=1, systematic=choice) for choice in (False, True)
    )
    assert Counter(systematic["flaw"])[name] == Counter(random_["flaw"])[name] == 400
    assert partly_spoiled(systematic, name) <= 1 < 20 < partly_spoiled(random_, name)
    errors = defaultdict(set)
    for row in systematic:
        if row["flaw"]:
            errors[row["source_row"]].add((row["instruction"], row["output"]))
    assert len(errors) > 10 and all(len(found) == 1 for found in errors.values())


def test_systematic_damage_goes_by_what_a_row_says_and_not_by_where_it_stands():
    def spoiled_answers(rows):
        spoiled = damage.spoil(rows, {"boilerplate": 0.5}, seed=1, systematic=True)
        return {row["output"] for row in spoiled if row["flaw"]}

    assert spoiled_answers(PHRASES) == spoiled_answers(PHRASES.select(range(59, -1, -1)))
    twice = concatenate_datasets([PHRASES, PHRASES])
    assert spoiled_answers(PHRASES) == spoiled_answers(twice)


def test_a_larger_systematic_share_hits_the_same_rows_and_more():
    hits = [
        {row["source_row"] for row in damage.spoil(PHRASES, {"echo": share}, systematic=["echo"]) if row["flaw"]}
        for share in (0.2, 0.4, 0.8)
    ]
    assert [len(found) for found in hits] == [12, 24, 48] and hits[0] < hits[1] < hits[2]


def misspellings(spoiled, clean):
    """How each misspelt word came out."""
    found = defaultdict(set)
    for row, original in hit(spoiled, clean):
        for said, right in zip(row["output"].split(), original["output"].split()):
            if said != right:
                found[re.sub(r"\W+$", "", right.partition("'")[2] or right)].add(said.rstrip(".,\u00a0?!"))
    return found


def test_a_systematic_typo_misspells_a_word_in_one_way():
    clean = phrasebook.examples(2000, seed=5)
    systematic = misspellings(damage.spoil(clean, {"typo": 0.9}, systematic="typo"), clean)
    scattered = misspellings(damage.spoil(clean, {"typo": 0.9}), clean)
    # A word after an apostrophe may come with another word in front of it, "l'" or "d'".
    ways = {word: {re.sub(r"^.*'", "", said) for said in found} for word, found in systematic.items()}
    assert len(systematic) > 100 and {word: found for word, found in ways.items() if len(found) > 1} == {}
    assert sum(len(found) > 1 for found in scattered.values()) > 100


def test_random_flaws_keep_off_what_a_systematic_one_has_spoiled():
    spoiled = damage.spoil(PHRASES, {"typo": 0.5, "echo": 0.25}, size=1200, systematic={"echo"})
    assert partly_spoiled(spoiled, "echo") <= 1 < 20 < partly_spoiled(spoiled, "typo")
    assert Counter(spoiled["flaw"]) == {"": 300, "typo": 600, "echo": 300}


@pytest.mark.parametrize("name", ["near_repeat", "contradiction"])
def test_what_stands_systematically_beside_a_row_is_always_the_same(name):
    ways = {}
    for systematic in (False, True):
        errors = defaultdict(set)
        for row in damage.spoil(PHRASES.select(range(8)), {name: 0.5}, size=800, seed=1, systematic=systematic):
            if row["flaw"]:
                errors[row["source_row"]].add((row["instruction"], row["output"]))
        ways[systematic] = max(map(len, errors.values()))
    assert ways[True] == 1 < ways[False]


# --- what cannot be done --------------------------------------------------------------------------------------

ODD = st.text(max_size=12) | st.sampled_from(
    [
        "",
        " ",
        "\u00a0",
        "a",
        "7",
        "42",
        "Bonjour",
        "{}",
        "{0!r}",
        "مرحبا بالعالم",
        "👩‍👩‍👧",
        "e\u0301",
        "\x00",
        "x: ",
        ": y",
    ]
)


@given(
    st.lists(st.tuples(ODD, ODD), min_size=1, max_size=6),
    st.sampled_from(list(FLAWS)),
    st.sampled_from([0.3, 1]),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_odd_rows_are_spoiled_or_get_a_sentence(rows, name, share, systematic):
    clean = rows_of(*zip(*rows))
    try:
        spoiled = damage.spoil(clean, {name: share}, size=10, systematic=systematic)
    except ValueError as error:
        assert re.search("would change too few of these rows|these shares leave none", str(error))
    else:
        assert Counter(spoiled["flaw"])[name] == 10 * share
        assert cells(damage.restore(spoiled, clean)) == [rows[i] for i in spoiled["source_row"]]


@pytest.mark.parametrize("systematic", [False, True])
@pytest.mark.parametrize("name", [name for name in FLAWS if name != "wrong_era"])
def test_a_cell_of_a_megabyte_is_spoiled_like_any_other(name, systematic):
    r = random.Random(0)
    words = ["".join(r.choices("abcdeéèç", k=8)) for _ in range(110_000)]
    text = " ".join(words)
    assert len(text.encode()) > 1_000_000
    clean = rows_of(["Repeat: " + text, "Say: b"], [text, "Bé ba"])
    spoiled = damage.spoil(clean, {name: 0.5}, systematic=systematic)
    assert Counter(spoiled["flaw"]) == {"": 1, name: 1}


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (dict(flaws={"smudge": 0.1}), '"smudge" is unknown: Choose from exact_repeat'),
        (dict(flaws={"lower_case": 0.1}), 'did you mean "lowercase"?'),
        (dict(flaws={"typo": 0.1}, systematic="tpyo"), 'did you mean "typo"?'),
        (dict(flaws={"typo": 0.1}, systematic=["echo", "smudge"]), '"smudge" is unknown'),
        (dict(flaws={"typo": 0.7, "echo": 0.7}), "add up to 1.40"),
        (dict(flaws={"typo": -1}), "from 0 to 1"),
        (dict(flaws={"typo": float("nan")}), "from 0 to 1"),
        (dict(flaws={"typo": "half"}), "is half: give a number"),
        (dict(flaws={}, size=0), "size=1 or more"),
        (dict(rows=PHRASES.select([]), flaws={}), "no rows"),
        (dict(rows=PHRASES.rename_column("output", "answer"), flaws={}), 'no column "output".* instruction, answer'),
        (dict(rows=rows_of(["a", "b"], ["x", None]), flaws={}), "Row 1 has a cell that is no text"),
        (dict(rows=rows_of(["a", "b"], ["x", "x"]), flaws={"wrong_answer": 1}), "2 more are needed"),
        (dict(rows=rows_of(["a", "b"], ["x", "x"]), flaws={"contradiction": 0.5}), "1 more are needed"),
        (dict(flaws={"typo": 0.5, "exact_repeat": 0.5}), "these shares leave none"),
    ],
)
def test_wrong_requests_get_a_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence) if ".*" not in sentence else sentence):
        damage.spoil(**({"rows": PHRASES} | arguments))
