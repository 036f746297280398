"""What must be left alone: good rows of kinds of set other than the two worlds, each with a flawed one that is found."""

import random
from itertools import product

import pytest

from utils import audit, phrasebook, support
from utils.data.audit.pairs import keys_of

# --- likeness, and what rows share by design --------------------------------------------------------------

PROMPTS = {
    "English": (
        "You answer letters to a small museum of clocks. Be brief and be kind. Say when we are open only if the letter asks "
        "for it. Never promise that a clock can be repaired, as our workshop is closed until the summer. Do not speak of "
        "prices. If somebody wants to give us a clock, say that we are glad and that a colleague will write. Never use more "
        "than one sentence, and end it with a full stop.\n"
    ),
    "Japanese": "あなたは小さな時計博物館の受付です。手紙を読んで、短く丁寧に答えてください。値段の話をしてはいけません。修理を約束してはいけません。一文で答えてください。\n",
}
THINGS = ["clock", "watch", "sundial", "pendulum", "bell", "hourglass", "dial", "spring", "tower clock", "alarm clock"]
JAPANESE = ["時計", "腕時計", "日時計", "振り子", "鐘", "砂時計", "文字盤", "ばね", "塔の時計", "目覚まし"]


def letters(language: str) -> list[dict]:
    words = THINGS if language == "English" else JAPANESE
    ask = (
        "My aunt left me a {} and a {}; may I bring them?"
        if language == "English"
        else "叔母の{}と{}を持って行ってもいいですか"
    )
    say = "Please bring the {} any day." if language == "English" else "{}をお持ちください。"
    return [
        {"instruction": PROMPTS[language] + ask.format(one, other), "output": say.format(one)}
        for one, other in product(words, words)
        if one != other
    ]


@pytest.mark.parametrize("language", PROMPTS)
def test_a_long_prompt_that_all_rows_share_makes_no_duplicates(language):
    rows = letters(language)
    assert not audit(rows).flagged
    report = audit([*rows, rows[3] | {"instruction": rows[3]["instruction"] + " "}, rows[5]], checks=["exact_repeat"])
    assert report.flagged == [len(rows), len(rows) + 1]


def test_a_template_put_together_from_parts_makes_no_duplicates():
    r, parts = (
        random.Random(0),
        ["it stopped on Monday", "it runs too fast", "its glass is broken", "it rings at night"],
    )
    rows = [
        {
            "instruction": f"{PROMPTS['English']}My {thing} has a fault: {one}, and {other}.",
            "output": r.choice(["Yes.", "No."]),
        }
        for thing, one, other in product(THINGS, parts, parts)
        if one != other
    ]
    assert not audit(rows, checks=["near_repeat"]).flagged


DIFFERENT = [
    ("What is C#?", "What is C++?"),
    ("Add 4.", "Add -4."),
    ("Translate: schon", "Translate: schön"),
    ("Translate: año", "Translate: ano"),
    ("Translate: bán", "Translate: bạn"),
    ("दिन", "दान"),
    ("What is a - b?", "What is a * b?"),
    ("What is 5?", "What is 5!?"),
    ("7+2", "7/2"),
    ("f'(3)", "f(3)"),
    ("Is 1 in [0, 1)?", "Is 1 in (0, 1]?"),
    ("x ≤ 3", "x ≥ 3"),
    ("👍", "👎"),
    ("It costs 50 €.", "It costs 50 $."),
    ("1.5 metres", "15 metres"),
    ("(2 + 3) * 4", "2 + (3 * 4)"),
    ("if (!ready)", "if (ready)"),
    ("items[-1]", "items[1]"),
    ("x = Foo(1)", "x = foo(1)"),
    ("a number after ','", "a number after '.'"),
    ("expected %<:%> here", "expected %<;%> here"),
    ("the “o” modifier", "the “O” modifier"),
    ("Put in the commas: Come here Tom", "Put in the commas: Come here, Tom"),
]


