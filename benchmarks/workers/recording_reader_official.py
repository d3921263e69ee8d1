"""The vendor's reader on one recording: how long it takes to open, to read gaze, to get pictures.

Usage: ``recording_reader_official.py FOLDER NUMBER...``; prints JSON, in seconds.
"""

import json
import sys
import time
import warnings

from pupil_labs import neon_recording

warnings.simplefilter("ignore")
folder, numbers = sys.argv[1], [int(number) for number in sys.argv[2:]]
began_s = time.perf_counter()
recording = neon_recording.open(folder)
scene = recording.scene
count = len(scene)
opened_s = time.perf_counter() - began_s

began_s = time.perf_counter()
gaze = recording.gaze
read = float(gaze.point.sum()) + float(gaze.time[-1])
gaze_s = time.perf_counter() - began_s

frames_s = []
for number in numbers:
    began_s = time.perf_counter()
    picture = scene[number].bgr
    frames_s.append(time.perf_counter() - began_s)
    assert picture.shape[0] > 0
print(json.dumps({"open_s": opened_s, "gaze_s": gaze_s, "frames_s": frames_s, "frames": count}))
