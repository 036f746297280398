"""What lesson 03, Build your sets, asks of the learner."""

from __future__ import annotations

from numbers import Integral

from ...data.constructions import example, recognise
from ...data.grammar import CONSTRUCTIONS
from ...widgets.predict import Prediction
from ...widgets.quiz import AllOf, Choice, InOrder, OneOf, Open
from . import Mistake, call, exercise


def _set_of(*constructions: str):
    """A small set with one row of each of these constructions, and one row that is no example of any."""
    from datasets import Dataset

    pairs = [*map(example, constructions), ("Tell me something about it.", "Le train part à huit heures.")]
    return Dataset.from_list([{"instruction": asked, "output": answer} for asked, answer in pairs])


@exercise(
    1,
    "What is missing?",
    minutes=2,
    difficulty="easy",
    hints=(
        '`set(recognise(rows["instruction"]))` holds the names that are there, each once.',
        "Go through `CONSTRUCTIONS` and keep each name that is not among them: `[name for name in … if name not in …]`.",
    ),
    mistakes=(
        Mistake(lambda rows: sorted(set(recognise(rows["instruction"])) - {""}), "are there"),
        Mistake(lambda rows: list(CONSTRUCTIONS), "every construction"),
        Mistake(lambda rows: len(CONSTRUCTIONS) - len(set(recognise(rows["instruction"]))), "names"),
        Mistake(lambda rows: ["clause", "weather"], "misses"),
        Mistake(lambda rows: [*set(CONSTRUCTIONS) ^ set(recognise(rows["instruction"]))], "no construction"),
        Mistake(lambda rows: [name for name in CONSTRUCTIONS if name not in rows["instruction"]], "every construction"),
    ),
    well_done="No row can be faulty that is not there: an audit of rows alone does not see this, a list of what you need does.",
)
def missing(find):
    """A function from rows to the names of the constructions that no row is an example of."""
    for there in (("greeting", "comparative", "have", "comparative"), tuple(CONSTRUCTIONS)[:20]):
        right = {name for name in CONSTRUCTIONS if name not in there}
        found = call(find, _set_of(*there), shown="missing(rows)")
        if isinstance(found, str) or not isinstance(found, list | set | tuple):
            return f"The names are wanted, as a list, and your function gives {found!r}."
        found, said = set(found), f"Tried on {len(there) + 1} rows of ours ({', '.join(there[:3])} …):"
        if odd := sorted(map(repr, found - set(CONSTRUCTIONS))):
            return f"{said} {odd[0]} is no construction. Go through `CONSTRUCTIONS`, not through what is recognised."
        if found == set(CONSTRUCTIONS):
            return (
                f"{said} your function gives every construction, and some of them are there: compare with `recognise`."
            )
        if found == set(there):
            return f"{said} your function gives those that are there. Turn it round: which are not?"
        if wrong := sorted(found - right):
            return f"{said} “{wrong[0]}” is in your list, and a row is an example of it."
        if found != right:
            return f"{said} your function misses {len(right - found)}, such as “{min(right - found)}”."
    return None


# The rows of exercise 2: what to do with each, and why.
_DECISIONS = {
    "a": ("keep", "Sentence and answer are whole, and say the same."),
    "b": (
        "fix",
        "It says the right thing in careless writing: “J'ai deux frères.” is quickly written, and a row is won.",
    ),
    "c": ("drop", "Nobody knows what was asked, so there is nothing that the answer could be right for."),
    "d": ("keep", "The phrasebook's convention: where English leaves open who it is, French has the masculine."),
    "e": ("drop", "It is row a once more. A repeat brings nothing new, and one of the two is enough."),
}


