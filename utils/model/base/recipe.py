"""The recipe of the base model: writes its pages, trains its tokenizer, pretrains it, saves the weights beside this file.

    make base            # or: python -m utils.model.base.recipe

The base is a small Llama that has read the phrasebook (`utils/data/phrasebook.py`, in both languages) and the manual of
the support desk (`utils/data/support/`, in both editions). No page uses the instruction format, and no held-out
sentence is on any page, so what fine-tuning adds can be measured. It is not a general language model.

A run is seeded and restartable: it goes on from its last checkpoint in `build/base/`. `--steps` and `--out` make a
smaller one elsewhere.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from ...data import lexicon, phrasebook, support
from ...data.french import join
from ...data.grammar import CONSTRUCTIONS, noun_phrase
from ...data.text import strip_accents

HERE = Path(__file__).parent
BUILD = HERE.parents[2] / "build" / "base"

SEED = 0
VOCABULARY = 2048
TOKENIZER_PAGES = 20_000
CONTEXT = 256
STEPS, BATCH = 5_000, 32  # 5,000 steps x 32 windows x 256 tokens = 41 M tokens
PEAK_LR, WARM_UP, WEIGHT_DECAY, CLIP = 2e-3, 0.05, 0.05, 1.0
SHAPE = dict(hidden_size=256, intermediate_size=704, num_hidden_layers=4, num_attention_heads=4, num_key_value_heads=4)
END = "<|end|>"
PAD = "<|pad|>"

# How a bilingual list may set a sentence beside its translation. None of them puts the translation on a line of its
# own under the bare sentence: that is what an instruction and its answer look like.
SEPARATORS = (" — ", " - ", " = ", " : ", " | ", "\t", " / ", " -> ", " ; ")
HEADINGS = {
    "en-fr": ("English — French", "English into French", "In English, then in French", "Phrasebook: English | French"),
    "fr-en": ("Français — anglais", "French into English", "In French, then in English", "Guide de conversation"),
}


# ----------------------------------------------------------------------------------------------------- pages


def _sentences(r: random.Random, n: int) -> list[phrasebook.Pair]:
    """`n` training pairs: half the pages keep to one construction, as lessons of a phrasebook do."""
    names = list(CONSTRUCTIONS)
    one = r.choice(names) if r.random() < 0.3 else None
    drawn: list[phrasebook.Pair] = []
    while len(drawn) < n:
        pair = phrasebook.pair(r, one or r.choice(names))
        if not phrasebook.is_held_out(pair.french):
            drawn.append(pair)
    return drawn


def _careless(text: str, r: random.Random, accents: bool) -> str:
    text = text.lower().rstrip(".!? \u00a0")
    return strip_accents(text) if accents else text


def _bilingual(r: random.Random) -> str:
    direction = "en-fr" if r.random() < 0.6 else "fr-en"
    careless, accents = r.random() < 0.15, r.random() < 0.5
    style = r.random()
    separator = r.choice(SEPARATORS)
    lines = [r.choice(HEADINGS[direction])] if r.random() < 0.5 else []
    for i, pair in enumerate(_sentences(r, r.randint(5, 12)), 1):
        en, fr = pair.english, pair.french
        if careless:
            en, fr = _careless(en, r, False), _careless(fr, r, accents)
        first, second = (en, fr) if direction == "en-fr" else (fr, en)
        if style < 0.75:
            lines.append(first + separator + second)
        elif style < 0.85:
            lines.append(f"{i}. {first}{separator}{second}")
        elif style < 0.93:
            labels = ("English", "French") if direction == "en-fr" else ("French", "English")
            lines.append(f"{labels[0]}: {first} {labels[1]}: {second}")
        else:
            lines.append(f"{first} ({second})")
    return "\n".join(lines)


def _one_language(r: random.Random, language: str) -> str:
    careless, accents = r.random() < 0.15, r.random() < 0.5
    texts = [getattr(pair, language) for pair in _sentences(r, r.randint(6, 14))]
    if careless:
        texts = [_careless(text, r, accents) for text in texts]
    return ("\n" if r.random() < 0.5 or careless else " ").join(texts)


def _glossary(r: random.Random) -> str:
    """Words with their translation: nouns with their article, adjectives and verbs."""
    separator, lines = r.choice(SEPARATORS), []
    for _ in range(r.randint(10, 20)):
        x = r.random()
        if x < 0.6:
            noun = r.choice(lexicon.NOUNS)
            det = "the" if "single" in noun.kinds or not noun.counted else r.choice(("the", "a"))
            phrase = noun_phrase(noun, det, is_plural=noun.counted >= 3 and r.random() < 0.3)
            lines.append(phrase.en + separator + join(phrase.fr))
        elif x < 0.8:
            adjective = r.choice(lexicon.ADJECTIVES)
            lines.append(adjective.en + separator + adjective.forms["m", False] + ", " + adjective.forms["f", False])
        else:
            verb = r.choice(lexicon.VERBS)
            lines.append("to " + verb.en + separator + verb.fr + (f" {verb.preposition}" if verb.preposition else ""))
    return "\n".join(lines)


def _letters(r: random.Random) -> str:
    """What customers write to the support desk, without the answers."""
    rows = support.examples(r.randint(4, 8), era=r.choice(support.ERAS), seed=r.getrandbits(32))
    return "\n".join(rows["instruction"])


def page(r: random.Random) -> str:
    """One page of what the base reads."""
    x = r.random()
    if x < 0.56:
        return _bilingual(r)
    if x < 0.65:
        return _one_language(r, "english")
    if x < 0.74:
        return _one_language(r, "french")
    if x < 0.77:
        return _glossary(r)
    if x < 0.98:
        return support.manual_page(r, r.choice(support.ERAS))
    return _letters(r)


def pages(seed: int = SEED) -> Iterator[str]:
    """Pages without end, the same for the same seed."""
    r = random.Random(seed)
    while True:
        yield page(r)


# -------------------------------------------------------------------------------------- tokenizer and tokens


def train_tokenizer() -> PreTrainedTokenizerFast:
    """A byte-level BPE of at most VOCABULARY entries, trained on the first pages."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, END],
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator((text for _, text in zip(range(TOKENIZER_PAGES), pages())), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=PAD,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )


def write_tokens(tokenizer: PreTrainedTokenizerFast, path: Path, n_tokens: int) -> None:
    """Pages as one stream of token ids with END after each page, in a file of uint16."""
    source, written = pages(), 0
    partial = path.with_suffix(".partial")
    with open(partial, "wb") as out:
        while written < n_tokens:
            batch = [text for _, text in zip(range(2_000), source)]
            for encoding in tokenizer.backend_tokenizer.encode_batch_fast([text + END for text in batch]):
                ids = np.array(encoding.ids, dtype=np.uint16)
                out.write(ids.tobytes())
                written += len(ids)
    partial.rename(path)


# -------------------------------------------------------------------------------------------------- training


def learning_rate(step: int, steps: int) -> float:
    """Linear warm-up, then one cosine down to zero."""
    warm_up = max(1, int(WARM_UP * steps))
    if step < warm_up:
        return PEAK_LR * (step + 1) / warm_up
    return PEAK_LR * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def pretrain(steps: int = STEPS, out: Path = HERE, build: Path = BUILD, save_every: int = 250) -> None:
    """Pretrain from the last checkpoint in `build`, or from the start, and save the model and tokenizer in `out`."""
    build.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if (build / "tokenizer.json").exists():
        tokenizer = PreTrainedTokenizerFast.from_pretrained(build)
    else:
        tokenizer = train_tokenizer()
        tokenizer.save_pretrained(build)
    stream = build / f"tokens-{steps}.bin"
    if not stream.exists():
        write_tokens(tokenizer, stream, steps * BATCH * CONTEXT + 1)
    tokens = np.memmap(stream, dtype=np.uint16, mode="r")

    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            max_position_embeddings=CONTEXT,
            tie_word_embeddings=True,
            bos_token_id=None,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            attention_dropout=0.0,
            **SHAPE,
        )
    ).to(device)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    plain = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}],
        lr=PEAK_LR,
        betas=(0.9, 0.95),
        fused=True,
    )
    checkpoint, first, history = build / "checkpoint.pt", 0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first, history = state["step"], state["history"]
        print(f"going on from step {first}", flush=True)

    def loss_of(inputs, targets):
        with torch.autocast(device, dtype=torch.bfloat16):
            logits = model(input_ids=inputs, use_cache=False).logits
        return torch.nn.functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten())

    if shutil.which("g++"):  # half as fast again on a CPU, where there is a compiler
        loss_of = torch.compile(loss_of)

    order = np.random.default_rng(SEED).permutation(steps * BATCH)
    started, losses = time.perf_counter(), []
    for step in range(first, steps):
        starts = order[step * BATCH : (step + 1) * BATCH] * CONTEXT
        windows = torch.from_numpy(np.stack([tokens[s : s + CONTEXT + 1] for s in starts]).astype(np.int64)).to(device)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps)
        loss = loss_of(windows[:, :-1], windows[:, 1:])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % 50 == 0:
            rate = (step + 1 - first) * BATCH * CONTEXT / (time.perf_counter() - started)
            history.append((step + 1, sum(losses) / len(losses)))
            print(f"step {step + 1}/{steps}  loss {history[-1][1]:.3f}  {rate:,.0f} tokens/s", flush=True)
            losses = []
        if (step + 1) % save_every == 0 or step + 1 == steps:
            partial = checkpoint.with_suffix(".partial")
            torch.save(
                {
                    "model": model.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "step": step + 1,
                    "history": history,
                },
                partial,
            )
            partial.rename(checkpoint)
    model.to(torch.bfloat16).save_pretrained(out)
    tokenizer.save_pretrained(out)
    (out / "pretraining.json").write_text(
        json.dumps(
            {
                "seed": SEED,
                "steps": steps,
                "tokens": steps * BATCH * CONTEXT,
                "parameters": model.num_parameters(),
                "loss": history[-20:],
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Pretrain the course's base model.")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--build", type=Path, default=BUILD)
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    pretrain(chosen.steps, chosen.out, chosen.build)
