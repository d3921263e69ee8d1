"""Faces in the images of a camera, with boxes that `gazewire cameras CONFIG` shows on its page.

Usage: ``python cameras_face_tracking.py [tcp://127.0.0.1:5555 tcp://127.0.0.1:5556]``

Needs ``pip install 'gazewire[faces]'``: scikit-image has a detector and what it has learned.
"""

from __future__ import annotations

import sys

import cv2
from skimage.data import lbp_frontal_face_cascade_filename
from skimage.feature import Cascade

from gazewire.multicam import subscribe

IMAGES, BOXES = (
    sys.argv[1:3] if len(sys.argv) > 2 else ("tcp://127.0.0.1:5555", "tcp://127.0.0.1:5556")
)
LOOKED_AT_PX = 320  # wide; four times the pixels take four times as long

detector = Cascade(lbp_frontal_face_cascade_filename())


def find_faces(gray):
    """Faces as (left, top, width, height), the largest first."""
    shrink = max(1.0, gray.shape[1] / LOOKED_AT_PX)
    small = cv2.resize(gray, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    least, most = min(small.shape) // 8, min(small.shape)
    found = detector.detect_multi_scale(
        small, scale_factor=1.2, step_ratio=1, min_size=(least, least), max_size=(most, most)
    )
    faces = [(face["c"], face["r"], face["width"], face["height"]) for face in found]
    faces.sort(key=lambda face: face[2] * face[3], reverse=True)
    return [tuple(shrink * side for side in face) for face in faces]


with subscribe(IMAGES, BOXES, client="faces", timeout_s=10) as frames:
    for frame in frames:
        # Finding takes longer than an image stays in shared memory: of what is kept, all is true.
        kept = frame.copied()
        if kept is None:
            continue
        faces = find_faces(kept.gray)
        if not faces:
            frames.answer(kept)  # looked at, with nothing to show
            continue
        x, y, w, h = faces[0]
        frames.draw_box(kept, (x, y), (x + w, y + h))
        print(f"image {kept.index}: {len(faces)}, the largest at {x:.0f}, {y:.0f}", flush=True)
