# %% [markdown]
# # 02 · Measure before you train
#
# **35 minutes:** reading 12, marking 5, exercises 12, running 1, questions 5.
#
# You look for flaws by eye and with a tool, and then you score both: here, for once, somebody knows where the flaws are.
#
# ## Why it matters
#
# A colleague hands over 2,000 rows: "They should be fine." You can train first and wonder later why the model is poor. Then
# the training is paid for, and the score does not tell *which* rows were to blame. Or you look first. How long would
# that take?

# %% [markdown]
# These are the tools of this lesson. No model is trained in it.

# %%
from utils import audit, damage, phrasebook, plots, progress, support, tables
from utils.data.audit.detection import hits
from utils.data.audit.real_text import on_real_text

# %% [markdown]
# Put in your own speed: how long do you need to read a row in two languages and to judge it?

# %%
seconds_per_row = 15
print(
    f"2,000 rows take {2_000 * seconds_per_row / 3600:.1f} hours of careful reading, without "
    "a break."
)

# %% [markdown]
# So nobody reads them all. You read a few, or you let a tool read. Both miss things, and the question of this lesson is:
# *how much* do they miss, and how would you know?
#
# ## Flaws with a receipt
#
# You can only score a search when you know what there is to find. So we plant the flaws ourselves: `damage.spoil` spoils
# a given share of good rows and keeps a *receipt*, which says what was done to which row. Here are eight kinds of flaw.
# Each gets 5 % of the rows.

# %%
FLAWS = {
    "lost_accents": 0.05,  # "café" becomes "cafe"
    "typo": 0.05,  # two letters change places
    "truncated": 0.05,  # the answer breaks off
    "wrong_answer": 0.05,  # the answer of another row
    "echo": 0.05,  # the answer repeats the question
    "wrong_language": 0.05,  # a sentence in Spanish, German or Italian
    "lowercase": 0.05,  # no capitals, no full stop
    "near_repeat": 0.05,  # another row once more, hardly changed
}
twenty = damage.spoil(phrasebook.examples(20, seed=11), FLAWS, seed=11)
rows = list(zip(twenty["instruction"], twenty["output"]))

# %% [markdown]
# Of twenty rows, eight are spoiled now, one in each way. The receipt stays closed for the moment.
#
# ## Predict
#
# Which share of the eight will you find, and which share will a set of rules find? Seal both guesses before you see the rows.

# %%
lesson.predict("found by eye")

# %%
lesson.predict("found by the audit")

# %% [markdown]
# ## Mark them by eye
#
# Here are the rows, without their receipt. Tick those that you would not train on, and keep your marks. Your French is
# rusty, or you have none? Mark what you can see all the same: many people check rows in languages they hardly read. (In
# one line: `lesson.mark("twenty rows", rows, [3, 8])`.)

# %%
lesson.mark("twenty rows", rows)

# %% [markdown]
# ## Two questions to every search
#
# A search *finds* some rows, and some rows are *there* to be found. Two numbers say how well the two agree:
#
# - **Precision:** of the rows that were found, which share is really bad? Low precision wastes good rows.
# - **Recall:** of the bad rows that are there, which share was found? Low recall lets bad rows through.
#
# Each is easy to get alone. Mark every row, and recall is perfect. Mark only the one row you are sure of, and precision is perfect.

# %% [markdown]
# ### Exercise 1 · Precision and recall (3 minutes, easy)
#
# `found` and `there` are sets of row numbers. Return both shares, from 0 to 1. Who marks nothing has marked nothing
# wrong: with an empty `found`, precision is 1. Where nothing is there, nothing was missed: recall is 1.


# %%
def precision_recall(found, there):
    """(precision, recall) of the rows `found`, when the rows `there` are bad."""
    ### BEGIN SOLUTION
    right = len(found & there)
    precision = right / len(found) if found else 1
    recall = right / len(there) if there else 1
    return precision, recall
    ### END SOLUTION


# %%
lesson.exercise(1).check(precision_recall)

# %% [markdown]
# ## Open the receipt
#
# Now your eye is scored. `hits` comes with the course and counts what your function counts.

# %%
there = {row for row, flaw in enumerate(twenty["flaw"]) if flaw}
eye = lesson.marked("twenty rows")
print("By eye:", hits(eye, there))
if eye:
    print(f"Precision {hits(eye, there).precision:.0%}, recall {hits(eye, there).recall:.0%}.")
else:
    print(
        "You have marked nothing yet, so this is no score of your eye. Mark the rows above, "
        "and run this cell again."
    )

# %% [markdown]
# Next, the tool. `audit` runs some twenty checks by rule, such as "does the answer repeat the instruction?". We hand it the
# rows only, without the receipt.

