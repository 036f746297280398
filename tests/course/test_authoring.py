import nbformat
import pytest

from utils.course import authoring

SOURCES = authoring.sources()


def test_there_are_lessons():
    assert [source.stem for source in SOURCES] == ["01_the_principle"]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_built_notebooks_are_those_of_the_source(source):
    for built, path in zip(authoring.build(source), authoring.targets(source)):
        assert path.read_text(encoding="utf-8") == nbformat.writes(built) + "\n", f"{path.name}: run make notebooks"
        nbformat.validate(built)
        for cell in built.cells:
            assert not cell.get("outputs") and not cell.get("execution_count")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)
def test_no_line_of_a_solution_is_in_the_lesson(source):
    lesson, solution = authoring.build(source)
    hidden = 0
    for learner, solved in zip(lesson.cells, solution.cells, strict=True):
        inside = False
        for line in solved.source.split("\n"):
            if "### END SOLUTION" in line:
                inside = False
            if inside and line.strip():
                assert line not in learner.source.split("\n")
                hidden += 1
            if "### BEGIN SOLUTION" in line:
                inside = True
        assert "SOLUTION" not in learner.source
    assert hidden > 0


def test_markers_without_an_end_fail(tmp_path):
    source = tmp_path / "99_broken.py"
    source.write_text("# %%\n### BEGIN SOLUTION\nx = 1\n")
    with pytest.raises(RuntimeError):
        authoring.build(source)
