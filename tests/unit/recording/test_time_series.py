from __future__ import annotations

import numpy as np
import pytest

from gazewire.recording import TimeSeries
from gazewire.recording.time_series import joined

T = 1_790_000_000_123_456_789


def series(*instants: int) -> TimeSeries:
    times = T + np.array(instants, np.int64)
    values = {"x": np.array(instants, np.float32), "n": np.array(instants, np.int32)}
    return TimeSeries("made", joined(times, values))


def test_rows_are_in_order_of_time() -> None:
    assert series(30, 10, 20)["n"].tolist() == [10, 20, 30]


def test_nearest_takes_the_earlier_of_two_equally_near() -> None:
    found = series(0, 10, 20).sample(T + np.array([-5, 4, 5, 6, 99]))
    assert found["n"].tolist() == [0, 0, 0, 10, 20]


def test_linear_is_exact_at_rows_and_between() -> None:
    found = series(0, 10, 20).sample(T + np.array([0, 5, 10, 13]), "linear")
    assert found["x"].tolist() == [0, 5, 10, 13]
    assert found["timestamp_unix_ns"].tolist() == [T, T + 5, T + 10, T + 13]


def test_linear_knows_nothing_beyond_the_ends() -> None:
    found = series(0, 10).sample(T + np.array([-1, 11]), "linear")
    assert np.isnan(found["x"]).all()


def test_linear_on_a_row_beside_nothing_is_the_row() -> None:
    rows = series(0, 10).rows.copy()
    rows["x"][1] = np.nan
    found = TimeSeries("made", rows).sample(np.array([T]), "linear")
    assert found["x"].tolist() == [0]


def test_too_far_is_unknown() -> None:
    found = series(0, 100).sample(T + np.array([9, 11]), tolerance_ns=10)
    assert found["x"][0] == 0
    assert np.isnan(found["x"][1])


def test_a_series_of_nothing_knows_nothing() -> None:
    assert np.isnan(series().sample(np.array([T]))["x"]).all()


def test_between_has_its_start_and_not_its_end() -> None:
    assert series(0, 10, 20).between(T, T + 20)["n"].tolist() == [0, 10]


@pytest.mark.parametrize("times", [np.zeros((2, 2), np.int64), np.zeros(2)])
def test_instants_are_a_row_of_integers(times: np.ndarray) -> None:
    with pytest.raises(ValueError, match="instants are"):
        series(0).sample(times)


def test_rows_without_instants_are_refused() -> None:
    with pytest.raises(ValueError, match="int64"):
        TimeSeries("made", np.zeros(2, [("x", "f4")]))
