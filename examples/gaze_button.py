"""A button that is pressed by looking at it for a while.

Usage: ``python gaze_button.py [ADDRESS [PORT]]``

The button is a part of a marked screen (see `marked_screen.py`): the ball game on the monitor of
the synthetic wearer. How long somebody has looked is told by the device's timestamps, so that it
does not matter how long pictures travel.
"""

import sys

from marked_screen import Screen

from gazewire.client.simple import Delivery, Device

LEFT, TOP, RIGHT, BOTTOM = 0.13, 0.55, 0.50, 0.96  # of the screen
DWELL_NS = 400_000_000
TIMEOUT_S = 10


class DwellButton:
    def __init__(self):
        self._since_ns = None
        self._is_pressed = False

    def look(self, place, timestamp_unix_ns):
        """Take note of where somebody looks; true once for each look that was long enough."""
        inside = place is not None and LEFT <= place[0] <= RIGHT and TOP <= place[1] <= BOTTOM
        if not inside:
            self._since_ns, self._is_pressed = None, False
            return False
        if self._since_ns is None:
            self._since_ns = timestamp_unix_ns
        if self._is_pressed or timestamp_unix_ns - self._since_ns < DWELL_NS:
            return False
        self._is_pressed = True
        return True


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    screen, button = Screen(), DwellButton()
    with Device(address, int(port)) as device:
        device.set_delivery(Delivery.NEWEST)
        while pair := device.receive_matched_scene_video_frame_and_gaze(TIMEOUT_S):
            if button.look(screen.locate(*pair), pair.gaze.timestamp_unix_ns):
                print(f"pressed at {pair.gaze.timestamp_unix_ns}")
                return
    sys.exit(f"no pair came within {TIMEOUT_S} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