# %%
small = audit(twenty.select_columns(["instruction", "output"]))
print("By the audit:", hits(small.flagged, there))
measured = {"found by the audit": 100 * hits(small.flagged, there).recall}
if eye:
    measured["found by eye"] = 100 * hits(eye, there).recall
lesson.reveal(measured)

# %% [markdown]
# Flaw by flaw: who found what?

# %%
receipt = twenty.to_pandas()
receipt["eye"] = ["found" if row in eye else "" for row in receipt.index]
receipt["audit"] = ["found" if row in small.flagged else "" for row in receipt.index]
tables.words(receipt.loc[sorted(there), ["flaw", "instruction", "output", "eye", "audit"]])

# %% [markdown]
# (You knew how many flaws there were, and of which kinds. On your own data you do not, so take the score of your eye as an
# upper limit.)
#
# Look at what the audit missed. To see that an accent is missing, it has to meet the word *with* its accent elsewhere in the
# set; to see a typo, the word spelt right. Twenty rows hold too few words for that. And the wrong answer is a perfect
# French sentence: it only belongs to another row. A reader of French sees that at once. (Of the two rows that are nearly the
# same, the receipt names the one that was added. If you ticked the other, add it to your score.)
#
# ## Two thousand rows
#
# The same recipe, the same rules, a hundred times as many rows. What will the tool find now?

# %%
lesson.predict("found in 2,000 rows")

# %% [markdown]
# The clock runs with it: compare the time with the hours of reading above.

# %%
from time import perf_counter

spoiled = damage.spoil(phrasebook.examples(2_000, seed=0), FLAWS, seed=0)
started = perf_counter()
report = audit(spoiled.select_columns(["instruction", "output"]))
print(f"{len(spoiled):,} rows in {perf_counter() - started:.1f} seconds.")
large = spoiled.to_pandas()
bad = set(large.index[large["flaw"] != ""])
print("By the audit:", hits(report.flagged, bad))
lesson.reveal({"found in 2,000 rows": 100 * hits(report.flagged, bad).recall})

# %% [markdown]
# One number hides eight. This is recall for each kind of flaw:

# %%
large["found"] = large.index.isin(report.flagged)
by_flaw = (
    large[large["flaw"] != ""]
    .groupby("flaw")["found"]
    .agg(rows="size", found="sum", recall="mean")
)
by_flaw.sort_values("recall").style.format({"recall": "{:.0%}"})

# %% [markdown]
# Accents and typos are mostly found now: the set itself has become a dictionary. *The same tool* is another tool on another
# set. So a score belongs to a tool **and** a kind of data; measure it on yours.
#
# And this is precision for each check: of the rows that it flags, how many does the receipt call bad?

# %%
flags = report.flags.assign(bad=report.flags["row"].isin(bad)).drop_duplicates(["row", "check"])
by_check = flags.groupby("check")["bad"].agg(flagged="size", bad="sum", precision="mean")
by_check.sort_values("precision").style.format({"precision": "{:.0%}"})

# %% [markdown]
# A check looks for a symptom, and one flaw may show several: a sentence in Spanish is in the wrong `language`, and it is
# `off_topic` as well, since its words go with nothing else in the set. So the numbers of flagged rows do not add up. What
# each check looks for stands in `report.summary()`.
#
# One check looks poor in both tables: `near_repeat`. Before you throw a tool away for a poor score, read what was counted.
# The audit flags the *later* row of two; our receipt names the row that was *added*. After shuffling, these differ about
# half of the time, and nobody could tell from the file. So count pairs instead.

# %%
original = {row.source_row: row.Index for row in large.itertuples() if not row.flaw}
added = large[large["flaw"] == "near_repeat"]
planted = {frozenset((row, original[source])) for row, source in added["source_row"].items()}
repeats = report.flags[report.flags["check"] == "near_repeat"]
flagged = {
    frozenset((row, evidence[0])) for row, evidence in zip(repeats["row"], repeats["evidence"])
}
print("Pairs:", hits(flagged, planted))
others = bad - set(added.index)
print(
    "All other flaws:",
    hits(set(report.flags.loc[report.flags["check"] != "near_repeat", "row"]), others),
)
apart = sorted(max(pair) - min(pair) for pair in planted)
print(f"Half of the pairs stand {apart[len(apart) // 2]:,} rows apart, or more.")

# %% [markdown]
# The check was fine, and our way of counting was not; your prediction was held against the strict count, so the tool is
# somewhat better than that. And the last line shows where tools beat every eye: who remembers,
# at row 900, what stood in row 200?
#
# It is the other way round for the wrong answers. Some are found: where the words of an answer usually go with other
# instructions, the check `mismatch` notices. These are the ones that the audit let through.

