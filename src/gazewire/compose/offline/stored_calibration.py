"""Calibrations that a recording of Core brings along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar, get_args

import msgspec

from gazewire.gaze import Gazer, GazeReference
from gazewire.model import Point2, PupilDatum, Vector3
from gazewire.recording.core import read_pldata
from gazewire.recording.finding import Findings
from gazewire.recording.rows import read_file
from gazewire.time import TimeBase

__all__ = ["StoredCalibration", "stored_calibration"]

_S = TypeVar("_S", bound=msgspec.Struct)

_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError)
_RESULT = "notify.calibration.result.v2"
_SETUP = "notify.calibration.setup.v2"
_NESTED_MAP = 13
# Pupils so near to the references are of the calibration too.
_AROUND_NS = 1_000_000_000


@dataclass(frozen=True, kw_only=True)
class StoredCalibration:
    """One calibration.

    Attributes:
        gazer: which kind of mapping was fitted.
        params: of the fit.
        references: what the wearer looked at, where that was recorded; instants of the recording.
    """

    gazer: Gazer
    params: Mapping[str, object]
    references: tuple[GazeReference, ...] = ()

    def needs(self, pupil: PupilDatum) -> bool:
        """Tell whether a pupil is of the time in which it came about."""
        if not self.references:
            return False
        first_ns, last_ns = self._span_ns
        return first_ns <= pupil.timestamp_unix_ns <= last_ns

    @cached_property
    def _span_ns(self) -> tuple[int, int]:
        times = [reference.timestamp_unix_ns for reference in self.references]
        return min(times) - _AROUND_NS, max(times) + _AROUND_NS


class _Reference(msgspec.Struct):
    timestamp: float
    norm_pos: Point2 | None = None
    mm_pos: Vector3 | None = None


class _CalibrationData(msgspec.Struct):
    ref_list: tuple[_Reference, ...] = ()


class _Setup(msgspec.Struct):
    gazer_class_name: str = ""
    calib_data: _CalibrationData = msgspec.field(default_factory=_CalibrationData)


class _Result(msgspec.Struct):
    gazer_class_name: str = ""
    params: dict[str, object] = {}


class _PlayersData(msgspec.Struct):
    gazer_class_name: str = ""
    calib_params: dict[str, object] | None = None


class _PlayersFile(msgspec.Struct):
    data: _PlayersData


def stored_calibration(folder: Path, time: TimeBase) -> StoredCalibration | None:
    """Read the newest calibration of a recording.

    That is the last one in ``notify.pldata``, with what was known of the wearer's looking where it
    came; or of the ``calibrations`` that Player keeps, the one that was written last.

    Args:
        folder: the recording.
        time: its Core time.

    Returns:
        None where there is none that can be understood.
    """
    newest = _notified(folder / "notify.pldata", time)
    return newest or next(_of_player(folder / "calibrations"), None)


def _notified(path: Path, time: TimeBase) -> StoredCalibration | None:
    findings = Findings()
    setup = _Setup()
    newest: StoredCalibration | None = None
    for record in read_pldata(read_file(path, findings), path.name, findings):
        try:
            if record.topic == _SETUP:
                setup = _read(record.payload, _Setup)
            elif record.topic == _RESULT:
                result = _read(record.payload, _Result)
                is_of_it = setup.gazer_class_name == result.gazer_class_name
                references = tuple(_references(setup, time)) if is_of_it else ()
                newest = _known(result.gazer_class_name, result.params, references) or newest
        except _UNREADABLE:
            continue
    return newest


def _of_player(folder: Path) -> Iterator[StoredCalibration]:
    paths = sorted(folder.glob("*.plcal"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    for path in paths:
        try:
            told = _read(path.read_bytes(), _PlayersFile).data
        except (OSError, *_UNREADABLE):
            continue
        known = _known(told.gazer_class_name, told.calib_params or {}, ())
        if known is not None:
            yield known


def _known(
    name: str, params: Mapping[str, object], references: tuple[GazeReference, ...]
) -> StoredCalibration | None:
    gazer: Gazer | None = next((gazer for gazer in get_args(Gazer) if gazer == name), None)
    if gazer is None or not params:
        return None
    return StoredCalibration(gazer=gazer, params=params, references=references)


def _references(setup: _Setup, time: TimeBase) -> Iterator[GazeReference]:
    for told in setup.calib_data.ref_list:
        if told.norm_pos is not None or told.mm_pos is not None:
            yield GazeReference(
                timestamp_unix_ns=time.unix_ns(told.timestamp),
                norm_pos=told.norm_pos,
                mm_pos=told.mm_pos,
            )


def _read(content: bytes, kind: type[_S]) -> _S:
    return msgspec.msgpack.decode(content, type=kind, strict=False, ext_hook=_unpacked)


def _unpacked(code: int, content: memoryview) -> object:
    return msgspec.msgpack.decode(content) if code == _NESTED_MAP else None
