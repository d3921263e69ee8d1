"""Decoding off the event loop: one thread for each coded stream, and only while it is wanted.

::

    decoding = Decoding("world", make_decoder, deliver, ended=topic.close)
    ...
    decoding.session_began(media)
    decoding.items_arrived(units)
    ...
    decoding.close()
"""

from __future__ import annotations

import asyncio
import enum
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from gazewire.client._engine.doorbell import Doorbell
from gazewire.errors import GazewireError
from gazewire.wire.sdp import MediaDescription

__all__ = ["Decoder", "Decoding"]

logger = logging.getLogger("gazewire.client")

S = TypeVar("S")
T = TypeVar("T")
Coded = TypeVar("Coded", contravariant=True)

# A decoder that is so far behind never catches up. A stream whose first sender report came late
# brings more at once, but did not let it wait.
_LATE_S = 2.0
# Ten seconds of the fastest video, which is what can have waited for a sender report.
_MOST_WAITING = 2048
# Decoded and not yet taken over by the event loop: pictures of the scene take 3 MB each.
_MOST_DECODED = 16
# A thread that does not come back from the library below is left alone.
_JOINED_WITHIN_S = 5.0


class Decoder(Protocol[Coded, T]):
    """Makes pictures or sound of coded units; used in one thread."""

    def decode(self, unit: Coded) -> list[T]:
        """Take a unit; what cannot be decoded is counted and left out, not raised."""


class _Order(enum.Enum):
    END_STREAM = enum.auto()
    STOP = enum.auto()


class Decoding(Generic[S, T]):
    """Feeds a decoder in a thread of its own; a listener of a `LiveStream`.

    Where the decoder does not keep up, all units that wait are left out and counted, and it begins
    anew with what comes then. It begins anew as well where it fails. So memory is bounded, and the
    stream goes on.

    Args:
        name: of the stream.
        make_decoder: makes one for each session, from what the device tells of the stream.
        deliver: takes what was decoded, on the event loop's thread.
        ended: called there when the stream has ended and all of it was delivered.

    Attributes:
        skipped: units left out because too many waited, or there is no decoder for them.
        failures: how often a decoder raised, which it should not.
    """

    def __init__(
        self,
        name: str,
        make_decoder: Callable[[MediaDescription], Decoder[S, T]],
        deliver: Callable[[list[T]], None],
        *,
        ended: Callable[[], None],
    ) -> None:
        self.skipped = 0
        self.failures = 0
        self._name = name
        self._make_decoder = make_decoder
        self._deliver = deliver
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        # Guards all that both threads use. Each waits for something else: to wake a thread for
        # nothing costs more than to decode a picture of an eye.
        self._lock = threading.Lock()
        self._arrived = Doorbell(self._lock)
        self._has_room = Doorbell(self._lock)
        # Each with the loop's time of its arrival.
        self._waiting: deque[tuple[float, MediaDescription | _Order | S]] = deque()
        self._media: MediaDescription | None = None
        self._decoded: list[T] = []
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=f"decodes {name}", daemon=True)
        self._thread.start()

    def session_began(self, media: MediaDescription) -> None:
        """Begin anew with a new decoder."""
        with self._lock:
            self._media = media
        self._put([media])

    def items_arrived(self, items: list[S]) -> None:
        """Have units decoded, in order."""
        self._put(items)

    def stream_ended(self) -> None:
        """Deliver what is there, and tell that it was all."""
        self._put([_Order.END_STREAM])

    def close(self) -> None:
        """End the thread, when it has finished its unit. Harmless when repeated.

        What was decoded and not yet delivered is thrown away.
        """
        with self._lock:
            self._closed = True
            self._waiting.clear()
            self._decoded.clear()
            self._arrived.ring()
            self._has_room.ring()
        self._thread.join(_JOINED_WITHIN_S)

    # What follows runs on the event loop's thread.

    def _put(self, items: Sequence[MediaDescription | _Order | S]) -> None:
        now_s = self._loop.time()
        with self._lock:
            if self._closed:
                return
            if self._waiting and (
                now_s - self._waiting[0][0] > _LATE_S or len(self._waiting) > _MOST_WAITING
            ):
                self._leave_out(now_s)
            self._waiting.extend((now_s, item) for item in items)
            self._arrived.ring()

    def _leave_out(self, now_s: float) -> None:
        """Forget all units that wait; of all else, what still matters stays."""
        kept: list[MediaDescription | _Order | S] = []
        if self._media is not None:
            # A new decoder, because what comes does not follow on what this one has seen.
            kept.append(self._media)
        kept += [order for _, order in self._waiting if isinstance(order, _Order)]
        units = sum(not isinstance(item, MediaDescription | _Order) for _, item in self._waiting)
        self._waiting = deque((now_s, item) for item in kept)
        self.skipped += units
        logger.warning("%s: left out %d units, not decoded in time", self._name, units)

    def _take_over(self) -> None:
        with self._lock:
            decoded, self._decoded = self._decoded, []
            self._has_room.ring()
        if decoded:
            self._deliver(decoded)

    def _tell_end(self) -> None:
        if not self._closed:
            self._ended()

    # And this on the decoder's.

    def _work(self) -> None:
        decoder: Decoder[S, T] | None = None
        while (item := self._next()) is not _Order.STOP:
            if isinstance(item, MediaDescription):
                decoder = self._decoder_for(item)
            elif isinstance(item, _Order):
                self._call(self._tell_end)
            elif decoder is not None:
                try:
                    decoded = decoder.decode(item)
                except Exception as error:
                    self._note_failure(error)
                    decoder = None if self._media is None else self._decoder_for(self._media)
                else:
                    self._hand_over(decoded)
            else:
                with self._lock:
                    self.skipped += 1

    def _next(self) -> MediaDescription | _Order | S:
        with self._lock:
            while not self._waiting and not self._closed:
                self._arrived.wait()
            return _Order.STOP if self._closed else self._waiting.popleft()[1]

    def _decoder_for(self, media: MediaDescription) -> Decoder[S, T] | None:
        try:
            return self._make_decoder(media)
        except GazewireError as error:
            logger.warning("%s: cannot decode what the device describes: %s", self._name, error)
        except Exception as error:
            self._note_failure(error)
        return None

    def _note_failure(self, error: Exception) -> None:
        # A fault of ours, or of the library below. It would come with each unit, so it is told
        # once.
        if not self.failures:
            logger.error("%s: the decoder failed", self._name, exc_info=error)
        self.failures += 1

    def _hand_over(self, decoded: list[T]) -> None:
        if not decoded:
            return
        with self._lock:
            while len(self._decoded) >= _MOST_DECODED and not self._closed:
                self._has_room.wait()
            if self._closed:
                return
            is_first = not self._decoded
            self._decoded += decoded
        if is_first:
            self._call(self._take_over)

    def _call(self, function: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:
            # The loop is closed, so nobody will close this.
            with self._lock:
                self._closed = True
