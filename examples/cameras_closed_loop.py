"""An output that follows what a camera sees, within milliseconds: on while something is in a zone.

Usage: ``python cameras_closed_loop.py OUTPUT [tcp://127.0.0.1:5555 tcp://127.0.0.1:5556]``

OUTPUT is whatever takes a byte: ``/dev/ttyACM0`` of a microcontroller, a named pipe, or a file. It
gets ``1`` when something bright enters the left half of the image, and ``0`` when it has left.
"""

from __future__ import annotations

import sys

import cv2

from gazewire.multicam import subscribe

OUTPUT = sys.argv[1]
IMAGES, BOXES = (
    sys.argv[2:4] if len(sys.argv) > 3 else ("tcp://127.0.0.1:5555", "tcp://127.0.0.1:5556")
)
ON, OFF = 140, 115  # mean brightness; the gap between them keeps noise from switching

with (
    open(OUTPUT, "wb", buffering=0) as output,
    subscribe(IMAGES, BOXES, client="closed loop", timeout_s=10) as frames,
):
    is_on = False
    for frame in frames:
        height, width = frame.gray.shape
        brightness = cv2.mean(frame.gray[:, : width // 2])[0]
        # An image that was replaced while we looked says nothing.
        if not frame.is_intact:
            continue
        if is_on != (brightness > (OFF if is_on else ON)):
            is_on = not is_on
            output.write(b"1" if is_on else b"0")
            print(f"image {frame.index}: {'on' if is_on else 'off'}", flush=True)
        # After the output: the latency that the cameras' page shows is that of the whole loop.
        box = {"TOP_LEFT": [0, 0], "BOTTOM_RIGHT": [width // 2, height], "LABEL": "zone"}
        frames.answer(frame, {"BOXES": [box] if is_on else []})
