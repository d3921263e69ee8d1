"""A plane that is known by the markers on it: registered once, located in every image.

::

    surface = Surface.register("page", [detector.detect(gray)], camera)
    location = surface.locate(detector.detect(next_gray), camera)
    if location is not None:
        on_page = location.place(gaze_px)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gazewire.optics import Camera
from gazewire.surface.homography import fit_homography, map_points
from gazewire.surface.markers import Marker, MarkerId

__all__ = ["Surface", "SurfaceLocation"]

_Floats = NDArray[np.float64]

_UNIT_SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])

# A marker is where it should be if its corners are, on the average, so near, or within so much of
# its side: paper is not flat, and lenses are not known to the last.
_TOLERANCE_PX = 1.5
_TOLERANCE_OF_SIDE = 0.04
# How often markers and images are fitted to each other in turns: what images of 50 markers need.
_REGISTRATION_ROUNDS = 10


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceLocation:
    """Where a surface is in an image.

    The surface is 1 wide and 1 high, and its origin is bottom left. Homographies act on columns
    (x, y, 1); what they map to is in front of the camera where the last element is positive.

    Attributes:
        image_from_surface: (3, 3) to pixels of the undistorted image.
        distorted_image_from_surface: (3, 3) to pixels of the image as it is, as well as a
            homography can say it where the markers are.
        camera: that took the image.
        markers: by which it was found.
        error_px: root of the mean squared distance between their corners and where the homography
            puts them.
    """

    image_from_surface: _Floats
    distorted_image_from_surface: _Floats
    camera: Camera
    markers: tuple[MarkerId, ...]
    error_px: float

    def place(self, points_px: ArrayLike) -> _Floats:
        """Where pixels lie on the surface.

        Args:
            points_px: (N, 2) in the image as it is.

        Returns:
            (N, 2), outside of 0 to 1 beside the surface; NaN beyond its horizon.
        """
        ideal = self.camera.undistort(points_px)
        # A place of depth d comes back with 1 / d: what is in front of the camera stays there.
        back = np.asarray(np.linalg.inv(self.image_from_surface), np.float64)
        return map_points(back, ideal)

    def pixels(self, places: ArrayLike) -> _Floats:
        """Where (N, 2) places on the surface are seen in the image as it is; NaN behind the camera.

        What is far outside the image is where the lens would have its edge.
        """
        points = np.asarray(places, np.float64)
        ideal = map_points(self.image_from_surface, points)
        return self.camera.distort(ideal)


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A plane with markers.

    Attributes:
        name: the user's word for it; may hold spaces.
        corners: of each marker, (4, 2) on the surface, whose width and height are 1 and whose
            origin is bottom left; in the order of `Marker.corners_px`.
        size: width and height in a unit of the user's, which sets the shape of heat maps.
        build_up: how well it is known, as the Core programs have it: 1 or more is known.

    Raises:
        ValueError: there is no marker, or corners are not (4, 2), or the size is not positive.
    """

    name: str
    corners: Mapping[MarkerId, _Floats]
    size: tuple[float, float] = (1.0, 1.0)
    build_up: float = field(default=1.0, kw_only=True)

    def __post_init__(self) -> None:
        if not self.corners:
            raise ValueError(f"surface {self.name!r:.80} has no markers")
        for id, corners in self.corners.items():
            if np.shape(corners) != (4, 2) or not np.isfinite(corners).all():
                raise ValueError(f"corners of marker {id.uid} are (4, 2), not {np.shape(corners)}")
        if not min(self.size) > 0 or not np.isfinite(self.size).all():
            raise ValueError(f"the size of a surface is positive, not {self.size}")
        frozen = {id: np.array(corners, float) for id, corners in self.corners.items()}
        for corners in frozen.values():
            corners.flags.writeable = False
        object.__setattr__(self, "corners", MappingProxyType(frozen))

    @classmethod
    def register(
        cls,
        name: str,
        images: Sequence[Sequence[Marker]],
        camera: Camera,
        size: tuple[float, float] = (1.0, 1.0),
    ) -> Surface:
        """Make a surface of the markers that are seen in one or several images.

        Its corners are those of the largest quadrilateral between corners of markers, its top left
        corner is the one that is top left in the image with the most markers.

        Args:
            name: the user's word for it.
            images: markers of each image; images that share no marker with the others do not count.
            camera: that took all of them.
            size: width and height, in any unit.

        Raises:
            ValueError: there is no marker in any image.
        """
        seen = [_ideal(markers, camera) for markers in images if markers]
        if not seen:
            raise ValueError(f"no image shows a marker for surface {name!r:.80}")
        plane = _joined(seen)
        points = np.concatenate(list(plane.values()))
        to_surface = fit_homography(_outline(points), _UNIT_SQUARE)
        if to_surface is None:
            raise ValueError(f"markers of surface {name!r:.80} are seen from the side")
        corners = {id: map_points(to_surface, quad) for id, quad in plane.items()}
        return cls(name, corners, size)

    def locate(self, markers: Iterable[Marker], camera: Camera) -> SurfaceLocation | None:
        """Find the surface in an image.

        One marker is enough. Of three and more those that are not where they should be, by the word
        of most others, are left out.

        Args:
            markers: of the image, of this surface and of others.
            camera: that took it.

        Returns:
            Its location; None where no marker is seen, or they contradict each other.
        """
        seen = {marker.id: marker for marker in markers if marker.id in self.corners}
        if not seen:
            return None
        ideal = _ideal(list(seen.values()), camera)
        agreeing = self._agreeing(ideal)
        if agreeing is None:
            return None
        straight = self._fitted(agreeing, ideal)
        source = np.concatenate([self.corners[id] for id in agreeing])
        bent = fit_homography(source, np.concatenate([seen[id].corners_px for id in agreeing]))
        if straight is None or bent is None:
            return None
        error_px = [_error_px(straight, self.corners[id], ideal[id]) for id in agreeing]
        return SurfaceLocation(
            straight,
            bent,
            camera,
            tuple(agreeing),
            float(np.sqrt(np.mean(np.square(error_px)))),
        )

    def _agreeing(self, ideal: Mapping[MarkerId, _Floats]) -> list[MarkerId] | None:
        """The markers that are seen where one plane has them; None if that cannot be told."""
        every = list(ideal)
        if self._inliers(every, ideal) == every:
            return every
        # The choice of which to believe is small: all pairs are tried, and nothing is drawn by lot.
        best = max(
            (self._inliers(pair, ideal) for pair in combinations(every, 2)), key=len, default=[]
        )
        # A pair agrees with itself; a third one makes it a majority.
        if len(best) < 3 or 2 * len(best) <= len(every):
            return None
        return best

    def _inliers(
        self, believed: Sequence[MarkerId], ideal: Mapping[MarkerId, _Floats]
    ) -> list[MarkerId]:
        homography = self._fitted(believed, ideal)
        if homography is None:
            return []
        return [
            id
            for id, quad in ideal.items()
            if _error_px(homography, self.corners[id], quad)
            <= max(_TOLERANCE_PX, _TOLERANCE_OF_SIDE * _side_px(quad))
        ]

    def _fitted(
        self, believed: Sequence[MarkerId], ideal: Mapping[MarkerId, _Floats]
    ) -> _Floats | None:
        source = np.concatenate([self.corners[id] for id in believed])
        return fit_homography(source, np.concatenate([ideal[id] for id in believed]))

    def renamed(self, name: str) -> Surface:
        """The same plane by another name."""
        return replace(self, name=name)

    def resized(self, size: tuple[float, float]) -> Surface:
        """The same plane, of another width and height in the user's unit."""
        return replace(self, size=size)

    def with_corner_at(self, corner: int, place: tuple[float, float]) -> Surface:
        """Move one corner of the surface, the others staying where they are.

        Args:
            corner: 0 to 3, of bottom left, bottom right, top right, top left.
            place: where it is to be, in the coordinates that the surface has now.

        Raises:
            ValueError: there is no such corner, or the four would be no convex quadrilateral.
        """
        if corner not in range(4):
            raise ValueError(f"a surface has corners 0 to 3, not {corner}")
        moved = _UNIT_SQUARE.copy()
        moved[corner] = place
        edge = np.roll(moved, -1, axis=0) - moved
        following = np.roll(edge, -1, axis=0)
        turns = edge[:, 0] * following[:, 1] - edge[:, 1] * following[:, 0]
        change = fit_homography(moved, _UNIT_SQUARE) if (turns > 1e-6).all() else None
        if change is None:
            raise ValueError(f"with corner {corner} at {place} the surface would not be convex")
        corners = {id: map_points(change, quad) for id, quad in self.corners.items()}
        return replace(self, corners=corners)

    def with_marker(self, marker: Marker, location: SurfaceLocation) -> Surface:
        """Add a marker that is seen beside those that are known, or put a known one elsewhere.

        Args:
            marker: seen in an image.
            location: of the surface in the same image.

        Raises:
            ValueError: the marker lies beyond the surface's horizon.
        """
        places = location.place(marker.corners_px)
        return replace(self, corners={**self.corners, marker.id: places})

    def without_marker(self, id: MarkerId) -> Surface:
        """Take a marker away.

        Raises:
            KeyError: the surface does not have it.
            ValueError: it is the last one.
        """
        if id not in self.corners:
            raise KeyError(id)
        rest = {other: quad for other, quad in self.corners.items() if other != id}
        return replace(self, corners=rest)


