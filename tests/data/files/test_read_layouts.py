"""Which columns are taken for what, and what is said of the others."""

import pytest

from tests.data.files.at_hand import pairs, sentence_of
from utils.data import files


@pytest.mark.parametrize(
    "row, instruction, output, layout",
    [
        ({"instruction": "a", "output": "b"}, "a", "b", "instruction, output"),
        ({"instruction": "a", "input": "x", "output": "b"}, "a\nx", "b", "Alpaca: instruction, input, output"),
        ({"instruction": "a", "input": "", "output": "b"}, "a", "b", "Alpaca: instruction, input, output"),
        ({"instruction": "a", "context": "x", "response": "b"}, "a\nx", "b", "Dolly: instruction, context, response"),
        ({"prompt": "a", "completion": "b", "id": 7}, "a", "b", "prompt, completion"),
        ({"prompt": "a", "response": "b"}, "a", "b", "prompt, response"),
        ({"question": "a", "answer": "b"}, "a", "b", "question, answer"),
        ({"input": "a", "output": "b"}, "a", "b", "input, output"),
        ({"prompt": "a", "input": "x", "output": "b"}, "a\nx", "b", "prompt, input, output"),
        ({"context": "x", "question": "a", "answer": "b"}, "a\nx", "b", "question, context, answer"),
        ({"query": "a", "response": "b"}, "a", "b", "query, response"),
        ({"problem": "a", "solution": "b"}, "a", "b", "problem, solution"),
        ({"user": "a", "assistant": "b"}, "a", "b", "user, assistant"),
        ({"Input Text": "a", "target-text": "b"}, "a", "b", "Input Text, target-text"),
        ({"article": "a", "highlights": "b", "id": 1}, "a", "b", "article, highlights"),
        ({" Instruction": "a", "OUTPUT": "b"}, "a", "b", " Instruction, OUTPUT"),
    ],
)
def test_layouts_are_recognised_by_name(row, instruction, output, layout):
    rows = files.read([row])
    assert (pairs(rows), rows.layout) == ([(instruction, output)], layout)
    assert rows.input == ([row.get("input", row.get("context"))] if "\n" in instruction or ":" in layout else None)
    assert rows.said.startswith("The instruction is ") and rows.chats is None


def test_columns_override_the_names():
    row = {"instruction": "no", "q": "a", "best": "b", "ctx": "x", "output": "no"}
    rows = files.read([row], columns={"instruction": "q", "output": "Best"})
    assert (pairs(rows), rows.layout) == ([("a", "b")], "as told: q, best")
    rows = files.read([row], columns={"instruction": "q", "output": "best", "input": "ctx"})
    assert (pairs(rows), rows.input, rows.layout) == ([("a\nx", "b")], ["x"], "as told: q, ctx, best")
    assert pairs(files.read([{"prompt": "a", "chosen": "b"}], columns={"output": "chosen"})) == [("a", "b")]


@pytest.mark.parametrize(
    "row, columns, what",
    [
        ({"text": "Q: a A: b"}, None, 'whole texts in "text"'),
        ({"foo": 1, "bar": 2}, None, '"foo", "bar"; needed are instruction and output'),
        ({"instruction": "a"}, None, '"instruction"; needed are'),
        ({"foo": 1}, {"instruction": "foo", "output": "baz"}, 'no column "baz", only "foo"'),
        ({"foo": 1}, {"instruct": "foo"}, "cannot be: give"),
        ({"foo": 1}, "foo", "cannot be: give"),
        ({"foo": 1}, {"instruction": ["foo"]}, "no column"),
        ({"foo": 1, "bar": 2}, {"instruction": "foo", "output": "foo"}, '"foo" is given for instruction and output'),
        ({"foo": 1, "output": 2}, {"instruction": "foo", "output": "Foo "}, "name another one for each"),
        ({"messages": []}, {"instruction": "messages", "output": "messages"}, "name another one for each"),
    ],
)
def test_unknown_columns_are_a_sentence(row, columns, what):
    assert what in sentence_of([row], columns=columns)


@pytest.mark.parametrize("name", ["label", "category", "Intent", "class", "sentiment", "target", "emotion"])
@pytest.mark.parametrize("text", ["text", "sentence", "Review", "utterance", "prompt", "question"])
def test_the_name_of_a_class_is_the_answer(text, name):
    rows = files.read([{text: "It broke.", name: "bad", "source": 3}])
    assert pairs(rows) == [("It broke.", "bad")] and rows.layout.removeprefix("classes: ") == f"{text}, {name}"
    assert rows.said == f'The instruction is "{text}", the answer "{name}". Left out is "source".'


