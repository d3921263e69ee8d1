from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from gazewire.compose.surface_locator import MarkerSurfaces, camera_surfaces, synthetic_surfaces
from gazewire.compose.synthetic_scene import SCREEN, SyntheticScene, TruthfulSurfaces
from gazewire.errors import UndecodableSourceError
from gazewire.model import Frame
from gazewire.service import Exposure, FrameExposure
from gazewire.service.surfaces import SurfaceEditor, SurfaceLocator
from gazewire.surface.homography import map_points
from gazewire.time import ManualClock

MINUTE_NS = 60_000_000_000
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


@pytest.fixture(scope="module")
def exposure() -> Exposure:
    clock = ManualClock(MINUTE_NS + 5_000_000_000)
    (taken,) = itertools.islice(SyntheticScene(1).exposures(clock), 1)
    return taken


def blank() -> Exposure:
    frame = Frame(
        camera="world",
        index=0,
        timestamp_unix_ns=0,
        width=64,
        height=48,
        pixel_format="gray",
        data=bytes(64 * 48),
    )
    return FrameExposure(frame)


def test_the_monitor_is_found_where_it_is(exposure: Exposure) -> None:
    (found,) = synthetic_surfaces(1).locate(exposure)
    (truth,) = TruthfulSurfaces().locate(exposure)
    assert found.name == SCREEN
    for one, other in [
        (found.image_from_surface, truth.image_from_surface),
        (found.distorted_image_from_surface, truth.distorted_image_from_surface),
    ]:
        seen, true = map_points(np.array(one), CORNERS), map_points(np.array(other), CORNERS)
        # The painter draws edges a sixth of a pixel too far outside.
        np.testing.assert_allclose(seen, true, atol=0.3)


def test_no_surface_is_found_in_an_empty_image() -> None:
    assert not synthetic_surfaces(1).locate(blank())
    assert not camera_surfaces().locate(blank())


def test_it_is_a_locator_and_an_editor() -> None:
    surfaces: SurfaceLocator = camera_surfaces()
    assert isinstance(surfaces, SurfaceEditor)


def test_a_surface_is_made_of_what_is_seen(exposure: Exposure, tmp_path: Path) -> None:
    path = tmp_path / "settings" / "surface_definitions_v01"
    surfaces = camera_surfaces(path=path)
    assert not surfaces.locate(exposure)
    surfaces.add("page", (16.0, 9.0))
    (pose,) = surfaces.locate(exposure)
    assert pose.name == "page"

    surfaces.rename("page", "page 1")
    surfaces.save()
    again = camera_surfaces(path=path)

    assert list(again.names) == ["page 1"]
    assert again.definitions() == surfaces.definitions()
    (found,) = again.locate(exposure)
    assert found.image_from_surface == pose.image_from_surface


def test_no_surface_is_made_of_nothing() -> None:
    surfaces = camera_surfaces()
    with pytest.raises(ValueError, match="no image shows a marker"):
        surfaces.add("page", (1.0, 1.0))
    surfaces.locate(blank())
    with pytest.raises(ValueError, match="no image shows a marker"):
        surfaces.add("page", (1.0, 1.0))


def test_names_are_there_once(exposure: Exposure) -> None:
    surfaces: MarkerSurfaces = synthetic_surfaces(1)
    surfaces.locate(exposure)
    surfaces.add("page", (1.0, 1.0))
    with pytest.raises(ValueError, match="already"):
        surfaces.rename("page", SCREEN)
    with pytest.raises(ValueError, match="no surface"):
        surfaces.remove("nobody")
    surfaces.remove(SCREEN)
    assert list(surfaces.names) == ["page"]


def test_surfaces_that_are_kept_nowhere_are_not_saved(tmp_path: Path) -> None:
    camera_surfaces().save()
    assert not list(tmp_path.iterdir())


def test_a_file_that_holds_no_definitions_is_told(tmp_path: Path) -> None:
    path = tmp_path / "surface_definitions_v01"
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(UndecodableSourceError, match="definitions"):
        camera_surfaces(path=path)
