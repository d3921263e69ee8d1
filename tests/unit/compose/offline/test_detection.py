"""Gaze of a recording with a calibration, and what moves in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from made_eyes import eye_image, write_video

from gazewire.compose.offline import DetectionReport, detect_all, find_eyes
from gazewire.eye import Pupil2d
from gazewire.gaze import GazeReference, fit_gazer
from gazewire.model import METHOD_2D
from gazewire.recording import open_recording

PACK = msgspec.msgpack.encode
TARGETS = [(across, down) for down in (-10, 0, 10) for across in (-12, 0, 12)]
PICTURES_EACH = 14
RATE_HZ = 100
START_CORE_S = 700.0
MIDDLE_PX = 95.5


def norm_pos(target: tuple[float, float]) -> tuple[float, float]:
    """Where in the scene image a target is."""
    return 0.5 + target[0] / 40, 0.5 - target[1] / 30


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of Core in which the wearer looks at nine targets, and is calibrated by them."""
    folder = tmp_path_factory.mktemp("calibrated") / "000"
    folder.mkdir()
    looks = [target for target in TARGETS for _ in range(PICTURES_EACH)]
    images = [eye_image(*target, seed=index % 5) for index, target in enumerate(looks)]
    times_s = START_CORE_S + np.arange(len(looks)) / RATE_HZ
    for eye in ("eye0", "eye1"):
        write_video(folder / f"{eye}.mp4", images, rate_hz=RATE_HZ)
        np.save(folder / f"{eye}_timestamps.npy", times_s)
    info = {"start_time_synced_s": START_CORE_S, "start_time_system_s": 1.79e9}
    (folder / "info.player.json").write_bytes(msgspec.json.encode(info))
    references = [
        {"norm_pos": norm_pos(target), "timestamp": at}
        for target, at in zip(looks, times_s.tolist(), strict=True)
    ]
    fitted = fit_gazer("Gazer2D", *truth(looks, times_s), min_confidence=0.8)
    records = [
        ("setup.v2", {"calib_data": {"ref_list": references, "pupil_list": []}}),
        ("result.v2", {"params": fitted.params}),
    ]
    (folder / "notify.pldata").write_bytes(
        b"".join(
            PACK(
                [
                    f"notify.calibration.{subject}",
                    PACK({"gazer_class_name": "Gazer2D", "timestamp": START_CORE_S, **fields}),
                ]
            )
            for subject, fields in records
        )
    )
    return folder


def truth(looks, times_s):
    """References and pupils as they were drawn."""
    references, pupils = [], []
    for target, at_s in zip(looks, times_s.tolist(), strict=True):
        at = round(at_s * 1e9)
        references.append(GazeReference(timestamp_unix_ns=at, norm_pos=norm_pos(target)))
        across, down = np.radians(target)
        x, y = 60 * np.sin(across) * np.cos(down), 60 * np.sin(down)
        found = Pupil2d((MIDDLE_PX + float(x), MIDDLE_PX + float(y)), (35.0, 36.0), 0.0, 1.0)
        pupils += [
            found.datum(eye_id=eye, method=METHOD_2D, timestamp_unix_ns=at, width=192, height=192)
            for eye in (0, 1)
        ]
    return references, pupils


def detect(source: Path, out: Path) -> DetectionReport:
    *_, (_, report) = detect_all(find_eyes([source]), out, processes=1)
    assert isinstance(report, DetectionReport)
    return report


def gaze_error(out: Path) -> float:
    """How far gaze of both eyes is from the targets, at the median, in widths of the image."""
    with open_recording(out) as recording:
        gaze = recording.series("gaze")
    row = np.rint((gaze["timestamp_s"] - START_CORE_S) * RATE_HZ).astype(int) // PICTURES_EACH
    wanted = np.array([norm_pos(target) for target in TARGETS])[row]
    found = np.column_stack([gaze["norm_pos_x"], gaze["norm_pos_y"]])
    return float(np.median(np.hypot(*(found - wanted).T)))


def test_a_calibration_within_the_recording_is_fitted_to_these_pupils(
    calibrated: Path, tmp_path: Path
) -> None:
    report = detect(calibrated, tmp_path / "out")
    assert report.calibration == "fitted"
    assert report.why_no_gaze is None
    assert report.gaze >= PICTURES_EACH * len(TARGETS)
    assert gaze_error(report.out) < 0.005
    with open_recording(report.out) as recording:
        assert recording.examine() == ()
        fixations = recording.series("fixations")
    assert len(fixations) == report.fixations
    assert len(TARGETS) - 2 <= report.fixations <= len(TARGETS)
    assert (report.out / "notify.pldata").read_bytes() == (
        calibrated / "notify.pldata"
    ).read_bytes()
    table = (report.out / "movements.csv").read_text()
    assert "saccade,gaze," in table


def test_one_of_another_time_is_taken_as_it_is(calibrated: Path, tmp_path: Path) -> None:
    source = shutil.copytree(calibrated, tmp_path / "source")
    content = (source / "notify.pldata").read_bytes()
    start = content.index(b"notify.calibration.result.v2") - 3
    (source / "notify.pldata").write_bytes(content[content.rindex(b"\x92", 0, start + 2) :])
    report = detect(source, tmp_path / "out")
    assert report.calibration == "restored"
    assert gaze_error(report.out) < 0.02


def test_one_that_makes_no_sense_gives_no_gaze_and_says_so(
    calibrated: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("eye0.mp4", "eye0_timestamps.npy", "info.player.json"):
        shutil.copyfile(calibrated / name, source / name)
    fields = {"gazer_class_name": "Gazer3D", "params": {"no": "matrix"}}
    (source / "notify.pldata").write_bytes(PACK(["notify.calibration.result.v2", PACK(fields)]))
    report = detect(source, tmp_path / "out")
    assert (report.gaze, report.calibration) == (0, None)
    assert report.why_no_gaze is not None
    assert report.why_no_gaze.startswith("the calibration cannot be used: ")
