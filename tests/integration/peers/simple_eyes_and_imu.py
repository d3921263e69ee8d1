"""The simple client receives eye pictures, inertial data, and eyes and gaze to each scene frame.

The pictures of the eyes go to a raw file, (N, 192, 384) levels of blue, green and red, so that the
test can hold them against the source.
"""

from pathlib import Path
from typing import Any

from pupil_labs.realtime_api.simple import Device
from reporting import fields, report

LIMIT_S = 15


def picture(frame: Any) -> dict[str, Any]:
    return {
        "shape": list(frame.bgr_pixels.shape),
        "timestamp_unix_seconds": frame.timestamp_unix_seconds,
    }


def main(port: int, eyes_count: int, imu_count: int, matched_count: int, bgr_path: str) -> Any:
    device = Device("127.0.0.1", port)
    try:
        eyes = [device.receive_eyes_video_frame(LIMIT_S) for _ in range(eyes_count)]
        imu = [device.receive_imu_datum(LIMIT_S) for _ in range(imu_count)]
        matched = [
            device.receive_matched_scene_and_eyes_video_frames_and_gaze(LIMIT_S)
            for _ in range(matched_count)
        ]
        with Path(bgr_path).open("wb") as file:
            for frame in eyes:
                file.write(frame.bgr_pixels.tobytes())
        return {
            "eyes": [picture(frame) for frame in eyes],
            "imu": [fields(datum) for datum in imu],
            "imu_class": type(imu[0]).__name__,
            "matched": [
                {
                    "scene": picture(triple.scene),
                    "eyes": picture(triple.eyes),
                    "gaze": fields(triple.gaze),
                }
                for triple in matched
            ],
            "is_currently_streaming": device.is_currently_streaming,
        }
    finally:
        device.close()


report(main)
