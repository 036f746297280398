# %% [markdown]
# # 05 · Why it works: gradients
#
# **30 minutes:** reading 12, exercises 12, running 2, questions 4.
#
# You look at what single rows do to a model, add them up, and find out which noise averages out and which does not.
#
# ## Why it matters
#
# The short text this course grew from also gives a *reason* for its advice: a good row gives a clean gradient, and
# averaging noisy ones over many steps does not bring the signal back; it only leaves the model less sure of everything.
# A reason can be tested like any other claim. And much depends on it: if it is true, more noisy rows never help. If it
# is true for *some* noise only, you have to know which kind you have before you decide what to mend.

# %% [markdown]
# The tools of this lesson. `signal` and `direction_of` look at gradients; the rest you know.

# %%
import pandas as pd
from numpy.linalg import norm

from utils import compare, damage, fine_tune, phrasebook, plots, progress, recorded, tables
from utils.data.text import fingerprint
from utils.model.claims import averaging
from utils.model.evaluation import answers, calibration_error
from utils.model.gradients import direction_of, signal

# %% [markdown]
# ## What one step does
#
# The model reads a row and gives every token of the output a probability. The *loss* is small where these are high. The
# *gradient* says, for each number of the adapter, how the loss would change with it. All these numbers together are one
# vector. Picture it as an arrow, with a **length** (how much is there to correct?) and a **direction** (which numbers,
# up or down?). A step takes the mean of 16 such arrows. (Before it moves anything, the optimizer rescales each number
# by what it has met so far. Here we look at the arrows as they come.)
#
# Training only ever sees the mean. The course computes the gradients of all rows in a batch in one pass, and keeps them
# apart. We need a model that is *under way*, after 8 steps on clean rows; then the mean gradient of 256 **other**
# clean rows. This is our *clean direction*.

# %%
pool = phrasebook.examples(200 + 256 + 256, seed=5)
training, others, fresh = (
    pool.select(range(*part)) for part in ((0, 200), (200, 456), (456, 712))
)
state = fine_tune(training, steps=8)
direction = direction_of(state, others)
print(f"The adapter has {len(direction):,} numbers, and so has each arrow.")
print(f"Length of the mean of 256 arrows: {float(direction.norm()):.2f}")

# %% [markdown]
# How far do two arrows agree? The *cosine* of the angle between them tells: 1 is the same direction, 0 is across, -1 is
# the opposite. Their lengths do not count.

# %% [markdown]
# ### Exercise 1 · The cosine of two arrows (2 minutes, easy)
#
# The cosine is the product `a @ b`, divided by both lengths; `norm(a)` is the length of `a`. An arrow of length 0 has
# no direction: return `float("nan")` for it.


# %%
def cosine(a, b):
    """How far two arrows agree in direction: from -1 to 1, and nan where one has no length."""
    ### BEGIN SOLUTION
    lengths = norm(a) * norm(b)
    return a @ b / lengths if lengths else float("nan")
    ### END SOLUTION


# %%
lesson.exercise(1).check(cosine)

# %% [markdown]
# ## What averaging can do
#
# Think of each row's arrow as a sum: what *all* rows share, and what is its own. What happens to the two parts in an
# average? Find out on made-up arrows, where you know what is in them.

# %% [markdown]
# ### Exercise 2 · What averaging does (4 minutes, medium)
#
# `gradients` is an array with one arrow in each line. For each batch size, cut it into batches, one after the other,
# and take the mean arrow of each batch and its cosine with `direction`. Return the mean of these cosines for each size,
# as `{size: mean cosine}`. Rows at the end that do not fill a batch are left out.


# %%
def mean_cosines(gradients, direction, sizes):
    """{size: mean cosine between a batch's mean gradient and the direction}"""
    ### BEGIN SOLUTION
    found = {}
    for size in sizes:
        cosines = []
        for start in range(0, len(gradients) - size + 1, size):
            mean = gradients[start : start + size].mean(axis=0)
            cosines.append(mean @ direction / (norm(mean) * norm(direction)))
        found[size] = sum(cosines) / len(cosines)
    return found
    ### END SOLUTION


# %%
lesson.exercise(2).check(mean_cosines)

