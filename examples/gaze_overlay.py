"""A video of the scene with the gaze drawn into it.

Usage: ``python gaze_overlay.py [ADDRESS [PORT [FILE]]]``

Each picture gets the gaze that was measured nearest to its own instant.
"""

import sys

import cv2

from gazewire.client.simple import Device

COUNT = 60
RATE_HZ = 30
RADIUS_PX, THICKNESS_PX = 30, 6
RED = (0, 0, 255)


def main(address: str = "127.0.0.1", port: str = "8080", file: str = "overlay.mp4") -> None:
    video = None
    with Device(address, int(port)) as device:
        # Every picture that has a gaze, in order: one that is drawn late is late, not left out.
        for number, (frame, gaze) in enumerate(device.matched_scene_and_gaze(), start=1):
            picture = frame.bgr_pixels
            if video is None:
                height, width, _ = picture.shape
                codec = cv2.VideoWriter.fourcc(*"mp4v")
                video = cv2.VideoWriter(file, codec, RATE_HZ, (width, height))
            if gaze.worn:
                cv2.circle(picture, (round(gaze.x), round(gaze.y)), RADIUS_PX, RED, THICKNESS_PX)
            video.write(picture)
            if number == COUNT:
                break
    video.release()
    print(f"wrote {COUNT} pictures of {width} x {height} to {file}")


if __name__ == "__main__":
    main(*sys.argv[1:])
