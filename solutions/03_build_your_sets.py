# %% [markdown]
# # 03 · Build your sets
#
# **30 minutes:** reading 5, curating and wrecking 12, exercises 7, running 2, questions 4.
#
# You make a good set out of a raw pile, wreck a copy of it as cunningly as you can, and train on both.
#
# ## Why it matters
#
# So far the sets were ours, and so were their flaws. From here on you train on rows that *you* have chosen. A model learns
# whatever stands in its rows, and nothing that does not: so what you keep, what you mend and what you add is the whole of
# your influence. Is forty rows' worth of attention worth more than the pile that they came from?

# %% [markdown]
# The tools of this lesson. `sets` keeps what you make for the next lesson.

# %%
import pandas as pd

from utils import audit, compare, damage_lab, phrasebook, progress, run_panel, tables, workshop
from utils.course import sets
from utils.data.audit.detection import hits
from utils.data.constructions import example, recognise
from utils.data.grammar import CONSTRUCTIONS
from utils.widgets.blame import blame
from utils.widgets.taste_test import taste_test

# %% [markdown]
# ## The raw pile
#
# 300 rows of the phrasebook, as they might come out of some old files. There are eleven kinds of flaw in the pile, and not
# every row has one. And eight *constructions*, sentence patterns of the phrasebook, are missing altogether.

# %%
receipt = sets.raw_pile()
pile = receipt.select_columns(["instruction", "output"])
tables.words(pile.to_pandas().sample(6, random_state=1))

# %% [markdown]
# The receipt, which says what was done to which row, stays closed until the end. How do you notice what is *not* there?
# `recognise` reads instructions and gives each the name of its construction, or "" where none fits.

# %% [markdown]
# ### Exercise 1 · What is missing? (2 minutes, easy)
#
# List the constructions that no row of a set is an example of. `CONSTRUCTIONS` holds the names of all 25.


# %%
def missing(rows):
    """The names of the constructions of which there is no row."""
    ### BEGIN SOLUTION
    there = set(recognise(rows["instruction"]))
    return [name for name in CONSTRUCTIONS if name not in there]
    ### END SOLUTION


# %%
lesson.exercise(1).check(missing)

# %% [markdown]
# Solved or not, here are the eight, each with an example. These are the rows to be written.

# %%
for name in sets.ABSENT:
    print(
        f"{name.replace('_', ' '):15} "
        f"{' → '.join(example(name)).removeprefix('Translate to French: ')}"
    )

# %% [markdown]
# ### Exercise 2 · Keep, drop or fix? (2 minutes, easy)
#
# Five rows. Which would you keep as they are, which drop, and which fix? Give each letter "keep", "drop" or "fix". (By the
# phrasebook's convention, a person whose sex English leaves open is masculine in French.)
#
# - **a:** Translate to French: The soup is hot. → La soupe est chaude.
# - **b:** Translate to French: I have two brothers. → j'ai deux freres
# - **c:** Translate it, please. → Le train part à huit heures.
# - **d:** Translate to French: The nurse is late. → L'infirmier est en retard.
# - **e:** Translate to French: The soup is hot. → La soupe est chaude.

# %%
decisions = (
    ### BEGIN SOLUTION
    {"a": "keep", "b": "fix", "c": "drop", "d": "keep", "e": "drop"}
    ### END SOLUTION
)

# %%
lesson.exercise(2).check(decisions)

# %% [markdown]
# ## Your own set
#
# Now the workshop. Take ten minutes, and stop when they are over:
#
# 1. **Keep 30 to 40 rows.** Click a row, then press K to keep it, D to drop it, F if it is to be fixed; the buttons do the
#    same. Rows that you leave open are not used, so there is no need to go through all 300. A text can be mended on the spot.
# 2. **Write ten rows**, with N, for what the panel on the right calls missing. Simple ones will do, and the examples above may
#    be varied. Begin each instruction with "Translate to French:".
#
# Each step is saved. No French? Keep what you trust, let the flags help, and write with a dictionary. (No widgets? See "If it
# breaks".)

# %%
mine = workshop(pile, name="my set", single_answer=True)
mine

