from __future__ import annotations

import msgspec
import pytest

from gazewire.model import Blink, EyeEvent, Fixation, Onset, Saccade

MOVEMENT = {
    "start_unix_ns": 1_000,
    "end_unix_ns": 2_000,
    "start_gaze_px": (1.0, 2.0),
    "end_gaze_px": (3.0, 4.0),
    "mean_gaze_px": (2.0, 3.0),
    "amplitude_px": 2.8,
    "amplitude_deg": 0.2,
    "mean_velocity_px_s": 100.0,
    "max_velocity_px_s": 300.0,
}
EVENTS: list[EyeEvent] = [
    Fixation(**MOVEMENT),
    Saccade(**MOVEMENT),
    Blink(start_unix_ns=1_000, end_unix_ns=2_000),
    Onset(kind="saccade", start_unix_ns=2_000),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_eye_event_is_timed_by_when_it_became_known(event: EyeEvent) -> None:
    assert event.timestamp_unix_ns == 2_000


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_eye_event_is_told_apart_by_its_tag(event: EyeEvent) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=EyeEvent) == event


def test_an_eye_event_does_not_change() -> None:
    blink = Blink(start_unix_ns=1, end_unix_ns=2)
    with pytest.raises(AttributeError):
        blink.end_unix_ns = 3  # type: ignore[misc]
