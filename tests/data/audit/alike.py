"""Rows that are all alike in some way: with a comparison of all pairs, a search for near repeats would never end on them."""

import random
from collections.abc import Callable

CAT = ("Translate to French: The black cat did not see the house.", "Le chat noir n'a pas vu la maison.")
LIVES = "The museum is open every day from nine to six, except on Mondays, and the last tour starts at five."
KINDS = ("one answer", "one row", "one instruction", "one slot", "one template")


def rows(kind: str, n: int) -> list[tuple[str, str]]:
    """`n` pairs of instruction and answer that share what the kind says."""
    r = random.Random(0)
    words = ["".join(r.choices("abcdefgh", k=6)) for _ in range(5000)]
    say: Callable[[], tuple[str, str]] = {
        "one answer": lambda: (" ".join(r.choices(words, k=10)), "Yes."),
        "one row": lambda: CAT,
        "one instruction": lambda: ("What is the best name for a cat?", " ".join(r.choices(words, k=4))),
        "one slot": lambda: (f"Is the {r.choice(words)}{r.choice(words)} a fruit?", "Yes."),
        "one template": lambda: (f"{LIVES} {' '.join(r.choices(words, k=9))}", f"{LIVES} {r.choice(words)}"),
    }[kind]
    return [say() for _ in range(n)]
