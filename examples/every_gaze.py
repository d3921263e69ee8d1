"""Every gaze datum, though each is worked on for as long as there is: none is lost.

Usage: ``python every_gaze.py [ADDRESS [PORT]]``

Data wait for their reader, some twenty seconds of them. What was lost on the way is counted.
"""

import itertools
import sys
import time

from gazewire.client.simple import Device

COUNT = 400
WORK_S = 0.004
NS_PER_MS = 1_000_000


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    times_ns = []
    with Device(address, int(port)) as device:
        for datum in device.gaze():
            times_ns.append(datum.timestamp_unix_ns)
            time.sleep(WORK_S)  # your analysis
            if len(times_ns) == COUNT:
                counts = device.statistics()["gaze"]  # while the stream still runs
                break
    steps_ms = [(b - a) / NS_PER_MS for a, b in itertools.pairwise(times_ns)]
    print(f"{COUNT} data, {min(steps_ms):.3f} to {max(steps_ms):.3f} ms apart")
    print(f"{counts.packets} packets by {counts.transport}: {counts.lost} lost, {counts.late} late")


if __name__ == "__main__":
    main(*sys.argv[1:])
