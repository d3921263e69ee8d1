"""One sensor of a device, in the shape that users read: received, decoded, converted, handed out.

feed = ConvertingFeed(stream, gaze_data)
with feed.topic.subscribe(capacity=1000) as gaze:
feed.start()
async for datum in gaze:
...
await feed.stop()
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

from gazewire.client._engine.decoding import Decoder, Decoding
from gazewire.client._engine.stream import LiveStream
from gazewire.flow import Topic
from gazewire.wire.sdp import MediaDescription

__all__ = ["ConvertingFeed", "DecodingFeed", "Feed"]

R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class Feed(ABC, Generic[T]):
    """A stream and what becomes of it. Use it on one event loop's thread.

    Args:
        stream: where it comes from.

    Attributes:
        stream: as given; has the state and the statistics.
        topic: what it hands out; ends when the stream does.
    """

    def __init__(self, stream: LiveStream[Any]) -> None:
        self.stream = stream
        self.topic = Topic[T](stream.name)
        self._takers: list[Callable[[list[T]], None]] = []

    def listen(self, taker: Callable[[list[T]], None]) -> Callable[[], None]:
        """Hand everything to a function, too, on the loop's thread; returns what ends that."""
        self._takers.append(taker)

        def leave() -> None:
            with suppress(ValueError):
                self._takers.remove(taker)

        return leave

    @property
    def is_started(self) -> bool:
        """Somebody wants it."""
        return self.stream.is_started

    @abstractmethod
    def start(self) -> None:
        """Begin to receive. Harmless when repeated."""

    @abstractmethod
    async def stop(self) -> None:
        """End it; it can be started again. Harmless when repeated."""

    def _hand_out(self, items: Sequence[T]) -> None:
        self.topic.publish_all(items)
        for taker in tuple(self._takers):
            taker(list(items))


class ConvertingFeed(Feed[T], Generic[R, T]):
    """A feed whose records are converted one by one.

    Args:
        stream: where they come from.
        convert: makes what users read; None for what they have no type for.
    """

    def __init__(self, stream: LiveStream[R], convert: Callable[[R], T | None]) -> None:
        super().__init__(stream)
        self._convert = convert
        self._leave: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin to receive. Harmless when repeated."""
        if self._leave is None:
            self._leave = self.stream.listen(self)
        self.stream.start()

    async def stop(self) -> None:
        """End it; it can be started again, before this is done too. Harmless when repeated."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()
        await self.stream.stop()

    def session_began(self, media: MediaDescription) -> None:
        """Nothing depends on sessions."""

    def items_arrived(self, items: list[R]) -> None:
        """Convert records and hand them out."""
        convert = self._convert
        converted = [made for item in items if (made := convert(item)) is not None]
        if converted:
            self._hand_out(converted)

    def stream_ended(self) -> None:
        """End the topic."""
        self.topic.close()


class DecodingFeed(Feed[T], Generic[R, S, T]):
    """A feed whose records are decoded in a thread.

    Args:
        stream: where coded units come from.
        make_decoder: makes a decoder from what the device tells of the stream.
        convert: makes what users read, of what was decoded.
    """

    def __init__(
        self,
        stream: LiveStream[R],
        make_decoder: Callable[[MediaDescription], Decoder[R, S]],
        convert: Callable[[S], T],
    ) -> None:
        super().__init__(stream)
        self._make_decoder = make_decoder
        self._convert = convert
        self._decoding: Decoding[R, S] | None = None
        self._leave: Callable[[], None] | None = None

    @property
    def skipped(self) -> int:
        """Units left out because this machine did not decode them in time."""
        return 0 if self._decoding is None else self._decoding.skipped

    def start(self) -> None:
        """Begin to receive. Harmless when repeated."""
        if self._decoding is None:
            self._decoding = Decoding(
                self.stream.name, self._make_decoder, self._decoded, ended=self.topic.close
            )
            self._leave = self.stream.listen(self._decoding)
        self.stream.start()

    async def stop(self) -> None:
        """End it; it can be started again, before this is done too. Harmless when repeated."""
        leave, self._leave = self._leave, None
        decoding, self._decoding = self._decoding, None
        if leave is not None:
            leave()
        try:
            await self.stream.stop()
        finally:
            if decoding is not None:
                decoding.close()

    def _decoded(self, items: list[S]) -> None:
        convert = self._convert
        self._hand_out([convert(item) for item in items])
