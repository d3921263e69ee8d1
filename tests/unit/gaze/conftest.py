"""What gaze tests share: pupils of made-up eyes, and the vectors of the incumbent's protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gazewire.gaze import GazeReference
from gazewire.model import Circle3d, Ellipse, EyeId, EyeModel, PupilDatum, Sphere

NOTHING = Ellipse(center_px=(0.0, 0.0), axes_px=(0.0, 0.0), angle_deg=0.0)

MakePupil = Callable[..., PupilDatum]


def make_pupil(
    eye_id: EyeId,
    t_s: float,
    confidence: float = 1.0,
    norm_pos: tuple[float, float] = (0.5, 0.5),
    normal: tuple[float, float, float] | None = None,
    center: tuple[float, float, float] = (0.0, 0.0, 40.0),
) -> PupilDatum:
    """A pupil, 3-D where it has a normal."""
    model = None
    if normal is not None:
        model = EyeModel(
            sphere=Sphere(center_mm=center, radius_mm=10.39),
            projected_sphere=NOTHING,
            circle=Circle3d(center_mm=center, normal=normal, radius_mm=2.0),
            confidence=1.0,
            theta_rad=0.0,
            phi_rad=0.0,
        )
    return PupilDatum(
        eye_id=eye_id,
        detector="2d" if model is None else "3d",
        method="2d c++" if model is None else "pye3d 0.3.2 real-time",
        timestamp_unix_ns=round(t_s * 1e9),
        norm_pos=norm_pos,
        diameter_px=30.0,
        ellipse=NOTHING,
        confidence=confidence,
        model=model,
    )


@dataclass(frozen=True)
class Calibration:
    references: list[GazeReference]
    pupils: list[PupilDatum]


@pytest.fixture(scope="session")
def pupil() -> MakePupil:
    return make_pupil


@pytest.fixture(scope="session")
def calibration_2d() -> Calibration:
    """The vector of Gazer2D: nine sites, three samples each."""
    sites = [(0.5, 0.5), (0.1, 0.9), (0.9, 0.9), (0.9, 0.1), (0.1, 0.1)]
    sites += [(0.5, 0.9), (0.9, 0.5), (0.5, 0.1), (0.1, 0.5)]
    references, pupils = [], []
    t = 10.0
    for k, (x, y) in enumerate(sites):
        for i in range(3):
            t = round(t + 0.02, 6)
            px = round(0.3 + 0.35 * x + 0.05 * y + 0.03 * x * y, 6)
            px += 0.001 * ((7 * k + 3 * i) % 5 - 2)
            py = round(0.25 + 0.4 * y - 0.04 * x + 0.02 * x * x, 6)
            qx = round(0.7 - 0.33 * x + 0.04 * y, 6)
            qy = round(0.3 + 0.38 * y + 0.05 * x - 0.03 * y * y, 6)
            qy += 0.001 * ((5 * k + i) % 3 - 1)
            references.append(GazeReference(timestamp_unix_ns=round(t * 1e9), norm_pos=(x, y)))
            pupils.append(make_pupil(0, t, 1.0, (px, py)))
            pupils.append(make_pupil(1, t + 0.003, 0.9, (qx, qy)))
    return Calibration(references, pupils)


HMD_EYES_MM = ((34.75, 0.0, 0.0), (-34.75, 0.0, 0.0))
HMD_TARGETS_MM = [
    (0, 0, 600),
    (0, 0, 1000),
    (0, 0, 2000),
    (180, 0, 600),
    (240, 0, 1000),
    (420, 0, 2000),
    (55.62306, 195.383, 600),
    (74.16407, 260.5106, 1000),
    (129.7871, 455.8936, 2000),
    (-145.6231, 120.7533, 600),
    (-194.1641, 161.0044, 1000),
    (-339.7872, 281.7577, 2000),
    (-145.6231, -120.7533, 600),
    (-194.1641, -161.0044, 1000),
    (-339.7872, -281.7577, 2000),
    (55.62306, -195.383, 600),
    (74.16407, -260.5106, 1000),
    (129.7871, -455.8936, 2000),
]


@pytest.fixture(scope="session")
def calibration_hmd() -> Callable[[float], Calibration]:
    """The vector of GazerHMD3D, for a scale of depth."""

    def made(scale: float) -> Calibration:
        rotations = [
            Rotation.from_rotvec(rotvec).as_matrix()
            for rotvec in ((0.2, 2.9, 0.1), (-0.15, 2.7, -0.2))
        ]
        centers = ((0.5, -0.3, 38.0), (-0.4, 0.2, 41.0))
        references, pupils = [], []
        t = 50.0
        for target in HMD_TARGETS_MM:
            for _ in range(4):
                t = round(t + 1 / 60, 6)
                x, y, z = map(float, target)
                references.append(GazeReference(timestamp_unix_ns=round(t * 1e9), mm_pos=(x, y, z)))
                for eye in (0, 1):
                    line = np.array([x, -y, scale * z]) - HMD_EYES_MM[eye]
                    normal = rotations[eye].T @ (line / np.linalg.norm(line))
                    pupils.append(
                        make_pupil(
                            eye,
                            t + 0.001 * eye,
                            0.95,
                            normal=tuple(normal.tolist()),
                            center=centers[eye],
                        )
                    )
        return Calibration(references, pupils)

    return made
