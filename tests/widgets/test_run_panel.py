import time

import ipywidgets
import pytest

from utils import phrasebook, run_panel
from utils.model.live import OneRun, Progress
from utils.model.profiles import profile
from utils.widgets import run_panel as module
from utils.widgets.run_panel import RunPanel, in_words, view

ROWS = phrasebook.examples(12, seed=0)
TEST = phrasebook.examples(8, split="test")
SETS = {"few": ROWS, "drawn": lambda seed: phrasebook.examples(6, seed=seed), "base": None}
SMALL = dict(steps=4, seeds=1, test=TEST)


@pytest.fixture
def panel(own_cache):
    return RunPanel(SETS, {"few": 40, "another": 3}, **SMALL)


@pytest.fixture(autouse=True)
def no_earlier_panels(monkeypatch):
    monkeypatch.setattr(module, "_panels", {})


def until(condition, seconds=120):
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, "That took too long."
        time.sleep(0.05)


def parts(box):
    """The widgets of a panel by what they are called."""
    found = {}

    def walk(widget):
        if name := getattr(widget, "description", ""):
            found[name] = widget
        for child in getattr(widget, "children", ()):
            walk(child)

    walk(box)
    found["all text"] = lambda: " ".join(child.value for child in box.children if isinstance(child, ipywidgets.HTML))
    return found


def test_from_start_to_the_result_beside_the_prediction(panel, capsys):
    box = parts(view(panel))
    until(lambda: "Start does 3 runs." in box["all text"]())
    with pytest.raises(ValueError, match="No run is finished yet"):
        panel.result
    clicked = time.monotonic()
    box["Start"].click()
    assert time.monotonic() - clicked < 0.5 and panel.runs.state == "running"
    assert "Runs are under way" in panel.choose(seeds=2).text and panel.chosen["seeds"] == 1
    result = panel.wait()
    assert "Finished: 3 of 3 runs" in capsys.readouterr().out
    assert result.sets == list(SETS) and list(panel.table()["you predicted %"]) == ["40", "–", "–"]
    until(lambda: "Finished: 3 of 3 runs" in box["all text"]())
    until(lambda: "you predicted %" in box["all text"]() and "(predicted 40 %)" in box["all text"]())
    assert box["Start"].disabled and box["Stop"].disabled and not box["Seeds"].disabled

    box["Seeds"].value = 2  # what is finished is not done again
    until(lambda: "3 of 5 runs are finished already" in box["all text"]())
    assert not box["Start"].disabled


class Standing:
    """Runs that stand still in a given state: one finished, one at step 2 of 4."""

    error = "Memory ran out: choose a smaller model."

    def __init__(self, state):
        self.state = state
        runs = [OneRun("few", 0, 4, [2.0] * 4, {4: 50.0}, finished=True), OneRun("drawn", 0, 4, [2.0, 1.5], {2: 25.0})]
        self.progress = Progress(runs, 12.4, 7.6 if state == "running" else None)

    result = None


@pytest.mark.parametrize(
    "state, sentence",
    [
        ("ready", "1 of 2 runs are finished already. Start does the rest."),
        ("running", "Training: 1 of 2 runs finished, 12 s so far, about 8 s left."),
        ("stopping", "Stopping …"),
        ("stopped", "Stopped: 1 of 2 runs are finished and kept. Resume does the rest"),
        ("failed", "Memory ran out: choose a smaller model. 1 of 2 runs are finished and kept."),
    ],
)
def test_every_state_has_its_sentence(panel, state, sentence):
    panel.runs = Standing(state)
    assert sentence in panel.status()


def test_a_run_in_words():
    finished, under_way = Standing("running").progress.runs
    assert in_words(finished) == ("finished", "loss 2.00", "50 % right")
    assert in_words(under_way) == ("step 2 of 4", "loss 1.50", "25 % so far")
    assert in_words(OneRun("base", 0, 0)) == ("waiting", "", "")


def test_stop_and_resume(panel):
    box = parts(view(panel))
    box["Start"].click()
    until(lambda: not box["Stop"].disabled)
    clicked = time.monotonic()
    box["Stop"].click()
    assert time.monotonic() - clicked < 0.5
    until(lambda: box["Start"].description == "Resume", seconds=5)
    assert "Stopped: 0 of 3 runs are finished" in box["all text"]()
    with pytest.raises(ValueError, match="stopped before the first was finished"):
        panel.wait()
    box["Start"].click()
    assert panel.runs.state == "running"
    panel.stop()
    assert panel.runs.wait(5)


def test_without_sets_nothing_starts(panel):
    box = parts(view(panel))
    for name in ("few (12 rows)", "drawn (6 rows, drawn anew for each seed)", "base (the base as it is)"):
        box[name].value = False
    until(lambda: "tick at least one" in box["all text"]())
    assert box["Start"].disabled
    with pytest.raises(ValueError, match="nothing to run"):
        run_panel({})


def test_a_failure_is_a_sentence_in_the_panel(own_cache):
    panel = RunPanel({"<b>": ROWS.select([])}, **SMALL)
    box = parts(view(panel))
    until(lambda: "no rows" in box["all text"]())
    panel.start()
    until(lambda: box["Start"].description == "Try again")
    assert "&lt;b&gt;" in box["all text"](), "a name that looks like HTML is shown as text"
    with pytest.raises(ValueError, match="no rows"):
        panel.wait()


def test_a_cell_that_is_run_again_gets_its_panel_back(own_cache):
    def cell(rows=ROWS, **options):
        return run_panel({"few": rows, "drawn": lambda seed: phrasebook.examples(6, seed=seed)}, **SMALL | options)

    first = cell()
    assert cell() is first and cell(predictions={"few": 9}) is first and first.predictions == {"few": 9}
    assert cell(steps=5) is not first
    assert cell(rows=ROWS.select(range(5))) is not first


def test_the_learning_rate_follows_the_model(panel):
    panel.choose(model="granite-4-350m")
    assert panel.chosen["learning_rate"] == profile("granite-4-350m").learning_rate < 1e-3
    panel.choose(learning_rate=1e-3)
    panel.choose(seeds=2)
    assert panel.chosen["learning_rate"] == 1e-3
    assert "There is no setting 'stepps'" in panel.choose(stepps=3).text


def test_what_may_be_chosen_can_be_limited(own_cache):
    box = parts(view(RunPanel(SETS, settings={"steps": [2, 4]}, **SMALL)))
    assert [value for _, value in box["Steps"].options] == [2, 4]
