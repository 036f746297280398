import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from utils.data import damage, phrasebook, support
from utils.data.audit import CHECKS, Options
from utils.data.audit.corpus import Corpus
from utils.data.damage.sentences import CONTROLS

PAIRS = ("exact_repeat", "near_repeat", "contradiction", "leakage")  # tested in test_pairs.py
NAMES = [
    name for name, check in CHECKS.items() if name not in PAIRS and not check.find.__module__.endswith("model_scores")
]
FAMILY, FARSI, HINDI = "👨\u200d👩\u200d👧", "می\u200cخواهم", "क्\u200dष"


@cache
def desk(n: int = 200) -> tuple:
    return pairs(support.examples(n, seed=0))


@cache
def french(n: int = 1000) -> tuple:
    return pairs(phrasebook.examples(n, seed=0))


def pairs(rows) -> tuple:
    return tuple(zip(rows["instruction"], rows["output"]))


def find(name: str, rows, **options) -> dict:
    """The flags of one check by row, the first of a row; every reason a short sentence."""
    corpus = Corpus([row[0] for row in rows], [row[1] for row in rows])
    flags = list(CHECKS[name].find(corpus, Options(**options)))
    for flag in flags:
        assert flag.check == name and 0 < flag.confidence <= 1 and 0 <= flag.row < len(rows)
        assert (
            (flag.reason[0].isupper() or flag.reason[0] == "“") and flag.reason.endswith(".") and len(flag.reason) < 160
        )
    return {flag.row: flag for flag in reversed(flags)}


def says(name: str, row: tuple[str, str], among=None, **options) -> str:
    """What a check says of one row among others; empty where it says nothing. The others must be left alone."""
    among = list(desk() if among is None else among)
    flags = find(name, [*among, row], **options)
    assert len(flags) <= 1 + 0.005 * len(among)
    return flags[len(among)].reason if len(among) in flags else ""


# --- is the text clean? -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said, found",
    [
        ("Open\x00 it.", "a null character, U+0000"),
        ("Open it.\x1b", "a control character, U+001B"),
        ("\ufeffOpen it.", "a byte order mark, U+FEFF"),
        ("Open\u200b it.", "an invisible character, U+200B"),
        ("Op\u200den it.", "an invisible character, U+200D"),
        ("Open \u202eit.", "an invisible character, U+202E"),
        ("Caf\ufffd.", "the replacement character U+FFFD"),
        ("Half an emoji: \ud83d", "half a character, U+D83D"),
        ("A small cafÃ©.", "“Ã©”, letters in a wrong encoding"),
        ("Itâ€™s open.", "“â€™”, letters in a wrong encoding"),
    ],
)
def test_control_characters_are_named(said, found):
    assert f"The answer holds {found}" in says("control_characters", ("How?", said))
    assert f"The instruction holds {found}" in says("control_characters", (said, "So."))


@pytest.mark.parametrize(
    "said",
    [
        "Two\tcolumns\r\nand lines.",
        FAMILY,
        FARSI,
        HINDI,
        "Say \u200fשלום\u200e to him.",
        "PÂTÉ, São Paulo, Ångström: “â”",
    ],
)
def test_characters_in_their_place_are_left_alone(said):
    assert not says("control_characters", ("How?", said))


@pytest.mark.parametrize(
    "said", ["<p>Open it.</p>", "Open it.<br/>", "Open&nbsp;it.", "**Open it.**", "## Open it.", "```\nopen\n```"]
)
def test_markup_is_found_where_it_is_rare(said):
    assert says("markup", ("How?", said)).endswith("as few others here do.")
    assert not says("markup", ("Write it in HTML, please, with a code fence.", said))
    assert not find("markup", [*desk(100), *[("How?", said)] * 60])


@pytest.mark.parametrize(
    "said", ["If a < b, then b > a.", "2 * 3 * 4 is 24.", "AT&T; or so.", "#1 of the list.", "a <b c", "Open **it**."]
)
def test_signs_are_no_markup(said):
    assert not says("markup", ("How?", said))


# --- is it dressed like the others, and whole? ------------------------------------------------------------


