"""Memory with images in it that programs of one machine share: one writes, others read in place.

It has no name: a program has it by an open file that it was handed. So nothing is left over,
whoever is killed, and nobody can delete what another one uses. Readers have it read-only, and the
writer waits for none of them. It goes round a fixed number of slots; a slot's generation tells a
reader whether its image is still there. `gazewire.wire.camera.SharedLayout` says what lies where.

There is such memory on Linux alone.
"""

from __future__ import annotations

import mmap
import os
import stat
import sys
import threading

import numpy as np
from numpy.typing import NDArray

from gazewire.errors import NetworkError, RemoteProtocolError
from gazewire.wire.camera import SharedLayout

if sys.platform == "linux":
    import fcntl

__all__ = ["SharedMemoryReader", "SharedMemoryWriter", "SharedSlot", "is_available"]

# Linux 5.1; the standard library has no name for it.
_SEAL_FUTURE_WRITE = 0x0010
_LENGTH_AT = 1


def is_available() -> bool:
    """Whether this system has such memory."""
    return sys.platform == "linux"


class SharedMemoryWriter:
    """Puts images where others see them. Used by one thread.

    Args:
        nbytes: of an image.
        slots: how many images are there at one time.

    Attributes:
        nbytes: of an image.
        descriptor: of the memory, to be handed to readers.
        count: images written so far.

    Raises:
        NetworkError: there is no memory for it.
    """

    def __init__(self, nbytes: int, slots: int) -> None:
        self.nbytes = nbytes
        self._layout = layout = SharedLayout.plan(slots, nbytes)
        self.count = 0
        self._order = threading.Lock()
        try:
            self.descriptor = os.memfd_create(
                "gazewire-images", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
            )
            try:
                os.ftruncate(self.descriptor, layout.nbytes)
                memory = np.frombuffer(mmap.mmap(self.descriptor, layout.nbytes), np.uint8)
                # It never becomes smaller under a reader's hands, and nobody else may write.
                seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | _SEAL_FUTURE_WRITE
                fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, seals | fcntl.F_SEAL_SEAL)
            except BaseException:
                os.close(self.descriptor)
                raise
        except OSError as error:
            raise NetworkError(f"there is no memory to share images in: {error}") from error
        memory[: layout.HEAD_BYTES] = np.frombuffer(layout.serialize(), np.uint8)
        self._memory = memory
        self._newest = memory[layout.COUNT_AT : layout.COUNT_AT + 8].view(np.uint64)

    def write(self, header: bytes, pixels: bytes | memoryview) -> None:
        """Copy an image into the next slot, in place of the oldest one.

        Args:
            header: what is known of it.
            pixels: of the size given when making it.

        Raises:
            NetworkError: the header is too long.
        """
        layout = self._layout
        slot, generation = layout.place(self.count)
        at = layout.record(slot)
        record = self._memory[at : at + layout.RECORD_BYTES]
        if layout.HEADER_AT + len(header) > len(record):
            raise NetworkError("what is to be said of an image has no room in shared memory")
        numbers = record[: layout.HEADER_AT].view(np.uint64)
        start = layout.pixels(slot)
        # Each lock taken and left keeps what is stored before it from being seen after what is
        # stored behind it, also on processors that reorder.
        with self._order:
            numbers[0] = generation - 1
        with self._order:
            numbers[_LENGTH_AT] = len(header)
            end = layout.HEADER_AT + len(header)
            record[layout.HEADER_AT : end] = np.frombuffer(header, np.uint8)
            np.copyto(self._memory[start : start + self.nbytes], np.frombuffer(pixels, np.uint8))
        with self._order:
            numbers[0] = generation
        self.count += 1
        with self._order:
            self._newest[0] = self.count

    def close(self) -> None:
        """Let go of it. It is gone when its last reader has, too. Harmless when repeated."""
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


class SharedSlot:
    """An image as it lies there, and the way to know whether it still does.

    Attributes:
        header: what is known of it.
        pixels: (N,) uint8, read-only, with some bytes behind those of the image; another image's as
            soon as `is_intact` is false.
    """

    def __init__(
        self,
        header: bytes,
        pixels: NDArray[np.uint8],
        generation: NDArray[np.uint64],
        expected: int,
    ) -> None:
        self.header = header
        self.pixels = pixels
        self._generation = generation
        self._expected = expected

    @property
    def is_intact(self) -> bool:
        """Whether all that was read from it so far was this image."""
        return int(self._generation[0]) == self._expected


class SharedMemoryReader:
    """Reads images where they lie.

    Args:
        descriptor: as the writer has handed it; stays the caller's.

    Attributes:
        slots: how many images are there at one time.

    Raises:
        NetworkError: this is no memory with images.
    """

    def __init__(self, descriptor: int) -> None:
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or not _is_sealed(descriptor):
                raise NetworkError("what was handed over is no memory with images")
            # The mapping stays for as long as an array looks into it.
            memory = np.frombuffer(
                mmap.mmap(descriptor, status.st_size, access=mmap.ACCESS_READ), np.uint8
            )
            head = memory[: SharedLayout.HEAD_BYTES].tobytes()
            self._layout = SharedLayout.parse(head, status.st_size)
        except (OSError, ValueError, RemoteProtocolError) as error:
            raise NetworkError(f"images in shared memory cannot be reached: {error}") from error
        self.slots = self._layout.slots
        self._memory = memory
        at = self._layout.COUNT_AT
        self._newest = memory[at : at + 8].view(np.uint64)

    @property
    def count(self) -> int:
        """How many images there have been."""
        return int(self._newest[0])

    def read(self, number: int) -> SharedSlot | None:
        """Find an image by its number, counted from 0; nothing is copied.

        Returns:
            The image; None where it has been written over.
        """
        layout = self._layout
        slot, expected = layout.place(number)
        at = layout.record(slot)
        record = self._memory[at : at + layout.RECORD_BYTES]
        numbers = record[: layout.HEADER_AT].view(np.uint64)
        end = layout.HEADER_AT + int(numbers[_LENGTH_AT])
        header = record[layout.HEADER_AT : end].tobytes()
        start = layout.pixels(slot)
        found = SharedSlot(header, self._memory[start : start + layout.stride], numbers, expected)
        return found if found.is_intact else None


def _is_sealed(descriptor: int) -> bool:
    return bool(fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & fcntl.F_SEAL_SHRINK)
