"""What the eyes did: fixations, saccades, blinks, and that one has begun."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["Blink", "EyeEvent", "Fixation", "Onset", "Saccade"]


class _Movement(msgspec.Struct, frozen=True, kw_only=True):
    start_unix_ns: int
    end_unix_ns: int
    start_gaze_px: tuple[float, float]
    end_gaze_px: tuple[float, float]
    mean_gaze_px: tuple[float, float]
    amplitude_px: float
    amplitude_deg: float
    mean_velocity_px_s: float
    max_velocity_px_s: float

    @property
    def timestamp_unix_ns(self) -> int:
        """When it became known: its end."""
        return self.end_unix_ns


class Fixation(_Movement, frozen=True, kw_only=True, tag="fixation"):
    """The gaze rested. All points are scene camera pixels."""


class Saccade(_Movement, frozen=True, kw_only=True, tag="saccade"):
    """The gaze jumped. All points are scene camera pixels."""


class Onset(msgspec.Struct, frozen=True, kw_only=True, tag="onset"):
    """A fixation or saccade has begun; its end is not known yet."""

    kind: Literal["fixation", "saccade"]
    start_unix_ns: int

    @property
    def timestamp_unix_ns(self) -> int:
        """When it became known: its start."""
        return self.start_unix_ns


class Blink(msgspec.Struct, frozen=True, kw_only=True, tag="blink"):
    """The lids closed and opened again."""

    start_unix_ns: int
    end_unix_ns: int

    @property
    def timestamp_unix_ns(self) -> int:
        """When it became known: its end."""
        return self.end_unix_ns


EyeEvent = Fixation | Saccade | Onset | Blink
