"""Definitions of surfaces as bytes: the file ``surface_definitions_v01`` of the Core programs.

It is MessagePack. Either program reads what the other has written; the markers of ArUco, which
Core does not know, it passes over.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from gazewire.surface.markers import MarkerId
from gazewire.surface.surface import Surface

__all__ = ["pack_definitions", "unpack_definitions"]

_VERSION = 1

# Core's detector counts the corners of an AprilTag against the clock from the bottom left of the
# tag's official drawing. OpenCV's drawing of it is upside down, and counted clockwise from its top
# left. To swap neighbours is its own inverse.
_APRILTAG_ORDER = (1, 0, 3, 2)


class _Size(msgspec.Struct):
    x: float
    y: float


class _Marker(msgspec.Struct):
    uid: str
    verts_uv: list[list[float]]


class _Definition(msgspec.Struct, kw_only=True):
    """One surface of the file.

    Attributes:
        reg_markers: in coordinates of the undistorted surface.
        registered_markers_dist: the same for the image as it is, for which it is no plane; Core
            draws by it and does not measure.
    """

    version: int = _VERSION
    name: str
    real_world_size: _Size
    reg_markers: list[_Marker]
    registered_markers_dist: list[_Marker] = []
    build_up_status: float = 1.0
    deprecated: bool | None = False


class _File(msgspec.Struct):
    surfaces: list[_Definition]


_DECODER = msgspec.msgpack.Decoder(_File)


def pack_definitions(surfaces: Iterable[Surface]) -> bytes:
    """Write definitions of surfaces."""
    return msgspec.msgpack.encode(_File([_definition(surface) for surface in surfaces]))


def unpack_definitions(data: bytes) -> list[Surface]:
    """Read definitions of surfaces; those without markers, which are not finished, are left out.

    Raises:
        ValueError: these are no definitions, or of another version.
    """
    try:
        definitions = _DECODER.decode(data).surfaces
    except msgspec.DecodeError as error:
        raise ValueError(f"these are no definitions of surfaces: {error}") from error
    surfaces = []
    for definition in definitions:
        if definition.version != _VERSION:
            raise ValueError(
                f"surface {definition.name!r:.80} is defined in version {definition.version}, "
                f"and not {_VERSION}"
            )
        if definition.reg_markers:
            surfaces.append(_surface(definition))
    return surfaces


def _definition(surface: Surface) -> _Definition:
    markers = []
    for id, corners in surface.corners.items():
        markers.append(_Marker(id.uid, _reordered(id, corners.tolist())))
    width, height = surface.size
    return _Definition(
        name=surface.name,
        real_world_size=_Size(width, height),
        reg_markers=markers,
        registered_markers_dist=markers,
        build_up_status=surface.build_up,
    )


def _surface(definition: _Definition) -> Surface:
    corners = {}
    for marker in definition.reg_markers:
        id = MarkerId.parse(marker.uid)
        if len(marker.verts_uv) != 4:
            raise ValueError(f"marker {marker.uid!r:.80} has {len(marker.verts_uv)} corners, not 4")
        corners[id] = np.array(_reordered(id, marker.verts_uv))
    size = definition.real_world_size
    return Surface(definition.name, corners, (size.x, size.y), build_up=definition.build_up_status)


def _reordered(id: MarkerId, corners: list[list[float]]) -> list[list[float]]:
    if not id.family.startswith("tag"):
        return corners
    return [corners[number] for number in _APRILTAG_ORDER]
