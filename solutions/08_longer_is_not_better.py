# %% [markdown]
# # 08 · Longer is not better
#
# **25 minutes:** reading 9, exercises 10, running 2, questions 4.
#
# You watch one model learn from clean rows and one from noisy rows, step by step, and decide when each should have stopped.
#
# ## Why it matters
#
# One more night of training costs you a click. So when a model is not good enough, "train it longer" is the first thing
# everybody tries. The text that this course grew from warns of it twice: on noisy data, it says, a longer run makes things
# worse; and one epoch on good data beats ten on bad data "every time". These last two words ask to be tested. So does
# the rest.

# %% [markdown]
# The tools of this lesson. `trajectory` trains one model and looks at it on the way.

# %%
import pandas as pd

from utils import plots, progress, recorded, tables, trajectory
from utils.model.intervals import interval, verdict
from utils.model.recorded.sweeps import WATCHED, clean, noisy, test_phrases

# %% [markdown]
# ## Two words for "long"
#
# A *step* is one correction from a batch of 16 rows. An *epoch* is one pass through all rows of a set. So the same number of
# epochs is a short run for a small set and a long one for a large set, and whoever compares must say which of the two is
# held equal.

# %% [markdown]
# ### Exercise 1 · Steps to epochs and back (2 minutes, easy)
#
# Always with 16 rows a step, and an epoch may be broken off. Four numbers:
#
# - **a:** 160 steps on 100 rows: how many epochs?
# - **b:** 10 epochs on 320 rows: how many steps?
# - **c:** 1 epoch on 48 rows: how many steps?
# - **d:** 40 steps on 10,000 rows: how many epochs?

# %%
budgets = (
    ### BEGIN SOLUTION
    {"a": 160 * 16 / 100, "b": 10 * 320 / 16, "c": 48 / 16, "d": 40 * 16 / 10_000}
    ### END SOLUTION
)

# %%
lesson.exercise(1).check(budgets)

# %% [markdown]
# Keep **b** and **c** in mind: you meet these two sets again below.
#
# ## The rows
#
# 200 sentences, once with right answers only, and once with the answer of *another* sentence in six rows out of ten. 100 rows
# are for training. The other 100 are for *validation*: the model does not learn from them, it is only asked how well it
# expects their answers. They come from the same source, so they have the same flaws.

# %%
CLEAN, NOISY = "100 clean rows", "100 rows, 60 % wrong answers"
SEED = 20
good, poor = clean(200, SEED), noisy(200, SEED)
train, rest = range(100), range(100, 200)
test = test_phrases()
tables.words(poor.to_pandas()[["instruction", "output", "flaw"]].head(6))

# %% [markdown]
# The *test* is a third kind of row: 100 held-out sentences with right answers, for both models. What they say is the true
# score. In practice this is the part that has to be paid for.
#
# ## Predict
#
# Each model trains for 160 steps. Two guesses about the noisy one.

# %%
lesson.predict("true score, 60 % wrong answers")

# %%
lesson.predict("wrong rows by heart")

# %% [markdown]
# ## Watch both
#
# First the clean rows. The run pauses ten times, more often at the beginning, and is looked at each time.

# %%
runs = {}
runs[CLEAN] = trajectory(good.select(train), good.select(rest), test, steps=160, seed=SEED)
runs[CLEAN].round(2)

# %% [markdown]
# The columns: *training_loss* and *validation_loss*, in nats for each token of an answer; *exact_match*, the true score in %;
# *entropy*, how undecided the answers are; *by_heart*, training rows that are given back word for word, in % (the first 60
# of them are asked for); *noise_by_heart*, the same for the wrong rows among these (NaN here, as there are none). Now the noisy
# rows.

# %%
runs[NOISY] = trajectory(poor.select(train), poor.select(rest), test, steps=160, seed=SEED)
runs[NOISY].round(2)

# %% [markdown]
# Your two guesses, and then both runs in one picture.

# %%
end = runs[NOISY].iloc[-1]
lesson.reveal({
    "true score, 60 % wrong answers": end["exact_match"],
    "wrong rows by heart": end["noise_by_heart"],
})

