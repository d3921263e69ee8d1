"""Connects to a device and waits for its first scene picture.

Usage: client_start.py HTTP_PORT
"""

from __future__ import annotations

import sys
import time

from client_library import library, report

simple = library("simple")
begin_s = time.perf_counter()
device = simple.Device("127.0.0.1", int(sys.argv[1]))
connected_s = time.perf_counter()
frame = device.receive_scene_video_frame()
_ = frame.bgr_pixels
received_s = time.perf_counter()
report(connect_s=connected_s - begin_s, frame_s=received_s - connected_s)
