"""Conversations in all their forms, read into one."""

import json

import pandas as pd
import pytest
from datasets import Dataset

from tests.data.files.at_hand import as_jsonl, assert_sentence, pairs, put, turn
from utils.data import files
from utils.data.files.chats import Call, Chat, Turn, arguments_of, tool_names
from utils.data.files.values import Unusable, with_numbers

CHAT = [turn("system", "Be brief."), turn("user", "Hi"), turn("assistant", "Hello!"), turn("user", "2 + 2?")]


@pytest.mark.parametrize(
    "turns, instruction, output",
    [
        (CHAT[:3], "Be brief.\nHi", "Hello!"),
        (CHAT + [turn("assistant", "4")], "Be brief.\nHi\nHello!\n2 + 2?", "4"),
        (CHAT, "Be brief.\nHi", "Hello!"),
        ([{"from": "human", "value": "Hi"}, {"from": "gpt", "value": ""}], "Hi", ""),
    ],
)
@pytest.mark.parametrize("name", ["messages", "conversations"])
def test_the_last_turn_of_the_assistant_is_the_output(turns, instruction, output, name, tmp_path):
    frame = pd.DataFrame({name: [turns]})
    frame.to_parquet(tmp_path / "chat.parquet")
    sources = [[{name: turns}], Dataset.from_list([{name: turns}]), frame, tmp_path / "chat.parquet"]
    for source in sources + [pd.read_parquet(tmp_path / "chat.parquet")]:
        rows = files.read(source)
        assert pairs(rows) == [(instruction, output)] and rows.layout.startswith(f"chat: {name}")


@pytest.mark.parametrize(
    "turns, reason",
    [
        ([turn("user", "Hi")], "has no turn of the assistant"),
        ([], "has no turn of the assistant"),
        ([turn("user", None), turn("assistant", "x")], 'Its "messages, turn 1" is missing'),
        ([turn("user", ["x"]), turn("assistant", "x")], "is of type list"),
        (["Hi", "Hello"], "is no list of turns"),
        ("Hi", "is no list of turns"),
        (None, "is missing"),
    ],
)
def test_a_chat_without_question_and_answer_is_rejected(turns, reason):
    rows = files.read([{"messages": CHAT}, {"messages": turns}])
    assert len(rows) == 1 and rows.rejected[0].row == 2 and reason in rows.rejected[0].reason
    assert_sentence(rows.rejected[0].reason)


# Turns, however they are written

ASKED, ANSWERED = "Name a sea.", "The Aral Sea."


def said(user, assistant):
    """The two turns of a short talk under these names of the roles."""
    return [turn(user, ASKED), turn(assistant, ANSWERED)]


@pytest.mark.parametrize(
    "user, assistant", [("Human", "Assistant"), ("USER", "AI"), ("customer", "bot"), ("human:", "gpt-4")]
)
@pytest.mark.parametrize(
    "role, content", [("role", "text"), ("from", "content"), ("speaker", "value"), ("author", "message")]
)
@pytest.mark.parametrize("name", ["dialog", "Dialogue", "turns", "chat", "conversation", "Messages"])
def test_names_of_roles_keys_and_columns(user, assistant, role, content, name):
    turns = [{role: each["role"], content: each["content"]} for each in said(user, assistant)]
    for written in (turns, json.dumps(turns), str(turns), [json.dumps(each) for each in turns]):
        assert pairs(files.read([{name: written}])) == [(ASKED, ANSWERED)]


@pytest.mark.parametrize(
    "turns",
    [
        [{"human": ASKED, "assistant": ANSWERED}],
        [{"assistant": ANSWERED, "user": ASKED}],
        [{"question": ASKED, "answer": ANSWERED}],
        [{"system": "", "input": ASKED, "output": ANSWERED}],
        [[ASKED, ANSWERED]],
        [["user", ASKED], ["assistant", ANSWERED]],
        {"role": ["user", "assistant"], "content": [ASKED, ANSWERED]},
        {"messages": said("user", "model")},
        f"Human: {ASKED}\n\nAssistant: {ANSWERED}",
        [{"role": "user", "parts": [{"text": ASKED}]}, {"role": "model", "parts": [{"text": ANSWERED}]}],
        [{"Role": "User", "Content": ASKED}, {"Role": "Bot", "Content": ANSWERED}],
    ],
)
def test_other_forms_of_turns(turns):
    assert pairs(files.read([{"conversation": turns}])) == [(ASKED, ANSWERED)]


@pytest.mark.parametrize("form", [list, json.dumps])
def test_prompt_and_completion_as_turns(form, tmp_path):
    prompt, completion = [turn("system", "Be brief."), turn("user", ASKED)], [turn("assistant", ANSWERED)]
    row = {"prompt": form(prompt), "completion": form(completion)}
    rows = files.read(put(tmp_path / "x.jsonl", as_jsonl([row, {"prompt": "2 + 2?", "completion": "4"}])))
    assert pairs(rows) == [(f"Be brief.\n{ASKED}", ANSWERED), ("2 + 2?", "4")]
    assert rows.chats[1] == Chat((Turn("user", "2 + 2?"), Turn("assistant", "4")), answer=1)
    answers = ['[{"role": "admin"}]', "[1, 2]", '{"role": "user", "content": "x"}']
    assert files.read([{"prompt": "Give it as JSON.", "completion": answer} for answer in answers]).output == answers


