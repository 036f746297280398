# %% [markdown]
# # 06 · Repeats and contradictions
#
# **25 minutes:** reading 9, exercises 11, running 1, questions 4.
#
# You find out what one bad row costs when it is copied a hundred times, and what a hundred different ones cost.
#
# ## Why it matters
#
# Real sets are full of copies: a form letter sent a thousand times, a page that was collected twice. The text this course
# grew from makes a claim about them: a bad example stays *one* bad example, even if it is there 100 times, and all it does is
# take steps from the good ones. That can be counted, and tested. And what about bad rows that are *not* copies?

# %% [markdown]
# The tools of this lesson. `sweeps` holds the sets of the recorded runs; you use the same ones live.

# %%
import pandas as pd

from utils import audit, compare, damage, phrasebook, progress, recorded, tables
from utils.model.profiles import profile
from utils.model.recorded.sweeps import contradicting, test_phrases, with_bad_rows
from utils.model.training import seen_rows

# %% [markdown]
# ## A hundred bad rows, in three ways
#
# Each set below has 100 clean rows and 100 bad ones. Bad means here: the answer belongs to another sentence. What differs
# is how many *different* bad rows there are: one, copied 100 times; ten, 10 times each; or a hundred, once each.

# %%
lines = {}
for kinds in (1, 10, 100):
    rows = with_bad_rows(kinds, seed=0)
    different = len(set(zip(rows["instruction"], rows["output"])))
    lines[f"100 clean rows, {kinds} bad × {100 // kinds}"] = {
        "rows": len(rows),
        "different rows": different,
    }
pd.DataFrame(lines).T

# %% [markdown]
# And these are three of the bad rows. The French is faultless; it only says something else.

# %%
tables.words(with_bad_rows(10, seed=0).select(range(100, 103)))

# %% [markdown]
# ## Predict
#
# The runs are those of lesson 01: 40 steps of 16 rows, so a run sees 640 rows, in shuffled passes over its set. First guess
# how many of them are wasted on one row that stands there 100 times.

# %%
lesson.predict("share of bad rows")

# %% [markdown]
# Now the scores, on 100 held-out sentences. As a yardstick: the 100 clean rows *alone* get nearly everything right.

# %%
lesson.predict("1 bad row × 100")

# %%
lesson.predict("100 bad rows × 1")

# %% [markdown]
# ## What a run really sees
#
# `seen_rows` is what the training itself uses. It lists the numbers of the rows that a run sees, in order, each as often as
# it is seen: `seen_rows(3, 7, seed=0)` gives 7 numbers from 0 to 2.

# %% [markdown]
# ### Exercise 1 · The share that is stolen (1 minute, easy)
#
# `seen` is such a list, and `bad` holds the numbers of the bad rows. Which share of what the run sees is bad? Return it as
# a number from 0 to 1.


# %%
def stolen(seen, bad):
    """The share, from 0 to 1, of the rows `seen` that are among the `bad` ones."""
    ### BEGIN SOLUTION
    wasted = [row for row in seen if row in bad]
    return len(wasted) / len(seen)
    ### END SOLUTION


# %%
lesson.exercise(1).check(stolen)

# %% [markdown]
# Here is the count for all three sets, made by pandas. In each, the bad rows have the numbers from 100 on.

# %%
for kinds in (1, 10, 100):
    seen = pd.Series(seen_rows(len(with_bad_rows(kinds, seed=0)), 640, seed=0))
    share = 100 * seen.ge(100).mean()
    often = seen[seen < 100].value_counts().mean()
    print(
        f"{kinds:3} bad × {100 // kinds:3}: {share:.0f} % of what is seen is bad; a clean row "
        f"is seen {often:.1f} times"
    )
lesson.reveal({"share of bad rows": share})

# %% [markdown]
# The three sets do not differ in this. Whatever the hundred bad rows say, they take the same share of the steps. So if bad
# rows did nothing but take steps, the three sets would have to score alike.
#
# ## Run
#
# Two seeds for each set, so that you need not wait. Two are enough to see a large difference, and not a small one.

# %%
result = compare(
    {
        "100 clean rows": lambda seed: with_bad_rows(0, seed),
        "1 bad row × 100": lambda seed: with_bad_rows(1, seed),
        "100 bad rows × 1": lambda seed: with_bad_rows(100, seed),
    },
    steps=40,
    seeds=2,
    test=test_phrases(),
)
lesson.reveal({name: result.scores(name).mean() for name in result.sets[1:]})