# %%
plots.trajectories(runs)

# %% [markdown]
# Read it in this order:
#
# - **Left, dotted.** The training loss falls for both, only later on noisy rows. Without the other curve beside it, nobody
#   would suspect anything.
# - **Left, solid.** The validation loss falls and then, for the noisy set, turns. (Compare its shape, not its height: the two
#   sets are validated on different answers, and nobody can foresee a wrong one.)
# - **Right, dashed.** The wrong rows are learnt by heart *late*. What right rows have in common, each of them teaches; a
#   wrong answer is an exception, and exceptions have to be learnt one by one.
# - **Right, solid.** On clean rows the true score climbs and, at this learning rate, stays up: all there is to learn by
#   heart is right. On noisy rows look for a peak, and for what happens after it.
#
# Whether the noisy score really falls, one run cannot say: of 100 questions, a few more or fewer are chance.

# %% [markdown]
# ## The same with ten seeds
#
# Ten such runs for each set, with other rows each time, have been recorded. These are their means.

# %%
longer = recorded("longer")


def on_average(arm):
    """The mean of the ten recorded runs at each step."""
    table = pd.DataFrame({"step": longer.curve(arm)["x"]})
    for metric in ("training_loss", "validation_loss", "exact_match", "noise_by_heart"):
        table[metric] = longer.curve(arm, metric)["mean"]
    return table


plots.trajectories({arm: on_average(arm) for arm in longer.arms}, source=longer)

# %% [markdown]
# How far can these means be trusted? The bands are 95 % intervals. First the true score.

# %%
longer.plot("exact_match")

# %% [markdown]
# Then the validation loss, where you look for the step at which it turns.

# %%
longer.plot("validation_loss")

# %% [markdown]
# And the wrong rows that are given back word for word. Is it early or late that they come?

# %%
longer.plot("noise_by_heart", arms=[NOISY])

# %% [markdown]
# Now the first claim, in numbers. Both scores of a pair come from the same run, so take the difference run by run: how far
# was each step *ahead of the end*?


# %%
def ahead_of_the_end(arm, rate=1.0):
    """How many points each step is ahead of the last, the 95 % interval, and the verdict."""
    lines, last = {}, longer.scores(arm, WATCHED[-1], rate=rate)
    for step in WATCHED:
        scores = longer.scores(arm, step, rate=rate)
        low, high = interval(scores - last, bounded=False)
        lines[step] = {
            "score %": scores.mean(),
            "ahead": (scores - last).mean(),
            "low": low,
            "high": high,
        }
        lines[step]["verdict"] = verdict(low, high)
    return pd.DataFrame.from_dict(lines, orient="index").rename_axis("step").round(1)


ahead_of_the_end(NOISY)

# %% [markdown]
# Where the lead **holds**, stopping at that step would have been better, and from there on "longer makes it worse" holds, too.
# Where it does not hold (all of the interval lies below 0), it was still too early. Where it is undecided, these runs do not
# tell the step from the end. (Nine looks are many: do not make much of a single one that is only just above 0.) And the clean rows:

# %%
ahead_of_the_end(CLEAN)

# %% [markdown]
# One caution, for both tables. A point in the middle of a long run is **not** the same as a run that is *planned* to be so
# short. The learning rate falls to zero at the end of a run, and in the middle it is still high: the model is caught in
# motion. Planned short runs come further below.

# %% [markdown]
# ## At other learning rates
#
# "Long" depends on the learning rate: small steps take longer to learn the task, and longer to learn the noise. Here is the
# true score at a third of the usual rate and at three times as much.

# %%
longer.at_all_rates()

# %% [markdown]
# And for each rate: the step with the best mean, and how far it was ahead of the end. (Picked with hindsight, so it
# flatters a little.)

# %%
peaks = {}
for rate in longer.rates:
    for arm in longer.arms:
        table = ahead_of_the_end(arm, rate).reset_index()
        peak = table.loc[table["score %"].idxmax()]
        peaks[f"{rate:.2g} × the rate, {arm}"] = {
            **peak,
            "score at the end %": table["score %"].iloc[-1],
        }
