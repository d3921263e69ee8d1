"""Our pupil detector on images of eyes: see `benchmarks/bench_detector.py`."""

import sys
import time

import cv2
import numpy as np

from gazewire.eye import detect

_, source, target, repeats = sys.argv
cv2.setNumThreads(1)
images = np.load(source)
told = np.full((len(images), 5), np.nan)
took_ns = np.full(len(images), np.iinfo(np.int64).max)
for _ in range(int(repeats)):
    for number, image in enumerate(images):
        begun_ns = time.thread_time_ns()
        pupil = detect(image)
        took_ns[number] = min(took_ns[number], time.thread_time_ns() - begun_ns)
        if pupil is not None:
            told[number] = (*pupil.center_px, *pupil.axes_px, pupil.confidence)
np.savez(target, told=told, took_ns=took_ns)
