# %% [markdown]
# # 01 · The principle
#
# **28 minutes:** reading 12, exercises 7, running 3, questions 6.
#
# You fine-tune a small language model some twenty times, on this machine, and see what a training set is worth.
#
# ## Why it matters
#
# Someone hands you 10,000 examples and a deadline. Somebody else offers 50 that she has read one by one. Which set do you
# train on? The usual advice is: *the fifty*. Here you test that advice instead of believing it, and you find out what it
# depends on.

# %% [markdown]
# The tools of this lesson come from the course's own package. Nothing is downloaded: the model comes with the course.

# %%
from utils import compare, phrasebook, plots, progress, tables
from utils.course.lesson import all_predictions
from utils.model import demo

# %% [markdown]
# ## Two training sets
#
# The short text this course grew from, "Quality over quantity: the principle", illustrates the advice with two tiny sets
# for the same task: translation into French. One holds 3 careful rows. The other holds 400 careless ones. We took them
# over word for word.

# %%
good, junk = phrasebook.principle_sets()
print(f"High-quality dataset: {len(good)} examples")
print(f"Low-quality dataset: {len(junk)} examples")
print(f"High-quality sample: {good[0]}")
print(f"Low-quality sample: {junk[0]}")

# %% [markdown]
# A row is an *instruction* and the *output* we want. Look at what is really there before you train: here is the small
# set, and below it some rows of the large one.

# %%
tables.words(good)

# %% [markdown]
# (French sets a space before a question mark, and these careful rows do not. Even experts leave a flaw.)

# %%
tables.words(junk.to_pandas().sample(8, random_state=0))

# %% [markdown]
# ### Exercise 1 · How many rows are really there? (3 minutes, easy)
#
# The original text calls this set "400 duplicates". Count for yourself: how many *different* rows does a set hold? Two
# rows are the same if both their instruction and their output are. `rows["instruction"]` gives you a column as
# something like a list; `rows.to_pandas()` works too.


# %%
def count_distinct(rows):
    """How many different (instruction, output) pairs there are."""
    ### BEGIN SOLUTION
    return len(set(zip(rows["instruction"], rows["output"])))
    ### END SOLUTION


# %%
lesson.exercise(1).check(count_distinct)

# %% [markdown]
# Solved or not, here they are, counted by pandas: each different row of the large set, and how often it occurs.

# %%
tables.words(junk.to_pandas().value_counts().reset_index())

# %% [markdown]
# So the large set is not 400 duplicates: it is 8 different rows and 392 exact repeats of them. A repeat brings no new
# information; it only decides which rows the model sees more often, and here not even that: each occurs 50 times.

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


# %%
lesson.exercise(2).check(contradictions)

# %% [markdown]
# In the junk set, that is one instruction. The same in pandas: group the rows by their instruction, and keep the groups
# with more than one different output.

# %%
distinct = junk.to_pandas().drop_duplicates()
tables.words(distinct.groupby("instruction").filter(lambda group: len(group) > 1))

# %% [markdown]
# One instruction is answered in two ways. One of the answers is a row of the *good* set. The other is careless (no comma,
# no cedilla, no question mark) and less polite. So at least 50 of the 400 junk rows are exactly as good as the careful ones,
# and 50 others work against them. (Another 50,
# "Hello" and "Bonjour", are correct as well.) Quality belongs to rows, but contradiction belongs to *pairs* of rows: you
# cannot see it by reading one at a time.

# %% [markdown]
# ## Predict
#
# The same small model will now be *fine-tuned* on each set. Each run takes the same number of *steps*: a step is a small
# correction from a *batch* of 16 rows, and when a set has been used up, it begins again. Each run is repeated with three
# *seeds*, numbers that decide everything left to chance. Then every model translates 200 held-out sentences, which no
# model was trained on. How many answers will be an *exact match*, the same as the right answer apart from the type of
# space or apostrophe? (Right by the phrasebook's
# [conventions](../utils/model/base/README.md#the-phrasebooks-conventions): "you" is *vous*, and so on. Other good French counts
# as wrong.)
#
# Seal your guesses before you run the next cells.

# %%
lesson.predict("3 good rows")

# %%
lesson.predict("400 junk rows")

# %% [markdown]
# ## Run
#
# Training takes place in front of you: 40 steps of 16 rows for each run, whatever the size of the set. Finished runs are
# kept, so if you stop this cell, the same call resumes from there. `None` stands for the model before any fine-tuning.

# %%
small = compare(
    {"no fine-tuning": None, "3 good rows": good, "400 junk rows": junk},
    steps=demo.STEPS,
    seeds=3,
)
small.table()

