"""All gaze on a marked screen, each datum by where the screen was at that instant.

Usage: ``python gaze_on_surface.py [ADDRESS [PORT]]``

Any AprilTags of family 36h11 that lie in one plane will do: the first picture that shows some makes
the surface. Real glasses bend straight lines: tell their `Camera` by ``device.get_calibration()``.
"""

import sys

import cv2
import numpy as np

from gazewire.client.simple import Device
from gazewire.optics import Camera
from gazewire.surface import MarkerDetector, Surface, SurfaceTrail, dwell, heat_map

FRAMES = 40
TIMEOUT_S = 10
HALVES = {"left half": (0, 0, 0.5, 1), "right half": (0.5, 0, 1, 1)}


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    detector, trail = MarkerDetector(), SurfaceTrail()
    surface = None
    times_ns, points_px = [], []
    with Device(address, int(port)) as device:
        for _ in range(FRAMES):
            frame = device.receive_scene_video_frame(TIMEOUT_S)
            if frame is None:
                sys.exit(f"no picture came within {TIMEOUT_S} s")
            gray = cv2.cvtColor(frame.bgr_pixels, cv2.COLOR_BGR2GRAY)
            height, width = gray.shape
            camera = Camera(width, height, (896.0, 896.0), ((width - 1) / 2, (height - 1) / 2))
            markers = detector.detect(gray)
            if surface is None and len(markers) >= 2:
                surface = Surface.register("screen", [markers], camera, size=(16, 9))
            location = surface.locate(markers, camera) if surface else None
            if location is not None:
                trail.add(frame.timestamp_unix_ns, location)
            while (gaze := device.receive_gaze_datum(0)) is not None:
                times_ns.append(gaze.timestamp_unix_ns)
                points_px.append((gaze.x, gaze.y))
    if surface is None:
        sys.exit("no tags were seen")
    places = trail.places(times_ns, np.reshape(points_px, (-1, 2)))
    known = np.isfinite(places).all(axis=1)
    print(f"{known.sum()} of {len(places)} gaze data have a place")
    for name, told in dwell(times_ns, places, HALVES).items():
        print(f"{name}: {told.duration_ns / 1e9:.2f} s in {told.visits} visits")
    heat = heat_map(places, size=surface.size, columns=32)
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    print(f"hottest: column {column} of {heat.shape[1]}, row {row} of {heat.shape[0]}")


if __name__ == "__main__":
    main(*sys.argv[1:])
