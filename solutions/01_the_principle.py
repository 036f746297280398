# %% [markdown]
# # 01 · The principle
#
# **15 minutes.** You fine-tune a small language model a dozen times, on this machine, and see what a training set is worth.
#
# ## Why it matters
#
# Someone hands you 10,000 examples and a deadline. Somebody else offers 50 that she has read one by one. Which set do you
# train on? The usual advice is: *the fifty*. Here you test that advice instead of believing it, and you will find
# where it stops being true.

# %% [markdown]
# The tools of this lesson come from the course's own package. Nothing is downloaded: the model comes with the course.

# %%
import pandas as pd

from utils import compare, phrasebook, plots
from utils.model import demo

pd.set_option("display.max_colwidth", None)  # show every row in full

# %% [markdown]
# ## Two training sets
#
# The text this course grew from illustrates the advice with two tiny sets for the same task, translating into French.
# One holds 3 careful rows. The other holds 8 careless ones, pasted in 50 times over.

# %%
good, junk = phrasebook.principle_sets()
print(f"High-quality dataset: {len(good)} examples")
print(f"Low-quality dataset: {len(junk)} examples")
print(f"High-quality sample: {good[0]}")
print(f"Low-quality sample: {junk[0]}")

# %% [markdown]
# A row is an *instruction* and the *output* we want. Look at what is really there before you train: here are the first
# eight rows of the large set.

# %%
junk.to_pandas().head(8)

# %% [markdown]
# ### Exercise 1 · How many rows are really there? (3 minutes, easy)
#
# The original text calls this set "400 duplicates". Count for yourself: how many *different* rows does a set hold? Two
# rows are the same if both their instruction and their output are.

# %%
def count_distinct(rows):
    """How many different (instruction, output) pairs there are."""
    ### BEGIN SOLUTION
    return len(set(zip(rows["instruction"], rows["output"])))
    ### END SOLUTION


for name, rows in {"good": good, "junk": junk}.items():
    distinct = count_distinct(rows)
    if distinct in (None, ...):
        print(f"{name}: not attempted yet")
    else:
        print(f"{name}: {len(rows)} rows, {distinct} of them different, {len(rows) - distinct} repeats")

# %% [markdown]
# <details><summary>What to see here</summary>
#
# The large set is not 400 duplicates. It is 8 different rows and 392 exact repeats of them. A repeat brings no new
# information; it only decides which rows the model sees more often.
#
# </details>

# %% [markdown]
# ### Exercise 2 · Which rows contradict each other? (4 minutes, medium)
#
# Two rows contradict each other if they give the *same* instruction but want *different* outputs. Return every such
# instruction with the set of its outputs.

# %%
def contradictions(rows):
    """Instructions with more than one output: {instruction: {output, output, ...}}."""
    ### BEGIN SOLUTION
    outputs = {}
    for instruction, output in zip(rows["instruction"], rows["output"]):
        outputs.setdefault(instruction, set()).add(output)
    return {instruction: found for instruction, found in outputs.items() if len(found) > 1}
    ### END SOLUTION


found = contradictions(junk)
if found in (None, ...):
    print("Not attempted yet")
else:
    for instruction, outputs in found.items():
        print(instruction, *sorted(outputs), sep="\n   ")

# %% [markdown]
# <details><summary>What to see here</summary>
#
# One instruction is answered in two ways, and one of the two answers is perfect: it is a row of the *good* set. So 50
# of the 400 junk rows are exactly as good as the careful ones, and 50 others work against them. Quality belongs to
# rows, but contradiction belongs to *pairs* of rows: you cannot see it by reading one at a time.
#
# </details>

# %% [markdown]
# ## Predict
#
# Both sets will now train the same small model: the same number of steps, the same settings, three random seeds. Then
# every model translates 200 sentences that nobody trained on. How many will it get exactly right?
#
# Write your guesses down before you run the next cell. A wrong guess that you wrote down teaches more than a right one
# that you only thought.

# %%
my_prediction = {"3 good rows": 50, "400 junk rows": 50}  # percent: put your own numbers here

# %% [markdown]
# ## Run
#
# Training takes place in front of you: 40 steps of 16 rows for each run, whatever the size of the set. Finished runs are
# kept, so if you stop this cell, the same call goes on from there. `None` stands for the model before any fine-tuning.

# %%
small = compare({"no fine-tuning": None, "3 good rows": good, "400 junk rows": junk},
                steps=demo.STEPS, seeds=3)
small.table()

# %% [markdown]
# Each dot in the picture is one seed, the thick line is their mean, and the pale band is its 95 % interval: where the mean
# would probably lie if you ran many more seeds.

# %%
small.plot()

# %%
for name, guess in my_prediction.items():
    print(f"{name}: you predicted {guess} %, measured {small.scores(name).mean():.0f} %")

# %% [markdown]
# How to read it:
#
# - **No fine-tuning**: the model has read a phrasebook in both languages, so it *knows* the words. It scores next to
#   nothing, because it has never met the form "Translate to French: …". Fine-tuning on a few rows cannot teach it French;
#   it can only bring out what is there.
# - **3 good rows and 400 junk rows**: is there a difference that the bands do not swallow? The text this course grew from
#   says that its three rows hold all the signal needed to learn the task. On this model, that does **not** hold.
#
# Good rows alone are not enough, then. To see why, look at the answers.

