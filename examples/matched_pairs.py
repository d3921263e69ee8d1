"""Scene pictures and the gaze that belongs to each, paired in time by the official client.

Usage: ``python matched_pairs.py [ADDRESS [PORT]]``

The client takes the first gaze after a picture, not the nearest; the last column tells how much
later that is. Runs with `pip install pupil-labs-realtime-api`.
"""

import sys

from pupil_labs.realtime_api.simple import Device

COUNT = 10
TIMEOUT_S = 10
MS_PER_S = 1000


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    device = Device(address, int(port))
    try:
        for _ in range(COUNT):
            pair = device.receive_matched_scene_video_frame_and_gaze(TIMEOUT_S)
            if pair is None:
                sys.exit(f"no pair came within {TIMEOUT_S} s")
            seen, gaze = pair
            later_s = gaze.timestamp_unix_seconds - seen.timestamp_unix_seconds
            print(
                f"picture {seen.timestamp_unix_seconds:.6f}  gaze x {gaze.x:7.1f}  y {gaze.y:7.1f}"
                f"  {later_s * MS_PER_S:+5.1f} ms"
            )
    finally:
        device.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
