import itertools

import pytest

from utils.data import constructions, phrasebook
from utils.data.grammar import CONSTRUCTIONS

BY_HAND = """
greeting        | Hello, Mum. How are you? | Good evening, everyone. | See you soon, Grandma!
origin          | Our neighbours come from Senegal. | I live in Marseille. | He comes from a small village in Wales.
profession      | My sister is an engineer. | Her husband wants to be a baker. | I am a teacher.
be_adjective    | The soup is too salty. | My cat was very lazy. | The streets are not safe.
have            | I have a terrible headache. | She needs an umbrella. | The children are hungry.
there_is        | There is a spider in my shoe. | There are no seats left. | There were three ducks on the pond.
location        | The keys are under the sofa. | The station is opposite the post office. | My socks are in the washing machine.
present         | The neighbours are watching television. | My grandfather often reads detective novels. | I love chocolate cake.
negation        | I never drink coffee. | We do not watch the news. | The baby is not sleeping.
partitive       | We eat some cheese after dinner. | I would like some coffee, please. | He drinks too much wine.
past_avoir      | We watched a documentary yesterday. | I lost my umbrella on the bus. | They did not finish the puzzle.
past_etre       | She went to the dentist. | My parents arrived at the hotel last night. | We did not return to the beach.
near_future     | We are going to paint the fence. | I am going to call the plumber tomorrow. | It is not going to work.
modal           | You must wear a helmet. | I want to see the sea. | He cannot find the exit.
object_pronoun  | I am helping him. | We can see them. | Where is my phone? I cannot find it.
yes_no_question | Do you have a lighter? | Is the museum open? | Can you help my aunt?
wh_question     | Where is the nearest pharmacy? | How much does this jumper cost? | Why is the baby crying?
imperative      | Please close the window. | Do not touch the painting. | Turn right after the bridge.
comparative     | My suitcase is heavier than yours. | Trains are faster than buses. | He is as tall as his father.
possession      | This is Anna's guitar. | My brother's room is untidy. | The teacher's glasses are broken.
quantity        | I have three sisters. | The melon costs two euros. | My uncle is fifty-two years old.
time            | The bus leaves at half past eight. | The bakery opens at seven o'clock. | Grandma sings in the evening.
weather         | It is snowing in the mountains. | It was very windy yesterday. | The weather is lovely here.
reflexive       | We get up at six o'clock. | She is washing herself. | I woke up late.
clause          | I think that he is right. | She is not eating because she is ill. | I know a man who sings opera.
"""
FOREIGN = [
    "What is the capital of Peru?",
    "hello how u",
    "",
    "Translate to French:",
    "Translate to French: hello how u",
    "Translate to French: asdf jkl qwertz",
    "Translate to French: 🙂🙂",
    "Translate to French: Bonjour, comment allez-vous ?",
    "Translate to French: Quantum chromodynamics describes gluon exchange.",
    "Translate to French: cat",
    "Translate to German: The cat is black.",
    "Write a poem about the sea.",
    "translate french hello",
    "Where is my order #4521?",
    "def f(x): return x + 1",
    "Summarise: " + "The cat is black. " * 1000,
]


def by_hand():
    return [
        (name.strip(), phrasebook.PROMPT.format(sentence.strip()))
        for line in BY_HAND.strip().splitlines()
        for name, *sentences in [line.split("|")]
        for sentence in sentences
    ]


def accuracy(named):
    names = constructions.recognise([text for _, text in named])
    return sum(name == found for (name, _), found in zip(named, names)) / len(named)


def test_what_the_phrasebook_draws_is_recognised():
    drawn = [
        (p.construction, phrasebook.PROMPT.format(p.english))
        for p in itertools.islice(phrasebook.pairs(11, split="test"), 2000)
    ]
    assert accuracy(drawn) >= 0.97


def test_sentences_in_other_words_are_recognised():
    named = by_hand()
    assert len(named) == 75 and {name for name, _ in named} == set(CONSTRUCTIONS)
    assert accuracy(named) >= 0.9


def test_the_curated_rows_cover_everything():
    rows = phrasebook.curated()
    assert accuracy(list(zip(rows["construction"], rows["instruction"]))) >= 0.95
    assert all(constructions.coverage(rows["instruction"]).values())


@pytest.mark.parametrize("text", FOREIGN)
def test_what_is_no_row_of_the_phrasebook_has_no_construction(text):
    assert constructions.recognise([text]) == [""]


def test_dress_does_not_matter():
    for text in (
        "translate into french: the soup is hot",
        "Translate to French:  The  soup is hot!",
        "TRANSLATE TO FRENCH: THE SOUP IS HOT.",
    ):
        assert constructions.recognise([text]) == ["be_adjective"]
    assert constructions.recognise(["Translate to French: I don’t drink it"]) != [""]


def test_coverage_counts_all_and_names_the_missing_with_an_example():
    counts = constructions.coverage(["Translate to French: It is snowing.", "Translate to French: It is raining.", "x"])
    assert list(counts) == list(CONSTRUCTIONS) and counts["weather"] == 2 and sum(counts.values()) == 2
    for name in CONSTRUCTIONS:
        instruction, output = constructions.example(name)
        assert constructions.recognise([instruction]) == [name] and output


def test_very_long_or_strange_texts_take_no_time():
    texts = [
        "Translate to French: " + "a " * 200,
        "Translate to French: " + "x" * 1_000_000,
        "Translate to French: " + "as " * 150,
    ]
    assert len(constructions.recognise(texts)) == 3
