"""Gaze on the bus: topics ``gaze.<2d or 3d>.<0, 1 or 01>.``, three maps for six topics.

wire = wire_gaze(gaze, timebase)
message = Message.from_struct(wire.topic, wire)
gaze = decode_gaze(message).gaze(timebase)
"""

from __future__ import annotations

from typing import Literal, Self

import msgspec
from msgspec import UNSET, UnsetType

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import GazeRay, MappedGaze, Point2, Vector3
from gazewire.time import TimeBase
from gazewire.wire.ipc.map_codec import decode_struct
from gazewire.wire.ipc.message import Message
from gazewire.wire.ipc.pupil import WirePupil2d, WirePupil3d
from gazewire.wire.ipc.quantity import double2, double3, instant
from gazewire.wire.ipc.topic import GazeTopic

__all__ = [
    "EyePair",
    "WireBinocularGaze3d",
    "WireGaze",
    "WireGaze2d",
    "WireMonocularGaze3d",
    "decode_gaze",
    "wire_gaze",
]


class EyePair(msgspec.Struct, frozen=True, gc=False, rename={"right": "0", "left": "1"}):
    """A vector for each eye. On the wire the keys are the texts ``"0"`` and ``"1"``."""

    right: Vector3
    left: Vector3


class WireGaze2d(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map of 2-D gaze.

    Attributes:
        topic: with its trailing dot.
        norm_pos: in the scene image, origin bottom left.
        confidence: 0 to 1.
        timestamp: Core seconds.
        base_data: whole maps of one 2-D pupil or two, that of the right eye first.
    """

    topic: str
    norm_pos: Point2
    confidence: float
    timestamp: float
    base_data: tuple[WirePupil2d, ...]

    @classmethod
    def from_gaze(cls, gaze: MappedGaze, timebase: TimeBase) -> Self:
        """Make it of our record.

        Raises:
            LocalProtocolError: the record has no `norm_pos`, or pupils that are not 2-D.
        """
        if gaze.norm_pos is None:
            raise LocalProtocolError("2-D gaze is a point in the scene image")
        return cls(
            topic=str(GazeTopic("2d", _eyes(gaze))),
            norm_pos=double2(gaze.norm_pos),
            confidence=float(gaze.confidence),
            timestamp=timebase.core_s(gaze.timestamp_unix_ns),
            base_data=tuple(WirePupil2d.from_datum(pupil, timebase) for pupil in gaze.base),
        )

    def gaze(self, timebase: TimeBase) -> MappedGaze:
        """Our record of it.

        Raises:
            RemoteProtocolError: a time is not finite, or a pupil cannot be.
        """
        return MappedGaze(
            timestamp_unix_ns=instant(self.timestamp, timebase),
            confidence=self.confidence,
            base=tuple(pupil.datum(timebase) for pupil in self.base_data),
            norm_pos=self.norm_pos,
        )


class WireMonocularGaze3d(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map of 3-D gaze from one eye. Millimetres, scene camera frame or that of a headset.

    Attributes:
        eye_center_3d: centre of the eyeball.
        gaze_normal_3d: unit vector.
        gaze_point_3d: point looked at.
        norm_pos: in the scene image, origin bottom left; unset where its camera is not known.
        topic: with its trailing dot.
        confidence: 0 to 1.
        timestamp: Core seconds.
        base_data: whole map of one 3-D pupil.
    """

    eye_center_3d: Vector3
    gaze_normal_3d: Vector3
    gaze_point_3d: Vector3
    norm_pos: Point2 | UnsetType = UNSET
    topic: str
    confidence: float
    timestamp: float
    base_data: tuple[WirePupil3d, ...]

    @classmethod
    def from_gaze(cls, gaze: MappedGaze, timebase: TimeBase) -> Self:
        """Make it of our record.

        Raises:
            LocalProtocolError: the record does not have one ray and a point, or its pupil is not
                3-D.
        """
        if len(gaze.rays) != 1 or gaze.point_mm is None:
            raise LocalProtocolError("3-D gaze of one eye has one ray and a point")
        return cls(
            eye_center_3d=double3(gaze.rays[0].center_mm),
            gaze_normal_3d=double3(gaze.rays[0].normal),
            gaze_point_3d=double3(gaze.point_mm),
            norm_pos=UNSET if gaze.norm_pos is None else double2(gaze.norm_pos),
            topic=str(GazeTopic("3d", _eyes(gaze))),
            confidence=float(gaze.confidence),
            timestamp=timebase.core_s(gaze.timestamp_unix_ns),
            base_data=tuple(WirePupil3d.from_datum(pupil, timebase) for pupil in gaze.base),
        )

    def gaze(self, timebase: TimeBase) -> MappedGaze:
        """Our record of it.

        Raises:
            RemoteProtocolError: the topic is of another kind of gaze, a time is not finite, or a
                pupil cannot be.
        """
        topic = GazeTopic.parse(self.topic)
        if topic.eyes == "01":
            raise RemoteProtocolError(f"gaze from one eye under {self.topic!r}")
        ray = GazeRay(
            eye_id=0 if topic.eyes == "0" else 1,
            center_mm=self.eye_center_3d,
            normal=self.gaze_normal_3d,
        )
        return MappedGaze(
            timestamp_unix_ns=instant(self.timestamp, timebase),
            confidence=self.confidence,
            base=tuple(pupil.datum(timebase) for pupil in self.base_data),
            norm_pos=None if self.norm_pos is UNSET else self.norm_pos,
            rays=(ray,),
            point_mm=self.gaze_point_3d,
        )


class WireBinocularGaze3d(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map of 3-D gaze from both eyes. Millimetres, scene camera frame or that of a headset.

    Attributes:
        eye_centers_3d: centres of the eyeballs.
        gaze_normals_3d: unit vectors.
        gaze_point_3d: point looked at.
        norm_pos: in the scene image, origin bottom left; unset where its camera is not known.
        topic: ``gaze.3d.01.``.
        confidence: 0 to 1.
        timestamp: Core seconds.
        base_data: whole maps of two 3-D pupils, that of the right eye first.
    """

    eye_centers_3d: EyePair
    gaze_normals_3d: EyePair
    gaze_point_3d: Vector3
    norm_pos: Point2 | UnsetType = UNSET
    topic: str
    confidence: float
    timestamp: float
    base_data: tuple[WirePupil3d, ...]

    @classmethod
    def from_gaze(cls, gaze: MappedGaze, timebase: TimeBase) -> Self:
        """Make it of our record.

        Raises:
            LocalProtocolError: the record does not have two rays, the right eye's first, and a
                point, or its pupils are not 3-D.
        """
        if [ray.eye_id for ray in gaze.rays] != [0, 1] or gaze.point_mm is None:
            raise LocalProtocolError("3-D gaze of both eyes has the rays of 0 and 1 and a point")
        right, left = gaze.rays
        return cls(
            eye_centers_3d=EyePair(double3(right.center_mm), double3(left.center_mm)),
            gaze_normals_3d=EyePair(double3(right.normal), double3(left.normal)),
            gaze_point_3d=double3(gaze.point_mm),
            norm_pos=UNSET if gaze.norm_pos is None else double2(gaze.norm_pos),
            topic=str(GazeTopic("3d", _eyes(gaze))),
            confidence=float(gaze.confidence),
            timestamp=timebase.core_s(gaze.timestamp_unix_ns),
            base_data=tuple(WirePupil3d.from_datum(pupil, timebase) for pupil in gaze.base),
        )

    def gaze(self, timebase: TimeBase) -> MappedGaze:
        """Our record of it.

        Raises:
            RemoteProtocolError: a time is not finite, or a pupil cannot be.
        """
        centers, normals = self.eye_centers_3d, self.gaze_normals_3d
        return MappedGaze(
            timestamp_unix_ns=instant(self.timestamp, timebase),
            confidence=self.confidence,
            base=tuple(pupil.datum(timebase) for pupil in self.base_data),
            norm_pos=None if self.norm_pos is UNSET else self.norm_pos,
            rays=(
                GazeRay(eye_id=0, center_mm=centers.right, normal=normals.right),
                GazeRay(eye_id=1, center_mm=centers.left, normal=normals.left),
            ),
            point_mm=self.gaze_point_3d,
        )


WireGaze = WireGaze2d | WireMonocularGaze3d | WireBinocularGaze3d
"""The map of gaze of any kind."""

_DECODER_2D = msgspec.msgpack.Decoder(WireGaze2d)
_DECODER_MONOCULAR_3D = msgspec.msgpack.Decoder(WireMonocularGaze3d)
_DECODER_BINOCULAR_3D = msgspec.msgpack.Decoder(WireBinocularGaze3d)


def wire_gaze(gaze: MappedGaze, timebase: TimeBase) -> WireGaze:
    """Make the map of a gaze datum; the topic under which to publish it is in it.

    Raises:
        LocalProtocolError: the record lacks something, or its rays and pupils are not of the same
            eyes in order.
    """
    if gaze.rays and [ray.eye_id for ray in gaze.rays] != [pupil.eye_id for pupil in gaze.base]:
        raise LocalProtocolError("a ray for each pupil, in the same order")
    if not gaze.rays:
        return WireGaze2d.from_gaze(gaze, timebase)
    if len(gaze.rays) == 1:
        return WireMonocularGaze3d.from_gaze(gaze, timebase)
    return WireBinocularGaze3d.from_gaze(gaze, timebase)


def decode_gaze(message: Message) -> WireGaze:
    """Read the map of gaze, of the kind that its topic says.

    Raises:
        RemoteProtocolError: the topic is not one of gaze, or a key is missing or of another type.
    """
    topic = GazeTopic.parse(message.topic)
    if topic.dimension == "2d":
        return decode_struct(message.payload, _DECODER_2D)
    if topic.eyes == "01":
        return decode_struct(message.payload, _DECODER_BINOCULAR_3D)
    return decode_struct(message.payload, _DECODER_MONOCULAR_3D)


def _eyes(gaze: MappedGaze) -> Literal["0", "1", "01"]:
    match [pupil.eye_id for pupil in gaze.base]:
        case [0]:
            return "0"
        case [1]:
            return "1"
        case [0, 1]:
            return "01"
    raise LocalProtocolError("gaze comes from the pupil of eye 0, of 1, or of both in this order")
