"""Where the eyes of a program live, as ``--eyes`` tells it."""

from __future__ import annotations

import enum
import os

__all__ = ["EyeMode", "has_eye_processes"]

# In one process both eyes and all the rest share one Python; two processes can be on two cores.
_CORES_FOR_PROCESSES = 2


class EyeMode(enum.StrEnum):
    """What ``--eyes`` takes."""

    AUTO = "auto"
    PROCESSES = "processes"
    TASKS = "tasks"


def has_eye_processes(eyes: EyeMode) -> bool:
    """Each eye is to have a process; otherwise they are tasks of the program."""
    if eyes is EyeMode.AUTO:
        return (os.cpu_count() or 1) >= _CORES_FOR_PROCESSES
    return eyes is EyeMode.PROCESSES
