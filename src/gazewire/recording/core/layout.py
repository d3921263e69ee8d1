"""What the files of a Core recording are called."""

from __future__ import annotations

__all__ = [
    "CAMERAS",
    "INFO_FILE",
    "INTRINSICS",
    "LOOKUP",
    "PLDATA",
    "TIMESTAMPS",
    "UNFINISHED_VIDEO",
    "USER_INFO_FILE",
]

INFO_FILE = "info.player.json"
PLDATA = ".pldata"
TIMESTAMPS = "_timestamps.npy"
INTRINSICS = ".intrinsics"
USER_INFO_FILE = "user_info.csv"
LOOKUP = "_lookup.npy"
"""Player's own table of a video, wrong as soon as the video changes."""

UNFINISHED_VIDEO = ".writing"
"""What stands behind the name of a video while it is written."""

CAMERAS = ("world", "eye0", "eye1")
