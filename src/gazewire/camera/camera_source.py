"""One camera of several, as the thread that acquires from it uses it.

camera = open_camera()
while running:
shot = camera.take()
if shot is not None:
...
camera.close()
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from gazewire.camera.source import VideoShape
from gazewire.model import Frame

__all__ = ["CameraSource", "DropCause", "OpenCamera", "Shot"]

DropCause = Literal["camera", "transport", "buffer", "queue", "disk"]
"""Where an image was lost. ``camera``: it was never exposed or never left the camera.
``transport``: on the cable or network. ``buffer``: of the driver, or damaged in it. ``queue``: in
our program. ``disk``: it could not be written."""


@dataclass(frozen=True, slots=True)
class Shot:
    """An image, and what was lost before it.

    Attributes:
        frame: its index counts from 0 since the camera was opened, lost images included, where the
            camera lets us know of them.
        drops: images lost since the shot before, by cause.
        uncertainty_ns: how far off the instant of the frame may be; None where nobody knows.
    """

    frame: Frame
    drops: Mapping[DropCause, int] = field(default_factory=dict)
    uncertainty_ns: int | None = None


class CameraSource(Protocol):
    """An open camera. One thread uses it."""

    @property
    def shape(self) -> VideoShape:
        """The true size of its images, and their nominal rate."""

    def take(self) -> Shot | None:
        """Wait for the next image, half a second at the most.

        Returns:
            The image, or None where none has come in that time.

        Raises:
            SourceError: the camera is gone. It may be opened again.
        """

    def close(self) -> None:
        """Let go of the camera. Harmless when repeated."""


OpenCamera = Callable[[], CameraSource]
"""Opens a camera; raises `gazewire.errors.SourceError` where it cannot."""
