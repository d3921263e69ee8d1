from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gazewire.sim.eyeball import (
    Eyeball,
    axes_of,
    mirrored_on_sphere,
    seen_on_cornea,
    seen_through_cornea,
)

Points = NDArray[np.float64]

BALL = Eyeball(center_mm=(0.0, 0.0, 0.0))
TURNS = np.linspace(0, 2 * np.pi, 72, endpoint=False)


def axes_seen_from(angle_deg: float) -> Points:
    """Axes of an eye that looks past the camera, which is at the origin, by this angle."""
    angle = np.radians(angle_deg)
    sine, cosine = np.sin(angle), np.cos(angle)
    return np.array([[cosine, 0, sine], [0, 1, 0], [sine, 0, -cosine]])


def pupil_rim(axes: Points, cornea_mm: Points, diameter_mm: float) -> Points:
    across = np.cos(TURNS)[:, None] * axes[0] + np.sin(TURNS)[:, None] * axes[1]
    rim: Points = cornea_mm + BALL.pupil_height_mm * axes[2] + diameter_mm / 2 * across
    return rim


def refracted(points_mm: Points, cornea_mm: Points) -> Points:
    return seen_through_cornea(points_mm, cornea_mm, BALL.cornea_radius_mm, BALL.refractive_index)


def extent(points_mm: Points) -> Points:
    size: Points = np.ptp(points_mm[:, :2] / points_mm[:, 2:], axis=0)
    return size


def test_both_spheres_pass_through_the_limbus() -> None:
    limbus_mm = BALL.cornea_offset_mm + BALL.limbus_height_mm
    assert np.hypot(limbus_mm, BALL.limbus_radius_mm) == pytest.approx(BALL.radius_mm)
    assert np.hypot(BALL.limbus_height_mm, BALL.limbus_radius_mm) == pytest.approx(
        BALL.cornea_radius_mm
    )


def test_the_apex_of_the_cornea_is_where_eyes_have_it() -> None:
    # Some 13 mm before the centre of rotation (Fry & Hill 1962, 13.5 mm behind the cornea).
    assert 12.6 < BALL.cornea_offset_mm + BALL.cornea_radius_mm < 13.8


@pytest.mark.parametrize("angle_deg", [0.0, 15.0, 35.0, 50.0])
def test_light_followed_out_of_the_eye_is_light_followed_into_it(angle_deg: float) -> None:
    axes, cornea_mm = axes_seen_from(angle_deg), np.array([1.0, -2.0, 26.0])
    leaving = refracted(pupil_rim(axes, cornea_mm, 5.0), cornea_mm)
    rays = (leaving / np.linalg.norm(leaving, axis=1, keepdims=True)).T.astype(np.float32)
    view = BALL.iris_coordinates(rays, cornea_mm, axes)
    assert np.allclose(view.u_mm, 2.5 * np.cos(TURNS), atol=2e-4)
    assert np.allclose(view.v_mm, 2.5 * np.sin(TURNS), atol=2e-4)


def test_refraction_obeys_snell() -> None:
    axes, cornea_mm = axes_seen_from(40.0), np.array([0.0, 0.0, 25.0])
    inside = pupil_rim(axes, cornea_mm, 6.0)
    leaving = refracted(inside, cornea_mm)
    normals = (leaving - cornea_mm) / BALL.cornea_radius_mm

    def sine(ways: Points) -> Points:
        ways = ways / np.linalg.norm(ways, axis=1, keepdims=True)
        length: Points = np.linalg.norm(np.cross(ways, normals), axis=1)
        return length

    assert np.allclose(sine(-leaving), BALL.refractive_index * sine(leaving - inside), atol=1e-9)


def test_a_glint_mirrors_with_equal_angles() -> None:
    center_mm = np.array([2.0, 1.0, 27.0])
    lamps_mm = np.array([[-6.0, 4.5, 0.5], [6.0, 4.5, 0.5]])
    places = mirrored_on_sphere(lamps_mm, center_mm, 7.8)
    normals = (places - center_mm) / 7.8
    to_camera = -places / np.linalg.norm(places, axis=1, keepdims=True)
    to_lamp = lamps_mm - places
    to_lamp /= np.linalg.norm(to_lamp, axis=1, keepdims=True)
    assert np.allclose(np.linalg.norm(places - center_mm, axis=1), 7.8)
    assert np.allclose((to_camera * normals).sum(axis=1), (to_lamp * normals).sum(axis=1))
    # In one plane: the sum of both ways is along the normal.
    assert np.allclose(np.cross(to_camera + to_lamp, normals), 0.0, atol=1e-9)


