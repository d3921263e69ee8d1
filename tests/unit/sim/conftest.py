from __future__ import annotations

import pytest

from gazewire.sim import Wearer


# Painting a room takes about a second, so tests that only look share one.
@pytest.fixture(scope="session")
def neon() -> Wearer:
    return Wearer(product="neon", seed=7)


@pytest.fixture(scope="session")
def invisible() -> Wearer:
    return Wearer(product="invisible", seed=8)
