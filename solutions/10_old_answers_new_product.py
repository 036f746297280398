# %% [markdown]
# # 10 · Old answers, new product
#
# **25 minutes:** reading 11, exercises 8, running 2, questions 4.
#
# You train on answers from two different years, find out which year the model believes, and sort
# a pile of old rows.
#
# ## Why it matters
#
# Remember the support desk of lesson 07? Its product is Nimbus, an invented app for notes and
# invoices. The desk has kept 10,000 answered questions, 5,000 from 2018 and 5,000 from 2024. In
# between, menus have moved and prices have gone up. Every old answer was right on the day it was
# written, and nobody likes to throw good work away. So somebody says: "Train on everything. It
# can't hurt." Can it?

# %% [markdown]
# The tools of this lesson. `eras` asks a model held-out questions and says which year its answers
# are from.

# %%
import pandas as pd
from datasets import concatenate_datasets

from utils import audit, fine_tune, plots, progress, recorded, support, tables
from utils.model import eras
from utils.model.intervals import no_effect
from utils.model.recorded.sweeps import AGREEING, CHECKED, ERA_STATED, MIXED, RECENT, STATED

# %% [markdown]
# ## Ten thousand rows
#
# There are 100 topics, with 50 wordings each. This is a laboratory: the desk has answered the very
# same questions in both years, so every question is in the pile twice. The first five, with both
# answers:

# %%
old, new = (support.examples(5000, year, seed=10) for year in (2018, 2024))
rows = concatenate_datasets([old, new])
texts = rows.to_pandas()
pairs = pd.DataFrame({"question": old["instruction"], 2018: old["output"], 2024: new["output"]})
tables.words(pairs.head())

# %% [markdown]
# The first two answers are the same in both years. The other three differ in one fact, and in
# nothing else.
#
# Two answers to one question are a *contradiction*, as in lesson 06. The audit looks for them if
# you declare that every question has a single right answer.

# %%
report = audit(rows, single_answer=True)
found = report.summary()
tables.words(found.loc[found["rows"] > 0, ["rows", "looks for"]])

# %% [markdown]
# 4,000 contradictions. The other 1,000 pairs agree, so the audit calls them repeats. Which answer
# of a pair is right? Both are good English and fit their question, so a rule cannot tell. What
# happens if you let the audit clean the pile all the same?

# %%
cleaned = report.clean()
print(cleaned)
years = texts.loc[list(cleaned.rows["row"]), "era"].value_counts()
print("Rows left, by year:", years.to_dict())

# %% [markdown]
# Every row that is left is from 2018. Where no answer has the majority, the audit keeps the one
# that comes first, as it does with repeats, and files often begin with their oldest rows. A tool
# can *find* a contradiction. *Settling* it takes somebody who knows the product.
#
# ## What gives the year away?
#
# Perhaps the text itself says how old it is. Which words are in the answers of one year only?

# %%
found = texts["output"].str.findall(r"[\w£]+")
words = {year: set(found[texts["era"] == year].explode()) for year in (2018, 2024)}
print(f"{len(words[2018] | words[2024])} different words in all")
print("only in 2018:", sorted(words[2018] - words[2024]) or "none")
print("only in 2024:", sorted(words[2024] - words[2018]) or "none")

# %% [markdown]
# No word occurs in one year only. (The desk was built so that style does not differ either.) The
# column `era` does know the year, but training reads only `instruction` and `output`.

# %% [markdown]
# ### Exercise 1 · Where the years agree (3 minutes, medium)
#
# `rows` has the columns `topic`, `era` (2018 or 2024) and `output`. Within a year, all rows on a
# topic give the same answer. Return the topics that are answered in *both* years, with exactly
# the same answer. A set or a list will do.


# %%
def agreeing(rows):
    """The topics on which the answers of 2018 and 2024 are the same."""
    ### BEGIN SOLUTION
    answers = {2018: {}, 2024: {}}
    for topic, year, output in zip(rows["topic"], rows["era"], rows["output"]):
        answers[year][topic] = output
    return {topic for topic, _ in answers[2018].items() & answers[2024].items()}
    ### END SOLUTION


# %%
lesson.exercise(1).check(agreeing)

# %% [markdown]
# How much of the old half is still right? (Until your function returns something, the desk's own
# list is used.)

# %%
same = agreeing(rows) or {each.name for each in support.TOPICS if not each.changed}
still_right = (texts["era"] == 2018) & texts["topic"].isin(list(same))
print(f"{len(same)} of {texts['topic'].nunique()} topics agree,")
print(f"so {still_right.sum():,} rows of 2018 are still right.")

# %% [markdown]
# One old row in five is as good as new. A filter by date would throw it away.

