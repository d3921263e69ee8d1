"""A pupil on the bus: topics ``pupil.<eye>.2d`` and ``pupil.<eye>.3d``, a map for each kind.

    wire = wire_pupil(datum, timebase)
    message = Message.from_struct(wire.topic, wire)
    datum = decode_pupil(message).datum(timebase)

The order of the fields is that in which the program writes them, although no reader may rely on it.
"""

from __future__ import annotations

from typing import Self

import msgspec
from msgspec import UNSET, UnsetType

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import (
    Circle3d,
    Ellipse,
    EyeId,
    EyeModel,
    Point2,
    PupilDatum,
    Sphere,
    Vector3,
)
from gazewire.time import TimeBase
from gazewire.wire.ipc.map_codec import decode_struct
from gazewire.wire.ipc.message import Message
from gazewire.wire.ipc.quantity import double2, double3, instant
from gazewire.wire.ipc.topic import PupilTopic

__all__ = [
    "WireCircle3d",
    "WireEllipse",
    "WireEllipse2d",
    "WirePupil",
    "WirePupil2d",
    "WirePupil3d",
    "WireSphere",
    "decode_pupil",
    "wire_pupil",
]


class WireEllipse(msgspec.Struct, frozen=True, gc=False):
    """Image pixels with the origin top left, full axes, degrees."""

    center: Point2
    axes: Point2
    angle: float

    @classmethod
    def from_ellipse(cls, ellipse: Ellipse) -> Self:
        """Make it of our record."""
        return cls(
            center=double2(ellipse.center_px),
            axes=double2(ellipse.axes_px),
            angle=float(ellipse.angle_deg),
        )

    def ellipse(self) -> Ellipse:
        """Our record of it."""
        return Ellipse(center_px=self.center, axes_px=self.axes, angle_deg=self.angle)


class WireEllipse2d(WireEllipse, frozen=True, gc=False, kw_only=True):
    """The same in the order of the 2-D detector: axes, angle, center."""

    # Declared anew and by keyword, a field comes last.
    center: Point2


class WireSphere(msgspec.Struct, frozen=True, gc=False):
    """Millimetres, eye camera frame."""

    center: Vector3
    radius: float


class WireCircle3d(msgspec.Struct, frozen=True, gc=False):
    """Millimetres, eye camera frame."""

    center: Vector3
    normal: Vector3
    radius: float


