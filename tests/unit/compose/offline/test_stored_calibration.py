from __future__ import annotations

import os
from pathlib import Path

import msgspec

from gazewire.compose.offline.stored_calibration import stored_calibration
from gazewire.gaze import GazeReference
from gazewire.model import PupilDatum, nothing_found
from gazewire.time import TimeBase

PACK = msgspec.msgpack.encode
TIME = TimeBase(zero_unix_ns=0)
S = 1_000_000_000


def result(gazer: str, **params: object) -> tuple[str, dict[str, object]]:
    fields = {"gazer_class_name": gazer, "timestamp": 9.0, "params": params, "version": 2}
    return "notify.calibration.result.v2", fields


def setup(gazer: str, *references: dict[str, object]) -> tuple[str, dict[str, object]]:
    data = {"ref_list": list(references), "pupil_list": []}
    return "notify.calibration.setup.v2", {"gazer_class_name": gazer, "calib_data": data}


def notify(folder: Path, *records: tuple[str, dict[str, object]]) -> Path:
    content = b"".join(PACK([topic, PACK(fields)]) for topic, fields in records)
    (folder / "notify.pldata").write_bytes(content)
    return folder


def player(folder: Path, name: str, gazer: str, age_s: int, **params: object) -> None:
    folder.mkdir(exist_ok=True)
    data = {"name": name, "gazer_class_name": gazer, "calib_params": params or None}
    path = folder / f"{name}.plcal"
    path.write_bytes(PACK({"version": 2, "data": data}))
    os.utime(path, (1e9 - age_s, 1e9 - age_s))


def pupil(at_s: float) -> PupilDatum:
    return nothing_found(0, round(at_s * S))


def test_the_last_one_counts_with_the_references_of_its_own(tmp_path: Path) -> None:
    notify(
        tmp_path,
        setup("Gazer2D", {"timestamp": 1, "norm_pos": [0.5, 0.25]}),
        result("Gazer2D", a=1),
        setup("Gazer3D", {"timestamp": 5, "norm_pos": [0, 1], "screen_pos": [0, 0]}),
        result("Gazer3D", a=2),
    )
    found = stored_calibration(tmp_path, TIME)
    assert found is not None
    assert (found.gazer, found.params) == ("Gazer3D", {"a": 2})
    assert found.references == (GazeReference(timestamp_unix_ns=5 * S, norm_pos=(0.0, 1.0)),)


def test_it_needs_the_pupils_of_its_time(tmp_path: Path) -> None:
    references = ({"timestamp": at, "norm_pos": [0.5, 0.5]} for at in (10, 20))
    found = stored_calibration(
        notify(tmp_path, setup("Gazer2D", *references), result("Gazer2D", a=1)), TIME
    )
    assert found is not None
    assert [found.needs(pupil(at)) for at in (8.9, 9.1, 20.9, 21.1)] == [False, True, True, False]


def test_what_cannot_be_understood_is_passed_over(tmp_path: Path) -> None:
    notify(
        tmp_path,
        result("Gazer2D", a=1),
        ("notify.calibration.result.v2", {"gazer_class_name": 5}),
        result("Gazer of tomorrow", a=2),
        result("Gazer3D"),
    )
    found = stored_calibration(tmp_path, TIME)
    assert found is not None
    assert (found.gazer, found.references) == ("Gazer2D", ())
    assert not found.needs(pupil(9.0))


def test_the_newest_of_player_serves_where_none_was_recorded(tmp_path: Path) -> None:
    notify(tmp_path, setup("Gazer2D"))
    player(tmp_path / "calibrations", "failed", "Gazer2D", 0)
    player(tmp_path / "calibrations", "newer", "Gazer3D", 1, b=2)
    player(tmp_path / "calibrations", "older", "Gazer2D", 2, b=1)
    found = stored_calibration(tmp_path, TIME)
    assert found is not None
    assert (found.gazer, found.params) == ("Gazer3D", {"b": 2})


def test_there_may_be_none(tmp_path: Path) -> None:
    assert stored_calibration(tmp_path, TIME) is None