pd.DataFrame(peaks).T

# %% [markdown]
# Look at the clean rows at three times the rate, too. Where they fall as well, noise cannot be the reason: that is the learning
# rate. Where the best step is the last one, nothing is lost by waiting *at that rate and within 160 steps*, and the
# claim does not carry over to it. A model that has not yet learnt its wrong rows by heart cannot show what they do.

# %% [markdown]
# ## Gotcha: a falling training loss looks like progress
#
# Suppose that you had the training log only. Here are all ten runs at their end: what the log shows, and what it does not.

# %%
lines = {}
for metric in ("training_loss", "by_heart", "validation_loss", "entropy", "exact_match"):
    lines[metric] = {}
    for arm in longer.arms:
        low, high = longer.interval(arm, 160, metric)
        lines[metric][arm] = (
            f"{longer.scores(arm, 160, metric).mean():.2f} ({low:.2f} to {high:.2f})"
        )
pd.DataFrame.from_dict(lines, orient="index")

# %% [markdown]
# The first two lines are what many people watch: the loss on the training rows, and how many of these are answered "right",
# that is, as they stand in the set. By these two, both models have learnt what they were given. The last line is the only
# one that asks for the truth: hold its two columns against each other. Then the entropy: compare it with what it was in the
# middle of your own noisy run. Where it has fallen since, and the score has not risen, the model has become *surer* and not
# better.

# %% [markdown]
# ## Early stopping
#
# If the end is not the best place, stop before it. As nobody has a true score on the way, the usual rule watches the
# validation loss, and has *patience*: it puts up with so many checkpoints that bring nothing new.

# %% [markdown]
# ### Exercise 2 · Stop early (4 minutes, medium)
#
# Write the rule. Go through the losses in order and keep the checkpoint with the lowest loss so far. Training stops as soon
# as `patience` checkpoints in a row have not been lower than that. Return the index of the checkpoint that is kept, counted
# from 0.


# %%
def stop_at(losses, patience):
    """The index of the checkpoint that early stopping keeps."""
    ### BEGIN SOLUTION
    best = 0
    for at, loss in enumerate(losses):
        if loss < losses[best]:
            best = at
        if at - best >= patience:
            break
    return best
    ### END SOLUTION


# %%
lesson.exercise(2).check(stop_at)

# %% [markdown]
# ### Exercise 3 · What does it rescue? (2 minutes, easy)
#
# You have the validation losses of a run and, for once, its true scores. Return three numbers: the score at the checkpoint of
# the *lowest validation loss*, the best score of the run, and the score at its end.


# %%
def rescued(losses, scores):
    """(score kept, best score, last score)"""
    ### BEGIN SOLUTION
    kept = scores[losses.index(min(losses))]
    return kept, max(scores), scores[-1]
    ### END SOLUTION


# %%
lesson.exercise(3).check(rescued)

# %% [markdown]
# Now your rule, with a patience of two checkpoints, on each of the ten recorded noisy runs. (If it is not written yet, the
# lowest loss of all.)


# %%
def stopped(arm, rate=1.0):
    """For each recorded run: the step that the rule keeps, the best one, and the scores there."""
    by_step = {step: longer.scores(arm, step, "validation_loss", rate) for step in WATCHED}
    all_losses = pd.DataFrame(by_step).values.tolist()  # a line for each run
    by_step = {step: longer.scores(arm, step, rate=rate) for step in WATCHED}
    all_scores = pd.DataFrame(by_step).values.tolist()
    found = []
    for losses, scores in zip(all_losses, all_scores):
        at, best = stop_at(losses, 2), scores.index(max(scores))
        at = losses.index(min(losses)) if at is None else at
        found.append({
            "step kept": WATCHED[at], "step of the best": WATCHED[best],
            "kept %": scores[at], "best %": scores[best], "last %": scores[-1],
        })
    return pd.DataFrame(found).rename_axis("seed")


