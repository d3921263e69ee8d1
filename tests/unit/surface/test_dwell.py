from __future__ import annotations

import numpy as np
import pytest

from gazewire.surface import dwell

MS = 1_000_000
AREAS = {"left": (0.0, 0.0, 0.5, 1.0), "top": (0.0, 0.5, 1.0, 1.0), "far": (2.0, 2.0, 3.0, 3.0)}


def test_areas_are_told_how_long_how_often_and_when_first() -> None:
    times = np.arange(6) * 5 * MS + 1_000 * MS
    places = np.array(
        [[0.8, 0.2], [0.2, 0.2], [0.2, 0.8], [np.nan, np.nan], [0.3, 0.3], [0.9, 0.9]]
    )

    told = dwell(times, places, AREAS, longest_sample_ns=8 * MS)

    left, top, far = told["left"], told["top"], told["far"]
    assert (left.samples, left.duration_ns, left.visits) == (3, 15 * MS, 2)
    assert left.first_unix_ns == 1_005 * MS
    # The last sample lasts as long as a sample may.
    assert (top.samples, top.duration_ns, top.visits) == (2, 13 * MS, 2)
    assert (far.samples, far.duration_ns, far.visits, far.first_unix_ns) == (0, 0, 0, None)


def test_a_pause_in_the_samples_does_not_count_as_looking() -> None:
    told = dwell([0, 500 * MS], [[0.2, 0.2], [0.8, 0.2]], AREAS, longest_sample_ns=20 * MS)
    assert told["left"].duration_ns == 20 * MS


def test_without_samples_nothing_was_looked_at() -> None:
    assert dwell([], np.empty((0, 2)), AREAS)["left"].samples == 0


@pytest.mark.parametrize(
    ("times", "places"), [([0, 1], [[0.0, 0.0]]), ([1, 0], [[0.0, 0.0], [0.0, 0.0]])]
)
def test_what_is_no_series_is_refused(times: list[int], places: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"\(N,\)|rise"):
        dwell(times, places, AREAS)
