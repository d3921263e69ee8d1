"""Your clock and the device's: an event put where it happened, and a datum in your own time.

Usage: ``python device_clock.py [ADDRESS [PORT]]``
"""

import sys
import time

from gazewire.client.simple import Device

TIMEOUT_S = 10
NS_PER_MS = 1_000_000


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    with Device(address, int(port)) as device:
        offset = device.clock_offset()
        print(
            f"your clock is ahead by {offset.offset_ns / NS_PER_MS:.3f} ms,"
            f" give or take {offset.uncertainty_ns / NS_PER_MS:.3f} ms"
        )
        device.recording_start()
        shown_ns = time.time_ns()  # read your clock when it happens,
        time.sleep(0.5)  # and tell the device when there is time
        event = device.send_event("stimulus", device.to_device_ns(shown_ns))
        back_ns = device.to_local_ns(event.timestamp)
        print(f"the stimulus is {abs(back_ns - shown_ns) / NS_PER_MS:.3f} ms from where it was")
        gaze = device.receive_gaze_datum(TIMEOUT_S)
        device.recording_cancel()
        if gaze is None:
            sys.exit(f"no gaze came within {TIMEOUT_S} s")
        age_ns = time.time_ns() - device.to_local_ns(gaze.timestamp_unix_ns)
        print(f"this gaze is {age_ns / NS_PER_MS:.1f} ms old")


if __name__ == "__main__":
    main(*sys.argv[1:])
