"""Round markers are found to a fraction of a pixel, and nothing else is taken for one."""

from __future__ import annotations

import re

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from gazewire.surface import (
    CalibrationMarkerKind,
    calibration_marker_image,
    calibration_marker_svg,
    find_calibration_markers,
)

FOCAL_PX = 500.0
SIZE = (640, 480)


def view(
    kind: CalibrationMarkerKind,
    distance: float,
    tilt_deg: float = 0.0,
    at_px: tuple[float, float] = (333.3, 251.7),
    *,
    blur_px: float = 0.6,
    noise: float = 2.0,
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """A marker as wide as 1, seen by a pinhole camera on a grey ground, and where its middle is."""
    drawn = calibration_marker_image(400, kind)
    middle = (drawn.shape[0] - 1) / 2
    from_pixels = np.array([[1 / 400, 0, -middle / 400], [0, 1 / 400, -middle / 400], [0, 0, 1]])
    turn, _ = cv2.Rodrigues(np.radians(tilt_deg) * np.array([0.6, 0.8, 0.0]))
    matrix = np.array([[FOCAL_PX, 0, 320], [0, FOCAL_PX, 240], [0, 0, 1]])
    place = distance * np.linalg.solve(matrix, [*at_px, 1.0])
    pose = np.column_stack([turn[:, 0], turn[:, 1], place])
    # Four samples a pixel, to be averaged.
    finer = np.array([[4, 0, 1.5], [0, 4, 1.5], [0, 0, 1]])
    shown = cv2.warpPerspective(
        drawn,
        finer @ matrix @ pose @ from_pixels,
        (4 * SIZE[0], 4 * SIZE[1]),
        flags=cv2.INTER_AREA,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=150,
    )
    image = cv2.resize(shown, SIZE, interpolation=cv2.INTER_AREA).astype(float)
    image = cv2.GaussianBlur(image, (0, 0), blur_px)
    image = 40 + 0.6 * image + np.random.default_rng(5).normal(0, noise, image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), np.array(at_px)


@pytest.mark.parametrize("kind", ["calibration", "stop"])
@pytest.mark.parametrize("distance", [3.0, 8.0, 20.0])
def test_a_marker_is_found_at_its_place_and_told_by_its_kind(
    kind: CalibrationMarkerKind, distance: float
) -> None:
    image, place = view(kind, distance)

    [marker] = find_calibration_markers(image)

    assert marker.kind == kind
    np.testing.assert_allclose(marker.center_px, place, atol=0.1)
    assert marker.diameter_px == pytest.approx(FOCAL_PX / distance, rel=0.03)


@pytest.mark.parametrize("tilt_deg", [30.0, 55.0])
def test_the_middle_is_that_of_the_circles_and_not_that_of_the_ellipse(tilt_deg: float) -> None:
    image, place = view("calibration", 3.0, tilt_deg)

    [marker] = find_calibration_markers(image)

    off_ellipse = np.hypot(*(np.array(marker.outline.center_px) - place))
    off_middle = np.hypot(*(np.array(marker.center_px) - place))
    assert off_ellipse > 1.0
    assert off_middle < 0.25


def test_two_markers_are_both_found_the_larger_first() -> None:
    near, near_place = view("calibration", 5.0, at_px=(150.0, 200.0))
    far, far_place = view("stop", 12.0, at_px=(480.0, 200.0))
    image = np.concatenate([near[:, :320], far[:, 320:]], axis=1)

    markers = find_calibration_markers(image)

    assert [marker.kind for marker in markers] == ["calibration", "stop"]
    np.testing.assert_allclose([m.center_px for m in markers], [near_place, far_place], atol=0.1)


def test_a_marker_drawn_by_the_page_is_the_one_that_is_found() -> None:
    radii = [float(text) for text in re.findall(r'r="([\d.]+)"', calibration_marker_svg())]
    image = calibration_marker_image(120)
    row = image[image.shape[0] // 2].astype(int)

    edges = np.flatnonzero(np.abs(np.diff(row)) > 100)

    assert radii == sorted(radii, reverse=True)
    assert len(edges) >= 2 * len(radii) - 1
    [marker] = find_calibration_markers(image)
    np.testing.assert_allclose(marker.center_px, [83.5, 83.5], atol=0.05)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((480, 640), np.uint8),
        np.full((480, 640), 255, np.uint8),
        np.zeros((1, 1), np.uint8),
        np.zeros((0, 0), np.uint8),
        np.random.default_rng(1).integers(0, 256, (480, 640), np.uint8),
    ],
    ids=["black", "white", "one pixel", "no pixel", "noise"],
)
def test_no_marker_is_found_where_there_is_none(image: NDArray[np.uint8]) -> None:
    assert find_calibration_markers(image) == []


def test_a_picture_in_colour_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(480, 640, 3\)"):
        find_calibration_markers(np.zeros((480, 640, 3), np.uint8))


def test_a_picture_of_floats_is_refused() -> None:
    with pytest.raises(TypeError, match="float64"):
        find_calibration_markers(np.zeros((480, 640)))  # type: ignore[arg-type]