@pytest.mark.parametrize("one, other", DIFFERENT)
def test_what_a_lossy_key_would_merge_stays_apart(one, other):
    keys = keys_of([one, other])
    assert keys[0] != keys[1]
    rows = [{"instruction": one, "output": "The first."}, {"instruction": other, "output": "Another."}]
    assert not audit(rows, single_answer=True, checks=["contradiction", "near_repeat"]).flagged
    assert not audit(rows[:1], test=rows[1:], checks=["leakage"]).flagged


@pytest.mark.parametrize(
    "one, other",
    [
        ("Open the door.", "open the door"),
        ("“Yes”, he said.", '"Yes", he said!'),
        ("Well – why not?", "Well, why not"),
        ("Où est l’hôtel ?", "Où est l'hôtel?"),
        ("cafe\u0301", "café"),
        ("**Answer:** it is open", "Answer: it is open"),
    ],
)
def test_dress_alone_makes_no_difference(one, other):
    keys = keys_of([one, other])
    assert keys[0] == keys[1]


def test_accents_that_were_lost_are_told_by_the_set():
    rows = phrasebook.examples(300, seed=0).to_list()
    whole = next(row for row in rows if "é" in row["output"] and "à" in row["output"])
    bare = whole["output"].replace("é", "e").replace("à", "a").replace("è", "e").replace("ê", "e").replace("ç", "c")
    report = audit([*rows, whole | {"output": bare}], checks=["near_repeat"])
    assert report.flagged == [len(rows)]


# --- languages --------------------------------------------------------------------------------------------


def thai(n: int) -> list[dict]:
    animals = ["แมว", "หมา", "นก", "ปลา", "ช้าง", "ม้า", "วัว", "เสือ", "ลิง", "งู"]
    return [
        {"instruction": f"คุณชอบ{one}หรือ{other}มากกว่ากัน", "output": f"ฉันชอบ{one}มากกว่า{other}เพราะว่ามันน่ารักมาก"}
        for one, other in list(product(animals, animals))[:n]
    ]


def test_a_script_without_spaces_can_be_the_main_language():
    english = [
        {
            "instruction": f"Do you like the {thing} in the hall?",
            "output": f"Yes, the {thing} in the hall is beautiful.",
        }
        for thing in THINGS
    ]
    assert not audit([*thai(90), *english]).flagged


def test_the_smaller_language_of_a_set_is_left_alone():
    italian = ["il treno", "la stazione", "il mercato", "la chiesa", "il ponte", "la scuola", "il museo", "il giardino"]
    rows = [
        {
            "instruction": f"Where is the {thing}, and when does it open?",
            "output": f"The {thing} is here and opens at {h}.",
        }
        for thing in THINGS
        for h in range(1, 11)
    ] + [
        {
            "instruction": f"Dov'è {thing} e quando apre la mattina?",
            "output": f"Si trova qui vicino, e {thing} apre alle {h}.",
        }
        for thing in italian
        for h in (8, 9)
    ]
    assert not audit(rows, checks=["language"]).flagged
    wrong = rows[0] | {"output": "Si trova qui vicino, in fondo alla strada a sinistra."}
    assert audit([*rows, wrong], checks=["language"]).flagged == [len(rows)]


@pytest.mark.parametrize(
    "ask, say",
    [
        ("Übersetze ins Französische: Das Haus ist alt.", "La maison est vieille."),
        ("把下面的句子翻译成英语：我们明天去海边。", "We are going to the seaside tomorrow."),
        ("Traduce al inglés: La casa es vieja.", "The house is old and it stands on the hill."),
        ("Переведи на немецкий: Где находится вокзал?", "Wo befindet sich hier der Bahnhof?"),
    ],
)
def test_an_answer_in_the_language_that_is_asked_for_is_right(ask, say):
    report = audit([*phrasebook_english(), {"instruction": ask, "output": say}], checks=["language"])
    assert not [flag for flag in report.flags.itertuples() if flag.confidence >= 0.5]


def phrasebook_english() -> list[dict]:
    """A set that answers in English what it is asked in English."""
    return [
        {
            "instruction": f"What can you say of a {one} and a {other}?",
            "output": f"A {one} is often older than a {other}.",
        }
        for one, other in product(THINGS, THINGS)
    ]


