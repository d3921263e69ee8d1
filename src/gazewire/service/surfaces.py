"""Surfaces in the scene: the seam where they are found, and what of the gaze falls on them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gazewire.model import Matrix3, Notification
from gazewire.optics import Camera, nominal_camera
from gazewire.service.exposure import Exposure
from gazewire.service.pipeline import Pass, Pipeline
from gazewire.service.plugin import NoArgs, Plugin, PluginContext, PluginType
from gazewire.service.surface_gaze import GazeToPlace, SurfaceGazeQueue
from gazewire.service.world import World
from gazewire.surface import SurfaceLocation
from gazewire.wire.ipc import (
    Message,
    WireBinocularGaze3d,
    WireFixation,
    WireGaze2d,
    WireMonocularGaze3d,
    WireSurface,
    surface_topic,
)

__all__ = [
    "SURFACE_TRACKER",
    "NoSurfaces",
    "SurfaceEditor",
    "SurfaceLocator",
    "SurfacePose",
    "SurfaceTracker",
    "inverse",
    "matrix3",
    "surface_tracker_type",
]

_LOG = logging.getLogger(__name__)

SURFACE_TRACKER = "Surface_Tracker_Online"

# Two seconds of gaze and of fixations, should there be no image for so long.
_WAITING = 1000
_SUBJECT = "surface_tracker"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurfacePose:
    """Where a surface is in an image. It is 1 wide and 1 high, its origin bottom left.

    Attributes:
        name: the user's word for it.
        image_from_surface: homography to pixels of the undistorted image.
        distorted_image_from_surface: to pixels of the image as it is.
        camera: that took the image; None: it has no distortion, and nobody knows more.
    """

    name: str
    image_from_surface: Matrix3
    distorted_image_from_surface: Matrix3
    camera: Camera | None = None


class SurfaceLocator(Protocol):
    """Finds the surfaces that are known to it."""

    def locate(self, exposure: Exposure) -> Sequence[SurfacePose]:
        """Find them in an image of the scene; one worker thread calls it."""


@runtime_checkable
class SurfaceEditor(Protocol):
    """A locator whose surfaces can be changed; called on the event loop's thread."""

    @property
    def names(self) -> Sequence[str]:
        """Of the surfaces that are known."""

    def add(self, name: str, size: tuple[float, float]) -> None:
        """Make a surface of the markers in the image that was looked at last, or make it anew.

        Raises:
            ValueError: there were none, or the name or the size makes no sense.
        """

    def remove(self, name: str) -> None:
        """Forget a surface.

        Raises:
            ValueError: there is none of this name.
        """

    def rename(self, old: str, new: str) -> None:
        """Give a surface another name.

        Raises:
            ValueError: there is none of this name, or one of the other.
        """

    def definitions(self) -> Mapping[str, object]:
        """All surfaces, as the map that the Core programs keep in a file."""

    def save(self) -> None:
        """Write them where they are kept, if they are."""


class NoSurfaces:
    """Knows no surface."""

    def locate(self, exposure: Exposure) -> Sequence[SurfacePose]:
        """Find nothing."""
        return ()


