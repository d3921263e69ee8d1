"""From lists of maps to scene pixels."""

from __future__ import annotations

import gzip
import json
import random

import numpy as np
import pytest

from gazewire.gaze import GazeFitError, calibrate
from gazewire.optics import Camera

SCENE = {
    "resolution": [1280, 720],
    "camera_matrix": [[800.0, 0, 640], [0, 800.0, 360], [0, 0, 1]],
    "dist_coefs": [[-0.14], [0.02], [-0.2], [0.2]],
    "cam_type": "fisheye",
}
SITES = [(640, 360), (200, 150), (1080, 150), (1080, 570), (200, 570), (640, 150), (200, 360)]


def pupil_map(eye, t_s, site, confidence=1.0):
    x, y = (site[0] - 640) / 800, (site[1] - 360) / 800
    square = x * x + y * y
    side = 1 if eye == 0 else -1
    place = [0.5 + 0.3 * x + 0.05 * side * square, 0.5 - 0.3 * y + 0.04 * square]
    return {"id": eye, "timestamp": t_s, "confidence": confidence, "norm_pos": place}


def session(sites=SITES, start=0.0):
    pupils, refs = [], []
    for number, site in enumerate(sites):
        for frame in range(30):
            t_s = start + number + frame / 30
            refs.append({"timestamp": t_s, "screen_pos": list(site)})
        for frame in range(120):
            t_s = start + number + frame / 120
            pupils += [pupil_map(0, t_s, site), pupil_map(1, t_s + 0.003, site)]
    return pupils, refs


def test_gaze_is_found_between_targets() -> None:
    pupils, refs = session()
    mapper = calibrate(pupils, refs, SCENE)
    sites = [(400, 300), (900, 500), (640, 500)]
    tested, tested_refs = session(sites, start=100.0)
    times = np.array([ref["timestamp"] for ref in tested_refs])
    found = mapper(tested, times)
    assert found.shape == (90, 2)
    camera = Camera.from_core(SCENE)
    rays = camera.unproject(found), camera.unproject([ref["screen_pos"] for ref in tested_refs])
    degrees = np.degrees(np.arccos(np.clip(np.sum(rays[0] * rays[1], axis=1), -1, 1)))
    assert np.median(degrees) < 0.4


def test_order_and_repetition_do_not_matter() -> None:
    pupils, refs = session()
    times = np.linspace(0, 6, 50)
    expected = calibrate(pupils, refs, SCENE)(pupils, times)
    mixed = random.Random(1)
    twice, again = pupils + pupils[::3], list(refs)
    mixed.shuffle(twice)
    mixed.shuffle(again)
    found = calibrate(twice, again, SCENE).predict(twice, times)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_where_no_eye_is_seen_there_is_no_answer() -> None:
    pupils, refs = session()
    mapper = calibrate(pupils, refs, SCENE)
    assert np.isnan(mapper(pupils, [500.0])).all()
    assert np.isnan(mapper([], [1.0])).all()
    assert mapper(pupils, []).shape == (0, 2)
    unsure = [{**pupil, "confidence": 0.5} for pupil in pupils]
    assert np.isnan(mapper(unsure, [1.5])).all()


@pytest.mark.parametrize(
    ("pupils", "refs", "reason"),
    [
        ([], session()[1], "Not sufficient pupil data available."),
        (session()[0], [], "Not sufficient reference data available."),
        (session(start=900.0)[0], session()[1], "Not sufficient data available."),
    ],
)
def test_what_is_missing_is_told(pupils, refs, reason) -> None:
    with pytest.raises(GazeFitError) as failed:
        calibrate(pupils, refs, SCENE)
    assert failed.value.reason == reason


def test_bad_use_is_told_at_once() -> None:
    pupils, refs = session()
    with pytest.raises(ValueError, match=r"\(1, 1\)"):
        calibrate(pupils, refs, SCENE)(pupils, [[1.0]])
    with pytest.raises(TypeError, match="'here'"):
        calibrate([{**pupils[0], "norm_pos": "here"}], refs, SCENE)
    with pytest.raises(ValueError, match="0 or 1, not 2"):
        calibrate([{**pupils[0], "id": 2}], refs, SCENE)


def test_a_real_calibration_is_fitted(data_dir) -> None:
    folder = data_dir / "calibration-vedb"
    scene = json.loads((folder / "scene.json").read_text())
    with gzip.open(folder / "train.json.gz", "rt") as file:
        session_maps = json.load(file)
    pupils, refs = session_maps["pupil_list"], session_maps["ref_list"]
    found = calibrate(pupils, refs, scene)(pupils, [ref["timestamp"] for ref in refs])
    camera = Camera.from_core(scene)
    wanted = camera.unproject([ref["screen_pos"] for ref in refs])
    apart = np.linalg.norm(camera.unproject(found) - wanted, axis=1)
    assert np.isfinite(apart).mean() > 0.99
    assert np.degrees(np.nanmean(apart)) < 0.6
