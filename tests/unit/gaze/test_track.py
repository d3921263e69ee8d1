"""Where a pupil was between its samples."""

from __future__ import annotations

import numpy as np
import pytest

from gazewire.gaze.track import PupilTrack


def track(times, xs) -> PupilTrack:
    return PupilTrack.of(np.array(times, float), np.column_stack([xs, np.zeros(len(xs))]))


def test_between_neighbours_it_is_interpolated() -> None:
    found = track([0, 0.01, 0.02], [0.1, 0.2, 0.3]).at(np.array([0.005, 0.012]))
    assert found[:, 0] == pytest.approx([0.15, 0.22])


def test_where_no_sample_is_near_nothing_is_known() -> None:
    seen = track([0, 0.01, 0.2], [0.1, 0.2, 0.3])
    found = seen.at(np.array([-0.03, -0.02, 0.03, 0.1, 0.18, 0.21, np.nan]))
    assert np.isfinite(found[:, 0]).tolist() == [False, True, True, False, True, True, False]
    assert np.isnan(track([], []).at(np.array([0.0]))).all()


def test_a_single_jump_is_no_movement() -> None:
    found = track([0, 0.01, 0.02, 0.03], [0.1, 0.9, 0.1, 0.1]).at(np.array([0.01]))
    assert found[0, 0] == pytest.approx(0.1)


def test_order_repetitions_and_nonsense_do_not_matter() -> None:
    shuffled = track([0.02, 0.0, 0.01, 0.01, 0.005], [0.3, 0.1, 0.2, 0.2, 1e9])
    assert shuffled.at(np.array([0.005]))[0, 0] == pytest.approx(0.15)
