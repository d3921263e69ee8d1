"""The part of the work that goes through time: the eyeball behind the pupils of an eye."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gazewire.compose.offline.footage import EyeView
from gazewire.compose.offline.recorded_time import RecordedTime
from gazewire.eye import Pupil2d
from gazewire.eye.model3d import EyeModel3d
from gazewire.model import METHOD_2D, METHOD_3D, PupilDatum, Vector3, nothing_found
from gazewire.wire.ipc import Message, wire_pupil

__all__ = ["EyeStretch", "SeenPupil", "place_in_space"]


@dataclass(frozen=True, slots=True, eq=False)
class EyeStretch:
    """Some pictures of one eye, those that could be decoded, and the pupils in them.

    Attributes:
        view: which eye, and the camera.
        time: of the recording; of these pictures at least.
        times_unix_ns: (N,) instants of the pictures.
        pupils: (N, 6) as `FoundPupils` has them.
    """

    view: EyeView
    time: RecordedTime
    times_unix_ns: NDArray[np.int64]
    pupils: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SeenPupil:
    """What is known of the eye in one picture.

    Attributes:
        timestamp_unix_ns: instant of the picture.
        confidence: of the 2-D pupil.
        normal: where the eye looks to, in its camera's frame; None where that is not known.
        messages: the data as they go on the bus: 2-D, then 3-D where the eyeball is known.
    """

    timestamp_unix_ns: int
    confidence: float
    normal: Vector3 | None
    messages: tuple[Message, ...]


def place_in_space(
    stretch: EyeStretch, model: EyeModel3d | None
) -> tuple[list[SeenPupil], EyeModel3d]:
    """Follow the eyeball through the next stretch of time.

    Args:
        stretch: of an eye.
        model: what was known of the eyeball before; None at the beginning.

    Returns:
        What was seen in each picture, and what is known of the eyeball now.
    """
    model = model or EyeModel3d(stretch.view.camera)
    seen = [
        _seen(stretch, model, at, _pupil(row))
        for at, row in zip(stretch.times_unix_ns.tolist(), stretch.pupils.tolist(), strict=True)
    ]
    return seen, model


def _seen(stretch: EyeStretch, model: EyeModel3d, at: int, found: Pupil2d | None) -> SeenPupil:
    eye_id, camera = stretch.view.eye_id, stretch.view.camera
    if found is None:
        return SeenPupil(at, 0.0, None, (_message(nothing_found(eye_id, at), stretch.time),))
    flat = found.datum(
        eye_id=eye_id,
        method=METHOD_2D,
        timestamp_unix_ns=at,
        width=camera.width,
        height=camera.height,
    )
    solid = model.observe(at, found.center_px, found.axes_px, found.angle_deg, found.confidence)
    messages = [_message(flat, stretch.time)]
    normal = None
    if solid is not None:
        datum = solid.datum(
            eye_id=eye_id, method=METHOD_3D, width=camera.width, height=camera.height
        )
        messages.append(_message(datum, stretch.time))
        normal = solid.circle_normal
    return SeenPupil(at, found.confidence, normal, tuple(messages))


def _message(datum: PupilDatum, time: RecordedTime) -> Message:
    wire = wire_pupil(datum, time)
    return Message.from_struct(wire.topic, wire)


def _pupil(row: list[float]) -> Pupil2d | None:
    x, y, smaller, larger, angle_deg, confidence = row
    if confidence != confidence:
        return None
    return Pupil2d(
        center_px=(x, y), axes_px=(smaller, larger), angle_deg=angle_deg, confidence=confidence
    )