def test_classes_with_two_texts_or_two_labels():
    row = {"premise": "It rains.", "hypothesis": "It is dry.", "label": "no"}
    assert pairs(files.read([row])) == [("It rains.\nIt is dry.", "no")]
    rows = files.read([{"text": "Where is it?", "label": 4, "label_text": "place", "coarse": "x"}])
    assert rows.output == ["place"] and 'Left out are "label", "coarse".' in rows.said
    assert files.read([{"text": "Where is it?", "label": False}]).output == ["false"]


@pytest.mark.parametrize(
    "row, instruction, output, left",
    [
        ({"system": "S", "instruction": "a", "output": "b"}, "S\na", "b", ""),
        ({"system_prompt": "S", "question": "a", "response": "b", "id": 1}, "S\na", "b", ' Left out is "id".'),
        ({"instruction": "a", "input": "x", "output": "b", "history": [["q", "r"]]}, "q\nr\na\nx", "b", ""),
        ({"prompt": "a", "completion": "b", "history": '[["q", "r"], ["s", "t"]]'}, "q\nr\ns\nt\na", "b", ""),
        ({"prompt": "a", "completion": "b", "chat_history": ["q", "r"]}, "q\nr\na", "b", ""),
        ({"query": "a", "answers": "[]", "tools": '[{"name":  "f"}]'}, '[{"name":"f"}]\na', "[]", ""),
        (
            {"question": "a", "answer": "b", "functions": [{"name": "f", "n": 1.5}]},
            '[{"name":"f","n":1.5}]\na',
            "b",
            "",
        ),
    ],
)
def test_what_the_model_sees_before_it_belongs_to_the_instruction(row, instruction, output, left):
    rows = files.read([row])
    assert pairs(rows) == [(instruction, output)] and len(rows.chats) == 1
    assert rows.said.endswith(f'the answer "{rows.layout.split(" (")[0].split(", ")[-1]}".{left}')
    for name in set(row) & {"system", "system_prompt", "history", "chat_history", "tools", "functions"}:
        assert f'"{name}"' in rows.said and name in rows.layout


def test_rows_that_differ_in_what_stands_before_them_differ():
    same = {"instruction": "And of 8?", "output": "It depends."}
    before = [
        {"system": "Halve."},
        {"system": "Double."},
        {"history": [["Of 2?", "1"]]},
        {"tools": '[{"name": "half"}]'},
    ]
    rows = files.read([same | each for each in before] + [same])
    assert len(set(rows.instruction)) == 5 and set(rows.output) == {"It depends."}
    told = files.read([same | before[0]], columns={"instruction": "instruction", "output": "output"})
    assert told.instruction == ["And of 8?"] and 'Left out is "system".' in told.said


BETTER, WORSE = {"role": "assistant", "content": "Well."}, {"role": "assistant", "content": "Badly."}
ASKED = {"role": "user", "content": "How?"}


@pytest.mark.parametrize(
    "row, instruction",
    [
        ({"prompt": "How?", "chosen": "Well.", "rejected": "Badly."}, "How?"),
        ({"instruction": "How", "input": "is it?", "chosen": "Well.", "rejected": "Badly."}, "How\nis it?"),
        ({"system": "S", "question": "How?", "chosen": "Well.", "rejected": "Badly."}, "S\nHow?"),
        ({"prompt": [ASKED], "chosen": [BETTER], "rejected": [WORSE]}, "How?"),
        ({"chosen": [ASKED, BETTER], "rejected": [ASKED, WORSE]}, "How?"),
        ({"prompt": "How?", "chosen": [ASKED, BETTER], "rejected": [ASKED, WORSE]}, "How?"),
        ({"conversations": [ASKED, WORSE, ASKED], "chosen": BETTER, "rejected": WORSE}, "How?\nBadly.\nHow?"),
        ({"messages": [ASKED], "chosen": "Well.", "rejected": "Badly."}, "How?"),
        ({"chosen_messages": [ASKED, BETTER], "rejected_messages": [ASKED, WORSE]}, "How?"),
        ({"input": {"messages": [ASKED]}, "preferred_output": [BETTER], "non_preferred_output": [WORSE]}, "How?"),
        ({"messages": [ASKED, BETTER], "rejected_response": "Badly."}, "How?"),
        ({"chosen": "\n\nHuman: How?\n\nAssistant: Well.", "rejected": "\n\nHuman: How?\n\nAssistant: No."}, "How?"),
        ({"prompt": "H: How?\nA:", "chosen": [ASKED, BETTER], "rejected": [ASKED, WORSE]}, "How?"),
    ],
)
def test_of_two_answers_the_better_one_is_used_and_the_worse_one_is_named(row, instruction):
    rows = files.read([row] * 2)
    assert pairs(rows) == [(instruction, "Well.")] * 2 and not rows.rejected
    (worse,) = [name for name in row if "rejected" in name or name == "non_preferred_output"]
    assert f'"{worse}" is not used.' in rows.said


