"""What the incumbent's detectors take for a frame: 2-D, then 3-D, processor time of one thread.

chain_peer.py FRAMES.npy FOCAL_PX    on CPython 3.11 with pupil-detectors and pye3d
"""

import json
import sys
import time

import numpy as np
from pupil_detectors import Detector2D
from pye3d.detector_3d import CameraModel, Detector3D, DetectorMode

frames = np.load(sys.argv[1])[:1000]
height, width = frames.shape[1:]
detector_2d = Detector2D()
camera = CameraModel(focal_length=float(sys.argv[2]), resolution=(width, height))
detector_3d = Detector3D(camera=camera, long_term_mode=DetectorMode.blocking)
took_ms = []
for number, frame in enumerate(frames):
    begin_ns = time.process_time_ns()
    found = detector_2d.detect(np.ascontiguousarray(frame))
    found["timestamp"] = number / 200
    detector_3d.update_and_detect(found, frame)
    took_ms.append((time.process_time_ns() - begin_ns) / 1e6)
print(json.dumps({"median": float(np.median(took_ms)), "p99": float(np.percentile(took_ms, 99))}))
