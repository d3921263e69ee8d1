"""The text messages of the monitor page's websocket: JSON, one kind a message, named by its key.

Instants are strings of nanoseconds of Unix time, because numbers in JavaScript cannot hold them.
Streams come in small lists, which hold every datum once and in order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import msgspec

from gazewire.device.figures import Figure
from gazewire.device.monitor.pictures import CameraName
from gazewire.device.product import StreamName
from gazewire.errors import RemoteProtocolError
from gazewire.model import Blink, EyeEvent, EyeState, Fixation, GazeDatum, ImuDatum, Onset, Vector3

__all__ = [
    "EyeEventBatch",
    "FeedMessage",
    "Figures",
    "GazeBatch",
    "Hello",
    "ImuBatch",
    "PageRequest",
    "Pong",
    "Quality",
]


class Hello(msgspec.Struct, frozen=True):
    """The first message, sent again when it changes: what will come.

    Attributes:
        sensors: those that are connected, by their names in the status.
    """

    sensors: tuple[str, ...]


class _Gaze(msgspec.Struct, frozen=True, omit_defaults=True):
    # What was left out has its default; the first three are always told.
    t: str
    worn: bool
    points: list[tuple[float, float]]
    pupils: tuple[float | None, float | None] | None = None


class GazeBatch(msgspec.Struct, frozen=True):
    """Gaze: scene camera pixels, and the diameters of the pupils, left and right, in mm.

    A datum has one point, or that of each eye where they were measured apart, or none; ``pupils``
    only where the eyes' state was measured, null of an eye that was not.
    """

    gaze: list[_Gaze]

    @classmethod
    def of(cls, data: list[GazeDatum]) -> GazeBatch:
        """Tell these data."""
        return cls(
            [
                _Gaze(str(datum.timestamp_unix_ns), datum.worn, _points(datum), _pupils(datum))
                for datum in data
            ]
        )


class _Imu(msgspec.Struct, frozen=True):
    t: str
    gyro: Vector3
    accel: Vector3


class ImuBatch(msgspec.Struct, frozen=True):
    """Inertial data: degrees a second, and units of standard gravity, about x, y and z."""

    imu: list[_Imu]

    @classmethod
    def of(cls, data: list[ImuDatum]) -> ImuBatch:
        """Tell these data."""
        return cls(
            [
                _Imu(
                    str(datum.timestamp_unix_ns),
                    _rounded(datum.gyro_deg_s, 2),
                    _rounded(datum.accel_g, 4),
                )
                for datum in data
            ]
        )


class _EyeEvent(msgspec.Struct, frozen=True):
    kind: Literal["fixation", "saccade", "blink"]
    start: str
    end: str | None


class EyeEventBatch(msgspec.Struct, frozen=True):
    """What the eyes did; without an end where it has only begun."""

    eye_events: list[_EyeEvent]

    @classmethod
    def of(cls, events: list[EyeEvent]) -> EyeEventBatch:
        """Tell these events."""
        return cls([_eye_event(event) for event in events])


class _Instants(msgspec.Struct, frozen=True):
    ping: float
    received: str
    answered: str


class Pong(msgspec.Struct, frozen=True):
    """The answer to a ping, by which the page compares its clock with the device's."""

    pong: _Instants

    @classmethod
    def to(cls, ping: float, *, received_unix_ns: int, answered_unix_ns: int) -> Pong:
        """Answer a ping.

        Args:
            ping: what it said.
            received_unix_ns: when it came.
            answered_unix_ns: when this answer goes.
        """
        return cls(_Instants(ping, str(received_unix_ns), str(answered_unix_ns)))


class _Quality(msgspec.Struct, frozen=True):
    pages: int
    missed: int
    dropped: Mapping[StreamName, int]
    left_out: Mapping[StreamName, int]
    lowered_hz: Mapping[StreamName, float]


class Quality(msgspec.Struct, frozen=True):
    """How well the device serves its clients."""

    quality: _Quality

    @classmethod
    def of(
        cls,
        *,
        pages: int,
        missed: int,
        dropped: Mapping[StreamName, int],
        left_out: Mapping[StreamName, int],
        lowered_hz: Mapping[StreamName, float],
    ) -> Quality:
        """Tell it.

        Args:
            pages: how many are open.
            missed: data that this page was not sent, because it read too slowly.
            dropped: packets that receivers of the device's streams could not take, by stream;
                only of streams that somebody receives, or of which something was dropped.
            left_out: pictures that nobody got, because the device was late, by camera; only of
                cameras that lack some.
            lowered_hz: the rates of cameras that give fewer pictures than they could, because the
                device would be late otherwise.
        """
        return cls(_Quality(pages, missed, dropped, left_out, lowered_hz))


class Figures(msgspec.Struct, frozen=True):
    """What those who feed the device say of how well they do, in order."""

    figures: tuple[Figure, ...]


FeedMessage = Hello | GazeBatch | ImuBatch | EyeEventBatch | Pong | Quality | Figures
"""What the device says in text."""


class PageRequest(msgspec.Struct, frozen=True):
    """What the page says.

    Attributes:
        want: it is ready for one more picture of this camera.
        ping: the page's clock; to be answered at once.
    """

    want: CameraName | None = None
    ping: float | None = None

    @classmethod
    def parse(cls, message: str | bytes) -> PageRequest:
        """Read a message of the page.

        Raises:
            RemoteProtocolError: it is none.
        """
        try:
            return _request_decoder.decode(message)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise RemoteProtocolError(f"malformed message of the monitor page: {error}") from error


_request_decoder = msgspec.json.Decoder(PageRequest)


def _points(datum: GazeDatum) -> list[tuple[float, float]]:
    both = (datum.x_px, datum.y_px)
    candidates = [both] if _is_finite(both) else [datum.left_px, datum.right_px]
    return [
        (round(point[0], 2), round(point[1], 2))
        for point in candidates
        if point is not None and _is_finite(point)
    ]


def _pupils(datum: GazeDatum) -> tuple[float | None, float | None] | None:
    if datum.eye_state_left is None or datum.eye_state_right is None:
        return None
    return _millimetres(datum.eye_state_left), _millimetres(datum.eye_state_right)


def _millimetres(state: EyeState) -> float | None:
    diameter_mm = state.pupil_diameter_mm
    return round(diameter_mm, 3) if math.isfinite(diameter_mm) else None


def _is_finite(point: tuple[float, float]) -> bool:
    return math.isfinite(point[0]) and math.isfinite(point[1])


def _rounded(vector: Vector3, digits: int) -> Vector3:
    x, y, z = vector
    return (round(x, digits), round(y, digits), round(z, digits))


def _eye_event(event: EyeEvent) -> _EyeEvent:
    start = str(event.start_unix_ns)
    match event:
        case Onset():
            return _EyeEvent(event.kind, start, None)
        case Blink():
            return _EyeEvent("blink", start, str(event.end_unix_ns))
        case Fixation():
            return _EyeEvent("fixation", start, str(event.end_unix_ns))
        case _:
            return _EyeEvent("saccade", start, str(event.end_unix_ns))
