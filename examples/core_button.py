"""A button that is pressed by gaze, through the Core network, which tells where the screen is.

Usage: ``python core_button.py [ADDRESS [PORT]]``

Any service that tracks a surface called ``screen`` will do; `gazewire up` does. Nobody decodes a
picture here: gaze comes in the coordinates of the surface, (0, 0) at its bottom left corner. The
button is the ball game on the monitor of the synthetic wearer.
"""

import sys

from gazewire.client.core import BlockingCoreDevice

LEFT, BOTTOM, RIGHT, TOP = 0.13, 0.04, 0.50, 0.45
DWELL_NS = 400_000_000
CONFIDENT = 0.6
TIMEOUT_S = 10


def is_on_button(norm_pos) -> bool:
    x, y = norm_pos
    return LEFT <= x <= RIGHT and BOTTOM <= y <= TOP


def main(address: str = "127.0.0.1", port: str = "50020") -> None:
    since_ns = None
    with (
        BlockingCoreDevice(address, int(port)) as core,
        core.surfaces("screen") as sightings,
    ):
        while sighting := sightings.receive(TIMEOUT_S):
            for gaze in sorted(sighting.gaze, key=lambda gaze: gaze.base.timestamp_unix_ns):
                if gaze.confidence < CONFIDENT:
                    continue  # a blink is no look elsewhere
                now_ns = gaze.base.timestamp_unix_ns
                if not is_on_button(gaze.norm_pos):
                    since_ns = None
                elif since_ns is None:
                    since_ns = now_ns
                elif now_ns - since_ns >= DWELL_NS:
                    print(f"pressed at {now_ns}")
                    return
    sys.exit(f"the screen was not seen for {TIMEOUT_S} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