def _ideal(markers: Sequence[Marker], camera: Camera) -> dict[MarkerId, _Floats]:
    """Corners as a camera without distortion would see them."""
    corners = np.concatenate([marker.corners_px for marker in markers])
    straight = camera.undistort(corners).reshape(-1, 4, 2)
    return {marker.id: quad for marker, quad in zip(markers, straight, strict=True)}


def _joined(images: Sequence[Mapping[MarkerId, _Floats]]) -> dict[MarkerId, _Floats]:
    """Corners of all markers in the plane of the image that shows most.

    Markers and images are fitted in turns: each image to what is known of its markers, then each
    marker to what the images say of it, which for errors that are alike in all images goes to the
    least squares of both (a bundle adjustment by alternation).
    """
    first = max(images, key=lambda image: (len(image), sum(map(_side_px, image.values()))))
    plane = dict(first)
    others = [image for image in images if image is not first]
    for _ in range(_REGISTRATION_ROUNDS if others else 0):
        told: dict[MarkerId, list[_Floats]] = {id: [quad] for id, quad in first.items()}
        for image in others:
            shared = [id for id in image if id in plane]
            if not shared:
                continue
            back = fit_homography(
                np.concatenate([image[id] for id in shared]),
                np.concatenate([plane[id] for id in shared]),
            )
            if back is None:
                continue
            for id, quad in image.items():
                placed = map_points(back, quad)
                if np.isfinite(placed).all():
                    told.setdefault(id, []).append(placed)
        plane = {id: np.mean(quads, axis=0) for id, quads in told.items()}
    return plane


