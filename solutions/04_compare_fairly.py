# %% [markdown]
# # 04 · Fine-tune and compare fairly
#
# **30 minutes:** reading 10, exercises 13, running 2, questions 5.
#
# You compare your two sets in a way that a sceptic would accept, and then meet four comparisons that only look convincing.
#
# ## Why it matters
#
# "Our new data is four points better." On sentences like this, sets are bought, and others are thrown away. But two
# scores can differ for many reasons, and the data is only one of them. Did both models get as many steps? Did somebody
# tune one of them for a week? Would the next run say the same? This lesson rules out the other reasons, one by one.

# %% [markdown]
# The tools of this lesson. `recorded` gives runs that were measured before, as they take too long for a lesson.

# %%
import pandas as pd
from datasets import Dataset, concatenate_datasets

from utils import audit, compare, damage, phrasebook, progress, recorded, tables
from utils.course import sets
from utils.course.exercises.lesson_04 import CANDIDATES
from utils.data.text import fingerprint
from utils.model.recorded.sweeps import chosen_by_rule, raw_pile

# %% [markdown]
# ## Your two sets
#
# First the raw pile of lesson 03, row for row the same.

# %%
pile = sets.raw_pile().select_columns(["instruction", "output"])

# %% [markdown]
# Then the sets that you saved at the end of lesson 03. If there are none, two sets of ours stand for them: rows that
# *rules* have chosen out of the pile, with ten of the phrasebook added for what is missing, and a copy of it in which
# four rows in ten have the answer of another row.

# %%
my_rows, wrecked = sets.load("my set"), sets.load("my wrecked set")
if my_rows is None:
    my_rows = sets.chosen_by_rules(pile)
if wrecked is None:
    wrecked = sets.supplied(damage.spoil(my_rows, {"wrong_answer": 0.4}, seed=0))
for name, rows in {"my set": my_rows, "my wrecked set": wrecked}.items():
    origins = pd.Series(rows["origin"]).value_counts().to_dict()
    print(f"“{name}”: {len(rows)} rows, {origins}.")
    if set(origins) == {"supplied"}:
        print("   These rows are OURS. They stand for yours until you have done lesson 03.")

# %% [markdown]
# ## What a fair comparison needs
#
# A comparison is fair when the thing you ask about is the *only* thing that differs. Here that is the rows. So:
#
# - **The same steps and the same batch.** A step is one correction of the model. Who is corrected more often learns more,
#   whatever the rows are worth.
# - **The same settings**, such as the learning rate. Or each arm tuned with the same number of trials, on validation rows.
# - **A test set that nobody has trained on**: no test row, and nearly none, stands in a training set.
# - **Several seeds.** A seed draws the fresh weights of the adapter and the order of the rows; where rows are drawn, it
#   draws them, too. One seed shows one draw.
# - **The interval of the difference**, and not only two means.
# - **An arm for each rival explanation.** "My set wins because it is small" is one, so as many rows at random belong to it.
#
# `compare` sees to the first four points, except that it finds only test rows that are equal up to case, accents and
# punctuation, and not those that are nearly so. The arms and the reading are yours.

# %% [markdown]
# ### Exercise 1 · Find the unfair comparison (3 minutes, easy)
#
# Five experiments, told briefly. What makes each unfair: "steps", "tuning", "leak" or "seeds"? Or is it "fair"? A word
# may be needed more than once, or not at all. Write it as `{"a": "…", "b": "…", …}`.
#
# - **a:** 60 checked rows against 6,000 raw ones. "To be fair, each was trained for exactly three epochs, with batches of
#   16." Five seeds, one learning rate. The raw rows win.
# - **b:** 50 rows against 10,000, 200 steps of 16 rows for both, five seeds, one learning rate. Each of the 50 rows is seen
#   64 times; most of the 10,000 are never seen.
# - **c:** As many rows, as many steps, five seeds. For the new set, the best of eight learning rates was taken, by its
#   score on validation rows. The old set was run with the rate of last year.
# - **d:** As many steps, one learning rate, ten runs of each set. The report compares the best run of each.
# - **e:** As many steps, one learning rate, five seeds. Training and test rows were drawn from the same log of questions, in
#   which customers ask the same things again and again.

