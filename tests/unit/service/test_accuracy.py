from __future__ import annotations

import numpy as np
import pytest

from gazewire.service.accuracy import evaluate_gaze, nearest_in_time


def directions(*degrees: float) -> np.ndarray:
    angles = np.radians(degrees)
    return np.stack([np.sin(angles), np.zeros_like(angles), np.cos(angles)], axis=1)


def test_accuracy_is_the_angle_of_the_mean_cosine() -> None:
    found = evaluate_gaze(directions(1.0, 3.0), 7.0 * directions(0.0, 0.0))
    mean = (np.cos(np.radians(1.0)) + np.cos(np.radians(3.0))) / 2
    assert found.accuracy_deg == pytest.approx(np.degrees(np.arccos(mean)))
    assert found.accuracy_deg != pytest.approx(2.0, abs=0.1)
    assert (found.used, found.total) == (2, 2)


def test_gaze_that_is_further_away_than_five_degrees_looked_elsewhere() -> None:
    found = evaluate_gaze(directions(1.0, 5.1, 1.0), directions(0.0, 0.0, 0.0))
    assert found.accuracy_deg == pytest.approx(1.0)
    assert (found.used, found.total) == (2, 3)
    nowhere = evaluate_gaze(directions(60.0, 61.0), directions(0.0, 0.0))
    assert nowhere.accuracy_deg is None
    assert (nowhere.used, nowhere.total) == (0, 2)


def test_precision_is_of_steps_while_gaze_and_target_stand_still() -> None:
    gaze = directions(0.0, 0.3, 0.7, 10.0, 10.4)
    targets = directions(0.0, 0.0, 0.0, 10.0, 20.0)
    found = evaluate_gaze(gaze, targets)
    # From 0.7 to 10 gaze jumps, and then the target.
    assert found.precision_deg == pytest.approx(np.sqrt((0.3**2 + 0.4**2) / 2))
    assert evaluate_gaze(directions(0.0), directions(0.0)).precision_deg is None


@pytest.mark.parametrize(
    ("wanted", "nearest"),
    [(0, 0), (49, 0), (50, 1), (51, 1), (100, 1), (100 + 66_666_666, 1), (100 + 66_666_667, None)],
)
def test_what_is_nearest_in_time_is_not_a_fifteenth_of_a_second_away(
    wanted: int, nearest: int | None
) -> None:
    assert nearest_in_time([0, 100], wanted) == nearest
    assert nearest_in_time([], wanted) is None


def test_each_target_has_its_own_accuracy_and_where_gaze_fell_around_it() -> None:
    gaze = directions(1.0, 1.2, 9.5, 9.5, 60.0)
    references = directions(0.0, 0.0, 10.0, 10.0, 10.0)
    found = evaluate_gaze(gaze, references, targets=[0, 0, 3, 3, None])
    first, second = found.targets
    assert (first.target, second.target) == (0, 3)
    assert first.offset_deg == pytest.approx((1.1, 0.0))
    assert second.offset_deg == pytest.approx((-0.5, 0.0))
    assert first.precision_deg == pytest.approx(0.2)
    assert np.array(first.residuals_deg) == pytest.approx(np.array([[1.0, 0.0], [1.2, 0.0]]))
    assert (found.used, found.total) == (4, 5)


def test_of_many_gaze_data_some_are_told_from_the_first_to_the_last() -> None:
    angles = np.linspace(0.0, 2.0, 500)
    found = evaluate_gaze(directions(*angles), directions(*np.zeros(500)), targets=[0] * 500)
    residuals = found.targets[0].residuals_deg
    assert len(residuals) == 50
    assert (residuals[0][0], residuals[-1][0]) == pytest.approx((0.0, 2.0))


def test_what_is_not_of_one_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        evaluate_gaze(directions(0.0, 1.0), directions(0.0))
    with pytest.raises(ValueError, match="2 gaze data cannot be of 1 targets"):
        evaluate_gaze(directions(0.0, 1.0), directions(0.0, 1.0), targets=[0])
