"""Arrays as the camera of a Core program: HMD streaming, outwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.errors import LocalProtocolError
from gazewire.wire.ipc import HMD_TOPIC, HmdFormat, HmdFrame

__all__ = ["HmdCamera"]

_COLOUR = 3


class HmdCamera:
    """A camera of ours, whose images a Core program takes for its own.

    Its images are numbered from 0. What listens to the topic is an ``HMD_Streaming_Source``, which
    has to be started.

    Args:
        camera_matrix: (3, 3) intrinsics in pixels, ``[[fx, 0, cx], [0, fy, cy], [0, 0, 1]]``.
        topic: under which its images are published.
        distortion: coefficients of OpenCV's radial model; none for no distortion.

    Raises:
        LocalProtocolError: the matrix has another shape.
    """

    def __init__(
        self,
        camera_matrix: ArrayLike,
        *,
        topic: str = HMD_TOPIC,
        distortion: Sequence[float] = (0.0, 0.0, 0.0, 0.0, 0.0),
    ) -> None:
        matrix = np.asarray(camera_matrix, np.float64)
        if matrix.shape != (3, 3):
            raise LocalProtocolError(f"a camera matrix is (3, 3), not {matrix.shape}")
        first, second, third = ((float(a), float(b), float(c)) for a, b, c in matrix)
        self._camera_matrix = first, second, third
        self._topic = topic
        self._distortion = tuple(map(float, distortion))
        self._index = 0

    def frame(self, image: NDArray[np.uint8], timestamp_unix_ns: int) -> HmdFrame:
        """Make the next image.

        Args:
            image: (H, W) uint8 brightness, or (H, W, 3) uint8 colours, blue first; top row first.
                It is not copied where its rows follow each other, so leave it unchanged.
            timestamp_unix_ns: instant of exposure.

        Raises:
            LocalProtocolError: the array has another shape or type.
        """
        is_colour = image.ndim == _COLOUR and image.shape[2] == _COLOUR
        if image.dtype != np.uint8 or not (is_colour or image.ndim == 2) or not image.size:
            raise LocalProtocolError(
                f"an image is (H, W) or (H, W, 3) uint8, not {image.shape} {image.dtype}"
            )
        format: HmdFormat = "bgr" if is_colour else "gray"
        height, width = image.shape[:2]
        frame = HmdFrame(
            topic=self._topic,
            width=width,
            height=height,
            index=self._index,
            timestamp_unix_ns=timestamp_unix_ns,
            format=format,
            camera_matrix=self._camera_matrix,
            distortion=self._distortion,
            data=np.ascontiguousarray(image).reshape(-1).data,
        )
        self._index += 1
        return frame
