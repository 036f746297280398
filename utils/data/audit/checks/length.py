"""How long is a row: far longer or shorter than the rest, or longer than the model can read?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..check import Flag, Options, Tokens, check
from ..corpus import Corpus

FAR = 8  # standard deviations: next to never chance
TOGETHER = 3  # ... of the other side of the row, from which on both are unusual


@check(
    "length",
    finds="far longer or far shorter than the rest",
    weight=0.5,
    advice="Unusually long or short: read some of them.",
    trust=0.1,
)
def length(corpus: Corpus, options: Options) -> Iterator[Flag]:
    import pyarrow.compute as pc

    if len(corpus) < 30:
        return
    sizes = {
        name: pc.utf8_length(corpus.arrow[name]).to_numpy(zero_copy_only=False) for name in ("instruction", "output")
    }
    far = {name: _deviations(size) for name, size in sizes.items()}
    for name, other, what in (("instruction", "output", "instruction"), ("output", "instruction", "answer")):
        # A long text has a long translation: where both sides are unusual in the same way, they belong together.
        together = (np.sign(far[name]) == np.sign(far[other])) & (np.abs(far[other]) > TOGETHER)
        usual = int(np.median(sizes[name]))
        for row in np.flatnonzero((np.abs(far[name]) > FAR) & (sizes[name] > 0) & ~together):
            why = f"The {what} has {sizes[name][row]:,} characters, where {usual:,} are usual."
            yield Flag(int(row), "length", why)


def _deviations(sizes: np.ndarray) -> np.ndarray:
    """How far each size lies from the usual one, in standard deviations of the logarithm.

    By the median and the median deviation (times 1.4826, which makes it a standard deviation), as single giants must not
    move the measure.
    """
    logs = np.log1p(sizes)
    middle = np.median(logs)
    return (logs - middle) / max(1.4826 * np.median(np.abs(logs - middle)), 0.25)


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