# %%
faults = (
    ### BEGIN SOLUTION
    {"a": "steps", "b": "fair", "c": "tuning", "d": "seeds", "e": "leak"}
    ### END SOLUTION
)

# %%
lesson.exercise(1).check(faults)

# %% [markdown]
# ## Predict
#
# Four arms: your set, as many rows drawn from the pile at random, the whole pile, and your wrecked set. If you have done
# lesson 03, you have seen them run with the seeds 0, 1 and 2. A result that is known cannot be predicted, so this time
# the seeds are 3, 4 and 5. Will they say the same? Seal three guesses.

# %%
lesson.predict("my set")

# %%
lesson.predict("the whole pile")

# %% [markdown]
# The third is a *difference*: how many points will your set be ahead of as many rows at random? (Below 0: behind.)

# %%
lesson.predict("lead")

# %% [markdown]
# ## Run
#
# Forty steps of 16 rows for every arm, three seeds, 200 held-out sentences. The rows at random are drawn anew for each
# seed: that is what the function is for.

# %%
SEEDS = [3, 4, 5]


def at_random(seed):
    """As many rows as my set has, drawn from the pile."""
    return pile.shuffle(seed=seed).select(range(min(len(my_rows), len(pile))))


arms = {
    "my set": my_rows,
    "as many rows at random": at_random,
    "the whole pile": pile,
    "my wrecked set": wrecked,
}
result = compare(arms, steps=40, seeds=SEEDS)
lead = result.gap("my set", "as many rows at random")[0]
lesson.reveal(
    {name: result.scores(name).mean() for name in ("my set", "the whole pile")} | {"lead": lead}
)

# %% [markdown]
# The picture, with your predictions as dotted lines:

# %%
result.plot(predicted=lesson.predicted)

# %% [markdown]
# What was the same for all arms is kept with the result, and the scores can be looked at seed by seed.

# %%
print("The same for all arms:", result.provenance["settings"])
result.runs.pivot(index="set", columns="seed", values="exact_match").loc[result.sets].round(1)

# %% [markdown]
# Ask of each line what its seeds have drawn. In three of the four arms the rows are fixed, so the seeds draw the fresh
# weights and the order only. The rows at random are other rows each time. So the interval of your set speaks of *this*
# set. What the next set of your making would score, it does not say.

# %% [markdown]
# ## Read the difference
#
# Two means and their distance are not enough: with other seeds the distance would be another. The interval says how far it
# might be off.

# %%
for other in result.sets[1:]:
    lead, low, high = result.gap("my set", other)
    says = result.verdict("my set", other)
    print(
        f"“my set” ahead of “{other}”: {says}; {lead:+.1f} points, 95 % interval {low:+.1f} "
        f"to {high:+.1f}"
    )

# %% [markdown]
# How to read such a line:
#
# - **Holds**: all of the interval lies above 0. (*Does not hold*: all of it lies below, and the other arm is ahead.) The
#   difference is clear, under these settings and on these test rows. Such an interval misses the true difference in about
#   one case out of twenty. So whoever looks at many differences finds some clear ones by chance.
# - **Undecided**: 0 is inside. These runs do not tell the two arms apart. That is *not* the same as "they are equal". Look
#   at the width: from −1 to +2, any difference is small. From −20 to +30, you know next to nothing.
# - **What it leaves out.** All seeds answered the same test rows, so the luck of these questions is not in it.
# - **Which rival is left.** A set from lesson 03 holds some ten rows that were *written*, for what the pile lacks. As many rows
#   at random plus these ten would be the arm that tells choosing from writing.
#
# Why are intervals over three seeds often so wide? The factor below is how many standard deviations the interval of a mean
# reaches, to either side. No run is needed for it, only Student's t.

# %%
from scipy.stats import t

for seeds in (2, 3, 5, 10, 30):
    print(f"{seeds:2} seeds: {t.ppf(0.975, seeds - 1) / seeds**0.5:.1f} standard deviations")

# %% [markdown]
# From two seeds to three or five you gain a lot, from then on less and less. That is why this course runs two or three in
# front of you, and records ten.

