"""A pupil on the bus: topics ``pupil.<eye>.2d`` and ``pupil.<eye>.3d``.

    message = Message.from_struct(topic, WirePupil.from_datum(datum, timebase))
    datum = decode_pupil(message.payload).datum(timebase)

The order of the fields is that in which the program writes them, although no reader may rely on it.
"""

from __future__ import annotations

from typing import Self

import msgspec
from msgspec import UNSET, UnsetType

from gazewire.errors import RemoteProtocolError
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
from gazewire.wire.ipc.quantity import double2, double3, instant
from gazewire.wire.ipc.topic import PupilTopic

__all__ = ["WireCircle3d", "WireEllipse", "WirePupil", "WireSphere", "decode_pupil"]


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


class _WireEllipse2d(WireEllipse, frozen=True, gc=False, kw_only=True):
    # Given anew by keyword, the field comes last: the 2-D detector writes axes, angle, center.
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


class WirePupil(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The map of a pupil. What only a 3-D detector knows is unset in that of a 2-D one.

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
    # A 3-D detector that runs without a 2-D one leaves it out in the incumbent program.
    ellipse: WireEllipse | UnsetType = UNSET
    location: Point2 | UnsetType = UNSET
    model_confidence: float | UnsetType = UNSET
    theta: float | UnsetType = UNSET
    phi: float | UnsetType = UNSET

    @classmethod
    def from_datum(cls, datum: PupilDatum, timebase: TimeBase) -> Self:
        """Make it of our record, its instant told in Core seconds."""
        model = datum.model
        base = cls(
            id=datum.eye_id,
            topic=str(PupilTopic(datum.eye_id, datum.detector)),
            method=datum.method,
            norm_pos=double2(datum.norm_pos),
            diameter=float(datum.diameter_px),
            confidence=float(datum.confidence),
            timestamp=timebase.core_s(datum.timestamp_unix_ns),
            ellipse=(_WireEllipse2d if model is None else WireEllipse).from_ellipse(datum.ellipse),
        )
        if model is None:
            return base
        return msgspec.structs.replace(
            base,
            sphere=WireSphere(double3(model.sphere.center_mm), float(model.sphere.radius_mm)),
            projected_sphere=WireEllipse.from_ellipse(model.projected_sphere),
            circle_3d=WireCircle3d(
                double3(model.circle.center_mm),
                double3(model.circle.normal),
                float(model.circle.radius_mm),
            ),
            diameter_3d=float(model.pupil_diameter_mm),
            location=double2(datum.ellipse.center_px),
            model_confidence=float(model.confidence),
            theta=float(model.theta_rad),
            phi=float(model.phi_rad),
        )

    def datum(self, timebase: TimeBase) -> PupilDatum:
        """Our record of it.

        Raises:
            RemoteProtocolError: the topic is not one of this eye, there is no ellipse, or the time
                is not finite.
        """
        topic = PupilTopic.parse(self.topic)
        if topic.eye_id != self.id:
            raise RemoteProtocolError(f"a pupil of eye {self.id} under {self.topic!r}")
        if self.ellipse is UNSET:
            raise RemoteProtocolError(f"a pupil without an ellipse under {self.topic!r}")
        return PupilDatum(
            eye_id=self.id,
            detector=topic.detector,
            method=self.method,
            timestamp_unix_ns=instant(self.timestamp, timebase),
            norm_pos=self.norm_pos,
            diameter_px=self.diameter,
            ellipse=self.ellipse.ellipse(),
            confidence=self.confidence,
            model=self._model(),
        )

    def _model(self) -> EyeModel | None:
        """What the 3-D detector says; None where it does not say all of it."""
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


_DECODER = msgspec.msgpack.Decoder(WirePupil)


def decode_pupil(payload: bytes | memoryview) -> WirePupil:
    """Read the map of a pupil.

    Raises:
        RemoteProtocolError: a key is missing or of another type.
    """
    return decode_struct(payload, _DECODER)