stopped(NOISY)

# %% [markdown]
# Compare the first two columns before you look at the scores: does the validation loss turn *where* the score does? The same
# in two intervals for each set, again run by run:

# %%
for arm in longer.arms:
    found = stopped(arm)
    print(arm)
    for other in ("last %", "best %"):
        difference = found["kept %"] - found[other]
        low, high = interval(difference, bounded=False)
        print(
            f"   kept against {other[:-2]}: {difference.mean():+.1f} points,",
            f"95 % interval {low:+.1f} to {high:+.1f}",
        )

# %% [markdown]
# Read "kept against last" for the noisy rows first. Above 0, the rule has rescued something; below 0, it has stopped *too
# early*, and waiting would have been better in spite of the noise; where the interval includes 0, it has at least saved the
# time. "Kept against best" cannot be above 0. It is what a perfect rule would add, and nobody can have all of that: the best
# step is chosen by the test itself, which flatters.
#
# Why may the two disagree? The loss asks how *probable* each answer was, wrong ones included, so on noisy rows it
# punishes a model for being sure, even for being sure of the right answer. The true score asks only which answer comes
# first. Both are fair questions; they are not the same.
#
# And at the other learning rates:

# %%
lines = []
for rate in longer.rates:
    for arm in longer.arms:
        found = stopped(arm, rate)
        low, high = interval(found["kept %"] - found["last %"], bounded=False)
        lines.append(
            {"rate": f"{rate:.2g} ×", "arm": arm, **found[["kept %", "best %", "last %"]].mean()}
            | {
                "kept - last": (found["kept %"] - found["last %"]).mean(),
                "low": low,
                "high": high,
                "verdict": verdict(low, high),
            }
        )
pd.DataFrame(lines).round(1)

# %% [markdown]
# Only if the verdict is the same at all three rates, and not *undecided*, is it a finding about early stopping. Otherwise it
# is one about the setting, and does not carry over.
#
# ## A better ruler
#
# The validation rows are as noisy as the training rows. What if only *they* are mended? The same noisy run once more, same
# seed, same 160 steps. Nothing in the training changes; but the same 100 validation sentences now have their right answers.

# %%
answered = good.select(poor.select(rest)["source_row"][:])
checked = trajectory(poor.select(train), answered, test, steps=160, seed=SEED)
for ruler, run in {"with 60 % wrong answers": runs[NOISY], "with right answers": checked}.items():
    lowest = run.loc[run["validation_loss"].idxmin()]
    print(
        f"Validation {ruler}: lowest loss at step {lowest['step']:.0f},",
        f"true score there {lowest['exact_match']:.0f} %",
    )
best, last = checked.loc[checked["exact_match"].idxmax()], checked.iloc[-1]
print(
    f"Best true score: {best['exact_match']:.0f} %, at step {best['step']:.0f}.",
    f"At the end: {last['exact_match']:.0f} %",
)

# %% [markdown]
# One run, so take it as an illustration. If the two rulers name different steps, the noise in the ruler was part of the
# trouble. If they name the same one, look elsewhere: a loss may also rise because the model grows surer where it is wrong,
# while its first choices hardly change. In either case a hundred checked rows are the only ones of the lot that can also
# tell you the true score. If you can mend only some of your rows, mend the ruler first.

# %% [markdown]
# ## One good epoch against ten bad ones
#
# Now the second claim. Clean and noisy sets of 320 rows and of 48, trained for 1, 3 and 10 epochs. Here every point is a run
# *planned* for its length, so the learning rate has come to its end in each.

# %%
lesson.predict("1 clean epoch against 10 noisy ones")

# %% [markdown]
# All of it was recorded with ten seeds.

# %%
epochs = recorded("epochs")
epochs.plot()

# %% [markdown]
# One clean epoch against ten noisy ones is the comparison *as it is claimed*. It gives the noisy side ten times the steps.
# Ten against ten is the one at *equal steps*. Both, for both sizes:


