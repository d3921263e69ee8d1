"""How the head moves, as the official client spells it."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from typing import Any, NamedTuple, Self

from gazewire.client._engine.address import StreamAddress
from gazewire.client._engine.feed import ConvertingFeed, Feed
from gazewire.client._engine.payloads import IMU
from gazewire.client._engine.policy import StreamOptions
from gazewire.client._engine.stream import LiveStream
from gazewire.client.streaming.base import RTSPData, RTSPRawStreamer
from gazewire.client.streaming.imu_packet import ImuPacket
from gazewire.client.streaming.timestamped import NS_PER_S, Timestamped
from gazewire.model import ImuDatum
from gazewire.wire.payload import parse_imu

__all__ = [
    "Data3D",
    "IMUData",
    "IMUPacket_to_IMUData",
    "ImuPacket",
    "Quaternion",
    "RTSPImuStreamer",
    "imu_feed",
    "receive_imu_data",
]

# As in `gaze`: a named tuple's own constructor is a call of Python, this is not.
_new = tuple.__new__


class Data3D(NamedTuple):
    """A vector in the frame of the inertial measurement unit."""

    x: float
    y: float
    z: float


class Quaternion(NamedTuple):
    """An orientation; the scalar part is the last here, and the first on the wire."""

    x: float
    y: float
    z: float
    w: float


class _IMUFields(NamedTuple):
    gyro_data: Data3D
    accel_data: Data3D
    quaternion: Quaternion
    timestamp_unix_seconds: float


class IMUData(Timestamped, _IMUFields):
    """One sample of the inertial measurement unit.

    Attributes:
        gyro_data: rotation rate, degrees a second.
        accel_data: acceleration in units of standard gravity, whatever documents of the device
            say: its length is 1 at rest.
        quaternion: orientation, of length 1.
        timestamp_unix_seconds: the sample's own instant, which is part of the payload.
    """

    @classmethod
    def from_datum(cls, datum: ImuDatum) -> Self:
        """Take over a datum."""
        w, x, y, z = datum.quaternion_wxyz
        sample = _new(
            cls,
            (
                _new(Data3D, datum.gyro_deg_s),
                _new(Data3D, datum.accel_g),
                _new(Quaternion, (x, y, z, w)),
                datum.timestamp_unix_ns / NS_PER_S,
            ),
        )
        sample.timestamp_unix_ns = datum.timestamp_unix_ns
        return sample

    @classmethod
    def from_raw(cls, data: RTSPData) -> Self:
        """Read a payload; the instant of its packet is not needed.

        Raises:
            RemoteProtocolError: not a protobuf message.
        """
        return cls.from_datum(parse_imu(data.raw))

    @property
    def timestamp_unix_nanoseconds(self) -> int:
        """The older name of `timestamp_unix_ns`; using it is a `DeprecationWarning`."""
        warnings.warn(
            "timestamp_unix_nanoseconds is now called timestamp_unix_ns",
            DeprecationWarning,
            stacklevel=2,
        )
        return self.timestamp_unix_ns


def IMUPacket_to_IMUData(imu_packet: ImuPacket) -> IMUData:
    """Turn a packet into a sample; a packet of protobuf's own classes serves as well."""
    gyro, accel, rotation = imu_packet.gyroData, imu_packet.accelData, imu_packet.rotVecData
    return IMUData.from_datum(
        ImuDatum(
            timestamp_unix_ns=imu_packet.tsNs,
            accel_g=(accel.x, accel.y, accel.z),
            gyro_deg_s=(gyro.x, gyro.y, gyro.z),
            quaternion_wxyz=(rotation.w, rotation.x, rotation.y, rotation.z),
        )
    )


def imu_feed(address: StreamAddress, options: StreamOptions) -> Feed[IMUData]:
    """Motion of the head."""
    return ConvertingFeed(LiveStream("imu", IMU, address, options), IMUData.from_datum)


class RTSPImuStreamer(RTSPRawStreamer):
    """Inertial data by their URL; in all else like `RTSPRawStreamer`."""

    def _make_feed(self, address: StreamAddress) -> Feed[IMUData]:
        return imu_feed(address, self._options)

    async def receive(self) -> AsyncIterator[IMUData]:  # type: ignore[override]  # of what it yields
        """Receive inertial data.

        Raises:
            NetworkError, DeviceRefusedError, RemoteProtocolError, TimeoutError: as
                `RTSPRawStreamer.receive`.
        """
        async for item in self._received():
            yield item


async def receive_imu_data(url: str, *args: Any, **kwargs: Any) -> AsyncIterator[IMUData]:
    """Receive inertial data; see `RTSPImuStreamer`."""
    async with RTSPImuStreamer(url, *args, **kwargs) as streamer:
        async for item in streamer.receive():
            yield item
