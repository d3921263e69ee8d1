"""Pictures and the gaze of their instant: the nearest one, or one computed for it.

Usage: ``python nearest_gaze.py [ADDRESS [PORT]]``
"""

import sys

from gazewire.client.simple import Device, Matching

COUNT = 5
TIMEOUT_S = 10
NS_PER_MS = 1_000_000


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    with Device(address, int(port)) as device:
        for matching in Matching:
            device.set_matching(matching, tolerance_seconds=0.02)
            for _ in range(COUNT):
                pair = device.receive_matched_scene_video_frame_and_gaze(TIMEOUT_S)
                if pair is None:
                    sys.exit(f"no pair came within {TIMEOUT_S} s")
                later_ns = pair.gaze.timestamp_unix_ns - pair.frame.timestamp_unix_ns
                print(
                    f"{matching.value:12}  x {pair.gaze.x:7.1f}  y {pair.gaze.y:7.1f}"
                    f"  {later_ns / NS_PER_MS:+7.3f} ms"
                )


if __name__ == "__main__":
    main(*sys.argv[1:])
