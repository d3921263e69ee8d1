from __future__ import annotations

import numpy as np
import pytest

from gazewire.camera import MovingPattern, VideoShape, read_frame_number
from gazewire.time import ManualClock

SHAPE = VideoShape(width=96, height=64, rate_hz=100.0)
INTERVAL_NS = 10_000_000


def pixels(frame) -> np.ndarray:
    channels = () if frame.pixel_format == "gray" else (3,)
    return np.frombuffer(frame.data, np.uint8).reshape(frame.height, frame.width, *channels)


def taken(camera: MovingPattern, clock: ManualClock, count: int) -> list:
    shots = []
    for _ in range(count):
        shots.append(camera.take())
        clock.advance(INTERVAL_NS)
    return shots


@pytest.mark.parametrize("is_colour", [False, True])
def test_each_image_has_its_number_and_instant(is_colour: bool) -> None:
    clock = ManualClock()
    start_ns = clock.unix_ns()
    camera = MovingPattern("a", SHAPE, clock, is_colour=is_colour)
    frames = [shot.frame for shot in taken(camera, clock, 3)]
    assert [read_frame_number(pixels(frame)) for frame in frames] == [0, 1, 2]
    assert [frame.index for frame in frames] == [0, 1, 2]
    instants = [frame.timestamp_unix_ns - start_ns for frame in frames]
    assert instants == [0, INTERVAL_NS, 2 * INTERVAL_NS]


def test_images_move() -> None:
    clock = ManualClock()
    first, second = taken(MovingPattern("a", SHAPE, clock), clock, 2)
    assert np.array_equal(pixels(first.frame)[8:, 1:], pixels(second.frame)[8:, :-1])


def test_who_is_late_has_lost_images_that_are_counted() -> None:
    clock = ManualClock()
    camera = MovingPattern("a", SHAPE, clock)
    camera.take()
    clock.advance(10 * INTERVAL_NS)
    shot = camera.take()
    assert (shot.frame.index, shot.drops) == (9, {"camera": 8})


def test_a_seed_is_a_pattern() -> None:
    clock = ManualClock()
    images = [MovingPattern("a", SHAPE, clock, seed=seed).take().frame.data for seed in (1, 1, 2)]
    assert images[0] == images[1] != images[2]


def test_a_pattern_has_room_for_its_number() -> None:
    with pytest.raises(ValueError, match="48 pixels"):
        MovingPattern("a", VideoShape(width=40, height=40, rate_hz=1.0), ManualClock())