# Content


def part(kind, **more):
    return {"type": kind, **more}


def test_content_in_parts_and_what_of_it_is_left_out():
    picture = part("image_url", image_url={"url": "…"})
    rows = files.read(
        [
            {
                "messages": [
                    turn("user", [part("text", text="What is"), picture, part("text", value="this?")]),
                    turn("ai", "A cat."),
                ]
            },
            {
                "messages": [
                    turn("user", [picture]),
                    turn("ai", [part("reasoning", value="Hm."), part("output_text", text="A dog.")]),
                ]
            },
            {"messages": [turn("user", part("text", text="And?")), turn("ai", [picture])]},
            {"messages": [turn("user", "So?"), turn("ai", "Yes.") | {"reasoning_content": "Well.", "refusal": None}]},
        ]
    )
    assert pairs(rows) == [("What is\nthis?", "A cat."), ("", "A dog."), ("So?", "Yes.")]
    assert 'Left out of the turns: "image_url" (2), "reasoning" (1), "reasoning_content" (1).' in rows.said
    assert rows.rejected[0].row == 3 and 'turn 2" has no text, only "image_url"' in rows.rejected[0].reason
    assert rows.chats[0].turns[0].left_out == ("image_url",)


# Calls

BY_CAR = {"name": "route", "arguments": {"to": "Bern", "km": 1.50}}
TEXT = '{"name":"route","arguments":{"to":"Bern","km":1.50}}'


@pytest.mark.parametrize(
    "answer",
    [
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": BY_CAR}]},
        {
            "role": "assistant",
            "tool_calls": [{"function": {"name": "route", "arguments": '{"to": "Bern", "km": 1.50}'}}],
        },
        {"role": "assistant", "content": "", "tool_calls": json.dumps([BY_CAR]).replace("1.5}", "1.50}")},
        {"role": "assistant", "content": None, "function_call": BY_CAR},
        {"from": "function_call", "value": json.dumps(BY_CAR).replace("1.5}", "1.50}")},
        {"from": "tool_call", "value": BY_CAR},
        {"role": "assistant", "content": [part("tool_use", id="c1", name="route", input=BY_CAR["arguments"])]},
        {"role": "assistant", "content": [part("tool_call", value=json.dumps(BY_CAR).replace("1.5}", "1.50}"))]},
    ],
)
def test_a_call_is_an_answer(answer, tmp_path):
    row = {"messages": [turn("user", "How do I get there?"), answer]}
    content = as_jsonl([row]).replace("1.5}", "1.50}")
    rows = files.read(put(tmp_path / "x.jsonl", content))
    assert pairs(rows) == [("How do I get there?", TEXT)]
    (call,) = rows.chats[0].turns[1].calls
    assert call.name == "route" and with_numbers(arguments_of(call)) == {"to": "Bern", "km": 1.5}


