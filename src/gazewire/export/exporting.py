"""Writes one recording in a form that other programs read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from gazewire.errors import RecordingError
from gazewire.export.bids import write_bids
from gazewire.export.core_tables import core_tables
from gazewire.export.neon_tables import neon_tables
from gazewire.export.table import Table, require_parquet, write_csv, write_parquet
from gazewire.recording import Recording, open_recording

__all__ = ["ExportFormat", "export_recording", "tables_of"]


class ExportFormat(StrEnum):
    """What a recording can be written as."""

    CSV = "csv"
    """Tables as the vendor's programs export them."""

    PARQUET = "parquet"
    """The same tables, typed and compressed."""

    BIDS = "bids"
    """Eye tracking of the Brain Imaging Data Structure, 1.11."""


def tables_of(recording: Recording) -> Iterator[Table]:
    """Make the tables of a recording, by the program whose layout it has."""
    return core_tables(recording) if recording.facts.layout == "core" else neon_tables(recording)


def export_recording(folder: Path, to: ExportFormat, out: Path) -> tuple[Path, ...]:
    """Write a recording.

    Args:
        folder: the recording.
        to: as what.
        out: tables go into ``<out>/<name of the folder>``; BIDS into the data set `out` itself,
            which may have other recordings already.

    Returns:
        The files that were written.

    Raises:
        SourceError: the folder is no recording.
        RecordingError: something could not be written, or is there already.
        MissingExtraError: a library for it is not installed.
    """
    if to is ExportFormat.PARQUET:
        require_parquet()
    with open_recording(folder) as recording:
        name = folder.resolve().name
        try:
            if to is ExportFormat.BIDS:
                return write_bids(recording, out)
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
    return tuple(written)


def _documents(recording: Recording, target: Path) -> Iterator[Path]:
    # What the cloud puts beside its tables.
    if recording.facts.layout == "core":
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
