from __future__ import annotations

import numpy as np

from gazewire.bridge.eye_images import EyePairs
from gazewire.model import EyeId, Frame

MS = 1_000_000


def image(level: int, size: int = 4) -> np.ndarray:
    return np.full((size, size), level, np.uint8)


def pixels(frame: Frame) -> np.ndarray:
    return np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width)


def told(pairs: EyePairs, *images: tuple[EyeId, int, int]) -> list[tuple[int, int, int]]:
    """Instant, and the level of the left and of the right half, of each picture."""
    found = []
    for eye_id, instant_ms, level in images:
        for frame in pairs.add(eye_id, instant_ms * MS, image(level)):
            rows = pixels(frame)
            instant_ns = frame.timestamp_unix_ns
            found.append((instant_ns // MS, int(rows[0, 0]), int(rows[0, -1])))
    return found


def both() -> EyePairs:
    return EyePairs({0: (4, 4), 1: (4, 4)}, rate_hz=100.0)


def test_the_left_eye_is_on_the_left() -> None:
    assert told(both(), (0, 10, 7), (1, 10, 9)) == [(10, 9, 7)]


def test_eyes_that_are_a_little_apart_are_one_picture_of_the_earlier_instant() -> None:
    assert told(both(), (0, 10, 7), (1, 14, 9)) == [(10, 9, 7)]


def test_an_eye_that_stays_alone_is_shown_beside_black() -> None:
    assert told(both(), (0, 10, 7), (0, 20, 8), (0, 260, 9), (0, 270, 5)) == [(260, 0, 9)]


def test_the_first_picture_waits_for_both_eyes_each_time_that_images_come_anew() -> None:
    pairs = both()
    assert told(pairs, (0, 10, 7), (0, 20, 8), (1, 20, 9)) == [(20, 9, 8)]
    pairs.begin()
    assert told(pairs, (1, 90, 4), (1, 100, 5), (0, 100, 6)) == [(100, 5, 6)]


def test_an_eye_that_has_a_lower_rate_is_shown_again_for_a_while() -> None:
    begun: list[tuple[EyeId, int, int]] = [
        (0, 10, 7),
        (1, 10, 9),
        (0, 20, 8),
        (0, 270, 6),
        (0, 280, 5),
    ]
    assert told(both(), *begun) == [(10, 9, 7), (20, 9, 8), (270, 0, 6)]


def test_eyes_that_are_far_apart_are_two_pictures() -> None:
    begun: list[tuple[EyeId, int, int]] = [(0, 10, 7), (1, 10, 9)]
    assert told(both(), *begun, (0, 20, 3), (1, 40, 4), (0, 40, 8)) == [
        (10, 9, 7),
        (20, 9, 3),
        (40, 4, 8),
    ]


def test_the_only_eye_waits_for_none() -> None:
    assert told(EyePairs({1: (4, 4)}, rate_hz=100.0), (1, 10, 9)) == [(10, 9, 0)]


def test_pictures_rise_in_time_and_are_counted() -> None:
    pairs = both()
    frames = [
        frame
        for eye_id, instant_ms in [(0, 10), (1, 10), (0, 5), (1, 5), (0, 20), (1, 20)]
        for frame in pairs.add(1 if eye_id else 0, instant_ms * MS, image(1))
    ]
    assert [frame.timestamp_unix_ns // MS for frame in frames] == [10, 20]
    assert [frame.index for frame in frames] == [0, 2]


def test_images_of_another_size_are_fitted() -> None:
    pairs = EyePairs({0: (4, 4), 1: (8, 8)}, rate_hz=100.0)
    assert (pairs.shape.width, pairs.shape.height) == (16, 8)
    pairs.add(0, MS, image(7, 4))
    (frame,) = pairs.add(1, MS, image(9, 8))
    assert pixels(frame)[:, :8].tolist() == image(9, 8).tolist()
    assert pixels(frame)[:, 8:].tolist() == image(7, 8).tolist()
