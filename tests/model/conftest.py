"""What several tests of models share."""

import pytest

from utils.model import hardware, loading, training


@pytest.fixture(scope="module")
def precise():
    """All in float32 on the CPU, so that sums in another order come to the same."""
    with pytest.MonkeyPatch.context() as patch:
        for place in (hardware, loading, training):
            patch.setattr(place, "hardware", lambda: hardware.Hardware("cpu", None))
        yield
