"""Everything a lesson imports, loaded when it is first asked for: `from utils import phrasebook, fine_tune, compare`.

A lesson that only looks at data should not wait for torch, so nothing is imported before it is used.
"""

from importlib import import_module

_PLACES = {
    "phrasebook": "utils.data.phrasebook",
    "support": "utils.data.support",
    "inbox": "utils.data.inbox",
    "damage": "utils.data.damage",
    "audit": "utils.model.tokens:audit",
    "fine_tune": "utils.model.training:fine_tune",
    "evaluate": "utils.model.evaluation:evaluate",
    "scores": "utils.model.scores:scores",
    "compare": "utils.model.experiment:compare",
    "trajectory": "utils.model.trajectory:trajectory",
    "memory_estimate": "utils.model.footprint:memory_estimate",
    "recorded": "utils.model.recorded:recorded",
    "damage_lab": "utils.widgets.damage_lab:damage_lab",
    "blame": "utils.widgets.blame:blame",
    "taste_test": "utils.widgets.taste_test:taste_test",
    "run_panel": "utils.widgets.run_panel:run_panel",
    "plots": "utils.show.plots",
    "tables": "utils.show.tables",
    "curate": "utils.data.curation:curate",
    "workshop": "utils.widgets.workshop:workshop",
    "progress": "utils.course.progress:progress",
}
__all__ = list(_PLACES)


def __getattr__(name: str):
    if name not in _PLACES:
        raise AttributeError(f'utils has no "{name}": it has {", ".join(_PLACES)}.')
    module, _, attribute = _PLACES[name].partition(":")
    found = import_module(module)
    return getattr(found, attribute) if attribute else found


def __dir__():
    return __all__
