"""One opening of a stream, from DESCRIBE to its end."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Callable
from typing import Generic, TypeVar

from gazewire.client._engine.payloads import PayloadKind
from gazewire.client._engine.policy import StreamOptions
from gazewire.client._engine.reception import Reception
from gazewire.client._engine.statistics import StreamState
from gazewire.errors import DeviceRefusedError, LocalProtocolError
from gazewire.net import RtspClient, Track
from gazewire.wire.sdp import MediaDescription

__all__ = ["NothingByUdpError", "StreamSession"]

T = TypeVar("T")

_NS_PER_S = 1_000_000_000

# RFC 2326 §11.3.14
_UNSUPPORTED_TRANSPORT = 461

# RFC 7022 §4.2: the same for all streams of a program, and another in each.
_CNAME = uuid.uuid4().hex[:16]


class NothingByUdpError(Exception):
    """The stream cannot be had by UDP, or is open and silent that way; TCP may do."""


class StreamSession(Generic[T]):
    """A stream on one RTSP connection, looked after.

    Args:
        client: connected, and asked for the description.
        media: the stream.
        kind: what it carries.
        options: how to receive it.
        deliver: takes the records.
        tell: takes each state that it gets into; once too often does no harm.
        is_instead: it is tried because nothing came by UDP, so its success says that TCP is needed.

    Attributes:
        client: as given.
        media: as given.
        kind: as given.
        reception: reads the packets.
        track: what was set up; None before.
    """

    def __init__(
        self,
        client: RtspClient,
        media: MediaDescription,
        kind: PayloadKind[T],
        options: StreamOptions,
        *,
        deliver: Callable[[list[T]], None],
        tell: Callable[[StreamState], None],
        is_instead: bool,
    ) -> None:
        self.client = client
        self.media = media
        self.kind = kind
        self.track: Track | None = None
        self.reception = Reception(
            kind.make_receiver(media),
            deliver,
            self._awake,
            options.clock,
            options.policy,
            needs_clock=kind.needs_clock,
        )
        self._clock = options.clock
        self._policy = options.policy
        self._transport = options.transport
        self._tell = tell
        self._is_instead = is_instead
        self._began_s = self._now_s()

    @property
    def has_lasted(self) -> bool:
        """Data came for some time, so that it was a success, whatever came then."""
        return self._last_data_s - self._began_s > self._policy.longest_retry_s

    async def set_up(self, *, over_tcp: bool) -> Track:
        """Ask for the stream, by UDP or TCP.

        Raises:
            NothingByUdpError: the device does not know UDP, and TCP may be tried.
            DeviceRefusedError, NetworkError, RemoteProtocolError, TimeoutError: as
                `RtspClient.set_up`.
        """
        try:
            self.track = await self.client.set_up(self.media, self.reception, over_tcp=over_tcp)
        except DeviceRefusedError as error:
            if error.status == _UNSUPPORTED_TRANSPORT and not over_tcp and self._transport.is_free:
                raise NothingByUdpError from error
            raise
        return self.track

    async def play(self) -> None:
        """Ask for the packets.

        Raises:
            DeviceRefusedError, NetworkError, RemoteProtocolError, TimeoutError: as
                `RtspClient.play`.
        """
        await self.client.play()
        self._began_s = self._now_s()
        if self.reception.is_quiet:
            self._tell(StreamState.WAITING)

    async def look_after(self) -> None:
        """Stay until it is lost.

        Raises:
            ConnectionLostError, RemoteProtocolError: it is.
            TimeoutError: nothing of use came for too long, or the device does not answer.
            NothingByUdpError: nothing came from the beginning on, and TCP may be tried.
        """
        losing = asyncio.create_task(self.client.wait_lost())
        try:
            await self._attend(losing)
        finally:
            losing.cancel()
            await asyncio.gather(losing, return_exceptions=True)

    def close(self) -> None:
        """Hand on what is there, and take no more. Harmless when repeated."""
        self.reception.close()

    async def _attend(self, losing: asyncio.Task[None]) -> None:
        if self.track is None:
            raise LocalProtocolError("set the stream up first")
        policy, reception = self._policy, self.reception
        ssrc = random.getrandbits(32)
        next_report_s = self._began_s + policy.reports_s
        next_probe_s = self._began_s
        while True:
            now_s = self._now_s()
            pauses_s = self._last_data_s + self.kind.pause_s
            ends_s = self._ends_s()
            if now_s >= ends_s:
                self._give_up()
            if now_s >= pauses_s:
                reception.is_quiet = True
                self._tell(StreamState.WAITING)
                if now_s >= next_probe_s:
                    # It may have lost its power, and nobody would say so.
                    next_probe_s = now_s + policy.probe_s
                    await self.client.probe()
                    continue
            if now_s >= next_report_s:
                next_report_s = now_s + policy.reports_s
                if reception.packets:
                    self.track.send_rtcp(reception.report(ssrc, _CNAME))
            next_s = min(ends_s, next_report_s, next_probe_s if reception.is_quiet else pauses_s)
            await asyncio.wait({losing}, timeout=max(0.0, next_s - now_s))
            if losing.done():
                losing.result()

    def _ends_s(self) -> float:
        """When to give up if nothing comes until then."""
        if self._doubts_udp:
            return self._began_s + min(self._patience_s, self._policy.silence_s)
        return self._last_data_s + self._policy.silence_s

    def _give_up(self) -> None:
        by_udp = self.track is not None and not self.track.over_tcp
        if by_udp and self.reception.last_data_ns is None and self._transport.is_free:
            raise NothingByUdpError
        limit = f"for {self._policy.silence_s:g} s"
        if self.reception.held:
            raise TimeoutError(f"packets came {limit}, but no report that tells their time")
        raise TimeoutError(f"nothing came {limit}")

    def _awake(self) -> None:
        """Learn from the first packets, and from the first ones after a pause."""
        if self.track is not None and not self.track.over_tcp:
            self._transport.udp_came()
        elif self._is_instead and self._now_s() - self._began_s < self._patience_s:
            # What comes later may come because the sensor has recovered.
            self._transport.only_tcp_came()
        self._tell(StreamState.RECEIVING)

    @property
    def _doubts_udp(self) -> bool:
        return (
            self.track is not None
            and not self.track.over_tcp
            and not self.reception.packets
            and self._transport.doubts_udp
        )

    @property
    def _patience_s(self) -> float:
        """What a stream has time for from PLAY to its first packet, before it looks amiss."""
        return max(self._policy.fallback_s, self.kind.pause_s)

    @property
    def _last_data_s(self) -> float:
        data_ns = self.reception.last_data_ns
        return self._began_s if data_ns is None else max(data_ns / _NS_PER_S, self._began_s)

    def _now_s(self) -> float:
        return self._clock.mono_ns() / _NS_PER_S