# %%
def duel(rows, clean_epochs, noisy_epochs=10, rate=1.0):
    """The lead of clean rows over as many noisy ones, with its 95 % interval."""
    clean_side, noisy_side = (
        (f"{rows} clean rows", clean_epochs),
        (f"{rows} rows, 60 % wrong answers", noisy_epochs),
    )
    lead, low, high = epochs.gap(clean_side, noisy_side, rate=rate)
    return {
        "rate": f"{rate:.2g} ×", "rows": rows,
        "clean epochs": clean_epochs, "clean steps": rows * clean_epochs // 16,
        "noisy epochs": noisy_epochs, "noisy steps": rows * noisy_epochs // 16,
        "clean %": epochs.scores(*clean_side, rate=rate).mean(),
        "noisy %": epochs.scores(*noisy_side, rate=rate).mean(),
        "lead": lead, "low": low, "high": high, "verdict": verdict(low, high),
    }


pd.DataFrame([duel(rows, times) for times in (1, 10) for rows in (320, 48)]).round(1)

# %% [markdown]
# The first two lines test the claim, the last two the steps. Now your guess, for the small sets.

# %%
lesson.reveal({"1 clean epoch against 10 noisy ones": duel(48, 1)["lead"]})

# %% [markdown]
# "Every time" means at every size and every learning rate. Here are all cases that were recorded, and the count.

# %%
cases = pd.DataFrame([
    duel(rows, times, rate=rate)
    for times in (1, 10)
    for rows in (320, 48)
    for rate in epochs.rates
])
for times, claim in (
    (1, "1 clean epoch against 10 noisy ones"),
    (10, "10 epochs against 10, the same steps"),
):
    part = cases[cases["clean epochs"] == times]
    counts = part["verdict"].value_counts()
    print(
        f"{claim}, clean ahead:",
        ", ".join(f"{says} in {n} of {len(part)} cases" for says, n in counts.items()),
    )
cases.round(1)

# %% [markdown]
# "Every time" would need all cases of the first line, and it has two of six: a clean epoch wins with 320 rows, at the usual
# rate and above. Elsewhere it loses, and `clean steps` says why: 3 steps, or 20 at a low rate, teach nothing. A score of 0 %
# against 2 % is no victory of noise, either: neither run was long enough. At equal steps the clean rows win all six times.
# Whoever holds epochs equal compares run lengths as well as rows; whoever holds steps equal compares rows.
#
# And the first claim once more, now with planned runs: what do ten epochs bring that three did not? In points, with the 95 %
# interval:


# %%
def from_3_to_10(arm, rate):
    return "{:+.1f} ({:+.1f} to {:+.1f})".format(*epochs.gap((arm, 10), (arm, 3), rate=rate))


tables.words(
    pd.DataFrame({
        f"{rate:.2g} × the rate": {arm: from_3_to_10(arm, rate) for arm in epochs.arms}
        for rate in epochs.rates
    })
)

# %% [markdown]
# The 320 noisy rows lose at the usual rate and above, as in the watched runs. At a third of the rate they gain, and the 48
# gain at every rate: where the steps are few (three epochs of 48 rows are 9) or small, the model is still learning the task.
# "Too long" begins when the task is learnt and only the noise is left. At three times the rate even the 48 clean rows lose
# a little: there the rate has a part in it.

# %% [markdown]
# ## When many epochs are right
#
# A small clean set is the case for which the rule "one epoch is enough" is dangerous. How much do ten epochs bring on 48
# clean rows, at each learning rate?

# %%
few = "48 clean rows"
for rate in epochs.rates:
    gain, low, high = epochs.gap((few, 10), (few, 1), rate=rate)
    once, often = (epochs.scores(few, times, rate=rate).mean() for times in (1, 10))
    print(
        f"{rate:.2g} × the rate: {once:.0f} % after 1 epoch, {often:.0f} % after 10; "
        f"{gain:+.1f} points, 95 % interval {low:+.1f} to {high:+.1f}"
    )