# %% [markdown]
# ## Look at the answers
#
# A score hides *how* a model is wrong. Ask both the same questions.

# %%
questions = ["Translate to French: The cat is black.", "Translate to French: Where is the station?",
             "Translate to French: I would like some bread, please."]
for name in ("3 good rows", "400 junk rows"):
    answers = small.run(name).answer(questions)
    print(name, *answers, sep="\n   ")

# %% [markdown]
# The first model *recites*: whatever you ask, it gives one of its three training answers. Three perfect rows are quickly
# learnt by heart, and a training loss of nearly zero looks like success. The second model glues scraps of its eight
# rows and of the phrasebook together. Correctness is one part of quality; the other part is **diversity**.
#
# ## Fifty against ten thousand
#
# Now a comparison that is worth making:
#
# - **50 curated rows**, written for *coverage*: each construction of the phrasebook occurs twice, and each row has a
#   reason to be in.
# - **10,000 junk rows**: 8 sentence pairs repeated, 80 % of the copies damaged (lower case, typos, cut short, the wrong
#   answer, something off topic).

# %%
curated = phrasebook.curated()
curated.to_pandas()[["instruction", "output", "reason"]].sample(5, random_state=1)

# %%
demo.junk_rows(seed=0).to_pandas().sample(5, random_state=1)

# %% [markdown]
# Before you run it: how many points will separate the two? And which model will be *surer* of its answers?

# %%
headline = demo.headline(seeds=3)
headline.plot()

# %%
headline.table()

# %%
plots.confidence(headline)

# %% [markdown]
# The second picture shows what the score alone does not: the *entropy* of the answers, how undecided the model is between
# next words. Rows that disagree with each other teach a model to hedge.
#
# And the cost? Both models took the same number of steps, so the large set was not even slower. It wasted the effort of
# collecting it, and what it costs you comes later: count the tokens you pay for until one answer is right.

# %%
headline.receipt()

# %% [markdown]
# ## Gotcha: it was not the *size* that hurt
#
# It is tempting to leave here with "small sets win". Test that too, before you repeat it to anyone. Two more sets:
#
# - **10 clean rows**, drawn at random: no curation, other rows for every seed.
# - **10,000 varied rows, 80 % damaged**: the same damage as in the junk, in the same share, but on 10,000 *different*
#   sentences.
#
# Which of the four will win? Decide before you run.

# %%
more = compare({
    "10 clean rows": lambda seed: phrasebook.examples(10, seed=seed),
    demo.CURATED: curated,
    demo.JUNK: demo.junk_rows,
    demo.VARIED: demo.varied_rows,
}, steps=demo.STEPS, seeds=3)
more.plot()

# %% [markdown]
# Read this picture slowly, it is the most useful one of the lesson.
#
# - The two large sets have the same size and the same share of damage. What separates them is *diversity*: 8 different
#   sentences or 10,000.
# - Random damage points in no particular direction, so over many different sentences it averages out of the *answers*.
#   It does not average out of the *confidence*: look at the entropy column below.
# - Ten random clean rows are a lottery: look at how far apart their dots are. The case of "10 rows beat 10,000" is real
#   but fragile; the case of 50 is not. Lesson 04 puts intervals on this.

# %%
more.table()

# %% [markdown]
# So the advice, as far as *you* have now measured it: at the same number of steps, correct, consistent and **diverse** rows
# are worth more each; repetition adds nothing; random damage costs you confidence, and it takes a lot of varied data
# to make up for it. Damage that is *systematic*, the same mistake again and again, is another matter. It waits in lesson 06.

# %% [markdown]
# ## Check your understanding
#
# **1.** A colleague removes the 392 repeats from the junk set and trains on the remaining 8 rows, with the same number of steps.
# What changes?
#
# <details><summary>Hint</summary>
#
# Which rows does the model see, and how often, in 40 steps of 16 rows?
#
# </details>
# <details><summary>Answer</summary>
#
# Almost nothing. In 40 steps of 16 rows the model sees 640 rows either way, each of the 8 about 80 times. An even
# repetition changes only the bookkeeping. Removing the *contradicting* row would change something.
#
# </details>
#
# **2.** Your 50 curated rows score far better than 10,000 scraped ones. Your manager concludes: "So we should delete
# the 10,000." Do you agree?
#
# <details><summary>Hint</summary>
#
# Compare the two large sets in the last picture.
#
# </details>
# <details><summary>Answer</summary>
#
# Not yet. What hurt was not the number of rows. If the 10,000 are varied and their flaws are random, they may carry
# coverage that 50 rows cannot have. Measure first: how many different rows, which flaws, random or systematic. That
# is lesson 02.
#
# </details>

# %% [markdown]
# ## If it breaks
#
# - **A cell takes much longer than a minute.** Something else is using the processor. Finished runs are kept, so stop the
#   cell (■) and run it again later: it goes on where it was.
# - **The kernel dies.** Most likely the memory ran out. Call `compare(..., workers=1)`: one run at a time needs less than
#   half the memory.
# - **The picture shows other numbers than your neighbour's.** A different processor rounds differently, so single seeds
#   differ by a few points. The order of the sets should not. If it does, that is worth telling us.
# - **`ValueError: The column "instruction" is missing`.** Your own set names its columns differently; the message says how
#   to rename one.
