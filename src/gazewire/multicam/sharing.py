"""The images of one camera in shared memory, for those who came in for them."""

from __future__ import annotations

import logging

from gazewire.errors import NetworkError
from gazewire.model import Frame
from gazewire.net.shared_images import SharedImages
from gazewire.net.shared_memory import is_available
from gazewire.wire.camera import FrameHeader

__all__ = ["Sharing"]

_log = logging.getLogger(__name__)

# So long an image stays where it is while others come; a program that needs longer copies it.
_STAYS_S = 0.2
_FEWEST_SLOTS = 4
_MOST_SLOTS = 64
_NS_PER_S = 1_000_000_000


class Sharing:
    """Shares images, as far as the system can.

    One thread accepts readers, another one shares. The memory is made when there is a reader.

    Args:
        camera: for the log.
        rate_hz: nominal, of its images.
        most_hz: no more images a second than these; None: all.

    Attributes:
        shared: images so far that somebody was told of.
        name: where readers come in; empty where there is no such place.
    """

    def __init__(self, camera: str, rate_hz: float, most_hz: float | None = None) -> None:
        self.shared = 0
        self._camera = camera
        self._interval_ns = 0 if most_hz is None else round(_NS_PER_S / most_hz)
        self._due_ns = 0
        slots = min(_MOST_SLOTS, max(_FEWEST_SLOTS, round(_STAYS_S * rate_hz)))
        self._images = SharedImages(slots) if is_available() else None
        self.name = "" if self._images is None else self._images.name

    def descriptors(self) -> list[int]:
        """What is readable when somebody wants to come in."""
        return [] if self._images is None else [self._images.fileno()]

    def accept(self) -> None:
        """Let readers in."""
        if self._images is not None:
            self._images.accept()

    @property
    def readers(self) -> int:
        """How many have come in."""
        return 0 if self._images is None else self._images.readers

    def share(self, header: FrameHeader, frame: Frame) -> None:
        """Give an image to all readers, if it is time."""
        if self._images is None:
            return
        instant_ns = frame.timestamp_unix_ns
        # Images jitter: a little early is on time. What is far off is a clock that was set.
        if abs(self._due_ns - instant_ns) < _NS_PER_S and (
            instant_ns < self._due_ns - self._interval_ns // 4
        ):
            return
        try:
            told = self._images.send(header, frame.data)
        except NetworkError as error:
            # They come back by another way.
            _log.warning("%s cannot be given in shared memory: %s", self._camera, error)
            self._images.turn_out()
            return
        self.shared += told
        next_ns = self._due_ns + self._interval_ns
        is_on_grid = instant_ns < next_ns <= instant_ns + 2 * self._interval_ns
        self._due_ns = next_ns if is_on_grid else instant_ns + self._interval_ns

    def close(self) -> None:
        """Let nobody in any more, and let all go. Harmless when repeated."""
        images, self._images = self._images, None
        if images is not None:
            images.close()