@pytest.mark.parametrize(
    "said, reason",
    [
        (
            "open Settings and click Upload.",
            "The answer begins with a small letter (case), unlike 100% of the answers.",
        ),
        ("Open Settings and click Upload", "The answer ends without a full stop or other mark, unlike 100% of them."),
        ("open Settings and look", "begins with a small letter (case), unlike 100% of the answers and ends without"),
    ],
)
def test_other_dress_is_found(said, reason):
    assert reason in says("format", ("How?", said))


@pytest.mark.parametrize(
    "said", ["42 users.", "“Open it!”", "“Open it.”", "Why not…", "- Open it.", "(Open it.)", "100 MB, at most."]
)
def test_what_is_no_letter_has_no_case(said):
    assert not says("format", ("How?", said))


CODE = tuple((f"Write a loop up to {n}.", f"for i in range({n}):\n    print(i)") for n in range(60))
WORDS = tuple((f"What is the colour of thing {n}?", ("red", "Blue", "dark green", "GOLD!")[n % 4]) for n in range(60))
LABELS = tuple((f"Is review {n} good or bad?", ("good", "bad")[n % 2]) for n in range(60))
LISTS = tuple((f"Name two of {n}.", f"- thing {n}\n- thing {n + 1}") for n in range(60))
SETS = {"code": CODE, "words": WORDS, "labels": LABELS, "lists": LISTS}


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("check", NAMES)
def test_a_set_of_another_kind_has_no_flags(name, check):
    assert not find(check, SETS[name])


def test_a_capital_among_small_letters_is_found():
    assert "begins with a capital letter" in says("format", ("Is it good or bad?", "Good"), LABELS)


def test_a_rule_decides():
    flags = find("format", [("2+2", "4"), ("3+3", "six"), ("?", "YES")], rule=r"\d+|yes")
    assert {row: flag.reason for row, flag in flags.items()} == {
        1: "The answer does not match the rule (six).",
        2: "The answer does not match the rule (in case only: small letters and capitals).",
    }
    with pytest.raises(ValueError, match="is no regular expression"):
        find("format", desk(), rule="(")


@pytest.mark.parametrize(
    "said, reason",
    [
        ("Open Settings and pick a language from the", "ends with “the”, as no whole answer does"),
        ("Go to the Billing page,", "breaks off after “,”"),
        ("Go to the Billing page (", "breaks off after “(”"),
    ],
)
def test_broken_answers_are_found(said, reason):
    assert reason in says("truncation", ("Please tell me how to change the language of my account.", said), desk(1000))


def test_an_answer_too_short_for_its_instruction_is_broken():
    row = ("Translate to French: The black cat is not going to open the shutters of the kitchen.", "Ce chat noir")
    assert "much shorter than its instruction lets one expect" in says("truncation", row, french())
    assert not says("truncation", (row[0], "Ce chat noir."), french())


@pytest.mark.parametrize("said", ["Yes.", "Open it.", "In Settings!", "42 MB."])
def test_short_answers_are_no_broken_ones(said):
    assert not says("truncation", ("Where?", said), desk(1000))


def test_length_is_held_against_the_rest():
    assert "characters, where 5" in says("length", ("How do I open a note in my browser?", "Open it. " * 400))
    assert not says("length", ("How do I open a note?", "Open it and then open it again, until it is open. " * 2))
    assert not find("length", [("How?", "x" * 10**n) for n in range(6)])


def test_what_the_model_cannot_read_is_found():
    rows = [("How?", "Open it. " * n) for n in (1, 10, 1000)]
    assert list(find("too_long", rows, context=512)) == [2] and not find("too_long", rows)
    assert find("too_long", rows, context=512)[2].reason.startswith("About 3,001 tokens")


# --- rows without content ---------------------------------------------------------------------------------

NOTHING = (
    "",
    " \n",
    "N/A",
    "n.a.",
    "None",
    "null",
    "TODO",
    "[insert answer here]",
    "<no output>",
    "…",
    "...",
    "-",
    "???",
)
SOMETHING = (
    "N/A stands for “not available”.",
    "None of them.",
    "No.",
    "0",
    "-5",
    "?!",
    "A to-do list.",
    "No answer came.",
)


