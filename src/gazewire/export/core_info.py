"""What Pupil Player says of an export: ``export_info.csv``."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from gazewire import __version__
from gazewire.recording import Recording
from gazewire.recording.core import layout, read_timestamps
from gazewire.recording.finding import Findings

__all__ = ["export_info"]

_META_VERSION = "2.3"


def export_info(recording: Recording, now: datetime) -> str:
    """Make the content of the file: a key and a value a line, as Player has them.

    Ranges are those of the scene's pictures; without a scene they are of what was recorded.

    Args:
        recording: in the layout of Core.
        now: when it is exported.
    """
    world_s = read_timestamps(recording.folder / f"world{layout.TIMESTAMPS}", Findings())
    if len(world_s):
        first_s, last_s = float(world_s[0]), float(world_s[-1])
    else:
        told = [
            read_timestamps(path, Findings())
            for path in recording.folder.glob(f"*{layout.TIMESTAMPS}")
        ]
        known = np.concatenate([np.empty(0), *told])
        first_s, last_s = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    rows = {
        "key": "value",
        "Player Software Version": f"gazewire {__version__}",
        "Data Format Version": _META_VERSION,
        "Export Date": f"{now:%d.%m.%Y}",
        "Export Time": f"{now:%H:%M:%S}",
        "Frame Index Range:": f"0 - {max(0, len(world_s) - 1)}",
        "Relative Time Range": f"{_relative(0.0)} - {_relative(last_s - first_s)}",
        "Absolute Time Range": f"{first_s} - {last_s}",
    }
    return "".join(f"{key},{value}\r\n" for key, value in rows.items())


def _relative(elapsed_s: float) -> str:
    milliseconds = round(elapsed_s * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
