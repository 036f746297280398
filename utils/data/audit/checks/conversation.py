"""Conversations: turns in an order that no chat template knows, and calls of tools that cannot be carried out."""

from __future__ import annotations

from collections.abc import Iterator

from ...files import chats
from ...files.chats import ASSISTANT, SYSTEM, TOOL, USER, Chat, Turn
from ...files.values import Unusable
from ..check import Flag, Options, check
from ..corpus import Corpus, shown


@check(
    "turns",
    finds="a conversation with turns out of order, empty, of an unknown role, or after the last answer",
    weight=2,
    advice="Most chat templates want user and assistant in turns: put them in order, or drop these conversations.",
)
def turns(corpus: Corpus, options: Options) -> Iterator[Flag]:
    yield from _in_conversations(corpus, "turns", _out_of_order)


@check(
    "tool_use",
    finds="a call of a tool that is not defined, whose arguments are no JSON, or that has no result, or a result alone",
    weight=3,
    advice="A model learns to call tools as it sees them called: mend these calls, or drop the conversations.",
)
def tool_use(corpus: Corpus, options: Options) -> Iterator[Flag]:
    yield from _in_conversations(corpus, "tool_use", _misused)


def _in_conversations(corpus: Corpus, name: str, faults) -> Iterator[Flag]:
    last = None
    for row, chat in enumerate(corpus.chats or ()):
        # Where every answer of a conversation is a row, the whole of it is looked at once.
        if chat is None or last is not None and chat.turns is last:
            continue
        last = chat.turns
        if fault := next(faults(chat), None):
            yield Flag(row, name, fault)


def _out_of_order(chat: Chat) -> Iterator[str]:
    before: Turn | None = None
    for place, turn in enumerate(chat.turns, 1):
        if turn.role not in (SYSTEM, USER, ASSISTANT, TOOL):
            yield f"Turn {place} is of “{shown(turn.role, 20)}”, a role that chat templates do not know."
        elif not turn.text.strip() and not turn.calls and not turn.left_out:
            yield f"Turn {place}, of the {turn.role}, is empty."
        elif turn.role == SYSTEM and before is not None and before.role != SYSTEM:
            yield f"Turn {place} is a system text amid the conversation."
        elif turn.role == ASSISTANT and (before is None or before.role == SYSTEM):
            yield f"The assistant speaks first, in turn {place}."
        elif before is not None and turn.role == before.role and turn.role in (USER, ASSISTANT) and not before.calls:
            yield f"The {turn.role} speaks twice running, in turns {place - 1} and {place}."
        elif turn.role == USER and before is not None and before.role == TOOL:
            yield f"Turn {place} goes on with the user after a tool's result, which nobody has answered."
        before = turn
    if before is not None and before.role in (USER, TOOL) and chat.answer < len(chat.turns) - 1:
        yield f"It ends with a turn of the {before.role}, {len(chat.turns)}, that has no answer."


def _misused(chat: Chat) -> Iterator[str]:
    defined = chats.tool_names(chat)
    told = " ".join(turn.text for turn in chat.turns if turn.role == SYSTEM)
    pending: list[str] = []  # the ids of calls whose result is to come
    for place, turn in enumerate(chat.turns, 1):
        if turn.role == TOOL:
            if not pending or turn.call_id and any(pending) and turn.call_id not in pending:
                yield f"Turn {place} is the result of a call that nobody made."
            elif turn.call_id in pending:
                pending.remove(turn.call_id)
            else:
                pending.pop(0)
            continue
        if pending:
            yield f"A call before turn {place} has no result."
            pending = []
        for call in turn.calls:
            yield from _miscalled(call, place, chat, defined, told)
            pending.append(call.id)


def _miscalled(call: chats.Call, place: int, chat: Chat, defined: set[str], told: str) -> Iterator[str]:
    if not call.name:
        yield f"Turn {place} calls a tool without its name."
        return
    name = shown(call.name, 30)
    if defined and call.name not in defined:
        yield f"Turn {place} calls “{name}”, which is not among the tools: {shown(', '.join(sorted(defined)), 60)}."
    elif not defined and call.name not in told:
        yield f"Turn {place} calls “{name}”, and no tool of that name is defined."
    try:
        arguments = chats.arguments_of(call)
    except Unusable:
        yield f"Turn {place} calls “{name}” with arguments that are no JSON: {shown(str(call.arguments), 40)}"
        return
    if arguments is not None and not isinstance(arguments, dict):
        yield f"Turn {place} calls “{name}” with arguments that are no object."
    elif missing := [each for each in _required(chat, call.name) if each not in (arguments or {})]:
        yield f"Turn {place} calls “{name}” without its “{shown(missing[0], 30)}”, which is required."


def _required(chat: Chat, name: str) -> list[str]:
    """The arguments that the definition of a tool requires (JSON Schema)."""
    for tool in chat.tools:
        about = tool.get("function", tool) if isinstance(tool, dict) else None
        if isinstance(about, dict) and about.get("name") == name:
            schema = about.get("parameters", about.get("input_schema"))
            required = schema.get("required") if isinstance(schema, dict) else None
            return [each for each in required if isinstance(each, str)] if isinstance(required, list) else []
    return []
