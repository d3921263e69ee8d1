"""Pictures of a film by their number."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.media import IndexedVideo

__all__ = ["IMAGE_SUFFIXES", "EyePictures", "FolderPictures", "image_names", "open_pictures"]

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".pgm", ".ppm"})


class EyePictures(Protocol):
    """Pictures that can be asked for; `gazewire.media.IndexedVideo` is such."""

    def gray(self, index: int) -> NDArray[np.uint8]:
        """The brightness of a picture: (H, W) uint8.

        Raises:
            SourceError: it is damaged.
        """


@lru_cache(maxsize=4)
def open_pictures(path: Path) -> EyePictures:
    """Open a video or a folder of images; the last ones stay open in this process.

    Raises:
        SourceError: it is neither.
    """
    return FolderPictures(path) if path.is_dir() else IndexedVideo(path, camera="eye")


def image_names(folder: Path) -> tuple[str, ...]:
    """Names of the images in a folder, in order."""
    try:
        entries = [entry.name for entry in folder.iterdir()]
    except OSError as error:
        raise UnreadableSourceError(
            str(folder), f"{folder} cannot be read ({error.strerror})"
        ) from error
    return tuple(sorted(name for name in entries if Path(name).suffix.lower() in IMAGE_SUFFIXES))


class FolderPictures:
    """The images in a folder in the order of their names.

    Args:
        folder: where they are.
    """

    def __init__(self, folder: Path) -> None:
        self._paths = [folder / name for name in image_names(folder)]

    def gray(self, index: int) -> NDArray[np.uint8]:
        """Read an image; see `EyePictures`."""
        path = self._paths[index]
        # From memory: a path with letters of any language cannot be told to OpenCV everywhere.
        try:
            content = np.frombuffer(path.read_bytes(), np.uint8)
            image = cv2.imdecode(content, cv2.IMREAD_GRAYSCALE) if len(content) else None
        except (OSError, cv2.error):
            image = None
        if image is None:
            raise UndecodableSourceError(str(path), f"{path} is no image")
        return np.asarray(image, np.uint8)