@exercise(
    2,
    "Keep, drop or fix?",
    minutes=2,
    difficulty="easy",
    hints=(
        "Ask of each row: is it right? If not: would I know, from this row alone, what it should be?",
        "Two are kept, one is fixed, two are dropped.",
    ),
    mistakes=(
        Mistake(dict.fromkeys("abcde", "keep"), "Row b"),
        Mistake(dict(zip("abcde", ("keep", "drop", "drop", "keep", "drop"))), "Row b"),
        Mistake(dict(zip("abcde", ("keep", "fix", "fix", "keep", "drop"))), "Row c"),
        Mistake(dict(zip("abcde", ("keep", "fix", "drop", "drop", "drop"))), "Row d"),
        Mistake(dict(zip("abcde", ("keep", "fix", "drop", "keep", "keep"))), "Row e"),
        Mistake(dict(zip("abcd", ("keep", "fix", "drop", "keep"))), "missing"),
        Mistake(dict(zip("abcde", ("keep", "mend", "drop", "keep", "drop"))), "“mend”"),
        Mistake(["keep", "fix", "drop", "keep", "drop"], "dictionary"),
    ),
    well_done="A good curator mends what is cheap to mend, drops what nobody can mend, and keeps what only looks odd.",
)
def decisions(given):
    """For each of the rows a to e: "keep", "drop" or "fix"."""
    if not isinstance(given, dict):
        return 'A dictionary is wanted, from the row to what becomes of it: `{"a": "keep", …}`.'
    if unknown := [word for word in given.values() if word not in ("keep", "drop", "fix")]:
        return f"“{unknown[0]}” is no decision: write “keep”, “drop” or “fix”."
    if absent := [row for row in _DECISIONS if row not in given]:
        return f"Row {absent[0]} is missing: decide about all five."
    wrong = [row for row, (right, _) in _DECISIONS.items() if given[row] != right]
    if wrong == ["a"] and (given["a"], given["e"]) == ("drop", "drop"):
        return "Rows a and e are the same, and you drop both: keep one of them."
    if wrong:
        right, why = _DECISIONS[wrong[0]]
        return f"Row {wrong[0]}: you {given[wrong[0]]} it. We would {right} it. {why}"
    return None


def _cover(names, n):
    seen, first, rest = set(), [], []
    for row, name in enumerate(names):
        (rest if name in seen else first).append(row)
        seen.add(name)
    return (first + rest)[:n]


# the construction of each row, and how many rows are wanted
_CASES = (
    (["time", "time", "time", "have"], 4),
    (["have", "have", "time", "have", "clause", "time", "have"], 5),
    (["have", "have", "time", "have", "clause", "time", "have"], 2),
)


@exercise(
    3,
    "One of each first",
    minutes=3,
    difficulty="medium",
    hints=(
        "Go through `enumerate(names)` once. A row whose name is new goes to one list, all others to a second one.",
        "A `set` of the names seen so far tells what is new: `if name in seen`.",
        "Put the lists one behind the other, the new names in front, and cut: `(first + rest)[:n]`.",
    ),
    mistakes=(
        Mistake(lambda names, n: list(range(n)), "left out"),
        Mistake(lambda names, n: _cover(names, len(set(names)))[:n], "are wanted"),
        Mistake(lambda names, n: _cover(names, len(names)), "are wanted"),
        Mistake(lambda names, n: [names[row] for row in _cover(names, n)], "row numbers"),
        Mistake(lambda names, n: (_cover(names, len(set(names))) * n)[:n], "more than once"),
        Mistake(lambda names, n: [row + 1 for row in _cover(names, n)], "count from 0"),
        Mistake(lambda names, n: 5, "list"),
    ),
    well_done="One pass, and no construction is forgotten that the pile has to offer.",
)
def cover_first(choose):
    """A function from the constructions of the rows and n to n row numbers that cover as many constructions as can be."""
    for names, n in _CASES:
        shown = f"cover_first({names}, {n})"
        found = call(choose, list(names), n, shown=shown)
        said = f"`{shown}` gives {found!r}."
        if isinstance(found, str) or not isinstance(found, list | tuple | set):
            return f"{said} A list of row numbers is wanted."
        if not all(isinstance(row, Integral) for row in found):
            return f"{said} It should give row numbers, not what stands in the rows."
        if any(row not in range(len(names)) for row in found):
            return f"{said} The rows go from 0 to {len(names) - 1}: count from 0, as `enumerate` does."
        if len(set(found)) < len(found):
            return f"{said} A row is in it more than once."
        if len(found) != n:
            return f"{said} These are {len(found)} rows, and {n} are wanted."
        left_out = set(names) - {names[row] for row in found}
        if len(left_out) > max(0, len(set(names)) - n):
            return f"{said} “{min(left_out)}” is left out, and another construction is in it twice: one of each first."
    return None