# %% [markdown]
# Two kinds of made-up rows. In both, each row holds the signal and random noise of its own. In the second, every row
# holds the *same* error as well. Here is the mean cosine for each batch size. (No numbers? Then your function gives
# none yet.)

# %%
import numpy as np

right, error = np.eye(100)[:2]
own = np.random.default_rng(0).normal(size=(256, 100)) / 2
for name, rows in {
    "random noise": right + own,
    "systematic noise": right + own + 2 * error,
}.items():
    found = mean_cosines(rows, right, [1, 4, 16, 64, 256]) or {}
    print(f"{name:17}", *[f"{size:4}: {value:.2f}" for size, value in found.items()])

# %% [markdown]
# What is each row's own shrinks in the average; what all rows share stays. So much for made-up arrows. Whether *real*
# noise is made like this has to be measured.
#
# ## Predict
#
# Three sets of 256 fresh rows, the same sentences in each: clean; **random noise**, six rows in ten with the answer of
# another row; and **systematic noise**, six in ten in lower case without a full stop. Seal two guesses. The first is
# about the model that is under way; the second about one after 30 steps, which is sure of the right answers.

# %%
lesson.predict("wrong answers, under way")

# %%
lesson.predict("wrong answers, when the model is sure")

# %% [markdown]
# ## Under way
#
# These are the sets, and two spoiled rows of each kind.

# %%
sets = {
    "clean": fresh,
    "60 % wrong answers": damage.spoil(fresh, {"wrong_answer": 0.6}, seed=5),
    "60 % in lower case": damage.spoil(fresh, {"lowercase": 0.6}, seed=5),
}
spoiled = pd.concat(
    rows.to_pandas().query("flaw != ''").head(2) for rows in list(sets.values())[1:]
)
tables.words(spoiled[["flaw", "instruction", "output"]])

# %% [markdown]
# `signal` does with their gradients what you did with the made-up ones. All three are held against the same clean
# direction.

# %%
under_way = {name: signal(state, rows, direction) for name, rows in sets.items()}
lesson.reveal({"wrong answers, under way": 100 * under_way["60 % wrong answers"].limit})

# %% [markdown]
# In the picture, a line that climbs to the right says: averaging helps.

# %%
plots.alignment(under_way)

# %% [markdown]
# The same in numbers: the mean cosines of batches of 1, 8 and 64 rows. *Length* is that of one row's gradient.


# %%
def in_numbers(signals):
    """One line for each set: its mean cosines by batch size, and the length of a row's "
    "gradient."""
    lines = {}
    for name, s in signals.items():
        lines[name] = {size: np.mean(s.cosines[size]) for size in (1, 8, 64)} | {
            "all 256": s.limit,
            "length": s.length,
        }
    return pd.DataFrame(lines).T.round(2)


in_numbers(under_way)

# %% [markdown]
# - **Clean.** A single clean row does *not* point in the clean direction; it has details of its own. A few dozen
#   together do.
# - **Wrong answers.** A single row says little, the average of many says much more: what is random averages out. It
#   settles below the clean rows, though. Keep that in mind. (And it is so for a few steps only: below you see a model
#   that is further on.)
# - **Lower case.** The average of 64 points hardly better than a single row. Four rows in ten are clean; but the others share
#   an error, and theirs are the longer arrows.
#
# ## Before and after
#
# Is it always like this? Here is the same with a model *before* training.


# %%
def signals_after(steps):
    """The signals of the three sets for a model after so many steps on clean rows."""
    state = fine_tune(training, steps=steps)
    direction = direction_of(state, others)
    return {name: signal(state, rows, direction) for name, rows in sets.items()}


before = signals_after(0)
plots.alignment(before)

# %% [markdown]
# Here the wrong answers do hardly worse than the clean ones. The first things to learn are to answer in French, in one
# sentence, and then to stop, and any French sentence teaches these. Rows in lower case share that with the clean ones, so
# that averaging helps them, too, here. But they settle lower: their form is wrong already.
#
# And the other end: 30 steps, when the model gives its right answers with confidence.

# %%
sure = signals_after(30)
lesson.reveal({"wrong answers, when the model is sure": 100 * sure["60 % wrong answers"].limit})

# %%
plots.alignment(sure)

# %% [markdown]
# Look for the line of the wrong answers, and on which side of 0 it goes as batches grow. Then compare the lengths.

