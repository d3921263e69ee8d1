"""Whatever the view, what was mapped there comes back."""

from __future__ import annotations

import contextlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gazewire.optics import Camera
from gazewire.surface import Marker, MarkerId, Surface, pack_definitions, unpack_definitions
from gazewire.surface.homography import fit_homography, map_points

CAMERA = Camera(1280, 720, (800.0, 800.0), (639.5, 359.5), (-0.2, 0.05, 0.0, 0.0))
SQUARE = np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])

angles = st.tuples(*[st.floats(-0.9, 0.9)] * 3)
middles = st.tuples(st.floats(-0.8, 0.8), st.floats(-0.5, 0.5), st.floats(2.0, 8.0))


def turned(angle: tuple[float, float, float]) -> np.ndarray:
    a, b, c = angle
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return about_x @ about_y @ about_z


def seen(
    angle: tuple[float, float, float], middle: tuple[float, float, float], places: np.ndarray
) -> np.ndarray:
    flat = np.column_stack([places[:, 0] - 0.5, 0.5 - places[:, 1], np.zeros(len(places))])
    return CAMERA.project(flat @ turned(angle).T + middle)


@given(angles, middles)
def test_a_surface_is_where_its_marker_says(
    angle: tuple[float, float, float], middle: tuple[float, float, float]
) -> None:
    id = MarkerId("tag36h11", 1)
    surface = Surface("tag", {id: SQUARE})
    location = surface.locate([Marker(id, seen(angle, middle, SQUARE), 50.0)], CAMERA)
    assert location is not None
    places = np.array([[0.5, 0.5], [0.1, 0.9], [1.2, 0.4]])
    np.testing.assert_allclose(location.place(seen(angle, middle, places)), places, atol=1e-5)


coordinate = st.floats(-1e3, 1e3)
quads = st.lists(st.tuples(coordinate, coordinate), min_size=4, max_size=9)


@given(quads, st.randoms(use_true_random=False))
def test_any_points_give_a_homography_that_maps_them_to_the_front_or_none(
    points: list[tuple[float, float]], random: st.DataObject
) -> None:
    source = np.array(points)
    target = source[np.array(sorted(range(len(source)), key=lambda _: random.random()))]  # type: ignore[attr-defined]
    found = fit_homography(source, target)
    if found is not None:
        assert np.isfinite(found).all()
        assert np.isfinite(map_points(found, source)).all()


@given(st.dictionaries(st.integers(0, 586), quads.map(lambda quad: quad[:4]), min_size=1))
def test_definitions_survive_the_file(markers: dict[int, list[tuple[float, float]]]) -> None:
    corners = {MarkerId("tag36h11", number): np.array(quad) for number, quad in markers.items()}
    (read,) = unpack_definitions(pack_definitions([Surface("any name", corners)]))
    assert read.corners.keys() == corners.keys()
    for id, quad in corners.items():
        np.testing.assert_array_equal(read.corners[id], quad)


@given(st.binary(max_size=200))
def test_garbage_is_refused_with_one_kind_of_error(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        unpack_definitions(data)
