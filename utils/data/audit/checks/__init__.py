"""The shelf of checks, one file a subject. A new check is one object in one of them, and stands in this list."""

from ..check import Check
from .characters import control_characters, markup
from .contamination import leakage
from .content import boilerplate, echo, placeholder, vague_instruction
from .contradictions import contradiction
from .conversation import tool_use, turns
from .duplicates import exact_repeat, near_repeat
from .form import format_, truncation
from .labels import wrong_label
from .language import language
from .length import length, not_in_loss, too_long
from .lost_accents import lost_accents
from .personal_data import personal_data
from .topics import mismatch, off_topic
from .typos import typo

CHECKS: dict[str, Check] = {
    check.name: check
    for check in (
        exact_repeat,
        near_repeat,
        contradiction,
        leakage,
        turns,
        tool_use,
        placeholder,
        echo,
        boilerplate,
        vague_instruction,
        control_characters,
        markup,
        format_,
        truncation,
        length,
        too_long,
        not_in_loss,
        language,
        off_topic,
        mismatch,
        wrong_label,
        lost_accents,
        typo,
        personal_data,
    )
}
