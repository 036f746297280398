"""How long is a row: far longer or shorter than the rest, or longer than the model can read?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..check import Flag, Options, Tokens, check
from ..corpus import Corpus


@check(
    "length",
    finds="far longer or far shorter than the rest",
    weight=0.5,
    advice="Unusually long or short: read some of them.",
)
def length(corpus: Corpus, options: Options) -> Iterator[Flag]:
    import pyarrow.compute as pc

    if len(corpus) < 30:
        return
    for name, what in (("instruction", "instruction"), ("output", "answer")):
        sizes = pc.utf8_length(corpus.arrow[name]).to_numpy(zero_copy_only=False)
        logs = np.log1p(sizes)
        middle = np.median(logs)
        # Median and median deviation, as single giants must not move the measure; 8 of them are next to never chance.
        far = np.abs(logs - middle) > 8 * max(1.4826 * np.median(np.abs(logs - middle)), 0.25)
        usual = int(np.median(sizes))
        for row in np.flatnonzero(far & (sizes > 0)):
            why = f"The {what} has {sizes[row]:,} characters, where {usual:,} are usual."
            yield Flag(int(row), "length", why, confidence=0.4)


@check(
    "too_long",
    finds="longer than the model can read",
    weight=1,
    advice="These rows are longer than the model can read, so their end would never be learnt: split them.",
    needs="context",
)
def too_long(corpus: Corpus, options: Options) -> Iterator[Flag]:
    import pyarrow.compute as pc

    if options.context is None:
        return
    if options.tokens is not None:
        yield from _in_tokens(options.tokens, options.context)
        return
    sizes = sum(pc.utf8_length(corpus.arrow[name]).to_numpy(zero_copy_only=False) for name in ("instruction", "output"))
    for row in np.flatnonzero(sizes > 3 * options.context):
        why = f"About {sizes[row] // 3:,} tokens (a third of its {sizes[row]:,} characters); {options.context:,} fit."
        yield Flag(int(row), "too_long", why, confidence=min(1.0, round(sizes[row] / (6 * options.context), 2)))


def _in_tokens(tokens: Tokens, context: float) -> Iterator[Flag]:
    whole = tokens.prompt + tokens.answer
    for row in np.flatnonzero((whole > context) & (tokens.prompt < context)):
        why = f"{whole[row]:,} tokens, {context:,} fit: the answer would be cut, and its end never learnt."
        yield Flag(int(row), "too_long", why)


@check(
    "not_in_loss",
    finds="an answer of which no token would be learnt: it is empty, or its instruction alone fills the context",
    weight=3,
    advice="Nothing of these answers is in the loss: shorten the instructions, or drop the rows.",
    needs="tokens",
)
def not_in_loss(corpus: Corpus, options: Options) -> Iterator[Flag]:
    tokens, context = options.tokens, options.context
    if tokens is None:
        return
    for row in np.flatnonzero((tokens.prompt >= context) | (tokens.answer <= tokens.ends)):
        why = f"Its instruction has {tokens.prompt[row]:,} tokens, {context:,} fit: nothing is left for the answer."
        yield Flag(int(row), "not_in_loss", why if tokens.prompt[row] >= context else "Its answer has no tokens.")
