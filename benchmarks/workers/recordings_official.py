"""The vendor's reader on many recordings: what it opens, and how long that takes.

Usage: ``recordings_official.py FOLDER...``; a line of JSON for each.
"""

import json
import sys
import time
import warnings
from typing import Any

from pupil_labs import neon_recording

STREAMS = ("gaze", "worn", "pupil", "imu", "events", "scene", "eye")


def opened(folder: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"folder": folder}
    with neon_recording.open(folder) as recording:
        for name in STREAMS:
            try:
                stream = getattr(recording, name)
                facts[name] = len(stream)
                if name in {"scene", "eye"}:
                    facts[f"{name}_last"] = int(stream[len(stream) - 1].time)
                else:
                    facts[f"{name}_last"] = int(stream.time[-1]) if len(stream) else None
            except Exception as error:  # whatever it is, it is the figure
                facts[name] = f"{type(error).__name__}: {error}"
    return facts


warnings.simplefilter("ignore")
for folder in sys.argv[1:]:
    began_s = time.perf_counter()
    try:
        facts = opened(folder)
    except Exception as error:
        facts = {"folder": folder, "failure": f"{type(error).__name__}: {error}"}
    facts["seconds"] = time.perf_counter() - began_s
    print(json.dumps(facts), flush=True)
