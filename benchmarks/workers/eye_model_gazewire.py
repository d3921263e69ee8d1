"""Gazewire's 3-D eye model on the ellipses of one eye: see `benchmarks/accuracy_eye_model.py`."""

import sys
import time

import numpy as np

from gazewire.eye.model3d import Detector3dProperties, EyeModel3d
from gazewire.optics import Camera

_, source, target, *distance = sys.argv
data = np.load(source)
size, focal_px = int(data["size"]), float(data["focal_px"])
camera = Camera(size, size, (focal_px, focal_px), ((size - 1) / 2, (size - 1) / 2))
properties = Detector3dProperties()
if distance:
    properties = Detector3dProperties(
        distance_mm=float(distance[0]), distance_deviation_mm=float(distance[1])
    )
model = EyeModel3d(camera, properties)
told = np.full((len(data["timestamp_ns"]), 8), np.nan)
took_ns = []
rows = zip(
    *(
        data[name].tolist()
        for name in ("timestamp_ns", "center_px", "axes_px", "angle_deg", "confidence")
    ),
    strict=True,
)
for number, (timestamp_ns, center_px, axes_px, angle_deg, confidence) in enumerate(rows):
    begun_ns = time.thread_time_ns()
    pupil = model.observe(timestamp_ns, center_px, axes_px, angle_deg, confidence)
    took_ns.append(time.thread_time_ns() - begun_ns)
    if pupil is not None:
        told[number] = (
            *pupil.circle_normal,
            pupil.diameter_mm,
            *pupil.sphere_center_mm,
            pupil.confidence,
        )
np.savez(target, told=told, took_ns=took_ns)