PREDICTIONS = {
    each.name: each
    for each in (
        Prediction("my set", "After training on your own set, how many of the 200 answers will be exactly right?"),
        Prediction("my wrecked set", "And after training on the copy that you have wrecked?"),
        Prediction(
            "as many rows at random",
            "As many rows as your set has, drawn from the pile with closed eyes: how many right answers?",
        ),
    )
}

QUESTIONS = {
    1: OneOf(
        "“My 40 rows beat the pile of 300 because a small set is better.” Which arm tests this explanation?",
        (
            Choice(
                "As many rows drawn from the pile at random.",
                "Just as few, from the same pile, and nobody has chosen. If small is what counts, it does as well as yours.",
                right=True,
            ),
            Choice(
                "The pile as it is.",
                "It differs from your set in two ways at once, in its number and in its choice: nobody can tell which counts.",
            ),
            Choice(
                "Your wrecked set.",
                "It shows what damage does. That says nothing about what the number of rows does.",
            ),
        ),
        hint="Which arm differs from the pile in nothing but its size?",
    ),
    2: InOrder(
        "You are to make a set of 50 out of 20,000 raw rows. Put the steps in order.",
        (
            Choice("Write down what the model should be able to do", "Without this list nothing can be missing."),
            Choice(
                "Let rules flag the rows with flaws of form", "Rules are cheap: do not read what a rule can sort out."
            ),
            Choice(
                "Choose from what is left, one row of each kind first", "Choose among rows that have passed the rules."
            ),
            Choice("Read each chosen row, and keep, mend or drop it", "Only what is chosen is few enough to be read."),
            Choice(
                "Write rows for the kinds that are still missing", "What is missing shows when the others are settled."
            ),
        ),
        hint="What is cheap comes before what is dear. And what is the list of kinds needed for?",
    ),
    3: AllOf(
        "Ten rows drawn from your wrecked set look fine to you. What may still be wrong with the set? Choose all that apply.",
        (
            Choice(
                "One row in ten has a flaw that anybody can see.",
                "Ten rows show none of these in about one look out of three: 0.9 to the power of 10 is 0.35.",
                right=True,
            ),
            Choice(
                "Half of the answers belong to other sentences.",
                "If you read no French, each of them looks fine. A quick look is as good as the one who looks.",
                right=True,
            ),
            Choice(
                "Each of its thousand rows is in the set twice.",
                "Ten rows hold both copies of one only by great luck.",
                right=True,
            ),
            Choice(
                "All rows are in lower case.",
                "What every row has, ten rows have: this is the one kind of flaw that a quick look cannot miss.",
            ),
        ),
        hint="Which flaws does a row show on its own, and how many rows would you need to meet one?",
    ),
    4: Open(
        "A colleague says: “I have thrown out every row that looked strange. What is left is spotless.” What do you ask?",
        "First I ask what the set can no longer teach. Rows that look strange are often the long and the rare ones: "
        "questions, names, exceptions. Whoever throws them out keeps short sentences of one kind, and a model learns "
        "nothing from a row that is not there. So I would compare what is covered before and after. Then I ask how a row "
        "came to look strange: if a glance decided, wrong answers in faultless French are still in. And I would like to see "
        "the dropped rows: some can be mended, and then a rare kind is saved.",
        (
            "What does the set cover now, and what did it cover before?",
            "Which flaws does a look not see: wrong answers, repeats, contradictions?",
            "Could the rare rows have been mended instead of dropped?",
            "As many rows drawn at random: does the clean set beat them?",
        ),
        hint="A set can be clean and poor. What is poor about it then?",
    ),
}
