"""An experiment whose progress is in the recording: an event where each part begins and ends.

Usage: ``python experiment_progress.py [ADDRESS [PORT]]``

If the experiment fails, its last event says why, and the recording is kept.
"""

import random
import sys
import time
from contextlib import contextmanager

from gazewire.client.simple import Device

TRIALS = 3
NS_PER_S = 1_000_000_000


@contextmanager
def recording(device: Device):
    print(f"recording {device.recording_start()}")
    try:
        yield
    except BaseException as error:
        device.send_event(f"failed: {error!r}")
        raise
    finally:
        device.recording_stop_and_save()


@contextmanager
def part(device: Device, name: str):
    began = device.send_event(f"{name}.begin")
    yield
    ended = device.send_event(f"{name}.end")
    print(f"{name}: {(ended.timestamp - began.timestamp) / NS_PER_S:.2f} s")


def run_trial() -> None:
    time.sleep(random.uniform(0.1, 0.3))  # your stimulus, and the answer to it


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    with Device(address, int(port)) as device, recording(device):
        with part(device, "instructions"):
            time.sleep(0.2)
        for number in range(1, TRIALS + 1):
            with part(device, f"trial {number} of {TRIALS}"):
                run_trial()
    print("saved")


if __name__ == "__main__":
    main(*sys.argv[1:])
