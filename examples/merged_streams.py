"""Several streams as one, in the order in which things happened.

Usage: ``python merged_streams.py [ADDRESS [PORT]]``

Here: how the head turns while the eyes jump. An item waits until the other streams have come as
far, a quarter of a second at most.
"""

import sys
from collections import Counter

from gazewire.client.simple import Device

COUNT = 600


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    counts, disorder, last_ns = Counter(), 0, 0
    with Device(address, int(port)) as device:
        for stream, item in device.merged("gaze", "imu", "eye_events"):
            counts[stream] += 1
            if stream == "eye_events":
                print(f"{item.timestamp_unix_ns}  {type(item).__name__}")
            disorder += item.timestamp_unix_ns < last_ns
            last_ns = item.timestamp_unix_ns
            if counts.total() == COUNT:
                break
    print(", ".join(f"{count} of {stream}" for stream, count in sorted(counts.items())))
    print(f"{disorder} out of order")


if __name__ == "__main__":
    main(*sys.argv[1:])
