"""The house: a floor imports only from floors below it, and data alone never waits for torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BELOW = {
    "data": {"show"},  # only where an audit report draws itself, when it is asked to
    "model": {"data", "show"},
    "show": {"data", "model"},
    "widgets": {"data", "model", "show"},
    "course": {"data", "model", "show", "widgets"},
}


@pytest.mark.parametrize("wing", BELOW)
def test_a_wing_imports_only_from_floors_below(wing):
    for file in (ROOT / "utils" / wing).rglob("*.py"):
        package = ("utils", *file.relative_to(ROOT / "utils").parent.parts)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                target = (*package[: len(package) - node.level + 1], *(node.module or "").split("."))
                name = target[1] if len(target) > 1 and target[1] else node.names[0].name
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("utils."):
                name = node.module.split(".")[1]
            else:
                continue
            assert name == wing or name in BELOW[wing], f"{file.relative_to(ROOT)} imports {name}"


def test_only_training_knows_trl_and_peft():
    for file in (ROOT / "utils").rglob("*.py"):
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
        }
        assert file.name == "training.py" or not imported & {"trl", "peft"}, file


def test_data_needs_no_torch():
    code = (
        "import sys; from utils import phrasebook, support, damage; "
        "damage.spoil(phrasebook.examples(20), {'typo': 0.5}); support.examples(5); "
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_an_unknown_name_says_what_there_is():
    import utils

    with pytest.raises(AttributeError, match="phrasebook"):
        utils.nonsense
