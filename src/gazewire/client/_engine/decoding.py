"""Decoding off the event loop: one thread for each coded stream, and only while it is wanted.

decoding = Decoding("world", make_decoder, deliver)
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
import queue
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from gazewire.errors import GazewireError
from gazewire.wire.sdp import MediaDescription

__all__ = ["Decoder", "Decoding"]

logger = logging.getLogger("gazewire.client")

S = TypeVar("S")
T = TypeVar("T")
Coded = TypeVar("Coded", contravariant=True)

# About two seconds of the fastest video: who decodes more slowly than that never catches up.
_MOST_WAITING = 512


class Decoder(Protocol[Coded, T]):
    """Makes pictures or sound of coded units; used in one thread."""

    def decode(self, unit: Coded) -> list[T]:
        """Take a unit; what cannot be decoded is counted and left out, not raised."""


class _Last(enum.Enum):
    OF_STREAM = enum.auto()
    OF_ALL = enum.auto()


class Decoding(Generic[S, T]):
    """Feeds a decoder in a thread of its own; a listener of a `LiveStream`.

    Where the decoder does not keep up, a stretch of units is left out and counted, and the decoder
    begins anew with what comes then.

    Args:
        name: of the stream.
        make_decoder: makes one for each session, from what the device tells of the stream.
        deliver: takes what was decoded, on the event loop's thread.
        ended: called there when the stream has ended and all of it was delivered.

    Attributes:
        skipped: units left out because too many waited.
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
        self._name = name
        self._make_decoder = make_decoder
        self._deliver = deliver
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._media: MediaDescription | None = None
        self._inbox: queue.SimpleQueue[MediaDescription | _Last | S] = queue.SimpleQueue()
        self._decoded: list[T] = []
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name=f"decodes {name}", daemon=True)
        self._thread.start()

    def session_began(self, media: MediaDescription) -> None:
        """Begin anew with a new decoder."""
        self._media = media
        self._inbox.put(media)

    def items_arrived(self, items: list[S]) -> None:
        """Have units decoded, in order."""
        if self._inbox.qsize() > _MOST_WAITING and self._media is not None:
            logger.warning(
                "%s: left out what this machine cannot decode in time", self._thread.name
            )
            self._empty()
            self._inbox.put(self._media)
        for item in items:
            self._inbox.put(item)

    def stream_ended(self) -> None:
        """Deliver what is there, and tell that it was all."""
        self._inbox.put(_Last.OF_STREAM)

    def close(self) -> None:
        """End the thread, when it has finished its unit. Harmless when repeated."""
        self._empty()
        self._inbox.put(_Last.OF_ALL)
        self._thread.join()

    def _empty(self) -> None:
        try:
            while True:
                self._inbox.get_nowait()
                self.skipped += 1
        except queue.Empty:
            pass

    def _work(self) -> None:
        decoder: Decoder[S, T] | None = None
        while (item := self._inbox.get()) is not _Last.OF_ALL:
            if isinstance(item, MediaDescription):
                decoder = self._decoder_for(item)
            elif isinstance(item, _Last):
                self._call(self._ended)
            elif decoder is not None and (decoded := decoder.decode(item)):
                self._hand_over(decoded)

    def _decoder_for(self, media: MediaDescription) -> Decoder[S, T] | None:
        try:
            return self._make_decoder(media)
        except GazewireError as error:
            logger.warning("%s: cannot decode what the device describes: %s", self._name, error)
            return None

    def _hand_over(self, decoded: list[T]) -> None:
        with self._lock:
            is_first = not self._decoded
            self._decoded += decoded
        if is_first:
            self._call(self._take_over)

    def _call(self, function: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:
            return  # the loop is closed; so will this be

    def _take_over(self) -> None:
        with self._lock:
            decoded, self._decoded = self._decoded, []
        if decoded:
            self._deliver(decoded)
