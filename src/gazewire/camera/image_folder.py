"""A folder of images as a video."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gazewire.errors import MissingExtraError, UndecodableSourceError, UnreadableSourceError
from gazewire.model import Frame

try:
    import cv2
except ImportError as missing:
    raise MissingExtraError("cameras") from missing

__all__ = ["ImageFolder"]

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm", ".ppm"})
_NS_PER_S = 1_000_000_000


class ImageFolder:
    """Images of one size in the order of their names; see `gazewire.camera.Video`.

    Args:
        path: of the folder.
        rate_hz: at which they are played.
        is_colour: frames are ``bgr24`` instead of ``gray``.

    Attributes:
        width: of the first image, and of all frames.
        height: of the first image, and of all frames.
        rate_hz: images a second.
        sound: there is none.

    Raises:
        UnreadableSourceError: there is no such folder, or no image in it.
        UndecodableSourceError: the first image cannot be read.
    """

    def __init__(self, path: Path, *, rate_hz: float, is_colour: bool = False) -> None:
        try:
            entries = sorted(path.iterdir())
        except OSError as error:
            raise UnreadableSourceError(str(path), f"cannot read {path}: {error}") from error
        self._images = [entry for entry in entries if entry.suffix.lower() in _SUFFIXES]
        if not self._images:
            raise UnreadableSourceError(str(path), f"there is no image in {path}")
        self._flag = cv2.IMREAD_COLOR if is_colour else cv2.IMREAD_GRAYSCALE
        first = cv2.imread(str(self._images[0]), self._flag)
        if first is None:
            raise UndecodableSourceError(str(path), f"{self._images[0]} is not an image")
        self.height, self.width = first.shape[:2]
        self.rate_hz = rate_hz
        self.sound = None

    def frames(self, start_unix_ns: int, first_index: int) -> Iterator[Frame]:
        """Give the images; those that cannot be read or are of another size are left out."""
        count = 0
        for number, path in enumerate(self._images):
            pixels = cv2.imread(str(path), self._flag)
            if pixels is None or pixels.shape[:2] != (self.height, self.width):
                continue
            count += 1
            yield Frame(
                camera="",
                index=first_index + number,
                timestamp_unix_ns=start_unix_ns + round(number * _NS_PER_S / self.rate_hz),
                width=self.width,
                height=self.height,
                pixel_format="gray" if pixels.ndim == 2 else "bgr24",
                data=pixels.reshape(-1).data,
            )
        if not count:
            folder = str(self._images[0].parent)
            raise UnreadableSourceError(folder, f"the images in {folder} are gone")