class SurfaceTracker(Plugin):
    """Publishes each surface that is seen, with what was looked at on it.

    Gaze is mapped by where the surface was at the gaze's own instant, between the images before and
    after; so it is told with the first image that was taken after it, and where the surface was out
    of sight for less than a quarter of a second, with the first one that shows it again.

    What it names has been published before it, by the same socket, and it repeats times as they
    were told then, to the last bit: readers join the two streams by them.

    Images are looked at only while somebody subscribes to one of the surfaces.

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
        self._editor = locator if isinstance(locator, SurfaceEditor) else None
        self._new: deque[GazeToPlace] = deque(maxlen=_WAITING)
        self._queues: dict[str, SurfaceGazeQueue] = {}
        self._adding: dict[str, tuple[float, float]] = {}
        self._looks = True
        world.watch(self._look)
        pipeline.listeners.append(self._take)

    def cleanup(self) -> None:
        """Look no more."""
        self._world.unwatch(self._look)
        self._pipeline.listeners.remove(self._take)

    def on_notify(self, notification: Notification) -> None:
        """Change surfaces.

        ``surface_tracker.add_surface``: ``name``, and ``real_world_size`` with ``x`` and ``y``. The
        surface is made of the markers in the next image of the scene, instead of one that has the
        name.
        ``surface_tracker.remove_surface``: ``name``.
        ``surface_tracker.surface_name_changed``: ``old_name``, ``new_name``.
        ``surface_tracker.surfaces_changed``: saves all of them; we say it too when they change.
        ``surface_tracker.broadcast_surfaces``: is answered by ``surface_tracker.surfaces`` with all
        definitions.
        What cannot be done is answered by ``surface_tracker.failed`` with its ``reason``.
        """
        subject, _, act = notification.subject.partition(".")
        if subject != _SUBJECT or self._editor is None:
            return
        try:
            self._edit(self._editor, act, notification.fields)
        except (ValueError, OSError) as error:
            self._tell_failure(act, error)

    def _edit(self, editor: SurfaceEditor, act: str, fields: Mapping[str, object]) -> None:
        match act:
            case "add_surface":
                self._adding[_text(fields, "name")] = _size(fields.get("real_world_size"))
            case "remove_surface":
                name = _text(fields, "name")
                editor.remove(name)
                self._queues.pop(name, None)
                self._tell_change(name)
            case "surface_name_changed":
                old, new = _text(fields, "old_name"), _text(fields, "new_name")
                editor.rename(old, new)
                if old in self._queues:
                    self._queues[new] = self._queues.pop(old)
                self._tell_change(new)
            case "surfaces_changed":
                editor.save()
            case "broadcast_surfaces":
                self._notify("surfaces", dict(editor.definitions()))

    def _tell_change(self, name: str) -> None:
        self._notify("surfaces_changed", {"name": name})

    def _tell_failure(self, act: str, error: Exception) -> None:
        _LOG.error("surfaces: %s failed: %s", act, error)
        self._notify("failed", {"act": act, "reason": str(error)})

    def _notify(self, act: str, fields: Mapping[str, object]) -> None:
        self._context.outlet.notify(Notification(subject=f"{_SUBJECT}.{act}", fields=fields))

    def _take(self, done: Pass) -> None:
        gaze, fixations = iter(done.gaze), iter(done.fixations)
        for kind, wire in done.published:
            match kind, wire:
                case "fixations", WireFixation():
                    fixation = next(fixations)
                    # Its place is the mean of all of it, which is best told by where the surface
                    # was in the middle.
                    middle_ns = fixation.start_unix_ns + fixation.duration_ns // 2
                    self._new.append(GazeToPlace(middle_ns, fixation.norm_pos, wire))
                case "gaze", WireGaze2d() | WireMonocularGaze3d() | WireBinocularGaze3d():
                    datum = next(gaze)
                    # Of a headset, whose scene nobody sees, there is none.
                    if datum.norm_pos is not None:
                        self._new.append(GazeToPlace(datum.timestamp_unix_ns, datum.norm_pos, wire))

    def _look(self, exposure: Exposure) -> Callable[[], None]:
        poses = self._locator.locate(exposure) if self._looks else ()
        return lambda: self._tell(exposure, poses)

    def _tell(self, exposure: Exposure, poses: Sequence[SurfacePose]) -> None:
        if self._looks:
            self._add_surfaces()
        self._looks = self._is_wanted()
        self._hand_out(exposure.timestamp_unix_ns, [pose.name for pose in poses])
        for pose in poses:
            queue = self._queues[pose.name]
            gaze, fixations = queue.take(exposure.timestamp_unix_ns, _location(pose, exposure))
            wire = WireSurface(
                topic=surface_topic(pose.name),
                name=pose.name,
                surf_to_img_trans=pose.image_from_surface,
                img_to_surf_trans=inverse(pose.image_from_surface),
                surf_to_dist_img_trans=pose.distorted_image_from_surface,
                dist_img_to_surf_trans=inverse(pose.distorted_image_from_surface),
                gaze_on_surfaces=gaze,
                fixations_on_surfaces=fixations,
                timestamp=self._context.timebase.core_s(exposure.timestamp_unix_ns),
            )
            self._context.outlet.publish(Message.from_struct(wire.topic, wire))

    def _add_surfaces(self) -> None:
        """Make surfaces of what is in the image that has just been looked at."""
        adding, self._adding = self._adding, {}
        for name, size in adding.items():
            assert self._editor is not None, "only an editor is asked to add"
            try:
                self._editor.add(name, size)
            except ValueError as error:
                self._tell_failure("add_surface", error)
            else:
                self._queues.pop(name, None)
                self._tell_change(name)

    def _is_wanted(self) -> bool:
        if self._editor is None or self._adding:
            return True
        wants = self._context.outlet.wants
        return any(wants(surface_topic(name)) for name in self._editor.names)

    def _hand_out(self, until_unix_ns: int, seen: Sequence[str]) -> None:
        """Give what was before an image to all surfaces; what is after it waits for the next."""
        for name in seen:
            self._queues.setdefault(name, SurfaceGazeQueue())
        looks, later = self._new, [look for look in self._new if look.at_unix_ns > until_unix_ns]
        self._new = deque(later, maxlen=_WAITING)
        before = [look for look in looks if look.at_unix_ns <= until_unix_ns]
        for queue in self._queues.values():
            queue.put(before)


def _text(fields: Mapping[str, object], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is a text, not {value!r:.80}")
    return value


def _size(value: object) -> tuple[float, float]:
    if value is None:
        return 1.0, 1.0
    match value:
        case {"x": int() | float() as x, "y": int() | float() as y}:
            return float(x), float(y)
    raise ValueError(f"real_world_size has numbers x and y, and is not {value!r:.80}")


def _location(pose: SurfacePose, exposure: Exposure) -> SurfaceLocation:
    return SurfaceLocation(
        image_from_surface=_facing(np.array(pose.image_from_surface)),
        distorted_image_from_surface=_facing(np.array(pose.distorted_image_from_surface)),
        camera=pose.camera or nominal_camera(exposure.width, exposure.height),
        markers=(),
        error_px=0.0,
    )


def _facing(homography: NDArray[np.float64]) -> NDArray[np.float64]:
    """The homography with that sign by which the middle of the surface is in front."""
    middle = homography[2] @ [0.5, 0.5, 1.0]
    return homography if middle > 0 else -homography


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