# %% [markdown]
# With your predictions as dotted lines:

# %%
result.plot(predicted=lesson.predicted)

# %% [markdown]
# The same share of the steps. Is it the same price? Two seeds leave wide intervals, so the ten recorded seeds below decide.
# The table also says how sure the models are:

# %%
result.table()

# %% [markdown]
# Compare the entropy. One explanation of the prices: there is no rule behind a hundred unrelated wrong answers, so they keep
# the model in doubt about the task itself. The copied row tells one story, and it is soon told.
#
# Does the copied row *only* steal steps? Then clean rows that get half the steps should score like it.

# %%
half = compare(
    {"100 clean rows, 20 steps": lambda seed: with_bad_rows(0, seed)},
    steps=20,
    seeds=2,
    test=test_phrases(),
)
for run, name in (
    (result, "100 clean rows"),
    (result, "1 bad row × 100"),
    (half, "100 clean rows, 20 steps"),
):
    print(f"{name}: {run.scores(name).mean():.0f} %")

# %% [markdown]
# This is a look and no verdict: two seeds, and no record behind it. If the clean rows with 20 steps are well *below* the
# copied row, it has cost less than the steps it took. If they are well *above*, it does harm of its own as well. (Something
# in the training may help the copied row: rows of like length share a batch, and copies are equally long. So they often fill
# a batch among themselves, and leave other batches clean.)
#
# ## Learnt by heart
#
# The test asks about other sentences. What if somebody asks the very instruction of a bad row? Each model gets the bad
# instructions of its own training set. How many bad answers come back, word for word?

# %%
bad = with_bad_rows(100, seed=0).select(range(100, 200))
taught = {"1 bad row × 100": bad.select([0]), "100 bad rows × 1": bad}
answers = {
    name: result.run(name).answer(list(rows["instruction"])) for name, rows in taught.items()
}
for name, rows in taught.items():
    back = sum(answer == output for answer, output in zip(answers[name], rows["output"]))
    print(f"{name}: {back} of {len(rows)} bad answers given back")
print("\n" + bad[0]["instruction"])
print(f"   the bad row says: {bad[0]['output']}")
for name, given in answers.items():
    print(f"   after {name}: {given[0]}")

# %% [markdown]
# The last lines ask both models for the one bad row that stands in both sets: some three hundred times in one run, about
# three times in the other. Where the bad answer comes back, the model has learnt it by heart, and the held-out score does not
# ask for it. So "it only steals steps" leaves something out: this one question will be answered wrongly from now on. If
# the copied row were a customer's address, that would be no small matter.
#
# ## The record
#
# The same sets with ten seeds, recorded beforehand: along the axis, the number of *different* bad rows. In the second
# curve, each bad row stands in the set only once.

# %%
repeats = recorded("repeats")
BAD, ONCE, BOTH = repeats.arms
repeats.plot(arms=[BAD, ONCE])

# %% [markdown]
# What does each set cost, against the 100 clean rows alone? In points, with the 95 % interval in brackets, at a third of the
# usual learning rate, at the usual one, and at three times as much.


# %%
def told(better, worse):
    """The gap between two recorded points at each learning rate, in words."""
    gaps = {}
    for rate in repeats.rates:
        points, low, high = repeats.gap(better, worse, rate=rate)
        gaps[f"{rate:.2g} × the rate"] = f"{points:+.1f} ({low:+.1f} to {high:+.1f})"
    return gaps


lines = {f"{kinds} bad × {100 // kinds}": told((BAD, 0), (BAD, kinds)) for kinds in (1, 10, 100)}
lines["100 × 1 against 1 × 100"] = told((BAD, 1), (BAD, 100))
tables.words(pd.DataFrame(lines).T)

# %% [markdown]
# Read the last line first: it is the price of variety among bad rows. Where its interval lies above 0, a hundred different
# ones cost more than one copied. The order of the sets is the same at all three rates. How much the copied row itself costs
# is not, so look at the scores:

# %%
repeats.at_all_rates()

