"""How well and how fast markers, surfaces and calibration markers are found, in drawn pictures.

    python benchmarks/bench_surfaces.py [--images 12] [--peer PYTHON]

Every picture is drawn by a camera whose numbers are known, from a sheet with five AprilTags or from
a round marker before a synthetic room. Times are those that the one thread had on the processor,
because the machine may do other things. PYTHON is an interpreter that has `pupil_apriltags`, the
detector of the Core programs, which then sees the same pictures.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rivals import describe_machine

from gazewire.optics import Camera
from gazewire.sim import scene_camera
from gazewire.sim.scene import Scene
from gazewire.surface import (
    CalibrationMarkerKind,
    Marker,
    MarkerDetector,
    MarkerId,
    Surface,
    SurfaceLocation,
    SurfaceTrail,
    calibration_marker_image,
    find_calibration_markers,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "unit" / "surface"))

from marked_sheet import TAGS, Pose, Sheet, on_surface, truths

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]

PINHOLE = Camera(1280, 720, (800.0, 800.0), (639.5, 359.5))
WIDE = Camera(1280, 720, (760.0, 760.0), (639.5, 359.5), (-0.28, 0.09, 0.0005, -0.0005, -0.012))
FRAME_NS = 33_333_333
# What a found corner may be off; what is farther is a wrong marker.
NEAR_PX = 5.0


@dataclass(frozen=True)
class View:
    """A way to look at the sheet."""

    name: str
    tilt_deg: float = 20.0
    distance: tuple[float, float] = (2.4, 3.4)
    camera: Camera = PINHOLE
    blur_px: float = 0.7
    noise: float = 2.0
    sweep_px: int = 0  # of the head during the exposure


VIEWS = [
    View("near, sharp"),
    View("wide lens", camera=WIDE),
    View("tilted 55 to 65 deg", tilt_deg=60.0),
    View("small: 22 to 30 px", distance=(5.5, 7.0)),
    View("out of focus, 2 px", blur_px=2.0),
    View("dark: noise of 12", noise=12.0),
    View("head moves 7 px in the exposure", sweep_px=7),
]


@dataclass
class Score:
    """What became of one detector in one view."""

    errors_px: list[float] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)
    found: int = 0
    wrong: int = 0
    there: int = 0

    def count(self, markers: Sequence[tuple[int, Floats]], true: Sequence[Marker]) -> None:
        places = {marker.id.number: marker.corners_px for marker in true}
        self.there += len(places)
        for number, corners in markers:
            errors = np.linalg.norm(corners - places.get(number, np.full((4, 2), np.inf)), axis=1)
            if errors.max() < NEAR_PX:
                self.found += 1
                self.errors_px += errors.tolist()
            else:
                self.wrong += 1

    @property
    def row(self) -> str:
        error = np.sqrt(np.mean(np.square(self.errors_px))) if self.errors_px else np.nan
        worst = np.percentile(self.errors_px, 95) if self.errors_px else np.nan
        return (
            f"{self.found / max(self.there, 1):.2f} | {self.wrong} | {error:.3f} | {worst:.3f} | "
            f"{np.median(self.times_ms):.1f}"
        )


def poses(view: View, count: int, rng: np.random.Generator) -> Iterator[Pose]:
    for _ in range(count):
        way = rng.uniform(0, 2 * np.pi)
        tilt = view.tilt_deg + rng.uniform(-5, 5)
        turn = (tilt * np.cos(way), tilt * np.sin(way), rng.uniform(-15, 15))
        yield Pose(
            turn, (rng.uniform(-0.2, 0.2), rng.uniform(-0.1, 0.1), rng.uniform(*view.distance))
        )


def pictures(count: int) -> Iterator[tuple[View, Image, list[Marker]]]:
    sheet, rng = Sheet(), np.random.default_rng(1)
    for view in VIEWS:
        for seed, pose in enumerate(poses(view, count, rng)):
            noise = 0.0 if view.sweep_px else view.noise
            image = sheet.seen(pose, view.camera, blur_px=view.blur_px, noise=noise, seed=seed)
            if view.sweep_px:
                kernel = np.full((1, view.sweep_px), 1 / view.sweep_px)
                swept = cv2.filter2D(image.astype(np.float32), -1, kernel)
                swept += rng.normal(0, view.noise, swept.shape)
                image = np.clip(np.rint(swept), 0, 255).astype(np.uint8)
            yield view, image, truths(pose, view.camera)


def ours(decimation: int) -> Callable[[Image], list[tuple[int, Floats]]]:
    detector = MarkerDetector(decimation=decimation)
    return lambda image: [(m.id.number, m.corners_px) for m in detector.detect(image)]


def opencv() -> Callable[[Image], list[tuple[int, Floats]]]:
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    family = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_APRILTAG_36h11)
    detector = cv2.aruco.ArucoDetector(family, parameters)

    def find(image: Image) -> list[tuple[int, Floats]]:
        quads, numbers, _ = detector.detectMarkers(image)
        if numbers is None:
            return []
        return [
            (int(n), np.asarray(q[0], float)) for n, q in zip(numbers.ravel(), quads, strict=True)
        ]

    return find


_PEER = """
import json, sys, time, numpy, pupil_apriltags
images = numpy.load(sys.argv[1])
# As Core sets it up, but for the one thread, that times may be compared.
detector = pupil_apriltags.Detector(
    families="tag36h11", nthreads=1, quad_decimate=float(sys.argv[2]), decode_sharpening=1.0)