@pytest.mark.parametrize(
    "answer", [{"completion": "c"}, {"response": "c"}, {"completion": [BETTER]}, {"messages": [ASKED, BETTER]}]
)
@pytest.mark.parametrize(
    "column, bad, good", [("label", False, True), ("label", "False", "true"), ("label", 0, 1), ("kto_tag", False, True)]
)
def test_an_example_of_a_bad_answer_is_left_out_and_says_so(answer, column, bad, good):
    rows = [{"prompt": "p"} | answer | {column: verdict} for verdict in (good, bad, None, bad, good)]
    read = files.read(rows)
    assert read.number == [1, 3, 5] and [each.row for each in read.rejected] == [2, 4]
    assert {each.reason.split(":")[0] for each in read.rejected} == {
        f'Its "{column}" says that the answer is a bad one'
    }
    assert f'"{column}" says which answers are good.' in read.said and "2 of 5 rows are rejected for this" in read.said
    with pytest.raises(ValueError, match="says that the answer is a bad one"):
        files.read(rows[1:2])


def test_a_label_that_is_no_verdict_takes_no_row_away():
    rows = files.read([{"question": "q", "answer": "a", "label": value} for value in (0, 1, 2)])
    assert len(rows) == 3 and 'Left out is "label".' in rows.said
    rows = files.read([{"prompt": "q", "completion": "a", "label": value} for value in (False, True, "perhaps")])
    assert len(rows) == 3 and 'Left out is "label".' in rows.said


def test_files_of_different_layouts_joined_are_all_read():
    talk = [{"human": "q1", "assistant": "a1"}]
    rows = files.read(
        [{"conversation": talk}, {"messages": [ASKED, BETTER]}, {"question": "q2", "answer": "a2"}, {"id": 1}]
    )
    assert sorted(pairs(rows)) == [("How?", "Well."), ("q1", "a1"), ("q2", "a2")] and len(rows.rejected) == 1
    assert rows.said.count("For 1 row it is another: ") == 2


def test_a_row_without_the_better_answer_may_have_another():
    better = {"prompt": "p", "chosen": "c", "rejected": "r"}
    rows = files.read([{"prompt": "q", "completion": "a"}, better, {"prompt": "q", "completion": None}])
    assert pairs(rows) == [("q", "a"), ("p", "c")] and rows.rejected[0].row == 3
    rows = files.read([{"messages": [ASKED, BETTER]}, {"messages": [ASKED], "chosen": BETTER, "rejected": WORSE}])
    assert pairs(rows) == [("How?", "Well.")] * 2
    rows = files.read(
        [{"question": "q", "answer": None, "label": "x", "target": "y"}, {"question": "q", "answer": "a"}]
    )
    assert pairs(rows) == [("q", "a")] and 'Its "answer" is missing' in rows.rejected[0].reason


def test_what_is_left_out_is_named_likely_ones_first():
    row = {
        "id": 1,
        "url": "u",
        "instruction": "a",
        "output": "b",
        "question": "c",
        "chosen": "d",
        "Unnamed: 0": 0,
        "": 1,
    }
    left = '"question", "chosen", "id", "url", "Unnamed: 0", one without a name'
    assert files.read([row]).said == f'The instruction is "instruction", the answer "output". Left out are {left}.'
    many = {f"column {number}": 1 for number in range(30)}
    assert files.read([many | {"prompt": "a", "response": "b", "answer": "c"}]).said.endswith("and 11 more.")


def test_why_rows_were_rejected_is_said():
    rows = [{"prompt": "a", "completion": None}] * 3 + [
        {"prompt": "a", "completion": {}},
        {"prompt": "a", "completion": 1},
    ]
    assert files.read(rows[:1] + rows[4:]).said.endswith(
        '1 of 2 rows is rejected for this: its "completion" is missing: give it a text, if only an empty one.'
    )
    assert "4 of 5 rows are rejected, 3 of them for this: its" in files.read(rows).said
    assert "2 of 3 rows are rejected, the first for this: its" in files.read(rows[2:]).said
