"""One camera of several, as the thread that acquires from it uses it.

    camera = open_camera()
    while running:
        shot = camera.take()
        if shot is not None:
            ...
    camera.close()

`gazewire.testing.camera_source` holds any camera to what is said here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from gazewire.camera.control import Control
from gazewire.camera.source import VideoShape
from gazewire.model import Frame

__all__ = ["CameraSource", "DropCause", "OpenCamera", "Shot", "SoftwareTriggered"]

DropCause = Literal["camera", "transport", "buffer", "queue", "disk"]
"""Where an image was lost. ``camera``: it was never exposed or never left the camera.
``transport``: on the cable or network. ``buffer``: of the driver, or damaged in it. ``queue``: in
our program. ``disk``: it could not be written."""


@dataclass(frozen=True, slots=True)
class Shot:
    """An image, and what was lost before it.

    Attributes:
        frame: its index counts from 0 since the camera was opened, lost images included, where the
            camera lets us know of them: it is that of the shot before, and 1, and all `drops`.
        drops: images lost since the shot before, by cause.
        uncertainty_ns: how far off the instant of the frame may be; None where nobody knows.
        lines: whether each line of the camera's connector was high, by the camera's names for them;
            empty where it was not asked to tell.
    """

    frame: Frame
    drops: Mapping[DropCause, int] = field(default_factory=dict)
    uncertainty_ns: int | None = None
    lines: Mapping[str, bool] = field(default_factory=dict)


class CameraSource(Protocol):
    """An open camera. One thread uses it."""

    @property
    def shape(self) -> VideoShape:
        """The true size of its images, and their nominal rate."""

    @property
    def controls(self) -> Mapping[str, Control]:
        """What can be set, with values and ranges as the camera tells them now.

        Raises:
            SourceError: the camera is gone.
        """

    def set_control(self, name: str, value: float | str) -> None:
        """Set a live control; a number goes to the nearest step.

        Raises:
            ValueError: there is no such control, it is not live, or it does not take this value.
            SourceError: the camera is gone.
        """

    def take(self) -> Shot | None:
        """Wait for the next image, half a second at the most, or as long as the driver insists.

        Instants rise from one image to the next.

        Returns:
            The image, whose pixels stay as they are; None where none has come in that time.

        Raises:
            SourceError: the camera is gone. It may be opened again.
        """

    def close(self) -> None:
        """Let go of the camera, threads included. Harmless when repeated."""


@runtime_checkable
class SoftwareTriggered(Protocol):
    """A camera that exposes when it is told, where its control ``trigger`` is ``software``."""

    def fire(self) -> None:
        """Expose one image. May be called in any thread.

        Raises:
            SourceError: the camera is gone, or does not wait for this.
        """


OpenCamera = Callable[[], CameraSource]
"""Opens a camera; raises `gazewire.errors.SourceError` where it cannot."""
