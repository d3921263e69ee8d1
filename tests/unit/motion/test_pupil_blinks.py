from __future__ import annotations

from gazewire.model import BlinkResponse, DetectedBlink, Ellipse, EyeId, PupilDatum
from gazewire.motion.pupil_blinks import PupilBlinks

MS = 1_000_000


def pupil(t_ms: int, confidence: float, eye_id: EyeId) -> PupilDatum:
    return PupilDatum(
        eye_id=eye_id,
        detector="2d",
        method="2d",
        timestamp_unix_ns=t_ms * MS,
        norm_pos=(0.5, 0.5),
        diameter_px=40.0,
        ellipse=Ellipse(center_px=(96, 96), axes_px=(38, 40), angle_deg=0),
        confidence=confidence,
    )


def told(closed: range, detector: PupilBlinks, count: int = 600) -> list[tuple[int, BlinkResponse]]:
    eyes: tuple[EyeId, ...] = (0, 1)
    return [
        (i, response)
        for i in range(count)
        for eye_id in eyes
        for response in detector.blinks(pupil(5 * i, 0.0 if i in closed else 1.0, eye_id))
    ]


def test_a_blink_is_one_onset_and_one_offset() -> None:
    detector = PupilBlinks()
    (began, onset), (ended, offset) = told(range(200, 240), detector)
    assert (onset.kind, offset.kind) == ("onset", "offset")
    assert 990 * MS < onset.timestamp_unix_ns < 1005 * MS
    assert began == 206  # 30 ms after it was closed
    assert 1190 * MS < offset.timestamp_unix_ns < 1205 * MS
    assert ended == 250  # 50 ms after it was open
    assert {datum.eye_id for datum in onset.base} == {0, 1}
    (blink,) = detector.movements()
    assert isinstance(blink, DetectedBlink)
    assert blink.end_unix_ns == offset.timestamp_unix_ns
    assert detector.movements() == []


def test_closed_eyes_open_again_but_have_not_blinked() -> None:
    detector = PupilBlinks()
    answers = told(range(200, 500), detector)
    assert [response.kind for _, response in answers] == ["onset", "offset"]
    assert detector.movements() == []


def test_a_lost_frame_is_nothing() -> None:
    assert told(range(200, 203), PupilBlinks()) == []
