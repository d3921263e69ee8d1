"""A box around what moves in the images of a camera: `gazewire cameras CONFIG` shows it.

Usage: ``python camera_boxes.py [tcp://127.0.0.1:5555 tcp://127.0.0.1:5556]``
"""

from __future__ import annotations

import sys

import cv2
import numpy as np

from gazewire.multicam import subscribe

IMAGES, BOXES = (
    sys.argv[1:3] if len(sys.argv) > 2 else ("tcp://127.0.0.1:5555", "tcp://127.0.0.1:5556")
)
CHANGED = 24
SECONDS_TO_FORGET = 2.0

background = None
last_ns = 0
with subscribe(IMAGES, BOXES, client="camera_boxes", timeout_s=10) as frames:
    for count, frame in enumerate(frames):
        blurred = cv2.GaussianBlur(frame.gray.astype(np.float32), (0, 0), 3)
        if background is None:
            background = blurred
        moved = np.abs(blurred - background) > CHANGED
        share = min(1.0, (frame.timestamp_unix_ns - last_ns) / 1e9 / SECONDS_TO_FORGET)
        background = background + share * (blurred - background)
        last_ns = frame.timestamp_unix_ns
        if moved.any():
            rows, columns = np.flatnonzero(moved.any(axis=1)), np.flatnonzero(moved.any(axis=0))
            box = (columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)
            frames.draw_box(frame, *box)
        else:
            frames.answer(frame)
        if count % 60 == 0:
            print(f"image {frame.index} of {frame.camera}: {moved.mean():.0%} moves", flush=True)
