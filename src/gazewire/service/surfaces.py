"""Surfaces in the scene: the seam where they are found, and what of the gaze falls on them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from msgspec import UnsetType
from numpy.typing import NDArray

from gazewire.model import Matrix3, Point2
from gazewire.service.exposure import Exposure
from gazewire.service.pipeline import Pass, Pipeline
from gazewire.service.plugin import NoArgs, Plugin, PluginContext, PluginType
from gazewire.service.world import World
from gazewire.wire.ipc import (
    Message,
    WireBlink,
    WireFixation,
    WireGaze,
    WireSurface,
    WireSurfaceFixation,
    WireSurfaceGaze,
    surface_topic,
)

__all__ = [
    "SURFACE_TRACKER",
    "NoSurfaces",
    "SurfaceLocator",
    "SurfacePose",
    "SurfaceTracker",
    "inverse",
    "matrix3",
    "place_on",
    "surface_tracker_type",
]

SURFACE_TRACKER = "Surface_Tracker_Online"

# Two seconds of gaze and of fixations, should there be no image for so long.
_WAITING = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfacePose:
    """Where a surface is in an image. It is 1 wide and 1 high, its origin bottom left.

    Attributes:
        name: the user's word for it.
        image_from_surface: homography to pixels of the undistorted image.
        distorted_image_from_surface: to pixels of the image as it is.
    """

    name: str
    image_from_surface: Matrix3
    distorted_image_from_surface: Matrix3


class SurfaceLocator(Protocol):
    """Finds the surfaces that are known to it."""

    def locate(self, exposure: Exposure) -> Sequence[SurfacePose]:
        """Find them in an image of the scene; one worker thread calls it."""


class NoSurfaces:
    """Knows no surface."""

    def locate(self, exposure: Exposure) -> Sequence[SurfacePose]:
        """Find nothing."""
        return ()


class SurfaceTracker(Plugin):
    """Publishes each surface that is seen, with the gaze and the fixations since the image before.

    What it names has been published before it, by the same socket, and it repeats times as they
    were told then, to the last bit: readers join the two streams by them.

    Args:
        context: of the service.
        world: whose images are looked at.
        pipeline: whose gaze is mapped.
        locator: finds surfaces.
    """

    def __init__(
        self, context: PluginContext, world: World, pipeline: Pipeline, locator: SurfaceLocator
    ) -> None:
        self._context = context
        self._world = world
        self._pipeline = pipeline
        self._locator = locator
        self._gaze: deque[WireGaze] = deque(maxlen=_WAITING)
        self._fixations: deque[WireFixation] = deque(maxlen=_WAITING)
        world.watch(self._look)
        pipeline.listeners.append(self._take)

    def cleanup(self) -> None:
        """Look no more."""
        self._world.unwatch(self._look)
        self._pipeline.listeners.remove(self._take)

    def _take(self, done: Pass) -> None:
        for _, wire in done.published:
            match wire:
                case WireFixation():
                    self._fixations.append(wire)
                case WireBlink():
                    pass
                case _:
                    self._gaze.append(wire)

    def _look(self, exposure: Exposure) -> Callable[[], None]:
        poses = self._locator.locate(exposure)
        return lambda: self._tell(exposure, poses)

    def _tell(self, exposure: Exposure, poses: Sequence[SurfacePose]) -> None:
        for pose in poses:
            wire = self._on(pose, exposure)
            self._context.outlet.publish(Message.from_struct(wire.topic, wire))
        self._gaze.clear()
        self._fixations.clear()

    def _on(self, pose: SurfacePose, exposure: Exposure) -> WireSurface:
        surface_from_distorted = inverse(pose.distorted_image_from_surface)
        size = exposure.width, exposure.height
        return WireSurface(
            topic=surface_topic(pose.name),
            name=pose.name,
            surf_to_img_trans=pose.image_from_surface,
            img_to_surf_trans=inverse(pose.image_from_surface),
            surf_to_dist_img_trans=pose.distorted_image_from_surface,
            dist_img_to_surf_trans=surface_from_distorted,
            gaze_on_surfaces=tuple(
                _gaze_on(gaze, place_on(surface_from_distorted, gaze.norm_pos, size))
                for gaze in self._gaze
                if not isinstance(gaze.norm_pos, UnsetType)
            ),
            fixations_on_surfaces=tuple(
                _fixation_on(fixation, place_on(surface_from_distorted, fixation.norm_pos, size))
                for fixation in self._fixations
            ),
            timestamp=self._context.timebase.core_s(exposure.timestamp_unix_ns),
        )


def _gaze_on(gaze: WireGaze, norm_pos: Point2) -> WireSurfaceGaze:
    return WireSurfaceGaze(
        topic=f"{gaze.topic}_on_surface",
        norm_pos=norm_pos,
        confidence=gaze.confidence,
        on_surf=_is_on(norm_pos),
        base_data=(gaze.topic, gaze.timestamp),
        timestamp=gaze.timestamp,
    )


def _fixation_on(fixation: WireFixation, norm_pos: Point2) -> WireSurfaceFixation:
    return WireSurfaceFixation(
        topic=f"{fixation.topic}_on_surface",
        norm_pos=norm_pos,
        confidence=fixation.confidence,
        on_surf=_is_on(norm_pos),
        base_data=(fixation.topic, fixation.timestamp),
        timestamp=fixation.timestamp,
        id=fixation.id,
        duration=fixation.duration,
        dispersion=fixation.dispersion,
    )


def _is_on(norm_pos: Point2) -> bool:
    x, y = norm_pos
    return 0 <= x <= 1 and 0 <= y <= 1


def place_on(surface_from_image: Matrix3, norm_pos: Point2, size: tuple[int, int]) -> Point2:
    """Tell where a point of an image lies on a surface.

    Args:
        surface_from_image: homography from pixels.
        norm_pos: in the image, origin bottom left.
        size: width and height of the image.
    """
    (x_norm, y_norm), (width, height) = norm_pos, size
    pixel = np.array([x_norm * width, (1.0 - y_norm) * height, 1.0])
    x, y, scale = (np.array(surface_from_image) @ pixel).tolist()
    # On the horizon of the surface's plane a point has no place: it is told as far away.
    return (x / scale, y / scale) if scale else (float("inf"), float("inf"))


def inverse(homography: Matrix3) -> Matrix3:
    """The way back; its last element is 1."""
    inverted = np.linalg.inv(np.array(homography))
    return matrix3(inverted / inverted[2, 2])


def matrix3(rows: NDArray[np.float64]) -> Matrix3:
    """Three rows of three doubles."""
    (a, b, c), (d, e, f), (g, h, i) = rows.tolist()
    return (a, b, c), (d, e, f), (g, h, i)


def surface_tracker_type(
    world: World, pipeline: Pipeline, locator: SurfaceLocator
) -> PluginType[NoArgs]:
    """Make the type of the tracker.

    Args:
        world: whose images are looked at.
        pipeline: whose gaze is mapped.
        locator: finds surfaces.
    """
    return PluginType(
        SURFACE_TRACKER,
        NoArgs,
        lambda context, args: SurfaceTracker(context, world, pipeline, locator),
    )