# %% [markdown]
# At a third of the rate the copied row is no longer cheap. Are its steps missed there? The clean rows with half of the
# steps once more, now at that rate:

# %%
low = compare(
    {"100 clean rows, 20 steps": lambda seed: with_bad_rows(0, seed)},
    steps=20,
    seeds=2,
    test=test_phrases(),
    learning_rate=profile("tiny").learning_rate / 3,
)
print(f"At a third of the rate: {low.scores('100 clean rows, 20 steps').mean():.0f} %")

# %% [markdown]
# At the usual rate, 20 steps were nearly enough; at a third of it, they are not. So there steps are scarce, and whatever
# takes half of them costs a lot.
#
# Now the verdict on the claim, in two parts, and at each rate:

# %%
claims = {
    "Copied 100 times, a bad row costs more than once": ((ONCE, 1), (BAD, 1)),
    "100 different bad rows cost more than one copied": ((BAD, 1), (BAD, 100)),
}
for claim, points in claims.items():
    print(claim)
    for rate in repeats.rates:
        gap, low, high = repeats.gap(*points, rate=rate)
        says = repeats.verdict(*points, rate=rate)
        print(f"   {rate:.2g} × the rate: {says}, {gap:+.1f} ({low:+.1f} to {high:+.1f})")

# %% [markdown]
# So the claim of the beginning holds in its second part, at every rate: a hundred different bad rows cost more than one
# copied. How cheap the copied one is depends on whether its steps are missed. And even where it is cheap, it is not
# harmless: remember what was learnt by heart.
#
# ## What deduplication buys
#
# *Deduplication* keeps one row of each group of copies. It is the cheapest mending there is.

# %% [markdown]
# ### Exercise 2 · Keep the first of each (3 minutes, medium)
#
# Two rows count as the same if instruction *and* output agree up to case, spaces and the marks at their end (`.`, `!`, `?`).
# Accents count, and so do marks inside. Return the numbers of the rows to keep, in order: the first of each group.


# %%
def deduplicate(rows):
    """The numbers of the rows to keep, from 0: the first of each (instruction, output)."""

    ### BEGIN SOLUTION
    def plain(text):
        return " ".join(text.lower().split()).rstrip(" .!?")

    seen, kept = set(), []
    for number, (instruction, output) in enumerate(zip(rows["instruction"], rows["output"])):
        pair = plain(instruction), plain(output)
        if pair not in seen:
            seen.add(pair)
            kept.append(number)
    return kept
    ### END SOLUTION


# %%
lesson.exercise(2).check(deduplicate)

# %% [markdown]
# What it saves, counted for the two sets with copies. How many steps does a run need after deduplication, to show each clean
# row as often as before?

# %%
for kinds in (1, 10):
    before, after = with_bad_rows(kinds, seed=0), with_bad_rows(kinds, seed=0, copies=1)
    kept = deduplicate(before)
    print(
        f"{kinds} bad × {100 // kinds}: {len(before)} rows, {len(after)} without copies, "
        f"by your function {'not counted yet' if kept is None else len(kept)}."
    )
    seen = pd.Series(seen_rows(len(after), 640, seed=0))
    print(
        f"   {100 * seen.ge(100).mean():.0f} % of what is seen is bad now; "
        f"{40 * len(after) / len(before):.0f} steps "
        "show each clean row as often as 40 did."
    )

# %% [markdown]
# Above, the clean rows came nearly as far with 20 steps as with 40, so at this rate the steps can be saved. At a lower one
# they may be missed: try fewer before you count on it. And what does deduplication win back in the recorded scores, with the
# steps left at 40? The lines "still missing" say how far the mended set is behind the clean rows alone.

# %%
lines = {}
for kinds in (1, 10):
    lines[f"{kinds} bad × {100 // kinds}: won back"] = told((ONCE, kinds), (BAD, kinds))
    lines[f"{kinds} bad × {100 // kinds}: still missing"] = told((BAD, 0), (ONCE, kinds))
tables.words(pd.DataFrame(lines).T)

# %% [markdown]
# Where an interval includes 0, the record cannot tell the two apart. Most is won back at the low rate, where steps are
# scarce. And in the set with 100 bad rows × 1 there is nothing to win: it holds no copies. Deduplication knows what is the
# *same*, not what is *wrong*.
#
# ## Contradictions
#
# So far the bad rows had instructions of their own. In the next sets they contradict clean rows: the same instruction,
# another answer. Does that hurt more? Two clean rows, and two bad ones:

