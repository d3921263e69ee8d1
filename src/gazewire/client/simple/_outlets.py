"""Where a blocking reader finds what the streams of a device bring.

An outlet is a mailbox and what fills it: one stream, several paired, or several merged. It is made
on the event loop, by the functions here, and read in any thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from gazewire.client._engine.link import DeviceLink
from gazewire.client._engine.mailbox import Delivery, Mailbox
from gazewire.client._engine.matching import LiveMatcher, MatchRule, SceneMatch
from gazewire.client._engine.payloads import MissingStreamError
from gazewire.client._engine.statistics import StreamState
from gazewire.client.models import SensorName
from gazewire.client.streaming.audio import AudioNotAvailableError
from gazewire.flow import MergeBuffer, Tagged
from gazewire.wire.sdp import MediaDescription

__all__ = [
    "Outlet",
    "match_outlet",
    "merge_outlet",
    "record_outlet",
    "sensor_outlet",
]

T = TypeVar("T")

_NS_PER_S = 1_000_000_000
_MERGE_WAIT_NS = 250_000_000

# Twenty seconds of the fastest data. Of pictures half a second for who reads the current one, since
# whoever cannot keep up does not want to fall behind, and two seconds for who wants all of them: a
# picture of the scene takes 3 MB.
_DATA = 4_000
_CURRENT_PICTURES = {SensorName.WORLD: 15, SensorName.EYES: 100}
_ALL_PICTURES = {SensorName.WORLD: 60, SensorName.EYES: 400}


def _capacity(sensors: Iterable[SensorName], delivery: Delivery) -> int:
    """How many unread items to keep, of what these sensors make together."""
    pictures = _ALL_PICTURES if delivery is Delivery.LOSSLESS else _CURRENT_PICTURES
    return min((pictures.get(name, _DATA) for name in sensors), default=_DATA)


@dataclass(frozen=True, slots=True)
class Outlet(Generic[T]):
    """A mailbox and what fills it.

    Attributes:
        mailbox: to read from.
        sensors: whose streams it needs.
        leave: ends the filling; to be called on the event loop.
    """

    mailbox: Mailbox[T]
    sensors: tuple[SensorName, ...]
    leave: Callable[[], None]

    def shut(self, reason: str) -> None:
        """End it, on the event loop: readers get what is unread, and then nothing."""
        self.leave()
        self.mailbox.close(reason)


# Any, in all of these: each sensor has a type of its own, which those who ask know.


def sensor_outlet(link: DeviceLink, name: SensorName, delivery: Delivery) -> Outlet[Any]:
    """What one sensor gives; its stream is started."""
    feed = link.feed(name)
    mailbox = Mailbox[Any](_capacity([name], delivery), delivery, clock=link.clock)
    leave = feed.listen(mailbox.put_many)
    if name is not SensorName.AUDIO:
        feed.start()
        return Outlet(mailbox, (name,), leave)

    # Sound can be switched off in the app, and then nothing would ever come.
    def look(state: StreamState) -> None:
        if state is StreamState.RETRYING and isinstance(feed.stream.failure, MissingStreamError):
            failure = AudioNotAvailableError(
                "the device sends no sound; is the microphone switched on in the app?"
            )
            mailbox.close(str(failure), failure)

    leave_both = partial(_call_all, (leave, feed.stream.observe(look)))
    look(feed.stream.state)
    feed.start()
    return Outlet(mailbox, (name,), leave_both)


def match_outlet(
    link: DeviceLink, rule: MatchRule, delivery: Delivery, *, eyes: bool, audio: bool
) -> Outlet[SceneMatch]:
    """Pictures of the scene and what belongs to them; the streams are started."""
    capacity = _capacity([SensorName.WORLD], delivery)
    mailbox = Mailbox[SceneMatch](capacity, delivery, clock=link.clock)
    matcher = LiveMatcher(link, rule, mailbox.put_many, eyes=eyes, audio=audio)
    matcher.start()
    return Outlet(mailbox, matcher.sensors, matcher.stop)


def merge_outlet(link: DeviceLink, names: tuple[SensorName, ...]) -> Outlet[Tagged[Any]]:
    """What several sensors give, in order of time; the streams are started."""
    mailbox = Mailbox[Tagged[Any]](
        _capacity(names, Delivery.LOSSLESS), Delivery.LOSSLESS, clock=link.clock
    )
    merging = _Merging(link, names, mailbox)
    merging.start()
    return Outlet(mailbox, names, merging.stop)


def record_outlet(link: DeviceLink, name: SensorName) -> Outlet[Any]:
    """What one sensor sends, as records of `gazewire.model`; the stream is started."""
    feed = link.feed(name)
    mailbox = Mailbox[Any](_DATA, Delivery.LOSSLESS, clock=link.clock)
    leave = feed.stream.listen(_Records(mailbox))
    feed.start()
    return Outlet(mailbox, (name,), leave)


class _Merging:
    """Puts streams in order on the event loop, before they go into a mailbox."""

    def __init__(
        self, link: DeviceLink, names: tuple[SensorName, ...], mailbox: Mailbox[Tagged[Any]]
    ) -> None:
        self._link = link
        self._names = names
        self._mailbox = mailbox
        self._buffer = MergeBuffer[Any](
            [str(name.value) for name in names], max_wait_ns=_MERGE_WAIT_NS
        )
        self._leave: list[Callable[[], None]] = []
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        for name in self._names:
            feed = self._link.feed(name)
            self._leave.append(feed.listen(partial(self._receive, str(name.value))))
            feed.start()

    def stop(self) -> None:
        _call_all(self._leave)
        if self._timer is not None:
            self._timer.cancel()

    def _receive(self, name: str, items: list[Any]) -> None:
        now_ns = self._link.clock.mono_ns()
        for item in items:
            self._buffer.receive(name, item, now_ns)
        self._release()

    def _release(self) -> None:
        now_ns = self._link.clock.mono_ns()
        self._mailbox.put_many(self._buffer.release(now_ns))
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        release_ns = self._buffer.next_release_ns
        if release_ns is not None:
            delay_s = max(0, release_ns - now_ns) / _NS_PER_S
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._release)


class _Records:
    """Puts a stream's records into a mailbox, before they are made what users read."""

    def __init__(self, mailbox: Mailbox[Any]) -> None:
        self._mailbox = mailbox

    def session_began(self, media: MediaDescription) -> None:
        """Nothing depends on sessions."""

    def items_arrived(self, items: list[Any]) -> None:
        self._mailbox.put_many(items)

    def stream_ended(self) -> None:
        """Streams of a device are kept alive."""


def _call_all(functions: Iterable[Callable[[], None]]) -> None:
    for function in functions:
        function()
