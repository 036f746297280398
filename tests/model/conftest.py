"""What several tests of models share."""

import pytest

from utils.model import profiles, training


@pytest.fixture(scope="module")
def precise():
    """All in float32 on the CPU, so that sums in another order come to the same."""
    with pytest.MonkeyPatch.context() as patch:
        for place in (profiles, training):
            patch.setattr(place, "hardware", lambda: profiles.Hardware("cpu", None))
        yield
