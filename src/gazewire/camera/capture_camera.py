"""A camera that is grabbed from, such as one of V4L2, as one of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gazewire.camera.camera_source import Shot
from gazewire.camera.control import Control, live_control
from gazewire.camera.live import Capture
from gazewire.camera.source import VideoShape
from gazewire.errors import UnreadableSourceError
from gazewire.time import Clock

__all__ = ["CaptureCamera", "CaptureControls"]

# A driver stamps with the monotonic counter, and what lies further back is no such stamp.
_STAMP_BELIEVED_NS = 1_000_000_000


class CaptureControls(Protocol):
    """The controls of an open camera, where they are reached by another way than its images."""

    def read(self) -> Mapping[str, Control]:
        """Ask the camera for them; see `CameraSource.controls`."""

    def set(self, name: str, value: float | str) -> None:
        """Set one; see `CameraSource.set_control`."""

    def close(self) -> None:
        """Let go of the camera. Harmless when repeated."""


class CaptureCamera:
    """Takes images from an open `Capture`; see `CameraSource`.

    The instant is the driver's, which is that of the first data from the camera or of the beginning
    of the exposure: it may be late by a frame interval, which is the uncertainty told.

    Args:
        camera: what frames say they come from.
        capture: of the camera; closed with this.
        clock: the program's.
        controls: of the same camera, where it has any; closed with this.
    """

    def __init__(
        self,
        camera: str,
        capture: Capture,
        clock: Clock,
        controls: CaptureControls | None = None,
    ) -> None:
        self._controls = controls
        self._camera = camera
        self._capture = capture
        self._clock = clock
        self._unix_less_mono_ns = clock.unix_ns() - clock.mono_ns()
        self._index = 0
        self._damaged = 0
        self._last_ns = 0

    @property
    def shape(self) -> VideoShape:
        """What the camera gives."""
        return self._capture.shape

    @property
    def controls(self) -> Mapping[str, Control]:
        """What the driver tells."""
        return {} if self._controls is None else self._controls.read()

    def set_control(self, name: str, value: float | str) -> None:
        """Set one by the driver."""
        if self._controls is None:
            live_control({}, name)
        else:
            self._controls.set(name, value)

    def take(self) -> Shot | None:
        """Wait for the next image, as long as the driver waits: two seconds for `open_uvc`."""
        stamp_ns = self._capture.grab()
        if stamp_ns is None:
            raise UnreadableSourceError(self._camera, f"{self._camera} gives no more images")
        now_ns = self._clock.mono_ns()
        is_plausible = 0 <= now_ns - stamp_ns <= _STAMP_BELIEVED_NS
        likely_ns = self._unix_less_mono_ns + (stamp_ns if is_plausible else now_ns)
        instant_ns = self._last_ns = max(likely_ns, self._last_ns + 1)
        frame = self._capture.decode(index=self._index, timestamp_unix_ns=instant_ns)
        self._index += 1
        if frame is None:
            self._damaged += 1
            return None
        damaged, self._damaged = self._damaged, 0
        return Shot(
            frame,
            {"buffer": damaged} if damaged else {},
            uncertainty_ns=round(1e9 / self.shape.rate_hz),
        )

    def close(self) -> None:
        """Let go of the camera."""
        self._capture.close()
        if self._controls is not None:
            self._controls.close()