# %%
missed = large[(large["flaw"] == "wrong_answer") & ~large["found"]]
print(
    f"{len(missed)} of {(large['flaw'] == 'wrong_answer').sum()} wrong answers have no flag. "
    "Some of them:"
)
tables.words(missed[["instruction", "output"]].head(5))

# %% [markdown]
# Faultless French, in the right language, and each of them is the answer to another row. Whoever reads both languages needs
# no more than a glance.
#
# ## A threshold is a decision
#
# Some answers are wrong, some break off. One cheap rule of your own catches a part of both: *a translation is about as long
# as its sentence*. The score below is 0 for a usual length, 1 for an answer twice as long, or half as long, as usual, and
# 2 for four times or a quarter, or beyond.

# %%
import numpy as np


def set_with_scores(seed):
    """2,000 rows, a fifth of them bad (wrong or cut short), and how odd their lengths are."""
    clean = phrasebook.examples(2_000, seed=seed)
    table = damage.spoil(clean, {"wrong_answer": 0.1, "truncated": 0.1}, seed=seed).to_pandas()
    sentence = table["instruction"].str.removeprefix("Translate to French: ")
    ratio = table["output"].str.len() / sentence.str.len()
    table["score"] = np.log2(ratio / ratio.median()).abs().clip(upper=2).round(2)
    table["bad"] = table["flaw"] != ""
    return table


scored = set_with_scores(seed=1)
plots.thresholds(scored["score"], scored["bad"])

# %% [markdown]
# Read it from left to right. At the threshold 0 every row is flagged: all bad rows are found, and most flags are wrong.
# As the threshold rises, flags become more trustworthy, and more bad rows slip through. No threshold is *right*. Which one
# is best depends on what the two mistakes cost, and that is not a question of statistics.

# %% [markdown]
# ### Exercise 2 · A threshold with a price (7 minutes, medium)
#
# `scores` and `bad` are lists of equal length. Rows whose score is **at least** the threshold are dropped. Each *good* row that is dropped costs `dropping`; each *bad* row
# that is kept costs `keeping`. Return the threshold with the lowest total cost. `bad` says True or False for each score.
# Dropping nothing is allowed, too: return `float("inf")`, which no score reaches.


# %%
def best_threshold(scores, bad, dropping=1, keeping=3):
    """The threshold at which dropping rows costs the least."""

    ### BEGIN SOLUTION
    def cost(threshold):
        total = 0
        for score, is_bad in zip(scores, bad):
            if score >= threshold and not is_bad:
                total += dropping
            elif score < threshold and is_bad:
                total += keeping
        return total

    return min([*sorted(set(scores)), float("inf")], key=cost)
    ### END SOLUTION


# %%
lesson.exercise(2).check(best_threshold)

# %% [markdown]
# Three people look at the same scores. For the first, a bad row that stays costs as much as a good row that goes. For the
# second it costs three times as much, for the third ten times. Put in prices of your own, if you like.

# %%
prices = [1, 3, 10]
chosen = {
    price: best_threshold(list(scored["score"]), list(scored["bad"]), 1, price)
    for price in prices
}
if None in chosen.values():
    print("Your function gives no threshold yet, so we go on with three of ours.")
    chosen = {1: 0.85, 3: 0.55, 10: 0.3}
plots.thresholds(
    scored["score"], scored["bad"], {f"keeping costs {price}": at for price, at in chosen.items()}
)

# %% [markdown]
# The dearer a bad row, the lower the threshold: you pay with good rows. But each threshold was chosen on the very rows it is
# judged by. So try it on others: the same kinds of flaw in another 2,000 rows. (With a price of 100, it would be cheapest to
# drop *every* row. Then the score is too weak to decide alone: read what is flagged instead of dropping it.)


# %%
def total_cost(table, threshold, price):
    found = hits(table.index[table["score"] >= threshold], table.index[table["bad"]])
    return (found.found - found.right) + price * (found.there - found.right)


fresh = set_with_scores(seed=2)
for price, threshold in chosen.items():
    print(f"Keeping costs {price}, threshold {threshold:.2f}. Total cost:")
    print(f"   {total_cost(scored, threshold, price):,} on the rows by which it was chosen")
    print(
        f"   {total_cost(fresh, threshold, price):,} on fresh rows "
        f"({price * fresh['bad'].sum():,} if nothing is dropped)"
    )

