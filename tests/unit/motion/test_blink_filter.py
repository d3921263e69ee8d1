from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gazewire.model import BlinkResponse, Ellipse, EyeId, PupilDatum
from gazewire.motion.blink_filter import BlinkFilter, BlinkFilterSettings, filtered_blinks


def pupil(t_ms: float, confidence: float, eye_id: EyeId = 0) -> PupilDatum:
    return PupilDatum(
        eye_id=eye_id,
        detector="2d",
        method="2d",
        timestamp_unix_ns=round(t_ms * 1e6),
        norm_pos=(0.5, 0.5),
        diameter_px=40.0,
        ellipse=Ellipse(center_px=(96, 96), axes_px=(38, 40), angle_deg=0),
        confidence=confidence,
    )


def told(pupils: Sequence[PupilDatum]) -> list[tuple[int, BlinkResponse]]:
    detector = BlinkFilter()
    return [(i, response) for i, datum in enumerate(pupils) for response in detector.blinks(datum)]


def one_blink() -> list[PupilDatum]:
    """The vector of §15.2: one eye, 200 Hz from t = 100 s."""
    return [pupil(100_000 + 5 * i, 0.0 if 40 <= i < 60 else 1.0) for i in range(120)]


def test_a_blink_gives_the_digits_of_the_incumbent() -> None:
    answers = told(one_blink())
    onsets = [(i, answer) for i, answer in answers if answer.kind == "onset"]
    offsets = [(i, answer) for i, answer in answers if answer.kind == "offset"]
    assert len(answers) == 34
    assert [i for i, _ in onsets] == list(range(49, 66))
    assert [i for i, _ in offsets] == list(range(75, 92))
    first, second, third = (answer for _, answer in onsets[:3])
    assert first.confidence == pytest.approx(0.529100529, abs=5e-10)
    assert second.confidence == pytest.approx(0.582010582, abs=5e-10)
    assert third.confidence == pytest.approx(0.634920635, abs=5e-10)
    assert first.timestamp_unix_ns == 100_145_000_000
    assert len(first.base) == 42
    _, last = onsets[-1]
    assert (last.timestamp_unix_ns, last.confidence) == (
        100_225_000_000,
        pytest.approx(0.529100529, abs=5e-10),
    )
    (_, first), (_, second), *_, (_, last) = offsets
    assert first.timestamp_unix_ns == 100_275_000_000
    assert first.confidence == pytest.approx(0.529100529, abs=5e-10)
    assert second.confidence == pytest.approx(0.634920635, abs=5e-10)
    assert last.timestamp_unix_ns == 100_355_000_000
    assert last.confidence == pytest.approx(0.529100529, abs=5e-10)


def test_both_eyes_share_one_window() -> None:
    pupils = [datum for t in range(0, 600, 5) for datum in (pupil(t, 1.0), pupil(t, 0.0, 1))]
    assert told(pupils) == []


def test_a_clock_that_is_set_back_begins_anew() -> None:
    pupils = [pupil(5 * i, 1.0) for i in range(100)] + [pupil(0, 0.0)] * 3
    assert told(pupils) == []


def test_an_unknown_confidence_is_none() -> None:
    lost = [pupil(5 * i, float("nan") if 40 <= i < 60 else 1.0) for i in range(120)]
    assert len(told(lost)) == 34


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="history_length_s"):
        BlinkFilterSettings(history_length_s=-1.0)


def trace(*closed: tuple[int, int], count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    confidence = np.ones(count)
    for start, end in closed:
        confidence[start:end] = 0.0
    return np.arange(count) / 200, confidence


def test_a_blink_of_a_recording_lies_around_what_is_lost() -> None:
    (blink,) = filtered_blinks(*trace((100, 120)))
    assert blink.samples.start < 100 < 120 < blink.samples.stop
    assert 0.3 < blink.confidence < 1.0


def test_a_blink_right_after_a_blink_begins_where_it_does() -> None:
    # The opening of the first runs straight into the closing of the second.
    settings = BlinkFilterSettings(onset_threshold=0.01, offset_threshold=0.01)
    first, second = filtered_blinks(*trace((100, 117), (128, 150)), settings)
    assert first.samples.stop == second.samples.start
    assert 117 <= second.samples.start <= 128


@pytest.mark.parametrize("count", [0, 1, 2, 10])
def test_a_recording_shorter_than_the_filter_has_no_blinks(count: int) -> None:
    assert filtered_blinks(np.arange(count) / 200, np.ones(count)) == []


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(3,\), \(2,\)"):
        filtered_blinks([0, 1, 2], [1, 1])
    with pytest.raises(ValueError, match="in order"):
        filtered_blinks([1, 0], [1, 1])
