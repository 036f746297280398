"""Conversations in one normal form, however they were written: tools, and turns with a role, a text and calls.

    chat = Chat((Turn("user", "2 + 2?"), Turn("assistant", "4")), answer=1)
    instruction_of(chat), output_of(chat)          # ("2 + 2?", "4")

Nothing here judges a conversation: an unknown role stays as it is written, a turn may be empty, and the arguments of a
call are kept raw, so that the audit finds all it asks about. `turns.py` reads the ways in which people write turns.
"""

from __future__ import annotations

from typing import NamedTuple

from .json_records import decoded
from .values import Unusable, compact, quoted, text

SYSTEM, USER, ASSISTANT, TOOL = "system", "user", "assistant", "tool"


class Call(NamedTuple):
    """A call of a tool. `arguments` are as written: a string (raw, perhaps no JSON), an object, or None.

    `name` and `id` are "" where none is given; a call that is no object at all is its text in `arguments`.
    """

    name: str
    arguments: object = None
    id: str = ""


class Turn(NamedTuple):
    """One turn. `role` is system, user, assistant or tool, or what is written where that is none of them.

    `text` is "" where there is none. A turn of a tool has the `call_id` that it answers and its `name`, where they are
    given. `trained` is False where the file says that the turn is not to be learned. `left_out` names what else the
    turn has: the types of parts that are no text, such as "image_url", and keys, such as "reasoning_content".
    """

    role: str
    text: str = ""
    calls: tuple[Call, ...] = ()
    call_id: str = ""
    name: str = ""
    trained: bool = True
    left_out: tuple[str, ...] = ()


class Chat(NamedTuple):
    """A conversation: its turns, the definitions of its tools as written, and which turn (from 0) is the answer.

    Turns after the answer are not used; they are here to be asked about.
    """

    turns: tuple[Turn, ...]
    tools: tuple[object, ...] = ()
    answer: int = -1


def answers(turns: tuple[Turn, ...], name: object) -> list[int]:
    """The places of the turns that may be an answer; raises Unusable where there is none."""
    spoken = [place for place, turn in enumerate(turns) if turn.role == ASSISTANT]
    if not spoken:
        roles = ", ".join(quoted(role, 20) for role in list(dict.fromkeys(turn.role for turn in turns))[:4])
        there = f", only of {roles}" if roles else ""
        raise Unusable(f"Its {quoted(name)} has no turn of the assistant{there}: add the answer, or leave the row out.")
    trained = [place for place in spoken if turns[place].trained]
    if not trained:
        raise Unusable(
            f"Its {quoted(name)} has no turn of the assistant that is to be learned (their weights are 0): "
            "give one of them a weight, or leave the row out."
        )
    return trained


def instruction_of(chat: Chat) -> str:
    """All that the model sees before the answer, a line each: the system's text, the tools, the turns so far."""
    before = chat.turns[: chat.answer]
    first = next((place for place, turn in enumerate(before) if turn.role != SYSTEM), len(before))
    lines = [*map(text_of, before[:first]), _tools(chat.tools), *map(text_of, before[first:])]
    return "\n".join(line for line in lines if line)


def output_of(chat: Chat) -> str:
    """The answer as text, a call as compact JSON."""
    return text_of(chat.turns[chat.answer])


def text_of(turn: Turn) -> str:
    """What a turn says, and below it its calls, a line each."""
    return "\n".join(line for line in (turn.text, *map(_call, turn.calls)) if line) if turn.calls else turn.text


def arguments_of(call: Call) -> object:
    """The arguments as a value; raises Unusable where they are a string that is no JSON."""
    if type(call.arguments) is not str:
        return call.arguments
    if isinstance(value := decoded(call.arguments), Unusable):
        raise value
    return value


def tool_names(chat: Chat) -> set[str]:
    """The names of the tools that are defined."""
    named = (tool.get("function", tool) if isinstance(tool, dict) else {} for tool in chat.tools)
    return {str(each["name"]) for each in named if isinstance(each, dict) and isinstance(each.get("name"), str)}


def _call(call: Call) -> str:
    if not call.name:
        return text(call.arguments, "call") if isinstance(call.arguments, str) else compact(call.arguments)
    try:
        arguments = arguments_of(call)
    except Unusable:
        arguments = call.arguments
    return compact({"name": call.name, "arguments": arguments})


def _tools(tools: tuple[object, ...]) -> str:
    if len(tools) == 1 and isinstance(tools[0], str):  # a text that is no JSON
        return text(tools[0], "tools")
    return compact(list(tools)) if tools else ""
