"""Data of the bus on disk: what Core programs call ``pldata``, and the little that tells of it.

Each kind of data is a pair of files: ``gaze.pldata``, pairs of topic and map one after the other,
and ``gaze_timestamps.npy``, their Core times. Both only grow, and can be read at any instant.
"""

from __future__ import annotations

import getpass
import json
import platform

import msgspec

from gazewire import __version__
from gazewire.recording.append_file import AppendFile
from gazewire.recording.core.column import NpyColumn
from gazewire.recording.core.layout import INFO_FILE, PLDATA, TIMESTAMPS, USER_INFO_FILE
from gazewire.recording.folder import RecordingFolder
from gazewire.wire.ipc import Family, Message, family_of

__all__ = ["CoreFiles"]

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


class CoreFiles:
    """Writes the data of a recording and its documents; no pictures. Errors are those of the disk.

    Args:
        folder: of the recording.
        recording_id: UUID.
        name: as users call it.
        start_unix_ns: when it begins.
        start_core_s: the same in Core time.

    Raises:
        OSError: the first files cannot be made.
    """

    def __init__(
        self,
        folder: RecordingFolder,
        *,
        recording_id: str,
        name: str,
        start_unix_ns: int,
        start_core_s: float,
    ) -> None:
        self._folder = folder
        self._start_unix_ns = start_unix_ns
        self._series: dict[str, _Series] = {}
        self._info = {
            "duration_s": 0.0,
            "meta_version": "2.3",
            "min_player_version": "2.0",
            "recording_name": name,
            "recording_software_name": "gazewire",
            "recording_software_version": __version__,
            "recording_uuid": recording_id,
            "start_time_synced_s": float(start_core_s),
            "start_time_system_s": start_unix_ns / _NS_PER_S,
            "system_info": _system_info(),
        }
        # At the start, so that a recording can be opened whatever ends it.
        self._write_info(start_unix_ns)
        folder.write_file(USER_INFO_FILE, b"key,value\r\nname,\r\nadditional_field,change_me\r\n")
        self._series_of("notify")

    def write(self, message: Message) -> None:
        """Write a message; notifications only where they ask for it by ``record``.

        Raises:
            OSError: it could not be written; what was written before is whole.
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
        self._series_of(kind).append(pair, stamped.timestamp)

    def sync(self, now_unix_ns: int) -> None:
        """Bring everything to the disk, and tell how long the recording is so far.

        Raises:
            OSError: the disk failed.
        """
        # Another thread may begin one meanwhile.
        for series in tuple(self._series.values()):
            series.sync()
        self._write_info(now_unix_ns)

    def close(self) -> None:
        """Let go of the files. Harmless when repeated.

        Raises:
            OSError: the disk failed.
        """
        for series in self._series.values():
            series.close()

    def _series_of(self, kind: str) -> _Series:
        if kind not in self._series:
            self._series[kind] = _Series(self._folder, kind)
        return self._series[kind]

    def _write_info(self, now_unix_ns: int) -> None:
        duration_s = max(0, now_unix_ns - self._start_unix_ns) / _NS_PER_S
        told = json.dumps({**self._info, "duration_s": duration_s}, indent=4, sort_keys=True)
        self._folder.write_file(INFO_FILE, told.encode())


class _Series:
    """The two files of one kind of data."""

    def __init__(self, folder: RecordingFolder, kind: str) -> None:
        self._data = AppendFile(folder.new_file(f"{kind}{PLDATA}"))
        self._times = NpyColumn(folder.new_file(f"{kind}{TIMESTAMPS}"))

    def append(self, pair: bytes, timestamp_s: float) -> None:
        before = self._data.size_bytes
        self._data.append(pair)
        try:
            self._times.append(timestamp_s)
        except OSError:
            self._data.truncate(before)
            raise

    def sync(self) -> None:
        # First the data: of times there are never more.
        self._data.sync()
        self._times.sync()

    def close(self) -> None:
        self._data.close()
        self._times.close()


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