# %% [markdown]
# After one epoch the rows were not used up: they had hardly been used. So when you start with 50
# rows that you have read, as this course advises, plan *steps*, not epochs, and let held-out rows say when it is enough.
#
# Does the record hold on your machine? One of these points, run again with rows and a seed that it has never seen:

# %%
point = epochs.live(few, 10)
print(point)
epochs.plot(live=[point])

# %% [markdown]
# ## What others have found
#
# Quoted, not measured here:
#
# - **Zhang et al. 2017**, "Understanding deep learning requires rethinking generalization": image networks can fit labels
#   that are purely random. A perfect training score is therefore no sign that there was anything to learn.
# - **Arpit et al. 2017**, "A Closer Look at Memorization in Deep Networks": networks learn simple patterns first, and learn
#   noise by heart later. If so, stopping early can help.
# - **Muennighoff et al. 2023**, "Scaling Data-Constrained Language Models": in *pretraining*, up to about four epochs on
#   repeated data are nearly as good as new data; after that, each repeat is worth less. Fine-tuning on a few rows is
#   another matter, as you have just seen.

# %% [markdown]
# ### Exercise 4 · Train on, stop, or mend? (2 minutes, easy)
#
# Three training logs, invented for this exercise, one number for each epoch so far. The *checked score* is on held-out rows
# that somebody has read; 80 % are needed. For each log write "train on", "stop" (and keep an earlier checkpoint) or "mend"
# (the data first).
#
# | log | its rows | training loss | validation loss | checked score (%) |
# |---|---|---|---|---|
# | **a** | 500, all checked | 2.1, 1.3, 0.9, 0.7, 0.5 | 2.0, 1.4, 1.0, 1.1, 0.8 | 8, 31, 52, 57, 68 |
# | **b** | 800, all checked | 1.9, 0.8, 0.4, 0.2, 0.1 | 1.8, 0.9, 0.7, 0.9, 1.2 | 20, 74, 86, 83, 79 |
# | **c** | 900, scraped, unread | 2.6, 2.1, 1.5, 0.8, 0.3 | 2.5, 2.3, 2.4, 2.8, 3.5 | 12, 27, 31, 28, 25 |

# %%
decisions = (
    ### BEGIN SOLUTION
    {"a": "train on", "b": "stop", "c": "mend"}
    ### END SOLUTION
)

# %%
lesson.exercise(4).check(decisions)

# %% [markdown]
# What to take to your own runs: plan steps, not epochs; keep checkpoints; settle the rule before you see a curve; and look at
# checked rows, because the training loss will not warn you.
#
# ## The claims, one by one
#
# Lesson by lesson, the claims of the text that the course grew from have been put to the test. Here is the ledger: each claim
# with its verdict, the number that the verdict rests on, its interval, the seeds, and the lesson that measured it. Take two
# minutes and read it claim by claim. Which verdict would you have guessed wrong at the beginning?

# %%
from utils.model.claims import ledger

tables.words(ledger())

# %% [markdown]
# ## Check your understanding
#
# Four questions. Each wrong choice tells you why it is wrong; the last one is answered in words, about a new data set.

# %%
lesson.quiz(1)

# %%
lesson.quiz(2)

# %% [markdown]
# Now something to put in order, and then the new data.

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
# - **A watched run takes more than a minute.** Something else is using the processor. Unlike `compare`, `trajectory` keeps
#   nothing: if you stop the cell, it begins anew. With `checkpoints=[16, 42, 160]` it looks less often and is quicker.
# - **Your noisy score does not fall.** One run with 100 test sentences is a coarse measurement, and where the peak lies
#   differs from run to run. The recorded means and their intervals decide, not the single run.
# - **On your own data the validation loss never turns.** Then there is no reason to stop: the run is too short, the learning
#   rate small, or the rows are clean. If it turns at the very first look, look more often at the beginning.
# - **`noise_by_heart` is empty.** It needs a column `flaw` that says which rows are wrong. Sets made by `damage.spoil` have
#   it; of your own data nobody knows.
# - **`ValueError: No sweep "longer" is recorded`.** A file in `utils/model/recorded` is missing: fetch the repository again.
