"""One stream of a device, kept alive.

    stream = LiveStream("gaze", GAZE, StreamAddress(url), StreamOptions(clock=clock))
    with stream.topic.subscribe(capacity=1000) as gaze:
        stream.start()
        async for datum in gaze:
            ...
    await stream.stop()

It is opened by UDP, and by TCP where nothing comes that way. When it is lost it is opened anew,
with pauses that grow up to a bound, for as long as somebody wants it. What happens is visible in
`statistics` and told to listeners, and is never an exception in a reader's face.
"""

from __future__ import annotations

import asyncio
import logging
import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Generic, Protocol, TypeVar

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.payloads import PayloadKind
from gazewire.client._engine.policy import RetryDelay, StreamOptions
from gazewire.client._engine.reception import Reception
from gazewire.client._engine.statistics import StreamState, StreamStatistics
from gazewire.errors import GazewireError
from gazewire.flow import Topic
from gazewire.net import RtspClient, Track
from gazewire.wire.sdp import MediaDescription

__all__ = ["LiveStream", "StreamListener"]

logger = logging.getLogger("gazewire.client")

T = TypeVar("T")

_NS_PER_S = 1_000_000_000
_MS_PER_S = 1_000

# How often a session is looked at: whether anything comes, and whether to report.
_LOOK_S = 0.25

# RFC 7022 §4.2: the same for all streams of a program, and another in each.
_CNAME = uuid.uuid4().hex[:16]


class StreamListener(Protocol[T]):
    """Follows a stream, on the event loop's thread; must not block or raise."""

    def session_began(self, media: MediaDescription) -> None:
        """The stream has been opened, for the first time or anew: what was before has ended."""

    def items_arrived(self, items: list[T]) -> None:
        """Take records, in order, at least one."""

    def stream_ended(self) -> None:
        """The stream was not to be kept alive, and is lost."""


class _NothingCameError(Exception):
    """The stream is open and silent, by the way that its packets should come."""


