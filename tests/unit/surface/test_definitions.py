from __future__ import annotations

import msgspec
import numpy as np
import pytest
from marked_sheet import on_surface

from gazewire.surface import MarkerId, Surface, pack_definitions, unpack_definitions

SHEET = Surface(
    "Surface 1",
    {MarkerId("tag36h11", 0): on_surface(0), MarkerId("aruco4x4_50", 3): on_surface(3)},
    (29.7, 21.0),
)


def test_what_is_written_is_read_again() -> None:
    other = SHEET.renamed("other")
    read = unpack_definitions(pack_definitions([SHEET, other]))
    assert [surface.name for surface in read] == ["Surface 1", "other"]
    for surface in read:
        assert surface.size == SHEET.size
        assert surface.build_up == 1.0
        assert surface.corners.keys() == SHEET.corners.keys()
        for id, corners in SHEET.corners.items():
            np.testing.assert_array_equal(surface.corners[id], corners)


def test_a_file_has_the_keys_that_core_reads() -> None:
    told = msgspec.msgpack.decode(pack_definitions([SHEET]))
    (surface,) = told["surfaces"]
    assert set(surface) == {
        "version",
        "name",
        "real_world_size",
        "reg_markers",
        "registered_markers_dist",
        "build_up_status",
        "deprecated",
    }
    assert surface["version"] == 1
    assert surface["real_world_size"] == {"x": 29.7, "y": 21.0}
    assert surface["reg_markers"][0]["uid"] == "apriltag_v3:tag36h11:0"
    assert {marker["uid"] for marker in surface["registered_markers_dist"]} == {
        "apriltag_v3:tag36h11:0",
        "aruco:aruco4x4_50:3",
    }


def test_corners_of_apriltags_are_in_the_order_of_their_own_detector() -> None:
    # pupil_apriltags 1.0.4 was shown a tag as OpenCV draws it, upright, and told its corners: top
    # right, top left, bottom left, bottom right.
    (surface,) = msgspec.msgpack.decode(pack_definitions([SHEET]))["surfaces"]
    left, bottom, right, top = 0.0, 0.8, 0.1, 1.0
    expected = [[right, top], [left, top], [left, bottom], [right, bottom]]
    np.testing.assert_allclose(surface["reg_markers"][0]["verts_uv"], expected)


def file(**changes: object) -> bytes:
    told = msgspec.msgpack.decode(pack_definitions([SHEET]))
    told["surfaces"][0].update(changes)
    return msgspec.msgpack.encode(told)


def test_keys_that_are_new_are_passed_over() -> None:
    (surface,) = unpack_definitions(file(colour="red"))
    assert surface.name == "Surface 1"


def test_a_surface_that_never_saw_a_marker_is_left_out() -> None:
    assert unpack_definitions(file(reg_markers=[], registered_markers_dist=[])) == []


def test_square_markers_of_old_keep_their_names() -> None:
    square = {"uid": "legacy:12", "verts_uv": on_surface(0).tolist()}
    (surface,) = unpack_definitions(file(reg_markers=[square]))
    np.testing.assert_array_equal(surface.corners[MarkerId("legacy", 12)], on_surface(0))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        msgspec.msgpack.encode([1]),
        msgspec.msgpack.encode({"surfaces": [{}]}),
        file(version=2),
        file(name=5),
        file(real_world_size={"x": 0.0, "y": 1.0}),
        file(reg_markers=[{"uid": "legacy:1", "verts_uv": [[0.0, 0.0]] * 3}]),
        file(reg_markers=[{"uid": "legacy:1", "verts_uv": [[0.0]] * 4}]),
        file(reg_markers=[{"uid": "nothing", "verts_uv": [[0.0, 0.0]] * 4}]),
    ],
)
def test_what_is_no_definition_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"definition|defined|size|corners|marker"):
        unpack_definitions(data)
