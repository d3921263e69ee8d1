from __future__ import annotations

import numpy as np
import pytest
from marked_sheet import PINHOLE, WIDE, Pose, on_surface, truths

from gazewire.optics import Camera
from gazewire.surface import MarkerId, Surface, SurfaceLocation, SurfaceTrail

FRAME_NS = 33_333_333
SURFACE = Surface("sheet", {MarkerId("tag36h11", n): on_surface(n) for n in (0, 1, 2, 3)})
PLACE = np.array([[0.4, 0.7]])


def pose_at(t_ns: float) -> Pose:
    """A head that turns at 60 degrees a second, about two axes."""
    angle = 60.0 * t_ns / 1e9
    return Pose((2.0, 5.0 + 0.3 * angle, angle), (0.02 * angle, 0.0, 3.0))


def location_at(t_ns: float, camera: Camera = WIDE) -> SurfaceLocation:
    location = SURFACE.locate(truths(pose_at(t_ns), camera, (0, 1, 2, 3)), camera)
    assert location is not None
    return location


def gaze_px(t_ns: float, camera: Camera = WIDE) -> np.ndarray:
    return camera.project(pose_at(t_ns).points(PLACE * [2.0, 1.0]))


def trail(*times_ns: int) -> SurfaceTrail:
    made = SurfaceTrail()
    for t_ns in times_ns:
        made.add(t_ns, location_at(t_ns))
    return made


def test_gaze_between_images_is_mapped_by_where_the_surface_was_then() -> None:
    times = np.array([0, 7_000_000, 16_666_666, 30_000_000, FRAME_NS])
    points = np.concatenate([gaze_px(t) for t in times])

    places = trail(0, FRAME_NS).places(times, points)
    by_the_image_after = location_at(FRAME_NS).place(points)

    assert np.abs(places - PLACE).max() < 2e-4
    assert np.abs(by_the_image_after - PLACE).max() > 0.01


def test_a_surface_that_stays_maps_as_its_location_does() -> None:
    points = np.array([[100.0, 200.0], [420.0, 80.0], [799.0, 599.0]])
    still = SurfaceTrail()
    for t_ns in (0, FRAME_NS):
        still.add(t_ns, location_at(0))
    places = still.places([0, 10_000_000, FRAME_NS], points)
    np.testing.assert_allclose(places, location_at(0).place(points), atol=1e-9)


def test_an_image_in_which_it_was_not_found_is_bridged() -> None:
    places = trail(0, 3 * FRAME_NS).places([50_000_000], gaze_px(50_000_000))
    assert np.abs(places - PLACE).max() < 2e-3


def test_a_long_while_without_it_is_not() -> None:
    long_ns = 400_000_000
    points = np.repeat(gaze_px(0), 3, axis=0)
    places = trail(0, long_ns).places([20_000_000, long_ns // 2, long_ns - 20_000_000], points)
    assert np.isnan(places).all(axis=1).tolist() == [False, True, False]


def test_before_the_first_image_and_after_the_last_it_is_held_a_little() -> None:
    times = [-60_000_000, -40_000_000, 40_000_000, 60_000_000]
    places = trail(0).places(times, np.repeat(gaze_px(0), 4, axis=0))
    assert np.isnan(places).all(axis=1).tolist() == [True, False, False, True]


def test_images_that_come_late_are_passed_over() -> None:
    made = trail(0, FRAME_NS)
    made.add(10_000_000, location_at(900_000_000))
    places = made.places([10_000_000], gaze_px(10_000_000))
    assert np.abs(places - PLACE).max() < 1e-3


def test_another_camera_begins_a_new_trail() -> None:
    made = trail(0)
    made.add(FRAME_NS, location_at(FRAME_NS, PINHOLE))
    places = made.places([0, FRAME_NS], np.repeat(gaze_px(FRAME_NS, PINHOLE), 2, axis=0))
    np.testing.assert_allclose(places[1], PLACE[0], atol=1e-6)


def test_without_images_nothing_is_known() -> None:
    assert np.isnan(SurfaceTrail().places([0, 1], np.zeros((2, 2)))).all()
    assert trail(0).places([], np.zeros((0, 2))).shape == (0, 2)


def test_unknown_gaze_stays_unknown() -> None:
    assert np.isnan(trail(0).places([0], [[np.nan, 4.0]])).all()


def test_a_trail_keeps_the_latest_locations_or_all() -> None:
    short, long = SurfaceTrail(locations_kept=2), SurfaceTrail(locations_kept=None)
    for number in range(8):
        for made in (short, long):
            made.add(number * FRAME_NS, location_at(number * FRAME_NS))
    assert np.isnan(short.places([0], gaze_px(0))).all()
    assert np.isfinite(long.places([0], gaze_px(0))).all()


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) and \(3, 2\)"):
        trail(0).places([0, 1], np.zeros((3, 2)))
    with pytest.raises(ValueError, match="negative"):
        SurfaceTrail(longest_gap_ns=-1)
    with pytest.raises(ValueError, match="at least one"):
        SurfaceTrail(locations_kept=0)