# %% [markdown]
# ## Beyond your own set
#
# Your set is one set. Does *choosing* help, as a method? For this the whole way has to be repeated: for each of twenty seeds
# a new raw pile of 300 rows, of which about six in ten have a flaw, a new choice, and new training. The choice is made by
# rule: rows that the audit does not flag, one of each construction first. These runs were recorded. (The pile is another mix
# than yours, and the test has 100 sentences, so compare the arms with each other, and not with your own numbers.)

# %%
selection = recorded("selection")
selection.plot()

# %% [markdown]
# Follow the two curves from 20 rows to 80: does more of the same pile do what choosing does? And here are the
# differences, with 40 chosen rows, at three learning rates: a conclusion that hangs on one setting is a conclusion about
# this setting.

# %%
chosen = ("chosen by rule", 40)
for other in (("at random", 40), ("the whole pile", 300)):
    for rate in selection.rates:
        lead, low, high = selection.gap(chosen, other, rate=rate)
        says = selection.verdict(chosen, other, rate=rate)
        print(
            f"40 chosen rows ahead of “{other[0]}” ({other[1]} rows), {rate:.2g} × the usual "
            f"learning rate: {says}"
        )
        print(f"   {lead:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f}")
selection.at_all_rates()

# %% [markdown]
# Where it says *holds* at all three rates, the conclusion carries over. Where it says anything else, it does not, and the
# honest sentence names the rate. This record is no triumph of choosing: the choice is ahead of chance, or not told apart
# from it, and the whole pile is level or ahead. One reason is in lesson 02: a rule cannot see that a faultless sentence
# answers another question. Here are the forty chosen rows of the first seed, by the flaw that they still have:

# %%
kept = chosen_by_rule(40, seed=0)
flaws = pd.Series(raw_pile(seed=0)["flaw"])[list(kept["row"])].replace("", "none")
print(flaws.value_counts().to_dict())

# %% [markdown]
# Choosing by rule is cheap. It does not replace reading.
#
# A record can be put to the test. Here is one of its points once more, on your machine, with a seed that is not in it. A run
# may fall outside, and one in twenty does by chance. Then do not look for a seed that fits: ask for more seeds, and count
# all.

# %%
point = selection.live("chosen by rule", 40)
print(point)
selection.plot(live=[point])

# %% [markdown]
# ## Gotcha: four unfair comparisons that look convincing
#
# Each of these has a clean table and several digits. Each can turn a result round, and nobody has to lie for that.
#
# ### As many epochs instead of as many steps
#
# An *epoch* is one pass over the set. "Both were trained for two epochs" sounds fair. Here are your set and the pile
# again, two epochs each:

# %%
by_epochs = {}
for name, rows in {"my set": my_rows, "the whole pile": pile}.items():
    steps = max(1, round(2 * len(rows) / 16))
    by_epochs[name] = compare({name: rows}, steps=steps, seeds=SEEDS)
    print(
        f"{name}: two epochs are {steps} steps, {by_epochs[name].scores(name).mean():.0f} % "
        "right."
    )
    print(f"   With 40 steps it was {result.scores(name).mean():.0f} %.")

# %% [markdown]
# The pile has more rows, so two epochs of it are more steps. A set of some forty rows is stopped after five or six
# corrections: look at what these are enough for. The rows are the same as above; only the training
# was cut short. Equal epochs answer another question ("what does a pass over it give?"), and in a comparison of *rows*
# they favour the larger set.
#
# Equal steps have a limit of their own: perhaps one set would be at its best after 40 steps, and the other after 400. If
# you suspect that, tune the number of steps for both, on validation rows, with as many trials for each.
#
# ### One arm was tuned
#
# The recorded points have three learning rates. Suppose somebody tunes one arm, takes the best of the three, and
# leaves the other at a third of the usual rate, "as it was in the old script".