# %% [markdown]
# It holds on fresh rows, and even this crude rule pays for itself. The flags of an audit have a confidence, which works in the
# same way: `report.clean()` drops what is flagged with 0.8 or more, and leaves the rest for you to read.
#
# ## On text that nobody here made
#
# Every flaw so far was planted by us. Real text holds what the author of a check did not think of. So the audit was run on
# 150,000 rows of it: what free programs say, in five languages, their manuals, packages and the sections they are sorted
# into, the documentation of Python libraries, instructions of the well-known set Alpaca, sentences of Tatoeba. Most of it
# is clean. A draw of the findings was read by hand.

# %%
real = on_real_text().sort_values("right", ascending=False)
real = real[["flagged", "read", "right"]].rename(columns={"flagged": "flagged in 1,000 rows"})
real.style.format({"flagged in 1,000 rows": "{:.2f}", "right": "{:.0%}"})

# %% [markdown]
# Compare it with your own table above. `off_topic`, faultless on planted flaws, was wrong here each time: where no answer is
# off topic, all that such a check can find are mistakes. (It found five, too few to say how often it would be right elsewhere.)
# So no check may state more confidence than the 95 % interval of this share allows, and `clean()` leaves `off_topic` to you.
#
# ## Gotcha: a check that is wrong
#
# Here are fourteen sentences, each with two translations. *Every one of them is correct.* Some pairs differ in politeness
# (*vous* or *tu*), others only in the choice of words.

# %%
PAIRS = {
    "I don't know.": ["Je ne sais pas.", "Je l'ignore."],
    "What time is it?": ["Quelle heure est-il ?", "Il est quelle heure ?"],
    "Where do you live?": ["Où habitez-vous ?", "Où est-ce que tu habites ?"],
    "How are you?": ["Comment allez-vous ?", "Comment vas-tu ?"],
    "Thank you very much.": ["Merci beaucoup.", "Un grand merci."],
    "See you later.": ["À plus tard.", "À tout à l'heure."],
    "I like this film.": ["J'aime ce film.", "Ce film me plaît."],
    "It doesn't matter.": ["Ce n'est pas grave.", "Cela n'a pas d'importance."],
    "You are right.": ["Vous avez raison.", "Tu as raison."],
    "I need help.": ["J'ai besoin d'aide.", "Il me faut de l'aide."],
    "I have to go.": ["Je dois partir.", "Il faut que je parte."],
    "I've finished.": ["J'ai fini.", "J'ai terminé."],
    "Can you help me?": ["Pouvez-vous m'aider ?", "Tu peux m'aider ?"],
    "I'm leaving tomorrow.": ["Je pars demain.", "Je m'en vais demain."],
}
prompt = "Translate to French: "
both = [{"instruction": prompt + said, "output": french}
        for said, answers in PAIRS.items() for french in answers]

# %% [markdown]
# A contradiction is one instruction with two answers, as you know from lesson 01. We tell the audit that each
# instruction has a single answer, and it looks for them.

# %%
claimed = audit(both, single_answer=True)
print(
    f"{len(claimed.flagged)} of {len(both)} rows are flagged. The first reason:",
    claimed.flags["reason"][0],
)
print(f"Without the declaration: {len(audit(both).flagged)} rows are flagged.")

# %% [markdown]
# The check did what it was told, and what it was told was wrong: nothing here is a contradiction. Whether two answers may both
# be right is a fact about your *task*. It does not stand in the rows, so no program can read it there, and the audit does
# not guess. You declare it: `single_answer=True`. The same goes for `test=` (the rows you will test on, which must not be
# among them), `languages=` (which ones are allowed) and `rule=` (a pattern that each answer must match).

# %% [markdown]
# The phrasebook, too, has sentences with several good translations. Its conventions choose one. Its French is in the middle, and
# on the right what would be as good elsewhere.

# %%
tables.words(phrasebook.conventions())

# %% [markdown]
# ### Exercise 3 · What may you declare? (2 minutes, easy)
#
# Five sets. For which of them would you declare `single_answer=True`? Write a set of names.
#
# - `phrasebook`: short sentences and their French, by the conventions above.
# - `two translators`: two people translated the same sentences, each in her own way.
# - `sums`: "What is 7 × 8?"
# - `support today`: customers' questions, each answered with the one answer of the current manual.
# - `friendlier e-mails`: "Make this e-mail friendlier: …", with rewritten e-mails.

# %%
declared = (
    ### BEGIN SOLUTION
    {"phrasebook", "sums", "support today"}
    ### END SOLUTION
)

# %%
lesson.exercise(3).check(declared)

# %% [markdown]
# Now the reverse: rows that are wrong, and no rule objects. The course's support desk answers questions about a
# product, as of 2024. We replace every tenth answer by the one of 2018, where it has changed since.