# %%
disputes = contradicting(10, seed=0)
tables.words(disputes.select([0, 1, 100, 101]))

# %% [markdown]
# ### Exercise 3 · What is disputed most? (2 minutes, medium)
#
# List the instructions that have more than one *different* output, those with the most different outputs first. Outputs count
# as different if they differ at all.


# %%
def disputed(rows):
    """The instructions with more than one different output, most outputs first."""
    ### BEGIN SOLUTION
    found = {}
    for instruction, output in zip(rows["instruction"], rows["output"]):
        found.setdefault(instruction, set()).add(output)
    several = [instruction for instruction in found if len(found[instruction]) > 1]
    return sorted(several, key=lambda instruction: len(found[instruction]), reverse=True)
    ### END SOLUTION


# %%
lesson.exercise(3).check(disputed)

# %% [markdown]
# Now the record: a hundred wrong answers to other instructions, and a hundred that contradict a clean row.

# %%
repeats.plot(arms=[BAD, BOTH])

# %% [markdown]
# How many points does a contradiction cost *more* than a wrong answer to another instruction?

# %%
lines = {
    f"{kinds} bad × {100 // kinds}": told((BAD, kinds), (BOTH, kinds)) for kinds in (1, 10, 100)
}
tables.words(pd.DataFrame(lines).T)

# %% [markdown]
# Be strict: *more* harm is shown only where the whole interval lies above 0. Look for such a cell, and say no more than
# it says: "at this rate, for so many different ones", and not "contradictions are worse". (And the sets differ in one
# more way: those with contradictions have fewer different instructions.)
#
# So why mend contradictions? Because the record shows no case in which they clearly do less harm, and they are easier to
# *find*: two rows that disagree betray each other. A wrong answer that stands alone has no such witness.
#
# ## The number or the share?
#
# Does the *number* of bad rows do the harm, or their *share*? The same 50 bad rows stand beside 100, 500 and 5,000 clean
# ones: their number stays, and their share falls. And at each of these sizes a third of the rows is bad: there the share
# stays, and the number grows from 50 to 2,500.

# %%
share = recorded("share")
share.plot()

# %% [markdown]
# Both questions as leads: of the largest set over the smallest.

# %%
_, fifty, third = share.arms
for words, arm in (("The same 50 bad rows", fifty), ("A third of the rows bad", third)):
    print(f"{words}: 5,000 clean rows beside them against 100")
    for rate in share.rates:
        gap, low, high = share.gap((arm, 5000), (arm, 100), rate=rate)
        print(f"   {rate:.2g} × the rate: {gap:+.1f} ({low:+.1f} to {high:+.1f})")

# %% [markdown]
# Fifty bad rows among thousands are hardly felt, and at the same share a larger number is at no rate shown to do more harm.
# (Where it does less, it may be that each bad row is seen less often, and so harder to learn by heart.) A run sees as many
# rows in either case, and the share says how many of these are bad. So "we have 50 bad rows" says little until somebody asks:
# among how many?
#
# ## How much noise does a model bear?
#
# Now the dose: 500 different rows, of which a growing share is spoiled, in two ways. *Wrong answers* are random noise: each
# is wrong in its own way. *Lower case*, without the full stop, is systematic noise: all of it pulls in one direction.

# %%
dose = recorded("dose")
dose.plot()

# %% [markdown]
# Look at their shapes: where does each fall fastest, and how does it end? And where do they really part? Here is the lead of
# lower case over wrong answers, dose by dose; *undecided* means that the record does not know.

# %%
for percent in range(10, 100, 20):
    pair = ("lower case", percent), ("wrong answers", percent)
    gap, low, high = dose.gap(*pair)
    print(
        f"{percent} % spoiled: {gap:+.1f} ({low:+.1f} to {high:+.1f}), lower case ahead: "
        f"{dose.verdict(*pair)}"
    )

# %% [markdown]
# ### Exercise 4 · Where does it fall below half? (3 minutes, medium)
#
# `curve` is a list of (dose, score), the doses rising; the first score is above the level. Between two points, the curve is a
# straight line. Return the dose at which it *first* comes down to `level`. If it never falls below, return `float("inf")`.


