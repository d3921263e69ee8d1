"""Settings out of range are refused."""

import math

import pytest

from gazewire.eye.model3d import Detector3dProperties


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("learning_confidence", 1.5),
        ("trusted_confidence", math.nan),
        ("distance_mm", 0.0),
        ("distance_mm", math.inf),
        ("distance_deviation_mm", -1.0),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        Detector3dProperties(**{name: value})


def test_nothing_is_frozen_at_first() -> None:
    assert not Detector3dProperties().is_long_term_model_frozen
