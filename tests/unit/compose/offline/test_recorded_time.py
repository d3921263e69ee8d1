from __future__ import annotations

import numpy as np

from gazewire.compose.offline.recorded_time import RecordedTime

TIMES_S = 5123.1 + np.arange(1000) / 199.7 + 1e-11
TIMES_NS = 10**18 + np.rint((TIMES_S - 5123.0) * 1e9).astype(np.int64)
TIME = RecordedTime(10**18, 5123.0, TIMES_NS[::-1], TIMES_S[::-1])


def test_instants_of_pictures_have_the_doubles_that_were_recorded() -> None:
    assert [TIME.core_s(at) for at in TIMES_NS.tolist()] == TIMES_S.tolist()


def test_they_come_back_as_the_same_nanosecond() -> None:
    assert [TIME.unix_ns(at) for at in TIMES_S.tolist()] == TIMES_NS.tolist()


def test_other_instants_are_computed() -> None:
    assert TIME.core_s(10**18 + 1_500_000_000) == 5124.5
    assert TIME.unix_ns(5124.5) == 10**18 + 1_500_000_000