# --- tasks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["none", "N/A", "null", "aucun"])
def test_a_label_that_reads_like_a_placeholder_is_one_of_the_labels(word):
    labels = ["urgent", "later", word]
    rows = [
        {"instruction": f"Sort this message: the {thing} number {k} stands still.", "output": labels[(i + k) % 3]}
        for i, thing in enumerate(THINGS)
        for k in range(9)
    ]
    assert not audit(rows, checks=["placeholder"]).flagged
    broken = [row | {"output": "TODO"} if k == 7 else row for k, row in enumerate(rows)]
    assert audit(broken, checks=["placeholder"]).flagged == [7]


def test_what_the_instruction_offers_is_an_answer():
    rows = phrasebook_english()
    asked = {"instruction": "Who made the clock in this text? Write unknown or none.\nIt is old.", "output": "None"}
    assert not audit([*rows, asked], checks=["placeholder"]).flagged
    assert audit([*rows, asked | {"instruction": "Who made the clock in this text?"}], checks=["placeholder"]).flagged


def choices() -> list[dict]:
    r, rows = random.Random(0), []
    for k, thing in enumerate(THINGS * 6):
        options = r.sample(["It stops at noon.", "It rings at night.", "It runs too fast.", "It shows the moon."], 4)
        ask = f"What does {thing} number {k} do?\n" + "\n".join(f"{a}) {text}" for a, text in zip("ABCD", options))
        rows.append({"instruction": ask, "output": options[k % 4]})
    return rows


def corrections() -> list[dict]:
    rows = []
    for k, thing in enumerate(THINGS * 6):
        right = f"The {thing} has stopped again on day {k} of the month."
        wrong = right.replace("has stopped", "have stop") if k % 2 else right
        rows.append({"instruction": f"Write this in good English: {wrong}", "output": right})
    return rows


def extracts() -> list[dict]:
    people = ["Ana", "Ben", "Cleo", "Dario", "Eva", "Finn"]
    return [
        {"instruction": f"Who owns it?\nThe {thing} in room {k} was bought by {who}.", "output": who}
        for k, thing in enumerate(THINGS)
        for who in people
    ]


@pytest.mark.parametrize("rows", [choices(), corrections(), extracts()], ids=["choices", "corrections", "extracts"])
def test_where_answers_are_parts_of_their_instruction_that_is_the_task(rows):
    assert not audit(rows, checks=["echo"]).flagged


def test_elsewhere_an_answer_that_repeats_its_instruction_is_an_echo():
    rows = phrasebook.examples(100, seed=1).to_list()
    rows[4] = rows[4] | {"output": rows[4]["instruction"].partition(": ")[2]}
    assert audit(rows, checks=["echo"]).flagged == [4]


FENCED = "Like this:\n```python\nprint('hello')\n```"


def test_a_fence_that_is_closed_belongs_to_the_answer():
    rows = [*phrasebook_english(), {"instruction": "Show me how to greet in Python.", "output": FENCED}]
    assert not audit(rows, checks=["markup"]).flagged
    for remain in ("```\nA bell is old.\n```", "A bell is old.\n```"):
        assert audit([*rows, {"instruction": "Is a bell old?", "output": remain}], checks=["markup"]).flagged == [
            len(rows)
        ]


@pytest.mark.parametrize(
    "ask, say",
    [
        ("Who are you?", "I am an AI assistant that the museum of clocks has set up."),
        ("Is that a person writing to me?", "No, I am a chatbot of the museum."),
        ("Go on: The night was dark.", "I cannot help but think of the sea."),
        ("Go on: She waited.", "Of course, nobody came."),
        ("Go on: He put down the letter.", "I am sorry, but I broke the clock, it said."),
    ],
)
def test_what_only_sounds_like_filler_is_none(ask, say):
    assert not audit([*phrasebook_english(), {"instruction": ask, "output": say}], checks=["boilerplate"]).flagged