class WirePupil2d(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map of a pupil that a 2-D detector found.

    Attributes:
        id: 0 right eye, 1 left eye.
        topic: ``pupil.<eye>.<detector>``.
        method: name and version of the detector.
        norm_pos: origin bottom left.
        diameter: pixels.
        confidence: 0 to 1.
        timestamp: Core seconds.
        ellipse: outline of the pupil.
    """

    id: EyeId
    topic: str
    method: str
    norm_pos: Point2
    diameter: float
    confidence: float
    timestamp: float
    ellipse: WireEllipse2d

    @classmethod
    def from_datum(cls, datum: PupilDatum, timebase: TimeBase) -> Self:
        """Make it of our record, its instant told in Core seconds.

        Raises:
            LocalProtocolError: the record has a model of the eye.
        """
        if datum.model is not None:
            raise LocalProtocolError("the pupil of a 2-D detector has no model of the eye")
        return cls(
            id=datum.eye_id,
            topic=str(PupilTopic(datum.eye_id, datum.detector)),
            method=datum.method,
            norm_pos=double2(datum.norm_pos),
            diameter=float(datum.diameter_px),
            confidence=float(datum.confidence),
            timestamp=timebase.core_s(datum.timestamp_unix_ns),
            ellipse=WireEllipse2d.from_ellipse(datum.ellipse),
        )

    def datum(self, timebase: TimeBase) -> PupilDatum:
        """Our record of it.

        Raises:
            RemoteProtocolError: the topic is not one of this eye, or the time is not finite.
        """
        return _datum(self, self.ellipse, None, timebase)


class WirePupil3d(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map of a pupil that a 3-D detector found.

    Whatever is not in the map of a 2-D one may be unset: detectors of third parties say what they
    know, and the incumbent's own leaves out even the ellipse where it runs without a 2-D detector.

    Attributes:
        id: 0 right eye, 1 left eye.
        topic: ``pupil.<eye>.<detector>``.
        method: name and version of the detector.
        norm_pos: origin bottom left.
        diameter: pixels.
        confidence: 0 to 1.
        timestamp: Core seconds.
        sphere: the eyeball.
        projected_sphere: its outline.
        circle_3d: the pupil in space.
        diameter_3d: millimetres.
        ellipse: outline of the pupil.
        location: centre of `ellipse`.
        model_confidence: 0 to 1.
        theta: radians.
        phi: radians.
    """

    id: EyeId
    topic: str
    method: str
    norm_pos: Point2
    diameter: float
    confidence: float
    timestamp: float
    sphere: WireSphere | UnsetType = UNSET
    projected_sphere: WireEllipse | UnsetType = UNSET
    circle_3d: WireCircle3d | UnsetType = UNSET
    diameter_3d: float | UnsetType = UNSET
    ellipse: WireEllipse | UnsetType = UNSET
    location: Point2 | UnsetType = UNSET
    model_confidence: float | UnsetType = UNSET
    theta: float | UnsetType = UNSET
    phi: float | UnsetType = UNSET

    @classmethod
    def from_datum(cls, datum: PupilDatum, timebase: TimeBase) -> Self:
        """Make it of our record, its instant told in Core seconds.

        Raises:
            LocalProtocolError: the record has no model of the eye.
        """
        model = datum.model
        if model is None:
            raise LocalProtocolError("the pupil of a 3-D detector has a model of the eye")
        return cls(
            id=datum.eye_id,
            topic=str(PupilTopic(datum.eye_id, datum.detector)),
            method=datum.method,
            norm_pos=double2(datum.norm_pos),
            diameter=float(datum.diameter_px),
            confidence=float(datum.confidence),
            timestamp=timebase.core_s(datum.timestamp_unix_ns),
            sphere=WireSphere(double3(model.sphere.center_mm), float(model.sphere.radius_mm)),
            projected_sphere=WireEllipse.from_ellipse(model.projected_sphere),
            circle_3d=WireCircle3d(
                double3(model.circle.center_mm),
                double3(model.circle.normal),
                float(model.circle.radius_mm),
            ),
            diameter_3d=float(model.pupil_diameter_mm),
            ellipse=WireEllipse.from_ellipse(datum.ellipse),
            location=double2(datum.ellipse.center_px),
            model_confidence=float(model.confidence),
            theta=float(model.theta_rad),
            phi=float(model.phi_rad),
        )

    def datum(self, timebase: TimeBase) -> PupilDatum:
        """Our record of it; without a model of the eye where the map tells half of it.

        Raises:
            RemoteProtocolError: the topic is not one of this eye, there is no ellipse, or the time
                is not finite.
        """
        if self.ellipse is UNSET:
            raise RemoteProtocolError(f"a pupil without an ellipse under {self.topic[:80]!r}")
        return _datum(self, self.ellipse, self._model(), timebase)

    def _model(self) -> EyeModel | None:
        if (
            self.sphere is UNSET
            or self.projected_sphere is UNSET
            or self.circle_3d is UNSET
            or self.model_confidence is UNSET
            or self.theta is UNSET
            or self.phi is UNSET
        ):
            return None
        return EyeModel(
            sphere=Sphere(center_mm=self.sphere.center, radius_mm=self.sphere.radius),
            projected_sphere=self.projected_sphere.ellipse(),
            circle=Circle3d(
                center_mm=self.circle_3d.center,
                normal=self.circle_3d.normal,
                radius_mm=self.circle_3d.radius,
            ),
            confidence=self.model_confidence,
            theta_rad=self.theta,
            phi_rad=self.phi,
        )


WirePupil = WirePupil2d | WirePupil3d
"""The map of a pupil of either kind."""

_DECODER_2D = msgspec.msgpack.Decoder(WirePupil2d)
_DECODER_3D = msgspec.msgpack.Decoder(WirePupil3d)


def wire_pupil(datum: PupilDatum, timebase: TimeBase) -> WirePupil:
    """Make the map of a pupil; the topic under which to publish it is in it."""
    if datum.model is None:
        return WirePupil2d.from_datum(datum, timebase)
    return WirePupil3d.from_datum(datum, timebase)


def decode_pupil(message: Message) -> WirePupil:
    """Read the map of a pupil, of the kind that its topic says.

    Raises:
        RemoteProtocolError: the topic is not one of a pupil, or a key is missing or of another
            type.
    """
    if PupilTopic.parse(message.topic).detector == "2d":
        return decode_struct(message.payload, _DECODER_2D)
    return decode_struct(message.payload, _DECODER_3D)


def _datum(
    wire: WirePupil, ellipse: WireEllipse, model: EyeModel | None, timebase: TimeBase
) -> PupilDatum:
    topic = PupilTopic.parse(wire.topic)
    if topic.eye_id != wire.id:
        raise RemoteProtocolError(f"a pupil of eye {wire.id} under {wire.topic[:80]!r}")
    return PupilDatum(
        eye_id=wire.id,
        detector=topic.detector,
        method=wire.method,
        timestamp_unix_ns=instant(wire.timestamp, timebase),
        norm_pos=wire.norm_pos,
        diameter_px=wire.diameter,
        ellipse=ellipse.ellipse(),
        confidence=wire.confidence,
        model=model,
    )
