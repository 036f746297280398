"""Lessons whose runs are short: every cell as it stands, but few steps, and few test rows, in each run.

What a test wants to see of most lessons is that their cells run, in a browser or solved, and that takes no model that has
learnt anything. `pytest --full` leaves them as long as they are for a learner.
"""

import nbformat

FULL = ("01_the_principle",)  # the lesson that everybody takes is run as it is; solved it is short like the others
COMPARED, TRAINED, TEST_ROWS = 8, 12, 20  # steps of runs in comparisons, steps of single ones, rows
# Runs at the end of a lesson's first cell, which puts `utils` at hand.
PATCH = f"""
def _shorten():
    import utils
    from utils.model import experiment, live
    plan, fine_tune, trajectory = experiment.plan, utils.fine_tune, utils.trajectory

    def few(test):
        test = utils.phrasebook.examples(200, split="test") if test is None else test
        return test.select(range(min({TEST_ROWS}, len(test))))

    def short_plan(sets, model, steps, seeds, test=None, *others, **more):
        return plan(sets, model, min(steps, {COMPARED}), seeds, few(test), *others, **more)

    def short_trajectory(rows, validation, test, steps=160, **more):
        return trajectory(rows, validation, few(test), min(steps, {TRAINED}), **more)

    def short_fine_tune(rows, model="tiny", steps=150, *others, **more):
        return fine_tune(rows, model, min(steps, {TRAINED}), *others, **more)

    experiment.plan = live.plan = short_plan
    utils.fine_tune, utils.trajectory = short_fine_tune, short_trajectory

_shorten()
"""


def shortened(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook with short runs, in place."""
    next(cell for cell in notebook.cells if cell.cell_type == "code").source += PATCH
    return notebook
