"""The inertial measurement unit in the glasses: what the head's motion does to it.

It sits as in Neon: x to the right, y forward, z up, its forward axis 12 degrees above the optical
axis of the scene camera. While the head is in the middle of its sway the scene camera looks
horizontally, as it is drawn. The world's z is up, and a heading of zero is north. What it measures
is the rotation by which the room slides through the picture; the head turns about the camera, so
nothing but gravity accelerates it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gazewire.model import ImuDatum
from gazewire.sim.head import HeadMotion

__all__ = ["IMU_RATE_HZ", "Imu"]

IMU_RATE_HZ = 110
"""Samples a second."""

_NS_PER_S = 1_000_000_000
# From the published transformation between the two frames: -102 degrees about x.
_FORWARD_ABOVE_CAMERA_RAD = np.radians(12.0)
# A usual MEMS part at half the sampling rate of bandwidth: 0.008 deg/s and 0.16 mg by the root of
# a hertz (Bosch BMI270 data sheet), and what is left of the offsets once the device has found them.
_GYRO_NOISE_DEG_S = 0.06
_GYRO_BIAS_DEG_S = 0.02
_ACCEL_NOISE_G = 0.0012
_ACCEL_BIAS_G = 0.002
# Samples are made this many at a time, which costs a twentieth of making them singly.
_BLOCK = 55


class Imu:
    """An inertial measurement unit on a head.

    The orientation is exact; accelerometer and gyroscope have noise and a constant offset, which is
    decided by the seed.

    Args:
        head: on which the glasses are.
        seed: decides heading, offsets and noise.
    """

    def __init__(self, head: HeadMotion, seed: int) -> None:
        self._head = head
        self._seed = seed
        rng = np.random.default_rng([seed, 0x1A40])
        self._heading_rad = float(rng.uniform(-np.pi, np.pi))
        self._gyro_bias_deg_s = rng.normal(0.0, _GYRO_BIAS_DEG_S, 3)
        self._accel_bias_g = rng.normal(0.0, _ACCEL_BIAS_G, 3)

    def orientations(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unit quaternions, (N, 4), scalar first, that turn its own frame into the world's."""
        turn, tilt = self._angles(t_s).T / 2
        # About the world's vertical, then about its own x: the head does not roll.
        return np.stack(
            [
                np.cos(turn) * np.cos(tilt),
                np.cos(turn) * np.sin(tilt),
                np.sin(turn) * np.sin(tilt),
                np.sin(turn) * np.cos(tilt),
            ],
            axis=1,
        )

    def rotation_deg_s(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """How fast it turns, (N, 3) degrees a second about its own axes, without error."""
        tilt = self._angles(t_s)[:, 1]
        yaw, pitch = np.degrees(self._head.rates_rad_s(t_s)).T
        return np.stack([-pitch, -yaw * np.sin(tilt), -yaw * np.cos(tilt)], axis=1)

    def gravity_g(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """What its accelerometer feels, (N, 3): 1 g, upward in the world, without error."""
        tilt = self._angles(t_s)[:, 1]
        return np.stack([np.zeros(len(tilt)), np.sin(tilt), np.cos(tilt)], axis=1)

    def samples(self, zero_unix_ns: int) -> Iterator[ImuDatum]:
        """Measure without end, the first time at `zero_unix_ns`, which is the head's time zero."""
        block = 0
        while True:
            numbers = range(block * _BLOCK, (block + 1) * _BLOCK)
            since_ns = [
                (2 * number * _NS_PER_S + IMU_RATE_HZ) // (2 * IMU_RATE_HZ) for number in numbers
            ]
            t_s = np.array(since_ns) / _NS_PER_S
            noise = np.random.default_rng([self._seed, 0x1A41, block]).normal(size=(2, _BLOCK, 3))
            accel = self.gravity_g(t_s) + self._accel_bias_g + _ACCEL_NOISE_G * noise[0]
            gyro = self.rotation_deg_s(t_s) + self._gyro_bias_deg_s + _GYRO_NOISE_DEG_S * noise[1]
            rows = zip(
                since_ns,
                accel.tolist(),
                gyro.tolist(),
                self.orientations(t_s).tolist(),
                strict=True,
            )
            for since, (ax, ay, az), (gx, gy, gz), (w, x, y, z) in rows:
                yield ImuDatum(
                    timestamp_unix_ns=zero_unix_ns + since,
                    accel_g=(ax, ay, az),
                    gyro_deg_s=(gx, gy, gz),
                    quaternion_wxyz=(w, x, y, z),
                )
            block += 1

    def _angles(self, t_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn about the vertical and tilt about its own x, (N, 2) radians."""
        yaw, pitch = self._head.angles_rad(t_s).T
        # Yaw goes to the right and pitch downward, both against the right-handed sense.
        return np.stack([self._heading_rad - yaw, _FORWARD_ABOVE_CAMERA_RAD - pitch], axis=1)


def _instant_ns(number: int) -> int:
    # To the nearest nanosecond, in integers: there are no ties, the rate has an odd factor.
    return (2 * number * _NS_PER_S + IMU_RATE_HZ) // (2 * IMU_RATE_HZ)
