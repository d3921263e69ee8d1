from __future__ import annotations

import numpy as np
import pytest
from marked_sheet import PINHOLE, TAGS, WIDE, Pose, on_surface, truth, truths

from gazewire.optics import Camera
from gazewire.surface import Marker, MarkerId, Surface

CAMERAS = pytest.mark.parametrize("camera", [PINHOLE, WIDE], ids=["pinhole", "wide"])
FLAT = Pose()
TILTED = Pose((30.0, -25.0, 10.0), (0.3, 0.1, 3.0))
PLACES = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.31, 0.72], [1.3, -0.2]])


def tag(number: int) -> MarkerId:
    return MarkerId("tag36h11", number)


def sheet(numbers: tuple[int, ...] = tuple(TAGS)) -> Surface:
    return Surface("sheet", {tag(number): on_surface(number) for number in numbers}, (2.0, 1.0))


def pixels(places: np.ndarray, pose: Pose, camera: Camera) -> np.ndarray:
    return camera.project(pose.points(places * [2.0, 1.0]))


@CAMERAS
@pytest.mark.parametrize("pose", [FLAT, TILTED], ids=["flat", "tilted"])
def test_a_surface_is_made_of_the_markers_that_are_seen(pose: Pose, camera: Camera) -> None:
    surface = Surface.register("sheet", [truths(pose, camera)], camera)
    assert set(surface.corners) == {tag(number) for number in TAGS}
    for number in TAGS:
        np.testing.assert_allclose(surface.corners[tag(number)], on_surface(number), atol=1e-9)


def test_one_marker_makes_a_surface_of_its_own_square() -> None:
    surface = Surface.register("tag", [[truth(7, FLAT, PINHOLE)]], PINHOLE)
    expected = [[0, 1], [1, 1], [1, 0], [0, 0]]
    np.testing.assert_allclose(surface.corners[tag(7)], expected, atol=1e-9)


def test_images_that_each_show_a_part_make_one_surface() -> None:
    numbers = [(0, 3, 7), (7, 1), (1, 2, 7)]
    poses = [FLAT, TILTED, Pose((-20.0, 10.0, 0.0), (-0.5, 0.0, 2.5))]
    images = [truths(pose, WIDE, seen) for pose, seen in zip(poses, numbers, strict=True)]

    surface = Surface.register("sheet", [[], *images], WIDE, (2.0, 1.0))

    for number in TAGS:
        np.testing.assert_allclose(surface.corners[tag(number)], on_surface(number), atol=1e-6)


def test_many_noisy_images_tell_more_than_one() -> None:
    rng = np.random.default_rng(4)

    def noisy(pose: Pose) -> list[Marker]:
        return [
            Marker(m.id, m.corners_px + rng.normal(0, 0.5, (4, 2)), 100.0)
            for m in truths(pose, PINHOLE)
        ]

    images = [
        noisy(Pose(tuple(rng.uniform(-20, 20, 3)), (0.0, 0.0, 3.0)))  # type: ignore[arg-type]
        for _ in range(12)
    ]

    def error(surface: Surface) -> float:
        # Of where the middle marker is believed to be between the four at the corners.
        offset = surface.corners[tag(7)].mean(axis=0) - on_surface(7).mean(axis=0)
        return float(np.hypot(*offset))

    alone = np.mean([error(Surface.register("s", [image], PINHOLE)) for image in images])
    assert error(Surface.register("s", images, PINHOLE)) < 0.6 * alone


def test_images_without_markers_make_no_surface() -> None:
    with pytest.raises(ValueError, match="no image shows a marker"):
        Surface.register("nothing", [[], []], PINHOLE)


@CAMERAS
@pytest.mark.parametrize("numbers", [(0, 1, 2, 3, 7), (1, 3), (7,)])
def test_any_of_the_markers_locate_it(camera: Camera, numbers: tuple[int, ...]) -> None:
    location = sheet().locate(truths(TILTED, camera, numbers), camera)
    assert location is not None
    assert set(location.markers) == {tag(number) for number in numbers}
    assert location.error_px < 1e-6
    seen = pixels(PLACES, TILTED, camera)
    np.testing.assert_allclose(location.place(seen), PLACES, atol=1e-6)
    np.testing.assert_allclose(location.pixels(PLACES), seen, atol=1e-4)


def test_the_homography_of_the_image_as_it_is_fits_where_the_markers_are() -> None:
    location = sheet().locate(truths(FLAT, WIDE), WIDE)
    assert location is not None
    for number in TAGS:
        corners = np.column_stack([on_surface(number), np.ones(4)])
        bent = corners @ location.distorted_image_from_surface.T
        seen = truth(number, FLAT, WIDE).corners_px
        assert np.linalg.norm(bent[:, :2] / bent[:, 2:] - seen, axis=1).max() < 6.0


