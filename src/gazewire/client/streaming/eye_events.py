"""What the eyes did, as the official client spells it.

An event has its own instants in its payload. The RTP time of the packet that brought it, which on
real devices is of another clock, is kept as `rtp_ts_unix_seconds` and tells arrival order only:
`timestamp_unix_ns` and `datetime` are the instant at which the event became known, its end, or its
start where only that is known.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple, Self, TypeAlias

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.feed import ConvertingFeed, Feed
from gazewire.client._engine.payloads import EYE_EVENTS
from gazewire.client._engine.policy import StreamOptions
from gazewire.client._engine.stream import LiveStream
from gazewire.client.streaming.base import RTSPData, RTSPRawStreamer
from gazewire.client.streaming.timestamped import NS_PER_S, Dated
from gazewire.errors import RemoteProtocolError
from gazewire.model import Blink, EyeEvent, Fixation, Onset, Saccade
from gazewire.wire.payload import Keepalive, ReceivedEyeEvent, UnknownEyeEvent, parse_eye_event

__all__ = [
    "BlinkEventData",
    "EyeEventDataType",
    "FixationEventData",
    "FixationOnsetEventData",
    "RTSPEyeEventStreamer",
    "eye_event_data",
    "eye_event_feed",
    "receive_eye_events_data",
]

_SACCADE, _FIXATION, _SACCADE_ONSET, _FIXATION_ONSET, _BLINK = range(5)


class _FixationFields(NamedTuple):
    event_type: int
    start_time_ns: int
    end_time_ns: int
    start_gaze_x: float
    start_gaze_y: float
    end_gaze_x: float
    end_gaze_y: float
    mean_gaze_x: float
    mean_gaze_y: float
    amplitude_pixels: float
    amplitude_angle_deg: float
    mean_velocity: float
    max_velocity: float
    rtp_ts_unix_seconds: float


class FixationEventData(Dated, _FixationFields):
    """A fixation, or a saccade: the gaze rested, or jumped.

    Attributes:
        event_type: 0 for a saccade, 1 for a fixation.
        start_time_ns: Unix time in nanoseconds, as `end_time_ns`.
        start_gaze_x: scene camera pixels, as all points.
        amplitude_pixels: from start to end.
        mean_velocity: pixels a second, as `max_velocity`.
        rtp_ts_unix_seconds: when its packet was sent, on a clock of its own.
    """

    __slots__ = ()

    @classmethod
    def from_event(cls, event: Fixation | Saccade, rtp_ts_unix_seconds: float) -> Self:
        """Take over a movement of the eyes."""
        return cls(
            _FIXATION if isinstance(event, Fixation) else _SACCADE,
            event.start_unix_ns,
            event.end_unix_ns,
            *event.start_gaze_px,
            *event.end_gaze_px,
            *event.mean_gaze_px,
            event.amplitude_px,
            event.amplitude_deg,
            event.mean_velocity_px_s,
            event.max_velocity_px_s,
            rtp_ts_unix_seconds,
        )

    @classmethod
    def from_raw(cls, data: RTSPData) -> Self:
        """Read a payload.

        Raises:
            RemoteProtocolError: cut off, or neither a fixation nor a saccade.
        """
        event = parse_eye_event(data.raw)
        if not isinstance(event, Fixation | Saccade):
            raise _other(cls, event)
        return cls.from_event(event, data.timestamp_unix_seconds)

    @property
    def timestamp_unix_ns(self) -> int:
        """Its end, in nanoseconds since the Unix epoch."""
        return self.end_time_ns


class _FixationOnsetFields(NamedTuple):
    event_type: int
    start_time_ns: int
    rtp_ts_unix_seconds: float


class FixationOnsetEventData(Dated, _FixationOnsetFields):
    """A fixation or a saccade has begun.

    Attributes:
        event_type: 2 for a saccade, 3 for a fixation.
        start_time_ns: Unix time in nanoseconds.
        rtp_ts_unix_seconds: when its packet was sent, on a clock of its own.
    """

    __slots__ = ()

    @classmethod
    def from_event(cls, event: Onset, rtp_ts_unix_seconds: float) -> Self:
        """Take over an onset."""
        event_type = _FIXATION_ONSET if event.kind == "fixation" else _SACCADE_ONSET
        return cls(event_type, event.start_unix_ns, rtp_ts_unix_seconds)

    @classmethod
    def from_raw(cls, data: RTSPData) -> Self:
        """Read a payload.

        Raises:
            RemoteProtocolError: cut off, or not an onset.
        """
        event = parse_eye_event(data.raw)
        if not isinstance(event, Onset):
            raise _other(cls, event)
        return cls.from_event(event, data.timestamp_unix_seconds)

    @property
    def timestamp_unix_ns(self) -> int:
        """Its start, in nanoseconds since the Unix epoch."""
        return self.start_time_ns


class _BlinkFields(NamedTuple):
    event_type: int
    start_time_ns: int
    end_time_ns: int
    rtp_ts_unix_seconds: float


class BlinkEventData(Dated, _BlinkFields):
    """The lids closed and opened again.

    Attributes:
        event_type: 4.
        start_time_ns: Unix time in nanoseconds, as `end_time_ns`.
        rtp_ts_unix_seconds: when its packet was sent, on a clock of its own.
    """

    __slots__ = ()

    @classmethod
    def from_event(cls, event: Blink, rtp_ts_unix_seconds: float) -> Self:
        """Take over a blink."""
        return cls(_BLINK, event.start_unix_ns, event.end_unix_ns, rtp_ts_unix_seconds)

    @classmethod
    def from_raw(cls, data: RTSPData) -> Self:
        """Read a payload.

        Raises:
            RemoteProtocolError: cut off, or not a blink.
        """
        event = parse_eye_event(data.raw)
        if not isinstance(event, Blink):
            raise _other(cls, event)
        return cls.from_event(event, data.timestamp_unix_seconds)

    @property
    def timestamp_unix_ns(self) -> int:
        """Its end, in nanoseconds since the Unix epoch."""
        return self.end_time_ns


EyeEventDataType: TypeAlias = FixationEventData | FixationOnsetEventData | BlinkEventData
"""What a stream of eye events consists of."""


def eye_event_data(event: EyeEvent, rtp_ts_unix_seconds: float) -> EyeEventDataType:
    """Make the type that an event belongs to.

    Args:
        event: what the eyes did.
        rtp_ts_unix_seconds: the RTP time of the packet that brought it.
    """
    match event:
        case Fixation() | Saccade():
            return FixationEventData.from_event(event, rtp_ts_unix_seconds)
        case Onset():
            return FixationOnsetEventData.from_event(event, rtp_ts_unix_seconds)
        case Blink():
            return BlinkEventData.from_event(event, rtp_ts_unix_seconds)


def _other(
    wanted: type[EyeEventDataType], event: EyeEvent | Keepalive | UnknownEyeEvent
) -> RemoteProtocolError:
    return RemoteProtocolError(f"not a {wanted.__name__}: {event}")


def _received_data(received: ReceivedEyeEvent) -> EyeEventDataType | None:
    event = received.event
    if isinstance(event, UnknownEyeEvent):
        return None
    # Before the first sender report there is no RTP time; its own time is the next best.
    rtp_unix_ns = received.rtp_unix_ns
    if rtp_unix_ns is None:
        rtp_unix_ns = event.timestamp_unix_ns
    return eye_event_data(event, rtp_unix_ns / NS_PER_S)


def eye_event_feed(address: StreamAddress, options: StreamOptions) -> Feed[EyeEventDataType]:
    """Fixations, saccades and blinks; events of a type that is newer than we are are counted."""
    return ConvertingFeed(LiveStream("eye_events", EYE_EVENTS, address, options), _received_data)


class RTSPEyeEventStreamer(RTSPRawStreamer):
    """Fixations, saccades and blinks by their URL; in all else like `RTSPRawStreamer`."""

    def _make_feed(self, address: StreamAddress) -> Feed[EyeEventDataType]:
        return eye_event_feed(address, self._options)

    async def receive(self) -> AsyncIterator[EyeEventDataType]:  # type: ignore[override]  # of what it yields
        """Receive what the eyes did.

        Raises:
            NetworkError, DeviceRefusedError, RemoteProtocolError, TimeoutError: as
                `RTSPRawStreamer.receive`.
        """
        async for item in self._received():
            yield item


async def receive_eye_events_data(
    url: str, *args: Any, **kwargs: Any
) -> AsyncIterator[EyeEventDataType]:
    """Receive what the eyes did; see `RTSPEyeEventStreamer`."""
    async with RTSPEyeEventStreamer(url, *args, **kwargs) as streamer:
        async for item in streamer.receive():
            yield item