# %%
rule, blind = (
    [selection.scores(arm, 40, rate=rate).mean() for rate in selection.rates]
    for arm in ("chosen by rule", "at random")
)
print("How many points are 40 rows chosen by rule ahead of 40 rows at random?")
print(f"   both at the usual rate:            {rule[1] - blind[1]:+.0f}")
print(f"   both tuned, the best of three:     {max(rule) - max(blind):+.0f}")
print(f"   only the chosen rows are tuned:    {max(rule) - blind[0]:+.0f}")
print(f"   only the random rows are tuned:    {rule[0] - max(blind):+.0f}")

# %% [markdown]
# The first two lines are fair. The last two come from the same runs: how different are the stories that they tell? This
# happens without any ill will: people tune what they believe in. (One more thing is not quite right here: we chose by the
# *test* score. The choice belongs on validation rows.)

# %% [markdown]
# ### Exercise 2 · May they differ? (4 minutes, medium)
#
# Let a function look for what people overlook. `one` and `other` are dictionaries with all the settings of an arm. Return
# the list of keys in which the two may not differ, and do. The rules:
#
# 1. What stands in `MAY_DIFFER` may differ. Everything else may not.
# 2. A key that only one of the two has counts as a difference: what is not known is not equal.
# 3. The order of the `seeds` does not matter.
# 4. The `learning_rate` may differ if both arms were tuned with equally many `trials`, and with more than one. Where
#    `trials` is missing in both, nobody has tuned.

# %%
MAY_DIFFER = {"name", "rows", "seconds"}


def unfair(one, other):
    """The settings in which two arms may not differ, and do."""
    ### BEGIN SOLUTION
    allowed = set(MAY_DIFFER)
    if one.get("trials", 1) == other.get("trials", 1) > 1:
        allowed.add("learning_rate")
    found = []
    for key in sorted({*one, *other} - allowed):
        here, there = one.get(key), other.get(key)
        if key == "seeds" and here and there:
            here, there = sorted(here), sorted(there)
        if here != there:
            found.append(key)
    return found
    ### END SOLUTION


# %%
lesson.exercise(2).check(unfair)

# %% [markdown]
# Try it on the two runs of equal epochs. (Until your function gives something, this says `None`.)

# %%
small, large = (each.provenance["settings"] for each in by_epochs.values())
print(small, large, sep="\n")
print("May not differ, and do:", unfair(small, large))

# %% [markdown]
# ### The test has leaked
#
# Now twenty test rows get into your set, as it happens when both were drawn from one file. `compare` refuses, and says why.

# %%
test = phrasebook.examples(200, split="test").select_columns(["instruction", "output"])
mine = my_rows.select_columns(["instruction", "output"])
leaky = concatenate_datasets([mine, test.select(range(20))])
try:
    compare({"my set and twenty rows more": leaky}, steps=40, seeds=SEEDS)
except ValueError as refusal:
    print("Refused:", refusal)

# %% [markdown]
# `compare` finds the same instruction in another dress, too: it ignores case, accents and punctuation. But it does not find
# *nearly* the same one. The audit does, if you hand it the test set.

# %%
polite = [
    {
        "instruction": row["instruction"].replace("French:", "French, please:"),
        "output": row["output"],
    }
    for row in test.select(range(20))
]
hidden = concatenate_datasets([mine, Dataset.from_list(polite)])
print("First of the twenty:", polite[0])
prints = {fingerprint(text) for text in test["instruction"]}
print(
    "Found when dress alone is ignored:",
    sum(fingerprint(text) in prints for text in hidden["instruction"]),
)
leaks = audit(hidden, test=test, checks=["leakage"])
print(f"Found by the audit: {len(leaks.flagged)}. The first: {leaks.flags['reason'].iloc[0]}")

# %% [markdown]
# ### Exercise 3 · Drop leaked rows (2 minutes, easy)
#
# Return the rows whose instruction does *not* stand in the test set, up to case, accents and punctuation. `fingerprint`
# makes two texts equal that differ in these alone; `rows.select([0, 2])` gives the rows with these numbers.


# %%
def drop_leaked(rows, test):
    """The rows whose instruction is not in the test set."""
    ### BEGIN SOLUTION
    held_out = {fingerprint(text) for text in test["instruction"]}
    kept = [
        at for at, text in enumerate(rows["instruction"]) if fingerprint(text) not in held_out
    ]
    return rows.select(kept)
    ### END SOLUTION