def test_the_cornea_magnifies_the_pupil_by_twelve_to_fourteen_per_cent() -> None:
    # 1.13 from any distance at which the eye is small in the picture (Fedtke, Manns & Ho 2010).
    axes, cornea_mm = axes_seen_from(0.0), np.array([0.0, 0.0, 100.0])
    rim = pupil_rim(axes, cornea_mm, 4.0)
    assert 1.12 < extent(refracted(rim, cornea_mm))[0] / extent(rim)[0] < 1.14


@pytest.mark.parametrize("angle_deg", [10.0, 20.0, 30.0, 40.0, 50.0, 60.0])
def test_from_the_side_the_pupil_is_as_narrow_as_was_measured(angle_deg: float) -> None:
    # Mathur, Gehrmann & Atchison 2013, Journal of Vision 13(6):3: the cosine of the angle divided
    # by 1.121, seen from 100 mm; without refraction it would be the cosine of the angle.
    axes, cornea_mm = axes_seen_from(angle_deg), np.array([0.0, 0.0, 107.8])
    across, down = extent(refracted(pupil_rim(axes, cornea_mm, 4.0), cornea_mm))
    assert across / down == pytest.approx(np.cos(np.radians(angle_deg) / 1.121), abs=0.015)
    assert across / down > np.cos(np.radians(angle_deg))


@pytest.mark.parametrize("angle_deg", [20.0, 45.0])
def test_refraction_shifts_the_pupil_the_way_the_eye_looks(angle_deg: float) -> None:
    # Its image lies before it, nearer to the apex.
    axes, cornea_mm = axes_seen_from(angle_deg), np.array([0.0, 0.0, 26.0])
    rim = pupil_rim(axes, cornea_mm, 3.0)
    seen = refracted(rim, cornea_mm)
    shift = (seen[:, 0] / seen[:, 2]).mean() - (rim[:, 0] / rim[:, 2]).mean()
    assert shift > 0.003


def test_what_the_camera_cannot_see_is_put_on_the_horizon() -> None:
    axes, cornea_mm = axes_seen_from(75.0), np.array([0.0, 0.0, 25.0])
    leaving = refracted(pupil_rim(axes, cornea_mm, 8.0), cornea_mm)
    facing = -(leaving * (leaving - cornea_mm)).sum(axis=1)
    assert np.isfinite(leaving).all()
    assert facing.min() > -1e-6


def test_an_eye_turns_without_torsion() -> None:
    axis = np.array([0.3, -0.4, np.sqrt(0.75)])
    axes = axes_of(axis)
    assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-12)
    assert np.allclose(axes[2], axis)
    # Listing's law: the turn from straight ahead is about an axis in the frontal plane, so the
    # matrix has no part that is antisymmetric in x and y.
    assert axes[0, 1] == pytest.approx(axes[1, 0])
    assert np.array_equal(axes_of(np.array([0.0, 0.0, 1.0])), np.eye(3))


def test_pupil_and_lamps_are_seen_together_where_they_are_seen_apart() -> None:
    cornea_mm = np.array([1.0, -2.0, 32.0])
    inside_mm = cornea_mm + np.array([[0.0, 0.0, -4.0], [1.5, 0.5, -4.2], [-2.0, 1.0, -3.9]])
    lamps_mm = np.array([[8.0, 3.0, 2.0], [-7.0, 4.0, 1.0]])
    together = seen_on_cornea(inside_mm, lamps_mm, cornea_mm, 7.8, 1.3375)
    np.testing.assert_allclose(
        together[:3], seen_through_cornea(inside_mm, cornea_mm, 7.8, 1.3375), atol=1e-9
    )
    np.testing.assert_allclose(
        together[3:], mirrored_on_sphere(lamps_mm, cornea_mm, 7.8), atol=1e-9
    )
