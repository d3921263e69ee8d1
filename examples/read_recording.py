"""What a recording of Neon holds, read with gazewire: a phone's own, or one made by this device.

Usage: ``python read_recording.py FOLDER``
"""

import sys
from pathlib import Path

import numpy as np

from gazewire.recording.neon import NeonRecording

NS_PER_S = 1_000_000_000


def main(folder: str) -> None:
    recording = NeonRecording(Path(folder))
    print(f"recording {recording.info.recording_id}, module {recording.serial}")
    streams = {
        "gaze": recording.gaze.times_unix_ns,
        "imu": recording.imu.times_unix_ns,
        "eye events": recording.eye_events.times_unix_ns,
    }
    if recording.scene is not None:
        streams["scene"] = recording.scene.times_unix_ns
    for name, times_ns in streams.items():
        # A stream that was not recorded is empty.
        length_s = np.ptp(times_ns) / NS_PER_S if len(times_ns) else 0.0
        print(f"{name}: {len(times_ns)} in {length_s:.1f} s")
    for datum in recording.gaze.data():
        print(f"first gaze: {datum.timestamp_unix_ns}  ({datum.x_px:.1f}, {datum.y_px:.1f}) px")
        break
    for event in recording.events:
        print(f"event: {event.timestamp_unix_ns}  {event.name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
