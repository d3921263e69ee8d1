"""pye3d on the ellipses of one eye: see `benchmarks/accuracy_eye_model.py`."""

import sys
import time

import numpy as np
from pye3d.camera import CameraModel
from pye3d.detector_3d import Detector3D, DetectorMode

LEARNING = ("threshold_short_term", "threshold_long_term", "threshold_kalman")

_, source, target, *threshold = sys.argv
data = np.load(source)
size, focal_px = int(data["size"]), float(data["focal_px"])
camera = CameraModel(focal_length=focal_px, resolution=(size, size))
# Its long-term model learns from a confidence of 0.98 on, which not every 2-D detector gives.
thresholds = {name: float(threshold[0]) for name in LEARNING} if threshold else {}
detector = Detector3D(camera, long_term_mode=DetectorMode.blocking, **thresholds)
# It looks for pupils of low confidence in the image, of which there is none here.
image = np.zeros((size, size), np.uint8)
told = np.full((len(data["timestamp_ns"]), 8), np.nan)
took_ns = []
rows = zip(
    *(
        data[name].tolist()
        for name in ("timestamp_ns", "center_px", "axes_px", "angle_deg", "confidence")
    ),
    strict=True,
)
for number, (timestamp_ns, (x_px, y_px), axes_px, angle_deg, confidence) in enumerate(rows):
    # Its principal point is half the width, with pixel centres at whole numbers (size - 1) / 2.
    ellipse = {"center": (x_px + 0.5, y_px + 0.5), "axes": tuple(axes_px), "angle": angle_deg}
    datum = {"ellipse": ellipse, "confidence": confidence, "timestamp": timestamp_ns / 1e9}
    begun_ns = time.thread_time_ns()
    result = detector.update_and_detect(datum, image)
    took_ns.append(time.thread_time_ns() - begun_ns)
    told[number] = (
        *result["circle_3d"]["normal"],
        result["diameter_3d"],
        *result["sphere"]["center"],
        result["confidence"],
    )
np.savez(target, told=told, took_ns=took_ns)
