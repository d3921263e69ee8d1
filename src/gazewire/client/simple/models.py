"""What the blocking client hands out besides the data of single streams."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Self, SupportsIndex, cast

from gazewire.client._engine.matching import SceneMatch
from gazewire.client.streaming.audio import AudioFrame
from gazewire.client.streaming.gaze import GazeDataType
from gazewire.client.streaming.timestamped import Timestamped
from gazewire.client.streaming.video import BGRBuffer, VideoFrame

__all__ = [
    "MATCHED_GAZE_EYES_LABEL",
    "MATCHED_ITEM_LABEL",
    "MATCHED_SCENE_AUDIO_LABEL",
    "MatchedGazeEyesSceneItem",
    "MatchedItem",
    "MatchedSceneAudioItem",
    "SimpleVideoFrame",
]

MATCHED_ITEM_LABEL = "matched_gaze_and_scene_video"
MATCHED_GAZE_EYES_LABEL = "matched_gaze_eyes_and_scene_video"
MATCHED_SCENE_AUDIO_LABEL = "matched_scene_video_and_audio"


class _SimpleVideoFields(NamedTuple):
    bgr_pixels: BGRBuffer
    timestamp_unix_seconds: float


class SimpleVideoFrame(Timestamped, _SimpleVideoFields):
    """A picture and its instant, converted to BGR when its pixels are asked for.

    It is a tuple of two: ``pixels, seconds = frame`` works, and so does ``frame[0]``. The first
    look at the pixels takes the milliseconds of the conversion, in the thread that looks; further
    ones return the same array. A frame whose pixels nobody looks at costs nothing.

    Attributes:
        timestamp_unix_seconds: exposure, by the device's clock.
    """

    # In a frame made of a `VideoFrame`, the first item of the tuple underneath is that. All ways to
    # get at the items, but for the arithmetic that tuples have too, pass by `bgr_pixels`.

    @classmethod
    def from_video_frame(cls, vf: VideoFrame) -> Self:
        """Take a decoded picture and its exact instant, and convert it when that is needed."""
        frame = tuple.__new__(cls, (vf, vf.timestamp_unix_seconds))
        frame.timestamp_unix_ns = vf.timestamp_unix_ns
        return frame

    @property
    def bgr_pixels(self) -> BGRBuffer:
        """(H, W, 3) uint8, C-contiguous: blue, green, red. The same array each time."""
        first = self._first()
        if not isinstance(first, VideoFrame):
            return first
        # Not a cached_property, which in Python 3.11 lets one thread at a time convert. Two that
        # look at one frame at once may both convert; both get the array that came first.
        attributes = vars(self)
        if "_pixels" not in attributes:
            attributes.setdefault("_pixels", first.bgr_buffer())
        pixels: BGRBuffer = attributes["_pixels"]
        return pixels

    def __iter__(self) -> Iterator[Any]:  # Any, because the two items have no type in common
        yield self.bgr_pixels
        yield self.timestamp_unix_seconds

    def __getitem__(self, index: SupportsIndex | slice) -> Any:  # as above
        if isinstance(index, slice):
            return tuple(self)[index]
        # A look at the time alone converts nothing.
        item: object = super().__getitem__(index)
        return self.bgr_pixels if isinstance(item, VideoFrame) else item

    def __repr__(self) -> str:
        first = self._first()
        if not isinstance(first, VideoFrame):
            return super().__repr__()
        pixels = f"<{first.av_frame.width}x{first.av_frame.height}>"
        seconds = self.timestamp_unix_seconds
        return f"SimpleVideoFrame(bgr_pixels={pixels}, timestamp_unix_seconds={seconds})"

    def _first(self) -> BGRBuffer | VideoFrame:
        return cast("BGRBuffer | VideoFrame", tuple.__getitem__(self, 0))


class MatchedItem(NamedTuple):
    """A picture of the scene, and where the wearer looked in it."""

    frame: SimpleVideoFrame
    gaze: GazeDataType

    @classmethod
    def from_match(cls, match: SceneMatch) -> Self:
        """Take over a match, which has to have a gaze."""
        assert match.gaze is not None
        return cls(SimpleVideoFrame.from_video_frame(match.scene), match.gaze)


class MatchedGazeEyesSceneItem(NamedTuple):
    """A picture of the scene, one of the eyes, and where the wearer looked."""

    scene: SimpleVideoFrame
    eyes: SimpleVideoFrame
    gaze: GazeDataType

    @classmethod
    def from_match(cls, match: SceneMatch) -> Self:
        """Take over a match, which has to have eyes and a gaze."""
        assert match.eyes is not None
        assert match.gaze is not None
        return cls(
            SimpleVideoFrame.from_video_frame(match.scene),
            SimpleVideoFrame.from_video_frame(match.eyes),
            match.gaze,
        )


class MatchedSceneAudioItem(NamedTuple):
    """A picture of the scene, the sound around it, and where the wearer looked."""

    frame: SimpleVideoFrame
    audio: list[AudioFrame]
    gaze: GazeDataType | None

    @classmethod
    def from_match(cls, match: SceneMatch) -> Self:
        """Take over a match."""
        return cls(SimpleVideoFrame.from_video_frame(match.scene), list(match.audio), match.gaze)
