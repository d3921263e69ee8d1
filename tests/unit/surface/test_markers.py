from __future__ import annotations

import cv2
import numpy as np
import pytest
from marked_sheet import PINHOLE, TAGS, WIDE, Pose, Sheet, truth
from numpy.typing import NDArray

from gazewire.optics import Camera
from gazewire.surface import MARKER_FAMILIES, Marker, MarkerDetector, MarkerId

SHEET = Sheet()
FLAT = Pose()
TILTED = Pose((30.0, -25.0, 12.0), (0.1, 0.05, 2.7))


def errors_px(markers: list[Marker], pose: Pose, camera: Camera) -> NDArray[np.float64]:
    assert [marker.id.number for marker in markers] == sorted(TAGS)
    return np.concatenate([
        np.linalg.norm(
            marker.corners_px - truth(marker.id.number, pose, camera).corners_px, axis=1
        )
        for marker in markers
    ])  # fmt: skip


@pytest.mark.parametrize("camera", [PINHOLE, WIDE], ids=["pinhole", "wide"])
@pytest.mark.parametrize("pose", [FLAT, TILTED], ids=["flat", "tilted"])
def test_corners_are_found_to_a_small_part_of_a_pixel(pose: Pose, camera: Camera) -> None:
    markers = MarkerDetector(decimation=1).detect(SHEET.seen(pose, camera))

    errors = errors_px(markers, pose, camera)
    # The smallest side is 18 px long.
    assert np.sqrt(np.mean(errors**2)) < 0.15
    assert errors.max() < 0.35


def test_a_smaller_image_does_for_the_search_and_measures_as_well() -> None:
    pose = Pose(middle=(0.0, 0.0, 2.4))
    image = SHEET.seen(pose, PINHOLE)

    fine = errors_px(MarkerDetector(decimation=1).detect(image), pose, PINHOLE)
    coarse = errors_px(MarkerDetector(decimation=2).detect(image), pose, PINHOLE)

    np.testing.assert_allclose(coarse, fine, atol=0.05)


@pytest.mark.parametrize("turn_deg", [0.0, 90.0, 180.0, 270.0])
def test_corners_are_told_from_the_same_one_however_the_marker_is_turned(turn_deg: float) -> None:
    pose = Pose((0.0, 0.0, turn_deg), (0.0, 0.0, 4.0))
    markers = MarkerDetector(decimation=1).detect(SHEET.seen(pose, PINHOLE))
    assert errors_px(markers, pose, PINHOLE).max() < 0.3


@pytest.mark.parametrize(
    ("family", "dictionary"),
    [
        ("tag25h9", "DICT_APRILTAG_25h9"),
        ("aruco4x4_50", "DICT_4X4_50"),
        ("aruco_original", "DICT_ARUCO_ORIGINAL"),
    ],
)
def test_markers_of_other_families_are_read(family: str, dictionary: str) -> None:
    image = Sheet(dictionary).seen(FLAT, PINHOLE)
    markers = MarkerDetector(families=(family,), decimation=1).detect(image)
    assert errors_px(markers, FLAT, PINHOLE).max() < 0.3
    assert {marker.id.family for marker in markers} == {family}


def test_families_do_not_read_each_others_markers() -> None:
    image = SHEET.seen(FLAT, PINHOLE)
    others = [family for family in MARKER_FAMILIES if family not in {"tag36h11", "tag36h10"}]
    found = MarkerDetector(families=others, decimation=1).detect(image)
    # Codes of four by four modules are so short that chance writes some of them.
    assert not [marker for marker in found if "4x4" not in marker.id.family]


def test_a_wrong_module_is_put_right_and_told() -> None:
    sheet = Sheet()
    module = round(0.2 * 200 / 8)
    left, top = round(1.0 * 200), round(0.5 * 200)
    spoiled = sheet.drawn[
        top + 3 * module : top + 4 * module, left + 3 * module : left + 4 * module
    ]
    spoiled[...] = 255 - spoiled

    markers = MarkerDetector(decimation=1).detect(sheet.seen(Pose(middle=(0, 0, 1.8)), PINHOLE))

    assert {m.id.number: m.wrong_modules for m in markers}[7] == 1


def test_light_that_falls_off_across_a_marker_is_no_hindrance() -> None:
    image = SHEET.seen(FLAT, PINHOLE).astype(float)
    image *= np.linspace(1.0, 0.25, image.shape[1])
    found = MarkerDetector(decimation=1, min_margin=6).detect(image.astype(np.uint8))
    assert [marker.id.number for marker in found] == sorted(TAGS)


def test_faint_and_small_markers_are_passed_over() -> None:
    image = SHEET.seen(Pose(), PINHOLE)
    assert MarkerDetector(decimation=1).detect(image)
    assert not MarkerDetector(decimation=1, min_margin=200).detect(image)
    assert not MarkerDetector(decimation=1, min_perimeter_px=300).detect(image)


def test_of_a_marker_that_is_there_twice_the_larger_one_is_told() -> None:
    near = SHEET.seen(Pose(middle=(0.3, 0.0, 2.5)), PINHOLE)
    far = SHEET.seen(Pose(middle=(0.0, 0.0, 4.5)), PINHOLE)
    twice = np.concatenate([far, near], axis=1)
    markers = MarkerDetector(decimation=1).detect(twice)
    assert len({marker.id for marker in markers}) == len(markers)
    assert all(marker.corners_px[:, 0].min() > far.shape[1] for marker in markers)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((480, 640), np.uint8),
        np.full((480, 640), 255, np.uint8),
        np.zeros((1, 1), np.uint8),
        np.zeros((0, 5), np.uint8),
        np.random.default_rng(3).integers(0, 256, (480, 640), np.uint8),
        np.kron(np.indices((24, 32)).sum(0) % 2, np.ones((20, 20))).astype(np.uint8) * 255,
    ],
    ids=["black", "white", "one pixel", "no pixel", "noise", "chessboard"],
)
def test_no_marker_is_found_where_there_is_none(image: NDArray[np.uint8]) -> None:
    assert MarkerDetector().detect(image) == []


def test_what_is_no_grey_image_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(48, 64, 3\)"):
        MarkerDetector().detect(np.zeros((48, 64, 3), np.uint8))
    with pytest.raises(TypeError, match="float32"):
        MarkerDetector().detect(np.zeros((48, 64), np.float32))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "settings",
    [{"families": ("tag99",)}, {"decimation": 0}, {"min_margin": 0.0}, {"min_perimeter_px": -1.0}],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"famil|decimation|least"):
        MarkerDetector(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("id", "uid"),
    [
        (MarkerId("tag36h11", 7), "apriltag_v3:tag36h11:7"),
        (MarkerId("aruco4x4_50", 0), "aruco:aruco4x4_50:0"),
        (MarkerId("legacy", 12), "legacy:12"),
    ],
)
def test_markers_are_named_as_definitions_name_them(id: MarkerId, uid: str) -> None:
    assert id.uid == uid
    assert MarkerId.parse(uid) == id


@pytest.mark.parametrize("uid", ["", "7", "apriltag_v3:tag36h11", "qr:1", "legacy:x", "a:b:c:1"])
def test_what_names_no_marker_is_refused(uid: str) -> None:
    with pytest.raises(ValueError, match="marker"):
        MarkerId.parse(uid)


def test_every_family_has_its_dictionary() -> None:
    image = np.full((64, 64), 255, np.uint8)
    cv2.rectangle(image, (16, 16), (47, 47), 0, cv2.FILLED)
    # A black square is looked up in all of them, and is in none.
    assert MarkerDetector(families=MARKER_FAMILIES, decimation=1).detect(image) == []
