"""Images handed to programs of the same machine: shared memory, and a socket that wakes readers.

The socket's name is in no folder (Linux's abstract names), and the memory has none: whoever is
killed leaves nothing behind, and the others notice at once. A byte on the socket wakes whoever
waits, straight from the thread that has the image; what it is, the memory tells.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket as net
import struct
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from gazewire.errors import NetworkError, RemoteProtocolError
from gazewire.net.shared_memory import SharedMemoryReader, SharedMemoryWriter, SharedSlot
from gazewire.wire.camera import FrameHeader

__all__ = ["SharedImage", "SharedImageLink", "SharedImages"]

_MOST_READERS = 64
_BELL = b"\0"
# Beside the memory comes the number of the first image in it that was meant for this reader.
_NUMBER = struct.Struct("=Q")
_BELLS_AT_ONCE = 4096


class _Reader:
    """A reader as the writer knows it."""

    def __init__(self, socket: net.socket) -> None:
        self.socket = socket
        self._memory: SharedMemoryWriter | None = None

    @property
    def is_gone(self) -> bool:
        """Whether it has hung up; it never says anything else."""
        try:
            return self.socket.recv(1, net.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def wake(self, memory: SharedMemoryWriter) -> bool:
        """Tell that there is an image in this memory; tell whether there is anybody."""
        try:
            if self._memory is memory:
                self.socket.send(_BELL)
            else:
                first = _NUMBER.pack(memory.count - 1)
                net.send_fds(self.socket, [first], [memory.descriptor])
                self._memory = memory
        except BlockingIOError:
            # It has been woken so often that one time more makes no difference.
            pass
        except OSError:
            return False
        return True


class SharedImages:
    """The writer's end. One thread accepts readers, another one sends.

    Args:
        slots: images that are there at one time.

    Attributes:
        name: of the socket, for invitations.

    Raises:
        NetworkError: this system has no such sockets.
    """

    def __init__(self, slots: int) -> None:
        self.name = f"gazewire{secrets.token_hex(16)}"
        self._slots = slots
        self._memory: SharedMemoryWriter | None = None
        self._readers: list[_Reader] = []
        self._lock = threading.Lock()
        try:
            self._door = net.socket(net.AF_UNIX, net.SOCK_STREAM)
            self._door.setblocking(False)
            self._door.bind(f"\0{self.name}")
            self._door.listen()
        except OSError as error:
            raise NetworkError(f"images cannot be shared on this system: {error}") from error

    def fileno(self) -> int:
        """What is readable when somebody waits to be accepted."""
        return self._door.fileno()

    def accept(self) -> None:
        """Let in who waits at the door; never waits itself."""
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while True:
                socket, _ = self._door.accept()
                socket.setblocking(False)
                self._forget([reader for reader in self._readers if reader.is_gone])
                with self._lock:
                    if len(self._readers) < _MOST_READERS:
                        self._readers.append(_Reader(socket))
                        continue
                socket.close()

    @property
    def readers(self) -> int:
        """How many there are; those who have gone count until the next one comes, or an image."""
        return len(self._readers)

    def send(self, header: FrameHeader, pixels: bytes | memoryview) -> bool:
        """Put an image there, and wake all readers. Waits for nobody.

        Returns:
            Whether there was one.

        Raises:
            NetworkError: there is no memory for it.
        """
        with self._lock:
            readers = list(self._readers)
        if not readers:
            return False
        nbytes = memoryview(pixels).nbytes
        if self._memory is None or self._memory.nbytes != nbytes:
            if self._memory is not None:
                self._memory.close()
            self._memory = SharedMemoryWriter(nbytes, self._slots)
        self._memory.write(header.serialize(), pixels)
        self._forget([reader for reader in readers if not reader.wake(self._memory)])
        return True

    def _forget(self, gone: list[_Reader]) -> None:
        if not gone:
            return
        with self._lock:
            self._readers = [reader for reader in self._readers if reader not in gone]
        for reader in gone:
            reader.socket.close()

    def turn_out(self) -> None:
        """Let go of all readers, who notice."""
        with self._lock:
            readers, self._readers = self._readers, []
        for reader in readers:
            reader.socket.close()

    def close(self) -> None:
        """Let go of all. Nothing is accepted or sent any more."""
        self._door.close()
        self.turn_out()
        if self._memory is not None:
            self._memory.close()


@dataclass(frozen=True, slots=True)
class SharedImage:
    """An image as it lies in shared memory.

    Attributes:
        frame: what is known of it.
        slot: its pixels, and whether they are still there.
    """

    frame: FrameHeader
    slot: SharedSlot


class SharedImageLink:
    """A reader's end; a context manager.

    Args:
        name: of the writer's socket.

    Attributes:
        name: the same.
        overwritten: images that were replaced by later ones before they were taken.

    Raises:
        NetworkError: there is no such socket here: the writer is on another machine, in another
            container, or gone.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.overwritten = 0
        self._memory: SharedMemoryReader | None = None
        self._next = 0
        self._socket = net.socket(net.AF_UNIX, net.SOCK_STREAM)
        try:
            self._socket.connect(f"\0{name}")
        except OSError as error:
            self._socket.close()
            raise NetworkError(f"images in shared memory cannot be reached: {error}") from error
        self._socket.setblocking(False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def fileno(self) -> int:
        """What is readable when there may be an image, or the writer is gone."""
        return self._socket.fileno()

    def receive(self, *, newest: bool) -> SharedImage | None:
        """Take an image; None where there is none now.

        Args:
            newest: pass over all but the newest one; else they come in turn, as far as they are
                still there.

        Raises:
            NetworkError: the writer is gone, or what it shares is wrong.
        """
        # Images that are there are taken before it is asked whether there are more.
        return self._look(newest=newest) or (
            self._look(newest=newest) if self._is_woken() else None
        )

    def close(self) -> None:
        """Let go; images that are held stay. Harmless when repeated."""
        self._socket.close()

    def _look(self, *, newest: bool) -> SharedImage | None:
        memory = self._memory
        if memory is None:
            return None
        while (count := memory.count) > self._next:
            number = count - 1 if newest else max(self._next, count - memory.slots)
            if not newest:
                self.overwritten += number - self._next
            self._next = number + 1
            slot = memory.read(number)
            if slot is not None:
                return SharedImage(_header(slot), slot)
            self.overwritten += 1
        return None

    def _is_woken(self) -> bool:
        try:
            bells, descriptors, _, _ = net.recv_fds(
                self._socket, _BELLS_AT_ONCE, 1, net.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return False
        except OSError as error:
            raise NetworkError(f"the writer of shared images is gone: {error}") from error
        if not bells:
            raise NetworkError("the writer of shared images is gone")
        for descriptor in descriptors:
            try:
                self._memory = SharedMemoryReader(descriptor)
            finally:
                os.close(descriptor)
            if len(bells) < _NUMBER.size:
                raise NetworkError("a writer shares memory, and not what is new in it")
            (self._next,) = _NUMBER.unpack_from(bells)
        return True


def _header(slot: SharedSlot) -> FrameHeader:
    try:
        header = FrameHeader.decode(slot.header, len(slot.pixels))
    except RemoteProtocolError as error:
        raise NetworkError(str(error)) from error
    return header
