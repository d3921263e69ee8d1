"""Gaze mappers: time of one pupil, and accuracy on made-up eyes, beside the incumbent's way.

python benchmarks/bench_gaze.py
"""

from __future__ import annotations

import time

import numpy as np
from scipy.spatial.transform import Rotation

from gazewire.gaze import GazeReference, evaluate_mapping, fit_gazer, map_pupils
from gazewire.model import Circle3d, Ellipse, EyeModel, PupilDatum, Sphere
from gazewire.optics import known_camera

CAMERA = known_camera("Pupil Cam1 ID2", 1280, 720)
FITTED = [(0.5, 0.5), (0.25, 0.2), (0.75, 0.2), (0.75, 0.8), (0.25, 0.8)]
TESTED = [(0.5, 0.85), (0.8, 0.5), (0.5, 0.15), (0.2, 0.5), (0.35, 0.4), (0.6, 0.6)]
NOTHING = Ellipse(center_px=(0.0, 0.0), axes_px=(0.0, 0.0), angle_deg=0.0)
BOTH = frozenset({0, 1})
ROUNDS = 20


class Wearer:
    """Eyes that are some millimetres off their nominal place and look 5° aside of their axes.

    The cameras turn about 20° to the side and 25° up against the scene camera; normals have noise,
    and the 2-D pupil is the projection of the same circle.
    """

    def __init__(self, seed: int, noise: float = 0.01, outliers: float = 0.0) -> None:
        self.rng = np.random.default_rng(seed)
        self.noise, self.outliers = noise, outliers
        self.eyes_mm = np.array([(25.0, 18, -25), (-37, 18, -25)])
        self.eyes_mm += self.rng.normal(0, 5, (2, 3))
        sides = 180 + self.rng.normal(-20, 5, 2) * (1, -1)
        angles = np.column_stack([sides, self.rng.normal(25, 5, 2)])
        self.cameras = Rotation.from_euler("yx", angles, degrees=True).as_matrix()
        aside = np.column_stack([self.rng.normal((5, -5), 1), (1.5, 1.5)])
        self.axes = Rotation.from_euler("yx", aside, degrees=True).as_matrix()

    def looks(self, sites, t_s, mode, samples=40, distance_mm=700.0, eyes=(0, 1)):
        """References and pupils while targets show for some seconds."""
        references, pupils = [], []
        for x, y in np.repeat(sites, samples, axis=0).tolist():
            t_s += 1 / 30
            references.append(GazeReference(timestamp_unix_ns=round(t_s * 1e9), norm_pos=(x, y)))
            place = (x * CAMERA.width, (1 - y) * CAMERA.height)
            target = CAMERA.unproject([place])[0] * distance_mm
            for eye in eyes:
                line = target - self.eyes_mm[eye]
                normal = self.cameras[eye].T @ self.axes[eye] @ (line / np.linalg.norm(line))
                is_outlier = self.rng.random() < self.outliers
                normal += self.rng.normal(0, 0.3 if is_outlier else self.noise, 3)
                normal /= np.linalg.norm(normal)
                pupils.append(self._pupil(eye, t_s + 0.002 * eye, normal, mode))
        return references, pupils

    def _pupil(self, eye, t_s, normal, mode) -> PupilDatum:
        center = np.array([1.0 - 2 * eye, 2.0, 38.0])
        x, y, z = center + 10.4 * normal
        model = EyeModel(
            sphere=Sphere(center_mm=tuple(center.tolist()), radius_mm=10.4),
            projected_sphere=NOTHING,
            circle=Circle3d(
                center_mm=(float(x), float(y), float(z)),
                normal=tuple(normal.tolist()),
                radius_mm=2.0,
            ),
            confidence=1.0,
            theta_rad=0.0,
            phi_rad=0.0,
        )
        return PupilDatum(
            eye_id=eye,
            detector=mode,
            method=mode,
            timestamp_unix_ns=round(t_s * 1e9),
            norm_pos=(float(0.5 + 1.47 * x / z), float(0.5 - 1.47 * y / z)),
            diameter_px=30.0,
            ellipse=NOTHING,
            confidence=1.0,
            model=model if mode == "3d" else None,
        )


def measure_time() -> None:
    print("us of one pupil, two eyes at 120 Hz, with a scene camera: median / 99 %")
    for gazer, mode in (("Gazer2D", "2d"), ("Gazer3D", "3d")):
        for style in ("default", "incumbent"):
            wearer = Wearer(0)
            fitted = fit_gazer(
                gazer, *wearer.looks(FITTED, 0.0, mode), scene_camera=CAMERA, mode=style
            )
            _, pupils = wearer.looks(TESTED, 100.0, mode)
            taken = []
            for _ in range(ROUNDS):
                mapper = fitted.mapper()
                for pupil in pupils:
                    begun = time.perf_counter_ns()
                    mapper.map(pupil, BOTH)
                    taken.append(time.perf_counter_ns() - begun)
            median, high = np.percentile(taken, [50, 99]) / 1e3
            print(f"  {gazer:8} {style:10} {median:6.1f} / {high:6.1f}")


def measure_accuracy() -> None:
    print("degrees, median over 6 places between and beyond 5 targets, mean of 5 wearers:")
    print(f"  {'':46} both eyes / one eye alone")
    cases = [
        ("as calibrated", {}, {}),
        ("10 % outliers", {"outliers": 0.1}, {}),
        ("noise of 2.4°", {"noise": 0.03}, {}),
        ("calibrated and tested at 1.5 m", {}, {"fit_mm": 1500.0, "test_mm": 1500.0}),
        ("tested at 0.35 m", {}, {"test_mm": 350.0}),
    ]
    for gazer, mode in (("Gazer2D", "2d"), ("Gazer3D", "3d")):
        for name, kind, at in cases:
            for style in ("incumbent", "default"):
                found = [one_wearer(gazer, mode, style, seed, kind, **at) for seed in range(5)]
                both, one = np.mean(found, axis=0)
                print(f"  {gazer:8} {name:31} {style:10} {both:5.2f} / {one:5.2f}")


def one_wearer(gazer, mode, style, seed, kind, fit_mm=700.0, test_mm=700.0) -> tuple[float, float]:
    wearer = Wearer(seed, **kind)
    data = wearer.looks(FITTED, 0.0, mode, distance_mm=fit_mm)
    fitted = fit_gazer(gazer, *data, scene_camera=CAMERA, mode=style)
    angles = []
    for eyes in ((0, 1), (1,)):
        references, pupils = wearer.looks(TESTED, 100.0, mode, distance_mm=test_mm, eyes=eyes)
        gazes = map_pupils(fitted.mapper(), pupils)
        angles.append(evaluate_mapping(gazes, references, CAMERA).median_deg)
    return angles[0], angles[1]


if __name__ == "__main__":
    measure_time()
    measure_accuracy()
