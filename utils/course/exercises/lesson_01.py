"""What lesson 01, The principle, asks of the learner."""

from __future__ import annotations

from numbers import Integral

from ...data import phrasebook
from ...widgets.predict import Prediction
from ...widgets.quiz import AllOf, Choice, InOrder, OneOf, Open
from . import Mistake, call, exercise


def _rows(*pairs: tuple[str, str]):
    from datasets import Dataset

    return Dataset.from_list([{"instruction": instruction, "output": output} for instruction, output in pairs])


@exercise(
    1,
    "How many rows are really there?",
    minutes=3,
    difficulty="easy",
    hints=(
        "A Python `set` keeps each thing once.",
        '`zip(rows["instruction"], rows["output"])` gives the pairs, one after the other.',
        "Put both together: the length of the set of the pairs.",
    ),
    mistakes=(
        Mistake(lambda rows: len(rows), "every row"),
        Mistake(lambda rows: len(set(rows["instruction"])), "instructions"),
        Mistake(lambda rows: len(set(rows["output"])), "outputs"),
        Mistake(lambda rows: set(zip(rows["instruction"], rows["output"])), "number"),
        Mistake(lambda rows: len(set(rows)), "TypeError"),
        Mistake(lambda rows: rows.to_pandas().duplicated().sum(), "repeats"),
        Mistake(lambda rows: 8, "fixed number"),
    ),
    well_done="The large set is not 400 duplicates: it is a handful of rows and exact repeats of them.",
)
def distinct_rows(count_distinct):
    """A function from rows to the number of different (instruction, output) pairs."""
    _, junk = phrasebook.principle_sets()
    tricky = _rows(("a", "x"), ("a", "y"), ("b", "y"), ("c", "y"), ("a", "x"))
    for name, rows in {"junk": junk, "the five rows a-x, a-y, b-y, c-y, a-x": tricky}.items():
        right = len(set(zip(rows["instruction"], rows["output"])))
        found = call(count_distinct, rows, shown="count_distinct(junk)")
        if not isinstance(found, Integral):
            return f"A number is wanted, and your function gives a {type(found).__name__}. How many does it hold?"
        said = f"For {name}, your function gives {found}."
        if found == len(rows):
            return f"{said} That counts every row, repeats included."
        if found == len(set(rows["instruction"])) != right:
            return (
                f"{said} That counts the different instructions. Two rows with the same instruction can still differ."
            )
        if found == len(set(rows["output"])) != right:
            return f"{said} That counts the different outputs. Two rows with the same output can still differ."
        if found == len(rows) - right != right:
            return f"{said} That counts the repeats. How many rows are left when they are taken out?"
        if name != "junk" and found == 8:
            return f"{said} That is a fixed number, which happens to be right for junk: count what is in `rows`."
        if found != right:
            return f"{said} Two rows are the same if both their instruction and their output are: count each pair once."
    return None


def _every_instruction(rows):
    outputs = {}
    for instruction, output in zip(rows["instruction"], rows["output"]):
        outputs.setdefault(instruction, set()).add(output)
    return outputs


def _repeats_as_contradictions(rows):
    outputs = {}
    for instruction, output in zip(rows["instruction"], rows["output"]):
        outputs.setdefault(instruction, []).append(output)
    return {instruction: found for instruction, found in outputs.items() if len(found) > 1}


def _only_the_instructions(rows):
    return [instruction for instruction, outputs in _every_instruction(rows).items() if len(outputs) > 1]


def _only_the_last_output(rows):
    found = dict(zip(rows["instruction"], rows["output"]))
    return {instruction: {output} for instruction, output in found.items()}


@exercise(
    2,
    "Which rows contradict each other?",
    minutes=4,
    difficulty="medium",
    hints=(
        "First gather, for each instruction, the set of all its outputs: a dictionary of sets.",
        "`outputs.setdefault(instruction, set()).add(output)` adds to the set and makes it if it is not there yet.",
        "Then keep only the instructions whose set has more than one output.",
    ),
    mistakes=(
        Mistake(lambda rows: {"Bonjour": {"Say hello"}}, "keys are outputs"),
        Mistake(_every_instruction, "only one output"),
        Mistake(_repeats_as_contradictions, "set"),
        Mistake(_only_the_instructions, "dictionary"),
        Mistake(_only_the_last_output, "only one output"),
        Mistake(lambda rows: {}, "misses"),
    ),
    well_done="One instruction has two answers, and one of the two is a row of the good set.",
)
def contradictions(find):
    """A function from rows to {instruction: {output, output, …}} where there is more than one output."""
    rows = _rows(("Say hello", "Bonjour"), ("Say hello", "Salut"), ("Say bye", "Au revoir"), ("Say bye", "Au revoir"))
    right = {"Say hello": {"Bonjour", "Salut"}}
    found = call(find, rows, shown="contradictions(rows)")
    said = "Tried on four rows of ours (hello → Bonjour, hello → Salut, bye → Au revoir, bye → Au revoir):"
    if not isinstance(found, dict):
        return (
            f"A dictionary is wanted, instruction → set of outputs, and your function gives a {type(found).__name__}."
        )
    if set(found) & {"Bonjour", "Salut", "Au revoir"}:
        return f"{said} your keys are outputs. Make the instructions the keys."
    if not all(isinstance(outputs, set) for outputs in found.values()):
        return (
            f"{said} the outputs of an instruction are not in a `set`. A list may hold the same answer several times."
        )
    if alone := [instruction for instruction, outputs in found.items() if len(outputs) < 2]:
        return f"{said} “{alone[0]}” is in your result with only one output, and nothing contradicts it."
    if found != right:
        return f"{said} your function gives {found} and misses something. It should give {right}."
    return None