# %% [markdown]
# The columns: *exact match* with its 95 % interval over the seeds; *chrF*, how many character sequences an answer shares with
# the right one (fairer to a model that does not know our conventions); *format*, how many answers look like a sentence; *entropy*, how undecided the model is between next
# words (in nats; 0: certain, and 0.7 is a coin toss between two); *p(right)*, the probability it gives to the whole right answer;
# *alike*, the share of test rows that all seeds answer word for word the same, be it right or wrong.
#
# And your predictions, beside what was measured:

# %%
lesson.reveal({name: small.scores(name).mean() for name in ["3 good rows", "400 junk rows"]})

# %% [markdown]
# In the picture each dot is one seed, the thick line is their mean, and the pale band is the interval: where the mean
# would probably lie if you ran many more seeds. A dotted line is your prediction.

# %%
small.plot(predicted=lesson.predicted)

# %% [markdown]
# How to read it:
#
# - **No fine-tuning**: the model has read a phrasebook in both languages, so it *knows* the words. It scores next to
#   nothing, because it has never met an instruction. Fine-tuning on a few rows cannot teach it French; it can only bring
#   out what is there.
# - **3 good rows and 400 junk rows**: next to nothing either, and no difference worth the name. The original text says that
#   its three rows hold all the signal needed to learn the task. On this model, that does **not** hold.
# - **The entropy** of the 3-row model is low: it is *sure* of its wrong answers. Confidence is not correctness.
#
# *Three* good rows are not enough, then. To see why, look at the answers.

# %% [markdown]
# ## Look at the answers
#
# A score hides *how* a model is wrong. Ask both the same questions.

# %%
questions = [
    "Translate to French: The cat is black.",
    "Translate to French: Where is the station?",
    "Translate to French: I would like some bread, please.",
]
for name in ("3 good rows", "400 junk rows"):
    answers = small.run(name).answer(questions)
    print(name, *answers, sep="\n   ")

# %% [markdown]
# The first model *recites*: whatever you ask, it gives one of its three training answers. Three perfect rows are quickly
# learnt by heart, and then the *training loss*, the error on the training rows themselves, is nearly zero and looks like
# success. The second model glues scraps of its eight
# rows and of the phrasebook together. Correctness is one part of quality; another part is **diversity**.
#
# ## Fifty against ten thousand
#
# Now a comparison that is worth making:
#
# - **50 curated rows**, written for *coverage*: each sentence pattern of the phrasebook occurs twice, and each row has a
#   reason to be there.
# - **10,000 junk rows**: 8 *other* sentence pairs, drawn from the phrasebook and copied 1,250 times each, with 80 % of the
#   copies damaged (lower case, typos, cut short, the wrong answer, something off topic). Damage makes new rows of old
#   ones, so there are several hundred distinct ones.
#
# The comparison is one of equal *training*: 40 steps of 16 rows are 640 rows. Of the 10,000 rows a run sees 640, once
# each; the 50 rows are seen about 13 times each. And a warning: whoever wrote the 50 had the patterns of the test in view.

# %%
curated = phrasebook.curated()
tables.words(curated.to_pandas()[["instruction", "output", "reason"]].sample(5, random_state=1))

# %%
tables.words(demo.junk_rows(seed=0).to_pandas().sample(5, random_state=1))

# %% [markdown]
# ## Predict the lead
#
# Before you run it: how many points will separate the two?

# %%
lesson.predict("lead")

# %% [markdown]
# Now run it. The picture shows both sets, the table below it the numbers.

# %%
headline = demo.headline(seeds=3)
headline.plot()

# %%
headline.table()

# %% [markdown]
# How far apart are they, and how sure is that? The interval says where the lead would probably lie with many more seeds.

# %%
lead, low, high = headline.gap(demo.CURATED, demo.JUNK)
print(f"A lead of {lead:.0f} points, 95 % interval {low:.0f} to {high:.0f}.")
lesson.reveal({"lead": lead})

# %% [markdown]
# The score alone does not show how *sure* the models are. The next picture does.

# %%
plots.confidence(headline)

# %% [markdown]
# The junk model hedges: the answers in its rows are unpredictable, so it spreads its bets over many next words.
#
# And the cost? Both models took the same number of steps, so training took about the same time. What was wasted is the
# effort of collecting 10,000 rows, and the bill comes later: count the *tokens*,
# pieces of words, that a model writes until one answer is right: they are what you pay for.

# %%
headline.receipt()

# %% [markdown]
# ## Gotcha: it was not the *size* that hurt
#
# It is tempting to leave here with "small sets win". Test that too, before you repeat it to anyone. Three more sets:
#
# - **10 clean rows**, drawn at random: no curation, different rows for each seed.
# - **200 clean rows**, drawn in the same way.
# - **10,000 varied rows, 80 % damaged**: the same damage as in the junk, in the same proportion, but every row has a
#   sentence of its own.
#
# Which of the five will win, and which will come last? Decide before you run, and seal a number for the new large set.

