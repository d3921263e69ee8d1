"""A camera that needs no hardware: a pattern that moves, with the number of each image in it."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gazewire.camera.camera_source import DropCause, Shot
from gazewire.camera.control import Control, live_control
from gazewire.camera.source import VideoShape
from gazewire.model import Frame
from gazewire.time import Clock

__all__ = ["MovingPattern", "read_frame_number"]

_NS_PER_S = 1_000_000_000
_LONGEST_WAIT_NS = _NS_PER_S // 2
# The number stands in the top left corner, a square for each bit, the highest first.
_BITS = 24
_WHITE = 255
_CELL_PX = 32


class MovingPattern:
    """Images on a grid of time, each exposed at its own instant; see `CameraSource`.

    Exposures are at multiples of the frame interval since the camera was opened. Whoever takes
    images too slowly finds that some were never exposed: they are counted as lost in the camera.

    Args:
        camera: what frames say they come from.
        shape: of the images; at least 48 pixels wide.
        clock: the program's.
        seed: of the pattern.
        is_colour: frames are ``bgr24`` instead of ``gray``.
    """

    def __init__(
        self,
        camera: str,
        shape: VideoShape,
        clock: Clock,
        *,
        seed: int = 0,
        is_colour: bool = False,
    ) -> None:
        self.shape = shape
        self._camera = camera
        self._clock = clock
        self._channels = 3 if is_colour else 1
        self._texture = _texture(shape, self._channels, seed)
        self._cell = max(2, min(8, shape.width // _BITS))
        self._start_ns = clock.unix_ns()
        self._next = 0

    @property
    def controls(self) -> Mapping[str, Control]:
        """There are none."""
        return {}

    def set_control(self, name: str, value: float | str) -> None:
        """There is none to set."""
        live_control(self.controls, name)

    def take(self) -> Shot | None:
        """Wait for the next exposure."""
        due_ns = self._instant_ns(self._next)
        wait_ns = due_ns - self._clock.unix_ns()
        if wait_ns > 0:
            time.sleep(min(wait_ns, _LONGEST_WAIT_NS) / _NS_PER_S)
            if wait_ns > _LONGEST_WAIT_NS:
                return None
        # One interval late is jitter of the machine; more, and the exposure was missed.
        newest = int((self._clock.unix_ns() - self._start_ns) * self.shape.rate_hz // _NS_PER_S)
        index = max(self._next, newest - 1)
        drops: dict[DropCause, int] = {"camera": index - self._next} if index > self._next else {}
        self._next = index + 1
        return Shot(self._expose(index), drops, uncertainty_ns=0)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _instant_ns(self, index: int) -> int:
        return self._start_ns + round(index * _NS_PER_S / self.shape.rate_hz)

    def _expose(self, index: int) -> Frame:
        width, height = self.shape.width, self.shape.height
        shift = index % _CELL_PX * self._channels
        pixels = self._texture[:, shift : shift + width * self._channels].copy()
        _write_number(pixels, index, self._cell, self._channels)
        return Frame(
            camera=self._camera,
            index=index,
            timestamp_unix_ns=self._instant_ns(index),
            width=width,
            height=height,
            pixel_format="gray" if self._channels == 1 else "bgr24",
            data=pixels.reshape(-1).data,
        )


def read_frame_number(pixels: NDArray[np.uint8]) -> int:
    """Read the number that a `MovingPattern` has put into an image, modulo 2^24.

    Args:
        pixels: (H, W) or (H, W, 3) uint8; scaling or coding them moderately does no harm.
    """
    width = pixels.shape[1]
    cell = max(2, min(8, width // _BITS))
    gray = pixels if pixels.ndim == 2 else pixels[..., 0]
    row = gray[cell // 2, cell // 2 : _BITS * cell : cell]
    return int("".join("1" if value > _WHITE // 2 else "0" for value in row), 2)


def _texture(shape: VideoShape, channels: int, seed: int) -> NDArray[np.uint8]:
    """Make squares of random brightness on a slope, one square wider than an image."""
    if shape.width < 2 * _BITS:
        raise ValueError(f"a pattern is at least {2 * _BITS} pixels wide, not {shape.width}")
    random = np.random.default_rng(seed)
    rows, columns = shape.height // _CELL_PX + 1, shape.width // _CELL_PX + 2
    squares = random.integers(0, 96, (rows, columns, channels), np.uint8)
    # The last column is the first: moved by a square, the pattern goes on where it began.
    wide = squares.repeat(_CELL_PX, axis=0).repeat(_CELL_PX, axis=1)
    slope = np.linspace(40, 150, wide.shape[0], dtype=np.uint8)[:, None, None]
    whole = (wide + slope)[: shape.height, : shape.width + _CELL_PX]
    return np.ascontiguousarray(whole.reshape(shape.height, -1))


def _write_number(pixels: NDArray[np.uint8], number: int, cell: int, channels: int) -> None:
    bits = [_WHITE if number >> bit & 1 else 0 for bit in reversed(range(_BITS))]
    pixels[:cell, : _BITS * cell * channels] = np.repeat(np.array(bits, np.uint8), cell * channels)
