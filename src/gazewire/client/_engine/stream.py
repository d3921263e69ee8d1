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
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Generic, Protocol, TypeVar

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.payloads import PayloadKind
from gazewire.client._engine.policy import AnswerLimit, RetryDelay, StreamOptions
from gazewire.client._engine.statistics import StreamState, StreamStatistics
from gazewire.client._engine.stream_session import NothingByUdpError, StreamSession
from gazewire.client._engine.totals import Totals
from gazewire.errors import GazewireError
from gazewire.flow import Topic
from gazewire.net import RtspClient
from gazewire.wire.sdp import MediaDescription

__all__ = ["LiveStream", "StreamListener"]

logger = logging.getLogger("gazewire.client")

R = TypeVar("R")
T = TypeVar("T")

_MS_PER_S = 1_000


class StreamListener(Protocol[T]):
    """Follows a stream, on the event loop's thread; must not block or raise."""

    def session_began(self, media: MediaDescription) -> None:
        """The stream has been opened, for the first time or anew: what was before has ended."""

    def items_arrived(self, items: list[T]) -> None:
        """Take records, in order, at least one."""

    def stream_ended(self) -> None:
        """The stream was not to be kept alive, and is lost."""


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
        has_ended: it was not to be kept alive, and is lost.
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
        self.has_ended = False
        self._kind = kind
        self._address = address
        self._options = options
        self._retry = RetryDelay(options.policy)
        self._answers = AnswerLimit(options.policy)
        self._listeners: list[StreamListener[T]] = []
        self._observers: list[Callable[[StreamState], None]] = []
        self._task: asyncio.Task[None] | None = None
        # Stopped, and perhaps not yet at their end. One that is started meanwhile waits for that.
        self._ending: set[asyncio.Task[None]] = set()
        self._at_work = asyncio.Lock()
        self._state = StreamState.IDLE
        self._session: StreamSession[T] | None = None
        self._past = Totals()
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
            totals.add(self._session)
            jitter = self._session.reception.receiver.stream.statistics.jitter_ticks
            assert self._session.media.rtpmap is not None
            jitter_ms = jitter * _MS_PER_S / self._session.media.rtpmap.clock_rate_hz
            if self._session.track is not None:
                transport = "tcp" if self._session.track.over_tcp else "udp"
        return StreamStatistics(
            state=self._state,
            transport=transport,
            error=None if self.failure is None else str(self.failure),
            sessions=self._sessions,
            jitter_ms=jitter_ms,
            **asdict(totals),
        )

    def listen(self, listener: StreamListener[T]) -> Callable[[], None]:
        """Tell a listener of all that comes; returns what ends that.

        One that comes while the stream is open is told at once that it is.
        """
        self._listeners.append(listener)
        if self._session is not None:
            listener.session_began(self._session.media)

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
        """End it, quietly and within a second. It can be started again. Harmless when repeated."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        # Also those that somebody else has just stopped: when this returns, they have ended.
        if self._ending:
            await asyncio.wait(tuple(self._ending))

    def _enter(self, state: StreamState) -> None:
        if state is StreamState.RECEIVING and self.failure is not None:
            logger.info("%s: data come again", self.name)
            self.failure = None
        if state is not self._state:
            self._state = state
            for observer in tuple(self._observers):
                observer(state)

    async def _run(self) -> None:
        async with self._at_work:
            try:
                while await self._receive_once():
                    pass
            finally:
                self._enter(StreamState.IDLE)

    async def _receive_once(self) -> bool:
        """Open the stream and receive it; False where it is not to be opened again."""
        if self._address.url is None:
            self._enter(StreamState.UNAVAILABLE)
        url = await self._address.known()
        self._enter(StreamState.CONNECTING)
        try:
            await self._while_there(url)
        except (GazewireError, TimeoutError) as error:
            failure: Exception = error
        except Exception as error:
            # A fault of ours. To stop here would be silence for ever.
            logger.exception("%s: failed unexpectedly", self.name)
            failure = error
        else:
            return True
        self._note(failure)
        if not self._options.keep_alive:
            self._end()
            return False
        self._enter(StreamState.RETRYING)
        # News of the device may come earlier: that the sensor is back, say. What an observer has
        # made of this failure is none, or two wrong addresses would be tried without a pause.
        tried_next = self._address.url
        with suppress(TimeoutError):
            async with asyncio.timeout(self._retry.next_s()):
                await self._address.other_than(tried_next)
        return True

    async def _while_there(self, url: str) -> None:
        """Receive until the stream fails, or returns when it is to be had elsewhere or nowhere."""
        receiving = asyncio.create_task(self._receive(url))
        moving = asyncio.create_task(self._address.other_than(url))
        both = (receiving, moving)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
        if not receiving.cancelled():
            receiving.result()

    async def _receive(self, url: str) -> None:
        transport = self._options.transport
        if transport.over_tcp:
            await self._receive_by(url, over_tcp=True)
            return
        try:
            await self._receive_by(url, over_tcp=False)
        except NothingByUdpError:
            logger.info("%s: nothing comes by UDP; trying TCP", self.name)
        await self._receive_by(url, over_tcp=True, is_instead=True)

    async def _receive_by(self, url: str, *, over_tcp: bool, is_instead: bool = False) -> None:
        """Have one session, until it fails."""
        options = self._options
        self._enter(StreamState.CONNECTING)
        client = RtspClient(
            url,
            options.clock,
            connect_timeout_s=options.policy.connect_timeout_s,
            answer_timeout_s=self._answers.seconds,
            tls=options.tls,
        )
        async with client:
            media = self._kind.choose(await self._answered(client.describe()))
            session = StreamSession(
                client,
                media,
                self._kind,
                options,
                deliver=self._deliver,
                tell=self._enter,
                is_instead=is_instead,
            )
            try:
                await self._answered(session.set_up(over_tcp=over_tcp))
                self._begin(session)
                await self._answered(session.play())
                self._sessions += 1
                await session.look_after()
            finally:
                session.close()
                self._past.add(session)
                self._session = None
                if session.has_lasted:
                    self._retry.reset()

    async def _answered(self, question: Awaitable[R]) -> R:
        try:
            return await question
        except TimeoutError:
            self._answers.extend()
            raise

    def _begin(self, session: StreamSession[T]) -> None:
        self._session = session
        self.media = session.media
        for listener in tuple(self._listeners):
            listener.session_began(session.media)

    def _deliver(self, items: list[T]) -> None:
        self.topic.publish_all(items)
        for listener in tuple(self._listeners):
            listener.items_arrived(items)

    def _note(self, failure: Exception) -> None:
        # Each cause once, not each try.
        if str(self.failure) != str(failure):
            then = "opening it again" if self._options.keep_alive else "it has ended"
            logger.warning("%s: %s; %s", self.name, failure, then)
        self.failure = failure

    def _end(self) -> None:
        self.has_ended = True
        self.topic.close()
        for listener in tuple(self._listeners):
            listener.stream_ended()
