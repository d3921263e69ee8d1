"""Makes a copy of a recording that every reader opens, and says what was lost."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gazewire.errors import RecordingError
from gazewire.recording.core.repair import repair_core
from gazewire.recording.finding import Finding, Findings
from gazewire.recording.neon.repair import repair_neon
from gazewire.recording.opening import open_recording

__all__ = ["RepairReport", "repair_recording"]


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What a repair has done.

    Attributes:
        folder: the repaired copy.
        done: what was changed, each by file; none where all was well.
    """

    folder: Path
    done: tuple[Finding, ...]


def repair_recording(
    folder: Path, out: Path | None = None, *, like: Sequence[Path] = ()
) -> RepairReport:
    """Repair a copy of a recording; the original is never touched.

    Rows without an instant, torn rows, records and fragments are cut off, tables of contents and
    documents that are missing are made. Nothing is coded anew.

    Args:
        folder: the recording, as a kill, a flat battery or a full disk has left it.
        out: where the copy goes; None for ``<folder>-repaired`` beside it.
        like: whole videos of the same cameras. A video without an index can be read with what
            another one says of the camera; parts of the same recording are looked at anyway.

    Raises:
        SourceError: the folder is no recording.
        RecordingError: the copy exists already, or cannot be written.
    """
    with open_recording(folder) as recording:
        kind = recording.facts.layout
    # Of "." and "..", too, there is a name.
    folder = folder.resolve()
    out = folder.with_name(f"{folder.name}-repaired") if out is None else out.resolve()
    if out.exists():
        raise RecordingError(f"{out} exists already; remove it, or choose another with --out")
    if out.is_relative_to(folder):
        raise RecordingError(f"{out} lies within the recording, which is not to be touched")
    done = Findings()
    try:
        shutil.copytree(folder, out)
        _make_writable(out)
        if kind == "core":
            repair_core(out, like, done)
        else:
            repair_neon(out, like, done, is_invisible=kind == "invisible")
    except OSError as error:
        shutil.rmtree(out, ignore_errors=True)
        reason = error.strerror or error
        raise RecordingError(f"cannot repair into {out}: {reason}") from error
    return RepairReport(out, tuple(done))


def _make_writable(folder: Path) -> None:
    # A recording on a medium that is read only would give a copy like that.
    for path in (folder, *folder.rglob("*")):
        os.chmod(path, path.stat().st_mode | stat.S_IWUSR)
