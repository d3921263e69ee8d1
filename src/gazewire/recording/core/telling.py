"""Records of a pair of glasses as the messages in which Core programs tell the same.

What is not known is NaN, so that every key is there that readers look for. A sample that has the
state of both eyes becomes 3-D gaze and two 3-D pupils, any other becomes 2-D gaze.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

import msgspec

from gazewire.camera import Record
from gazewire.model import (
    Annotation,
    Blink,
    BlinkResponse,
    Circle3d,
    DispersionFixation,
    Ellipse,
    Event,
    EyeId,
    EyeModel,
    EyeState,
    Fixation,
    GazeDatum,
    GazeRay,
    MappedGaze,
    PupilDatum,
    Sphere,
    Vector3,
)
from gazewire.time import TimeBase
from gazewire.wire.ipc import (
    ANNOTATION_TOPIC,
    BLINKS_TOPIC,
    FIXATIONS_TOPIC,
    Message,
    WireBlink,
    WireFixation,
    annotation_map,
    encode_map,
    encode_struct,
    wire_gaze,
    wire_pupil,
)

__all__ = ["CoreRecord", "CoreTeller"]

_NAN = math.nan
_NO_PAIR = (_NAN, _NAN)
_NO_POINT = (_NAN, _NAN, _NAN)
_NO_ELLIPSE = Ellipse(center_px=_NO_PAIR, axes_px=_NO_PAIR, angle_deg=_NAN)
_METHOD_2D = "gazewire 2d, not measured"
_METHOD_3D = "gazewire 3d, of another eye tracker"
# Rays that are as good as parallel meet nowhere.
_LEAST_SINE = 1e-4


CoreRecord = PupilDatum | MappedGaze | DispersionFixation | BlinkResponse | Annotation
"""What Core programs know of what glasses measure."""


class CoreTeller:
    """Tells records one after the other.

    Args:
        width: of the scene camera's pictures, pixels.
        height: the same.
        timebase: by which Core times are told.
    """

    def __init__(self, width: int, height: int, timebase: TimeBase) -> None:
        self._width = width
        self._height = height
        self._timebase = timebase
        self._fixations = 0

    def messages(self, record: Record | Event) -> Iterator[Message]:
        """Give the messages of a record; none for what Core has no place for.

        These are inertial samples, saccades, onsets, pictures and sound.
        """
        for told in self.records(record):
            yield self._message(told)

    def records(self, record: Record | Event) -> Iterator[CoreRecord]:
        """Give the same as records, pupils before the gaze that they belong to."""
        match record:
            case GazeDatum():
                yield from self._gaze(record)
            case Fixation():
                yield self._fixation(record)
            case Blink():
                yield _blink("onset", record.start_unix_ns)
                yield _blink("offset", record.end_unix_ns)
            case Event():
                yield Annotation(
                    label=record.name or "", timestamp_unix_ns=record.timestamp_unix_ns
                )

    def _message(self, told: CoreRecord) -> Message:
        timebase = self._timebase
        match told:
            case PupilDatum():
                pupil = wire_pupil(told, timebase)
                return Message.from_struct(pupil.topic, pupil)
            case MappedGaze():
                gaze = wire_gaze(told, timebase)
                return Message.from_struct(gaze.topic, gaze)
            case DispersionFixation():
                fixation = WireFixation.from_fixation(told, timebase)
                return Message(FIXATIONS_TOPIC, encode_struct(fixation))
            case BlinkResponse():
                blink = WireBlink.from_response(told, timebase)
                return Message(BLINKS_TOPIC, encode_struct(blink))
            case Annotation():
                return Message(ANNOTATION_TOPIC, encode_map(annotation_map(told, timebase)))

    def _gaze(self, datum: GazeDatum) -> Iterator[PupilDatum | MappedGaze]:
        right, left = datum.eye_state_right, datum.eye_state_left
        pupils = (_pupil(0, datum, right), _pupil(1, datum, left))
        for pupil in pupils:
            if pupil.model is not None:
                yield pupil
        gaze = MappedGaze(
            timestamp_unix_ns=datum.timestamp_unix_ns,
            confidence=1.0 if datum.worn else 0.0,
            base=pupils,
            norm_pos=self._norm_pos(datum.x_px, datum.y_px),
        )
        if right is not None and left is not None:
            rays = (_ray(0, right), _ray(1, left))
            gaze = msgspec.structs.replace(gaze, rays=rays, point_mm=_meeting_point(*rays))
        yield gaze

    def _fixation(self, fixation: Fixation) -> DispersionFixation:
        told = DispersionFixation(
            id=self._fixations,
            start_unix_ns=fixation.start_unix_ns,
            duration_ns=fixation.end_unix_ns - fixation.start_unix_ns,
            norm_pos=self._norm_pos(*fixation.mean_gaze_px),
            dispersion_deg=fixation.amplitude_deg,
            confidence=1.0,
            base=(),
        )
        self._fixations += 1
        return told

    def _norm_pos(self, x_px: float, y_px: float) -> tuple[float, float]:
        # Core counts from the bottom left, in widths and heights.
        return x_px / self._width, 1.0 - y_px / self._height


def _blink(kind: Literal["onset", "offset"], instant_ns: int) -> BlinkResponse:
    return BlinkResponse(kind=kind, timestamp_unix_ns=instant_ns, confidence=1.0, base=())


def _pupil(eye_id: EyeId, datum: GazeDatum, state: EyeState | None) -> PupilDatum:
    return PupilDatum(
        eye_id=eye_id,
        detector="2d" if state is None else "3d",
        method=_METHOD_2D if state is None else _METHOD_3D,
        timestamp_unix_ns=datum.timestamp_unix_ns,
        norm_pos=_NO_PAIR,
        diameter_px=_NAN,
        ellipse=_NO_ELLIPSE,
        confidence=1.0 if datum.worn else 0.0,
        model=None if state is None else _model(state),
    )


def _model(state: EyeState) -> EyeModel:
    # In Core these are told in the frame of the eye's camera, in which nothing is known of them.
    radius_mm = state.pupil_diameter_mm / 2
    return EyeModel(
        sphere=Sphere(center_mm=_NO_POINT, radius_mm=_NAN),
        projected_sphere=_NO_ELLIPSE,
        circle=Circle3d(center_mm=_NO_POINT, normal=_NO_POINT, radius_mm=radius_mm),
        confidence=1.0,
        theta_rad=_NAN,
        phi_rad=_NAN,
    )


def _ray(eye_id: EyeId, state: EyeState) -> GazeRay:
    return GazeRay(eye_id=eye_id, center_mm=state.eyeball_center_mm, normal=state.optical_axis)


def _meeting_point(right: GazeRay, left: GazeRay) -> Vector3:
    """The point that is nearest to both rays; NaN where they do not meet in front of the eyes."""
    a, b = right.normal, left.normal
    between: Vector3 = tuple(  # type: ignore[assignment]  # three of them
        x - y for x, y in zip(left.center_mm, right.center_mm, strict=True)
    )
    aa, ab, bb = _dot(a, a), _dot(a, b), _dot(b, b)
    determinant = aa * bb - ab * ab
    if not determinant > _LEAST_SINE**2 * aa * bb:
        return _NO_POINT
    along_a = (bb * _dot(a, between) - ab * _dot(b, between)) / determinant
    along_b = (ab * _dot(a, between) - aa * _dot(b, between)) / determinant
    if along_a <= 0 or along_b <= 0:
        return _NO_POINT
    x, y, z = (
        (p + along_a * u + q + along_b * v) / 2
        for p, u, q, v in zip(right.center_mm, a, left.center_mm, b, strict=True)
    )
    return x, y, z


def _dot(a: Vector3, b: Vector3) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