@pytest.mark.parametrize("said", [*NOTHING, "No input required.", "Néant", "à compléter", "_no response provided_"])
def test_placeholders_are_found(said):
    assert says("placeholder", ("How do I do it?", said)).startswith("The answer")


@pytest.mark.parametrize("said", [*SOMETHING, "NaN values are dropped.", "Empty the bin.", "Aucun chat ne dort."])
def test_words_for_nothing_may_be_answers(said):
    assert not says("placeholder", ("What does N/A mean?", said))


def test_placeholders_in_instructions_are_found():
    rows = [(f"Translate to French: {text}", "Oui.") for text in ("no input", "N/A", "<missing text>", "No.", "no one")]
    assert list(find("placeholder", [*rows, ("N/A", "Oui."), ("???", "Oui.")])) == [2, 1, 0, 5]
    corpus = Corpus(["Sum up.\nnull", "Sum up."], ["So.", "So."], ["null", ""])
    assert [flag.row for flag in CHECKS["placeholder"].find(corpus, Options())] == [0]


@pytest.mark.parametrize(
    "ask, said, what",
    [
        ("How do I open it?", "How do I open it", "the instruction"),
        ("Translate: The cat sleeps.", "The cat sleeps.", "the text that it should work on"),
        ("Translate:\n“The cat.”", "The cat", "the text that it should work on"),
        ("Please say where the cat sleeps at night", "Where the cat sleeps at night", ""),
        ("Please say where the cat sleeps at night", "where the cat sleeps at night", "the end of the instruction"),
        ("Write it in capitals: the cat", "THE CAT", ""),
        ("Which is larger, a cat or a horse?", "A horse.", ""),
        ("Is it red or blue", "blue", ""),
        ("What is 2 + 2?", "2", ""),
        ("2", "2", ""),
        ("", "", ""),
    ],
)
def test_echoes(ask, said, what):
    assert says("echo", (ask, said)) == (what and f"The answer repeats {what}.")


FILLER = (
    "As an AI language model, I cannot know.",
    "As an assistant, I aim to be useful. Open it.",
    "I am only an assistant and may be wrong.",
    "Sure! Here is the answer: 4.",
    "What a great question! Open it.",
    "Open it. I hope this helps!",
    "Open it. Let me know if you have any questions.",
    "I'm sorry, but I cannot help with that.",
    "Bien sûr ! Voici la réponse.",
    "En tant qu'assistant, je ne sais pas.",
)
CONTENT = (
    "She works as an assistant.",
    "I am an assistant in a bakery.",
    "I am sure that it rains.",
    "Of course he knows.",
    "I hope that the train helps them.",
    "It is a great question for all of us.",
    "Let me know the answer by Monday, and then call my brother.",
    "Voici la gare.",
)


@pytest.mark.parametrize("said", FILLER)
def test_filler_is_found(said):
    assert says("boilerplate", ("How?", said)).endswith("which does not answer anything.")


@pytest.mark.parametrize("said", CONTENT)
def test_sentences_like_filler_are_left_alone(said):
    assert not says("boilerplate", ("How?", said))


@pytest.mark.parametrize(
    "ask", ["Do this.", "next", "???", "Help me with this", "answer pls", "Faites ceci.", "The same as before"]
)
def test_vague_instructions_are_found(ask):
    assert says("vague_instruction", (ask, "Open it.")) == f"“{ask}” does not say what is asked."


@pytest.mark.parametrize("ask", ["Capital of France?", "2 + 2?", "cat", "Où est la gare ?", ""])
def test_short_instructions_may_say_enough(ask):
    assert not says("vague_instruction", (ask, "Open it."))


def test_a_task_without_its_text_is_vague():
    assert "without the text that other rows give" in says(
        "vague_instruction", ("Translate to French", "Oui."), french()
    )


