# %% [markdown]
# # 00 · Start here
#
# **8 minutes:** reading 4, exercises 2, running 1, question 1.
#
# ## Why it matters
#
# This course is about one decision: *which rows do you train on?* You will not read the answer: you will measure it, by
# training a small language model again and again in front of you. This first lesson checks your machine and shows how a
# lesson works.
#
# A lesson is a column of cells. Click into the grey one below and press **Shift + Enter**: it runs, and the next cell is
# selected. Every lesson begins with this cell; it sets the course up, and it does no harm to run it again.

# %% [markdown]
# ## Your machine
#
# These are the tools of this lesson. The course brings its own model: nothing is downloaded, and no account is needed.

# %%
from utils import compare, phrasebook, progress
from utils.course import machine

# %% [markdown]
# This is what the course has found here. Where something needs your attention, the last column says what to do.

# %%
machine.report()

# %% [markdown]
# How long will the lessons take *here*? The next cell trains a model for about five seconds and measures that.

# %%
seconds = machine.measure()
print(f"A short training run takes {seconds:.1f} seconds here.")
machine.lesson_times()

# %% [markdown]
# The minutes of a lesson are mostly yours: reading, thinking, trying. Those that the machine computes are estimated from a
# machine on which the whole course was timed, scaled by your short run.

# %% [markdown]
# ## An exercise
#
# *Fine-tuning* continues the training of a finished model on rows of your own. A row is an **instruction** and the
# **output** that you want for it. Here is one.

# %%
example = {
    "instruction": "Translate to French: Thank you very much.",
    "output": "Merci beaucoup.",
}

# %% [markdown]
# ### Exercise 1 · Write a training row (2 minutes, easy)
#
# Write a row of the same kind for the sentence *Good evening.* Replace the `...` and run the cell. Then run the cell
# below it, which checks your row.

# %%
my_row = (
    ### BEGIN SOLUTION
    {"instruction": "Translate to French: Good evening.", "output": "Bonsoir."}
    ### END SOLUTION
)

# %%
lesson.exercise(1).check(my_row)

# %% [markdown]
# Every exercise works like this: a stub, a check that says what to look at, hints, and a solution. You can ask for them
# with the buttons or by hand, with `lesson.exercise(1).hint()` and `lesson.exercise(1).solution()`.

# %% [markdown]
# ## Predict
#
# Before a lesson measures something, it asks for your guess. A wrong guess that you wrote down teaches more than a
# right one that you only had in your head.
#
# The course's model has read a phrasebook in English and French: pages of sentences, side by side. It has never met an
# instruction. We will ask it for 100 translations such as `Translate to French: Where is the station?`, and count those
# that are exactly right. None of the 100 sentences was on its pages: they are *held out*, kept apart for testing.

# %%
lesson.predict("no fine-tuning")

# %% [markdown]
# Sealed? Then measure it. (Without the slider: `lesson.predict("no fine-tuning", 40)`.) `None` stands for the model as it
# is, without any training; `seeds=1` for a single run.

# %%
base = compare({"no fine-tuning": None}, seeds=1, test=phrasebook.examples(100, split="test"))
lesson.reveal({"no fine-tuning": base.scores("no fine-tuning").mean()})

# %% [markdown]
# And as a picture. The dotted line, if there is one, is your prediction.

# %%
base.plot(predicted=lesson.predicted)

# %% [markdown]
# What does it say instead of a translation? Look at two answers: a score alone never tells *how* a model is wrong.

# %%
questions = [
    "Translate to French: The cat is black.",
    "Translate to French: Where is the station?",
]
for question, answer in zip(questions, base.run("no fine-tuning").answer(questions)):
    print(question, answer.replace("\n", " / "), sep="\n   ")

# %% [markdown]
# ## Gotcha: a score of zero is not a lack of knowledge
#
# The model goes on writing as its phrasebook would. From this score alone you cannot tell whether it lacks French, or only
# the *habit* of answering. Lesson 01 tells the two apart: there, a few rows are enough to bring the skill out, and a few
# rows could never have taught it a language.

# %% [markdown]
# ## Check your understanding
#
# Choose, then check. Each wrong choice tells you why it is wrong, so a second try is worth it.

# %%
lesson.quiz(1)

# %% [markdown]
# ## Where you are
#
# This is the map of the course. `progress()` shows it in any lesson. It is kept on this machine, outside the notebooks.
# After `from utils.course.progress import export, reset`, the call `export("me.json")` writes it to a file, and
# `reset("00")` forgets one lesson. On Colab and Binder a new visit begins with an empty map.

# %%
progress()

# %% [markdown]
# ## If it breaks
#
# - **Nothing happens when you press Shift + Enter.** Click into the cell first. If you see `[*]` beside it, it is still
#   running.
# - **`NameError: name 'lesson' is not defined`.** The first cell has not run: click into it and press Shift + Enter.
#   (*Run All Cells* would also run the measurements, before you have predicted anything.)
# - **A table says that a version is not the tested one.** That is fine as long as the lesson runs. If it does not,
#   `make lab` in the folder of the course sets up exactly the tested versions.
# - **Sliders or buttons do not show.** Everything has a twin in plain Python: `lesson.predict("no fine-tuning", 40)`,
#   `lesson.quiz(1).answer("a")`, `print(lesson.quiz(1))`.