def test_several_calls_raw_calls_and_their_results(tmp_path):
    calls = [
        {"id": "x1", "function": {"name": "add", "arguments": "{oops"}},
        {"id": "x2", "function": {"name": "sub", "arguments": ""}},
    ]
    turns = [
        turn("user", "Count."),
        {"role": "assistant", "content": "I try.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "x1", "name": "add", "content": {"sum": 3}},
        {"role": "function", "content": None},
        turn(
            "user",
            [part("tool_result", tool_use_id="x2", content=[part("text", text="late")]), part("text", text="Go on.")],
        ),
        {"from": "function_call", "value": "no JSON at all"},
    ]
    rows = files.read(put(tmp_path / "x.jsonl", as_jsonl([{"messages": turns}])))
    assert rows.output == ["no JSON at all"]
    assert rows.instruction == [
        'Count.\nI try.\n{"name":"add","arguments":"{oops"}\n{"name":"sub","arguments":""}\n{"sum":3}\nlate\nGo on.'
    ]
    chat = rows.chats[0]
    assert chat.turns[1] == Turn("assistant", "I try.", (Call("add", "{oops", "x1"), Call("sub", "", "x2")))
    assert chat.turns[2] == Turn("tool", '{"sum":3}', call_id="x1", name="add") and chat.turns[3] == Turn("tool")
    assert chat.turns[4] == Turn("tool", "late", call_id="x2") and chat.turns[6].calls == (Call("", "no JSON at all"),)
    with pytest.raises(Unusable, match="no JSON"):
        arguments_of(chat.turns[1].calls[0])


@pytest.mark.parametrize("form", [lambda tools: tools, json.dumps, lambda tools: [json.dumps(tool) for tool in tools]])
def test_tools_stand_in_the_instruction_on_one_line(form):
    tools = [{"type": "function", "function": {"name": "add"}}, {"name": "sub", "parameters": {"x": None}}]
    turns = [turn("system", "Reckon."), turn("user", "1 + 1?"), turn("assistant", "2")]
    rows = files.read(
        [{"messages": turns, "tools": form(tools)}, {"messages": turns, "tools": "[]"}, {"messages": turns}]
    )
    line = '[{"type":"function","function":{"name":"add"}},{"name":"sub","parameters":{"x":null}}]'
    assert rows.instruction == [f"Reckon.\n{line}\n1 + 1?", "Reckon.\n1 + 1?", "Reckon.\n1 + 1?"]
    assert tool_names(rows.chats[0]) == {"add", "sub"} and rows.chats[1].tools == ()
    free = files.read([{"messages": turns, "tools": "add(a, b)"}])
    assert free.instruction == ["Reckon.\nadd(a, b)\n1 + 1?"] and free.chats[0].tools == ("add(a, b)",)


def test_fields_that_arrow_adds_to_every_call_are_taken_off(tmp_path):
    def row(call):
        return {
            "messages": [
                turn("user", "Do it."),
                {"role": "assistant", "content": None, "tool_calls": [{"function": call}]},
            ]
        }

    calls = [{"name": "add", "arguments": {"a": 1}}, {"name": "say", "arguments": {"text": "hi"}}]
    data = Dataset.from_list([row(call) for call in calls])
    data.to_parquet(tmp_path / "x.parquet")
    for source in (data, tmp_path / "x.parquet"):
        assert files.read(source).output == [json.dumps(call, separators=(",", ":")) for call in calls]
    frame = pd.read_parquet(tmp_path / "x.parquet")
    assert files.read(frame).output[1] == '{"name":"say","arguments":{"text":"hi"}}'


# What is learned, and what stands around it


@pytest.mark.parametrize(
    "mark", [{"weight": 0}, {"loss_weight": 0.0}, {"train": False}, {"weight": "0"}, {"loss": "false"}]
)
def test_a_turn_that_is_not_trained_on_is_never_the_answer(mark, tmp_path):
    wrong, right = turn("assistant", "5") | mark, turn("assistant", "4") | {next(iter(mark)): 1}
    good = {"messages": [turn("user", "2 + 2?"), right, turn("user", "Sure?"), wrong]}
    none = {"messages": [turn("user", "2 + 2?"), wrong]}
    for source in ([good, none], put(tmp_path / "x.jsonl", as_jsonl([good, none]))):
        rows = files.read(source)
        assert pairs(rows) == [("2 + 2?", "4")] and "In 1 row turns follow the answer" in rows.said
        assert [each.trained for each in rows.chats[0].turns] == [True, True, True, False]
        assert rows.rejected[0].row == 2 and "no turn of the assistant that is to be learned" in rows.rejected[0].reason


def test_every_turn_of_the_assistant_may_be_a_row():
    turns = [
        turn("system", "S"),
        turn("user", "q1"),
        turn("assistant", "a1"),
        turn("user", "q2"),
        turn("assistant", "a2"),
    ]
    rows = files.read([{"messages": turns}, {"messages": turns[:2]}, {"messages": turns[:3]}], answers="every")
    assert pairs(rows) == [("S\nq1", "a1"), ("S\nq1\na1\nq2", "a2"), ("S\nq1", "a1")] and rows.number == [1, 1, 3]
    assert [chat.answer for chat in rows.chats] == [
        2,
        4,
        2,
    ] and "each turn of the assistant is an output" in rows.layout
    assert "follow the answer" not in rows.said and "1 of 3 rows is rejected" in rows.said
    assert files.read([{"prompt": "a", "completion": "b"}], answers="every").output == ["b"]
    with pytest.raises(ValueError, match='give one of "last", "every"'):
        files.read([{"messages": turns}], answers="all")


def test_odd_turns_are_kept_for_whoever_asks(tmp_path):
    turns = [
        turn("assistant", "Hello."),
        turn("narrator", "It rains."),
        turn("user", ""),
        turn("assistant", "Yes?"),
        turn("user", "Bye."),
    ]
    rows = files.read([{"messages": turns}, {"messages": turns[-1:]}, {"messages": [turn("narrator", "x")]}])
    assert (
        pairs(rows) == [("Hello.\nIt rains.", "Yes?")]
        and "In 1 row turns follow the answer: they are not used." in rows.said
    )
    chat = rows.chats[0]
    assert [each.role for each in chat.turns] == ["assistant", "narrator", "user", "assistant", "user"]
    assert chat.turns[2].text == "" and chat.answer == 3 and chat.turns[chat.answer + 1 :] == (Turn("user", "Bye."),)
    assert 'only of "user"' in rows.rejected[0].reason and 'only of "narrator"' in rows.rejected[1].reason


@pytest.mark.parametrize("system", ["Be kind.", {"parts": [{"text": "Be kind."}]}, [part("text", text="Be kind.")]])
def test_system_text_and_history_beside_the_turns(system):
    turns = [turn("user", "q"), turn("assistant", "r")]
    rows = files.read(
        [
            {"messages": turns, "system": system, "history": [["a", "b"]]},
            {"messages": [turn("system", "Be kind."), *turns], "system": system},
        ]
    )
    assert rows.instruction == ["Be kind.\na\nb\nq", "Be kind.\nq"]
    assert rows.said.endswith('with "system" and "history" in front.')
