"""Brings the folder of a Core recording to what Pupil Player takes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from gazewire.recording.core import layout
from gazewire.recording.core.archive import read_timestamps
from gazewire.recording.core.pldata import PldataRecord, read_pldata
from gazewire.recording.finding import Findings
from gazewire.recording.video_repair import repair_video

__all__ = ["repair_core"]

_PACK = msgspec.msgpack.Encoder().encode


class _Stamped(msgspec.Struct):
    timestamp: float


_STAMPED = msgspec.msgpack.Decoder(_Stamped, ext_hook=lambda _code, content: bytes(content))


def repair_core(folder: Path, like: Sequence[Path], done: Findings) -> None:
    """Repair a folder in place.

    Args:
        folder: a copy of the recording.
        like: videos of the same cameras, for their parameter sets.
        done: what was done, and so what was lost, is told here.

    Raises:
        OSError: a file cannot be read or written.
    """
    times = [_repair_data(path, done) for path in sorted(folder.glob(f"*{layout.PLDATA}"))]
    for camera in layout.CAMERAS:
        times.append(_repair_camera(folder, camera, like, done))
    for path in sorted(folder.glob(f"*{layout.LOOKUP}")):
        path.unlink()
        done.add(path.name, None, "removed; Player makes it anew")
    _repair_info(folder, np.concatenate([np.empty(0), *times]), done)


def _repair_data(path: Path, done: Findings) -> NDArray[np.float64]:
    content = path.read_bytes()
    records, times_s = [], []
    for record, at in _stamped(content, path.name, done):
        records.append(record)
        times_s.append(at)
    whole = b"".join(_PACK([record.topic, record.payload]) for record in records)
    if len(whole) != len(content):
        path.write_bytes(whole)
    times_path = path.with_name(path.stem + layout.TIMESTAMPS)
    told = Findings()
    times = np.array(times_s, np.float64)
    # Player refuses files of which the numbers of records and times differ.
    if not np.array_equal(read_timestamps(times_path, told), times) or len(told):
        np.save(times_path, times)
        done.add(times_path.name, None, f"written anew from the {len(times)} records")
    return times


def _stamped(content: bytes, name: str, done: Findings) -> Iterator[tuple[PldataRecord, float]]:
    for record in read_pldata(content, name, done):
        try:
            yield record, _STAMPED.decode(record.payload).timestamp
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            done.add(name, record.offset, f"left out a record that is damaged: {error}")


def _repair_camera(
    folder: Path, camera: str, like: Sequence[Path], done: Findings
) -> NDArray[np.float64]:
    path = folder / f"{camera}.mp4"
    unfinished = path.with_name(path.name + layout.UNFINISHED_VIDEO)
    if unfinished.exists() and not path.exists():
        unfinished.rename(path)
        done.add(unfinished.name, None, f"is {path.name} now")
    times_path = folder / f"{camera}{layout.TIMESTAMPS}"
    times = read_timestamps(times_path, done)
    if not path.exists():
        return times
    others = [*(folder / f"{other}.mp4" for other in ("eye0", "eye1") if camera != "world"), *like]
    count = repair_video(path, np.rint(times * 1e9).astype(np.int64).tolist(), others, done)
    if not count:
        path.unlink()
        times_path.unlink(missing_ok=True)
        said = f"left out: none of {len(times)} pictures can be reached"
        done.add(path.name, None, said)
        return times
    if count > len(times):
        said = f"the last {count - len(times)} pictures have no instant, and are not shown"
        done.add(path.name, None, said)
    elif count < len(times):
        said = f"cut off {len(times) - count} instants of pictures that are lost"
        done.add(times_path.name, None, said)
        np.save(times_path, times[:count])
    return times[:count]


def _repair_info(folder: Path, times_s: NDArray[np.float64], done: Findings) -> None:
    path = folder / layout.INFO_FILE
    try:
        info = msgspec.json.decode(path.read_bytes())
        if not isinstance(info, dict):
            raise msgspec.DecodeError("it is no object")
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        info = {}
        said = "written anew; when it began is taken from when its files were written"
        done.add(path.name, None, said)
    before = dict(info)
    sane = times_s[np.isfinite(times_s)]
    first_s, last_s = (float(sane.min()), float(sane.max())) if len(sane) else (0.0, 0.0)
    written_s = max((p.stat().st_mtime for p in folder.glob(f"*{layout.PLDATA}")), default=0.0)
    synced_s = float(info.get("start_time_synced_s") or first_s)
    usual = {
        "duration_s": 0.0,
        "meta_version": "2.3",
        "min_player_version": "2.0",
        "recording_name": folder.name,
        "recording_software_name": "gazewire",
        "recording_software_version": "0.0.0",
        "recording_uuid": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{folder.name} {first_s}")),
        "start_time_synced_s": synced_s,
        "start_time_system_s": written_s - (last_s - synced_s),
        "system_info": "",
    }
    info = {**usual, **info}
    if not info["duration_s"]:
        info["duration_s"] = max(0.0, last_s - synced_s)
        done.add(path.name, None, f"is {info['duration_s']:.3f} s long now")
    if info != before:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(info), indent=4))
