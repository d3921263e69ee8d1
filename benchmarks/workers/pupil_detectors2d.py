"""Pupil Labs' Detector2D on images of eyes: see `benchmarks/bench_detector.py`."""

import sys
import time

import cv2
import numpy as np
from pupil_detectors import Detector2D

_, source, target, repeats = sys.argv
cv2.setNumThreads(1)
images = np.load(source)
told = np.full((len(images), 5), np.nan)
took_ns = np.full(len(images), np.iinfo(np.int64).max)
for _ in range(int(repeats)):
    # Images do not follow each other, so that what was found before is no help.
    detector = Detector2D({})
    for number, image in enumerate(images):
        begun_ns = time.thread_time_ns()
        found = detector.detect(image)
        took_ns[number] = min(took_ns[number], time.thread_time_ns() - begun_ns)
        ellipse = found["ellipse"]
        if min(ellipse["axes"]) > 0:
            told[number] = (*ellipse["center"], *sorted(ellipse["axes"]), found["confidence"])
np.savez(target, told=told, took_ns=took_ns)
