"""The client's side of a camera's sockets, for a program that waits."""

from __future__ import annotations

import math
import socket as net
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from gazewire.errors import NetworkError
from gazewire.net._zmq import ZmqContext, zmq
from gazewire.net.shared_images import SharedImage, SharedImageLink

__all__ = ["ImageClient", "is_this_machine", "wait_for_images"]

# What is older than the newest image is of no use to whoever is late.
_IMAGES_WAITING = 2


class ImageClient:
    """Takes images, and answers; a context manager.

    Args:
        images: address to which images come, such as ``tcp://127.0.0.1:5555``.
        boxes: address to which answers go; None: there are none.

    Raises:
        NetworkError: that is no address.
    """

    def __init__(self, images: str, boxes: str | None) -> None:
        self._link: SharedImageLink | None = None
        self._overwritten = 0
        self._context = ZmqContext(linger_ms=100).__enter__()
        try:
            self._images = self._context.socket(zmq.SUB)
            self._images.setsockopt(zmq.RCVHWM, _IMAGES_WAITING)
            self._answers = self._context.socket(zmq.PUSH)
            # Once somebody is there to take them, and no sooner.
            self._answers.setsockopt(zmq.IMMEDIATE, 1)
            self._images.connect(images)
            if boxes is not None:
                self._answers.connect(boxes)
            self._poller = zmq.Poller()
            self._poller.register(self._images, zmq.POLLIN)
        except zmq.ZMQError as error:
            self._context.__exit__(None, None, None)
            raise NetworkError(f"cannot subscribe to {images}: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.detach()
        self._context.__exit__(exc_type, exc, traceback)

    def subscribe(self, prefix: bytes) -> None:
        """Ask for a form of images; an empty prefix is whatever the publisher sends by default."""
        self._images.setsockopt(zmq.SUBSCRIBE, prefix)

    def unsubscribe(self, prefix: bytes) -> None:
        """Ask for it no longer."""
        self._images.setsockopt(zmq.UNSUBSCRIBE, prefix)

    def attach(self, name: str) -> None:
        """Take images out of shared memory too, by an invitation of the publisher.

        Raises:
            NetworkError: it cannot be reached.
        """
        # Whenever anybody comes in, all are invited again.
        if self._link is not None and self._link.name == name:
            return
        link = SharedImageLink(name)
        self.detach()
        self._link = link
        self._poller.register(self._link.fileno(), zmq.POLLIN)

    def detach(self) -> None:
        """Take images out of shared memory no longer. Harmless when repeated."""
        link, self._link = self._link, None
        if link is not None:
            self._overwritten += link.overwritten
            self._poller.unregister(link.fileno())
            link.close()

    @property
    def overwritten(self) -> int:
        """Images in shared memory that later ones had replaced before they were taken."""
        return self._overwritten + (0 if self._link is None else self._link.overwritten)

    def receive(
        self, timeout_s: float | None, *, newest: bool
    ) -> list[memoryview] | SharedImage | None:
        """Wait for an image.

        Args:
            timeout_s: how long; None is for ever.
            newest: of images in shared memory, pass over all but the newest one.

        Returns:
            The parts of a message, or an image in shared memory; None where none has come in time.

        Raises:
            NetworkError: shared memory was attached, and its writer is gone; it is detached now.
        """
        # What has come already is had without asking whether it has.
        if (image := self._receive_shared(newest=newest)) is not None:
            return image
        ready = self._poller.poll(_milliseconds(timeout_s))
        if not any(socket is self._images for socket, _ in ready):
            return self._receive_shared(newest=newest)
        return [part.buffer for part in self._images.recv_multipart(zmq.DONTWAIT, copy=False)]

    def _receive_shared(self, *, newest: bool) -> SharedImage | None:
        if self._link is None:
            return None
        try:
            return self._link.receive(newest=newest)
        except NetworkError:
            self.detach()
            raise

    def answer(self, message: bytes) -> bool:
        """Send an answer, if there is somebody who takes it now."""
        try:
            self._answers.send(message, zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True


def is_this_machine(address: str) -> bool:
    """Whether an address such as ``tcp://127.0.0.1:5555`` is of the machine that this runs on."""
    scheme, _, rest = address.partition("://")
    if scheme != "tcp":
        return scheme in {"ipc", "inproc"}
    host = rest.rpartition(":")[0].strip("[]")
    family = net.AF_INET6 if ":" in host else net.AF_INET
    with net.socket(family, net.SOCK_DGRAM) as probe:
        try:
            # Only what is an interface's own can be bound.
            probe.bind((host, 0))
        except OSError:
            return False
    return True


def wait_for_images(clients: Sequence[ImageClient], timeout_s: float | None) -> None:
    """Wait until one of several clients has something to receive, or time is up."""
    poller = zmq.Poller()
    for client in clients:
        for socket, events in client._poller.sockets:
            poller.register(socket, events)
    poller.poll(_milliseconds(timeout_s))


def _milliseconds(timeout_s: float | None) -> int | None:
    return None if timeout_s is None else max(0, math.ceil(timeout_s * 1000))
