"""Gaze that a mapper computed from pupils, as the Core network tells it."""

from __future__ import annotations

import msgspec

from gazewire.model.gaze import Vector3
from gazewire.model.pupil import EyeId, Point2, PupilDatum

__all__ = ["DatumReference", "GazeRay", "MappedGaze"]


class GazeRay(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where one eye is, and which way it looks.

    Attributes:
        eye_id: which eye.
        center_mm: centre of the eyeball, scene camera frame, or of the display in a headset.
        normal: unit vector from there, same frame.
    """

    eye_id: EyeId
    center_mm: Vector3
    normal: Vector3


class MappedGaze(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One estimate of where the wearer looks, with the pupils it comes from.

    It is 3-D where `rays` and `point_mm` are given, and 2-D where not.

    Attributes:
        timestamp_unix_ns: mean of the pupils' instants; neither unique nor in order.
        confidence: mean of the pupils', 0 to 1.
        base: the pupil of one eye, or of both, that of the right eye (0) first.
        norm_pos: part of the scene image's width and height, origin bottom left; may lie outside
            the image. None only of 3-D gaze where the scene camera is not known.
        rays: one for each pupil of `base` in the same order; empty for 2-D gaze.
        point_mm: the point looked at, in the frame of the rays; None for 2-D gaze.
    """

    timestamp_unix_ns: int
    confidence: float
    base: tuple[PupilDatum, ...]
    norm_pos: Point2 | None = None
    rays: tuple[GazeRay, ...] = ()
    point_mm: Vector3 | None = None


class DatumReference(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Points at a datum that was published before.

    Attributes:
        topic: under which it was published.
        timestamp_unix_ns: its instant.
    """

    topic: str
    timestamp_unix_ns: int
