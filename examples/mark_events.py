"""A recording with events in it, made with the official client.

Usage: ``python mark_events.py [ADDRESS [PORT]]``

One event gets its time from the device when it arrives, one brings its own. Runs with
`pip install pupil-labs-realtime-api`.
"""

import sys
import time

from pupil_labs.realtime_api.simple import Device

SHOWN_S = 1.0


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    device = Device(address, int(port))
    try:
        print(f"recording {device.recording_start()}")
        shown = device.send_event("picture shown")
        time.sleep(SHOWN_S)  # your experiment
        hidden = device.send_event("picture hidden", event_timestamp_unix_ns=time.time_ns())
        for event in (shown, hidden):
            print(f"{event.timestamp}  {event.name}")
        device.recording_stop_and_save()
        print("saved")
    finally:
        device.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