# %%
in_numbers(sure)

# %% [markdown]
# Where the line goes below 0, averaging makes it *worse*. The noise is random as before. Yet there its average has a
# direction of its own, and a wrong one. And mind the lengths. A row that the model knows has a short gradient, a row
# that surprises it a long one: in an average, rows do not have one vote each.
#
# ## Say it in words
#
# What can random wrong answers have in common? Write two or three sentences before you read on.

# %%
lesson.quiz(1)

# %% [markdown]
# ## A sketch with one word
#
# Take one word of the answer. It should be “Le”, and there are four candidates. Training pulls at the score of each one
# with a force of *its share in the rows, minus the probability that the model gives to it*. (For the usual loss, this
# is the gradient with its sign turned round: a step goes *against* the gradient.) How strong is the pull on “Le”, if its
# share is 100 % (clean) or 40 % (six rows in ten say something else)? The other 60 % are scattered in the set with wrong
# answers; in lower case all of them say “le”.

# %%
shares = pd.DataFrame(
    {
        "clean": [1, 0, 0, 0],
        "60 % wrong answers": [0.4, 0, 0.3, 0.3],
        "60 % in lower case": [0.4, 0.6, 0, 0],
    },
    index=["Le", "le", "La", "Un"],
)
pull = {f"the model is {p:.0%} sure of “Le”": shares.loc["Le"] - p for p in (0.25, 0.4, 0.9)}
print(
    pd.DataFrame(pull).T.round(2),
    "\n\nShare of each word in the rows, where the pull ends:",
    shares.T,
    sep="\n",
)

# %% [markdown]
# Looked at through this one word, the two kinds of noise pull alike. They differ in where the rest goes: scattered over
# many words, or all of it to “le”, and that turns the whole arrow. Three things follow:
#
# - As long as the model is less than 40 % sure, noisy rows pull “Le” the same way as clean ones do. Beyond that they pull
#   *back*. They take the model as far as the share of right rows, and no further.
# - With scattered noise, “Le” is still the most frequent word. So the model can *answer* right, and be unsure of it.
# - With systematic noise in more than half of the rows, the most frequent word is the wrong one, and no quantity of such
#   rows changes that. Below half, the right form still wins, with some doubt.
#
# It is a sketch: an answer is a chain of such words, and all of them have to be right.
#
# ## How large a batch is worth it?
#
# McCandlish and others ("An Empirical Model of Large-Batch Training", 2018) measure the **gradient noise scale**: how
# much the rows' gradients scatter (their total variance), divided by the squared length of what they share (their
# mean). In batches much smaller than this number, scatter prevails, and twice the rows make for almost twice the
# progress of a step. In much larger ones little is left to average out, and more rows are wasted. They report that it
# predicts the largest useful batch size in many tasks, and that it grows as the loss falls (quoted, not measured here).
# What is it for our three sets?

# %%
stages = {"before training": before, "under way": under_way, "when the model is sure": sure}
scales = {
    stage: {name: s.noise_scale for name, s in found.items()} for stage, found in stages.items()
}
pd.DataFrame(scales).round(1)

# %% [markdown]
# Compare with the course's batch of 16 rows. Where the scale is far below it, a smaller batch would do. Does it grow
# from left to right in the first line? A model that knows what all rows share has only their details left to learn.
# (These are estimates from one model and 256 rows, and for plain steps along the gradient, while our optimizer rescales
# them.)
#
# Then look down the columns, and hold them against the pictures. A set can have a *small* noise scale and point the
# *wrong* way: rows with the same flaw agree. **The noise scale says how soon the average settles, and not where.**

# %% [markdown]
# ## What ten seeds say
#
# You have seen one model and one draw of the rows. The recorded runs repeat it with ten seeds, each with its own model
# and its own rows. First the model that is under way:

# %%
ten_seeds = recorded("alignment")
NOISY = ["60 % wrong answers", "60 % in lower case"]
ten_seeds.plot("cosine", [f"{kind}, under way" for kind in ["clean", *NOISY]])

# %% [markdown]
# And then the one that is sure:

# %%
ten_seeds.plot("cosine", [f"{kind}, when the model is sure" for kind in ["clean", *NOISY]])