# %%
lesson.exercise(3).check(drop_leaked)

# %% [markdown]
# On the two sets with twenty leaked rows each. One of them needs more than your function:

# %%
for name, rows in {"twenty copied rows": leaky, "twenty polite rows": hidden}.items():
    left = drop_leaked(rows, test)
    if left is None:
        print(f"{name}: your function gives nothing yet.")
        continue
    leaks = audit(left, test=test, checks=["leakage"]).flagged
    print(
        f"{name}: {len(rows)} rows, {len(left)} left. The audit still finds {len(leaks)} "
        "leaks among them."
    )

# %% [markdown]
# So: drop what is equal, then let the audit look for what is nearly so, and read what it flags. Do it *before* you look
# at any score. A score that was flattered once is hard to forget.
#
# ### One lucky seed
#
# The twenty recorded seeds of 40 rows, in order of their score. What would you have reported if you had run only one of each?

# %%
every = {arm: sorted(selection.scores(arm, 40)) for arm in ("chosen by rule", "at random")}
for arm, scores in every.items():
    print(f"{arm:14}", *[f"{score:3.0f}" for score in scores])
worse, better = sorted(every, key=lambda arm: sum(every[arm]))
print(
    f"Best seed of “{worse}”: {every[worse][-1]:.0f} %. Worst seed of “{better}”: "
    f"{every[better][0]:.0f} %."
)

# %% [markdown]
# If the first number of the last line is the larger one, one run of each can show the arms in the wrong order. If not,
# these two are too far apart for that, and closer ones need not be. How often does it happen? This function goes through
# all ways to take so many of the twenty seeds of each arm.

# %%
from bisect import bisect_left
from itertools import combinations


def misled(a, b, seeds):
    """How often, in percent, so many seeds of each put the arm with the lower mean in front."""
    low, high = (sorted(map(sum, combinations(each, seeds))) for each in sorted((a, b), key=sum))
    return 100 * sum(bisect_left(high, x) for x in low) / (len(low) * len(high))


# %% [markdown]
# Here it is for three pairs of arms, with one, three and five seeds. Before you run it: which pair is the hardest to tell
# apart?

# %%
more = ("chosen by rule", 80)
lines = {}
for one, other in [
    (chosen, ("at random", 40)),
    (chosen, ("the whole pile", 300)),
    (more, chosen),
]:
    lead, low, high = selection.gap(one, other)
    line = {"lead, all seeds": f"{lead:+.1f}", "95 % interval": f"{low:+.1f} to {high:+.1f}"}
    for seeds in (1, 3, 5):
        share = misled(selection.scores(*one), selection.scores(*other), seeds)
        line[f"misled by {seeds}"] = f"{share:.0f} %"
    lines["{}, {} rows, against {}, {} rows".format(*one, *other)] = line
pd.DataFrame.from_dict(lines, orient="index")

# %% [markdown]
# Read the lines against each other. Where there is a difference to be found, more seeds mislead less often. Where the lead is
# about 0, there is no right order, and any number of seeds stays near a toss of a coin. Before the run, you do not know which
# kind of pair you have.
#
# Worse than one seed is the *best* of many: whoever runs one arm ten times and the other once, and reports the best, has
# found a lucky seed and not a good set. Decide on the number of seeds beforehand, and count every one.

# %% [markdown]
# ## What does a right answer cost?
#
# Back to your own four arms. With equal steps, training costs about the same for all. What differs comes after it: wrong
# answers are paid for, too.

# %%
bill = result.receipt()
bill

# %% [markdown]
# *Tokens trained on* differ a little, as some rows are longer than others. *Peak memory* is the highest since a worker began,
# so later runs show no less than earlier ones: do not compare the arms by it. *Tokens out per right answer* is what a model
# writes, over all seeds, until one answer is right.
#
# What is that in money? Put in **your own prices**, in your own currency: we quote none, and the ones below are only
# there to be replaced. (The hours of reading belong to your set alone. Are they the largest item?)

# %%
machine_hour = 1.00  # an hour of the machine that trains
million_tokens = 1.00  # a million tokens that the model writes
reading_hour, hours_read = 1.00, 0.25  # an hour of your time, and how many hours your set took

