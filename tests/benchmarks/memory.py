"""`memory_estimate` against the measured peak of a training step, each in a process of its own.

The tiny model, a Llama of 135 million parameters and a GPT-2 of 124 million, both with random weights. The rows have
nothing in common that could be read once for all, so that every token counts.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from utils.model.footprint import memory_estimate

ROOT = Path(__file__).parents[2]
SIZES = {"tiny": ((16, 32), (16, 128)), "llama": ((4, 64), (4, 256)), "gpt2": ((4, 64), (4, 256))}
SIZES = {name: (*sizes, *((4 * b, n) for b, n in sizes[:1])) for name, sizes in SIZES.items()}
MEASURE = """
import json, random, re, sys
from datasets import Dataset
from transformers import AutoTokenizer
from utils.model import profiles, prompts, training
import trl.trainer.sft_trainer
model, batch, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
known = profiles.profile(model)._replace(micro_batch=batch, batch_size=batch, chat=False)
profiles.PROFILES["measured"] = known
tokenizer = AutoTokenizer.from_pretrained(known.source)
tokenizer.chat_template = None
prompts.prompts(tokenizer, ["x"])

def encoded(rows, indices, tokenizer, context):  # random tokens: no prompt, nothing shared
    r = random.Random(0)
    drawn = [[r.randrange(5, len(tokenizer)) for _ in range(length)] for _ in indices]
    return [{"input_ids": ids, "labels": [-100] * (length - length // 2) + ids[length - length // 2:]} for ids in drawn], 0

training.tokenize = encoded
status = lambda name: int(re.search(name + r":\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024
before = status("VmRSS")
rows = Dataset.from_list([{"instruction": "a", "output": "b"}] * batch)
training.fine_tune(rows, "measured", steps=3)
print(json.dumps([before, status("VmHWM")]))
"""


def random_weights(folder: Path) -> dict[str, str]:
    """Both architectures as local models: {name: folder}."""
    from transformers import AutoModelForCausalLM, AutoTokenizer, GPT2Config, LlamaConfig

    from utils.model.hardware import hardware
    from utils.model.profiles import TINY

    llama = LlamaConfig(
        vocab_size=49152,
        hidden_size=576,
        intermediate_size=1536,
        num_hidden_layers=30,
        num_attention_heads=9,
        num_key_value_heads=3,
        tie_word_embeddings=True,
    )
    made = {"tiny": "tiny"}
    for name, config in (("llama", llama), ("gpt2", GPT2Config())):
        model = AutoModelForCausalLM.from_config(config, dtype=hardware().autocast or "float32")
        model.generation_config.eos_token_id = model.config.eos_token_id = None
        model.save_pretrained(folder / name)
        AutoTokenizer.from_pretrained(TINY).save_pretrained(folder / name)
        made[name] = str(folder / name)
    return made


def main() -> None:
    """A line for each model and size: the estimate, the measured peak, and how far they are apart."""
    with tempfile.TemporaryDirectory() as folder:
        made = random_weights(Path(folder))
        for name, sizes in SIZES.items():
            for batch, length in sizes:
                command = [sys.executable, "-c", MEASURE, made[name], str(batch), str(length)]
                done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
                if done.returncode:
                    sys.exit(done.stderr[-2000:])
                before, peak = json.loads(done.stdout.splitlines()[-1])
                found = memory_estimate(made[name], batch, length, length // 2, process=False)
                apart, of_step = (before + found.total) / peak - 1, found.total / (peak - before) - 1
                print(
                    f"{name}, {batch} rows of {length} tokens: estimated {before + found.total:,.0f} MB, measured "
                    f"{peak:,.0f} MB, {apart:+.0%}; without the {before:,.0f} MB of Python {of_step:+.0%}",
                    flush=True,
                )
