"""The images of one camera in shared memory, from the moment at which somebody wants them there."""

from __future__ import annotations

import logging

from gazewire.errors import NetworkError
from gazewire.model import Frame
from gazewire.net.shared_images import SharedImageWriter
from gazewire.wire.camera import SharedPlace

__all__ = ["Sharing"]

_log = logging.getLogger(__name__)

# So long an image stays where it is while others come; a program that needs longer copies it.
_STAYS_S = 0.2
_FEWEST_SLOTS = 4
_MOST_SLOTS = 64


class Sharing:
    """Puts images into shared memory. Used by one thread.

    Args:
        camera: for the log.
        rate_hz: nominal, of its images.
    """

    def __init__(self, camera: str, rate_hz: float) -> None:
        self._camera = camera
        self._slots = min(_MOST_SLOTS, max(_FEWEST_SLOTS, round(_STAYS_S * rate_hz)))
        self._writer: SharedImageWriter | None = None
        self._failed = False

    def share(self, frame: Frame) -> SharedPlace | None:
        """Put an image there, and tell where; None where there is no memory for it."""
        nbytes = memoryview(frame.data).nbytes
        if self._writer is not None and self._writer.nbytes != nbytes:
            self.close()
        if self._writer is None and not self._failed:
            self._open(nbytes)
        return None if self._writer is None else self._writer.write(frame.data)

    def close(self) -> None:
        """Let nobody new read."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()

    def _open(self, nbytes: int) -> None:
        try:
            self._writer = SharedImageWriter(nbytes, self._slots)
        except NetworkError as error:
            self._failed = True
            _log.warning("%s is not given in shared memory: %s", self._camera, error)
