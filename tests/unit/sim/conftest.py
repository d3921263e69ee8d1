from __future__ import annotations

import pytest

from gazewire.sim import Wearer


# Painting a room takes a second and preparing to draw eyes two, so tests that only look share.
@pytest.fixture(scope="session")
def neon() -> Wearer:
    """Without eye cameras, whose pictures take most of the time."""
    return Wearer(product="neon", seed=7, eye_rate_hz=None)


@pytest.fixture(scope="session")
def neon_with_eyes() -> Wearer:
    return Wearer(product="neon", seed=7)


@pytest.fixture(scope="session")
def invisible() -> Wearer:
    return Wearer(product="invisible", seed=8)
