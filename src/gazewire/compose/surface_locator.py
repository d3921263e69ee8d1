"""Finds surfaces by their markers: what a service puts in where it has a scene camera."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from gazewire.compose.synthetic_eye import synthetic_wearer
from gazewire.compose.synthetic_scene import SCREEN
from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.optics import Camera, nominal_camera
from gazewire.service import Exposure, SurfacePose, matrix3
from gazewire.service.sighting import gray_of
from gazewire.sim import scene_camera
from gazewire.surface import (
    Marker,
    MarkerDetector,
    MarkerId,
    Surface,
    pack_definitions,
    unpack_definitions,
)

__all__ = ["MarkerSurfaces", "camera_surfaces", "synthetic_surfaces"]

_MOST_SURFACES = 100


class MarkerSurfaces:
    """Surfaces with markers on them: a `gazewire.service.SurfaceLocator` and `SurfaceEditor`.

    Images are looked at in a worker thread, surfaces are changed in another; what they share is
    exchanged as a whole.

    Args:
        surfaces: that are known from the beginning, of different names.
        camera: tells which camera took an image.
        detector: finds markers.
        path: of the file in which definitions are kept; None where they are not.
    """

    def __init__(
        self,
        surfaces: Sequence[Surface],
        camera: Callable[[Exposure], Camera],
        *,
        detector: MarkerDetector | None = None,
        path: Path | None = None,
    ) -> None:
        self._surfaces: Mapping[str, Surface] = {surface.name: surface for surface in surfaces}
        self._camera = camera
        self._detector = detector or MarkerDetector()
        self._path = path
        self._seen: tuple[Sequence[Marker], Camera] | None = None

    def locate(self, exposure: Exposure) -> Sequence[SurfacePose]:
        """Find the surfaces in an image."""
        camera = self._camera(exposure)
        markers = self._detector.detect(gray_of(exposure.frame()))
        self._seen = markers, camera
        poses = []
        for surface in self._surfaces.values():
            location = surface.locate(markers, camera)
            if location is not None:
                straight, bent = (
                    location.image_from_surface,
                    location.distorted_image_from_surface,
                )
                poses.append(
                    SurfacePose(
                        name=surface.name,
                        image_from_surface=matrix3(straight / straight[2, 2]),
                        distorted_image_from_surface=matrix3(bent / bent[2, 2]),
                        camera=camera,
                    )
                )
        return poses

    @property
    def names(self) -> Sequence[str]:
        """Of the surfaces that are known."""
        return list(self._surfaces)

    def add(self, name: str, size: tuple[float, float]) -> None:
        """Make a surface of the markers in the image that was looked at last, or make it anew.

        Raises:
            ValueError: there were none, or there are too many surfaces.
        """
        if name not in self._surfaces and len(self._surfaces) >= _MOST_SURFACES:
            raise ValueError(f"there are {_MOST_SURFACES} surfaces already")
        markers, camera = self._seen or ((), nominal_camera(1, 1))
        self._surfaces = {**self._surfaces, name: Surface.register(name, [markers], camera, size)}

    def remove(self, name: str) -> None:
        """Forget a surface.

        Raises:
            ValueError: there is none of this name.
        """
        self._known(name)
        self._surfaces = {key: one for key, one in self._surfaces.items() if key != name}

    def rename(self, old: str, new: str) -> None:
        """Give a surface another name.

        Raises:
            ValueError: there is none of this name, or one of the other.
        """
        renamed = self._known(old).renamed(new)
        if new in self._surfaces:
            raise ValueError(f"there is a surface {new!r:.80} already")
        rest = {key: one for key, one in self._surfaces.items() if key != old}
        self._surfaces = {**rest, new: renamed}

    def definitions(self) -> Mapping[str, object]:
        """All surfaces, as the map that the Core programs keep in a file."""
        return msgspec.msgpack.decode(
            pack_definitions(self._surfaces.values()), type=dict[str, object]
        )

    def save(self) -> None:
        """Write definitions to the file, the whole of it or nothing.

        Raises:
            OSError: it cannot be written.
        """
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_name(f"{self._path.name}.new")
        beside.write_bytes(pack_definitions(self._surfaces.values()))
        os.replace(beside, self._path)

    def _known(self, name: str) -> Surface:
        surface = self._surfaces.get(name)
        if surface is None:
            raise ValueError(f"there is no surface {name!r:.80}")
        return surface


def synthetic_surfaces(seed: int, path: Path | None = None) -> MarkerSurfaces:
    """Surfaces for the scene of a synthetic wearer; its monitor is one of them, ``screen``.

    Args:
        seed: who the wearer is.
        path: of a file in which definitions are kept.

    Raises:
        UnreadableSourceError: the file is there and cannot be read.
        UndecodableSourceError: it holds no definitions.
    """
    # The room is flat, and its markers are where they are drawn: clockwise from the top left, each
    # with its outermost corner in a corner of the surface.
    places = synthetic_wearer(seed).scene.markers
    lens = scene_camera("neon")
    pinhole = Camera(lens.width, lens.height, (lens.focal_px, lens.focal_px), lens.middle_px)
    drawn = [
        Marker(MarkerId("tag36h11", number), lens.project(np.asarray(corners, float)), 100.0)
        for number, corners in places.items()
    ]
    screen = Surface.register(SCREEN, [drawn], pinhole)
    return MarkerSurfaces([screen, *_kept(path, SCREEN)], lambda exposure: pinhole, path=path)


def camera_surfaces(
    camera: Callable[[Exposure], Camera] | None = None, path: Path | None = None
) -> MarkerSurfaces:
    """Surfaces for the images of any camera.

    Args:
        camera: tells which camera took an image; by default one without distortion whose focal
            length is what the Core programs assume.
        path: of a file in which definitions are kept.

    Raises:
        UnreadableSourceError: the file is there and cannot be read.
        UndecodableSourceError: it holds no definitions.
    """
    return MarkerSurfaces(_kept(path), camera or _nominal, path=path)


def _nominal(exposure: Exposure) -> Camera:
    return nominal_camera(exposure.width, exposure.height)


def _kept(path: Path | None, *taken: str) -> list[Surface]:
    """Surfaces in a file, if there is one, but not those whose names are taken."""
    if path is None or not path.exists():
        return []
    try:
        surfaces = unpack_definitions(path.read_bytes())
    except OSError as error:
        raise UnreadableSourceError(str(path), str(error)) from error
    except ValueError as error:
        raise UndecodableSourceError(str(path), str(error)) from error
    return [surface for surface in surfaces if surface.name not in taken]
