"""Cameras on USB, and whatever else Video4Linux knows, by OpenCV."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gazewire.camera.source import VideoShape
from gazewire.camera.v4l2 import camera_name
from gazewire.errors import MissingExtraError, UnreadableSourceError
from gazewire.model import Frame

try:
    import cv2
except ImportError as missing:
    raise MissingExtraError("device") from missing

__all__ = ["UvcCapture", "open_uvc"]

_NS_PER_MS = 1_000_000
_NOMINAL_RATE_HZ = 30.0
# Uncompressed, USB 2 carries the size of a scene camera a few times a second only.
_MJPEG = cv2.VideoWriter.fourcc(*"MJPG")
# How long OpenCV waits for a picture. Its own 10 s would hold up whoever wants to leave; a camera
# in the dark exposes for a second at the most. It looks here when it first waits.
_TIMEOUT_VARIABLE = "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"
_TIMEOUT_S = "2"


def open_uvc(
    path: Path, *, width: int, height: int, rate_hz: float = _NOMINAL_RATE_HZ
) -> UvcCapture:
    """Open a camera, in the size and at the rate next to those asked for that it has.

    Args:
        path: of the video device, ``/dev/video0`` for example.
        width: pixels in a row.
        height: rows.
        rate_hz: pictures a second.

    Raises:
        UnreadableSourceError: there is no such camera, or it cannot be used; the sentence says
            what to do.
    """
    name = camera_name(path)
    os.environ.setdefault(_TIMEOUT_VARIABLE, _TIMEOUT_S)
    return UvcCapture(
        str(path),
        cv2.CAP_V4L2,
        shape=VideoShape(width=width, height=height, rate_hz=rate_hz),
        refusal=f"{path} ({name}) is there and gives no pictures; close other programs that use it",
    )


class UvcCapture:
    """A camera by OpenCV; see `gazewire.camera.live.Capture`.

    Frames are ``yuv420p`` in video range, or ``bgr24`` where the camera's size is odd.

    Args:
        device: what OpenCV opens.
        backend: by which of its ways (``cv2.CAP_…``).
        shape: wanted; what comes is in the attribute.
        refusal: what to say where it does not work.

    Attributes:
        shape: true size, and the rate that the driver tells.

    Raises:
        UnreadableSourceError: it does not open, or gives no picture.
    """

    def __init__(self, device: str, backend: int, *, shape: VideoShape, refusal: str) -> None:
        with _quiet():
            self._device = cv2.VideoCapture(device, backend)
            self._device.set(cv2.CAP_PROP_FOURCC, _MJPEG)
            self._device.set(cv2.CAP_PROP_FRAME_WIDTH, shape.width)
            self._device.set(cv2.CAP_PROP_FRAME_HEIGHT, shape.height)
            self._device.set(cv2.CAP_PROP_FPS, shape.rate_hz)
            # What a driver promises and what it gives are not always the same.
            got_one, picture = self._device.read()
        if not got_one:
            self._device.release()
            raise UnreadableSourceError(device, refusal)
        rate_hz = self._device.get(cv2.CAP_PROP_FPS)
        self.shape = VideoShape(
            width=picture.shape[1],
            height=picture.shape[0],
            rate_hz=rate_hz if rate_hz > 0 else shape.rate_hz,
        )

    def grab(self) -> int | None:
        """Wait for the next picture, two seconds at most."""
        if not self._device.grab():
            return None
        # With V4L2, the time stamp of the buffer; with files, the place in the file.
        return round(self._device.get(cv2.CAP_PROP_POS_MSEC) * _NS_PER_MS)

    def decode(self, *, index: int, timestamp_unix_ns: int) -> Frame | None:
        """Decode the picture that was grabbed."""
        decoded, picture = self._device.retrieve()
        width, height = self.shape.width, self.shape.height
        if not decoded or picture.shape != (height, width, 3):
            return None
        is_even = width % 2 == height % 2 == 0
        # Half the bytes from here on, and what encoders want.
        pixels = cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420) if is_even else picture
        return Frame(
            camera="world",
            index=index,
            timestamp_unix_ns=timestamp_unix_ns,
            width=width,
            height=height,
            pixel_format="yuv420p" if is_even else "bgr24",
            data=pixels.reshape(-1).data,
        )

    def close(self) -> None:
        """Let go of the camera. Harmless when repeated."""
        self._device.release()


@contextmanager
def _quiet() -> Iterator[None]:
    # What cannot be opened is told by an error; OpenCV would tell it on standard error too.
    logging = cv2.utils.logging
    before = logging.getLogLevel()
    logging.setLogLevel(logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        logging.setLogLevel(before)
