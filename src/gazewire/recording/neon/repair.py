"""Brings the folder of a Neon, or of a Pupil Invisible, to what every reader takes.

The rules are those that readers break on: whole rows, as many rows as instants in each part, rising
instants, no video without pictures, a name for each column, documents that say how long it was.
"""

from __future__ import annotations

import re
import uuid
import zlib
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from gazewire.errors import SourceError
from gazewire.recording.finding import Findings
from gazewire.recording.neon import layout
from gazewire.recording.neon.info import (
    ANONYMOUS,
    NO_QUESTIONS,
    RecordingDevice,
    recording_info,
)
from gazewire.recording.neon.manifest import crc_text, manifest_entry
from gazewire.recording.neon.samples import find_parts, read_array, read_row_type
from gazewire.recording.video_repair import repair_video

__all__ = ["repair_neon"]

_VIDEO_PART = re.compile(r"(.+) ps([0-9]{1,9})\.mp4")
_WITHOUT_LIDS = np.dtype(
    [
        (name, layout.EYE_STATE.row[name])
        for name in layout.EYE_STATE.row.names or ()
        if name not in layout.EYELID_COLUMNS
    ]
)
_STREAMS = (
    layout.EYE_STATE,
    layout.IMU,
    layout.FIXATIONS,
    layout.BLINKS,
)
# Their rows go with the instants of gaze.
_WITH_GAZE = (layout.GAZE, layout.GAZE_LEFT, layout.GAZE_RIGHT, layout.WORN)
_NS_PER_S = 1_000_000_000


def repair_neon(folder: Path, like: Sequence[Path], done: Findings, *, is_invisible: bool) -> None:
    """Repair a folder in place.

    Args:
        folder: a copy of the recording.
        like: videos of the same cameras, for their parameter sets.
        done: what was done, and so what was lost, is told here.
        is_invisible: it comes from Pupil Invisible, which has no files that name columns.

    Raises:
        OSError: a file cannot be read or written.
    """
    _Repair(folder, like, done, is_invisible=is_invisible).run()


