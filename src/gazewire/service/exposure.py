"""What a camera sees and what is found in it: the seams where cameras and detectors are put in.

An exposure is an image that need not exist yet: whoever publishes or looks for a pupil asks for the
frame, and where nobody does none is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gazewire.model import METHOD_2D, METHOD_3D, Frame, PupilDatum, nothing_found
from gazewire.optics import Camera as Optics
from gazewire.service.detector_settings import DetectorSettings
from gazewire.time import Clock

__all__ = [
    "METHOD_2D",
    "METHOD_3D",
    "Camera",
    "Exposure",
    "FrameExposure",
    "NoCamera",
    "PupilSource",
    "nothing_found",
]


class Exposure(Protocol):
    """One image that a camera took."""

    @property
    def index(self) -> int:
        """Counts the camera's images."""

    @property
    def timestamp_unix_ns(self) -> int:
        """Instant of exposure."""

    @property
    def width(self) -> int:
        """Pixels in a row."""

    @property
    def height(self) -> int:
        """Rows."""

    def frame(self) -> Frame:
        """The image. May take milliseconds; one worker thread asks at a time."""


class Camera(Protocol):
    """A camera that looks at an eye, or at what the wearer sees."""

    @property
    def width(self) -> int:
        """Pixels in a row, as far as it is known before the first image."""

    @property
    def height(self) -> int:
        """Rows; the same."""

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        """Publish each exposure at its instant, until there are no more.

        Args:
            publish: takes it on the event loop's thread; never waits.
            clock: the program's.

        Raises:
            SourceError: the camera broke on the way.
        """


class PupilSource(Protocol):
    """Finds pupils: a detector, or somebody who knows."""

    def pupils(self, exposure: Exposure, settings: DetectorSettings) -> Sequence[PupilDatum]:
        """Find the pupil in an exposure; one worker thread calls it.

        Returns:
            The datum of the 2-D detector, then that of the 3-D one; of each also where nothing was
            found, but 3-D data only with all of their keys.
        """

    def reset_model(self) -> None:
        """Forget what is known of the eyeball."""


@dataclass(frozen=True, slots=True)
class FrameExposure:
    """An exposure whose frame is there.

    Attributes:
        image: the frame.
        camera: that took it, where whoever sends the image tells.
    """

    image: Frame
    camera: Optics | None = None

    @property
    def index(self) -> int:
        """Counts the camera's images."""
        return self.image.index

    @property
    def timestamp_unix_ns(self) -> int:
        """Instant of exposure."""
        return self.image.timestamp_unix_ns

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return self.image.width

    @property
    def height(self) -> int:
        """Rows."""
        return self.image.height

    def frame(self) -> Frame:
        """The image."""
        return self.image


@dataclass(frozen=True, slots=True)
class NoCamera:
    """No camera: whoever has it runs, and waits for a source to be started over the bus."""

    width: int = 192
    height: int = 192

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        """Publish nothing."""
