from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.motion.events import movement_events
from gazewire.motion.online import OnlineClassifier
from gazewire.motion.online_events import OnlineMovements

_ANGLES = st.one_of(st.floats(-60, 60), st.just(math.nan), st.just(math.inf))
_STEPS_NS = st.one_of(
    st.integers(1_000_000, 40_000_000), st.integers(-(10**8), 10**8), st.integers(-(10**11), 10**11)
)
_STREAMS = st.lists(st.tuples(_STEPS_NS, _ANGLES, _ANGLES), max_size=80)


@given(_STREAMS)
@settings(max_examples=50, deadline=None)
def test_whatever_comes_is_told_once_in_order_or_passed_over(
    stream: list[tuple[int, float, float]],
) -> None:
    classifier = OnlineClassifier()
    now_ns, taken, told = 10**18, [], []
    for step_ns, x_deg, y_deg in stream:
        now_ns += step_ns
        taken.append(now_ns)
        told += classifier.take(now_ns, x_deg, y_deg)
    told += classifier.finish()
    instants = [sample.timestamp_unix_ns for sample in told]
    # What is told is what was taken, in its order, but for what did not rise.
    remaining = iter(taken)
    assert all(instant in remaining for instant in instants)
    for sample in told:
        assert 0 <= sample.label <= 5
        assert not math.isinf(sample.x_deg)
        assert not math.isinf(sample.y_deg)


@given(_STREAMS)
@settings(max_examples=50, deadline=None)
def test_movements_are_finite_and_follow_one_another(
    stream: list[tuple[int, float, float]],
) -> None:
    movements = OnlineMovements()
    now_ns, told = 10**18, []
    for step_ns, x_deg, y_deg in stream:
        now_ns += abs(step_ns) + 1
        told += movements.take(now_ns, x_deg, y_deg)
    told += movements.finish()
    for movement in told:
        assert movement.duration_s >= 0.0
    for before, after in pairwise(told):
        assert before.end_unix_ns <= after.start_unix_ns


_ROWS = st.tuples(st.floats(1e-3, 0.1), _ANGLES, _ANGLES, st.integers(0, 5))


@given(st.lists(_ROWS, min_size=1, max_size=60))
@settings(max_examples=50, deadline=None)
def test_events_of_any_labels_lie_in_the_recording(
    rows: list[tuple[float, float, float, int]],
) -> None:
    steps, x_deg, y_deg, labels = (np.array(column) for column in zip(*rows, strict=True))
    t_s = np.cumsum(steps)
    for event in movement_events(t_s, x_deg, y_deg, labels):
        assert round(t_s[0] * 1e9) <= event.start_unix_ns <= event.end_unix_ns
        assert event.end_unix_ns <= round(t_s[-1] * 1e9)