# %% [markdown]
# ### Exercise 2 · Keep, drop, mend or ask? (2 minutes, easy)
#
# The next export is less tidy, and the model will answer today's customers. What do you do with
# each group: `"keep"`, `"drop"`, `"mend"` (put in today's answer) or `"ask"` (somebody who
# knows)?
#
# | group | rows |
# |---|---|
# | **a** | 4,100 rows of 2024, all of them checked |
# | **b** | 900 rows of 2018 with exactly the answer of a row of 2024 on the same topic |
# | **c** | 2,600 rows of 2018 whose fact has changed; group a has rows on the same topics |
# | **d** | 300 rows of 2018 about an outage in May 2018; nobody asks about it any more |
# | **e** | 700 rows without a date, on topics that no other row is about |

# %%
sorting = (
    ### BEGIN SOLUTION
    {"a": "keep", "b": "keep", "c": "mend", "d": "drop", "e": "ask"}
    ### END SOLUTION
)

# %%
lesson.exercise(2).check(sorting)

# %% [markdown]
# ## Predict
#
# Now train, first on all 10,000 rows, then on those of 2024 alone. A run has 150 steps of 16
# rows. It sees 2,400 rows in either case, so the smaller set means no less training. The test has
# 100 held-out questions: the same topics, one each, in wordings that no training row has. Your
# guess is about the 80 whose fact has changed.

# %%
lesson.predict("all 10,000 rows")

# %%
lesson.predict("5,000 rows of 2024")

# %% [markdown]
# ## Train on both years, and on one
#
# First everything. This takes about fifteen seconds.

# %%
shares = {}
mixed = fine_tune(rows, steps=150, seed=10)
shares["all 10,000 rows"] = eras.answered(mixed, eras.questions())

# %% [markdown]
# Then the rows of 2024 alone, and your two guesses.

# %%
recent = fine_tune(new, steps=150, seed=10)
shares["5,000 rows of 2024"] = eras.answered(recent, eras.questions())
lesson.reveal({name: found["answers_2024"] for name, found in shares.items()})

# %%
plots.eras(shares)

# %% [markdown]
# On the left, what a customer reads: today's fact, the old one, or neither. On the right, the
# probability that the model gives to the whole of today's answer. Where both
# years went in, both come out; where only 2024 went in, what is not of 2024 is mostly "neither".
#
# Nothing in a question says which year is meant. In lesson 05 the pull on a word ended where its
# probability was its share in the rows. Here two answers share one question, so expect the model
# to split its certainty between them in about the same shares. The record below tests that.

# %% [markdown]
# ## Say which year
#
# What if the question itself names its year? `state_era=True` puts "[2018] " or "[2024] " in
# front of it. The base model knows these marks from the pages of the manual it has read. Now no
# two rows contradict each other any more. One more guess:

# %%
lesson.predict("10,000 with the year")

# %% [markdown]
# The test asks for 2024, with the mark in front.

# %%
dated = [support.examples(5000, year, seed=10, state_era=True) for year in (2018, 2024)]
marked = fine_tune(concatenate_datasets(dated), steps=150, seed=10)
shares["10,000 with the year"] = eras.answered(marked, eras.questions(state_era=True))
lesson.reveal({"10,000 with the year": shares["10,000 with the year"]["answers_2024"]})

# %%
plots.eras(shares)

# %% [markdown]
# A model that has learnt what the mark means should be able to answer for either year. Ask it four
# of the held-out questions:

# %%
changed = {each.name for each in support.TOPICS if each.changed}
test = eras.questions()
asked = [row["instruction"] for row in test if row["topic"] in changed][:4]
answers = {}
for year in (2018, 2024):
    answers[year] = marked.answer([f"[{year}] {question}" for question in asked])
tables.words(pd.DataFrame(answers, index=asked))

# %% [markdown]
# Where the two columns are the same, though the fact has changed, this run has not learnt the mark
# yet. So far these were single runs, good for a first look. Now ten seeds.
#
# ## How much harm do old rows do?
#
# The recorded sets have 10,000 rows each, with a growing share of 2018. They are not quite your
# rows: here each year was asked questions of its own, on the same topics. So the answers contradict
# each other topic by topic, and the audit, which compares questions, would see little of it.

# %%
record = recorded("eras")


def means(arm, dose):
    """The means of the ten recorded runs with so many percent of old rows."""
    return {metric: record.scores(arm, dose, metric).mean() for metric in eras.SHARES}


doses = (0, 10, 30, 50, 70, 90, 100)
plots.eras({f"{dose} % old rows": means(MIXED, dose) for dose in doses}, source=record)

# %% [markdown]
# The same in numbers, with 95 % intervals:


# %%
def told(arm, dose, metric="answers_2024", rate=1.0):
    """A recorded mean in percent, with its 95 % interval."""
    low, high = record.interval(arm, dose, metric, rate)
    return f"{record.scores(arm, dose, metric, rate).mean():.0f} ({low:.0f} to {high:.0f})"