class _Repair:
    def __init__(
        self, folder: Path, like: Sequence[Path], done: Findings, *, is_invisible: bool
    ) -> None:
        self._folder = folder
        self._like = like
        self._done = done
        self._is_invisible = is_invisible

    def run(self) -> None:
        self._repair_gaze()
        for stream in _STREAMS:
            self._name_columns(stream)
            for part in find_parts(self._folder, stream.base, ".raw"):
                self._even(stream.time_file(part), {stream.raw_file(part): self._row(stream)})
        if self._is_invisible:
            for part in find_parts(self._folder, layout.EXTIMU.base, ".raw"):
                rows = {layout.EXTIMU.raw_file(part): layout.INVISIBLE_EXTIMU_ROW}
                self._even(layout.EXTIMU.time_file(part), rows)
        self._repair_videos()
        start_ns, end_ns = self._span()
        self._repair_events(start_ns, end_ns)
        self._repair_documents(start_ns, end_ns)
        self._renew_manifest()

    # Streams

    def _row(self, stream: layout.StreamLayout) -> np.dtype[np.void]:
        try:
            return read_row_type(self._folder, stream, ())
        except SourceError:
            return stream.row

    def _name_columns(self, stream: layout.StreamLayout) -> None:
        if self._is_invisible or not find_parts(self._folder, stream.base, ".raw"):
            return
        path = self._folder / stream.dtype_file
        try:
            if path.exists():
                read_row_type(self._folder, stream, ())
                return
        except SourceError:
            pass
        row = stream.row
        if stream is layout.EYE_STATE and self._has_no_lids():
            row = _WITHOUT_LIDS
        path.write_text(layout.dtype_text(row), "utf-8")
        self._done.add(path.name, None, "written anew, with the usual columns")

    def _has_no_lids(self) -> bool:
        for part in find_parts(self._folder, layout.EYE_STATE.base, ".raw"):
            count = len(read_array(self._folder / layout.EYE_STATE.time_file(part), layout.TIME))
            size_bytes = (self._folder / layout.EYE_STATE.raw_file(part)).stat().st_size
            if count and abs(size_bytes / count - _WITHOUT_LIDS.itemsize) < 1:
                return True
        return False

    def _repair_gaze(self) -> None:
        for stream in (layout.GAZE, layout.WORN):
            self._name_columns(stream)
        for part in find_parts(self._folder, layout.GAZE.base, ".raw"):
            rows = {stream.raw_file(part): self._row(stream) for stream in _WITH_GAZE}
            self._even(layout.GAZE.time_file(part), rows)
        post = layout.POST_PROCESSED_GAZE
        rows = {
            f"{post}.raw": self._row(layout.GAZE),
            f"{layout.POST_PROCESSED_WORN}.raw": self._row(layout.WORN),
        }
        if (self._folder / f"{post}.raw").exists():
            self._even(f"{post}.time", rows)

    def _even(self, time_name: str, rows: dict[str, np.dtype[np.void]]) -> None:
        """Leave as many rows in each file as all have, in order of time, one at an instant."""
        files: dict[str, np.dtype[np.void] | np.dtype[np.int64]] = {time_name: layout.TIME}
        files |= {name: row for name, row in rows.items() if (self._folder / name).exists()}
        content = {name: read_array(self._folder / name, row) for name, row in files.items()}
        count = min(map(len, content.values()))
        times = content[time_name][:count].astype(np.int64)
        kept = np.arange(count)
        if count and bool(np.any(times[1:] <= times[:-1])):
            _, kept = np.unique(times, return_index=True)
            said = f"put in order of time; {count - len(kept)} rows came twice"
            self._done.add(time_name, None, said)
        is_sorted = len(kept) == count and bool(np.all(kept == np.arange(count)))
        for name, row in files.items():
            path = self._folder / name
            size_bytes = path.stat().st_size if path.exists() else 0
            wanted = count * row.itemsize
            if size_bytes != wanted:
                lost, torn = divmod(size_bytes - wanted, row.itemsize)
                also = f" and a torn one of {torn} bytes" if torn else ""
                self._done.add(name, wanted, f"cut off {lost} rows without a partner{also}")
            if size_bytes != wanted or not is_sorted:
                path.write_bytes(content[name][:count][kept].tobytes())

    # Videos

    def _repair_videos(self) -> None:
        for path in sorted(self._folder.glob("*.mp4")):
            match = _VIDEO_PART.fullmatch(path.name)
            if match is None:
                continue
            time_path = path.with_suffix(".time")
            times = read_array(time_path, layout.TIME)
            siblings = sorted(self._folder.glob(f"{match[1]} ps*.mp4"))
            like = [*siblings, *(p for p in self._like if p.name.startswith(match[1])), *self._like]
            count = repair_video(path, times.tolist(), like, self._done)
            if not min(count, len(times)):
                self._give_up(path, len(times))
            elif count < len(times):
                said = f"cut off {len(times) - count} instants of pictures that are lost"
                self._done.add(time_path.name, count * 8, said)
                for partner in (time_path, path.with_suffix(".time_aux")):
                    if partner.exists():
                        rows = read_array(partner, layout.TIME)
                        partner.write_bytes(rows[:count].tobytes())
            elif count > len(times):
                said = f"the last {count - len(times)} pictures have no instant, and are not shown"
                self._done.add(path.name, None, said)
        for time_path in sorted(self._folder.glob("* v1 ps*.time")):
            if not time_path.with_suffix(".mp4").exists():
                self._give_up(time_path.with_suffix(".mp4"), time_path.stat().st_size // 8)

    def _give_up(self, path: Path, instants: int) -> None:
        # Readers refuse the whole camera for a part that they cannot open.
        for partner in (path, path.with_suffix(".time"), path.with_suffix(".time_aux")):
            partner.unlink(missing_ok=True)
        said = f"left out with its instants: none of {instants} pictures can be reached"
        self._done.add(path.name, None, said)

    # Documents

    def _span(self) -> tuple[int, int]:
        """The earliest and the latest instant of any sample."""
        firsts, lasts = [], []
        for path in self._folder.glob("*.time"):
            times = read_array(path, layout.TIME)
            if len(times) and path.name != layout.EVENT_TIMES_FILE:
                firsts.append(int(times.min()))
                lasts.append(int(times.max()))
        return min(firsts, default=0), max(lasts, default=0)

    def _repair_events(self, start_ns: int, end_ns: int) -> None:
        names_path = self._folder / layout.EVENT_NAMES_FILE
        times_path = self._folder / layout.EVENT_TIMES_FILE
        content = read_array(names_path, layout.OCTET).tobytes()
        # A name that was cut off has no line end.
        names = content.decode(errors="replace").splitlines()
        times = read_array(times_path, layout.TIME).tolist()
        count = min(len(names), len(times))
        if max(len(names), len(times)) > count:
            said = f"cut off {max(len(names), len(times)) - count} events of which half is missing"
            self._done.add(names_path.name, None, said)
        events = list(zip(names[:count], times[:count], strict=True))
        for name, at in ((layout.RECORDING_BEGIN, start_ns), (layout.RECORDING_END, end_ns)):
            if name not in names[:count] and end_ns:
                self._done.add(names_path.name, None, f"added {name}")
                events.insert(0 if name == layout.RECORDING_BEGIN else len(events), (name, at))
        text = "".join(f"{name}\n" for name, _ in events).encode()
        rows = np.array([at for _, at in events], layout.TIME).tobytes()
        if text != content or rows != read_array(times_path, layout.OCTET).tobytes():
            names_path.write_bytes(text)
            times_path.write_bytes(rows)

    def _repair_documents(self, start_ns: int, end_ns: int) -> None:
        path = self._folder / layout.INFO_FILE
        try:
            info = msgspec.json.decode(path.read_bytes())
            if not isinstance(info, dict):
                raise msgspec.DecodeError("it is no object")
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            info = self._new_info(start_ns)
            self._done.add(path.name, None, "written anew; who was recorded by what is lost")
        before = dict(info)
        if not isinstance(info.get("start_time"), int):
            info["start_time"] = start_ns
        duration = info.get("duration")
        if not isinstance(duration, int) or duration <= 0:
            info["duration"] = max(0, end_ns - info["start_time"])
            self._done.add(path.name, None, f"is {info['duration'] / _NS_PER_S:.3f} s long now")
        if info != before or not path.exists() or not before:
            path.write_bytes(msgspec.json.format(msgspec.json.encode(info)))
        for name, document in (
            (layout.WEARER_FILE, ANONYMOUS),
            (layout.TEMPLATE_FILE, NO_QUESTIONS),
        ):
            if not (self._folder / name).exists():
                (self._folder / name).write_bytes(msgspec.json.encode(document))
                self._done.add(name, None, "written anew; what it said is lost")

    def _new_info(self, start_ns: int) -> dict[str, object]:
        calibration = read_array(self._folder / layout.CALIBRATION_FILE, layout.OCTET).tobytes()
        serial = calibration[1:7].decode("ascii", errors="replace").rstrip("\0")
        info = recording_info(
            RecordingDevice(device_name=self._folder.name, device_id="", module_serial=serial),
            ANONYMOUS,
            NO_QUESTIONS,
            recording_id=_made_up_id(self._folder.name, start_ns),
            start_unix_ns=start_ns,
            gaze_rate_hz=None,
        )
        known: dict[str, object] = msgspec.json.decode(msgspec.json.encode(info))
        if self._is_invisible:
            known["data_format_version"] = "1.4"
        return known

    def _renew_manifest(self) -> None:
        manifest_path = self._folder / layout.MANIFEST_FILE
        crc_path = self._folder / layout.MANIFEST_CRC_FILE
        if not len(self._done):
            return
        own = {manifest_path, crc_path}
        paths = [path for path in sorted(self._folder.iterdir()) if path.is_file()]
        manifest = msgspec.json.encode([manifest_entry(path) for path in paths if path not in own])
        manifest_path.write_bytes(manifest)
        crc_path.write_bytes(crc_text(zlib.crc32(manifest)).encode())


def _made_up_id(name: str, start_ns: int) -> str:
    # The same for the same recording, however often it is repaired.
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{name} {start_ns}"))