@pytest.mark.parametrize(
    "said", ["As an AI language model, I cannot see clocks.", "Sure! Here is the answer: nine.", "I hope this helps!"]
)
def test_filler_is_found(said):
    rows = [*phrasebook_english(), {"instruction": "When is it open?", "output": said}]
    assert audit(rows, checks=["boilerplate"]).flagged == [len(rows) - 1]


# --- numbers, words, ends ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "Fetch it with git clone git@codehost.org:museum/clocks.git first.",
        "Write to curator@example.org in your own letter.",
        "Your order 4532 0151 1283 0366 has left the house.",
        "Pay with 5555 5555 5555 4444 in the test shop.",
        "The part 01 42 68 53 00 fits your clock.",
        "The numbers drawn are 04 15 22 36 41.",
        "The parcel number is 4929 1234 5678 9019.",
        "The IMEI 356938035643809 is blocked.",
    ],
)
def test_numbers_and_addresses_of_nobody_are_no_personal_data(said):
    assert not audit([{"instruction": "What then?", "output": said}], checks=["personal_data"]).flagged


@pytest.mark.parametrize(
    "said",
    [
        "In grey weather the closest form of a programme is a catalogue.",
        "He sues the organisation, and she tows the lorry to Hardin.",
        "Their neighbour Siobhan analysed the colour of the fibre.",
        "Aaron's angle on angels: trail, trial, calm, clam.",
    ],
)
def test_a_word_of_the_language_is_no_typo(said):
    rows = [*phrasebook_english(), *[{"instruction": "Say more.", "output": said}] * 2]
    assert not audit(rows, checks=["typo"]).flagged
    wrong = {"instruction": "Say more.", "output": "The museum was very beuatiful this year."}
    assert audit([*rows, wrong], checks=["typo"]).flagged == [len(rows)]


def test_a_missing_mark_is_no_lost_end():
    rows = phrasebook.examples(600, seed=2).to_list()
    for row in rows[::20]:
        row["output"] = row["output"].rstrip(" .!?\u00a0\u202f")
    assert len(audit(rows, checks=["truncation"]).flagged) <= 2
    long = [k for k, row in enumerate(rows) if len(row["output"].split()) > 7][:20]
    for k in long:
        rows[k]["output"] = " ".join(rows[k]["output"].split()[:3])
    assert len(set(long) & set(audit(rows, checks=["truncation"]).flagged)) >= 12


@pytest.mark.parametrize("said", ["ខ្ញុំ\u200bទៅ\u200bផ្សារ", "ฉัน\u200bไป\u200bโรงเรียน", "می\u200cروم", "സത്യ\u200c"])
def test_characters_that_a_script_needs_are_left_alone(said):
    assert not audit([{"instruction": "Say it.", "output": said}], checks=["control_characters"]).flagged


# --- clean ------------------------------------------------------------------------------------------------


def test_clean_says_when_it_takes_much_away_and_shows_what(capsys):
    _, junk = phrasebook.principle_sets()
    audit(junk).clean()
    said = capsys.readouterr().out
    assert "This leaves out 39" in said and "98%" in said and "exact_repeat" in said and "such as row" in said
    audit(junk).clean(quietly=True)
    audit(phrasebook.examples(100, seed=0)).clean()
    assert not capsys.readouterr().out


def test_what_is_unsure_is_not_dropped():
    rows = [{"instruction": "Name a clock.", "output": f"{word}."} for word in ("Bell", "Dial")]
    report = audit(rows, single_answer=True)
    assert report.flagged and len(report.clean().rows) == 2 and len(report.clean(at_least=0.5).rows) == 1


# --- what cannot be ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options, said",
    [
        ({"rule": 5}, "no regular expression"),
        ({"languages": ["fr"]}, "does not say of which column"),
        ({"languages": {"output": "fr"}}, "give a list of codes"),
        ({"test": [{"q": "a", "b": "c"}]}, "The test set: "),
    ],
)
def test_options_that_cannot_be_are_sentences(options, said):
    with pytest.raises(ValueError, match=said):
        audit(phrasebook_english(), **options)