for image in images:
    begin = time.process_time()
    found = detector.detect(image)
    lasted = time.process_time() - begin
    print(json.dumps([lasted, [[one.tag_id, one.corners.tolist()] for one in found]]))
"""


def peer(python: str, decimation: int, images: Sequence[Image]) -> list[tuple[float, list]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.npy"
        np.save(path, np.stack(images))
        command = [python, "-c", _PEER, str(path), str(decimation)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    answers = []
    for line in told.splitlines():
        lasted, found = json.loads(line)
        # Its corners go against the clock from the bottom left of the official drawing, which is
        # upside down to OpenCV's; and its pixels' middles are at a half.
        markers = [(n, np.array(c)[[1, 0, 3, 2]] - 0.5) for n, c in found]
        answers.append((lasted, markers))
    return answers


def report_markers(count: int, python: str | None) -> None:
    seen = list(pictures(count))
    detectors = {"gazewire": ours(2), "gazewire, decimation 1": ours(1), "OpenCV, subpix": opencv()}
    print("\n| view | detector | found | wrong | error rms px | 95 % px | ms |\n|-|-|-|-|-|-|-|")
    scores: dict[tuple[str, str], Score] = {}
    for name, find in detectors.items():
        for view, image, true in seen:
            score = scores.setdefault((view.name, name), Score())
            begin = time.thread_time()
            found = find(image)
            score.times_ms.append(1000 * (time.thread_time() - begin))
            score.count(found, true)
    for decimation in (2, 1) if python else ():
        answers = peer(str(python), decimation, [image for _, image, _ in seen])
        for (view, _, true), (lasted, found) in zip(seen, answers, strict=True):
            score = scores.setdefault((view.name, f"pupil_apriltags, {decimation}"), Score())
            score.times_ms.append(1000 * lasted)
            score.count(found, true)
    for view in VIEWS:
        for (view_name, name), score in scores.items():
            if view_name == view.name:
                print(f"| {view.name} | {name} | {score.row} |")


def report_locations(count: int) -> None:
    sheet, rng = Sheet(), np.random.default_rng(2)
    surface = Surface("sheet", {MarkerId("tag36h11", n): on_surface(n) for n in TAGS})
    detector = MarkerDetector()
    grid = np.stack(np.meshgrid(np.linspace(0, 1, 9), np.linspace(0, 1, 5)), axis=-1).reshape(-1, 2)
    print("\n| markers | camera | error rms px | worst place px |\n|-|-|-|-|")
    for camera_name, camera in (("pinhole", PINHOLE), ("wide", WIDE)):
        seen = []
        for seed, pose in enumerate(poses(View("", camera=camera), count, rng)):
            markers = detector.detect(sheet.seen(pose, camera, seed=seed))
            seen.append((markers, camera.project(pose.points(grid * [2.0, 1.0]))))
        for numbers in ((0, 1, 2, 3, 7), (0, 2), (7,)):
            errors = []
            for markers, true in seen:
                some = [m for m in markers if m.id.number in numbers]
                location = surface.locate(some, camera)
                assert location is not None
                errors.append(np.linalg.norm(location.pixels(grid) - true, axis=1))
            rms, worst = np.sqrt(np.mean(np.square(errors))), np.median(np.max(errors, axis=1))
            print(f"| {len(numbers)} | {camera_name} | {rms:.3f} | {worst:.3f} |")


def report_scene() -> None:
    """The monitor in the synthetic room: 1600 x 1200 pixels with all that is in them."""
    size = scene_camera("neon")
    camera = Camera(size.width, size.height, (size.focal_px, size.focal_px), size.middle_px)
    corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    print(
        "\n| room | located | corner error median px | ms of markers | ms of the place |"
        "\n|-|-|-|-|-|"
    )
    for seed in (1, 2, 3):
        scene = Scene(size, seed)
        drawn = [
            Marker(MarkerId("tag36h11", n), size.project(quad), 100.0)
            for n, quad in scene.markers.items()
        ]
        surface, detector = Surface.register("screen", [drawn], camera), MarkerDetector()
        # The corners of the surface are the outermost of the markers, clockwise from the top left.
        outermost = np.array([scene.markers[number][number] for number in (3, 2, 1, 0)])
        errors, marker_ms, place_ms = [], [], []
        for t_s in np.arange(0.0, 20.0, 0.5):
            luma = scene.render(round(t_s * 1e9))[: size.width * size.height]
            begin = time.thread_time()
            markers = detector.detect(luma.reshape(size.height, size.width))
            middle = time.thread_time()
            location = surface.locate(markers, camera)
            marker_ms.append(1000 * (middle - begin))
            place_ms.append(1000 * (time.thread_time() - middle))
            if location is not None:
                true = scene.project(outermost, t_s)
                errors.append(np.linalg.norm(location.pixels(corners) - true, axis=1).mean())
        print(
            f"| {seed} | {len(errors)} of 40 | {np.median(errors):.3f} | "
            f"{np.median(marker_ms):.1f} | {np.median(place_ms):.1f} |"
        )


def report_gaze() -> None:
    """Gaze at 200 Hz on a surface, scene images at 30 Hz, a head that turns ever faster."""
    surface = Surface("sheet", {MarkerId("tag36h11", n): on_surface(n) for n in TAGS})
    place = np.array([[0.62, 0.41]])
    print("\n| head | by the instant, px | by the image after, px |\n|-|-|-|")
    for peak_deg_s in (10, 50, 100, 200):

        def pose(t_ns: float, peak_deg_s: int = peak_deg_s) -> Pose:
            swing = 2 * np.pi * 1.0  # once a second
            angle = peak_deg_s / swing * np.sin(swing * t_ns / 1e9)
            tangent = 3.0 * np.tan(np.radians(angle))
            return Pose((0.3 * angle, angle, 0.2 * angle), (tangent, 0.3 * tangent, 3.0))

        def location(t_ns: float, pose: Callable[[float], Pose] = pose) -> SurfaceLocation:
            found = surface.locate(truths(pose(t_ns), WIDE), WIDE)
            assert found is not None
            return found

        trail, last = SurfaceTrail(), 2_000_000_000
        frames = np.arange(0, last, FRAME_NS)
        for t_ns in frames.tolist():
            trail.add(t_ns, location(t_ns))
        times = np.arange(0, int(frames[-1]), 5_000_000)
        points = np.concatenate(
            [WIDE.project(pose(t).points(place * [2.0, 1.0])) for t in times.tolist()]
        )
        inside = ((points >= 0) & (points < [WIDE.width, WIDE.height])).all(axis=1)
        after = frames[np.searchsorted(frames, times)]
        by_image = np.concatenate(
            [
                location(int(frame)).place(point[None])
                for frame, point in zip(after, points, strict=True)
            ]
        )
        # A width of the sheet is so many pixels.
        width_px = 2.0 * 760 / 3.0
        errors = [
            width_px * np.sqrt(np.mean(((found - place)[inside] * [1, 0.5]) ** 2) * 2)
            for found in (trail.places(times, points), by_image)
        ]
        print(f"| up to {peak_deg_s} deg/s | {errors[0]:.2f} | {errors[1]:.2f} |")


def with_round_marker(
    room: Image,
    kind: CalibrationMarkerKind,
    distance_mm: float,
    tilt_deg: float,
    rng: np.random.Generator,
) -> tuple[Image, Floats]:
    """A marker of 60 mm before a room: the picture, and where its middle is."""
    camera = Camera(room.shape[1], room.shape[0], (800.0, 800.0), (639.5, 359.5))
    at_px = rng.uniform([250, 150], [1030, 570])
    middle = distance_mm * np.linalg.solve(camera.matrix, [*at_px, 1.0])
    way, tilt = rng.uniform(0, 2 * np.pi), np.radians(tilt_deg)
    turn, _ = cv2.Rodrigues(tilt * np.array([np.cos(way), np.sin(way), 0.0]))
    # Tilted from the line of sight, and not from the axis of the camera.
    sight = middle / np.linalg.norm(middle)
    facing, _ = cv2.Rodrigues(np.cross([0.0, 0.0, 1.0], sight))
    turn = facing @ turn
    samples = 6
    # Drawn so finely that a sample is about a pixel of the drawing.
    diameter = max(round(samples * 800 * 60 / distance_mm), 24)
    drawn = calibration_marker_image(diameter, kind)
    half = (drawn.shape[0] - 1) / 2
    unit = 60 / diameter
    drawn_to_plane = np.array([[unit, 0, -unit * half], [0, unit, -unit * half], [0, 0, 1]])
    pose = np.column_stack([turn[:, 0], turn[:, 1], middle])
    reach = int(0.8 * 1.4 * 800 * 60 / distance_mm) + 6
    left, top = (at_px - reach).astype(int)
    cut = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]])
    finer = np.array([[samples, 0, (samples - 1) / 2], [0, samples, (samples - 1) / 2], [0, 0, 1]])
    view = finer @ cut @ camera.matrix @ pose @ drawn_to_plane
    side = 2 * reach * samples
    layers = [drawn, np.full_like(drawn, 255)]
    shown, cover = (
        cv2.resize(
            cv2.warpPerspective(layer, view, (side, side)).astype(np.float32),
            (2 * reach, 2 * reach),
            interpolation=cv2.INTER_AREA,
        )
        for layer in layers
    )
    image = np.pad(room.astype(np.float32), reach, mode="edge")
    patch = image[top + reach : top + 3 * reach, left + reach : left + 3 * reach]
    patch += (30 * cover / 255 + 170 * shown / 255) - patch * cover / 255
    image = cv2.GaussianBlur(image[reach:-reach, reach:-reach], (0, 0), 0.7)
    image += rng.normal(0, 3, image.shape)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), at_px


def rooms() -> list[Image]:
    size = scene_camera("neon")
    found = []
    for seed in (1, 2, 3):
        scene = Scene(size, seed)
        for t_s in (0, 4):
            luma = scene.render(t_s * 10**9)[: size.width * size.height]
            room = cv2.resize(luma.reshape(size.height, size.width), (1280, 960))
            found.append(np.ascontiguousarray(room[120:840]))
    return found


def report_calibration_markers(count: int) -> None:
    rng, backs = np.random.default_rng(3), rooms()
    print("\n| distance | tilt | found | wrong | error median px | 95 % px | ms |\n|-|-|-|-|-|-|-|")
    for distance_mm in (300, 600, 1000, 2000, 3000):
        for tilt_deg in (0, 30, 50, 65):
            errors, times, wrong = [], [], 0
            for number in range(count):
                kind: CalibrationMarkerKind = "stop" if number % 2 else "calibration"
                back = backs[number % len(backs)]
                image, place = with_round_marker(back, kind, distance_mm, tilt_deg, rng)
                begin = time.thread_time()
                found = find_calibration_markers(image)
                times.append(1000 * (time.thread_time() - begin))
                near = [m for m in found if np.hypot(*(m.center_px - place)) < NEAR_PX]
                wrong += len(found) - len([m for m in near if m.kind == kind])
                errors += [float(np.hypot(*(m.center_px - place))) for m in near]
            median, most = (
                (np.median(errors), np.percentile(errors, 95)) if errors else (np.nan, np.nan)
            )
            print(
                f"| {distance_mm / 1000:.1f} m | {tilt_deg} deg | {len(errors) / count:.2f} | "
                f"{wrong} | {median:.3f} | {most:.3f} | {np.median(times):.1f} |"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=12)
    parser.add_argument("--peer", metavar="PYTHON")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    print(describe_machine())
    report_markers(options.images, options.peer)
    report_locations(options.images)
    report_scene()
    report_gaze()
    report_calibration_markers(options.images)


if __name__ == "__main__":
    main()