# %%
def falls_below(curve, level=50):
    """The dose at which the curve first falls to `level`, by straight lines between points."""
    ### BEGIN SOLUTION
    for (dose, score), (next_dose, next_score) in zip(curve, curve[1:]):
        if next_score < level:
            fallen = (score - level) / (score - next_score)
            return dose + fallen * (next_dose - dose)
    return float("inf")
    ### END SOLUTION


# %%
lesson.exercise(4).check(falls_below)

# %% [markdown]
# Your function on both curves. (If it gives nothing yet: the first recorded dose with less than 50 % right.)

# %%
for arm in dose.arms:
    curve = dose.curve(arm)
    at = falls_below(list(zip(curve["x"], curve["mean"])))
    if at is None:
        print(
            f"{arm}: below half at {curve.loc[curve['mean'] < 50, 'x'].min():.0f} % spoiled, "
            "read off the points."
        )
    else:
        print(f"{arm}: down to half at {at:.0f} % spoiled.")

# %% [markdown]
# Half of the answers gone, and the two models are ill in different ways. *Format* is the share of answers in the right form;
# *entropy* says how undecided the model is.

# %%
pd.DataFrame({
    f"{arm}: {name}": dose.curve(arm, metric).set_index("x")["mean"].round(2)
    for name, metric in (("format %", "format_rate"), ("entropy", "entropy"))
    for arm in dose.arms
}).rename_axis("spoiled %")

# %% [markdown]
# With wrong answers the form stays as it should be, and the entropy climbs from the first dose on, nearly to the last:
# the model is in doubt, and you can see it. With lower case the entropy stays low: in more and more of its answers the
# model changes sides, and it is sure of itself on either side. That is where the shapes differ most. Random noise shows
# in the model's doubt. This systematic flaw shows only in the form, and only because somebody has written a check for it.
#
# And at the other learning rates?

# %%
dose.at_all_rates()

# %% [markdown]
# At three times the rate the picture is much the same. At a third the wrong answers cost more than at the usual rate: look
# at the lines of 50 %, where the two flaws change places. So *where* the half lies, and which flaw is worse there, depends
# on steps, rate and rows; it is no law.
#
# Does the record hold on *your* machine? One point again, with a seed that is not in the record. Choose another if you like.

# %%
point = dose.live("wrong answers", 40)
print(point)
dose.plot(live=[point])

# %% [markdown]
# ## Deduplicate in practice
#
# Your function finds exact copies, and some in another dress. The audit also finds near repeats: a "please" more, "can't" for
# "cannot". Of these 800 rows, three in ten are exact repeats, and one in ten is a near repeat.

# %%
recipe = {"exact_repeat": 0.3, "near_repeat": 0.1}
rows = damage.spoil(phrasebook.examples(800, seed=6), recipe, seed=6).select_columns([
    "instruction",
    "output",
])
report = audit(rows)
cleaned = report.clean()
print("Audit:", cleaned)
print(cleaned.dropped["checks"].value_counts().to_dict())
kept = deduplicate(rows)
print(
    "Your function:",
    "nothing yet" if kept is None else f"{len(kept)} rows left, {len(rows) - len(kept)} dropped",
)

# %% [markdown]
# What was dropped can be read. Some near repeats, each beside the row that it repeats:

# %%
near = report.flags[report.flags["check"] == "near_repeat"].sample(5, random_state=11)
texts = rows.to_pandas().agg(" → ".join, axis=1)
tables.words(
    pd.DataFrame({
        "dropped": texts[near["row"]].to_list(),
        "kept": [texts[evidence[0]] for evidence in near["evidence"]],
    })
)

# %% [markdown]
# ## What others have found
#
# Quoted from the papers, and **not measured here**: other models, other data, other lengths of training.
#
# - [Hernandez et al. 2022](https://arxiv.org/abs/2205.10487), on pretraining: 0.1 % of the data, repeated 100 times, made a
#   model of 800 million parameters perform like one of half its size, although the other 90 % of what it read was unique.
#   There, repeats cost far more than their share.
# - [Lee et al. 2022](https://aclanthology.org/2022.acl-long.577): trained on deduplicated text, language models gave back text
#   learnt by heart ten times less often, and needed fewer steps for the same accuracy or a better one.
# - [Rolnick et al. 2017](https://arxiv.org/abs/1705.10694): digits were still read with more than 90 % accuracy when each right
#   example stood beside 100 with random labels, and such training needs more data. Our curve had 500 rows and 40 steps.
#
# ## Gotcha: deduplication that removes too much
#
# Near repeats may differ in the one word that counts. In each of these pairs, *both* rows are right and needed. What would be
# left if somebody dropped whatever is 90 % alike? (Likeness runs from 0 to 1.)