# --- personal data ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, kind",
    [
        ("Write to jane.doe+news@mail.harbour.co.uk.", "an e-mail address"),
        ("Call +33 1 23 45 67 89.", "a telephone number"),
        ("Call (212) 736-5000 now", "a telephone number"),
        ("Appelez le 06 12 34 56 78", "a telephone number"),
        ("My phone number is 736-5000.", "a telephone number"),
        ("Card: 4539 1488 0343 6467", "the number of a payment card"),
        ("Amex 371234567890120", "the number of a payment card"),
        ("GB82 WEST 1234 5698 7654 32", "the number of a bank account (IBAN)"),
        ("FR7630006000011234567890189", "the number of a bank account (IBAN)"),
    ],
)
def test_personal_data_is_found_and_never_shown(text, kind):
    for row, where in ((("How?", text), "answer"), ((text, "So."), "instruction")):
        reason = says("personal_data", row)
        assert reason.startswith(f"The {where} holds {kind}, from its character ") and text not in reason


@pytest.mark.parametrize(
    "text",
    [
        "Enter your e-mail address and your phone number.",
        "Follow @someone on a@b, or me@home.",
        "On 2024-01-15, from 10:30 to 12:45, and on 15/01/2024.",
        "It costs 1,234,567.89 dollars, or 1 234 567,89 euros.",
        "Card: 4111 1111 1111 1112",
        "GB82 WEST 1234 5698 7654 33",
        "ISBN 978-3-16-148410-0, version 10.0.19045.3803, IP 192.168.100.200",
        "3.14159265358979 and 1234567890123456 and 1000000000",
        "In 1914 1915 1916 1917 1918 there was war.",
    ],
)
def test_dates_prices_and_other_numbers_are_no_personal_data(text):
    assert not says("personal_data", ("How?", text)) and not says("personal_data", (text, "So."))


# --- language, accents, typos -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said, language",
    [
        ("Die Kinder spielen heute im Garten.", "German"),
        ("Los niños juegan en el jardín.", "Spanish"),
        ("You can open the file in the menu.", "English"),
        ("猫はテーブルの上で寝ています。", "Japanese"),
        ("Это очень хорошая книга, и я её уже читаю.", "Russian"),
    ],
)
def test_another_language_is_named(said, language):
    assert says("language", ("Translate to French: So.", said), french()) == (
        f"The answer seems to be {language}, where French is expected."
    )
    assert not says("language", (f"Translate to {language}: So.", said), french())
    assert not says("language", ("So.", said), french(), languages={"output": ["fr", "de", "es", "en", "ja", "ru"]})


@pytest.mark.parametrize(
    "said", ["Paris", "OK", "42", "New York", "3 + 4 = 7", "Smith & Sons", "N/A", FAMILY, "Le chat."]
)
def test_names_and_numbers_have_no_language(said):
    assert not says("language", ("Translate to French: So.", said), french())


def test_several_languages_on_purpose_are_left_alone():
    both = [(ask.partition(": ")[2], said) for ask, said in french(300)]
    rows = [row if i % 2 else row[::-1] for i, row in enumerate(both)]
    assert len(find("language", rows)) <= 3


@pytest.mark.parametrize(
    "said",
    ["Le medecin ferme la fenetre.", "Ma soeur est francaise.", "Bonne journee.", "Le musee est a cote de l'hotel."],
)
def test_lost_accents_are_found(said):
    assert says("lost_accents", ("Translate to French: So.", said), french()).startswith("“")


@pytest.mark.parametrize(
    "said", ["Il parle.", "Elle a un chat noir.", "Où est le chat ?", "Le chat dort.", "The mere idea.", "42"]
)
def test_words_that_need_no_accents_are_left_alone(said):
    assert not says("lost_accents", ("Translate to French: So.", said), french())


def test_a_cafe_here_and_there_makes_no_custom():
    rows = [*desk(), *[("Where?", "At the café."), ("Where?", "At the cafe.")] * 4]
    assert not find("lost_accents", rows)


def test_typos_read_well():
    rows = damage.spoil(phrasebook.examples(1000, seed=0), {"typo": 0.05}, seed=0)
    flags = find("typo", pairs(rows))
    assert all(" seems to be “" in flag.reason for flag in flags.values()) and len(flags) > 30
    assert not find("typo", french())


# --- answers to something else ----------------------------------------------------------------------------


@pytest.mark.parametrize("world", [desk, french])
def test_answers_to_something_else_are_found(world):
    row = ("How do I print a note?", "Volcanoes form where plates of the crust of the earth drift apart.")
    if world is french:
        row = ("Translate to French: The table is not clean.", row[1])
    assert says("off_topic", row, world(1000)).startswith("Hardly a word of the answer")


