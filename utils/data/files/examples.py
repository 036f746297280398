"""What a layout makes of a row: its examples, each an instruction and an output, and the conversation behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .chats import ASSISTANT, SYSTEM, USER, Chat, Turn, answers, instruction_of, output_of
from .layouts import PREFERENCE, Layout
from .turns import history_of, is_turns, tools_of, turns_of
from .values import missing, text

Pair = tuple[str, str, str]  # instruction (with the input below it), output, and the input alone
Example = tuple[Pair, Chat]


def reader(layout: Layout, every: bool) -> Callable[[tuple], Pair | list[Example]]:
    """What makes a pair of one row's values of `layout.columns`; of a conversation, its pairs with the conversation.

    With `every` there is one for each turn of the assistant. Raises Unusable where there is none.
    """

    def of_chat(values: tuple) -> list[Example]:
        return _of_chat(layout, dict(zip(layout.parts, values)), every)

    if layout.parts[0] != "instruction" or {"system", "tools", "history"} & set(layout.parts):
        return of_chat
    first, second, *rest = layout.columns
    has_input = "input" in layout.parts
    # A text may be turns as JSON; where Alpaca's names are, it is what it seems to be.
    may_be_json = layout.name == PREFERENCE or str(first).casefold() == "prompt"

    def of_pair(values: tuple) -> Pair | list[Example]:
        instruction, output = values[0], values[1]
        is_plain = type(instruction) is str and type(output) is str
        if not is_plain or may_be_json and "[" in instruction[:1] + output[:1]:
            if is_turns(instruction) or is_turns(output):
                return of_chat(values)
        if not (is_plain and instruction.isascii() and output.isascii()):  # `text` does it all, but this is quicker
            instruction, output = text(instruction, first), text(output, second)
        if not has_input or missing(values[2]):
            return instruction, output, ""
        below = text(values[2], rest[0])
        return (f"{instruction}\n{below}" if below else instruction), output, below

    return of_pair


def as_chat(instruction: str, output: str) -> Chat:
    """A question and its answer as a conversation."""
    return Chat((Turn(USER, instruction), Turn(ASSISTANT, output)), answer=1)


def _of_chat(layout: Layout, row: dict, every: bool) -> list[Example]:
    tools = tools_of(row.get("tools"))
    below = "" if missing(row.get("input")) else text(row["input"], layout.column("input"))
    said: list[Turn] = []
    for part, role in (("turns", USER), ("instruction", USER), ("output", ASSISTANT)):
        if part in row and not (part == "instruction" and missing(row[part]) and is_turns(row["output"])):
            turns, more = _turns(row[part], role, layout, part)
            tools += more
            if part == "instruction" and below:
                turns.append(Turn(USER, below))
            said = _joined(said, turns)
    system = _system(row.get("system"), layout)
    first = next((place for place, turn in enumerate(said) if turn.role != SYSTEM), len(said))
    system = [turn for turn in system if turn not in said[:first]] + said[:first]
    turns = (*system, *history_of(row.get("history"), layout.column("history")), *said[first:])
    places = answers(turns, layout.main[0])
    chats = (Chat(turns, tuple(tools), place) for place in (places if every else places[-1:]))
    return [((instruction_of(chat), output_of(chat), below), chat) for chat in chats]


def _turns(value: object, role: str, layout: Layout, part: str) -> tuple[list[Turn], list]:
    """A value as turns: those that it holds, or one with the text that it is."""
    name = layout.column(part)
    if part == "turns" or is_turns(value) or len(layout.main) == 1:
        return turns_of(value, name)
    return [Turn(role, text(value, name))], []


def _system(value: object, layout: Layout) -> list[Turn]:
    if isinstance(value, (Mapping, list)):  # in parts, as Gemini and Anthropic write it
        turn = {**value, "role": SYSTEM} if isinstance(value, Mapping) else {"role": SYSTEM, "content": value}
        return turns_of([turn], layout.column("system"))[0]
    return [] if missing(value) or value == "" else [Turn(SYSTEM, text(value, layout.column("system")))]


def _joined(before: list[Turn], after: list[Turn]) -> list[Turn]:
    """Both one after the other, or the one that holds the other: many files repeat the question in the answer."""
    if not before:
        return after
    asked, said = ([turn[:3] for turn in turns if turn.role != SYSTEM] for turns in (before, after))
    system = [turn for turn in before if turn.role == SYSTEM and turn not in after]
    if said[: len(asked)] == asked:
        return system + after
    if said == asked[-len(said) :]:
        return before
    is_whole = len(asked) == 1 and len(said) > 1 and any(turn.role == USER for turn in after)
    if is_whole and all(turn.text in before[-1].text for turn in after[:-1]):
        return system + after  # the question is the conversation so far in one text
    return before + after