lines = {}
for dose in (0, 10, 30, 50, 70):
    lines[f"{dose} % old rows"] = {
        "as in 2024": told(MIXED, dose),
        "as in 2018": told(MIXED, dose, "answers_2018"),
        "probability of 2024": told(MIXED, dose, "p_2024"),
    }
tables.words(pd.DataFrame(lines).T)

# %% [markdown]
# Begin with the last column: how sure the model is of today's answer. With half of the rows old, it
# is half as sure as without any; with 30 % old, about 70 % as sure. So certainty goes down with the
# share of right rows, as expected.
#
# The answer is mostly the one that is more probable, so it stays and then tips: with 10 % old rows
# you hardly see any damage in the answers, with 70 % only a few of them are of today. A test that
# reads the answers alone warns you late.

# %% [markdown]
# ## Half the rows, today's answers
#
# Now a claim from the text behind this course: 5,000 recent rows beat 10,000 of both years.
# "Beat" means here: more answers of 2024, where facts have changed. The lead has its interval and
# verdict as in lesson 04, at a third of the usual learning rate, at the usual one, and at three
# times as much.


# %%
def lead(better, worse, rate=1.0):
    """The lead in answers of 2024, with its 95 % interval and its verdict."""
    points, low, high = record.gap(better, worse, "answers_2024", rate)
    says = record.verdict(better, worse, "answers_2024", rate)
    return f"{points:+.1f} ({low:+.1f} to {high:+.1f}), {says}"


def at_all_rates(leads):
    """A table of leads, {"A against B": (A, B)}, with a column for each learning rate."""
    return tables.words(
        pd.DataFrame({
            f"{rate:.2g} × the rate": {words: lead(*pair, rate) for words, pair in leads.items()}
            for rate in record.rates
        })
    )


everything, half = (MIXED, 50), (RECENT, 0)
at_all_rates({"5,000 of 2024 against all 10,000": (half, everything)})

# %% [markdown]
# At each rate the recent half is far ahead: the claim holds, for changed facts and 150 steps.
# Neither run reads its whole set, so it is not the *number* of rows that counts here but what they
# say. Two things happen at once, though. With the old rows in the set, the recent ones get half of
# the steps; and four in five old rows teach an answer that is wrong today. Which of the two weighs
# more? The next section tells.

# %% [markdown]
# ## How many steps does the year need?
#
# To put the year to use, a model has to learn 180 facts instead of 100, as 80 have changed, and to
# look at the mark each time. So it should take longer. The share of 2024 answers, when asked for
# 2024, after 150, 300 and 600 steps:

# %%
lines = {}
for arm, steps in ERA_STATED.items():
    lines[f"with the year, {steps} steps"] = arm, 50
lines["5,000 of 2024, 150 steps"] = half
tables.words(
    pd.DataFrame({
        name: {f"{rate:.2g} × the rate": told(*at, rate=rate) for rate in record.rates}
        for name, at in lines.items()
    }).T
)

# %% [markdown]
# And the leads at 150 steps each: over the same rows without their year, and over the recent half.

# %%
at_all_rates({
    "with the year against without": ((STATED, 50), everything),
    "with the year against 5,000 of 2024": ((STATED, 50), half),
})

# %% [markdown]
# The first comparison settles the open question. Both sets give half of the steps to the recent
# rows, and only the mark differs. So it was the contradiction that did the damage, and hardly the
# steps.
#
# The second surprised us: at 150 steps a loss shows only at the high rate, and it is small. At the
# other two rates the record does not tell the two sets apart, so a small loss is possible. (With
# more steps the scores rise, but the other sets were not recorded for so long.) Perhaps it is so
# small because this base has met the marks in the manual; we have not tried one that has not.
#
# So with the mark, old rows need not spoil the answers of today. Whether the same model still
# answers well for 2018 was not recorded: you have seen four answers. And somebody has to put the
# right year in front of every question, in training and in use.

# %% [markdown]
# ## Old rows that agree
#
# Two more sets were recorded: the 5,000 recent rows with about a thousand old ones *on topics
# where the years agree*, and 500 rows of 2024 by themselves. Beside them, sets with all
# kinds of old rows.

# %%
agree, checked = (AGREEING, 17), (CHECKED, 0)  # 17 % and 0 % of their rows are old
sets = {
    "5,000 of 2024": half,
    "… and old rows that agree": agree,
    "500 of 2024": checked,
    "10 % old rows of all kinds": (MIXED, 10),
    "30 % old rows of all kinds": (MIXED, 30),
}
lines = {}
for name, at in sets.items():
    lines[name] = {
        "as in 2024": told(*at),
        "as in 2018": told(*at, "answers_2018"),
        "probability of 2024": told(*at, "p_2024"),
        "probability of 2018": told(*at, "p_2018"),
    }
