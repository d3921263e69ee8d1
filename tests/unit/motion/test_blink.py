from __future__ import annotations

import numpy as np
import pytest

from gazewire.model import DetectedBlink
from gazewire.motion.blink import BlinkSettings, OnlineBlinks

MS = 1_000_000


def trace(*dips: tuple[int, int, float], count: int = 600) -> np.ndarray:
    """200 Hz; each dip has its first and last sample, and how far the eye is open in between."""
    openness = np.ones(count)
    for first, end, level in dips:
        openness[first:end] = level
    return openness


def told(*eyes: np.ndarray, settings: BlinkSettings | None = None) -> list[DetectedBlink]:
    blinks = OnlineBlinks(settings)
    found = []
    for index, values in enumerate(zip(*eyes, strict=True)):
        for eye_id, value in enumerate(values):
            found.append(blinks.take((1000 + 5 * index) * MS, value, eye_id and 1))
    return [blink for blink in found if blink is not None]


def test_a_blink_is_one_event_with_its_beginning_and_end() -> None:
    (blink,) = told(trace((200, 230, 0.0)))
    assert blink.start_unix_ns == pytest.approx((1000 + 5 * 199) * MS, abs=5 * MS)
    assert blink.end_unix_ns == pytest.approx((1000 + 5 * 230) * MS, abs=5 * MS)
    assert blink.confidence == 1.0


def test_a_blink_is_told_50_ms_after_the_lids_have_opened() -> None:
    blinks = OnlineBlinks()
    for index, value in enumerate(trace((200, 230, 0.0))):
        blink = blinks.take(5 * index * MS, value)
        if blink is not None:
            assert 5 * index * MS - blink.end_unix_ns <= 55 * MS
            break
    else:
        pytest.fail("there was a blink")


def test_lids_that_open_slowly_are_waited_for_no_longer_than_the_limit() -> None:
    openness = trace((200, 220, 0.0), (220, 600, 0.7))
    blinks = OnlineBlinks()
    told_at = [i for i, value in enumerate(openness) if blinks.take(5 * i * MS, value)]
    assert len(told_at) == 1
    assert 220 + 250 / 5 - 2 <= told_at[0] <= 220 + 250 / 5 + 1


def test_what_is_closed_is_known_while_it_is() -> None:
    blinks = OnlineBlinks()
    for index in range(100):
        blinks.take(5 * index * MS, 1.0)
    assert blinks.closed_since_ns is None
    for index in range(100, 106):
        assert blinks.closed_since_ns is None
        blinks.take(5 * index * MS, 0.0)
    blinks.take(530 * MS, 0.0)
    assert blinks.closed_since_ns == pytest.approx(496 * MS, abs=2 * MS)


def test_a_flicker_in_the_middle_makes_no_second_blink() -> None:
    assert len(told(trace((200, 215, 0.0), (218, 230, 0.0)))) == 1


def test_two_blinks_are_two() -> None:
    assert len(told(trace((200, 220, 0.0), (240, 260, 0.0)))) == 2


@pytest.mark.parametrize("samples", [1, 4, 250])
def test_what_is_too_short_or_too_long_is_no_blink(samples: int) -> None:
    assert told(trace((200, 200 + samples, 0.0))) == []


def test_of_two_eyes_that_are_seen_both_have_to_close() -> None:
    assert told(trace((200, 230, 0.0)), trace()) == []
    assert len(told(trace((200, 230, 0.0)), trace((202, 230, 0.0)))) == 1


def test_an_eye_that_is_never_seen_does_not_count() -> None:
    assert len(told(trace((200, 230, 0.0)), np.zeros(600))) == 1
    assert told(np.zeros(600), np.zeros(600)) == []


def test_what_counts_is_the_part_of_what_is_usual() -> None:
    assert len(told(0.6 * trace((200, 230, 0.4)))) == 1
    assert told(0.6 * trace((200, 230, 0.6))) == []


def test_lids_need_no_confidence() -> None:
    aperture_mm = 9.5 * trace((200, 230, 0.1))
    (blink,) = told(aperture_mm)
    assert blink.confidence == pytest.approx(0.9, abs=0.01)


def test_nothing_seen_is_closed() -> None:
    openness = trace()
    openness[200:230] = np.nan
    assert len(told(openness)) == 1


def test_a_clock_that_is_set_back_begins_anew() -> None:
    blinks = OnlineBlinks()
    for index in range(100):
        blinks.take((10**6 + 5 * index) * MS, 1.0)
    for index, value in enumerate(trace((50, 70, 0.0), count=120)):
        blink = blinks.take(5 * index * MS, value)
        if blink is not None:
            assert blink.start_unix_ns < 300 * MS
            break
    else:
        pytest.fail("there was a blink")


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="does not hold"):
        BlinkSettings(closed_level=0.9)
    with pytest.raises(ValueError, match="shortest"):
        BlinkSettings(min_duration_s=2.0)
    with pytest.raises(ValueError, match="merge_gap_s"):
        BlinkSettings(merge_gap_s=float("nan"))
