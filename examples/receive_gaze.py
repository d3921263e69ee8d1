"""Gaze with the official client: the newest datum, ten times.

Usage: ``python receive_gaze.py [ADDRESS [PORT]]``

Runs with `pip install pupil-labs-realtime-api`, against `gazewire device` or real glasses.
"""

import sys

from pupil_labs.realtime_api.simple import Device

COUNT = 10
TIMEOUT_S = 10


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    device = Device(address, int(port))
    try:
        for _ in range(COUNT):
            gaze = device.receive_gaze_datum(TIMEOUT_S)
            if gaze is None:
                sys.exit(f"no gaze came within {TIMEOUT_S} s")
            worn = "worn" if gaze.worn else "not worn"
            print(f"{gaze.timestamp_unix_seconds:.6f}  x {gaze.x:7.1f}  y {gaze.y:7.1f}  {worn}")
    finally:
        device.close()  # without it the client's thread keeps the program alive


if __name__ == "__main__":
    main(*sys.argv[1:])
