from __future__ import annotations

from itertools import islice, pairwise

import numpy as np
import pytest

from gazewire.model import ImuDatum
from gazewire.sim import HeadMotion
from gazewire.sim.imu import Imu

ZERO = 1_760_000_000_123_456_789
HEAD = HeadMotion(4)


@pytest.fixture(scope="module")
def minute() -> list[ImuDatum]:
    return list(islice(Imu(HEAD, seed=4).samples(ZERO), 110 * 60))


def multiply(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    (a, b, c, d), (e, f, g, h) = p, q
    return np.array([
        a * e - b * f - c * g - d * h,
        a * f + b * e + c * h - d * g,
        a * g - b * h + c * e + d * f,
        a * h + b * g - c * f + d * e,
    ])  # fmt: skip


def matrix(q: np.ndarray) -> np.ndarray:
    w, x, y, z = q
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip


def integrated(samples: list[ImuDatum]) -> np.ndarray:
    """The orientation at the end, from that at the beginning and the gyroscope alone."""
    q = np.array(samples[0].quaternion_wxyz)
    for before, after in pairwise(samples):
        rate = np.radians(np.add(before.gyro_deg_s, after.gyro_deg_s)) / 2
        turn = rate * (after.timestamp_unix_ns - before.timestamp_unix_ns) / 1e9
        angle = np.linalg.norm(turn)
        q = multiply(
            q, np.concatenate([[np.cos(angle / 2)], np.sinc(angle / 2 / np.pi) * turn / 2])
        )
    return q


def apart_deg(p: np.ndarray, q: np.ndarray) -> float:
    return float(np.degrees(2 * np.arccos(min(1.0, abs(np.dot(p, q))))))


def test_samples_come_at_110_hz_to_the_nanosecond(minute: list[ImuDatum]) -> None:
    instants = [datum.timestamp_unix_ns for datum in minute]
    assert instants[0] == ZERO
    assert instants[110 * 59] == ZERO + 59_000_000_000
    assert set(np.diff(instants).tolist()) == {9_090_909, 9_090_910}


def test_quaternions_are_unit_and_never_jump_to_the_other_sign(minute: list[ImuDatum]) -> None:
    orientations = np.array([datum.quaternion_wxyz for datum in minute])
    assert np.allclose(np.linalg.norm(orientations, axis=1), 1.0, atol=1e-12)
    assert (orientations[1:] * orientations[:-1]).sum(axis=1).min() > 0.999


def test_the_gyroscope_integrates_to_the_orientation(minute: list[ImuDatum]) -> None:
    for begin in range(0, 60, 10):
        part = minute[begin * 110 : (begin + 10) * 110]
        turned = max(apart_deg(part[0].quaternion_wxyz, d.quaternion_wxyz) for d in part)
        assert turned > 2.0
        # Offsets of 0.02 deg/s and noise of 0.06 deg/s add up to this in ten seconds.
        assert apart_deg(integrated(part), part[-1].quaternion_wxyz) < 0.8


def test_without_error_the_rotation_integrates_to_a_hundredth_of_a_degree() -> None:
    imu, t_s = Imu(HEAD, seed=4), np.arange(2200) / 110
    rates, orientations = imu.rotation_deg_s(t_s), imu.orientations(t_s)
    exact = [
        ImuDatum(
            timestamp_unix_ns=round(t * 1e9),
            accel_g=(0, 0, 1),
            gyro_deg_s=tuple(rate),
            quaternion_wxyz=tuple(orientation),
        )
        for t, rate, orientation in zip(t_s, rates, orientations, strict=True)
    ]
    assert apart_deg(integrated(exact), orientations[-1]) < 0.01


def test_the_accelerometer_feels_one_g_upward_in_the_world(minute: list[ImuDatum]) -> None:
    lengths = np.linalg.norm([datum.accel_g for datum in minute], axis=1)
    assert lengths.mean() == pytest.approx(1.0, abs=0.006)
    assert lengths.std() < 0.003
    for datum in minute[::200]:
        up = matrix(np.array(datum.quaternion_wxyz)) @ datum.accel_g
        assert np.allclose(up, [0, 0, 1], atol=0.012)


def test_the_forward_axis_is_twelve_degrees_above_the_scene_camera() -> None:
    imu, t_s = Imu(HEAD, seed=4), np.arange(0.0, 60.0, 0.5)
    for orientation, (_, pitch) in zip(imu.orientations(t_s), HEAD.angles_rad(t_s), strict=True):
        forward = matrix(orientation) @ [0.0, 1.0, 0.0]
        assert np.degrees(np.arcsin(forward[2])) == pytest.approx(12.0 - np.degrees(pitch))


def test_the_picture_slides_as_fast_as_the_gyroscope_turns() -> None:
    # In the middle of the picture, and to the cosine of how far the head is turned.
    imu, t_s = Imu(HEAD, seed=4), np.arange(0.0, 60.0, 0.005)
    slides = np.degrees(np.diff(HEAD.tangents(t_s), axis=0)) / 0.005
    rates = imu.rotation_deg_s((t_s[1:] + t_s[:-1]) / 2)
    assert np.allclose(-rates[:, 0], slides[:, 1], atol=0.35)
    # Yaw is shared by the y and z axes, because the unit is tilted.
    turning = -np.sign(rates[:, 2]) * np.hypot(rates[:, 1], rates[:, 2])
    assert np.allclose(turning, slides[:, 0], atol=0.6)
    assert np.abs(slides).max() > 15


def test_the_same_seed_gives_the_same_samples_and_another_one_others() -> None:
    first, same, other = (list(islice(Imu(HEAD, seed).samples(ZERO), 200)) for seed in (4, 4, 5))
    assert first == same
    assert first != other
