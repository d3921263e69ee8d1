"""Images of a camera in Python, and answers to it.

from gazewire.multicam import subscribe

with subscribe("tcp://127.0.0.1:5555", "tcp://127.0.0.1:5556", client="faces") as frames:
for frame in frames:
x, y, w, h = find_face(frame.pixels)
frames.draw_box(frame, (x, y), (x + w, y + h))
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from gazewire.errors import RemoteProtocolError
from gazewire.net.image_client import ImageClient
from gazewire.wire.camera import FrameHeader, ImageForm, ImageJson, ImageMap, RawPixelFormat

__all__ = ["CameraFrame", "CameraSubscriber", "subscribe"]

_JSON = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """An image that has come.

    Attributes:
        camera: id of the camera.
        timestamp_unix_ns: instant of exposure, where the publisher is ours; else nanoseconds by
            the clock of the camera.
        pixels: (H, W) uint8 where it is ``gray``, (H, W, 3) where it is ``bgr24``, blue first,
            (H * 3 / 2, W) where it is ``yuv420p``; read-only.
        pixel_format: what the pixels are.
        index: counts the images of the camera; None where the message does not tell.
        drops: images lost by the publisher so far, by cause.
        uncertainty_ns: how far off the instant may be; None where nobody knows.
    """

    camera: str
    timestamp_unix_ns: int
    pixels: NDArray[np.uint8]
    pixel_format: RawPixelFormat = "gray"
    index: int | None = None
    drops: Mapping[str, int] = field(default_factory=dict)
    uncertainty_ns: int | None = None

    @property
    def gray(self) -> NDArray[np.uint8]:
        """The brightness: (H, W) uint8; of a ``yuv420p`` image in video range, 16 to 235."""
        match self.pixel_format:
            case "gray":
                return self.pixels
            case "yuv420p":
                return self.pixels[: self.pixels.shape[0] * 2 // 3]
            case "bgr24":
                # ITU-R BT.601-7 §2.5.1, in 256ths.
                weighted = self.pixels.astype(np.uint32) @ np.array([29, 150, 77], np.uint32)
                return (weighted >> 8).astype(np.uint8)


def subscribe(
    images: str,
    boxes: str | None = None,
    *,
    client: str = "",
    form: ImageForm | str | None = ImageForm.MULTIPART,
    newest: bool = True,
    timeout_s: float | None = None,
) -> CameraSubscriber:
    """Subscribe to the images of a camera; nothing is waited for yet.

    Args:
        images: address of its images, such as ``tcp://127.0.0.1:5555``.
        boxes: address of its commands; None: there are no answers.
        client: by which the program's figures call whoever answers.
        form: which form of images to ask a publisher of ours for. None: whatever it sends by
            default, which is what publishers that are not ours need. Every form is understood
            when it comes.
        newest: pass over images that have waited behind a newer one, so that a slow program sees
            what is, and not what was.
        timeout_s: end the iteration when no image has come for so long; None: never.

    Raises:
        NetworkError: that is no address.
    """
    prefix = b"" if form is None else ImageForm(form).prefix
    connection = ImageClient(images, boxes, (prefix,))
    return CameraSubscriber(connection, client=client, newest=newest, timeout_s=timeout_s)


class CameraSubscriber:
    """Images as they come: an iterator, and a context manager that ends it. See `subscribe`.

    One thread uses it.

    Attributes:
        malformed: messages passed over so far, because they were no images.
    """

    def __init__(
        self, connection: ImageClient, *, client: str, newest: bool, timeout_s: float | None
    ) -> None:
        self.malformed = 0
        self._connection = connection
        self._client = client
        self._newest = newest
        self._timeout_s = timeout_s

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[CameraFrame]:
        while (frame := self.receive(self._timeout_s)) is not None:
            yield frame

    def receive(self, timeout_s: float | None = None) -> CameraFrame | None:
        """Wait for an image; give None where none has come in time."""
        while True:
            parts = self._connection.receive(timeout_s, newest=self._newest)
            if parts is None:
                return None
            try:
                return _frame(parts)
            except RemoteProtocolError:
                self.malformed += 1

    def draw_box(
        self,
        frame: CameraFrame,
        top_left: tuple[float, float],
        bottom_right: tuple[float, float],
    ) -> bool:
        """Have a box shown on the images, and tell which one it was found in.

        Returns:
            Whether the camera's program was there to take it.
        """
        box = {
            "TOP_LEFT": [float(x) for x in top_left],
            "BOTTOM_RIGHT": [float(x) for x in bottom_right],
        }
        return self.answer(frame, {"DRAW_BOX": box})

    def answer(self, frame: CameraFrame, command: Mapping[str, object] | None = None) -> bool:
        """Answer an image with a command, or with nothing but that it was looked at.

        Args:
            frame: the image.
            command: keys of ``docs/protocols/cameras.md``.

        Returns:
            Whether the camera's program was there to take it.
        """
        said = dict(command or {})
        if frame.index is not None:
            said["FRAME_INDEX"] = frame.index
        if self._client:
            said["CLIENT"] = self._client
        return self._connection.answer(_JSON.encode(said))

    def close(self) -> None:
        """Unsubscribe."""
        self._connection.__exit__(None, None, None)


def _frame(parts: Sequence[memoryview]) -> CameraFrame:
    if len(parts) == 1:
        image = ImageJson.parse(parts[0])
        shape = (image.height, image.width)
        return CameraFrame(image.unique_id, image.timestamp, _array(image.image, shape))
    if parts[0] == ImageForm.MAP.prefix:
        described, pixels = ImageMap.parse(parts)
        shape = (described.height, described.width)
        return CameraFrame(described.unique_id, described.timestamp, _array(pixels, shape))
    header, pixels = FrameHeader.parse(parts)
    return CameraFrame(
        camera=header.id,
        timestamp_unix_ns=header.exposure_unix_ns,
        pixels=_array(pixels, header.shape),
        pixel_format=header.pixel_format,
        index=header.index,
        drops=header.drops,
        uncertainty_ns=header.uncertainty_ns,
    )


def _array(data: bytes | memoryview, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    array = np.frombuffer(data, np.uint8, math.prod(shape)).reshape(shape)
    array.flags.writeable = False
    return array
