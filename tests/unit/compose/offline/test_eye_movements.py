from __future__ import annotations

import numpy as np

from gazewire.compose.offline.eye_in_space import SeenPupil
from gazewire.compose.offline.eye_movements import blinks_of, movements_of
from gazewire.compose.offline.movement_table import movement_table
from gazewire.compose.offline.tracks import GazeLog, PupilLog
from gazewire.model import DetectedFixation, DetectedSaccade, MappedGaze, PupilDatum, nothing_found
from gazewire.optics import nominal_camera
from gazewire.time import TimeBase

MS = 1_000_000
CAMERA = nominal_camera(1000, 1000)


def look(at_ms: float, *, confidence: float = 1.0, across_deg: float = 0.0) -> SeenPupil:
    across = np.radians(across_deg)
    normal = (-float(np.sin(across)), 0.0, -float(np.cos(across)))
    return SeenPupil(round(at_ms * MS), confidence, normal, ())


def log(*looks: SeenPupil) -> PupilLog:
    made = PupilLog()
    for one in looks:
        made.add(one)
    return made


def gaze(
    at_ms: float, eyes: tuple[int, ...], x: float = 0.5, confidence: float = 1.0
) -> MappedGaze:
    base: tuple[PupilDatum, ...] = tuple(nothing_found(eye, 0) for eye in eyes)
    return MappedGaze(
        timestamp_unix_ns=round(at_ms * MS), confidence=confidence, base=base, norm_pos=(x, 0.5)
    )


def test_a_blink_is_of_both_eyes_even_if_their_pictures_are_not_of_one_instant() -> None:
    def closes(at_ms: float, begin: float, end: float) -> float:
        return 0.0 if begin <= at_ms < end else 1.0

    right = log(*(look(t, confidence=closes(t, 500, 700)) for t in range(0, 1500, 5)))
    left = log(*(look(t + 2, confidence=closes(t, 500, 700)) for t in range(0, 1500, 5)))
    wink = log(*(look(t + 2) for t in range(0, 1500, 5)))
    (blink,) = blinks_of({0: right.track(), 1: left.track()})
    assert 480 * MS < blink.start_unix_ns < 520 * MS
    assert 680 * MS < blink.end_unix_ns < 720 * MS
    assert blinks_of({0: right.track(), 1: wink.track()}) == []
    assert blinks_of({}) == []


def test_without_gaze_movements_are_those_of_each_eye() -> None:
    rng = np.random.default_rng(0)
    steps = (0.0 if t < 500 else 10.0 for t in range(0, 1000, 5))
    looks = [
        look(5 * index, across_deg=step + rng.normal(0, 0.02)) for index, step in enumerate(steps)
    ]
    found = movements_of(None, {1: log(*looks).track()})
    assert {source for source, _ in found} == {"eye1"}
    (saccade,) = [one for _, one in found if isinstance(one, DetectedSaccade)]
    assert abs(saccade.amplitude_deg - 10) < 0.5
    assert sum(isinstance(one, DetectedFixation) for _, one in found) == 2


def test_movements_are_of_one_series_of_gaze_alone() -> None:
    made = GazeLog()
    for at in range(0, 1000, 5):
        made.add(gaze(at, (0, 1)), "gaze.2d.01.")
        made.add(gaze(at + 1, (0,), x=0.9, confidence=0.3), "gaze.2d.0.")
    track = made.track(CAMERA)
    assert track is not None
    assert track.topic == "gaze.2d.01."
    assert len(track.times_unix_ns) == 200
    assert np.allclose(track.angles_deg, 0.0)
    assert GazeLog().track(CAMERA) is None


def test_the_table_leaves_empty_what_a_movement_does_not_have() -> None:
    fixation = DetectedFixation(
        start_unix_ns=0, end_unix_ns=250 * MS, centroid_deg=(1.0, 2.0), dispersion_deg=0.5
    )
    table = movement_table([("gaze", fixation)], TimeBase(0))
    row = {name: column[0] for name, column in table.columns.items()}
    assert row["type"] == "fixation"
    assert (row["duration_ms"], row["centroid_x_deg"], row["dispersion_deg"]) == (250.0, 1.0, 0.5)
    assert np.isnan(row["amplitude_deg"])
    assert len(movement_table([], TimeBase(0))) == 0