def test_nothing_is_located_without_its_markers() -> None:
    assert sheet((0, 1)).locate(truths(FLAT, PINHOLE, (2, 7)), PINHOLE) is None
    assert sheet().locate([], PINHOLE) is None


def test_a_marker_that_was_moved_is_outvoted() -> None:
    markers = truths(TILTED, PINHOLE)
    moved = Marker(markers[2].id, markers[2].corners_px + 25.0, 100.0)
    location = sheet().locate([*markers[:2], moved, *markers[3:]], PINHOLE)
    assert location is not None
    assert moved.id not in location.markers
    np.testing.assert_allclose(location.place(pixels(PLACES, TILTED, PINHOLE)), PLACES, atol=1e-6)


def test_two_markers_that_contradict_each_other_locate_nothing() -> None:
    first, second = truths(FLAT, PINHOLE, (0, 2))
    turned = Marker(second.id, np.roll(second.corners_px, 1, axis=0), 100.0)
    assert sheet().locate([first, turned], PINHOLE) is None


def test_a_marker_whose_corners_are_on_a_line_locates_nothing() -> None:
    flat = Marker(tag(0), np.array([[10.0, 10.0], [20.0, 10.0], [30.0, 10.0], [40.0, 10.0]]), 9.0)
    assert sheet().locate([flat], PINHOLE) is None


def test_a_point_beyond_the_horizon_has_no_place() -> None:
    lying = Pose((-75.0, 0.0, 0.0), (0.0, 0.6, 3.0))
    location = sheet().locate(truths(lying, PINHOLE), PINHOLE)
    assert location is not None
    above, below = location.place([[400.0, -5000.0], [400.0, 400.0]])
    assert np.isnan(above).all()
    assert np.isfinite(below).all()


def test_a_corner_that_is_moved_is_a_corner_afterwards() -> None:
    surface = sheet().with_corner_at(2, (0.8, 0.9))
    location = surface.locate(truths(TILTED, PINHOLE), PINHOLE)
    assert location is not None
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [0.8, 0.9], [0.0, 1.0]])
    np.testing.assert_allclose(
        location.place(pixels(corners, TILTED, PINHOLE)),
        [[0, 0], [1, 0], [1, 1], [0, 1]],
        atol=1e-6,
    )


@pytest.mark.parametrize(("corner", "place"), [(2, (0.2, 0.2)), (0, (2.0, 2.0)), (4, (0.0, 0.0))])
def test_a_corner_cannot_be_where_no_convex_surface_has_it(
    corner: int, place: tuple[float, float]
) -> None:
    with pytest.raises(ValueError, match=r"convex|corners 0 to 3"):
        sheet().with_corner_at(corner, place)


def test_a_marker_that_is_added_locates_it_alone() -> None:
    surface = sheet((0, 1, 2, 3))
    location = surface.locate(truths(FLAT, WIDE), WIDE)
    assert location is not None
    grown = surface.with_marker(truth(7, FLAT, WIDE), location)
    np.testing.assert_allclose(grown.corners[tag(7)], on_surface(7), atol=1e-6)
    assert grown.locate([truth(7, TILTED, WIDE)], WIDE) is not None
    assert tag(7) not in surface.corners


def test_a_marker_that_is_taken_away_is_not_believed() -> None:
    assert sheet((0, 7)).without_marker(tag(7)).locate([truth(7, FLAT, PINHOLE)], PINHOLE) is None
    with pytest.raises(KeyError):
        sheet((0,)).without_marker(tag(7))
    with pytest.raises(ValueError, match="no markers"):
        sheet((0,)).without_marker(tag(0))


def test_name_and_size_are_changed_and_nothing_else() -> None:
    surface = sheet().renamed("page 2").resized((29.7, 21.0))
    assert (surface.name, surface.size) == ("page 2", (29.7, 21.0))
    assert surface.corners.keys() == sheet().corners.keys()


@pytest.mark.parametrize(
    ("corners", "size"),
    [
        ({}, (1.0, 1.0)),
        ({tag(0): np.zeros((3, 2))}, (1.0, 1.0)),
        ({tag(0): np.full((4, 2), np.nan)}, (1.0, 1.0)),
        ({tag(0): on_surface(0)}, (0.0, 1.0)),
        ({tag(0): on_surface(0)}, (1.0, float("nan"))),
    ],
)
def test_what_is_no_surface_is_refused(
    corners: dict[MarkerId, np.ndarray], size: tuple[float, float]
) -> None:
    with pytest.raises(ValueError, match=r"no markers|\(4, 2\)|positive"):
        Surface("s", corners, size)


def test_corners_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        sheet().corners[tag(0)][0, 0] = 9.0
