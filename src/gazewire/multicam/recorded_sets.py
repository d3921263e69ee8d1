"""Which images of several recordings belong together, and the proof that none is missing."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gazewire.multicam.set_matcher import Member, SetMatcher

__all__ = ["RecordedSets", "SetProof"]


@dataclass(frozen=True, slots=True)
class SetProof:
    """What came of the images of several cameras.

    Attributes:
        cameras: their names.
        sets: whole ones.
        images: of each camera in its video.
        unmatched: of those, images of each camera in no whole set.
    """

    cameras: tuple[str, ...]
    sets: int
    images: tuple[int, ...]
    unmatched: tuple[int, ...]

    @property
    def is_equal(self) -> bool:
        """Whether all videos have the same number of images, and each image its partners."""
        return not any(self.unmatched)

    @property
    def sentence(self) -> str:
        """The same in words."""
        if self.is_equal:
            return (
                f"all {len(self.cameras)} videos have {self.sets} images, and each image has its "
                "partners"
            )
        told = ", ".join(
            f"{name} has {images} images, {unmatched} of them without all partners"
            for name, images, unmatched in zip(
                self.cameras, self.images, self.unmatched, strict=True
            )
        )
        return f"{self.sets} sets are whole; {told}"


class RecordedSets:
    """Matches images as they are written, and writes a row for each whole set.

    The file has a column ``timestamp_unix_ns``, the earliest instant of the set, and one for each
    camera: the number of its image in its video. Any thread may use it.

    Args:
        path: of the file.
        cameras: their names.
        tolerance_ns: as that of `SetMatcher`.

    Raises:
        OSError: the file cannot be made.
    """

    def __init__(self, path: Path, cameras: Sequence[str], *, tolerance_ns: int | None) -> None:
        self.path = path
        self._cameras = tuple(cameras)
        self._matcher: SetMatcher[int] = SetMatcher(len(cameras), tolerance_ns=tolerance_ns)
        self._images = [0] * len(cameras)
        self._lock = threading.Lock()
        self._file = path.open("w", encoding="utf-8", buffering=1)
        quoted = (f'"{name.replace(chr(34), chr(39))}"' for name in cameras)
        self._file.write(f"timestamp_unix_ns,{','.join(quoted)}\n")

    def add(self, camera: int, index: int, timestamp_unix_ns: int, video_frame: int) -> None:
        """An image of a camera, by its number, has been written.

        Raises:
            OSError: the disk is full, or gone.
        """
        with self._lock:
            self._images[camera] += 1
            member = Member(index, timestamp_unix_ns, video_frame)
            for members in self._matcher.add(camera, member):
                first_ns = min(one.timestamp_unix_ns for one in members)
                numbers = ",".join(str(one.item) for one in members)
                self._file.write(f"{first_ns},{numbers}\n")

    def finish(self) -> SetProof:
        """Close the file, and prove.

        Raises:
            OSError: the disk is full, or gone.
        """
        with self._lock:
            unmatched = tuple(self._matcher.finish())
            self._file.close()
            return SetProof(self._cameras, self._matcher.sets, tuple(self._images), unmatched)
