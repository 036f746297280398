"""The ways in which people write conversations, read into the turns of `chats.py`.

A turn is an object with a role and a content under one of several names, an object with a text for each speaker, or a
pair; the turns may be a list, a JSON string of one, an object of columns, or a text with a speaker before each part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import cycle

from .chats import ASSISTANT, SYSTEM, TOOL, USER, Turn
from .contents import calls_of, is_empty, is_parts, parts_of
from .json_records import held_in
from .values import Digits, Unusable, compact, missing, quoted, text, truth

TURNS = (
    *("messages", "conversations", "conversation", "dialog", "dialogue", "dialogs", "dialogues", "turns", "chat"),
    *("chat_messages", "message_list", "contents"),
)
ROLE, CONTENT = ("role", "from", "speaker", "author", "sender"), ("content", "value", "text", "message", "parts")
WEIGHTS = ("weight", "loss_weight", "train", "training", "trainable", "loss")
CALLS = "calls"  # the role of a turn that is a call and nothing else
ROLES = {
    **dict.fromkeys(("system", "developer", "system_prompt", "system_instruction", "system_message"), SYSTEM),
    **dict.fromkeys(("user", "human", "prompter", "customer", "client", "questioner"), USER),
    **dict.fromkeys(
        ("assistant", "gpt", "ai", "bot", "chatbot", "model", "agent", "answerer", "bing", "bard"), ASSISTANT
    ),
    **dict.fromkeys(("tool", "function", "observation", "ipython", "environment", "tool_result", "tool_results"), TOOL),
    **dict.fromkeys(("tool_response", "function_response", "function_result", "tool_output", "function_output"), TOOL),
    **dict.fromkeys(("function_call", "tool_call", "tool_calls", "function_calls", "tool_use"), CALLS),
}
# The names of texts in an object that holds what each says, as {"human": "…", "assistant": "…"}.
EXCHANGES = {
    **{word: role for word, role in ROLES.items() if role in (SYSTEM, USER, ASSISTANT)},
    **dict.fromkeys(("question", "prompt", "input", "instruction", "query", "q"), USER),
    **dict.fromkeys(("answer", "response", "output", "completion", "reply", "a"), ASSISTANT),
}
KNOWN = {*ROLE, *CONTENT, *WEIGHTS, "tool_calls", "function_call", "tool_call_id", "call_id", "name", "type"}
_SPEAKERS = re.compile(r"(?:^|\n)\s*(human|user|assistant|ai|bot|system|function response|gpt)\s*:", re.IGNORECASE)


@lru_cache(4096)
def role_of(written: str) -> str:
    """The role that a word stands for, the word itself where it is not known.

    >>> role_of("Human"), role_of("gpt-4"), role_of("narrator")
    ('user', 'assistant', 'narrator')
    """
    word = re.sub(r"[\s-]+", "_", written.strip(" \t\r\n:<|>#*").casefold())
    if word not in ROLES and re.match(r"(chat_?)?gpt|claude", word):
        return ASSISTANT
    return ROLES.get(word, written)


def is_turns(value: object) -> bool:
    """Whether a value is, or holds, turns rather than a text; a text that is JSON has to be turns without a doubt."""
    if isinstance(value, str):
        opened = held_in(value) if value[:1] == "[" else None
        return bool(opened) and is_turns(opened) and all(role_of(_role(turn)) in ROLES for turn in opened)
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, Mapping):
        return _role(value) != "" or any(isinstance(value.get(key), (list, tuple)) for key in TURNS)
    return _is_list(value) and bool(value) and all(isinstance(each, Mapping) and _role(each) for each in value)


def _is_list(value: object) -> bool:
    return isinstance(value, (list, tuple))


def _role(turn: Mapping) -> str:
    """The role as written, "" where there is none."""
    return next((str(turn[key]) for key in ROLE if not missing(turn.get(key))), "")


def turns_of(value: object, name: object) -> tuple[list[Turn], list]:
    """(the turns, the tools that stand beside them) of column `name`; raises Unusable where it holds no turns."""
    is_plain = type(value) is list and all(type(item) is dict for item in value)
    items, tools = (value, []) if is_plain else _opened(value, name)
    turns: list[Turn] = []
    for place, item in enumerate(items, 1):
        if simple := _simple(item):
            turns.append(simple)
        else:
            turns += _turns(item, f"{name}, turn {place}")
    return turns, tools


def _simple(item: object) -> Turn | None:
    """The turn of an object with a role and a text and nothing else, as most are: the same as `_turn`, but quicker."""
    if type(item) is not dict or len(item) != 2:
        return None
    role, words = item.get("role", item.get("from")), item.get("content", item.get("value"))
    if type(role) is not str or type(words) is not str or not words.isascii():
        return None
    role = role_of(role)
    return Turn(role, words) if role != CALLS else None


def history_of(value: object, name: object) -> list[Turn]:
    """Earlier turns: [[question, answer], …], turns, or texts of which the last one is the assistant's."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if missing(value) or value in ("", [], ()):
        return []
    opened = held_in(value) if isinstance(value, str) else value
    if not _is_list(opened) and not isinstance(opened, Mapping):
        return [Turn("history", text(value, name))]
    if _is_list(opened) and all(isinstance(each, str) for each in opened):
        roles = cycle((ASSISTANT, USER))
        return [Turn(role, text(each, name)) for role, each in zip(roles, reversed(opened))][::-1]
    return turns_of(opened, name)[0]


