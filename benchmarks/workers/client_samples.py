"""Reads gaze by blocking calls and works 4 ms on each, while all other streams run too.

Usage: client_samples.py SECONDS HTTP_PORT
"""

from __future__ import annotations

import sys
import time

from client_library import library, report

INTERVAL_S = 1 / 200
WORK_S = 0.004
WARM_UP_S = 3.0


def work() -> None:
    """Be busy, as a program is: holding the interpreter, which the client's threads need too."""
    end_s = time.perf_counter() + WORK_S
    while time.perf_counter() < end_s:
        pass


def main(seconds: float, http_port: int) -> None:
    device = library("simple").Device("127.0.0.1", http_port)
    device.streaming_start(None)
    end_s = time.perf_counter() + WARM_UP_S
    while time.perf_counter() < end_s:
        device.receive_gaze_datum()
        work()
    instants_s: list[float] = []
    end_s += seconds
    while time.perf_counter() < end_s:
        instants_s.append(device.receive_gaze_datum().timestamp_unix_seconds)
        work()
    expected = round((instants_s[-1] - instants_s[0]) / INTERVAL_S) + 1
    report(expected=expected, received=len(set(instants_s)))


main(float(sys.argv[1]), int(sys.argv[2]))
