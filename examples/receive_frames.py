"""Scene video with the official client: the newest picture, ten times, and the last one as a file.

Usage: ``python receive_frames.py [ADDRESS [PORT [FILE]]]``

FILE is a PPM, which most picture viewers open. Runs with `pip install pupil-labs-realtime-api`.
"""

import sys
from pathlib import Path

from pupil_labs.realtime_api.simple import Device

COUNT = 10
TIMEOUT_S = 10


def main(address: str = "127.0.0.1", port: str = "8080", file: str = "scene.ppm") -> None:
    device = Device(address, int(port))
    try:
        for _ in range(COUNT):
            frame = device.receive_scene_video_frame(TIMEOUT_S)
            if frame is None:
                sys.exit(f"no picture came within {TIMEOUT_S} s")
            height, width, _ = frame.bgr_pixels.shape
            print(f"{frame.timestamp_unix_seconds:.6f}  {width} x {height}")
        rgb = frame.bgr_pixels[:, :, ::-1]
        Path(file).write_bytes(f"P6 {width} {height} 255\n".encode() + rgb.tobytes())
        print(f"wrote {file}")
    finally:
        device.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
