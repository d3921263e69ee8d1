from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from gazewire.model import Fixation, Saccade
from gazewire.sim import HeadMotion, Jump, Landmark, Pinhole
from gazewire.sim.ball import Ball
from gazewire.sim.blinks import Blinks
from gazewire.sim.eye_events import blink_events, completed, onset
from gazewire.sim.pursuit import Pursuit
from gazewire.sim.ticks import unix_ns_of_tick

ZERO = 158_400_000_011_111
CAMERA = Pinhole(width=1600, height=1200, focal_px=896.0)
HEAD = HeadMotion(2)
JUMP = Jump(start_tick=9000, end_tick=13500, start=(0.0, 0.0), end=(0.3, 0.0))
BALL = Ball(Landmark("ball game", (0.0, 0.0), (0.12, 0.08)), (0.0, 0.0))
PURSUIT = Pursuit(0, 90_000, BALL, (-0.1, 0.05), 0.9, 0.0)


def test_a_saccade_is_told_by_its_way_in_the_picture() -> None:
    told = completed(JUMP, ZERO, CAMERA, HEAD)
    assert isinstance(told, Saccade)
    assert told.start_unix_ns == unix_ns_of_tick(ZERO + 9000)
    assert told.end_unix_ns == unix_ns_of_tick(ZERO + 13500)
    assert told.start_gaze_px == pytest.approx(CAMERA.middle_px)
    assert told.end_gaze_px == pytest.approx((799.5 + 0.3 * 896, 599.5))
    assert told.amplitude_px == pytest.approx(0.3 * 896)
    assert told.amplitude_deg == pytest.approx(np.degrees(np.arctan(0.3)))
    assert told.mean_velocity_px_s == pytest.approx(0.3 * 896 / 0.05)
    assert told.max_velocity_px_s == pytest.approx(1.875 * 0.3 * 896 / 0.05, rel=0.06)


def test_a_pursuit_is_told_as_a_fixation() -> None:
    assert onset(PURSUIT, ZERO).kind == "fixation"
    assert onset(JUMP, ZERO).kind == "saccade"
    told = completed(PURSUIT, ZERO, CAMERA, HEAD)
    assert isinstance(told, Fixation)
    assert told.mean_velocity_px_s > 20


def test_blinks_are_told_where_the_lids_met() -> None:
    blinks = Blinks(3)
    minutes = 20 * 60.0
    course = blinks.between(0.0, minutes)
    complete = [blink for blink in course if blink.is_complete]
    assert len(complete) < len(course)
    told = list(islice(blink_events(blinks, ZERO), len(complete)))
    assert [blink.start_unix_ns for blink in told] == [
        unix_ns_of_tick(ZERO + blink.start_tick) for blink in complete
    ]
    assert [blink.timestamp_unix_ns for blink in told] == [
        unix_ns_of_tick(ZERO + blink.end_tick) for blink in complete
    ]
    assert told[-1].end_unix_ns - told[0].start_unix_ns < minutes * 1e9