# %% [markdown]
# What if nobody has decided anything yet? Then the lesson goes on with a set that *rules* have chosen: rows without a flag, two
# of each construction, and ten rows from the phrasebook for the eight that are missing.

# %%
ours = sets.chosen_by_rules(pile)
print(f"Chosen by rules: {len(ours)} rows.")

# %% [markdown]
# The set in use is yours as soon as it holds 20 rows that you have kept, mended or written.

# %%
test = phrasebook.examples(200, split="test")
my_rows = sets.chosen(mine.curation, pile, test)
if len(my_rows) < 20:
    print(
        f"You have chosen {len(my_rows)} rows so far. So “my set” stands for the set chosen "
        "by RULES from here on, not for"
    )
    print("yours. Whenever you have curated, run the lesson on from this cell.")
    my_rows = ours
else:
    print(f"In use: your own set of {len(my_rows)} rows.")
print(my_rows.to_pandas()["origin"].value_counts().to_dict())
lacking = sorted(set(CONSTRUCTIONS) - set(recognise(my_rows["instruction"])))
print("Still missing:", ", ".join(lacking) or "no construction.")

# %% [markdown]
# ## Wreck a copy
#
# Now change sides. Your task: **spoil a copy of this set so that a quick look does not notice.** Begin with one of the four
# presets, open *A quick look*, and ask yourself whether you would sign for these ten rows. If you would not, take the flaws
# back that gave it away, and try others. You win when much of the set is spoiled and the ten rows look fine. (In code:
# `lab.share("typo", 0.2)`.)

# %%
lab = lesson.damage_lab("my wrecked set", my_rows)
lab

# %% [markdown]
# Is the lab untouched? Then we wreck a copy for you: four rows in ten get the answer of another row. Anyone who reads no
# French finds nothing to complain of.

# %%
used, by = lab, "wrecked"
if not lab.settings.shares:
    print(
        "Nothing is spoiled in your lab yet, so “my wrecked set” stands for a set that WE "
        "have wrecked."
    )
    used, by = damage_lab(my_rows), "supplied"
    used.share("wrong_answer", 0.4)
wrecked = used.spoiled.add_column("origin", [by] * len(used.spoiled))
tables.words(wrecked.to_pandas()[["instruction", "output"]].sample(10, random_state=0))

# %% [markdown]
# That was the quick look. Would the audit have been fooled as well?

# %%
spoiled = {row for row, flaw in enumerate(wrecked["flaw"]) if flaw}
print(
    f"{len(spoiled)} of {len(wrecked)} rows are spoiled on purpose: "
    f"{len(spoiled) / len(wrecked):.0%}."
)
flagged = audit(wrecked.select_columns(["instruction", "output"]), single_answer=True).flagged
print("By the audit:", hits(flagged, spoiled))
used.receipt.style.format({"share": "{:.0%}"}).hide()

# %% [markdown]
# ## Predict
#
# Both sets are trained on as in lesson 01: 40 steps of 16 rows, three seeds, 200 held-out sentences. Two more arms keep the
# comparison honest. One is the pile as it is. The other is **as many rows as your set has, drawn from the pile at random**:
# if these do as well, your set owes its score to its size, and not to your choice. Seal three guesses.

# %%
lesson.predict("my set")

# %%
lesson.predict("my wrecked set")

# %% [markdown]
# And the rows that nobody has chosen:

# %%
lesson.predict("as many rows at random")

# %% [markdown]
# ## Run
#
# The panel trains all four, and shows loss and score as they come in. Press *Start*, or let the next cell do it.

# %%
panel = run_panel(
    {
        "my set": my_rows,
        "as many rows at random": lambda seed: pile.shuffle(seed=seed).select(
            range(min(len(my_rows), len(pile)))
        ),
        "my wrecked set": wrecked,
        "the pile as it is": pile,
    },
    steps=40,
    seeds=3,
    predictions=lesson.predicted,
)
panel

# %% [markdown]
# This cell waits for the result, and then holds it against your predictions.

# %%
result = panel.wait()
lesson.reveal({
    name: result.scores(name).mean() for name in result.sets if name != "the pile as it is"
})

