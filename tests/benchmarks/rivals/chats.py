"""Conversations about a hire of boats, and ten faults in some of them, as files of conversations have them."""

from __future__ import annotations

import copy
import random

SOUND, EACH = 300, 5
BOATS = ["rowing boat", "canoe", "kayak", "pedal boat", "sailing boat", "raft", "punt", "dinghy"]
WHEN = ["on Monday", "on Friday morning", "at the weekend", "in the evening", "tomorrow", "next week"]
TOOL = {
    "type": "function",
    "function": {
        "name": "free_boats",
        "parameters": {"type": "object", "properties": {"kind": {"type": "string"}, "when": {"type": "string"}}},
    },
}


def call(name: str, arguments: str, number: str) -> dict:
    asked = [{"id": number, "type": "function", "function": {"name": name, "arguments": arguments}}]
    return {"role": "assistant", "content": None, "tool_calls": asked}


def sound(k: int, r: random.Random) -> dict:
    """One conversation; every second one looks something up."""
    boat, when, left = r.choice(BOATS), r.choice(WHEN), r.randrange(2, 30)
    asked = {"role": "user", "content": f"I am number {k}. Is there a {boat} for {r.randrange(2, 9)} people {when}?"}
    said = {
        "role": "assistant",
        "content": f"Yes, {left} of them are free {when}, number {k}. Shall I keep one for you?",
    }
    then = [
        {"role": "user", "content": f"Please do, for {r.randrange(1, 6)} hours."},
        {"role": "assistant", "content": f"It is kept for you under number {k}: a {boat} {when}."},
    ]
    if k % 2:
        return {"messages": [asked, said, *then]}
    looked_up = call("free_boats", f'{{"kind": "{boat}", "when": "{when}"}}', f"c{k}")
    result = {"role": "tool", "tool_call_id": f"c{k}", "content": str(left)}
    return {"messages": [asked, looked_up, result, said, *then], "tools": [TOOL]}


def _change(messages: list[dict], fault: str) -> None:
    called = next(turn for turn in messages if turn.get("tool_calls"))["tool_calls"][0]["function"]
    match fault:
        case "the assistant begins":
            del messages[0]
        case "two user turns in a row":
            messages.insert(1, {"role": "user", "content": "And how much is it?"})
        case "an empty turn":
            messages[-2]["content"] = ""
        case "ends on the user":
            del messages[-1]
        case "an unknown role":
            messages[-2]["role"] = "narrator"
        case "a call whose arguments are no JSON":
            called["arguments"] = called["arguments"][:-1]
        case "a call of an undefined tool":
            called["name"] = "free_horses"
        case "a result without a call":
            del messages[1]
        case "a call without a result":
            del messages[2]
        case "a system turn in the middle":
            messages.insert(-2, {"role": "system", "content": "Be brief."})


FAULTS = (
    "the assistant begins",
    "two user turns in a row",
    "an empty turn",
    "ends on the user",
    "an unknown role",
    "a call whose arguments are no JSON",
    "a call of an undefined tool",
    "a result without a call",
    "a call without a result",
    "a system turn in the middle",
)


def planted() -> tuple[list[dict], dict[str, list[set[int]]]]:
    """The rows, and the places of each fault."""
    r = random.Random(0)
    rows = [sound(k, r) for k in range(SOUND)]
    with_tools = r.sample(range(0, SOUND, 2), EACH * len(FAULTS))
    found = {fault: with_tools[i :: len(FAULTS)] for i, fault in enumerate(FAULTS)}
    for fault, places in found.items():
        for place in places:
            rows[place] = copy.deepcopy(rows[place])
            _change(rows[place]["messages"], fault)
    return rows, {fault: [{place} for place in places] for fault, places in found.items()}
