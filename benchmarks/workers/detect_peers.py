"""Detector2D and pye3d on the video of one eye: see `benchmarks/bench_detect.py`."""

import json
import sys

import cv2
from pupil_detectors import Detector2D
from pye3d.camera import CameraModel
from pye3d.detector_3d import Detector3D, DetectorMode

_, source, focal_px = sys.argv
cv2.setNumThreads(1)
video = cv2.VideoCapture(source)
rate_hz = video.get(cv2.CAP_PROP_FPS)
size = (int(video.get(cv2.CAP_PROP_FRAME_WIDTH)), int(video.get(cv2.CAP_PROP_FRAME_HEIGHT)))
detector_2d = Detector2D({})
detector_3d = Detector3D(
    CameraModel(focal_length=float(focal_px), resolution=size), long_term_mode=DetectorMode.blocking
)
pictures = found = 0
while True:
    is_there, picture = video.read()
    if not is_there:
        break
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    datum = detector_2d.detect(gray)
    datum["timestamp"] = pictures / rate_hz
    detector_3d.update_and_detect(datum, gray)
    pictures += 1
    found += datum["confidence"] >= 0.6
print(json.dumps({"pictures": pictures, "found": found}))
