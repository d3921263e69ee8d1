"""The message of the inertial measurement unit, under the names of its protobuf schema."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from gazewire.model import ImuDatum
from gazewire.wire.payload import parse_imu, serialize_imu

__all__ = ["ImuPacket"]


@dataclass(slots=True)
class _Vector:
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


@dataclass(slots=True)
class _Rotation:
    w: float = 0.0
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


@dataclass(slots=True)
class ImuPacket:
    """One message, for programs that take the raw stream apart by themselves.

    It has the fields and the three methods that such programs use; the rest of protobuf's interface
    it has not. What its schema reserves is not kept.

    Attributes:
        tsNs: instant of the sample, nanoseconds since the Unix epoch.
        accelData: acceleration, in units of standard gravity.
        gyroData: rotation rate, degrees a second.
        rotVecData: orientation, unit quaternion.
    """

    tsNs: int = 0
    accelData: _Vector = field(default_factory=_Vector)
    gyroData: _Vector = field(default_factory=_Vector)
    rotVecData: _Rotation = field(default_factory=_Rotation)

    def ParseFromString(self, serialized: bytes) -> int:
        """Read a message in the place of what was here.

        Returns:
            How many bytes were read: all.

        Raises:
            RemoteProtocolError: not a protobuf message.
        """
        datum = parse_imu(serialized)
        self.tsNs = datum.timestamp_unix_ns
        self.accelData = _Vector(*datum.accel_g)
        self.gyroData = _Vector(*datum.gyro_deg_s)
        self.rotVecData = _Rotation(*datum.quaternion_wxyz)
        return len(serialized)

    def SerializeToString(self) -> bytes:
        """Write the message.

        Raises:
            LocalProtocolError: a number does not fit its place.
        """
        accel, gyro, rotation = self.accelData, self.gyroData, self.rotVecData
        return serialize_imu(
            ImuDatum(
                timestamp_unix_ns=self.tsNs,
                accel_g=(accel.x, accel.y, accel.z),
                gyro_deg_s=(gyro.x, gyro.y, gyro.z),
                quaternion_wxyz=(rotation.w, rotation.x, rotation.y, rotation.z),
            )
        )

    @classmethod
    def FromString(cls, serialized: bytes) -> Self:
        """Read a message into a new packet.

        Raises:
            RemoteProtocolError: not a protobuf message.
        """
        packet = cls()
        packet.ParseFromString(serialized)
        return packet
