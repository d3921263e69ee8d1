"""What a layout gives to be played: streams that can be moved in time, and begun anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gazewire.camera import Sound
from gazewire.model import EyeEvent, Frame, GazeDatum, ImuDatum

__all__ = ["Playable", "PlayedStream", "PlayedVideo", "Sample"]

Sample = GazeDatum | ImuDatum | EyeEvent
"""What is neither picture nor sound."""


class PlayedStream(Protocol):
    """Samples of one kind, in order of time."""

    @property
    def times_unix_ns(self) -> NDArray[np.int64]:
        """(N,) instant of each."""

    def data(self, shift_ns: int = 0) -> Iterator[Sample]:
        """Give the samples, `shift_ns` added to each instant."""


class PlayedVideo(Protocol):
    """The pictures of one camera, or of both eyes side by side."""

    @property
    def times_unix_ns(self) -> NDArray[np.int64]:
        """(N,) instant of each."""

    @property
    def width(self) -> int:
        """Pixels in a row."""

    @property
    def height(self) -> int:
        """Rows."""

    @property
    def rate_hz(self) -> float:
        """Pictures a second."""

    def frames(
        self, shift_ns: int = 0, first_index: int = 0, from_unix_ns: int | None = None
    ) -> Iterator[Frame]:
        """Decode pictures, one after another.

        Args:
            shift_ns: added to each instant.
            first_index: index of the very first picture.
            from_unix_ns: pictures before this instant, as recorded, are not given; None for all.
        """


class Playable(Protocol):
    """A recording of whichever layout, as `gazewire.recording.RecordingTimeline` plays it."""

    @property
    def gaze(self) -> PlayedStream:
        """Gaze."""

    @property
    def imu(self) -> PlayedStream:
        """Inertial samples."""

    @property
    def eye_events(self) -> PlayedStream:
        """Fixations, saccades and blinks, each at its end."""

    @property
    def scene(self) -> PlayedVideo | None:
        """What the scene camera saw; None where there is no picture of it."""

    @property
    def eyes(self) -> PlayedVideo | None:
        """Both eyes side by side, the left one on the left; None where there is no picture."""

    @property
    def calibration(self) -> bytes | None:
        """``calibration.bin`` as it is."""

    @property
    def serial(self) -> str | None:
        """Serial number of the module or the glasses."""

    def sound(self, begin_unix_ns: int) -> Sound | None:
        """What was heard from an instant on; None where nothing was."""