# %% [markdown]
# The noise scales, too, as the median of the ten seeds:


# %%
def noise_scale(arm):
    # nan in the record: what the rows share was lost in their scatter, beyond measure
    return np.median(np.nan_to_num(ten_seeds.scores(arm, 256, "noise_scale"), nan=np.inf))


scales = {
    stage: {kind: noise_scale(f"{kind}, {stage}") for kind in ["clean", *NOISY]}
    for stage in stages
}
pd.DataFrame(scales).round(1)

# %% [markdown]
# Where 256 rows are many times the noise scale, there is little chance left in their average. If it falls short of the
# clean rows even so, that is because of something that the noisy rows share.
#
# Now to the two claims. First: does a clean row have the cleaner gradient? Here is its lead in the cosine over one row
# of a noisy set. The verdict goes by the 95 % interval: a lead *holds* if all of it lies above 0, *does not hold* if all of
# it lies below, and is *undecided* otherwise. It was tried at a third of the learning rate and at three times as much, too.
# (Before training, the rate plays no part.)

# %%
RATES = dict.fromkeys(stages, ten_seeds.rates) | {"before training": [1.0]}


def cleaner(kind, stage, rate=1.0):
    """(whether a single clean row points better, in words; its lead with its interval)"""
    pair = (f"clean, {stage}", 1), (f"{kind}, {stage}", 1)
    gap = ten_seeds.gap(*pair, "cosine", rate)
    return ten_seeds.verdict(*pair, "cosine", rate), "{:+.3f} ({:+.3f} to {:+.3f})".format(*gap)


for kind, stage in [(kind, stage) for kind in NOISY for stage in stages]:
    says, lead = cleaner(kind, stage)
    same = [f"{rate:.2g}" for rate in RATES[stage] if cleaner(kind, stage, rate)[0] == says]
    print(
        f"Against {kind}, {stage}: {says}, lead {lead}. The same at {', '.join(same)} × the rate."
    )

# %% [markdown]
# Second: what does averaging change? The cosine of single rows, of batches of 64, and of all 256. (A state is named
# after its number of steps. At another rate, the same number of steps takes a model to another place.)


# %%
def averages(arm, rate):
    return " → ".join(
        f"{ten_seeds.scores(arm, size, 'cosine', rate).mean():.2f}" for size in (1, 64, 256)
    )


LATER = list(stages)[1:]
arms = [f"{kind}, {stage}" for stage in LATER for kind in ["clean", *NOISY]]
rates = {
    f"{rate:.2g} × the rate": {arm: averages(arm, rate) for arm in arms}
    for rate in ten_seeds.rates
}
tables.words(pd.DataFrame(rates))

# %% [markdown]
# And the verdict on “averaging does not bring the signal back”. This claim says that there is *no* gain, and an interval
# that merely includes 0 does not show that. So we agree on a margin, 0.1 of cosine. The claim holds if the whole interval of
# the gain, from 1 row to 64, lies below the margin; it does not hold if all of it lies above.

# %%
for kind, stage in [(kind, stage) for kind in NOISY for stage in stages]:
    says, gap = averaging(kind, stage)
    gain = "{:+.2f} ({:+.2f} to {:+.2f})".format(*gap)
    every, best = (
        ten_seeds.scores(f"{each}, {stage}", 256, "cosine").mean() for each in (kind, "clean")
    )
    same = [f"{rate:.2g}" for rate in RATES[stage] if averaging(kind, stage, rate)[0] == says]
    print(f"{kind}, {stage}: {says}, gain {gain}.")
    print(
        f"   All 256: {every:.2f}; clean: {best:.2f}. The same verdict at {', '.join(same)} × "
        "the rate."
    )

# %% [markdown]
# Where a rate is missing, the verdict does not carry over to it: the table above shows what happens there. And "better
# than one" is not "as well as clean rows": compare the two cosines. Below 0, all 256 together point *away* from the clean
# direction.
#
# So the slogan is too simple. *What* averaging brings back depends on the noise, and on how much the model knows
# already.
#
# ## How sure is the model?
#
# The second half of the claim says that noise makes a model less confident. Three numbers tell how sure it is:
#
# - **Entropy**: how undecided it is between next tokens, in nats, along its own answer. 0 is certain.
# - **Its own probability** for the answer it gives, as a whole.
# - **Calibration error** (ECE): of the answers to which it gives 70 %, are 70 % right? The gap, averaged over bins of
#   probability. Guo and others ("On Calibration of Modern Neural Networks", 2017) made it a common measure.
#
# Three sets of 200 rows, 40 steps, two seeds. First your guess about the set in lower case:

# %%
lesson.predict("lower case, its own probability")

# %% [markdown]
# Training and scoring take place in this cell.


# %%
def drawn(flaw):
    return lambda seed: damage.spoil(phrasebook.examples(200, seed=seed), {flaw: 0.6}, seed=seed)


test = phrasebook.examples(200, split="test")
trained = {"clean": lambda seed: phrasebook.examples(200, seed=seed)}
trained |= {"60 % wrong answers": drawn("wrong_answer"), "60 % in lower case": drawn("lowercase")}
result = compare(trained, steps=40, seeds=2, test=test)
plots.confidence(result)

# %% [markdown]
# Now each single answer of the first seed's models. The last two columns split the mean: how probable did the model
# find those of its answers that are right, and those that are wrong?

# %%
given = {name: answers(result.run(name), test) for name in result.sets}
lines = {}
for name, table in given.items():
    same_words = table["answer"].map(fingerprint) == table["reference"].map(fingerprint)
    sure_of = 100 * table.groupby("right")["probability"].mean()
    lines[name] = {
        "right %": 100 * table["right"].mean(),
        "right words %": 100 * same_words.mean(),
    }
    lines[name] |= {
        "its probability %": 100 * table["probability"].mean(),
        "entropy": table["entropy"].mean(),
    }
    lines[name] |= {
        "ECE %": calibration_error(table["probability"].tolist(), table["right"].tolist())
    }
    lines[name] |= {"when right %": sure_of.get(True), "when wrong %": sure_of.get(False)}
lesson.reveal({
    "lower case, its own probability": lines["60 % in lower case"]["its probability %"]
})

# %%
pd.DataFrame(lines).T.round(2)

# %% [markdown]
# *Right words* forgives capitals, accents and marks. Then the picture that goes with the ECE:

# %%
plots.reliability(given)

# %% [markdown]
# - **Wrong answers**: compare its probability *when right* with that of the clean model. If it is lower, confidence is
#   lost even where the answer is right, as in the sketch. A model above the diagonal is better than it thinks.
# - **Lower case**: many answers have the right words in the wrong form. Compare its entropy with the other two. And are
#   its wrong answers less probable to it than the right ones? Nothing tells it which form is wrong; most of its rows
#   have it.
# - And the scores: at this dose, which noise costs more right answers? It need not be the systematic one. We mend that one
#   first not because it always hurts more, but because nothing else removes it, and one rule mends it.
# - **Clean**: not perfect either. The probability of an answer is a product over its tokens, and a long answer has
#   many.

# %% [markdown]
# ### Exercise 3 · How far is confidence from the truth? (4 minutes, medium)
#
# Compute the ECE, in percent. `probabilities` and `right` (True or False) are lists with one entry for each answer. The
# bins are equally wide; with 10, the first goes from 0 to 0.1, and 1 belongs to the last. In each bin take the mean
# probability minus the share of right answers, without its sign. Weigh each bin by its share of all answers, and add
# up.


# %%
def ece(probabilities, right, bins=10):
    """The expected calibration error in percent."""
    ### BEGIN SOLUTION
    table = pd.DataFrame({"p": probabilities, "right": right})
    table["bin"] = (table["p"] * bins).astype(int).clip(upper=bins - 1)
    groups = table.groupby("bin")
    means, weights = groups.mean(), groups.size() / len(table)
    return 100 * (weights * (means["p"] - means["right"]).abs()).sum()
    ### END SOLUTION


# %%
lesson.exercise(3).check(ece)

# %% [markdown]
# ## How much noise, how much doubt?
#
# Recorded: 500 rows of which 0 to 100 % are spoiled, 40 steps, ten seeds. First the entropy:

# %%
dose = recorded("dose")
dose.plot("entropy")

# %% [markdown]
# The more wrong answers, the more doubt, almost to the end of the curve. Lower case brings little, and less again when *all*
# rows are in lower case and agree. Now the calibration error:

# %%
dose.plot("calibration")

# %% [markdown]
# Read this one with care. The error of the wrong answers is largest in the middle, where the model is right more often
# than it believes. At the far right it is close to 0: that model is hardly ever right, *and knows it*. Well calibrated
# does not mean good. In lower case the model is too modest on the left; on the right it believes in answers that count
# as wrong. At 100 % none counts as right, so all the confidence it has is error.
#
# How much doubt does either kind add, and how do the two compare? The difference of the entropies in nats, at all three rates,
# with 95 % intervals:


# %%
def more_doubt(here, there, rate):
    return "{:+.2f} ({:+.2f} to {:+.2f})".format(*dose.gap(here, there, "entropy", rate))


random, systematic = dose.arms
pairs = {
    f"{arm}, {x} % against none": ((arm, x), (arm, 0)) for arm in dose.arms for x in (30, 50)
}
pairs |= {
    f"{x} %, {random} against {systematic}": ((random, x), (systematic, x)) for x in (30, 50, 70)
}
tables.words(
    pd.DataFrame({
        f"{rate:.2g} × the rate": {
            words: more_doubt(*pair, rate) for words, pair in pairs.items()
        }
        for rate in dose.rates
    })
)

# %% [markdown]
# And is confidence lost where answers are still right? If a model were as sure as it is right, the two numbers in each
# line would agree:

# %%
places = [(random, 0), (random, 30), (systematic, 30)]
for rate, (arm, percent) in [(rate, place) for rate in dose.rates for place in places]:
    right_ones = dose.scores(arm, percent, "exact_match", rate).mean()
    sure_of_it = dose.scores(arm, percent, "right_answer", rate).mean()
    print(
        f"{rate:.2g} × the rate, {percent} % {arm}: right {right_ones:.0f} %, p(right) "
        f"{sure_of_it:.0f} %"
    )

# %% [markdown]
# *p(right)* is the probability that the model gives to the reference answer. Where it lies far below the share of right
# answers, confidence is lost although the answers are right: compare the two kinds of noise. The lines of 0 %
# tell how much of that is not due to noise: at a third of the rate, after 40 steps, a model is right and yet not sure, even
# on clean rows. What the entropies say (noise brings doubt, and wrong answers more of it than lower case) holds at a rate
# where no interval of its column includes 0.
#
# ## Gotcha: sure is not right
#
# It is tempting to use confidence as a test of the data: "Entropy is low, so the rows must be fine." There are two ways
# to be sure and wrong. One you have met. These are the wrong answers of which the lower-case model is surest:

# %%
table = given["60 % in lower case"].query("not right").nlargest(5, "probability")
tables.words(
    table[["instruction", "reference", "answer", "probability"]].round({"probability": 2})
)

# %% [markdown]
# The other way is to train for long. 100 rows, 60 % of them with a wrong answer, 160 steps: each row is seen some 25
# times. We ask this model for the *wrong* rows that it was trained on.

# %%
noisy = damage.spoil(phrasebook.examples(100, seed=0), {"wrong_answer": 0.6}, seed=0)
memorised = fine_tune(noisy, steps=160)
wrong = noisy.select([row for row, flaw in enumerate(noisy["flaw"]) if flaw])
recited = answers(memorised, wrong)
print(f"{recited['right'].mean():.0%} of the wrong rows are given back word for word; ", end="")
print(f"the model finds its answers {recited['probability'].mean():.0%} probable on average.")
tables.words(recited[["instruction", "answer", "probability"]].head(4).round({"probability": 2}))

# %% [markdown]
# This noise is random, too. But look how sure the model is of what it recites. The way there, recorded over the steps
# with ten seeds:

# %%
longer = recorded("longer")
ARM = "100 rows, 60 % wrong answers"
longer.plot("noise_by_heart", [ARM])

# %% [markdown]
# And this is what becomes of the entropy meanwhile, on sentences that were *not* trained on:

# %%
longer.plot("entropy")

# %% [markdown]
# Does doubt go as the noise is memorised, and do right answers come in its place? Step 160 against step 30:

# %%
for rate in longer.rates:
    change, low, high = longer.gap((ARM, 160), (ARM, 30), "entropy", rate)
    words = "falls" if high < 0 else "rises" if low > 0 else "does not clearly change"
    gain = longer.gap((ARM, 160), (ARM, 30), rate=rate)
    heart = longer.scores(ARM, 160, "noise_by_heart", rate).mean()
    print(
        f"{rate:.2g} × the rate: entropy {words}, {change:+.2f} nats ({low:+.2f} to {high:+.2f})."
    )
    print(
        f"   Noise known by heart: {heart:.0f} %.",
        "Right answers: {:+.1f} points ({:+.1f} to {:+.1f}).".format(*gain),
    )

# %% [markdown]
# So does noise make a model less confident? Put the three records together. *Random* noise does, as long as the model
# cannot tell its rows one by one. *Systematic* noise does so much less. And where the entropy falls while the noise is
# learnt by heart, part of the confidence comes back (the curve of the clean rows shows how far it could go); whether right
# answers come with it, the second line of each pair says. Some of the fall comes earlier, from learning the task. (A rate
# at which the entropy does not fall is one to which this last part does not carry over.)
#
# Do not take the record on trust. Here is one point of it again, on this machine, with rows and a seed that it has not
# seen; it takes a quarter of a minute.

# %%
point = longer.live(ARM, 160, metric="entropy")
print(point)
longer.plot("entropy", live=[point])

# %% [markdown]
# ## Three sets on your desk
#
# Now decide as you would at work.

# %% [markdown]
# ### Exercise 4 · Which noise is it, and what comes first? (2 minutes, medium)
#
# Three models, each tested on 200 rows that you have checked. (The figures are made up.)
#
# - **forum**: 4,000 answers from a forum, one epoch. 70 % right, its own probability 25 %, entropy high, form as it
#   should be. The wrong answers have nothing in common.
# - **agency**: 4,000 rows from one agency, one epoch. 20 % right, its own probability 85 %, entropy low. Nearly all
#   wrong answers would be right if the date were not in American order.
# - **archive**: 80 rows, fifty epochs. 25 % right, its own probability 85 %, entropy low. The wrong answers have
#   nothing in common. Asked for its training rows, it gives them back word for word, faulty ones too.
#
# Give each set `"random"`, `"systematic"` or `"by heart"`. All three matter equally, and you have one afternoon: under
# `"first"`, name the set whose *rows* you would mend first.

# %%
decision = (
    ### BEGIN SOLUTION
    {"forum": "random", "agency": "systematic", "archive": "by heart", "first": "agency"}
    ### END SOLUTION
)

# %%
lesson.exercise(4).check(decision)

# %% [markdown]
# What you can take to a set of your own:
#
# - **Errors scattered, model unsure**: random noise. Dropping wrong rows helps. More rows of the same kind help only if the
#   model also trains longer (lesson 07).
# - **Errors alike, model sure**: systematic noise. Once it is in most of the rows, neither more rows nor more steps remove
#   it. Often one rule mends it.
# - **Which costs more?** That depends on the dose and on how long you train: see the curves above. Which is *cheaper to
#   mend* you can often tell before you train.
# - **Errors scattered, model surer than it deserves**: look whether it recites. Then its confidence says nothing about the
#   rows. Fewer epochs spare you the recited errors; whether they bring right answers, the record above says. The wrong rows
#   have to go in any case.
# - And no confidence, high or low, replaces held-out rows that somebody has checked.

# %% [markdown]
# ## Check your understanding
#
# The first question you have answered above. Three more; the last one is about a set that you have not met.

# %%
lesson.quiz(2)

# %%
lesson.quiz(3)

# %% [markdown]
# And in words:

# %%
lesson.quiz(4)

# %% [markdown]
# This is where you are.

# %%
progress()

# %% [markdown]
# ## If it breaks
#
# - **`No sweep "alignment" is recorded`.** The file of that name is missing from `utils/model/recorded/`: fetch the
#   course again. The live cells work without it.
# - **Your curves differ from your neighbour's.** One model and 256 rows are one draw: the recorded band shows how far
#   seeds lie apart. The order of the three sets should be the same while the model is under way.
# - **A cosine is `nan`.** A gradient of length 0 has no direction. This happens when a row leaves nothing to learn.
# - **The kernel dies.** Most likely the memory ran out. Call `compare(..., workers=1)`, which trains one model at a
#   time.
