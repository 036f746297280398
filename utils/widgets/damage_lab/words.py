"""The damage lab's words: what each flaw is called, why it may not apply, and ready settings with their story."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...data.damage import FLAWS

# Group: {flaw: (what it is called, why it may have nothing to do)}
_KNOWN = {
    "Form": {
        "lowercase": ("Lower case, no full stop", "These answers have no capitals and no mark at their end to lose."),
        "lost_accents": ("Accents lost", "These answers have no accents to lose."),
        "typo": ("Letters swapped", "No answer has two different letters side by side inside a word."),
        "truncated": ("Cut short", "No answer has a second word that could be cut off."),
        "boilerplate": ("Assistant's phrases", ""),
        "markup": ("Markup and control characters", ""),
    },
    "Content": {
        "wrong_answer": ("Wrong answer", "All these rows have the same answer, so there is no wrong one to take."),
        "wrong_era": ("Answer of the other year", "Only the support desk has answers from two years."),
        "wrong_language": ("Wrong language", ""),
        "off_topic": ("Off topic", ""),
        "echo": ("Echo of the instruction", "Each answer repeats its instruction already."),
        "placeholder": ("Placeholder", ""),
        "vague_instruction": ("Vague instruction", ""),
    },
    "Copies": {
        "exact_repeat": ("Exact repeat", ""),
        "near_repeat": ("Near repeat", "No row can be reworded a little."),
        "contradiction": ("Contradiction", "All these rows have the same answer, so none contradicts another."),
    },
}


def groups() -> dict[str, list[str]]:
    """All flaws, by group; those of your own, made with `@damage.flaw`, come last."""
    found = {group: list(flaws) for group, flaws in _KNOWN.items()}
    if own := [name for name in FLAWS if not any(name in flaws for flaws in _KNOWN.values())]:
        found["Your own"] = own
    return found


def label(flaw: str) -> str:
    """What a flaw is called.

    >>> label("lowercase"), label("my_own")
    ('Lower case, no full stop', 'My own')
    """
    return _about(flaw)[0] or flaw.replace("_", " ").capitalize()


def why_not(flaw: str) -> str:
    """Why a flaw can do nothing to a set of rows."""
    return _about(flaw)[1] or "It would change none of these rows."


def _about(flaw: str) -> tuple[str, str]:
    return next((flaws[flaw] for flaws in _KNOWN.values() if flaw in flaws), ("", ""))


def percent(share: float) -> str:
    """A share as people say it.

    >>> percent(0.4), percent(1 / 3)
    ('40 %', '33.3 %')
    """
    return f"{100 * share:.3g} %"


@dataclass(frozen=True)
class Preset:
    """A poor set as one meets it: what happened to it, the shares of its flaws, and how often the rows are repeated."""

    story: str
    shares: dict[str, float]
    times: int
    systematic: tuple[str, ...] = ()
    instead: dict[str, str] = field(default_factory=dict)  # flaw that may not apply: the one that takes its share


PRESETS = {
    "the copy-paste pile": Preset(
        "To reach a round number, somebody pasted the same rows again and again, and left blanks to fill in later.",
        {"exact_repeat": 0.5, "near_repeat": 0.15, "placeholder": 0.15},
        times=20,
    ),
    "the scraped forum": Preset(
        "A script took what people wrote in a hurry, with the page around it and the replies that missed the point.",
        {"lowercase": 0.15, "typo": 0.15, "markup": 0.12, "off_topic": 0.1, "echo": 0.06, "truncated": 0.06}
        | {"vague_instruction": 0.06},
        times=10,
    ),
    "two eras": Preset(
        "The product changed, and the old answers stayed in the set beside the new ones.",
        {"wrong_era": 0.4, "contradiction": 0.1},
        times=10,
        systematic=("wrong_era",),
        instead={"wrong_era": "contradiction"},
    ),
    "one tired annotator": Preset(
        "One person wrote too much on a Friday: always in lower case, rarely to the end, and some rows twice.",
        {"lowercase": 0.35, "lost_accents": 0.1, "truncated": 0.1, "exact_repeat": 0.1},
        times=4,
        systematic=("lowercase", "lost_accents"),
    ),
}