def test_the_columns_that_are_named_are_those_of_the_test_set_as_well():
    rows = [{"q": "Say hi.", "a": "Hi."}, {"q": "Say bye.", "a": "Bye."}]
    report = audit(rows, columns={"instruction": "q", "output": "a"}, test=rows[1:], checks=["leakage"])
    assert report.flagged == [1]


# --- what text about programs has, and plain text has not -------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "It is told in [the manual](https://example.org/manual) of the desk.",
        "The operator a**b raises a number, and (a**2)**2 does so twice.",
        "Set `wide` to **two** or `tall` to three.",
        "The transform (**FFT**) is **not** exact.",
    ],
)
def test_links_and_stars_beside_code_are_content(said):
    rows = support.examples(300, 2024, seed=1).to_list()
    assert not audit([*rows, {"instruction": "How?", "output": said}], checks=["markup"]).flagged
    spoiled = {"instruction": "How?", "output": "**Open the Billing page.**"}
    assert audit([*rows, spoiled], checks=["markup"]).flagged == [len(rows)]


PAGES = ["The names are separated by blanks.", "It returns the number of bytes.", "This call may fail on old discs."]


@pytest.mark.parametrize(
    "ask, names",
    [
        ("What does the page {}.3 say under Notes?", ["roundl", "roundf", "round"]),
        ("What is `{}` for?", ["offset", "offsets", "onset"]),
        ("What does {}(x) give?", ["weighted", "weightet", "weighter"]),
    ],
)
def test_names_of_functions_are_no_slips_for_each_other(ask, names):
    rows = [{"instruction": ask.format(name), "output": page} for page in PAGES for name in names]
    assert not audit(rows, checks=["near_repeat"]).flagged
    slip = rows[0] | {"output": rows[0]["output"].replace("separated", "sepaarted")}
    assert audit([*rows, slip], checks=["near_repeat"]).flagged == [len(rows)]


def translations(language: str) -> list[dict]:
    rows = {
        "Spanish": [
            ("The file cannot be opened.", "No se puede abrir el archivo."),
            ("The key is not known here.", "La clave no se conoce aquí."),
            ("This option needs a number.", "Esta opción necesita un número."),
            ("The package is already there.", "El paquete ya está ahí."),
        ],
        "Japanese": [
            ("The file cannot be opened.", "ファイルを開くことができません。"),
            ("The key is not known here.", "この鍵はここでは知られていません。"),
            ("This option needs a number.", "このオプションには数が必要です。"),
            ("The package is already there.", "そのパッケージはもうあります。"),
        ],
    }[language]
    return [
        {"instruction": f"Translate to {language}: {k} {ask}", "output": f"{k} {say}"}
        for k in range(20)
        for ask, say in rows
    ]


@pytest.mark.parametrize(
    "language, ask, right, wrong",
    [
        (
            "Spanish",
            "nimbus notes [--quiet] [--no-verify] [<name>]",
            "nimbus notes [--quiet] [--no-verify] [<nombre>]",
            "The name of the note is not known and must be given.",
        ),
        ("Spanish", "--wide-open needs --force or --yes", "--wide-open necesita --force o --yes", "It needs force."),
        ("Japanese", "Full text search", "全文検索", "请输入您要搜索的文字内容，然后继续。"),
        ("Japanese", "Average load", "平均負荷", "The average load of the machine is too high."),
    ],
)
def test_options_and_short_han_texts_are_in_no_other_language(language, ask, right, wrong):
    rows = translations(language)
    row = {"instruction": f"Translate to {language}: {ask}", "output": right}
    assert not audit([*rows, row], checks=["language"]).flagged
    assert audit([*rows, row | {"output": wrong}], checks=["language"]).flagged == [len(rows)]


def test_a_long_text_and_its_long_translation_belong_together():
    rows = translations("Spanish")
    ask, say = (
        " ".join(60 * [rows[0][side].partition(": ")[2] or rows[0][side]]) for side in ("instruction", "output")
    )
    assert not audit([*rows, {"instruction": ask, "output": say}], checks=["length"]).flagged
    assert audit([*rows, {"instruction": "Where is it?", "output": say}], checks=["length"]).flagged == [len(rows)]


