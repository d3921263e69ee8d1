"""3-D gazers on eyes that are where a real headset has them, roughly."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gazewire.gaze import (
    GazeFitError,
    GazeReference,
    evaluate_mapping,
    fit_gazer,
    map_pupils,
    restore_gazer,
)
from gazewire.optics import known_camera

CAMERA = known_camera("Pupil Cam1 ID2", 1280, 720)
SITES = [(0.5, 0.5), (0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9)]
OTHER_SITES = [(0.5, 0.9), (0.9, 0.5), (0.5, 0.1), (0.1, 0.5), (0.3, 0.4)]


class Wearer:
    """Eyes some millimetres off, looking some degrees aside of their axes, measured with noise."""

    def __init__(self, pupil, outliers=0.0) -> None:
        self.rng = np.random.default_rng(5)
        self.pupil = pupil
        self.outliers = outliers
        self.eyes_mm = np.array([(25.0, 18, -25), (-37, 18, -25)])
        self.cameras = Rotation.from_euler("yx", [(150, 25), (210, 25)], degrees=True).as_matrix()
        self.axes = Rotation.from_euler("yx", [(5, 1.5), (-5, 1.5)], degrees=True).as_matrix()

    def looks(self, sites, t_s, eyes=(0, 1), samples=30, distance_mm=700):
        references, pupils = [], []
        for site in np.repeat(sites, samples, axis=0).tolist():
            t_s += 1 / 30
            references.append(
                GazeReference(timestamp_unix_ns=round(t_s * 1e9), norm_pos=tuple(site))
            )
            place = (site[0] * CAMERA.width, (1 - site[1]) * CAMERA.height)
            target = CAMERA.unproject([place])[0] * distance_mm
            for eye in eyes:
                line = target - self.eyes_mm[eye]
                normal = self.cameras[eye].T @ self.axes[eye] @ (line / np.linalg.norm(line))
                is_outlier = self.rng.random() < self.outliers
                normal += self.rng.normal(0, 0.3 if is_outlier else 0.005, 3)
                normal /= np.linalg.norm(normal)
                pupils.append(self.pupil(eye, t_s + 0.002 * eye, normal=tuple(normal.tolist())))
        return references, pupils


def error_deg(fitted, wearer, **looking) -> float:
    references, pupils = wearer.looks(OTHER_SITES, 100.0, **looking)
    found = evaluate_mapping(map_pupils(fitted.mapper(), pupils), references, CAMERA)
    return found.median_deg


@pytest.mark.parametrize("mode", ["default", "incumbent"])
@pytest.mark.parametrize("gazer", ["Gazer3D", "NeonGazer3D"])
def test_gaze_is_found_between_targets(pupil, gazer, mode) -> None:
    wearer = Wearer(pupil)
    fitted = fit_gazer(gazer, *wearer.looks(SITES, 0.0), scene_camera=CAMERA, mode=mode)
    assert error_deg(fitted, wearer) < 1.2
    assert error_deg(fitted, wearer, eyes=(1,)) < 1.2
    params = fitted.params
    assert set(params) == {"binocular_model", "left_model", "right_model"}
    assert np.shape(params["left_model"]["eye_camera_to_world_matrix"]) == (4, 4)
    _, pupils = wearer.looks(SITES, 50.0)
    restored = restore_gazer(gazer, params, scene_camera=CAMERA, mode=mode)
    assert map_pupils(restored, pupils) == map_pupils(fitted.mapper(), pupils)


def test_the_default_bears_outliers(pupil) -> None:
    wearer = Wearer(pupil, outliers=0.15)
    fitted = fit_gazer("Gazer3D", *wearer.looks(SITES, 0.0), scene_camera=CAMERA)
    assert error_deg(fitted, wearer) < 1.0


@pytest.mark.parametrize("mode", ["default", "incumbent"])
def test_one_eye_alone_is_fitted(pupil, mode) -> None:
    wearer = Wearer(pupil)
    fitted = fit_gazer(
        "Gazer3D", *wearer.looks(SITES, 0.0, eyes=(0,)), scene_camera=CAMERA, mode=mode
    )
    assert fitted.params["binocular_model"] == fitted.params["left_model"] == {}
    assert error_deg(fitted, wearer, eyes=(0,)) < 1.2


def test_eyes_that_never_saw_a_reference_together_are_both_fitted(pupil) -> None:
    wearer = Wearer(pupil)
    right, left = wearer.looks(SITES, 0.0, eyes=(0,)), wearer.looks(SITES, 20.0, eyes=(1,))
    data = (right[0] + left[0], right[1] + left[1])
    fitted = fit_gazer("Gazer3D", *data, scene_camera=CAMERA)
    assert error_deg(fitted, wearer) < 1.2
    # The incumbent forgets the left one.
    incumbent = fit_gazer("Gazer3D", *data, scene_camera=CAMERA, mode="incumbent")
    assert incumbent.models.left is None


def test_a_single_direction_is_refused(pupil) -> None:
    wearer = Wearer(pupil)
    with pytest.raises(GazeFitError, match="Not sufficient data") as failed:
        fit_gazer("Gazer3D", *wearer.looks(SITES[:1], 0.0), scene_camera=CAMERA)
    assert "1 target can tell little" in str(failed.value.diagnosis)


def test_lines_of_sight_that_part_look_far_not_back(pupil) -> None:
    wearer = Wearer(pupil)
    fitted = fit_gazer("Gazer3D", *wearer.looks(SITES, 0.0), scene_camera=CAMERA)
    _, pupils = wearer.looks([(0.5, 0.5)], 200.0, samples=20, distance_mm=1e6)
    for gaze in map_pupils(fitted.mapper(), pupils):
        assert gaze.point_mm[2] > 100
        assert gaze.norm_pos == pytest.approx((0.5, 0.5), abs=0.1)
