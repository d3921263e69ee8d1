"""Gaze at an instant between two samples, such as the exposure of a scene frame."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from gazewire.model import Eyelid, EyeState, GazeDatum, Vector3

__all__ = ["InterpolatedGaze", "interpolate_gaze"]


def interpolate_gaze(before: GazeDatum, after: GazeDatum, timestamp_unix_ns: int) -> GazeDatum:
    """Compute the gaze at an instant between two data, on the straight line between them.

    Args:
        before: at or before the instant.
        after: later than `before`, at or after the instant.
        timestamp_unix_ns: the instant.

    Returns:
        A datum of that instant with what both data have; an optical axis has length 1 again. It is
        worn if both are. NaN in either is NaN.

    Raises:
        ValueError: the instant does not lie between the data.
    """
    gap_ns = after.timestamp_unix_ns - before.timestamp_unix_ns
    since_ns = timestamp_unix_ns - before.timestamp_unix_ns
    if gap_ns <= 0 or not 0 <= since_ns <= gap_ns:
        raise ValueError(
            f"{timestamp_unix_ns} is not between {before.timestamp_unix_ns} "
            f"and {after.timestamp_unix_ns}"
        )
    part = since_ns / gap_ns
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=_between(before.x_px, after.x_px, part),
        y_px=_between(before.y_px, after.y_px, part),
        worn=before.worn and after.worn,
        left_px=_point(before.left_px, after.left_px, part),
        right_px=_point(before.right_px, after.right_px, part),
        eye_state_left=_eye_state(before.eye_state_left, after.eye_state_left, part),
        eye_state_right=_eye_state(before.eye_state_right, after.eye_state_right, part),
        eyelid_left=_eyelid(before.eyelid_left, after.eyelid_left, part),
        eyelid_right=_eyelid(before.eyelid_right, after.eyelid_right, part),
    )


@dataclass(frozen=True, slots=True)
class InterpolatedGaze:
    """The gaze at an instant, for a `gazewire.flow.Series`; None where it cannot be told.

    That is where there is no datum on one side, where the two lie too far apart, or where one of
    them was not worn. A datum of exactly that instant is given as it is.

    Attributes:
        max_gap_ns: how far the two data may lie apart, this far included. Between two samples of a
            200 Hz stream 15 ms allow for two that are missing; the eye may have been anywhere
            during a longer gap.
    """

    max_gap_ns: int

    def settled_ns(self, at_ns: int) -> int:
        """The instant itself: the next datum is then there."""
        return at_ns

    def choose(
        self, times_ns: Sequence[int], items: Sequence[GazeDatum], at_ns: int
    ) -> GazeDatum | None:
        """The gaze at `at_ns`, or None."""
        index = bisect_left(times_ns, at_ns)
        if index == len(items):
            return None
        after = items[index]
        if times_ns[index] == at_ns:
            return after
        if index == 0 or times_ns[index] - times_ns[index - 1] > self.max_gap_ns:
            return None
        before = items[index - 1]
        if not (before.worn and after.worn):
            return None
        return interpolate_gaze(before, after, at_ns)

    def first_needed(self, times_ns: Sequence[int], items: Sequence[GazeDatum], at_ns: int) -> int:
        """The last datum that is not later."""
        return max(0, bisect_right(times_ns, at_ns) - 1)


def _between(before: float, after: float, part: float) -> float:
    return before + (after - before) * part


def _point(
    before: tuple[float, float] | None, after: tuple[float, float] | None, part: float
) -> tuple[float, float] | None:
    if before is None or after is None:
        return None
    return _between(before[0], after[0], part), _between(before[1], after[1], part)


def _vector(before: Vector3, after: Vector3, part: float) -> Vector3:
    return (
        _between(before[0], after[0], part),
        _between(before[1], after[1], part),
        _between(before[2], after[2], part),
    )


def _direction(before: Vector3, after: Vector3, part: float) -> Vector3:
    x, y, z = _vector(before, after, part)
    # Zero where a device has written no axis at all; that stays as it is.
    length = math.hypot(x, y, z) or 1.0
    return x / length, y / length, z / length


def _eye_state(before: EyeState | None, after: EyeState | None, part: float) -> EyeState | None:
    if before is None or after is None:
        return None
    return EyeState(
        pupil_diameter_mm=_between(before.pupil_diameter_mm, after.pupil_diameter_mm, part),
        eyeball_center_mm=_vector(before.eyeball_center_mm, after.eyeball_center_mm, part),
        optical_axis=_direction(before.optical_axis, after.optical_axis, part),
    )


def _eyelid(before: Eyelid | None, after: Eyelid | None, part: float) -> Eyelid | None:
    if before is None or after is None:
        return None
    return Eyelid(
        angle_top_rad=_between(before.angle_top_rad, after.angle_top_rad, part),
        angle_bottom_rad=_between(before.angle_bottom_rad, after.angle_bottom_rad, part),
        aperture_mm=_between(before.aperture_mm, after.aperture_mm, part),
    )
