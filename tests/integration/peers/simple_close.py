"""The simple client opens all streams, closes, and leaves no thread behind."""

import threading
import time
from typing import Any

from pupil_labs.realtime_api.simple import Device
from reporting import report


def main(port: int) -> dict[str, Any]:
    device = Device("127.0.0.1", port, start_streaming_by_default=True)
    matched = device.receive_matched_scene_video_frame_and_gaze(10)
    began_s = time.monotonic()
    device.close()
    return {
        "received": matched is not None,
        "closing_s": time.monotonic() - began_s,
        "threads": [thread.name for thread in threading.enumerate() if not thread.daemon],
        "is_currently_streaming": device.is_currently_streaming,
    }


report(main)
