"""Files that people really have, and faults that were found by trying, where the folders with them are there."""

from pathlib import Path

import pytest

from tests.data.files.at_hand import pairs
from utils.data import files

SHARED = Path(__file__).parents[3].parent / "shared"  # data that is not part of the project
CASES, LAYOUTS = SHARED / "cases", SHARED / "real-data" / "layouts"
CHAT, ALL_BEFORE = "The assistant's last turn in", "is the answer, the instruction is all before it"


def read(folder, name):
    if not (folder / name).exists():
        pytest.skip(f"{folder / name} is not there")
    return files.read(folder / name)


@pytest.mark.parametrize(
    "name, used, rejected, said",
    [
        ("alpaca_en_demo.json", 400, 0, 'The instruction is "instruction" and "input", the answer "output".'),
        ("alpaca_zh_demo.json", 300, 0, 'The instruction is "instruction" and "input", the answer "output".'),
        ("identity.json", 91, 0, 'The instruction is "instruction" and "input", the answer "output".'),
        ("dpo_en_demo.json", 80, 0, 'The instruction is "conversations", the answer "chosen"; "rejected" is not used.'),
        ("v1_dpo_demo.jsonl", 10, 0, f'{CHAT} "chosen_messages" {ALL_BEFORE}; "rejected_messages" is not used.'),
        ("v1_sft_demo.jsonl", 40, 0, f'{CHAT} "messages" {ALL_BEFORE}.'),
        ("glaive_toolcall_en_demo.json", 60, 0, f'{CHAT} "conversations" {ALL_BEFORE}, with "tools" in front.'),
        (
            "reason_tool_use_demo_50.jsonl",
            15,
            0,
            f'{CHAT} "messages" {ALL_BEFORE}, with "tools" in front. Left out of the turns: "reasoning" (40).',
        ),
        (
            "kto_en_demo.json",
            65,
            55,
            f'{CHAT} "messages" {ALL_BEFORE}; "label" says which answers are good. 55 of 120 rows are rejected for '
            'this: its "label" says that the answer is a bad one: it is left out, as a model would learn to give it.',
        ),
    ],
)
def test_files_of_other_programs_lose_nothing_unsaid(name, used, rejected, said):
    rows = read(LAYOUTS, name)
    assert (len(rows), len(rows.rejected), rows.said) == (used, rejected, said)
    assert all(rows.instruction) and all(rows.output)


GEM, DAY = ("Name a gem.", "Opal."), [("Name a day.", "Monday."), ("Name a month.", "June.")]


@pytest.mark.parametrize(
    "name, expected, rejected",
    [
        (
            "06_trl_conversational.jsonl",
            [("What colour is grass?", "It is green."), ("What colour is snow?", "It is white.")],
            [],
        ),
        ("05_content_parts.jsonl", [("Name a red fruit.", "A cherry."), ("Name a blue flower.", "A cornflower.")], []),
        ("07_two_bom.jsonl", DAY, []),
        ("08_utf16.jsonl", None, []),
        ("09_concatenated.jsonl", DAY, []),
        ("09_lines_with_commas.jsonl", DAY, []),
        ("09_pretty.jsonl", DAY, []),
        ("09_trailing_comma.json", DAY, []),
        ("10_duplicate_keys.jsonl", [("Name a bird.", "Wren.")], [1]),
        ("12_category.parquet", [("Good film.", "positive"), ("Bad film.", "negative")], []),
        ("13_data.arrow", None, []),
        ("13_data.feather", None, []),
        ("14_escaped.csv", [('Say "hi", please.', "hi, you"), DAY[0]], []),
        ("14_index.csv", [("Add.\n2 and 3", "5"), ("Sort.", "ok")], []),
        ("14_sep_line.csv", [("Name a day.", "Monday, or Tuesday")], []),
        ("42_trl_dpo.jsonl", [("Name a river in Egypt.", "The Nile.")], []),
        ("42_kto.jsonl", [("Name a river in Egypt.", "The Nile.")], [1]),
        ("42_weights.jsonl", [("2+2?\n5\nSure?", "No, 4.")], [2]),
        ("44_roles.jsonl", [GEM] * 5, []),
        ("63_exporters.jsonl", [GEM], []),
    ],
)
def test_a_fault_that_was_found_is_mended(name, expected, rejected):
    rows = read(CASES, name)
    assert expected is None or pairs(rows) == expected
    assert [each.row for each in rows.rejected] == rejected and len(rows) >= 1


def test_calls_and_odd_turns_of_the_cases():
    rows = read(CASES, "01_tool_calls.jsonl")
    call = '{"name":"forecast","arguments":{"city":"Lyon","days":1}}'
    assert rows.output == [call, "It stays sunny in Nice.", "Hello, how can I help?"] and not rows.rejected
    rows = read(CASES, "03_function_call.jsonl")
    assert rows.output[1] == '{"name":"timer","arguments":{"minutes":5}}' and rows.instruction[0].startswith(
        "Answer briefly.\n[{"
    )
    rows = read(CASES, "02_turn_order.jsonl")
    assert len(rows) == 4 and "In 1 row turns follow the answer" in rows.said
    rows = read(CASES, "04_history_system.jsonl")
    assert rows.instruction[0] == "You square numbers.\nWhat is the square of 9?\n81\nAnd of 12?"
    assert len(set(rows.instruction)) == 2 and len(set(read(CASES, "04_history_same_reply.jsonl").instruction)) == 3
    rows = read(CASES, "42_dpo.jsonl")
    assert rows.output == ["The Nile.", "Lima.", "Lake Como."] and rows.instruction[0].endswith(
        "Name a river in Egypt."
    )
