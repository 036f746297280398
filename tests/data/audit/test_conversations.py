"""Conversations: the ten faults that a chat file can have, each in a set that is whole otherwise."""

import json

import pytest

from utils import audit

CLOCK = {
    "type": "function",
    "function": {
        "name": "clock",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
SYSTEM, USER = {"role": "system", "content": "Be brief."}, {"role": "user", "content": "How late is it in Oslo?"}
ANSWER = {"role": "assistant", "content": "It is nine in Oslo."}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "09:00"}


def call(name="clock", arguments='{"city": "Oslo"}', id="c1") -> dict:
    made = {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [made]}


WHOLE = [SYSTEM, USER, call(), RESULT, ANSWER]
FAULTS = {
    "the assistant first": ([SYSTEM, ANSWER, USER, ANSWER], "turns", "The assistant speaks first, in turn 2."),
    "twice running": ([USER, USER, ANSWER], "turns", "The user speaks twice running, in turns 1 and 2."),
    "an empty turn": (
        [USER, ANSWER, {"role": "user", "content": "  "}, ANSWER],
        "turns",
        "Turn 3, of the user, is empty.",
    ),
    "ends on the user": ([USER, ANSWER, USER], "turns", "It ends with a turn of the user, 3, that has no answer."),
    "an unknown role": ([{"role": "narrator", "content": "Night."}, USER, ANSWER], "turns", "Turn 1 is of “narrator”"),
    "system amid": ([USER, ANSWER, SYSTEM, USER, ANSWER], "turns", "Turn 3 is a system text amid the conversation."),
    "no JSON": (
        [USER, call(arguments="{city: Oslo"), RESULT, ANSWER],
        "tool_use",
        "Turn 2 calls “clock” with arguments",
    ),
    "undefined": ([USER, call("sundial"), RESULT, ANSWER], "tool_use", "Turn 2 calls “sundial”, which is not among"),
    "orphan result": ([USER, RESULT, ANSWER], "tool_use", "Turn 2 is the result of a call that nobody made."),
    "no result": ([USER, call(), ANSWER], "tool_use", "A call before turn 3 has no result."),
    "required": ([USER, call(arguments="{}"), RESULT, ANSWER], "tool_use", "Turn 2 calls “clock” without its “city”"),
}


def conversations(*others: list[dict]) -> list[dict]:
    """Twenty whole ones, each of another city, and the others behind them."""
    cities = (
        "Oslo Rome Lima Cairo Delhi Paris Tokyo Quito Accra Minsk Sofia Riga Bern Doha Kyiv Lagos Malé Nuuk Perth Suva"
    )
    whole = [json.loads(json.dumps(WHOLE).replace("Oslo", city)) for city in cities.split()]
    return [{"messages": turns, "tools": [CLOCK]} for turns in (*whole, *others)]


def found(rows, check) -> dict[int, str]:
    flags = audit(rows, checks=[check]).flags
    return dict(zip(flags["row"], flags["reason"]))


def test_whole_conversations_have_no_fault():
    assert not audit(conversations(), checks=["turns", "tool_use"]).flagged


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_conversation_is_named(fault):
    turns, check, says = FAULTS[fault]
    assert {row: reason[: len(says)] for row, reason in found(conversations(turns), check).items()} == {20: says}
    other = "turns" if check == "tool_use" else "tool_use"
    assert not found(conversations(turns), other)


def test_the_same_faults_are_named_in_sharegpt():
    whole = [
        {"from": "human", "value": "How late is it?"},
        {"from": "function_call", "value": '{"name": "clock", "arguments": {"city": "Oslo"}}'},
        {"from": "observation", "value": "nine"},
        {"from": "gpt", "value": "It is nine."},
    ]
    faulty = [whole[:2] + whole[3:], whole[:1] + whole[2:]]
    rows = [{"conversations": turns, "tools": json.dumps([CLOCK])} for turns in (whole, *faulty)]
    says = ["A call before turn 3 has no result.", "Turn 2 is the result of a call that nobody made."]
    assert found(rows, "tool_use") == {1: says[0], 2: says[1]}


def test_every_answer_can_be_judged_and_a_fault_is_named_once():
    turns = [USER, ANSWER, USER, {"role": "assistant", "content": ""}, USER, ANSWER]
    report = audit(conversations(turns), answers="every", checks=["turns", "placeholder"])
    assert report.summary().loc["turns", "rows"] == 1 and report.summary().loc["placeholder", "rows"] == 1
    assert len(report.corpus) == 40 + 3


def test_the_report_says_how_it_was_read(tmp_path):
    path = tmp_path / "votes.jsonl"
    rows = [{"prompt": f"Name bell {k}.", "completion": f"Bell {k}.", "label": k % 2 == 0} for k in range(6)]
    path.write_text("\n".join(map(json.dumps, rows)))
    report = audit(path)
    assert len(report.corpus) == 3 and "label" in report.read and "votes.rejected.jsonl" in report.read
    assert (tmp_path / "votes.rejected.jsonl").read_text().count("\n") == 3 and report.read in report.verdict
