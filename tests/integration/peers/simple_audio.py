"""The simple client receives sound for itself, then matched with frames of the scene."""

from typing import Any

from pupil_labs.realtime_api.simple import Device
from reporting import report


def sound(frame: Any) -> dict[str, Any]:
    return {
        "rate_hz": frame.av_frame.sample_rate,
        "samples": frame.av_frame.samples,
        "timestamp_unix_ns": frame.timestamp_unix_ns,
    }


def main(port: int, count: int, matched_count: int, timeout_s: float) -> Any:
    device = Device("127.0.0.1", port)
    try:
        received = [device.receive_audio_frame(timeout_s) for _ in range(count)]
        matched = [
            device.receive_matched_scene_video_frame_and_audio(timeout_s)
            for _ in range(matched_count)
        ]
        return {
            "audio": [None if frame is None else sound(frame) for frame in received],
            "matched": [
                None
                if item is None
                else {
                    "frame_unix_ns": item.frame.timestamp_unix_ns,
                    "audio": [sound(frame) for frame in item.audio],
                }
                for item in matched
            ],
        }
    finally:
        device.close()


report(main)
