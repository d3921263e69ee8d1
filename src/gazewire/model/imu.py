"""How the head moves."""

from __future__ import annotations

import msgspec

from gazewire.model.gaze import Vector3

__all__ = ["ImuDatum"]


class ImuDatum(msgspec.Struct, frozen=True, kw_only=True):
    """One sample of the inertial measurement unit, in its own frame.

    Attributes:
        timestamp_unix_ns: instant of the sample.
        accel_g: acceleration in units of standard gravity; length 1 at rest.
        gyro_deg_s: rotation rate, degrees a second.
        quaternion_wxyz: orientation, unit quaternion, scalar part first.
    """

    timestamp_unix_ns: int
    accel_g: Vector3
    gyro_deg_s: Vector3
    quaternion_wxyz: tuple[float, float, float, float]