def tools_of(value: object) -> list:
    """Definitions of tools, a list or a JSON string of one; a string that is no JSON is itself one."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, str):
        opened = held_in(value)
        value = opened if isinstance(opened, (list, Mapping)) else value.strip()
    if missing(value) or value == "" or isinstance(value, Unusable):
        return []
    if not isinstance(value, (list, tuple)):
        return [value]
    opened = (held_in(tool) if isinstance(tool, str) else tool for tool in value)
    return [each if isinstance(each, Mapping) else given for each, given in zip(opened, value)]


def _opened(value: object, name: object) -> tuple[list, list]:
    """The items of a list of turns in any disguise, and the tools beside it."""
    if isinstance(value, Unusable):
        raise value
    value = value.tolist() if hasattr(value, "tolist") else value  # pandas gives an array
    if missing(value):
        raise Unusable(f"Its {quoted(name)} is missing: give it a list of turns.")
    if isinstance(value, str):
        value = held_in(text(value, name))
    if isinstance(value, str):
        value = _by_speakers(value)
    if isinstance(value, Mapping):
        inner = next((value[key] for key in TURNS if key in value), None)
        if inner is not None:
            items, tools = _opened(inner, name)
            return items, tools + tools_of(value.get("tools", value.get("functions")))
        columns = [(key, list(cells)) for key, cells in value.items() if isinstance(cells, (list, tuple))]
        if any(key in ROLE for key, _ in columns) and len({len(cells) for _, cells in columns}) == 1:
            return [dict(zip(dict(columns), cells)) for cells in zip(*(cells for _, cells in columns))], []
        value = [value]
    items = [held_in(item) if isinstance(item, str) else item for item in value] if _is_list(value) else [None]
    if not all(isinstance(item, (Mapping, list, tuple)) for item in items):
        raise Unusable(f"Its {quoted(name)} is no list of turns with a role and a content: make it one.")
    return items, []


def _by_speakers(value: str) -> list[dict] | str:
    """The parts of a text that names its speakers, such as "Human: …" and "Assistant: …" on lines of their own."""
    start, *parts = _SPEAKERS.split(value)
    turns = [{"role": who, "content": said.strip()} for who, said in zip(parts[::2], parts[1::2])]
    is_chat = {USER, ASSISTANT} <= {role_of(turn["role"]) for turn in turns}
    return turns if is_chat and not start.strip() else value


def _turns(item: Mapping | list | tuple, where: str) -> list[Turn]:
    """The turns of one item: most often one, but results of tools may stand in a turn, and an exchange is two."""
    if isinstance(item, (list, tuple)):
        if len(item) != 2:
            raise Unusable(f"Its {quoted(where)} is no turn with a role and a content: make it one.")
        if isinstance(item[0], str) and role_of(item[0]) in (SYSTEM, USER, ASSISTANT, TOOL):
            return [Turn(role_of(item[0]), text(item[1], where))]
        return [Turn(USER, text(item[0], where)), Turn(ASSISTANT, text(item[1], where))]
    if twice := next((value for value in item.values() if isinstance(value, Unusable)), None):
        raise twice
    if not (role := _role(item)):
        item = {str(key).strip().casefold(): value for key, value in item.items()}
        role = _role(item)
        if not role and (exchange := _exchange(item, where)):
            return exchange
    return _turn(item, role_of(role), where)


def _exchange(item: Mapping, where: str) -> list[Turn]:
    """The turns of an object with a text for each speaker, in the order in which they speak."""
    said = [
        (EXCHANGES[key], text(value, where)) for key, value in item.items() if key in EXCHANGES and not missing(value)
    ]
    said.sort(key=lambda each: (SYSTEM, USER, ASSISTANT).index(each[0]))
    left = tuple(key for key, value in item.items() if key not in EXCHANGES and not is_empty(value))
    return [
        Turn(role, words, left_out=left if role == ASSISTANT else ()) for role, words in said if words or role != SYSTEM
    ]


def _turn(item: Mapping, role: str, where: str) -> list[Turn]:
    said = [key for key in CONTENT if not missing(item.get(key))]
    content = item[said[0]] if said else None
    content = content.tolist() if hasattr(content, "tolist") else content
    calls = calls_of(item.get("tool_calls")) + calls_of(item.get("function_call"))
    left = [str(key) for key, value in item.items() if (key not in KNOWN or key in said[1:]) and not is_empty(value)]
    results: list[Turn] = []
    if role == CALLS:
        role, calls, words = ASSISTANT, calls + calls_of(content), ""
    elif is_parts(content):
        words, more, results, others = parts_of(content, where)
        calls, left = calls + more, left + others
        if words is None and not calls and not results and role == ASSISTANT:
            raise Unusable(f"Its {quoted(where)} has no text, only {', '.join(map(quoted, left[:3]))}: give it one.")
    elif role == TOOL and isinstance(content, (Mapping, list)):
        words = compact(content)
    elif content is None and (calls or role in (SYSTEM, TOOL)):
        words = ""
    else:
        words = text(content, where)
    if words is None and results and not calls:
        return [*results[:-1], results[-1]._replace(left_out=tuple(left))]
    id = next((str(item[key]) for key in ("tool_call_id", "call_id") if not missing(item.get(key))), "")
    name = "" if missing(item.get("name")) else str(item["name"])
    return [*results, Turn(role, words or "", tuple(calls), id, name, _is_trained(item), tuple(left))]


def _is_trained(item: Mapping) -> bool:
    weights = [item[key] for key in WEIGHTS if key in item]
    return not any(truth(weight) is False or _is_zero(weight) for weight in weights)


def _is_zero(value: object) -> bool:
    try:
        return isinstance(value, (int, float, Digits)) and float(value) == 0
    except (ValueError, OverflowError):
        return False