PREDICTIONS = {
    each.name: each
    for each in (
        Prediction("3 good rows", "After training on the 3 good rows, how many of the answers will be exactly right?"),
        Prediction("400 junk rows", "And after training on the 400 junk rows?"),
        Prediction("lead", "How many points will the 50 curated rows be ahead of the 10,000 junk rows?", unit="points"),
        Prediction(
            "10,000 varied rows, 80 % damaged",
            "The same damage as in the junk, but no sentence twice: how many answers will be exactly right?",
        ),
    )
}

QUESTIONS = {
    1: OneOf(
        "A colleague removes the 392 repeats from the junk set and trains on the remaining 8 rows, with the same number "
        "of steps. What changes?",
        (
            Choice(
                "The model becomes much better: the repeats were the problem.",
                "Each repeat was one of the same 8 rows. What the model sees in its 40 steps has hardly changed.",
            ),
            Choice(
                "Almost nothing: the model sees the same 8 rows about as often.",
                'Either way it sees 640 rows, each of the 8 about 80 times. Check it: `compare({"8 rows": '
                'junk.select(range(8)), "400 rows": junk}, steps=demo.STEPS)`.',
                right=True,
            ),
            Choice(
                "The model becomes worse: it has less data.",
                "Less data, but no less information: the repeats said nothing new.",
            ),
        ),
        hint="Which rows does the model see, and how often, in 40 steps of 16 rows?",
    ),
    2: AllOf(
        "Your 50 curated rows beat 10,000 scraped ones. “So let us delete the 10,000,” says your manager. Which of these "
        "would you want to know first? Choose all that apply.",
        (
            Choice(
                "How many of the 10,000 are different from each other",
                "The two large sets had the same damage. But in the junk it fell on the same eight sentences again and "
                "again, so that one instruction got many different answers.",
                right=True,
            ),
            Choice(
                "Whether the flaws are scattered or always the same",
                "Scattered damage can average out in the answers; a flaw that is always the same is learnt as if it were "
                "right.",
                right=True,
            ),
            Choice(
                "Which constructions the 10,000 cover and the 50 do not",
                "What no row shows, no row teaches: there may be a large clean set inside.",
                right=True,
            ),
            Choice(
                "How low the training loss on the 10,000 gets",
                "A low training loss shows that rows were memorised, not that they were right.",
            ),
            Choice(
                "Nothing: small sets win",
                "Small was not the reason. 200 clean rows did no worse than 50.",
            ),
        ),
        hint="Compare the two large sets in the last picture.",
    ),
    3: InOrder(
        "You are handed 10,000 rows for fine-tuning. Put the steps in order.",
        (
            Choice("Measure the set: different rows, flaws, contradictions", "Nothing comes before looking."),
            Choice(
                "Set validation and test rows aside",
                "Measure first: as long as you do not know the repeats, copies of a test row may stay in training.",
            ),
            Choice(
                "Curate some fifty rows that you have read yourself", "What you test on has to be set aside before."
            ),
            Choice("Fine-tune on them, and score on the validation rows", "There has to be a checked set to train on."),
            Choice(
                "Add rows as long as the validation score goes up", "There has to be a first score to compare with."
            ),
            Choice(
                "Score once on the test rows",
                "Grow on evidence, not on hope; and the test is used once, at the end: choosing by it would flatter.",
            ),
        ),
        hint="What do repeats do to a test set? And what would a score be worth that you have chosen your rows by?",
    ),
    4: Open(
        "A team shows you the training file of its chat bot: 60,000 rows, and a loss that falls nicely. The bot is not good "
        "enough, so they want to buy another 60,000 rows of the same kind. What would you look at before you answer, and what "
        "would make you say no?",
        "First I count what the file really holds: distinct rows, exact repeats, instructions with two different answers. Then I "
        "read fifty rows, drawn at random. The falling loss tells me little: it says that the model learns what is in the rows, "
        "be it right or wrong. Then I measure, with the same number of steps and several seeds: all rows, a random half of them, "
        "and a few hundred that somebody has checked, on held-out questions with right answers. If half of the rows "
        "does as well as all of them, more of the same will hardly help, and if the few checked ones do better, the money "
        "belongs into checking. I would say yes if the score still climbs from half to all, or if whole kinds of question have "
        "no row yet.",
        (
            "Count before training: distinct rows, repeats, contradictions; and read a random sample.",
            "A falling loss does not say that the rows are right.",
            "Compare all, a random half and a few checked rows at equal steps, on checked held-out questions.",
            "Say no when half does as well as all, and yes when the score still climbs or kinds are missing.",
        ),
        hint="What did counting show in this lesson that the number of rows had hidden? And which comparison asks for “more”?",
    ),
}