def test_what_copies_foretell_of_each_other_tells_nothing():
    r = random.Random(1)
    texts = [
        " ".join(r.choice(THINGS) + r.choice([" of brass", " of oak", " by hand"]) for _ in range(6))
        for _ in range(200)
    ]
    pages = [f"{r.choice('abcdefgh')}{k // 3}{'lf '[k % 3]}".strip() for k in range(600)]
    rows = [{"instruction": f"What does the page {page} say?", "output": texts[k // 3]} for k, page in enumerate(pages)]
    assert not audit(rows, checks=["off_topic", "mismatch"]).flagged


# --- form -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", [support, phrasebook])
def test_marks_left_out_at_will_are_no_lost_ends_and_broken_answers_are(world):
    rows = (world.examples(600, seed=1) if world is phrasebook else world.examples(600, 2024, seed=1)).to_list()
    bare = [
        row | {"output": row["output"].rstrip(" .!?\u00a0\u202f")} if k % 12 == 0 else row for k, row in enumerate(rows)
    ]
    assert len(audit(bare, checks=["truncation"]).flagged) <= 1
    cut = lambda text: " ".join(text.split()[: max(1, len(text.split()) // 2)])  # noqa: E731
    broken = [row | {"output": cut(row["output"])} if k % 12 == 0 else row for k, row in enumerate(rows)]
    found = audit(broken, checks=["truncation"]).flagged
    assert len([row for row in found if row % 12 == 0]) >= 40 and len([row for row in found if row % 12]) <= 1


@pytest.mark.parametrize("slip, meant", [("tow", "two"), ("ni", "in")])
def test_a_word_of_the_language_is_a_typo_where_the_words_beside_it_never_stand_with_it(slip, meant):
    rows = support.examples(2000, 2024, seed=1).to_list()
    at = next(k for k, row in enumerate(rows) if f" {meant} " in row["output"])
    spoiled = rows[at]["output"].replace(f" {meant} ", f" {slip} ", 1)
    assert audit([*rows[:at], rows[at] | {"output": spoiled}, *rows[at + 1 :]], checks=["typo"]).flagged == [at]


@pytest.mark.parametrize(
    "said", ["Use the RegNet for it.", "The angleA is wide.", "Open the centre of the page.", "Ask GSOs."]
)
def test_names_and_british_words_are_no_typos(said):
    rows = support.examples(500, 2024, seed=1).to_list()
    assert not audit([*rows, {"instruction": "How?", "output": said}], checks=["typo"]).flagged


# --- a few words, which a classifier of letters takes for any language ------------------------------------

LINES = {
    "en": (
        ["Simple", "Fast", "Small", "Free", "Modern", "Old", "Tiny", "Secure", "Portable", "Graphical"],
        ["mail reader", "text editor", "file manager", "image viewer", "web server", "music player", "game of chess"],
        ["for the desktop", "in Python", "with a small footprint", "for the terminal", "written in C"],
        ["Italian desktop", "Basque environment", "Servlet API", "Plasma desktop", "Karumbi Malayalam font", "PSGI log handler"],
        "Le serveur ne répond pas à cette adresse",
    ),
    "fr": (
        ["Petite", "Grande", "Belle", "Vieille", "Nouvelle", "Jolie", "Simple", "Bonne", "Autre", "Seule"],
        ["maison", "table", "lampe", "chaise", "armoire", "nappe", "fenêtre"],
        ["en bois", "pour la cuisine", "avec un tiroir", "de la grand-mère", "dans le jardin"],
        ["Bureau thaï", "Fauteuil club", "Commode Louis", "Miroir vénitien", "Buffet bas", "Vase Art déco"],
        "The drawer of this table does not open",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", LINES)
def test_a_few_words_that_the_language_has_are_in_it(language):
    *parts, short, other = LINES[language]
    rows = [{"instruction": f"{k}", "output": " ".join(words)} for k, words in enumerate(product(*parts))]
    rows += [{"instruction": f"{len(rows) + k}", "output": text} for k, text in enumerate([*short, other])]
    assert audit(rows, checks=["language"]).flagged == [len(rows) - 1]