class LiveStream(Generic[T]):
    """Receives one stream for as long as it is wanted.

    Use it on one event loop's thread.

    Args:
        name: for messages to humans.
        kind: what it carries.
        address: where to open it; followed when it changes.
        options: how to receive it. One that is not kept alive ends `topic` when it ends.

    Attributes:
        name: as given.
        topic: its records. Nothing comes before `start`.
        media: how the device describes it, once it has been opened.
        failure: why it was lost last, or could not be opened; None while it is well.
    """

    def __init__(
        self,
        name: str,
        kind: PayloadKind[T],
        address: StreamAddress,
        options: StreamOptions,
    ) -> None:
        self.name = name
        self.topic = Topic[T](name)
        self.media: MediaDescription | None = None
        self.failure: Exception | None = None
        self._kind = kind
        self._address = address
        self._clock = options.clock
        self._policy = options.policy
        self._transport = options.transport
        self._tls = options.tls
        self._keep_alive = options.keep_alive
        self._listeners: list[StreamListener[T]] = []
        self._observers: list[Callable[[StreamState], None]] = []
        self._task: asyncio.Task[None] | None = None
        self._state = StreamState.IDLE
        self._error: str | None = None
        self._session: tuple[RtspClient, Reception[T], Track] | None = None
        self._past = _Totals()
        self._sessions = 0

    @property
    def state(self) -> StreamState:
        """Where it stands."""
        return self._state

    @property
    def is_started(self) -> bool:
        """Somebody wants it."""
        return self._task is not None

    @property
    def statistics(self) -> StreamStatistics:
        """It in numbers."""
        totals = replace(self._past)
        jitter_ms = 0.0
        transport = None
        if self._session is not None:
            client, reception, track = self._session
            totals.add(reception, self._kind, client)
            jitter = reception.receiver.stream.statistics.jitter_ticks
            assert track.media.rtpmap is not None
            jitter_ms = jitter * _MS_PER_S / track.media.rtpmap.clock_rate_hz
            transport = "tcp" if track.over_tcp else "udp"
        return StreamStatistics(
            state=self._state,
            transport=transport,
            error=self._error,
            sessions=self._sessions,
            jitter_ms=jitter_ms,
            **asdict(totals),
        )

    def listen(self, listener: StreamListener[T]) -> Callable[[], None]:
        """Tell a listener of all that comes; returns what ends that.

        One that comes while the stream is open is told at once that it is.
        """
        self._listeners.append(listener)
        if self._session is not None and self.media is not None:
            listener.session_began(self.media)

        def leave() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return leave

    def observe(self, observer: Callable[[StreamState], None]) -> Callable[[], None]:
        """Tell an observer of each change of the state; returns what ends that."""
        self._observers.append(observer)

        def leave() -> None:
            with suppress(ValueError):
                self._observers.remove(observer)

        return leave

    def start(self) -> None:
        """Begin to receive. Harmless when repeated."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"receives {self.name}")

    async def stop(self) -> None:
        """End it, quietly. It can be started again. Harmless when repeated."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
            self._enter(StreamState.IDLE)

    def _enter(self, state: StreamState) -> None:
        if state is not self._state:
            self._state = state
            for observer in tuple(self._observers):
                observer(state)

    async def _run(self) -> None:
        retry = RetryDelay(self._policy)
        silent_by_udp = False
        while True:
            if self._address.url is None:
                self._enter(StreamState.UNAVAILABLE)
            url = await self._address.known()
            self._enter(StreamState.CONNECTING)
            over_tcp = silent_by_udp or self._transport.over_tcp
            try:
                await self._receive(url, over_tcp=over_tcp, instead=silent_by_udp, retry=retry)
            except _NothingCameError:
                logger.info("%s: nothing comes by UDP; trying TCP", self.name)
                silent_by_udp = True
                continue
            except (GazewireError, TimeoutError) as error:
                if not self._keep_alive:
                    self._end(error)
                    return
                self._complain(error)
            silent_by_udp = False
            self._enter(StreamState.RETRYING)
            # News of the device may come earlier: that the sensor is back, say.
            with suppress(TimeoutError):
                async with asyncio.timeout(retry.next_s()):
                    await self._address.change()

    def _end(self, failure: Exception) -> None:
        self.failure, self._error = failure, str(failure)
        self._enter(StreamState.IDLE)
        self.topic.close()
        for listener in tuple(self._listeners):
            listener.stream_ended()

    def _complain(self, error: Exception) -> None:
        # Each cause once, not each try.
        if self._error != str(error):
            logger.warning("%s: %s; opening it again", self.name, error)
        self.failure, self._error = error, str(error)

    async def _receive(self, url: str, *, over_tcp: bool, instead: bool, retry: RetryDelay) -> None:
        """Have one session, until it fails or the address changes."""
        client = RtspClient(
            url, self._clock, timeout_s=self._policy.connect_timeout_s, tls=self._tls
        )
        async with client:
            media = self._kind.choose(await client.describe())
            reception = Reception(
                self._kind.make_receiver(media, in_order=over_tcp),
                self._deliver,
                self._clock,
                self._policy,
                needs_clock=self._kind.needs_clock,
            )
            try:
                track = await client.set_up(media, reception, over_tcp=over_tcp)
                self._begin(client, reception, track)
                await client.play()
                self._sessions += 1
                self._enter(StreamState.WAITING)
                losing = asyncio.create_task(client.wait_lost())
                try:
                    await self._look_after(
                        reception, track, losing, url, instead=instead, retry=retry
                    )
                finally:
                    losing.cancel()
            finally:
                reception.close()
                self._past.add(reception, self._kind, client)
                self._session = None

    def _begin(self, client: RtspClient, reception: Reception[T], track: Track) -> None:
        self._session = (client, reception, track)
        self.media = track.media
        for listener in tuple(self._listeners):
            listener.session_began(track.media)

    def _deliver(self, items: list[T]) -> None:
        self.topic.publish_all(items)
        for listener in tuple(self._listeners):
            listener.items_arrived(items)

    async def _look_after(
        self,
        reception: Reception[T],
        track: Track,
        losing: asyncio.Task[None],
        url: str,
        *,
        instead: bool,
        retry: RetryDelay,
    ) -> None:
        policy = self._policy
        ssrc = random.getrandbits(32)
        began_ns = report_ns = self._clock.mono_ns()
        while True:
            await asyncio.wait({losing}, timeout=_LOOK_S)
            if losing.done():
                losing.result()
            if self._address.url not in {url, None}:
                return
            now_ns = self._clock.mono_ns()
            came_ns = reception.last_packet_ns
            if came_ns is None:
                silent_s = (now_ns - began_ns) / _NS_PER_S
                if (
                    not track.over_tcp
                    and self._transport.may_fall_back
                    and silent_s > policy.fallback_s
                ):
                    raise _NothingCameError
            else:
                silent_s = (now_ns - came_ns) / _NS_PER_S
                retry.reset()
                if not track.over_tcp:
                    self._transport.udp_came()
                elif instead:
                    self._transport.only_tcp_came()
                if now_ns - report_ns > policy.reports_s * _NS_PER_S:
                    report_ns = now_ns
                    track.send_rtcp(reception.report(ssrc, _CNAME))
            self._tell_state(reception, now_ns)
            if silent_s > policy.silence_s:
                raise TimeoutError(f"nothing came for {policy.silence_s:g} s")

    def _tell_state(self, reception: Reception[T], now_ns: int) -> None:
        data_ns = reception.last_data_ns
        if self._address.url is None:
            self._enter(StreamState.UNAVAILABLE)
        elif data_ns is not None and now_ns - data_ns < self._policy.silence_s * _NS_PER_S / 2:
            if self._state is not StreamState.RECEIVING and self._error is not None:
                logger.info("%s: data come again", self.name)
                self.failure = self._error = None
            self._enter(StreamState.RECEIVING)
        else:
            self._enter(StreamState.WAITING)


@dataclass(slots=True)
class _Totals:
    """Counts over several sessions; the fields are those of `StreamStatistics`."""

    packets: int = 0
    items: int = 0
    lost: int = 0
    late: int = 0
    duplicates: int = 0
    malformed: int = 0
    unknown: int = 0
    undated: int = 0
    incomplete: int = 0
    clock_refused: int = 0
    foreign_bytes: int = 0

    def add(self, reception: Reception[T], kind: PayloadKind[T], client: RtspClient) -> None:
        stream = reception.receiver.stream
        unusable = kind.count(reception.receiver)
        self.packets += reception.packets
        self.items += reception.items
        self.lost += stream.window.lost
        self.late += stream.window.late
        self.duplicates += stream.window.duplicates
        self.malformed += stream.malformed + unusable.malformed
        self.unknown += unusable.unknown
        self.undated += reception.undated
        self.incomplete += unusable.incomplete
        self.clock_refused += stream.clock.refused + stream.clock.contrary
        self.foreign_bytes += client.foreign_bytes
