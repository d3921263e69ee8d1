"""The client's side of a camera's sockets, for a program that waits."""

from __future__ import annotations

import math
import socket as net
from types import TracebackType
from typing import Self

from gazewire.errors import NetworkError
from gazewire.net._zmq import ZmqContext, zmq

__all__ = ["ImageClient", "is_this_machine"]

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
        self._context.__exit__(exc_type, exc, traceback)

    def subscribe(self, prefix: bytes) -> None:
        """Ask for a form of images; an empty prefix is whatever the publisher sends by default."""
        self._images.setsockopt(zmq.SUBSCRIBE, prefix)

    def unsubscribe(self, prefix: bytes) -> None:
        """Ask for it no longer."""
        self._images.setsockopt(zmq.UNSUBSCRIBE, prefix)

    def receive(self, timeout_s: float | None) -> list[memoryview] | None:
        """Wait for an image.

        Args:
            timeout_s: how long; None is for ever.

        Returns:
            Its parts, or None where none has come in time.
        """
        timeout_ms = None if timeout_s is None else max(0, math.ceil(timeout_s * 1000))
        # What has come already is had without asking whether it has.
        try:
            parts = self._images.recv_multipart(zmq.DONTWAIT, copy=False)
        except zmq.Again:
            if timeout_ms == 0 or not self._images.poll(timeout_ms):
                return None
            parts = self._images.recv_multipart(copy=False)
        return [part.buffer for part in parts]

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
