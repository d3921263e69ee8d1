"""How a device and its streams are, at one moment, for whoever watches."""

from __future__ import annotations

from dataclasses import dataclass

from gazewire.client._engine.statistics import StreamState

__all__ = ["ClockVitals", "DeviceVitals", "StreamVitals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamVitals:
    """One stream.

    Attributes:
        sensor: what it is called.
        state: where it stands; None where the device does not offer it.
        transport: ``udp`` or ``tcp`` while it is open.
        rate_hz: items a second, lately.
        lost: packets, since it was first opened.
        lost_share: of those that should have come, 0 to 1.
        latency_ms: from exposure to arrival, the median of what came lately; None where nothing
            came, or the device's clock is not known.
        error: why it is not well, in words.
    """

    sensor: str
    state: StreamState | None
    transport: str | None
    rate_hz: float
    lost: int
    lost_share: float
    latency_ms: float | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockVitals:
    """What is known of the device's clock.

    Attributes:
        offset_ms: our clock minus the device's.
        uncertainty_ms: the offset is not further from the truth than this.
    """

    offset_ms: float
    uncertainty_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceVitals:
    """One device.

    Attributes:
        name: of the phone.
        place: its address and port.
        is_there: it can be talked to, and tells what changes.
        trouble: why it cannot; None where it can, or nothing is known yet.
        battery_percent: None where it has not been heard of yet, as the next three.
        battery_state: ``OK``, ``LOW`` or ``CRITICAL``.
        memory_bytes: free.
        memory_state: as of the battery.
        recording_s: so long it has been recording; None where it is not.
        clock: None where it is not known yet.
        clock_trouble: why not.
        streams: each of its streams.
    """

    name: str
    place: str
    is_there: bool
    trouble: str | None
    battery_percent: int | None = None
    battery_state: str | None = None
    memory_bytes: int | None = None
    memory_state: str | None = None
    recording_s: float | None = None
    clock: ClockVitals | None = None
    clock_trouble: str | None = None
    streams: tuple[StreamVitals, ...] = ()
