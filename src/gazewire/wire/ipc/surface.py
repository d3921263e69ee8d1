"""Surfaces on the bus: topics ``surfaces.<name>``, one message for each surface and scene image.

Readers join gaze to surfaces by topic and time. The gaze must therefore be published before the
surface, and the two times must be the same double, as they are where one time base told both.
"""

from __future__ import annotations

from typing import Self

import msgspec

from gazewire.model import Matrix3, Point2, SurfaceDatum, SurfaceFixation, SurfaceGaze
from gazewire.time import TimeBase
from gazewire.wire.ipc.map_codec import decode_struct
from gazewire.wire.ipc.quantity import (
    WireReference,
    double2,
    double3x3,
    instant,
    reference,
    wire_reference,
)
from gazewire.wire.ipc.topic import surface_topic

__all__ = ["WireSurface", "WireSurfaceFixation", "WireSurfaceGaze", "decode_surface"]

_NS_PER_MS = 1_000_000


class WireSurfaceGaze(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map of one gaze datum on a surface.

    Attributes:
        topic: that of the gaze, followed by ``_on_surface``.
        norm_pos: on the surface, origin bottom left.
        confidence: 0 to 1.
        on_surf: it lies on the surface or its edge.
        base_data: which gaze.
        timestamp: Core seconds of the gaze.
    """

    topic: str
    norm_pos: Point2
    confidence: float
    on_surf: bool
    base_data: WireReference
    timestamp: float

    @classmethod
    def from_gaze(cls, gaze: SurfaceGaze, timebase: TimeBase) -> Self:
        """Make it of our record."""
        base = wire_reference(gaze.base, timebase)
        return cls(
            topic=f"{gaze.base.topic}_on_surface",
            norm_pos=double2(gaze.norm_pos),
            confidence=float(gaze.confidence),
            on_surf=gaze.on_surface,
            base_data=base,
            timestamp=base[1],
        )

    def gaze(self, timebase: TimeBase) -> SurfaceGaze:
        """Our record of it.

        Raises:
            RemoteProtocolError: a time is not finite.
        """
        return SurfaceGaze(
            base=reference(self.base_data, timebase),
            norm_pos=self.norm_pos,
            confidence=self.confidence,
        )


class WireSurfaceFixation(WireSurfaceGaze, frozen=True, kw_only=True, gc=False):
    """The map of one fixation on a surface: that of gaze and more.

    Attributes:
        id: of the fixation.
        duration: milliseconds.
        dispersion: degrees.
    """

    id: int
    duration: float
    dispersion: float

    @classmethod
    def from_fixation(cls, fixation: SurfaceFixation, timebase: TimeBase) -> Self:
        """Make it of our record."""
        base = wire_reference(fixation.base, timebase)
        return cls(
            topic=f"{fixation.base.topic}_on_surface",
            norm_pos=double2(fixation.norm_pos),
            confidence=float(fixation.confidence),
            on_surf=fixation.on_surface,
            base_data=base,
            timestamp=base[1],
            id=fixation.id,
            duration=fixation.duration_ns / _NS_PER_MS,
            dispersion=float(fixation.dispersion_deg),
        )

    def fixation(self, timebase: TimeBase) -> SurfaceFixation:
        """Our record of it.

        Raises:
            RemoteProtocolError: a time or the duration is not finite.
        """
        base = reference(self.base_data, timebase)
        end_unix_ns = instant(self.base_data[1] + self.duration / 1000, timebase)
        return SurfaceFixation(
            base=base,
            norm_pos=self.norm_pos,
            confidence=self.confidence,
            id=self.id,
            duration_ns=end_unix_ns - base.timestamp_unix_ns,
            dispersion_deg=self.dispersion,
        )


class WireSurface(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map of a surface. Homographies act on columns (x, y, 1).

    Attributes:
        topic: ``surfaces.`` and the name.
        name: as the user gave it.
        surf_to_img_trans: from the surface to pixels of the undistorted image.
        img_to_surf_trans: the way back.
        surf_to_dist_img_trans: from the surface to pixels of the image as it is.
        dist_img_to_surf_trans: the way back.
        gaze_on_surfaces: gaze since the image before.
        fixations_on_surfaces: fixations since the image before.
        timestamp: Core seconds of the scene image.
    """

    topic: str
    name: str
    surf_to_img_trans: Matrix3
    img_to_surf_trans: Matrix3
    surf_to_dist_img_trans: Matrix3
    dist_img_to_surf_trans: Matrix3
    gaze_on_surfaces: tuple[WireSurfaceGaze, ...]
    fixations_on_surfaces: tuple[WireSurfaceFixation, ...]
    timestamp: float

    @classmethod
    def from_datum(cls, datum: SurfaceDatum, timebase: TimeBase) -> Self:
        """Make it of our record."""
        return cls(
            topic=surface_topic(datum.name),
            name=datum.name,
            surf_to_img_trans=double3x3(datum.image_from_surface),
            img_to_surf_trans=double3x3(datum.surface_from_image),
            surf_to_dist_img_trans=double3x3(datum.distorted_image_from_surface),
            dist_img_to_surf_trans=double3x3(datum.surface_from_distorted_image),
            gaze_on_surfaces=tuple(
                WireSurfaceGaze.from_gaze(gaze, timebase) for gaze in datum.gaze
            ),
            fixations_on_surfaces=tuple(
                WireSurfaceFixation.from_fixation(fixation, timebase)
                for fixation in datum.fixations
            ),
            timestamp=timebase.core_s(datum.timestamp_unix_ns),
        )

    def datum(self, timebase: TimeBase) -> SurfaceDatum:
        """Our record of it.

        Raises:
            RemoteProtocolError: a time or a duration is not finite.
        """
        return SurfaceDatum(
            name=self.name,
            timestamp_unix_ns=instant(self.timestamp, timebase),
            image_from_surface=self.surf_to_img_trans,
            surface_from_image=self.img_to_surf_trans,
            distorted_image_from_surface=self.surf_to_dist_img_trans,
            surface_from_distorted_image=self.dist_img_to_surf_trans,
            gaze=tuple(gaze.gaze(timebase) for gaze in self.gaze_on_surfaces),
            fixations=tuple(item.fixation(timebase) for item in self.fixations_on_surfaces),
        )


_DECODER = msgspec.msgpack.Decoder(WireSurface)


def decode_surface(payload: bytes | memoryview) -> WireSurface:
    """Read the map of a surface.

    Raises:
        RemoteProtocolError: a key is missing or of another type.
    """
    return decode_struct(payload, _DECODER)