# %%
today = support.examples(2_000, seed=0)
desk = damage.spoil(today, {"wrong_era": 0.1}, seed=0)
outdated = [row for row, flaw in enumerate(desk["flaw"]) if flaw]
print(
    "Outdated answers:",
    hits(audit(desk.select_columns(["instruction", "output"])).flagged, outdated),
)
compared = desk.to_pandas().loc[outdated[:3], ["instruction", "output", "source_row"]]
compared["answer of today"] = [today[row]["output"] for row in compared.pop("source_row")]
tables.words(compared)

# %% [markdown]
# **Rules see form, not truth.** A well-formed wrong answer passes every one of them. And what *all* rows share looks like
# the custom, so a set written in small letters throughout passes as well. "No flags" never means "no flaws"; it means that what
# is left has to be found by somebody who knows the subject.
#
# ## What to mend first
#
# Back to the 2,000 rows. A report is more than flags: its verdict says where to begin. It weighs how many rows a flaw
# hits by how much harm such a row is expected to do; the weights are the course's estimate, and stand beside
# each check in `utils/data/audit/checks`. (*Different* means: in more than capitals, marks and spaces.)

# %%
report

# %% [markdown]
# The same as a picture:

# %%
report.plot()

# %% [markdown]
# `report.summary()` is the table alone, and `report.clean()` gives a copy without the flagged rows. It says for
# each dropped row why it went. If you do not agree, `undo` puts rows back; your file is never changed.

# %%
cleaned = report.clean()
print(cleaned)
print("With two rows put back:", cleaned.undo(list(cleaned.dropped.index[:2])))
tables.words(cleaned.dropped.head(4))

# %% [markdown]
# Was it worth it? The receipt knows. (A near repeat whose twin is gone does no harm any more, so near repeats are left out
# of both lines.)

# %%
left = large.loc[list(cleaned.rows["row"])]
for name, table in (("Before", large), ("After", left)):
    spoilt = table[~table["flaw"].isin(["", "near_repeat"])]
    print(f"{name}: {len(table):,} rows, {len(spoilt) / len(table):.1%} of them spoiled")
print("Spoiled rows that are left:", spoilt["flaw"].value_counts().to_dict())
gone = large.drop(left.index)
print(
    f"Rows without a flaw that went with them: {(gone['flaw'] == '').sum()}, most of them "
    "twins of near repeats"
)

# %% [markdown]
# What is left is mostly what rules cannot see. Reading these rows by eye is now worth its time.
#
# The same works in a terminal. This command audits a file, and `--at-most` sets a limit in percent of the rows:
#
# ```
# python -m utils audit rows.jsonl --at-most echo=1
# ```
#
# Its exit code is 1 when a limit is passed. A script that runs it before each training stops there, so that bad data stops
# a pipeline just as a failing test does.
#
# ## Why rules come before judges
#
# Could a large language model not read all 2,000 rows and judge them? It can see some of what rules cannot. Still, rules
# come first:
#
# - A rule is **cheap**: you have seen the seconds. A judge reads every row at a price, and again after every change.
# - A rule is **repeatable** and **gives its reason**. A judge may say something else tomorrow, or when the rows come in
#   another order, and the reason that it gives need not be why it decided so.
# - A judge **shares biases** with the models that wrote many of today's rows: it tends to like long, fluent, confident
#   answers, right or wrong.
# - And without a receipt you do not know *its* precision and recall either.
#
# An eye, a rule, a judge: all three are detectors. **Never trust a detector that you have not scored.** Plant flaws in a copy
# of your own data, or mark a random sample by hand, and count. Planted flaws have a limit, too: they tell how well you
# find what you thought of. For the rest, read a sample.

# %% [markdown]
# ## Check your understanding
#
# Four questions. Each wrong choice tells you why it is wrong; the last one is answered in words.

# %%
lesson.quiz(1)

# %%
lesson.quiz(2)

# %% [markdown]
# The next one is about a threshold, and the last one about your own Monday morning.

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
# - **The boxes do not show.** `tables.words(twenty.select_columns(["instruction", "output"]))` shows the rows, and
#   `lesson.mark("twenty rows", rows, [3, 8])` marks two of them.
# - **You want to mark again.** Run the cell with the boxes once more, change them, and press the button. A prediction
#   whose result is known stays as it is.
# - **You want fresh rows.** Change both seeds where `twenty` is made. Your old marks then belong to other rows: mark anew.
# - **An audit of your own file says that a column is missing.** Tell it what yours are called:
#   `audit("rows.csv", columns={"instruction": "question", "output": "answer"})`.
