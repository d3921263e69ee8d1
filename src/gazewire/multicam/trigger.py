"""Exposing cameras that wait for our word: all together, once or again and again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from gazewire.errors import SourceError

__all__ = ["SoftwareTrigger", "Triggered"]

_log = logging.getLogger(__name__)


class Triggered(Protocol):
    """What exposes an image when it is told."""

    def fire(self) -> None:
        """Expose an image.

        Raises:
            SourceError: the camera is gone.
        """


class SoftwareTrigger:
    """Fires cameras; a context manager, in which they are fired at a rate if there is one.

    Args:
        cameras: those that wait for it.
        rate_hz: how often; None: only when `fire` is called.

    Attributes:
        fired: times so far.
        failed: times that a camera was not there.
    """

    def __init__(self, cameras: Sequence[Triggered], rate_hz: float | None) -> None:
        self.fired = 0
        self.failed = 0
        self._cameras = cameras
        self._rate_hz = rate_hz
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trigger")

    def __enter__(self) -> Self:
        if self._rate_hz is not None and self._cameras:
            self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def fire(self) -> None:
        """Expose an image of each camera, as close together as calls can be."""
        self.fired += 1
        for camera in self._cameras:
            try:
                camera.fire()
            except SourceError as error:
                self.failed += 1
                _log.debug("not fired: %s", error)

    def _run(self) -> None:
        assert self._rate_hz is not None
        due_s = time.monotonic()
        while not self._stop.wait(max(0.0, due_s - time.monotonic())):
            self.fire()
            # On a grid; what was missed is not made up for.
            due_s = max(due_s + 1 / self._rate_hz, time.monotonic())
