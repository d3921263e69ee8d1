from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from gazewire.bridge.eye_events import EyeEventTeller
from gazewire.model import (
    Blink,
    Ellipse,
    EyeEvent,
    EyeId,
    Fixation,
    GazeDatum,
    MappedGaze,
    Onset,
    PupilDatum,
    Saccade,
)
from gazewire.optics import Camera

START_NS = 1_700_000_000_000_000_000
INTERVAL_NS = 5_000_000
CAMERA = Camera(1600, 1200, (900.0, 900.0), (799.5, 599.5))
FLAT = Ellipse(center_px=(1.0, 1.0), axes_px=(2.0, 2.0), angle_deg=0.0)
# Half a second here, half a second there, and a jump of 20 ms between.
PLACES = [*[(600.0, 500.0)] * 100, *[(700.0, 500.0), (800.0, 500.0), (900.0, 500.0)]]
PLACES += [(1000.0, 500.0)] * 100


def pupil(eye_id: EyeId, instant_ns: int, confidence: float = 0.95) -> PupilDatum:
    return PupilDatum(
        eye_id=eye_id,
        detector="2d",
        method="2d",
        timestamp_unix_ns=instant_ns,
        norm_pos=(0.5, 0.5),
        diameter_px=2.0,
        ellipse=FLAT,
        confidence=confidence,
    )


def events_of_gaze() -> list[EyeEvent]:
    teller = EyeEventTeller(CAMERA)
    noise = np.random.default_rng(5).normal(0.0, 0.5, (1000, 2))
    found: list[EyeEvent] = []
    for number, (place, wobble) in enumerate(zip(itertools.cycle(PLACES), noise, strict=False)):
        instant_ns = START_NS + number * INTERVAL_NS
        x, y = np.array(place) + wobble
        base = pupil(0, instant_ns), pupil(1, instant_ns)
        gaze = MappedGaze(
            timestamp_unix_ns=instant_ns,
            confidence=0.95,
            base=base,
            norm_pos=(x / 1600, 1 - y / 1200),
        )
        datum = GazeDatum(timestamp_unix_ns=instant_ns, x_px=x, y_px=y)
        found += teller.take_gaze(gaze, datum)
    return found


@pytest.fixture(scope="module")
def events() -> list[EyeEvent]:
    return events_of_gaze()


def test_rests_and_jumps_are_told_in_turn(events: list[EyeEvent]) -> None:
    kinds = [type(event) for event in events if not isinstance(event, Onset)]
    assert len(kinds) >= 12
    assert all(a != b for a, b in itertools.pairwise(kinds))
    assert set(kinds) == {Fixation, Saccade}


def test_what_ends_is_followed_by_what_begins(events: list[EyeEvent]) -> None:
    onsets = Counter(event.kind for event in events if isinstance(event, Onset))
    assert abs(onsets["fixation"] - onsets["saccade"]) <= 1
    for ended, begun in itertools.pairwise(events):
        if isinstance(begun, Onset) and not isinstance(ended, Onset | Blink):
            assert begun.start_unix_ns == ended.end_unix_ns


def test_movements_are_told_in_pixels_and_degrees_of_the_scene(events: list[EyeEvent]) -> None:
    saccades = [event for event in events if isinstance(event, Saccade)]
    fixations = [event for event in events if isinstance(event, Fixation)]
    for saccade in saccades[:4]:
        assert saccade.amplitude_px == pytest.approx(400, abs=110)
        assert saccade.amplitude_deg == pytest.approx(25, abs=7)
        assert saccade.max_velocity_px_s >= saccade.mean_velocity_px_s
    for fixation in fixations[1:5]:
        assert min(abs(fixation.mean_gaze_px[0] - x) for x in (600, 1000)) < 30
        assert fixation.end_unix_ns - fixation.start_unix_ns > 350_000_000


def test_closed_lids_are_one_blink() -> None:
    teller = EyeEventTeller(CAMERA)
    found: list[EyeEvent] = []
    for number in range(400):
        instant_ns = START_NS + number * INTERVAL_NS
        confidence = 0.0 if 200 <= number < 240 else 0.95
        for eye_id in (0, 1):
            found += teller.take_pupil(pupil(1 if eye_id else 0, instant_ns, confidence))
    (blink,) = found
    assert isinstance(blink, Blink)
    assert blink.start_unix_ns == pytest.approx(START_NS + 200 * INTERVAL_NS, abs=4 * INTERVAL_NS)
    assert blink.end_unix_ns == pytest.approx(START_NS + 240 * INTERVAL_NS, abs=4 * INTERVAL_NS)


@pytest.mark.parametrize("late_ms", [0, 15, 60, 1500])
def test_blinks_are_one_each_and_in_order_where_one_eye_comes_late_and_pupils_get_lost(
    late_ms: int,
) -> None:
    rng = np.random.default_rng(late_ms)
    closures = [(200 * number, 200 * number + 36) for number in range(1, 9)]
    arriving: list[tuple[int, int, PupilDatum]] = []
    eyes: tuple[EyeId, EyeId] = (0, 1)
    for eye_id in eyes:
        for number in np.flatnonzero(rng.random(1900) < 0.8).tolist():
            instant_ns = START_NS + number * INTERVAL_NS
            is_closed = any(first <= number < last for first, last in closures)
            seen = pupil(eye_id, instant_ns, 0.0 if is_closed else 0.95)
            arriving.append((instant_ns + eye_id * late_ms * 1_000_000, eye_id, seen))
    teller = EyeEventTeller(CAMERA)
    found = [
        event
        for _, _, seen in sorted(arriving, key=lambda one: one[:2])
        for event in teller.take_pupil(seen)
    ]
    starts = [START_NS + first * INTERVAL_NS for first, _ in closures]
    assert [event.start_unix_ns for event in found] == pytest.approx(starts, abs=120_000_000)
    assert all(
        before.end_unix_ns < after.start_unix_ns
        for before, after in itertools.pairwise(found)
        if isinstance(before, Blink)
    )


def test_a_blink_that_leaves_a_gap_in_gaze_is_one_event() -> None:
    teller = EyeEventTeller(CAMERA)
    noise = np.random.default_rng(6).normal(0.0, 0.5, (700, 2))
    found: list[EyeEvent] = []
    for number in range(700):
        instant_ns = START_NS + number * INTERVAL_NS
        is_closed = 300 <= number < 340
        seen: tuple[PupilDatum, PupilDatum] = (
            pupil(0, instant_ns, 0.0 if is_closed else 0.95),
            pupil(1, instant_ns, 0.0 if is_closed else 0.95),
        )
        found += teller.take_pupil(seen[0]) + teller.take_pupil(seen[1])
        x, y = np.array((600.0, 500.0)) + noise[number]
        gaze = MappedGaze(
            timestamp_unix_ns=instant_ns,
            confidence=min(one.confidence for one in seen),
            base=seen,
            norm_pos=(x / 1600, 1 - y / 1200),
        )
        datum = GazeDatum(timestamp_unix_ns=instant_ns, x_px=x, y_px=y)
        found += teller.take_gaze(gaze, None if is_closed else datum)
    assert sum(isinstance(event, Blink) for event in found) == 1


def test_events_of_a_kind_begin_and_end_one_after_the_other(events: list[EyeEvent]) -> None:
    for kind in (Fixation, Saccade):
        of_kind = [event for event in events if isinstance(event, kind)]
        for before, after in itertools.pairwise(of_kind):
            assert before.start_unix_ns < before.end_unix_ns <= after.start_unix_ns
    begun = [event.start_unix_ns for event in events if isinstance(event, Onset)]
    assert begun == sorted(begun)
