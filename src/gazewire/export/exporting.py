"""Writes one recording in a form that other programs read."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path

import msgspec

from gazewire.errors import MissingExtraError, RecordingError
from gazewire.export.bids import write_bids
from gazewire.export.conversion import convert_recording
from gazewire.export.core_info import export_info
from gazewire.export.core_tables import core_tables
from gazewire.export.neon_tables import neon_tables
from gazewire.export.table import Table, require_parquet, write_csv, write_parquet
from gazewire.recording import Recording, open_recording

__all__ = ["ExportFormat", "Exported", "export_recording", "tables_of"]


class ExportFormat(StrEnum):
    """What a recording can be written as."""

    CSV = "csv"
    """Tables as the vendor's programs export them."""

    PARQUET = "parquet"
    """The same tables, typed and compressed."""

    BIDS = "bids"
    """Eye tracking of the Brain Imaging Data Structure, 1.11."""

    NEON = "neon"
    """A recording in the layout of Neon."""

    CORE = "core"
    """A recording in the layout of Core, for Pupil Player."""

    VIDEO = "video"
    """The scene with gaze, fixations and surfaces drawn in."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was made of a recording.

    Attributes:
        written: the files, or the folder of a recording.
        left_out: what there was no place for, in words.
    """

    written: tuple[Path, ...]
    left_out: tuple[str, ...] = ()


def tables_of(recording: Recording) -> Iterator[Table]:
    """Make the tables of a recording, by the program whose layout it has."""
    return core_tables(recording) if recording.facts.layout == "core" else neon_tables(recording)


def export_recording(
    folder: Path,
    to: ExportFormat,
    out: Path,
    progress: Callable[[float], None] = lambda _: None,
) -> Exported:
    """Write a recording.

    Args:
        folder: the recording.
        to: as what.
        out: tables and recordings go into ``<out>/<name of the folder>``, a video is
            ``<out>/<name of the folder>.mp4``; BIDS goes into the data set `out` itself, which may
            have other recordings already.
        progress: told how much is done, 0 to 1, of what takes long.

    Raises:
        SourceError: the folder is no recording.
        RecordingError: something could not be written, or is there already.
        MissingExtraError: a library for it is not installed.
    """
    name = folder.resolve().name
    if to is ExportFormat.NEON or to is ExportFormat.CORE:
        _make(out)
        made = convert_recording(
            folder, "neon" if to is ExportFormat.NEON else "core", out / name, progress
        )
        return Exported((made.folder,), made.left_out)
    if to is ExportFormat.VIDEO:
        return Exported((_drawn(folder, out, name, progress),))
    if to is ExportFormat.PARQUET:
        require_parquet()
    with open_recording(folder) as recording:
        try:
            if to is ExportFormat.BIDS:
                return Exported(write_bids(recording, out))
            target = out / name
            target.mkdir(parents=True)
            write = write_csv if to is ExportFormat.CSV else write_parquet
            written = [write(table, target) for table in tables_of(recording)]
            written.extend(_documents(recording, target))
        except FileExistsError as error:
            raise RecordingError(
                f"{error.filename} exists already; remove it, or choose another with --out"
            ) from error
        except OSError as error:
            raise RecordingError(f"cannot write into {out}: {error.strerror or error}") from error
    return Exported(tuple(written))


def _drawn(folder: Path, out: Path, name: str, progress: Callable[[float], None]) -> Path:
    # OpenCV, which draws, takes a while to load, and tables need none of it.
    if find_spec("cv2") is None:
        raise MissingExtraError("seeing")
    from gazewire.export.drawn_video import draw_video

    path = out / f"{name}.mp4"
    if path.exists():
        raise RecordingError(f"{path} exists already; remove it, or choose another with --out")
    _make(out)
    draw_video(folder, path, progress)
    return path


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"cannot write into {out}: {error.strerror or error}") from error


def _documents(recording: Recording, target: Path) -> Iterator[Path]:
    # What the cloud, or Player, puts beside its tables.
    if recording.facts.layout == "core":
        path = target / "export_info.csv"
        path.write_text(export_info(recording, datetime.now(UTC)), newline="")
        yield path
        return
    info = recording.folder / "info.json"
    if info.exists():
        yield Path(shutil.copyfile(info, target / "info.json"))
    camera = recording.cameras.get("world")
    if camera is not None:
        path = target / "scene_camera.json"
        facts = {
            "camera_matrix": camera.matrix.tolist(),
            "distortion_coefficients": [list(camera.distortion)],
            "serial_number": recording.facts.device_serial,
        }
        path.write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=4))
        yield path
