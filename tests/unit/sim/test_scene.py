from __future__ import annotations

import cv2
import numpy as np
import pytest

from gazewire.sim import Exhibit, Scene, Wearer, scene_camera
from gazewire.surface import find_calibration_markers

S = 1_000_000_000


def planes(scene: Scene, data: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    width, height = scene.camera.width, scene.camera.height
    y, u, v = np.split(data, [width * height, width * height * 5 // 4])
    return (
        y.reshape(height, width),
        u.reshape(height // 2, width // 2),
        v.reshape(height // 2, width // 2),
    )


def detect(gray: np.ndarray) -> dict[int, np.ndarray]:
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    options = cv2.aruco.DetectorParameters()
    options.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    corners, ids, _ = cv2.aruco.ArucoDetector(family, options).detectMarkers(gray)
    found = [] if ids is None else ids.ravel().tolist()
    return {number: np.asarray(quad)[0] for number, quad in zip(found, corners, strict=True)}


def test_a_picture_has_the_size_of_its_planes(neon: Wearer, invisible: Wearer) -> None:
    assert neon.scene.render(0).shape == (1600 * 1200 * 3 // 2,)
    assert invisible.scene.render(0).shape == (1088 * 1080 * 3 // 2,)


def test_a_picture_is_a_pure_function_of_time(neon: Wearer) -> None:
    first = neon.scene.render(3 * S)
    neon.scene.render(9 * S)
    again = neon.scene.render(3 * S)
    assert np.array_equal(first, again)
    assert first is not again


def test_a_scene_of_the_same_seed_looks_the_same_and_another_one_different() -> None:
    first, same, other = (Scene(scene_camera("invisible"), seed) for seed in (1, 1, 2))
    assert np.array_equal(first.render(S), same.render(S))
    apart = np.abs(first.render(S).astype(int) - other.render(S))
    assert (apart > 16).mean() > 0.3


def test_levels_keep_to_studio_range(neon: Wearer) -> None:
    for plane in planes(neon.scene, neon.scene.render(0)):
        assert plane.min() >= 16
        assert plane.max() <= 240


@pytest.mark.parametrize("t_s", [0.0, 4.3, 11.9])
@pytest.mark.parametrize("product", ["neon", "invisible"])
def test_markers_are_found_where_the_scene_says_they_are(
    product: str, t_s: float, request: pytest.FixtureRequest
) -> None:
    wearer: Wearer = request.getfixturevalue(product)
    luma, _, _ = planes(wearer.scene, wearer.scene.render(round(t_s * S)))
    found = detect(luma)
    assert sorted(found) == [0, 1, 2, 3]
    for number, corners in wearer.scene.markers.items():
        true_px = wearer.scene.project(corners, t_s)
        # A single corner is known to a pixel, the middle of four much better.
        assert np.abs(found[number] - true_px).max() < 1.0
        assert np.abs((found[number] - true_px).mean(axis=0)).max() < 0.25


def test_colour_lies_where_brightness_lies(neon: Wearer) -> None:
    # The apple is the reddest thing there is; its V plane must cover it, not its neighbour.
    apple = next(thing for thing in neon.scene.landmarks if thing.name == "apple")
    for t_s in (0.0, 7.7):
        _, _, v = planes(neon.scene, neon.scene.render(round(t_s * S)))
        x, y = neon.scene.project(np.array([apple.middle]), t_s)[0]
        near = v[int(y / 2) - 40 : int(y / 2) + 40, int(x / 2) - 40 : int(x / 2) + 40]
        rows, columns = np.nonzero(near > near.max() - 30)
        assert abs(columns.mean() - 39.5) < 3
        assert abs(rows.mean() - 39.5) < 4


def test_the_picture_moves_as_the_head_does(neon: Wearer) -> None:
    early, late = (planes(neon.scene, neon.scene.render(t))[0] for t in (0, 5 * S))
    slide = neon.scene.camera.focal_px * (
        neon.scene.head.tangents(np.array([5.0])) - neon.scene.head.tangents(np.array([0.0]))
    )
    window = cv2.createHanningWindow((1600, 1200), cv2.CV_64F)
    (dx, dy), _ = cv2.phaseCorrelate(early.astype(float), late.astype(float), window)
    assert np.hypot(*slide[0]) > 5.0
    assert np.allclose([dx, dy], -slide[0], atol=0.5)


def test_something_moves_within_the_room(neon: Wearer) -> None:
    scene = neon.scene
    changed = 0
    for t_s in (1.0, 1.5):
        luma = planes(scene, scene.render(round(t_s * S)))[0]
        game = next(thing for thing in scene.landmarks if thing.name == "ball game")
        x, y = np.rint(scene.project(np.array([game.middle]), t_s)[0]).astype(int)
        half = (np.array(game.extent) * scene.camera.focal_px - 4).astype(int)
        patch = luma[y - half[1] : y + half[1], x - half[0] : x + half[0]]
        rows, columns = np.nonzero(patch > 150)
        assert len(rows) > 100  # the ball is somewhere in its panel
        changed = abs(changed - int(columns.mean()))
    assert changed > 10


@pytest.mark.parametrize("product", ["neon", "invisible"])
def test_every_landmark_stays_in_view_however_the_head_turns(
    product: str, request: pytest.FixtureRequest
) -> None:
    scene = request.getfixturevalue(product).scene
    assert len(scene.landmarks) >= 12
    size = np.array([scene.camera.width, scene.camera.height])
    for t_s in np.arange(0.0, 120.0, 1.0):
        for thing in scene.landmarks:
            corners = np.array(thing.middle) + np.array(thing.extent) * [[-1, -1], [1, 1]]
            seen = scene.project(corners, t_s)
            assert np.all(seen >= 0)
            assert np.all(seen <= size - 1)


def test_a_marker_is_seen_where_its_exhibit_says_it_is(neon: Wearer) -> None:
    exhibit = Exhibit.on_display(neon.scene.display, (0.0, 1.0))
    y, _, _ = planes(neon.scene, neon.scene.render(3 * S, exhibit))
    (marker,) = find_calibration_markers(y)
    assert marker.kind == "calibration"
    expected = neon.scene.project(np.array([exhibit.point]), 3.0)[0]
    assert marker.center_px == pytest.approx(expected, abs=0.1)
    assert marker.diameter_px == pytest.approx(exhibit.diameter * 896, rel=0.05)


def test_a_card_with_the_stop_marker_is_seen_on_any_ground(neon: Wearer) -> None:
    exhibit = Exhibit.on_card("stop", (-0.5, 0.3), 0.08)
    y, _, _ = planes(neon.scene, neon.scene.render(3 * S, exhibit))
    (marker,) = find_calibration_markers(y)
    assert marker.kind == "stop"


def test_without_an_exhibit_there_is_no_marker(neon: Wearer) -> None:
    y, _, _ = planes(neon.scene, neon.scene.render(3 * S))
    assert find_calibration_markers(y) == []
