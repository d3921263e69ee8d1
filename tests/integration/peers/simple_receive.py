"""The simple client receives from each stream for itself, then matched, each with a time limit."""

from typing import Any

from pupil_labs.realtime_api.simple import Device
from reporting import fields, report

LIMIT_S = 10


def picture(frame: Any) -> dict[str, Any]:
    return {
        "shape": list(frame.bgr_pixels.shape),
        "mean": float(frame.bgr_pixels.mean()),
        "spread": float(frame.bgr_pixels.std()),
        "timestamp_unix_seconds": frame.timestamp_unix_seconds,
    }


def main(
    port: int, gaze_count: int, frame_count: int, matched_count: int, others: list[str]
) -> Any:
    device = Device("127.0.0.1", port)
    try:
        gaze = [device.receive_gaze_datum(LIMIT_S) for _ in range(gaze_count)]
        scene = [device.receive_scene_video_frame(LIMIT_S) for _ in range(frame_count)]
        matched = [
            device.receive_matched_scene_video_frame_and_gaze(LIMIT_S) for _ in range(matched_count)
        ]
        received = {
            "gaze": [fields(datum) for datum in gaze],
            "gaze_class": type(gaze[0]).__name__,
            "scene": [picture(frame) for frame in scene],
            "matched": [[picture(pair.frame), fields(pair.gaze)] for pair in matched],
            "is_currently_streaming": device.is_currently_streaming,
        }
        if "eye_events" in others:
            event = device.receive_eye_events(LIMIT_S)
            received["eye_event_class"] = type(event).__name__
        return received
    finally:
        device.close()


report(main)
