"""Gaze as arrays: how fast it moves, computed on all that came since the last look.

Usage: ``python gaze_batches.py [ADDRESS [PORT]]``

Columns are named with their units; what the device does not measure is NaN.
"""

import sys
import time

import numpy as np

from gazewire.client.simple import Device

BATCHES = 5
PAUSE_S = 0.2
NS_PER_S = 1e9


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    with Device(address, int(port)) as device:
        for number, batch in enumerate(device.batches("gaze"), start=1):
            if len(batch) > 1:
                elapsed_s = np.diff(batch["timestamp_unix_ns"]) / NS_PER_S
                moved_px = np.hypot(np.diff(batch["x_px"]), np.diff(batch["y_px"]))
                fastest = np.max(moved_px / elapsed_s)
                print(f"{len(batch):3} data, at most {fastest:8.0f} px/s")
            if number == BATCHES:
                break
            time.sleep(PAUSE_S)  # so that there is more than one


if __name__ == "__main__":
    main(*sys.argv[1:])
