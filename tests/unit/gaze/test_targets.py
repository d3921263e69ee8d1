"""References fall into targets."""

from __future__ import annotations

import numpy as np
import pytest

from gazewire.gaze import split_targets


def directions(azimuths_deg) -> np.ndarray:
    angle = np.radians(azimuths_deg)
    return np.column_stack([np.sin(angle), 0 * angle, np.cos(angle)])


def test_places_that_stay_are_one_target_each() -> None:
    runs = split_targets(directions([0, 0.4, -0.3, 10, 10.2, 0.1, 0]))
    assert [run.tolist() for run in runs] == [[0, 1, 2], [3, 4], [5, 6]]


def test_a_moving_target_falls_into_short_runs() -> None:
    runs = split_targets(directions(np.linspace(0, 30, 300)))
    assert 8 <= len(runs) <= 20
    assert np.concatenate(runs).tolist() == list(range(300))


def test_what_is_not_known_belongs_nowhere() -> None:
    assert [run.tolist() for run in split_targets(directions([0, np.nan, 0]))] == [[0, 2]]
    assert split_targets(np.empty((0, 3))) == []


def test_the_shape_is_told() -> None:
    with pytest.raises(ValueError, match=r"\(4, 2\)"):
        split_targets(np.zeros((4, 2)))