tables.words(pd.DataFrame(lines).T)

# %% [markdown]
# Two claims, judged at the usual learning rate. "Agreeing rows change nothing" *holds* only if the
# whole interval lies within 2 points of 0.

# %%
gain, low, high = record.gap(agree, half, "answers_2024")
says = record.verdict(agree, half, "answers_2024", claimed=no_effect())
print("Old rows that agree change nothing where facts have changed:")
print(f"   {says}, {gain:+.1f} ({low:+.1f} to {high:+.1f})")
print("500 rows of 2024 against all 10,000:", lead(checked, everything))

# %% [markdown]
# Look at the last column first. With old rows that agree, the old answers stay almost as improbable
# as without; with about as many old rows of all kinds (the line of 10 %) they do not. So age in
# itself is not the flaw. But agreeing rows are not free. Where facts have changed, fewer answers
# are of 2024, and the whole interval is below 0. (*Undecided* only means that the loss may be
# smaller than the 2 points we allow.) A likely reason: the agreeing rows take up steps.
#
# And 500 rows of 2024, five on each topic, are far ahead of all 10,000. In practice these would be
# rows that somebody has checked. You can start with them while the rest is being sorted.

# %% [markdown]
# ### Exercise 3 · Mend instead of drop (3 minutes, medium)
#
# Customers still ask most of the old questions in the same words. `old` and `new` have
# the columns `instruction`, `output` and `topic`; the rows in `new` are checked. Return a list of
# pairs (question, answer): every old question with today's answer to its topic. Leave a question
# out if no new row is on its topic.


# %%
def mended(old, new):
    """The old questions with today's answers, as (question, answer)."""
    ### BEGIN SOLUTION
    today = dict(zip(new["topic"], new["output"]))
    asked = zip(old["instruction"], old["topic"])
    return [(question, today[topic]) for question, topic in asked if topic in today]
    ### END SOLUTION


# %%
lesson.exercise(3).check(mended)

# %% [markdown]
# Your function on the old half, with 500 checked rows of 2024. (Until it returns something, the
# last column stays empty.)

# %%
today = dict(mended(old, support.examples(500, 2024, seed=11)) or [])
after = pairs[["question", 2018]]
after = after.assign(mended=[today.get(question, "") for question in after["question"]])
print(f"{(after['mended'] != '').sum():,} questions now have today's answer;")
print(f"for {(after['mended'] == after[2018]).sum():,} of them it is the one they already had.")
tables.words(after.head())

# %% [markdown]
# Somebody has checked 500 answers, and now 5,000 questions have the right one. Two things must be
# true for that: the topics are right, and every question on a topic has the same answer. So read a
# sample before you train on it. Is it worth the trouble? That was not measured here. Where your
# checked rows cover a topic in many wordings already, expect little. Where customers use words that
# no checked row has, we would expect more.

# %% [markdown]
# ## Gotcha: the date of a row is not the date of its fact
#
# "Then we simply drop everything before 2024." Suppose the new team has answered questions on 70
# topics so far. What would that filter take away?

# %%
covered = sorted(set(new["topic"]))[:70]
alone = texts[(texts["era"] == 2018) & ~texts["topic"].isin(covered)]
print(f"{alone['topic'].nunique()} topics are left without a row.")
print(f"{len(alone):,} old rows were about them,")
print(f"and {alone['topic'].isin(list(same)).sum():,} of these are still right.")

# %% [markdown]
# From the rows alone, nobody can see which of them are right. So treat them like your group **e**:
# ask. A filter by date errs on both sides. It drops old rows that are right, and with them all that
# is known about some topics. And it would keep a new row that is wrong, such as one answered last
# week from a template of 2018. A date tells you where to look first, and no more.

# %% [markdown]
# ## Check your understanding
#
# Three questions with choices, and one to answer in your own words.

# %%
lesson.quiz(1)

# %%
lesson.quiz(2)

# %% [markdown]
# Now a choice with several right answers, and then a team that wants to take everything.

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
# - **A run takes more than half a minute.** Something else is using the processor. Let it run, or
#   try `steps=75` and expect more of "neither".
# - **Much of your bar is "neither".** The run was too short to learn the answers of either year.
#   More steps help.
# - **The model with the year does badly.** Check that the test has the mark, too:
#   `eras.questions(state_era=True)`. Training and use must agree to the letter.
# - **Your own rows have no topics.** Sort the questions by what they ask about, or begin with the
#   pairs that the audit finds.
# - **`NotRecorded: No sweep "eras" is recorded`.** A file in `utils/model/recorded` is missing:
#   fetch the repository again.
