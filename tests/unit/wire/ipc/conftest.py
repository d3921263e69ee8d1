"""What the tests of the bus share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gazewire.model import Circle3d, Ellipse, EyeModel, PupilDatum, Sphere
from gazewire.testing.vectors import load_vector
from gazewire.time import TimeBase

VECTORS = Path(__file__).parents[3] / "vectors" / "core"


@pytest.fixture
def vector() -> Callable[[str], bytes]:
    """Load golden bytes by name."""
    return lambda name: load_vector(VECTORS / f"{name}.hex")


@pytest.fixture
def timebase() -> TimeBase:
    """A time base whose zero lies somewhere in 2023."""
    return TimeBase(1_700_000_000_000_000_000)


@pytest.fixture
def pupil_2d() -> PupilDatum:
    """A 2-D pupil whose numbers are all whole, as careless makers of records give them."""
    return PupilDatum(
        eye_id=0,
        detector="2d",
        method="2d c++",
        timestamp_unix_ns=1_700_000_012_500_000_000,
        norm_pos=(0, 1),
        diameter_px=40,
        ellipse=Ellipse(center_px=(96, 97), axes_px=(38, 40), angle_deg=90),
        confidence=1,
    )


@pytest.fixture
def pupil_3d() -> PupilDatum:
    """A 3-D pupil of the other eye, all whole too."""
    return PupilDatum(
        eye_id=1,
        detector="3d",
        method="pye3d 0.3.2 real-time",
        timestamp_unix_ns=1_700_000_012_500_000_000,
        norm_pos=(0, 1),
        diameter_px=40,
        ellipse=Ellipse(center_px=(96, 97), axes_px=(38, 40), angle_deg=90),
        confidence=1,
        model=EyeModel(
            sphere=Sphere(center_mm=(0, 1, 60), radius_mm=10),
            projected_sphere=Ellipse(center_px=(96, 97), axes_px=(99, 99), angle_deg=0),
            circle=Circle3d(center_mm=(0, 1, 50), normal=(0, 0, -1), radius_mm=2),
            confidence=1,
            theta_rad=2,
            phi_rad=-2,
        ),
    )


@pytest.fixture
def whole_numbers() -> Callable[[object], set[str]]:
    """Tell under which keys of a decoded map whole numbers stand, bool apart."""

    def search(value: object, key: str = "") -> set[str]:
        if isinstance(value, dict):
            return set().union(*(search(item, str(name)) for name, item in value.items()))
        if isinstance(value, list | tuple):
            return set().union(*(search(item, key) for item in value))
        return {key} if isinstance(value, int) and not isinstance(value, bool) else set()

    return search
