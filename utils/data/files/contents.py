"""What a turn says: a text, parts of several types, calls of tools in every form, results that stand among the parts."""

from __future__ import annotations

from collections.abc import Mapping

from .chats import TOOL, Call, Turn
from .json_records import held_in
from .values import Unusable, compact, missing, text

TEXT_PARTS = ("text", "input_text", "output_text", None)
CALL_PARTS = ("tool_call", "tool_use", "function_call")
RESULT_PARTS = ("tool_result", "tool_response", "function_response")


def is_parts(content: object) -> bool:
    """Whether a content is written in parts, as [{"type": "text", "text": "…"}]."""
    if isinstance(content, Mapping):
        return "type" in content or "text" in content
    is_list = isinstance(content, (list, tuple)) and bool(content)
    return is_list and all(
        isinstance(part, Mapping) and ("type" in part or "text" in part or _call_of(part)) for part in content
    )


def parts_of(content: object, where: str) -> tuple[str | None, list[Call], list[Turn], list[str]]:
    """(text, calls, results of tools, the types of all other parts) of a content in parts."""
    words, calls, results, left = [], [], [], []
    for part in [content] if isinstance(content, Mapping) else content:
        kind = None if missing(part.get("type")) else str(part["type"]).casefold()
        value = next((part[key] for key in ("text", "value", "content") if not missing(part.get(key))), None)
        value = value.get("value") if isinstance(value, Mapping) and kind in TEXT_PARTS else value
        if kind in CALL_PARTS or (kind is None and value is None and _call_of(part)):
            calls += calls_of(value if kind in CALL_PARTS and value is not None else _call_of(part) or part)
        elif kind in RESULT_PARTS:
            inner = parts_of(value, where)[0] if is_parts(value) else value
            inner = inner if isinstance(inner, str) else "" if missing(inner) else compact(inner)
            results.append(Turn(TOOL, inner, call_id=_id({**part, "id": part.get("tool_use_id", part.get("id"))})))
        elif kind in TEXT_PARTS and (value is not None or kind):
            words.append("" if value is None else text(value, where))
        else:
            left.append(kind or ", ".join(map(str, part)))
    return "\n".join(words) if words else None, calls, results, left


def _call_of(part: Mapping) -> object:
    """The call in a part that has no type, as Gemini writes it."""
    return part.get("functionCall") or part.get("function_call")


def calls_of(value: object) -> list[Call]:
    """Calls in any form: an object, a list of them, a JSON string of either; any other string is a raw call."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, Unusable):
        raise value
    if missing(value):
        return []
    if isinstance(value, str):
        opened = held_in(value)
        if not isinstance(opened, (list, Mapping)):
            return [Call("", str(value))] if value.strip() else []
        value = opened
    if isinstance(value, (list, tuple)):
        return [call for each in value for call in calls_of(each)]
    if not isinstance(value, Mapping):
        return [Call("", value)]
    inner = value.get("function")
    inner, name = (inner, inner.get("name")) if isinstance(inner, Mapping) else (value, value.get("name", inner))
    arguments = next((inner[key] for key in ("arguments", "parameters", "input", "args") if key in inner), None)
    if missing(name):
        return [Call("", value, _id(value))]
    return [Call(str(name), arguments, _id(value))]


def _id(value: Mapping) -> str:
    return next((str(value[key]) for key in ("id", "call_id", "tool_use_id") if not missing(value.get(key))), "")


def is_empty(value: object) -> bool:
    """Nothing, or a text, list or object with nothing in it."""
    value = value.tolist() if hasattr(value, "tolist") else value
    return missing(value) or (isinstance(value, (str, list, tuple, Mapping)) and not value)
