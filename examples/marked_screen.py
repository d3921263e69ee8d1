"""Where on a screen the wearer looks: AprilTags in its corners are found in each picture.

Usage: ``python marked_screen.py [ADDRESS [PORT]]``

The tags are 0 to 3 of family 36h11, clockwise from the top left, as on the monitor of the synthetic
wearer. (0, 0) is the top left corner of the first, (1, 1) the bottom right corner of the third.
Lenses bend straight lines: with real glasses, straighten points by ``device.get_calibration()``.
"""

import sys

import cv2
import numpy as np

from gazewire.client.simple import Delivery, Device

COUNT = 10
TIMEOUT_S = 10
CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)


class Screen:
    def __init__(self):
        family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
        self._detector = cv2.aruco.ArucoDetector(family)

    def locate(self, frame, gaze):
        """The gaze on the screen; None where not all tags are in the picture."""
        gray = cv2.cvtColor(frame.bgr_pixels, cv2.COLOR_BGR2GRAY)
        tags, numbers, _ = self._detector.detectMarkers(gray)
        seen = {} if numbers is None else dict(zip(numbers.ravel().tolist(), tags, strict=True))
        if not seen.keys() >= set(range(4)):
            return None
        # Corners of a tag are counted like the tags: the outermost one of each has its number.
        outermost = np.array([seen[number][0][number] for number in range(4)], np.float32)
        to_screen = cv2.getPerspectiveTransform(outermost, CORNERS)
        x, y = cv2.perspectiveTransform(np.array([[[gaze.x, gaze.y]]]), to_screen)[0, 0]
        return float(x), float(y)


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    screen = Screen()
    with Device(address, int(port)) as device:
        device.set_delivery(Delivery.NEWEST)  # to find tags may take longer than a picture
        for _ in range(COUNT):
            pair = device.receive_matched_scene_video_frame_and_gaze(TIMEOUT_S)
            if pair is None:
                sys.exit(f"no pair came within {TIMEOUT_S} s")
            place = screen.locate(*pair)
            print("no screen" if place is None else "screen x {:6.3f}  y {:6.3f}".format(*place))


if __name__ == "__main__":
    main(*sys.argv[1:])