# %%
result.plot(predicted=lesson.predicted)

# %% [markdown]
# Was it your choice, or just the number? The first line below answers that: same number, same pile, no choice. Where the
# interval includes 0, these runs do not tell the two apart.

# %%
for other in result.sets[1:]:
    lead, low, high = result.gap("my set", other)
    print(
        f"“my set” against “{other}”: {lead:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f}"
    )
result.table()

# %% [markdown]
# *Entropy* and *p(right)* in the table say how sure a model is: compare the set of your choice with the pile. And this is what
# the models say to the same questions.

# %%
questions = [
    "The cat is black.",
    "Where is the station?",
    "I would like some bread, please.",
    "She went to the market.",
]
asked = [f"Translate to French: {question}" for question in questions]
answers = {name: result.run(name).answer(asked) for name in result.sets}
tables.words(pd.DataFrame(answers, index=questions))

# %% [markdown]
# ## Open the receipt
#
# Rules let some spoiled rows through, and so do people in a hurry. The receipt of the pile knows which of them stand in the
# set in use.

# %%
flaw_of = dict(zip(zip(receipt["instruction"], receipt["output"]), receipt["flaw"]))
mine_now = my_rows.to_pandas()
mine_now["flaw"] = [
    flaw_of.get(pair, "") for pair in zip(mine_now["instruction"], mine_now["output"])
]
slipped = mine_now[~mine_now["flaw"].isin(["", "exact_repeat"])]
print(f"{len(slipped)} of {len(mine_now)} rows in “my set” are spoiled.")
tables.words(slipped)

# %% [markdown]
# And what do they cost? The same set without them, against the set as it was; and the set chosen by rules as a third arm, so
# that you see what your own reading was worth. (Arms that hold the same rows score the same.)

# %%
without = my_rows.select(sorted(set(range(len(my_rows))) - set(slipped.index)))
mended = compare(
    {"my set": my_rows, "my set without them": without, "chosen by rules": ours},
    steps=40,
    seeds=3,
)
print(
    "Leaving out {} rows: {:+.1f} points, 95 % interval {:+.1f} to {:+.1f}.".format(
        len(slipped), *mended.gap("my set without them", "my set")
    )
)
mended.plot()

# %% [markdown]
# An answer in faultless French that belongs to another sentence passes nearly every rule in a pile of this size; among the
# 2,000 rows of lesson 02, about every second one was caught. That is why the last look at a small set is a person's: it takes
# minutes for forty rows, and it is out of the question for ten thousand.
#
# If you have two minutes more, ask the other way round: which rows are most like one *wrong answer* of your model? `blame`
# compares gradients, the directions in which rows pull the model. Likeness is no proof; it says where to look first.

# %%
case = blame(result.run("my set"), my_rows, test.select(range(40)), k=3)
wrong = case.wrong()
if len(wrong):
    print("Asked: {prompt}\nGiven: {given}\nRight: {right}".format(**wrong.iloc[0]))
    nearest = case.choose(wrong.index[0])[["row", "instruction", "output", "gradient"]]
else:
    print("No wrong answer among these forty, so there is nothing to blame.")
    nearest = wrong
tables.words(nearest.round(2))

# %% [markdown]
# And a blind tasting, if you like: two models, the same questions, no names. Which answers do you prefer?

# %%
taste_test({name: result.run(name) for name in ("my set", "as many rows at random")}, test, n=8)

# %% [markdown]
# ## Gotcha: clean is not enough
#
# The quickest way to a spotless set: keep what is short and easy, such as small talk about the weather. Nothing in it is
# wrong. What does it leave out? To compare, you need a set that leaves nothing out.

# %% [markdown]
# ### Exercise 3 · One of each first (3 minutes, medium)
#
# `names` holds the construction of each row. Return `n` row numbers, counted from 0: first one row of each construction, then
# others until there are `n`. If `n` is smaller than the number of constructions, each may occur only once.


# %%
def cover_first(names, n):
    """`n` row numbers that cover as many constructions as possible."""
    ### BEGIN SOLUTION
    seen, first, rest = set(), [], []
    for row, name in enumerate(names):
        if name in seen:
            rest.append(row)
        else:
            first.append(row)
            seen.add(name)
    return (first + rest)[:n]
    ### END SOLUTION