# %%
lesson.predict("10,000 varied rows, 80 % damaged")

# %% [markdown]
# Some of these runs are finished already, so only the new ones are trained.

# %%
more = compare(
    {
        "10 clean rows": lambda seed: phrasebook.examples(10, seed=seed),
        demo.CURATED: curated,
        "200 clean rows": lambda seed: phrasebook.examples(200, seed=seed),
        demo.JUNK: demo.junk_rows,
        demo.VARIED: demo.varied_rows,
    },
    steps=demo.STEPS,
    seeds=3,
)
lesson.reveal({demo.VARIED: more.scores(demo.VARIED).mean()})

# %% [markdown]
# All five in one picture, and then as a table:

# %%
more.plot(predicted=lesson.predicted)

# %%
more.table()

# %% [markdown]
# Read this picture slowly: it is the most useful one in the lesson.
#
# - **The two large sets** have the same size and the same share of damage. In the junk the damage falls on the same 8
#   instructions again and again, so that each gets many *different* answers: contradictions. In the varied set no
#   instruction occurs twice. Variety wins much of the skill back. It does not win back the confidence: compare their
#   entropy and p(right) with those of the clean sets.
# - **The three clean sets** show the other side. From 10 rows to 50 or 200, *quantity* grows, and it does no harm; look at
#   whether it helps. The number of rows is not the problem here.
# - **Ten clean rows** already come close. So "10 beat 10,000" holds in this picture. It is *fragile*, though: in the README's
#   table, made of longer runs at other settings, three times the learning rate (the size of each correction) costs the ten
#   rows nearly everything, and the fifty about half. That the 50 beat the 10,000 *junk* rows holds in every line of it.

# %% [markdown]
# ## Take the damage away
#
# Was it the repetition that hurt, the damage, or that the set contradicts itself? Three controls: the 8 sentence pairs of the
# junk *without* damage; the same damage, but on all copies of a row *alike*, so that hardly an instruction has two answers; and
# the 2,000 rows of the varied set that were left whole. The last one throws 80 % of the data away.

# %%
whole = compare(
    {
        demo.JUNK: demo.junk_rows,
        "its 8 pairs, undamaged": lambda seed: phrasebook.examples(8, seed=seed),
        "its copies damaged alike": demo.steady_junk,
        demo.VARIED: demo.varied_rows,
        "its 2,000 whole rows": demo.whole_rows,
    },
    steps=demo.STEPS,
    seeds=3,
)
whole.plot()

# %% [markdown]
# Eight clean pairs go a long way, so repeating them is not what breaks a model. The damage is. It is tempting to say: because
# it makes the set contradict itself. The third set puts that to the test, and it does not go far: almost without
# contradictions the score stays close to that of the junk. A likelier reason is what both *lack*. The varied set still holds
# 2,000 whole sentences of every kind, the junk has eight at best. (Lesson 06 looks at contradictions by themselves.)
#
# And for the varied set, look at what dropping the damaged rows does: four fifths fewer rows, and more right answers.
#
# So the advice, as far as *you* have now measured it: at the same number of steps, correct, consistent and **diverse** rows
# are worth more each. Damage costs right answers and confidence; variety wins part of the answers back.
#
# And how far it reaches: this is one small model whose pretraining covered the task. Large models may differ, so the same cells also run with a real one
# (`model="smollm2-135m"`), given time or a GPU.

# %% [markdown]
# ## Check your understanding
#
# Four questions to end with. Each wrong choice tells you why it is wrong; the last question is answered in words, and you compare
# your answer with ours.

# %%
lesson.quiz(1)

# %%
lesson.quiz(2)

# %% [markdown]
# Now put something in order, and then answer a question in your own words.

# %%
lesson.quiz(3)

# %%
lesson.quiz(4)

# %% [markdown]
# ## How well do you predict?
#
# This picture grows from lesson to lesson: each of your predictions, against what was measured.

# %%
all_predictions()

# %% [markdown]
# And this is where you are.

# %%
progress()

# %% [markdown]
# ## If it breaks
#
# - **A cell takes much longer than a minute.** Something else is using the processor. Finished runs are kept, so stop the
#   cell (■) and run it again later: it resumes from there.
# - **The kernel dies.** Most likely the memory ran out. Call `compare(..., workers=1)`: it runs one model at a time, in the
#   kernel itself, and needs much less memory.
# - **The picture shows other numbers than your neighbour's.** A different processor rounds differently, so single seeds
#   differ by a few points. The large gaps should not. If one does, that is worth telling us.
# - **`ValueError: The column "instruction" is missing`.** Your own set names its columns differently; the message says how
#   to rename one.