money = pd.DataFrame(
    {
        "training, all seeds": bill["seconds a run"] / 3600 * machine_hour * len(SEEDS),
        "reading": [
            reading_hour * hours_read if name == "my set" else 0.0 for name in bill.index
        ],
        "a million right answers": bill["tokens out per right answer"] * million_tokens,
    },
    index=bill.index,
)
money.round(4)

# %% [markdown]
# Two things to see. The first two columns are paid once, the third for as long as the model is in use. And a wrong answer
# costs more than its tokens: somebody reads it, believes it, and calls. That price stands in no receipt, and only you
# know it.

# %% [markdown]
# ## Ship it?
#
# A clear difference is not yet a reason. The question is whether it is *worth it*, and that was settled, or should have
# been, before the run: from which lead on does the new set pay for itself? Four cases, **invented for this exercise**.
# Each case has its own cost, and the team has agreed beforehand from which lead on they would pay it. In case d, the new
# set would save money, so that it may even be a little behind.

# %%
cases = {}
for letter, case in CANDIDATES.items():
    lead, low, high = case.gap
    cases[letter] = {
        "new set, by seed": ", ".join(map(str, case.new)),
        "old set, by seed": ", ".join(map(str, case.old)),
        "lead": f"{lead:+.1f}",
        "95 % interval": f"{low:+.1f} to {high:+.1f}",
        "what it means in cost": case.cost,
        "worth it from a lead of": f"{case.least:+g} points",
    }
tables.words(pd.DataFrame.from_dict(cases, orient="index"))

# %% [markdown]
# ### Exercise 4 · Ship, run more seeds, or drop? (2 minutes, medium)
#
# For each of the cases a to d: "ship" the new set, run "more seeds", or "drop" it? Write it as `{"a": "drop", …}`.

# %%
verdicts = (
    ### BEGIN SOLUTION
    {"a": "ship", "b": "more seeds", "c": "drop", "d": "ship"}
    ### END SOLUTION
)

# %%
lesson.exercise(4).check(verdicts)

# %% [markdown]
# Whoever runs more seeds says first how many, runs them all, and counts the old ones with the new. To add one at a time
# until 0 is outside is a lucky seed by instalments.

# %% [markdown]
# ### Exercise 5 · Tokens per right answer (2 minutes, easy)
#
# Optional. `tokens` and `right` have one number per seed: the tokens that the model wrote, and how many of its answers were
# right. Return the tokens per right answer over *all* seeds together; without any right answer it is `float("inf")`.


# %%
def per_right_answer(tokens, right):
    """Tokens written for each right answer, over all seeds."""
    ### BEGIN SOLUTION
    answers = sum(right)
    if answers == 0:
        return float("inf")
    return sum(tokens) / answers
    ### END SOLUTION


# %%
lesson.exercise(5).check(per_right_answer)

# %% [markdown]
# ## Check your understanding
#
# Four questions. Each wrong choice tells you why it is wrong; the last one takes what you know to another set of data.

# %%
lesson.quiz(1)

# %%
lesson.quiz(2)

# %% [markdown]
# Now the order of work, and a set that you have not met before.

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
# - **It says that the rows are ours, and you have done lesson 03.** Then its sets were saved somewhere else: on Binder
#   and Colab they are lost when the session ends, and the variable `QOQ_PROGRESS` may name another folder. Run lesson 03
#   to its last code cell again. If it was the set chosen by rules that you saved there, the rows *are* ours.
# - **`ValueError: … stand in the test set as well`, outside the cell that shows it.** A row of your own set is a test
#   row. `drop_leaked` of exercise 3 takes it out: `my_rows = drop_leaked(my_rows, test)`.
# - **The same cell is done in no time when you run it again.** Finished runs are kept, and the same seed on the same rows
#   gives the same run. For other results, take other `SEEDS`.
# - **The live point falls outside.** One in twenty does. Ask for three seeds: `selection.live("chosen by rule", 40,
#   seeds=3)`.
# - **`inf` in the receipt.** This arm has given no right answer, so there is nothing to divide by.
