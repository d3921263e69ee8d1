"""Images in memory that programs of one machine share: one writes, any number read in place.

The memory has no name and lies in no folder: readers open it through its writer's entry in
``/proc``. So nothing is left over, whichever of them is killed, and nobody can delete what another
one uses. Readers have it read-only and are not known to the writer, which waits for none of them.
It goes round a fixed number of slots; a slot's generation tells a reader whether its image is still
there.

There is such memory on Linux alone (`is_available`); elsewhere images go by the network's way.
"""

from __future__ import annotations

import mmap
import os
import secrets
import stat
import sys
import threading

import numpy as np
from numpy.typing import NDArray

from gazewire.errors import NetworkError
from gazewire.wire.camera import SharedPlace

if sys.platform == "linux":
    import fcntl

__all__ = ["SharedImageReader", "SharedImageWriter", "SharedSlot", "is_available"]

_TOKEN_BYTES = 16
_GENERATIONS_AT = 64
_GENERATION_BYTES = 8
_PAGE = mmap.PAGESIZE


def is_available() -> bool:
    """Whether this system has such memory."""
    return sys.platform == "linux"


class SharedImageWriter:
    """Puts images where others see them. Used by one thread.

    Args:
        nbytes: of an image.
        slots: how many images are there at one time.

    Raises:
        NetworkError: there is no memory for it.
    """

    def __init__(self, nbytes: int, slots: int) -> None:
        self.nbytes = nbytes
        self._slots = slots
        self._token = secrets.token_bytes(_TOKEN_BYTES)
        self._first = _pages(_GENERATIONS_AT + slots * _GENERATION_BYTES)
        self._stride = _pages(nbytes)
        self._count = 0
        self._order = threading.Lock()
        try:
            self._descriptor = os.memfd_create(
                "gazewire-images", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
            )
            try:
                size = self._first + slots * self._stride
                os.ftruncate(self._descriptor, size)
                # It can never become smaller under a reader's hands.
                seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
                fcntl.fcntl(self._descriptor, fcntl.F_ADD_SEALS, seals)
                memory = np.frombuffer(mmap.mmap(self._descriptor, size), np.uint8)
            except BaseException:
                os.close(self._descriptor)
                raise
        except OSError as error:
            raise NetworkError(f"there is no memory to share images in: {error}") from error
        self._memory = memory
        self._generations = _generations(memory, slots)
        memory[:_TOKEN_BYTES] = np.frombuffer(self._token, np.uint8)

    def write(self, pixels: bytes | memoryview) -> SharedPlace:
        """Copy an image into the next slot, in place of the oldest one.

        Args:
            pixels: of the size given when making it.

        Returns:
            Where it lies.
        """
        slot = self._count % self._slots
        generation = 2 * (self._count // self._slots + 1)
        offset = self._first + slot * self._stride
        # Each lock taken and left keeps what is stored before it from being seen after what is
        # stored behind it, also on processors that reorder.
        with self._order:
            self._generations[slot] = generation - 1
        with self._order:
            np.copyto(self._memory[offset : offset + self.nbytes], np.frombuffer(pixels, np.uint8))
        with self._order:
            self._generations[slot] = generation
        self._count += 1
        return SharedPlace(
            pid=os.getpid(),
            descriptor=self._descriptor,
            token=self._token,
            slot=slot,
            generation=generation,
            offset=offset,
        )

    def close(self) -> None:
        """Let nobody new read. The memory goes when its last reader has let go of it."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


class SharedSlot:
    """An image as it lies there, and the way to know whether it still does.

    Attributes:
        pixels: (nbytes,) uint8, read-only; another image's as soon as `is_intact` is false.
    """

    def __init__(
        self,
        pixels: NDArray[np.uint8],
        generation: NDArray[np.uint64],
        expected: int,
    ) -> None:
        self.pixels = pixels
        self._generation = generation
        self._expected = expected

    @property
    def is_intact(self) -> bool:
        """Whether all that was read from it so far was this image."""
        return int(self._generation[0]) == self._expected


class SharedImageReader:
    """Finds images of a writer, also when the writer is another one than before."""

    def __init__(self) -> None:
        self._token = b""
        self._memory = np.empty(0, np.uint8)

    def read(self, place: SharedPlace, nbytes: int) -> SharedSlot | None:
        """Find an image; nothing is copied.

        Returns:
            The image; None where it has been written over.

        Raises:
            NetworkError: the memory cannot be reached, as from another machine or container.
        """
        if place.token != self._token:
            self._memory = _attach(place)
            self._token = place.token
        at = _GENERATIONS_AT + place.slot * _GENERATION_BYTES
        end = place.offset + nbytes
        if at + _GENERATION_BYTES > place.offset or end > len(self._memory):
            raise NetworkError("an image is said to lie outside of the memory that is shared")
        generation = self._memory[at : at + _GENERATION_BYTES].view(np.uint64)
        slot = SharedSlot(self._memory[place.offset : end], generation, place.generation)
        return slot if slot.is_intact else None


def _attach(place: SharedPlace) -> NDArray[np.uint8]:
    path = f"/proc/{place.pid}/fd/{place.descriptor}"
    try:
        # Whatever stands there, opening it must not wait.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or not _is_sealed(descriptor):
                raise NetworkError(f"{path} is no memory with images")
            memory = np.frombuffer(
                mmap.mmap(descriptor, status.st_size, access=mmap.ACCESS_READ), np.uint8
            )
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise NetworkError(f"images in shared memory cannot be reached: {error}") from error
    if memory[:_TOKEN_BYTES].tobytes() != place.token:
        raise NetworkError("images in shared memory cannot be reached: another program has them")
    return memory


def _is_sealed(descriptor: int) -> bool:
    return bool(fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & fcntl.F_SEAL_SHRINK)


def _generations(memory: NDArray[np.uint8], slots: int) -> NDArray[np.uint64]:
    return memory[_GENERATIONS_AT : _GENERATIONS_AT + slots * _GENERATION_BYTES].view(np.uint64)


def _pages(nbytes: int) -> int:
    return -(-nbytes // _PAGE) * _PAGE
