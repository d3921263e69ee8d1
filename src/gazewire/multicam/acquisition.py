"""The thread that takes images from one camera, and looks for the camera when it is gone."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import chain, repeat
from queue import Empty, SimpleQueue
from typing import TypeVar

from msgspec.structs import replace

from gazewire.camera import CameraSource, DropCause, OpenCamera, Shot, SoftwareTriggered
from gazewire.errors import SourceError, UnreadableSourceError
from gazewire.time import Clock

__all__ = ["DROP_CAUSES", "Acquisition"]

_log = logging.getLogger(__name__)

_T = TypeVar("_T")
_RETRY_AFTER_S = (0.25, 0.5, 1.0, 2.0)
_NS_PER_S = 1_000_000_000
# Enough for a rate that is steady to the eye.
_INSTANTS = 30
_STALE_NS = 2 * _NS_PER_S
DROP_CAUSES: tuple[DropCause, ...] = ("camera", "transport", "buffer", "queue", "disk")
"""All of them, in the order in which an image passes."""


class Acquisition:
    """Takes images for as long as it is not stopped; nothing that anybody does with them slows it.

    Indexes count on when a camera comes back; how many images it would have taken meanwhile nobody
    knows, and they are not counted. One that comes back with images of another size is not taken.

    Args:
        name: of the camera, for the log.
        open_camera: opens it, also again.
        take: is given each image in the thread; must not block.
        clock: the program's.
        retry_after_s: pauses before a camera that is gone is looked for; the last one is repeated.

    Attributes:
        connected: whether the camera is there.
    """

    def __init__(
        self,
        name: str,
        open_camera: OpenCamera,
        take: Callable[[Shot], None],
        clock: Clock,
        *,
        retry_after_s: Sequence[float] = _RETRY_AFTER_S,
    ) -> None:
        self.connected = False
        self._name = name
        self._open_camera = open_camera
        self._take = take
        self._clock = clock
        self._retry_after_s = retry_after_s
        self._frames = 0
        self._next_index = 0
        self._dropped: Counter[DropCause] = Counter()
        self._instants: deque[int] = deque(maxlen=_INSTANTS)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._camera: CameraSource | None = None
        self._asked: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._size = (0, 0)
        self._thread = threading.Thread(target=self._run, name=f"camera {name}")

    def open(self) -> CameraSource:
        """Open the camera for the first time.

        Raises:
            SourceError: it cannot be opened.
        """
        camera = self._camera = self._open_camera()
        self._size = camera.shape.width, camera.shape.height
        self.connected = True
        return camera

    def start(self) -> None:
        """Begin to take images."""
        self._thread.start()

    def stop(self) -> None:
        """End, and let go of the camera; takes as long as the wait for an image at the most."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._answer()
        self._release()

    @property
    def frames(self) -> int:
        """Images that have come so far."""
        return self._frames

    @property
    def dropped(self) -> dict[DropCause, int]:
        """Images lost so far, by cause, zeros too."""
        with self._lock:
            return {cause: self._dropped[cause] for cause in DROP_CAUSES}

    @property
    def rate_hz(self) -> float:
        """Images a second of late; 0 where none has come for two seconds."""
        with self._lock:
            instants = list(self._instants)
        if len(instants) < 2 or self._clock.unix_ns() - instants[-1] > _STALE_NS:
            return 0.0
        return (len(instants) - 1) * _NS_PER_S / max(1, instants[-1] - instants[0])

    def lose(self, cause: DropCause, count: int = 1) -> None:
        """Count images that were lost after they had come."""
        with self._lock:
            self._dropped[cause] += count

    def ask(self, work: Callable[[CameraSource], _T]) -> Future[_T]:
        """Let the thread do something with the camera, before its next image.

        Returns:
            What comes of it; a `SourceError` where the camera is gone.
        """
        answer: Future[_T] = Future()

        def do() -> None:
            try:
                if self._camera is None:
                    raise UnreadableSourceError(self._name, f"{self._name} is not there")
                answer.set_result(work(self._camera))
            except Exception as error:
                # As a value, so that it is raised where somebody asked.
                answer.set_exception(error)

        self._asked.put(do)
        return answer

    def fire(self) -> None:
        """Expose an image of a camera that waits for our word, from any thread.

        Raises:
            SourceError: the camera is gone, or does not wait.
        """
        camera = self._camera
        if isinstance(camera, SoftwareTriggered):
            camera.fire()

    def _answer(self) -> None:
        with suppress(Empty):
            while True:
                self._asked.get_nowait()()

    def _run(self) -> None:
        retries = self._retries()
        base = 0
        while not self._stop.is_set():
            self._answer()
            if self._camera is None:
                base = self._next_index
                if self._reopen(next(retries)):
                    retries = self._retries()
                continue
            try:
                shot = self._camera.take()
            except SourceError as error:
                _log.warning("%s; waiting until it is back", error)
                self._release()
                continue
            except Exception:
                _log.exception("%s has failed; it is opened again", self._name)
                self._release()
                continue
            if shot is not None:
                self._pass_on(shot, base)

    def _pass_on(self, shot: Shot, base: int) -> None:
        frame = shot.frame
        if base:
            frame = replace(frame, index=base + frame.index)
            shot = Shot(frame, shot.drops, shot.uncertainty_ns, shot.lines)
        self._next_index = frame.index + 1
        with self._lock:
            self._frames += 1
            self._dropped.update(shot.drops)
            self._instants.append(frame.timestamp_unix_ns)
        self._take(shot)

    def _retries(self) -> chain[float]:
        return chain(self._retry_after_s, repeat(self._retry_after_s[-1]))

    def _reopen(self, after_s: float) -> bool:
        if self._stop.wait(after_s):
            return False
        try:
            camera = self._open_camera()
        except SourceError as error:
            _log.debug("%s is not back yet: %s", self._name, error)
            return False
        size = camera.shape.width, camera.shape.height
        if size != self._size:
            _log.warning("%s came back with images of another size", self._name)
            camera.close()
            return False
        self._camera = camera
        self.connected = True
        _log.warning("%s is back", self._name)
        return True

    def _release(self) -> None:
        self.connected = False
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()
