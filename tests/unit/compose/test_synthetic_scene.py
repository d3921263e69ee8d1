from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from gazewire.compose.synthetic_scene import SyntheticScene, TruthfulSurfaces
from gazewire.model import Frame
from gazewire.service import Exposure, FrameExposure
from gazewire.service.surfaces import inverse
from gazewire.surface.homography import map_points
from gazewire.time import ManualClock

MINUTE_NS = 60_000_000_000


def exposures(start_unix_ns: int, count: int) -> list[Exposure]:
    clock = ManualClock(start_unix_ns)
    return list(itertools.islice(SyntheticScene(1).exposures(clock), count))


def test_exposures_come_thirty_times_a_second_also_past_the_minute() -> None:
    taken = exposures(MINUTE_NS * 9 - 100_000_000, 8)
    steps = np.diff([one.timestamp_unix_ns for one in taken])
    assert np.abs(steps - 1e9 / 30).max() < 20_000
    assert [one.index for one in taken] == list(range(8))
    assert taken[0].timestamp_unix_ns >= MINUTE_NS * 9 - 100_000_000


def test_the_monitors_markers_are_at_the_corners_of_the_surface() -> None:
    (exposure,) = exposures(MINUTE_NS + 5_000_000_000, 1)
    (pose,) = TruthfulSurfaces().locate(exposure)
    assert pose.name == "screen"
    frame = exposure.frame()
    luma = np.frombuffer(frame.data, np.uint8)[: frame.width * frame.height]
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    detector = cv2.aruco.ArucoDetector(family, cv2.aruco.DetectorParameters())
    corners, ids, _ = detector.detectMarkers(luma.reshape(frame.height, frame.width))
    found = {int(number): quad[0] for number, quad in zip(ids.ravel(), corners, strict=True)}
    surface_from_image = inverse(pose.distorted_image_from_surface)
    for number, expected in enumerate([(0, 1), (1, 1), (1, 0), (0, 0)]):
        placed = map_points(np.array(surface_from_image), found[number][number])
        assert placed == pytest.approx(expected, abs=0.01)


def test_other_cameras_images_show_no_surface_that_is_known() -> None:
    frame = Frame(
        camera="world",
        index=0,
        timestamp_unix_ns=0,
        width=1,
        height=1,
        pixel_format="gray",
        data=b"\0",
    )
    assert not TruthfulSurfaces().locate(FrameExposure(frame))
