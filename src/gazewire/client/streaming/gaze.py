"""Gaze as the official client spells it: a named tuple for each of the six formats.

    >>> gaze = GazeData.from_raw(RTSPData(bytes.fromhex("444403fe44065cf5ff"), 1744294828.36))
    >>> gaze.x, gaze.y, gaze.worn
    (784.0623779296875, 537.4524536132812, True)

All points are scene camera pixels. Eyeball centres are millimetres and optical axes unit vectors,
both in the scene camera's frame; pupil diameters and eyelid apertures are millimetres, eyelid
angles radians.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Self, TypeAlias

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.feed import ConvertingFeed, Feed
from gazewire.client._engine.payloads import GAZE
from gazewire.client._engine.policy import StreamOptions
from gazewire.client._engine.stream import LiveStream
from gazewire.client.streaming.base import RTSPData, RTSPRawStreamer
from gazewire.client.streaming.timestamped import NS_PER_S, Timestamped
from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import Eyelid, EyeState, GazeDatum
from gazewire.wire.payload import GazeFormat, parse_gaze

__all__ = [
    "BinoAndDualMonoGazeData",
    "DualMonocularGazeData",
    "EyestateEyelidDualMonoGazeData",
    "EyestateEyelidGazeData",
    "EyestateGazeData",
    "GazeData",
    "GazeDataType",
    "Point",
    "RTSPGazeStreamer",
    "gaze_data",
    "gaze_data_from_raw",
    "gaze_feed",
    "receive_gaze_data",
]

# These are made for every sample of a stream, where a microsecond counts: a named tuple's own
# constructor is a call of Python, this is not.
_new = tuple.__new__


class Point(NamedTuple):
    """A point in scene camera pixels."""

    x: float
    y: float


class _Gaze(Timestamped):
    """What the six have in common: how they are read."""

    __slots__ = ()

    _format: ClassVar[GazeFormat]

    @classmethod
    def from_datum(cls, datum: GazeDatum) -> Self:
        """Take what this type holds out of a datum.

        Raises:
            LocalProtocolError: the datum lacks some of it.
        """
        raise NotImplementedError

    @classmethod
    def from_raw(cls, data: RTSPData) -> Self:
        """Read a payload of this type's length.

        A payload of a length that nobody knows is read as the longest format that fits.

        Raises:
            RemoteProtocolError: the payload is of another format, or too short for any.
        """
        payload = parse_gaze(data.raw, data.timestamp_unix_ns)
        if payload.format is not cls._format:
            raise RemoteProtocolError(
                f"{cls.__name__} has {int(cls._format)} bytes, but {len(data.raw)} came"
            )
        return cls.from_datum(payload.datum)


class _GazeFields(NamedTuple):
    x: float
    y: float
    worn: bool
    timestamp_unix_seconds: float


class GazeData(_Gaze, _GazeFields):
    """Where the wearer looks.

    Attributes:
        x: may lie outside the image, as `y`.
        y: downwards.
        worn: the glasses are on somebody's head.
        timestamp_unix_seconds: exposure of the eye image, by the device's clock.
    """

    _format = GazeFormat.POINT

    @classmethod
    def from_datum(cls, datum: GazeDatum) -> Self:
        """Take the point out of a datum."""
        timestamp_unix_ns = datum.timestamp_unix_ns
        seconds = timestamp_unix_ns / NS_PER_S
        gaze = _new(cls, (datum.x_px, datum.y_px, datum.worn, seconds))
        gaze.timestamp_unix_ns = timestamp_unix_ns
        return gaze


class _DualMonocularFields(NamedTuple):
    left: Point
    right: Point
    worn: bool
    timestamp_unix_seconds: float


class DualMonocularGazeData(_Gaze, _DualMonocularFields):
    """Where each eye looks by itself, from devices that do not say where both do."""

    _format = GazeFormat.DUAL_MONOCULAR

    @classmethod
    def from_datum(cls, datum: GazeDatum) -> Self:
        """Take the points of both eyes out of a datum.

        Raises:
            LocalProtocolError: the datum has none.
        """
        if datum.left_px is None or datum.right_px is None:
            raise _lacks(cls, "a point from each eye alone")
        seconds = datum.timestamp_unix_ns / NS_PER_S
        left, right = Point(*datum.left_px), Point(*datum.right_px)
        gaze = _new(cls, (left, right, datum.worn, seconds))
        gaze.timestamp_unix_ns = datum.timestamp_unix_ns
        return gaze


class _BinoAndDualMonoFields(NamedTuple):
    x: float
    y: float
    worn: bool
    mono_left_x: float
    mono_left_y: float
    mono_right_x: float
    mono_right_y: float
    timestamp_unix_seconds: float


class BinoAndDualMonoGazeData(_Gaze, _BinoAndDualMonoFields):
    """Where both eyes look together, and each by itself."""

    _format = GazeFormat.POINT_DUAL_MONOCULAR

    @classmethod
    def from_datum(cls, datum: GazeDatum) -> Self:
        """Take the three points out of a datum.

        Raises:
            LocalProtocolError: the datum has none from each eye alone.
        """
        if datum.left_px is None or datum.right_px is None:
            raise _lacks(cls, "a point from each eye alone")
        seconds = datum.timestamp_unix_ns / NS_PER_S
        gaze = _new(
            cls, (datum.x_px, datum.y_px, datum.worn, *datum.left_px, *datum.right_px, seconds)
        )
        gaze.timestamp_unix_ns = datum.timestamp_unix_ns
        return gaze


class _EyestateFields(NamedTuple):
    x: float
    y: float
    worn: bool
    pupil_diameter_left: float
    eyeball_center_left_x: float
    eyeball_center_left_y: float
    eyeball_center_left_z: float
    optical_axis_left_x: float
    optical_axis_left_y: float
    optical_axis_left_z: float
    pupil_diameter_right: float
    eyeball_center_right_x: float
    eyeball_center_right_y: float
    eyeball_center_right_z: float
    optical_axis_right_x: float
    optical_axis_right_y: float
    optical_axis_right_z: float
    timestamp_unix_seconds: float


class EyestateGazeData(_Gaze, _EyestateFields):
    """Where the wearer looks, and the 3-D state of both eyes."""

    _format = GazeFormat.EYE_STATE

    @classmethod
    def from_datum(cls, datum: GazeDatum) -> Self:
        """Take the point and the eyes out of a datum.

        Raises:
            LocalProtocolError: the datum lacks the state of the eyes.
        """
        left, right = _eye_states(cls, datum)
        gaze = _new(
            cls,
            (
                datum.x_px,
                datum.y_px,
                datum.worn,
                left.pupil_diameter_mm,
                *left.eyeball_center_mm,
                *left.optical_axis,
                right.pupil_diameter_mm,
                *right.eyeball_center_mm,
                *right.optical_axis,
                datum.timestamp_unix_ns / NS_PER_S,
            ),
        )
        gaze.timestamp_unix_ns = datum.timestamp_unix_ns
        return gaze


class _EyestateEyelidFields(NamedTuple):
    x: float
    y: float
    worn: bool
    pupil_diameter_left: float
    eyeball_center_left_x: float
    eyeball_center_left_y: float
    eyeball_center_left_z: float
    optical_axis_left_x: float
    optical_axis_left_y: float
    optical_axis_left_z: float
    pupil_diameter_right: float
    eyeball_center_right_x: float
    eyeball_center_right_y: float
    eyeball_center_right_z: float
    optical_axis_right_x: float
    optical_axis_right_y: float
    optical_axis_right_z: float
    eyelid_angle_top_left: float
    eyelid_angle_bottom_left: float
    eyelid_aperture_left: float
    eyelid_angle_top_right: float
    eyelid_angle_bottom_right: float
    eyelid_aperture_right: float
    timestamp_unix_seconds: float


class EyestateEyelidGazeData(_Gaze, _EyestateEyelidFields):
    """Where the wearer looks, the 3-D state of both eyes, and how far they are open."""

    _format = GazeFormat.EYE_STATE_EYELID

    @classmethod
    def from_datum(cls, datum: GazeDatum) -> Self:
        """Take the point, the eyes and their lids out of a datum.

        Raises:
            LocalProtocolError: the datum lacks the state of the eyes or the lids.
        """
        left, right = _eye_states(cls, datum)
        left_lid, right_lid = _eyelids(cls, datum)
        gaze = _new(
            cls,
            (
                datum.x_px,
                datum.y_px,
                datum.worn,
                left.pupil_diameter_mm,
                *left.eyeball_center_mm,
                *left.optical_axis,
                right.pupil_diameter_mm,
                *right.eyeball_center_mm,
                *right.optical_axis,
                left_lid.angle_top_rad,
                left_lid.angle_bottom_rad,
                left_lid.aperture_mm,
                right_lid.angle_top_rad,
                right_lid.angle_bottom_rad,
                right_lid.aperture_mm,
                datum.timestamp_unix_ns / NS_PER_S,
            ),
        )
        gaze.timestamp_unix_ns = datum.timestamp_unix_ns
        return gaze


class _EyestateEyelidDualMonoFields(NamedTuple):
    x: float
    y: float
    worn: bool
    pupil_diameter_left: float
    eyeball_center_left_x: float
    eyeball_center_left_y: float
    eyeball_center_left_z: float
    optical_axis_left_x: float
    optical_axis_left_y: float
    optical_axis_left_z: float
    pupil_diameter_right: float
    eyeball_center_right_x: float
    eyeball_center_right_y: float
    eyeball_center_right_z: float
    optical_axis_right_x: float
    optical_axis_right_y: float
    optical_axis_right_z: float
    eyelid_angle_top_left: float
    eyelid_angle_bottom_left: float
    eyelid_aperture_left: float
    eyelid_angle_top_right: float
    eyelid_angle_bottom_right: float
    eyelid_aperture_right: float
    mono_left_x: float
    mono_left_y: float
    mono_right_x: float
    mono_right_y: float
    timestamp_unix_seconds: float


class EyestateEyelidDualMonoGazeData(_Gaze, _EyestateEyelidDualMonoFields):
    """Everything: the point, both eyes and their lids, and where each eye looks by itself."""

    _format = GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR

    @classmethod
    def from_datum(cls, datum: GazeDatum) -> Self:
        """Take everything out of a datum.

        Raises:
            LocalProtocolError: the datum lacks some of it.
        """
        left, right = _eye_states(cls, datum)
        left_lid, right_lid = _eyelids(cls, datum)
        if datum.left_px is None or datum.right_px is None:
            raise _lacks(cls, "a point from each eye alone")
        gaze = _new(
            cls,
            (
                datum.x_px,
                datum.y_px,
                datum.worn,
                left.pupil_diameter_mm,
                *left.eyeball_center_mm,
                *left.optical_axis,
                right.pupil_diameter_mm,
                *right.eyeball_center_mm,
                *right.optical_axis,
                left_lid.angle_top_rad,
                left_lid.angle_bottom_rad,
                left_lid.aperture_mm,
                right_lid.angle_top_rad,
                right_lid.angle_bottom_rad,
                right_lid.aperture_mm,
                *datum.left_px,
                *datum.right_px,
                datum.timestamp_unix_ns / NS_PER_S,
            ),
        )
        gaze.timestamp_unix_ns = datum.timestamp_unix_ns
        return gaze


GazeDataType: TypeAlias = (
    GazeData
    | DualMonocularGazeData
    | EyestateGazeData
    | EyestateEyelidGazeData
    | EyestateEyelidDualMonoGazeData
    | BinoAndDualMonoGazeData
)
"""What a gaze stream consists of; which of them is up to the device and its settings."""


def gaze_data(datum: GazeDatum) -> GazeDataType:
    """Make the type that holds all that a datum has."""
    if datum.eye_state_left is None or datum.eye_state_right is None:
        if datum.left_px is None or datum.right_px is None:
            return GazeData.from_datum(datum)
        # A point that is not a number is one that the device did not send.
        if datum.x_px != datum.x_px and datum.y_px != datum.y_px:
            return DualMonocularGazeData.from_datum(datum)
        return BinoAndDualMonoGazeData.from_datum(datum)
    if datum.eyelid_left is None or datum.eyelid_right is None:
        return EyestateGazeData.from_datum(datum)
    if datum.left_px is None or datum.right_px is None:
        return EyestateEyelidGazeData.from_datum(datum)
    return EyestateEyelidDualMonoGazeData.from_datum(datum)


_BY_FORMAT: Mapping[GazeFormat, Callable[[GazeDatum], GazeDataType]] = {
    gaze._format: gaze.from_datum
    for gaze in (
        GazeData,
        DualMonocularGazeData,
        EyestateGazeData,
        EyestateEyelidGazeData,
        EyestateEyelidDualMonoGazeData,
        BinoAndDualMonoGazeData,
    )
}


def gaze_data_from_raw(data: RTSPData) -> GazeDataType:
    """Read a payload of any length; of one that nobody knows, the longest format that fits.

    Raises:
        RemoteProtocolError: shorter than any format.
    """
    payload = parse_gaze(data.raw, data.timestamp_unix_ns)
    return _BY_FORMAT[payload.format](payload.datum)


def _eye_states(wanted: type[_Gaze], datum: GazeDatum) -> tuple[EyeState, EyeState]:
    if datum.eye_state_left is None or datum.eye_state_right is None:
        raise _lacks(wanted, "the state of both eyes")
    return datum.eye_state_left, datum.eye_state_right


def _eyelids(wanted: type[_Gaze], datum: GazeDatum) -> tuple[Eyelid, Eyelid]:
    if datum.eyelid_left is None or datum.eyelid_right is None:
        raise _lacks(wanted, "both eyelids")
    return datum.eyelid_left, datum.eyelid_right


def _lacks(wanted: type[_Gaze], what: str) -> LocalProtocolError:
    return LocalProtocolError(f"{wanted.__name__} needs {what}; the datum has none")


def gaze_feed(address: StreamAddress, options: StreamOptions) -> Feed[GazeDataType]:
    """Gaze, in the type that the device's format calls for."""
    return ConvertingFeed(LiveStream("gaze", GAZE, address, options), gaze_data)


class RTSPGazeStreamer(RTSPRawStreamer):
    """Gaze by its URL; in all else like `RTSPRawStreamer`."""

    def _make_feed(self, address: StreamAddress) -> Feed[GazeDataType]:
        return gaze_feed(address, self._options)

    async def receive(self) -> AsyncIterator[GazeDataType]:  # type: ignore[override]  # of what it yields
        """Receive gaze, in the type that the device's format calls for.

        Raises:
            NetworkError, DeviceRefusedError, RemoteProtocolError, TimeoutError: as
                `RTSPRawStreamer.receive`.
        """
        async for item in self._received():
            yield item


async def receive_gaze_data(url: str, *args: Any, **kwargs: Any) -> AsyncIterator[GazeDataType]:
    """Receive gaze, in the type that the device's format calls for; see `RTSPGazeStreamer`."""
    async with RTSPGazeStreamer(url, *args, **kwargs) as streamer:
        async for item in streamer.receive():
            yield item
