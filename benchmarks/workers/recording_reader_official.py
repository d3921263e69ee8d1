"""The vendor's reader on one recording: how long it takes to open, to read gaze, to get pictures.

Usage: ``recording_reader_official.py FOLDER NUMBER...``; prints JSON, in seconds of processor time.
"""

import json
import sys
import time
import warnings

from pupil_labs import neon_recording

warnings.simplefilter("ignore")
folder, numbers = sys.argv[1], [int(number) for number in sys.argv[2:]]
began_s = time.process_time()
recording = neon_recording.open(folder)
scene = recording.scene
count = len(scene)
opened_s = time.process_time() - began_s

began_s = time.process_time()
gaze = recording.gaze
read = float(gaze.point.sum()) + float(gaze.time[-1])
gaze_s = time.process_time() - began_s

began_s = time.process_time()
for number in numbers:
    picture = scene[number].av_frame
    assert picture.height > 0
picture_s = (time.process_time() - began_s) / len(numbers)
print(json.dumps({"open_s": opened_s, "gaze_s": gaze_s, "picture_s": picture_s, "frames": count}))