# %%
lesson.exercise(3).check(cover_first)

# %% [markdown]
# Three sets of 40 rows, *all of them clean*, drawn anew for each seed: the weather only, sentences with "to have" only, and what
# your function chooses out of 300. (If it gives nothing yet, rows of all constructions in turn.) Guess the order before you run it.


# %%
def covering(seed):
    """40 clean rows that cover as many constructions as possible."""
    pool = phrasebook.examples(300, seed=seed).shuffle(seed=seed)
    numbers = cover_first(list(pool["construction"]), 40)
    return phrasebook.examples(40, seed=seed) if numbers is None else pool.select(numbers)


def only(kind):
    """A draw of 40 clean rows of one construction."""
    return lambda seed: phrasebook.examples(40, seed=seed, constructions=[kind])


narrow = compare({
    "40 rows on the weather": only("weather"),
    "40 rows with “to have”": only("have"),
    "40 rows of all kinds": covering,
}, steps=40, seeds=3)
narrow.plot()

# %% [markdown]
# Nothing is wrong in any of these rows, so what separates the arms is what they show. Here are the seeds one by one. Three that
# lie far apart give a wide interval, and lesson 04 comes back to that; *p(right)*, the probability of the right answer, tells
# the arms apart earlier.

# %%
for name in narrow.sets:
    right, probable = narrow.scores(name), narrow.scores(name, "right_answer")
    print(
        f"{name}: exact match {', '.join(f'{x:.0f}' for x in right)} %; p(right) "
        f"{probable.mean():.0f} %"
    )
lead, low, high = narrow.gap("40 rows of all kinds", "40 rows with “to have”")
print(f"All kinds against “to have”: {lead:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f}")

# %% [markdown]
# Before you say that each construction needs its row, look at the arm in the middle: it shows one of 25. How far behind is it?
#
# One explanation: sentences on the weather are put together from a few fixed pieces ("It is cold"), which can be learnt by heart.
# With "to have", subject and object change from row to row, so that only translating helps. This base model has read all 25
# constructions in its phrasebook, and needs to be told *what to do* more than it needs to be taught each of them. How much your
# ten rows brought is a question about the base model, then, and not about the rows alone. What a base does *not* know, no
# row of another kind can wake.
#
# ## Save both sets
#
# Lesson 04 goes on with them. A column says where each row comes from, so that nothing of ours passes for yours.

# %%
print(sets.save("my set", my_rows))
print(sets.save("my wrecked set", wrecked))

# %% [markdown]
# ## Check your understanding
#
# Four questions. Each wrong choice tells you why it is wrong; the last one is answered in words.

# %%
lesson.quiz(1)

# %%
lesson.quiz(2)

# %% [markdown]
# Now the quick look, and a colleague with a spotless set.

# %%
lesson.quiz(3)

# %%
lesson.quiz(4)

# %% [markdown]
# This is where you are.

# %%
progress()

# %% [markdown]
# ## If it breaks
#
# - **The workshop or the lab does not show.** Every button has a twin in code. Instead of the workshop, `mine.curation` has
#   `decide(0, "keep")`, `edit(0, output="…")` and `write("Translate to French: …", "…")`, with row numbers counted from 0.
#   For sets outside this lesson, `from utils import curate` does it in one call: `curate(pile, {1: "drop", 2: {"output":
#   "…"}})` gives all rows that are not dropped. `lab.preset("the scraped forum")` and `lab.undo()` work the lab.
# - **You want to begin again.** Run the workshop's cell once more and press *Start anew*; the old set is kept in a file. In the
#   lab, *Start again*.
# - **“My set” is still the one chosen by rules.** Only rows marked *keep*, mended ones and new ones count, and there must be
#   20 of them. Run the cell below the workshop again after you have curated, and all cells after it.
# - **A set cannot be saved.** The message says where it was to go. Set the variable `QOQ_PROGRESS` to a file in a folder that
#   can be written to, and start the kernel again.