def _outline(points: _Floats) -> _Floats:
    """The largest quadrilateral between points of an image: (4, 2), as `_UNIT_SQUARE` has them."""
    hull = _convex_hull(points)
    quads = hull[np.array(list(combinations(range(len(hull)), 4)))]
    diagonal, other = quads[:, 2] - quads[:, 0], quads[:, 3] - quads[:, 1]
    areas = diagonal[:, 0] * other[:, 1] - diagonal[:, 1] * other[:, 0]
    quad = quads[int(np.abs(areas).argmax())]
    # The hull goes clockwise as seen. The one that is top left comes last.
    top_left = int((quad - quad.mean(axis=0)).sum(axis=1).argmin())
    clockwise = np.roll(quad, -top_left, axis=0)
    outline: _Floats = clockwise[[3, 2, 1, 0]]
    return outline


def _convex_hull(points: _Floats) -> _Floats:
    """Corners of the hull of (N, 2) points, clockwise as seen (Andrew 1979)."""
    ordered = sorted(map(tuple, points.tolist()))
    chains: list[list[tuple[float, ...]]] = []
    for run in (ordered, ordered[::-1]):
        chain: list[tuple[float, ...]] = []
        for point in run:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        chains.append(chain[:-1])
    return np.array(chains[0] + chains[1])


def _turn(first: tuple[float, ...], middle: tuple[float, ...], last: tuple[float, ...]) -> float:
    return (middle[0] - first[0]) * (last[1] - first[1]) - (middle[1] - first[1]) * (
        last[0] - first[0]
    )


def _error_px(homography: _Floats, places: _Floats, quad: _Floats) -> float:
    distances = np.linalg.norm(map_points(homography, places) - quad, axis=1)
    # A corner beyond the horizon is nowhere near.
    return float(np.sqrt(np.mean(np.square(np.nan_to_num(distances, nan=1e9)))))


def _side_px(quad: _Floats) -> float:
    return float(np.linalg.norm(quad - np.roll(quad, 1, axis=0), axis=1).mean())