# %%
from difflib import SequenceMatcher

TWINS = {
    "a negation": ["The museum is open.", "Le musée est ouvert.",
                   "The museum is not open.", "Le musée n'est pas ouvert."],
    "a number": ["I have two keys.", "J'ai deux clés.", "I have ten keys.", "J'ai dix clés."],
    "a question": ["It is closed today.", "C'est fermé aujourd'hui.",
                   "It is closed today?", "C'est fermé aujourd'hui ?"],
}
lines = {}
for name, (first, answer, second, other) in TWINS.items():
    asked = [f"Translate to French: {text}" for text in (first, second)]
    two = pd.DataFrame({"instruction": asked, "output": [answer, other]})
    kept, by_audit = deduplicate(two), audit(two).clean(["exact_repeat", "near_repeat"]).rows
    lines[name] = {
        "likeness of the instructions": round(SequenceMatcher(None, *asked).ratio(), 2),
        "kept by your function": "nothing yet" if kept is None else f"{len(kept)} of 2",
        "kept by the audit": f"{len(by_audit)} of 2",
    }
pd.DataFrame(lines).T

# %% [markdown]
# A threshold of likeness throws away just what a model needs to tell apart. Rules that compare words keep the negation and
# the number. But look at the last line: to the rule of Exercise 2, and to the audit, the mark at the end is mere dress, so a
# question passes for a repeat of its statement. No rule knows which differences count in *your* task. Read a sample of what
# is dropped; `cleaned.undo([…])` puts rows back.
#
# And some repeats are there because the *task* is so. If one customer in three asks how to reset a password, a set with one
# such row no longer looks like the work to be done. Keep several, in different words, rather than one.

# %% [markdown]
# ### Exercise 5 · What first? (2 minutes, medium)
#
# A set of 20,000 rows, and an audit with three findings. You train this evening. What do you mend first, what next, what
# last?
#
# - `"repeats"`: 5,000 rows are exact copies of *one* row, a form letter.
# - `"contradictions"`: 300 rows give another answer than an earlier row to the same instruction.
# - `"lower case"`: 8 % of the answers are in lower case throughout.
#
# Choose a reason for each, too. Two of the five are none:
#
# - **a:** Row by row, it does more harm than anything else.
# - **b:** Few rows, and somebody has to read and decide each: worth it when nothing is left that a rule could settle.
# - **c:** It takes a quarter of the steps, and a line of code takes it away.
# - **d:** Below a tenth of the rows no flaw does harm, so it may stay.
# - **e:** A rule mends most of it in place; after that, some answers that seemed to disagree agree.
#
# Write it as `{"first": ("lower case", "d"), "next": …, "last": …}`.

# %%
plan = (
    ### BEGIN SOLUTION
    {"first": ("repeats", "c"), "next": ("lower case", "e"), "last": ("contradictions", "b")}
    ### END SOLUTION
)

# %%
lesson.exercise(5).check(plan)

# %% [markdown]
# ## Check your understanding
#
# Four questions. Each wrong choice tells you why it is wrong; the last one is answered in words.

# %%
lesson.quiz(1)

# %%
lesson.quiz(2)

# %% [markdown]
# Now a bank, and then a hospital.

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
# - **The live point lies outside of what the record expects.** One in twenty does, by chance. Run it with more seeds:
#   `dose.live("wrong answers", 40, seeds=3)`. If it stays outside, tell us your machine.
# - **`ValueError: "…" was not recorded at …`.** The message names the points that there are; `dose.arms` names the arms.
# - **Your two seeds lie far apart.** So do single seeds in the record: `repeats.scores(BAD, 100)` lists all ten.
# - **`deduplicate` is slow on a file of your own.** If `seen` is a list, it is searched from end to end for each row. A `set`
#   is not.