def test_where_instructions_foretell_nothing_no_answer_is_off_topic():
    r = random.Random(0)
    words = ["".join(r.choices("bdfglmnprstaeiou", k=6)) for _ in range(3000)]
    rows = [(" ".join(r.sample(words, 8)), " ".join(r.sample(words, 12))) for _ in range(600)]
    assert not find("off_topic", rows) and not find("mismatch", rows)


# --- detection, on damage whose place is known ------------------------------------------------------------

# The flaw, the check that is to find it, the recall and the precision that it must reach. In the phrasebook participles lose
# their accent to a form that is a word as well ("travaille"), and one row in six of the desk's shares no word with its question.
TARGETS = [
    ("placeholder", "placeholder", 0.98),
    ("markup", "control_characters", 0.98),
    ("markup", "markup", 0.98),
    ("echo", "echo", 0.98),
    ("boilerplate", "boilerplate", 0.98),
    ("vague_instruction", "vague_instruction", 0.98),
    ("lowercase", "format", 0.95),
    ("lost_accents", "lost_accents", 0.9),
    ("wrong_language", "language", 0.95),
    ("typo", "typo", 0.85),
    ("truncated", "truncation", 0.85),
    ("off_topic", "off_topic", 0.8),
]
WORLDS = {"phrasebook": phrasebook, "support": support}


@cache
def clean(world: str, seed: int, n: int = 1000):
    return WORLDS[world].examples(n, seed=seed)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("flaw, check, target", TARGETS)
def test_damage_is_found(world, flaw, check, target):
    if (world, flaw) == ("support", "lost_accents"):
        pytest.skip("English has no accents to lose")
    found, right, there, told = 0, 0, 0, 0
    for seed in range(2):
        n = 2000 if flaw == "typo" else 1000  # of fewer words than that, many stand there once only
        spoiled = damage.spoil(clean(world, seed, n), {flaw: 0.05}, seed=seed)
        rows, flaws = pairs(spoiled), spoiled["flaw"][:]
        labelled = {i for i, name in enumerate(flaws) if name == flaw}
        if flaw == "markup":  # either the one or the other
            labelled = {i for i in labelled if bool({*rows[i][1]} & {*CONTROLS}) == (check == "control_characters")}
        flags = set(find(check, rows))
        right, there, found = right + len(flags & labelled), there + len(labelled), found + len(flags)
        told += sum(flaws[i] in CHECKS[check].shows for i in flags)
    assert right >= target * there > 30, (right, there)
    assert told >= target * found, (told, found)


@pytest.mark.parametrize("world", WORLDS)
def test_addresses_are_found(world):
    r, rows = random.Random(0), list(pairs(clean(world, 0)))
    hit = set(r.sample(range(1000), 50))
    for row in hit:
        name = "".join(r.choices("abcdefgh.-_+", k=6)) + r.choice("xyz")
        rows[row] = (
            rows[row][0],
            f"{rows[row][1]} Write to <{name}@{r.choice(('mail', 'my-site'))}.quayside-books.com>, please.",
        )
    assert set(find("personal_data", rows)) == hit


@pytest.mark.parametrize("world", WORLDS)
def test_an_undamaged_set_has_next_to_no_flags(world):
    for seed in range(2):
        rows = pairs(clean(world, seed))
        found = {row: name for name in NAMES for row in find(name, rows)}
        assert len(found) <= 0.005 * len(rows), [(rows[row], name) for row, name in found.items()]


# --- whatever comes ---------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), max_size=12))
@settings(max_examples=40, deadline=None)
def test_any_text_is_taken(rows):
    rows = [*rows, *((said + "\ud800", ask.upper()) for ask, said in rows[:3])]
    for name in NAMES:
        find(name, rows, context=8)


@pytest.mark.parametrize("rows", [[], [("", "")], [("Say hi.", "Hi.")], [("", "")] * 40, [("x" * 10**5, "a@" * 10**5)]])
def test_few_and_odd_rows_are_taken(rows):
    for name in NAMES:
        find(name, rows, context=512)
