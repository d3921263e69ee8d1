"""Data of the bus on disk: what Core programs call ``pldata``, and the little that tells of it.

Each kind of data is a pair of files: ``gaze.pldata``, pairs of topic and map one after the other,
and ``gaze_timestamps.npy``, their Core times. Both only grow, and can be read at any instant.
"""

from __future__ import annotations

import getpass
import json
import os
import platform
from pathlib import Path
from uuid import uuid4

import msgspec
import numpy as np

from gazewire import __version__
from gazewire.errors import RecordingError
from gazewire.recording.append_file import AppendFile
from gazewire.service.recording import RecordingPlan
from gazewire.wire.ipc import Family, Message, family_of

__all__ = ["PldataWriter"]

_KINDS = {
    Family.PUPIL: "pupil",
    Family.GAZE: "gaze",
    Family.FIXATIONS: "fixations",
    Family.BLINKS: "blinks",
    Family.SURFACE: "surfaces",
    Family.ANNOTATION: "annotation",
    Family.NOTIFY: "notify",
}

_NS_PER_S = 1_000_000_000


class _Stamped(msgspec.Struct):
    timestamp: float | None = None
    record: bool = False


_STAMPED = msgspec.msgpack.Decoder(_Stamped)
_PACK = msgspec.msgpack.Encoder().encode


class PldataWriter:
    """Writes the data of a session; no pictures.

    Args:
        plan: of the recording.

    Raises:
        RecordingError: its first files cannot be made.
    """

    def __init__(self, plan: RecordingPlan) -> None:
        self._plan = plan
        self._series: dict[str, _Series] = {}
        self._info = {
            "duration_s": 0.0,
            "meta_version": "2.3",
            "min_player_version": "2.0",
            "recording_name": plan.session_name,
            "recording_software_name": "gazewire",
            "recording_software_version": __version__,
            "recording_uuid": str(uuid4()),
            "start_time_synced_s": float(plan.start_core_s),
            "start_time_system_s": plan.start_unix_ns / _NS_PER_S,
            "system_info": _system_info(),
        }
        try:
            # At the start, so that a recording can be opened whatever ends it.
            self._write_info(0.0)
            (plan.folder / "user_info.csv").write_text(
                "key,value\r\nname,\r\nadditional_field,change_me\r\n", newline=""
            )
            self._series_of("notify")
        except OSError as error:
            raise _failed(plan.folder, error) from error

    def write(self, message: Message) -> None:
        """Write a message; notifications only where they ask for it by ``record``.

        Raises:
            RecordingError: it could not be written.
        """
        kind = _KINDS.get(family_of(message.topic))
        if kind is None:
            return
        try:
            stamped = _STAMPED.decode(message.payload)
        except (ValueError, RecursionError):
            return
        if stamped.timestamp is None or (kind == "notify" and not stamped.record):
            return
        pair = _PACK([message.topic, bytes(message.payload)])
        try:
            self._series_of(kind).append(pair, stamped.timestamp)
        except OSError as error:
            raise _failed(self._plan.folder, error) from error

    def checkpoint(self, now_unix_ns: int) -> None:
        """Bring everything to the disk, and tell how long the recording is so far.

        Raises:
            RecordingError: the disk failed.
        """
        try:
            for series in self._series.values():
                series.sync()
            self._write_info((now_unix_ns - self._plan.start_unix_ns) / _NS_PER_S)
        except OSError as error:
            raise _failed(self._plan.folder, error) from error

    def finish(self, end_unix_ns: int) -> None:
        """Complete the recording.

        Raises:
            RecordingError: something could not be written.
        """
        try:
            self.checkpoint(end_unix_ns)
        finally:
            for series in self._series.values():
                series.close()

    def _series_of(self, kind: str) -> _Series:
        if kind not in self._series:
            self._series[kind] = _Series(self._plan.folder, kind)
        return self._series[kind]

    def _write_info(self, duration_s: float) -> None:
        told = json.dumps({**self._info, "duration_s": duration_s}, indent=4, sort_keys=True)
        path = self._plan.folder / "info.player.json"
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_text(told)
        unfinished.replace(path)


class _Series:
    """The two files of one kind of data."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._data = AppendFile(folder / f"{kind}.pldata")
        self._times = (folder / f"{kind}_timestamps.npy").open("xb", buffering=0)
        self._count = 0
        self._times.write(_npy_header(0))

    def append(self, pair: bytes, timestamp_s: float) -> None:
        self._data.append(pair)
        self._times.write(np.float64(timestamp_s).tobytes())
        self._count += 1

    def sync(self) -> None:
        # The header tells how many there are.
        self._times.seek(0)
        self._times.write(_npy_header(self._count))
        self._times.seek(0, os.SEEK_END)
        os.fsync(self._times.fileno())
        self._data.sync()

    def close(self) -> None:
        self._data.close()
        self._times.close()


def _npy_header(count: int) -> bytes:
    """The header of a column of doubles, as long for any number of them (NEP 1)."""
    magic = b"\x93NUMPY\x01\x00"
    told = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({count},), }}".encode()
    length = 128 - len(magic) - 2
    return magic + length.to_bytes(2, "little") + told.ljust(length - 1) + b"\n"


def _system_info() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "unknown"
    system = platform.uname()
    return (
        f"User: {user}, Platform: {system.system}, Machine: {system.node}, "
        f"Release: {system.release}, Version: {system.version}"
    )


def _failed(folder: Path, error: OSError) -> RecordingError:
    return RecordingError(f"cannot write to {folder}: {error.strerror or error}")
