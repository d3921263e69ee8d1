"""What gaze does, as labels of samples."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Movement"]


class Movement(IntEnum):
    """What a sample of gaze belongs to."""

    UNDEFINED = 0
    FIXATION = 1
    SACCADE = 2
    OSCILLATION = 3
    PURSUIT = 4
    BLINK = 5
