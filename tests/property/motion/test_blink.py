from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.model import Ellipse, PupilDatum
from gazewire.motion.blink import OnlineBlinks
from gazewire.motion.blink_filter import BlinkFilter
from gazewire.motion.blink_table import find_blinks

MS = 1_000_000
_SIZES = st.one_of(st.floats(0, 1), st.just(math.nan))


@given(st.lists(st.tuples(st.integers(-200, 200), st.integers(0, 1), _SIZES), max_size=80))
@settings(deadline=None)
def test_blinks_of_any_pupils_follow_one_another(
    pupils: list[tuple[int, int, float]],
) -> None:
    blinks = OnlineBlinks()
    now_ms, told = 10_000, []
    for step_ms, eye_id, openness in pupils:
        now_ms += abs(step_ms) // 10
        blink = blinks.take(now_ms * MS, openness, 1 if eye_id else 0)
        told += [] if blink is None else [blink]
    for blink in told:
        assert 0.0 < blink.duration_s < 1.5
        assert 0.0 <= blink.confidence <= 1.0
    for before, after in pairwise(told):
        assert before.end_unix_ns <= after.start_unix_ns


@given(st.lists(st.tuples(st.integers(30, 80), st.integers(8, 60)), max_size=4))
@settings(max_examples=30, deadline=None)
def test_a_recording_has_the_blinks_that_were_told_live(dips: list[tuple[int, int]]) -> None:
    openness = [1.0] * 100
    for open_, closed in dips:
        openness += [0.0] * closed + [1.0] * open_
    openness += [1.0] * 50
    blinks = OnlineBlinks()
    live = [blinks.take(5 * i * MS, value) for i, value in enumerate(openness)]
    told = [blink for blink in live if blink is not None]
    found = find_blinks(np.arange(len(openness)) * 0.005, openness)
    assert len(found) == len(told)
    for ours, theirs in zip(found, told, strict=True):
        assert abs(ours.start_unix_ns - theirs.start_unix_ns) <= 5 * MS
        assert abs(ours.end_unix_ns - theirs.end_unix_ns) <= 5 * MS


def _naive(confidences: list[float]) -> float | None:
    count = len(confidences)
    step = [1 / count] * (count // 2) + [-1 / count] * (count - count // 2)
    if count % 2:
        step[count // 2] = 0.0
    return sum(a * b for a, b in zip(step, confidences, strict=True)) / 0.45


@given(st.lists(st.floats(0, 1), min_size=45, max_size=70))
@settings(max_examples=30, deadline=None)
def test_the_filter_answers_as_its_definition(confidences: list[float]) -> None:
    detector = BlinkFilter()
    for index, confidence in enumerate(confidences):
        pupil = PupilDatum(
            eye_id=0,
            detector="2d",
            method="2d",
            timestamp_unix_ns=5 * index * MS,
            norm_pos=(0.5, 0.5),
            diameter_px=1.0,
            ellipse=Ellipse(center_px=(0, 0), axes_px=(1, 1), angle_deg=0),
            confidence=confidence,
        )
        told = detector.blinks(pupil)
        expected = _naive(confidences[max(0, index - 41) : index + 1])
        if index < 40 or expected is None or abs(abs(expected) - 0.5) < 1e-9:
            continue
        if abs(expected) < 0.5:
            assert not told
        else:
            (response,) = told
            assert response.kind == ("onset" if expected > 0 else "offset")
            assert abs(response.confidence - min(1.0, abs(expected))) < 1e-9
