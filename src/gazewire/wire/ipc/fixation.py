"""Fixations on the bus: topic ``fixations``, in the keys of the program and of its documentation.

The documentation tells of flat keys (``norm_pos_x``, ``start_timestamp``), which the program writes
to tables alone. Both are here; only ``base_data`` has the program's form, pairs of topic and time.
"""

from __future__ import annotations

from typing import Literal, Self

import msgspec
from msgspec import UNSET, UnsetType

from gazewire.model import DispersionFixation, Point2, Vector3
from gazewire.time import TimeBase
from gazewire.wire.ipc.map_codec import decode_struct
from gazewire.wire.ipc.quantity import (
    WireReference,
    double2,
    double3,
    instant,
    reference,
    wire_reference,
)
from gazewire.wire.ipc.topic import FIXATIONS_TOPIC

__all__ = ["WireFixation", "decode_fixation"]

_NS_PER_MS = 1_000_000


class WireFixation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map of a fixation.

    Attributes:
        topic: ``fixations``.
        id: the same while one fixation grows.
        norm_pos: in the scene image, origin bottom left.
        dispersion: degrees.
        method: ``2d gaze`` or ``3d gaze``.
        base_data: which gaze it consists of.
        timestamp: Core seconds of the first gaze.
        duration: milliseconds.
        confidence: 0 to 1.
        gaze_point_3d: millimetres, scene camera frame; unset for ``2d gaze``.
        start_timestamp: `timestamp`, as documented; unset by the incumbent program, as are the
            rest.
        norm_pos_x: as documented.
        norm_pos_y: as documented.
        gaze_point_3d_x: as documented; unset for ``2d gaze``.
        gaze_point_3d_y: the same.
        gaze_point_3d_z: the same.
    """

    topic: str
    id: int
    norm_pos: Point2
    dispersion: float
    method: Literal["2d gaze", "3d gaze"]
    base_data: tuple[WireReference, ...]
    timestamp: float
    duration: float
    confidence: float
    gaze_point_3d: Vector3 | UnsetType = UNSET
    start_timestamp: float | UnsetType = UNSET
    norm_pos_x: float | UnsetType = UNSET
    norm_pos_y: float | UnsetType = UNSET
    gaze_point_3d_x: float | UnsetType = UNSET
    gaze_point_3d_y: float | UnsetType = UNSET
    gaze_point_3d_z: float | UnsetType = UNSET

    @classmethod
    def from_fixation(cls, fixation: DispersionFixation, timebase: TimeBase) -> Self:
        """Make it of our record, with both sets of keys."""
        start_s = timebase.core_s(fixation.start_unix_ns)
        norm_pos = double2(fixation.norm_pos)
        flat = cls(
            topic=FIXATIONS_TOPIC,
            id=fixation.id,
            norm_pos=norm_pos,
            dispersion=float(fixation.dispersion_deg),
            method="2d gaze",
            base_data=tuple(wire_reference(base, timebase) for base in fixation.base),
            timestamp=start_s,
            duration=fixation.duration_ns / _NS_PER_MS,
            confidence=float(fixation.confidence),
            start_timestamp=start_s,
            norm_pos_x=norm_pos[0],
            norm_pos_y=norm_pos[1],
        )
        if fixation.point_mm is None:
            return flat
        point = double3(fixation.point_mm)
        return msgspec.structs.replace(
            flat,
            method="3d gaze",
            gaze_point_3d=point,
            gaze_point_3d_x=point[0],
            gaze_point_3d_y=point[1],
            gaze_point_3d_z=point[2],
        )

    def fixation(self, timebase: TimeBase) -> DispersionFixation:
        """Our record of it. The flat keys are not looked at.

        Raises:
            RemoteProtocolError: a time or the duration is not finite.
        """
        start_unix_ns = instant(self.timestamp, timebase)
        end_unix_ns = instant(self.timestamp + self.duration / 1000, timebase)
        return DispersionFixation(
            id=self.id,
            start_unix_ns=start_unix_ns,
            duration_ns=end_unix_ns - start_unix_ns,
            norm_pos=self.norm_pos,
            dispersion_deg=self.dispersion,
            confidence=self.confidence,
            base=tuple(reference(base, timebase) for base in self.base_data),
            point_mm=None if self.gaze_point_3d is UNSET else self.gaze_point_3d,
        )


_DECODER = msgspec.msgpack.Decoder(WireFixation)


def decode_fixation(payload: bytes | memoryview) -> WireFixation:
    """Read the map of a fixation.

    Raises:
        RemoteProtocolError: a key is missing or of another type.
    """
    return decode_struct(payload, _DECODER)
