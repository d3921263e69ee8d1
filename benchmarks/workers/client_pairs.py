"""Receives pictures of the scene matched with gaze.

Usage: client_pairs.py PAIRS HTTP_PORT
"""

from __future__ import annotations

import sys

from client_library import library, report

# Until both streams run.
WARM_UP = 30

device = library("simple").Device("127.0.0.1", int(sys.argv[2]))
pairs = [
    device.receive_matched_scene_video_frame_and_gaze() for _ in range(WARM_UP + int(sys.argv[1]))
]
report(
    pairs=[
        (pair.frame.timestamp_unix_seconds, pair.gaze.timestamp_unix_seconds)
        for pair in pairs[WARM_UP:]
    ]
)
