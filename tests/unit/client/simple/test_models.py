from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from gazewire.client.simple.models import MatchedItem, SimpleVideoFrame
from gazewire.client.streaming.gaze import GazeData
from gazewire.client.streaming.video import VideoFrame

AT_NS = 1744294828362928801
SECONDS = AT_NS / 1_000_000_000


class CountedPicture:
    """A picture that counts how often it is converted."""

    width, height = 64, 48

    def __init__(self) -> None:
        self.conversions = 0

    def to_ndarray(self, *, format: str, **_: object) -> np.ndarray[Any, np.dtype[np.uint8]]:
        assert format == "bgr24"
        self.conversions += 1
        return np.full((self.height, self.width, 3), 90, np.uint8)


@pytest.fixture
def picture() -> CountedPicture:
    return CountedPicture()


@pytest.fixture
def frame(picture: CountedPicture) -> SimpleVideoFrame:
    return SimpleVideoFrame.from_video_frame(VideoFrame.at_unix_ns(picture, AT_NS))


def test_nothing_is_converted_before_the_pixels_are_asked_for(frame, picture) -> None:
    assert frame.timestamp_unix_ns == AT_NS
    assert frame.timestamp_unix_seconds == frame[1] == frame[-1] == SECONDS
    assert len(frame) == 2
    assert frame == frame
    assert hash(frame)
    assert repr(frame) == (
        f"SimpleVideoFrame(bgr_pixels=<64x48>, timestamp_unix_seconds={SECONDS})"
    )
    assert frame.datetime
    assert MatchedItem(frame, GazeData(1.0, 2.0, True, 3.0)).frame is frame
    assert picture.conversions == 0


def test_pixels_are_converted_once(frame, picture) -> None:
    pixels = frame.bgr_pixels
    assert pixels.shape == (48, 64, 3)
    assert frame.bgr_pixels is frame[0] is frame[-2] is pixels
    assert picture.conversions == 1


def test_what_is_drawn_on_the_pixels_stays(frame) -> None:
    frame.bgr_pixels[0, 0] = 255
    assert (frame.bgr_pixels[0, 0] == 255).all()


def as_called(*items: object) -> tuple[object, ...]:
    return items


@pytest.mark.parametrize(
    "take",
    [
        lambda frame: [*frame],
        lambda frame: list(frame),
        lambda frame: tuple(frame),
        lambda frame: as_called(*frame),
        lambda frame: frame[:],
        lambda frame: list(frame._asdict().values()),
        lambda frame: list(dict(zip(frame._fields, frame, strict=True)).values()),
    ],
)
def test_all_ways_to_take_it_apart_give_pixels_and_seconds(frame, take) -> None:
    pixels, seconds = take(frame)
    assert pixels is frame.bgr_pixels
    assert seconds == SECONDS


def test_it_unpacks(frame) -> None:
    pixels, seconds = frame
    assert (pixels.shape, seconds) == ((48, 64, 3), SECONDS)


def test_it_matches_as_a_class_and_as_a_sequence(frame) -> None:
    match frame:
        case SimpleVideoFrame(pixels, _):
            assert pixels is frame.bgr_pixels
    match frame:
        case (pixels, _):
            assert pixels is frame.bgr_pixels


def test_it_is_a_tuple_with_the_official_fields(frame) -> None:
    assert isinstance(frame, tuple)
    assert SimpleVideoFrame._fields == ("bgr_pixels", "timestamp_unix_seconds")


def test_an_index_beyond_it_is_refused(frame) -> None:
    with pytest.raises(IndexError):
        frame[2]


def test_a_frame_made_of_pixels_is_what_it_was_made_of() -> None:
    pixels = np.zeros((2, 3, 3), np.uint8)
    frame = SimpleVideoFrame(pixels, 2.5)
    assert frame.bgr_pixels is frame[0] is pixels
    assert frame.timestamp_unix_ns == 2_500_000_000
    assert "2.5" in repr(frame)


def test_a_pickled_frame_has_its_pixels_and_instant(frame) -> None:
    again = pickle.loads(pickle.dumps(frame))
    assert type(again) is SimpleVideoFrame
    assert (again.bgr_pixels == frame.bgr_pixels).all()
    assert again.timestamp_unix_ns == AT_NS


def test_replacing_pixels_keeps_the_instant(frame) -> None:
    other = np.ones((2, 3, 3), np.uint8)
    replaced = frame._replace(bgr_pixels=other)
    assert replaced.bgr_pixels is other
    assert replaced.timestamp_unix_ns == AT_NS
