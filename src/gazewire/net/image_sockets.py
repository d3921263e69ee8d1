"""The sockets of one camera: images go out to all who subscribe, commands of clients come in.

Images leave by a PUB socket that knows who subscribes to what (XPUB; on the network it is the
same). It takes each subscription as the form of image that it means, so that several forms share
one address, no client gets one that it cannot read, and none is made that nobody reads.

Nothing here waits for a client. For one that does not read, a few images wait and others are lost;
when the sockets are closed, what waits is forgotten.
"""

from __future__ import annotations

import socket as net
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from gazewire.errors import NetworkError
from gazewire.net._zmq import Socket, ZmqContext, bind, notice_lost_peers, zmq
from gazewire.wire.camera import ImageForm, form_of_subscription

__all__ = ["ImageSockets"]

# Images that wait for a client before it loses the newest; each has a megabyte or more.
_IMAGES_WAITING = 3
# A command is a hundred bytes; what is longer ends the connection.
_COMMAND_BYTES = 1 << 18
# Of those who never stop talking, no more are heard at one time.
_COMMANDS_AT_ONCE = 2000
_CLOSED_WITHIN_S = 1.0


class ImageSockets:
    """The pair of sockets of a camera, bound, with a thread that works with them.

    Make it and call `start`; leave the context to end the thread and close the sockets.

    Args:
        images: interface and port on which images go out; port 0 is any free one.
        boxes: interface and port on which commands come in.
        forms: of images that are offered; who does not say which one gets the first.
        name: of the camera, for error sentences and the thread.

    Attributes:
        images_url: address of images.
        boxes_url: address of commands.
        joined: forms that somebody has subscribed to, as seen by the last call of `wanted`.

    Raises:
        NetworkError: an address cannot be bound.
    """

    def __init__(
        self,
        images: tuple[str, int],
        boxes: tuple[str, int],
        forms: Sequence[ImageForm],
        *,
        name: str,
    ) -> None:
        self._name = name
        self._forms = tuple(forms)
        self.joined: set[ImageForm] = set()
        self._clients: Counter[ImageForm] = Counter()
        self._wake, self._woken = net.socketpair()
        self._wake.setblocking(False)
        self._woken.setblocking(False)
        self._context = ZmqContext().__enter__()
        try:
            self._images = self._context.socket(zmq.XPUB)
            self._images.setsockopt(zmq.XPUB_MANUAL, 1)
            self._images.setsockopt(zmq.SNDHWM, _IMAGES_WAITING)
            notice_lost_peers(self._images)
            self._commands = self._context.socket(zmq.PULL)
            self._commands.setsockopt(zmq.MAXMSGSIZE, _COMMAND_BYTES)
            notice_lost_peers(self._commands)
            self.images_url = self._bind(self._images, images, "images")
            self.boxes_url = self._bind(self._commands, boxes, "boxes")
        except BaseException:
            self._close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close()

    def start(self, work: Callable[[], None]) -> None:
        """Let a thread work with the sockets: all methods below but `wake` are its alone.

        Args:
            work: returns when it is told to end, before the context is left.
        """
        # The thread owns and closes them.
        self._context.start(
            f"images of {self._name}", lambda *_: work(), self._images, self._commands
        )

    def wake(self) -> None:
        """End the wait of the thread; from any other one."""
        # When the pair is full, it is awake already; when closed, there is nobody to wake.
        with suppress(OSError):
            self._wake.send(b"\0")

    def wait(self, timeout_s: float, also: Sequence[int] = ()) -> None:
        """Wait until a client has said something, somebody calls `wake`, or time is up.

        Args:
            timeout_s: for so long at the most.
            also: file descriptors that end the wait when they are readable.
        """
        poller = zmq.Poller()
        for descriptor in also:
            poller.register(descriptor, zmq.POLLIN)
        for socket in (self._images, self._commands, self._woken):
            poller.register(socket, zmq.POLLIN)
        poller.poll(max(0, round(timeout_s * 1000)))
        with suppress(BlockingIOError):
            self._woken.recv(4096)

    def wanted(self) -> frozenset[ImageForm]:
        """Tell the forms that somebody subscribes to now."""
        self.joined.clear()
        for event in _received(self._images):
            prefix = event[1:]
            form = form_of_subscription(prefix, self._forms)
            # The prefix that is set here is what the subscriber gets, whatever it asked for.
            meant = prefix if form is None else form.prefix
            if event[:1] == b"\x01":
                self._images.setsockopt(zmq.SUBSCRIBE, meant)
                change = 1
            else:
                self._images.setsockopt(zmq.UNSUBSCRIBE, meant)
                change = -1
            if form is not None:
                self._clients[form] += change
                if change > 0:
                    self.joined.add(form)
        return frozenset(form for form, count in self._clients.items() if count > 0)

    @property
    def subscribers(self) -> int:
        """How many subscriptions there are, of any form."""
        return sum(max(0, count) for count in self._clients.values())

    def send(self, parts: Sequence[bytes | bytearray | memoryview]) -> None:
        """Send an image to all who subscribe to its form. Large parts are not copied.

        Args:
            parts: not changed afterwards.
        """
        self._images.send_multipart(list(parts), zmq.DONTWAIT, copy=False)

    def commands(self) -> Iterator[bytes]:
        """Take what clients have said. A message of several parts is as many messages."""
        return _received(self._commands)

    def _bind(self, socket: Socket, address: tuple[str, int], what: str) -> str:
        host, port = address
        port = bind(socket, host, port, purpose=f"the {what} of {self._name}")
        return f"tcp://{host}:{port}"

    def _close(self) -> None:
        self._context.__exit__(None, None, None)
        self._wake.close()
        self._woken.close()


def _received(socket: Socket) -> Iterator[bytes]:
    for _ in range(_COMMANDS_AT_ONCE):
        try:
            yield socket.recv(zmq.DONTWAIT)
        except zmq.Again:
            return
        except zmq.ContextTerminated:
            raise
        except zmq.ZMQError as error:
            raise NetworkError(f"a socket of a camera broke: {error}") from error
