"""Many recordings at once, on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from gazewire.errors import GazewireError, RecordingError
from gazewire.export.exporting import ExportFormat, export_recording

__all__ = ["ExportResult", "export_all"]


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What became of one recording.

    Attributes:
        folder: the recording.
        written: the files; empty where it failed.
        left_out: what there was no place for, in words.
        failure: why it failed, in a sentence; None where it did not.
    """

    folder: Path
    written: tuple[Path, ...]
    left_out: tuple[str, ...] = ()
    failure: str | None = None


def export_all(
    folders: Sequence[Path],
    to: ExportFormat,
    out: Path,
    *,
    processes: int | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Iterator[ExportResult]:
    """Export recordings, each in a process of its own; one alone in this one.

    Args:
        folders: the recordings; tables go by their names, which differ.
        to: as what.
        out: where to; see `export_recording`.
        processes: at most so many at once; None for one a core.
        progress: told how much of the recording at hand is done, where they come one by one.

    Yields:
        Results, as they come. One that fails stops no other.

    Raises:
        RecordingError: two folders have the same name.
    """
    names = [folder.resolve().name for folder in folders]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice and to is not ExportFormat.BIDS:
        raise RecordingError(
            f"two recordings are called {twice[0]}; export them into different folders"
        )
    count = min(len(folders), processes or os.cpu_count() or 1)
    if count <= 1:
        yield from (_export(folder, to, out, progress) for folder in folders)
        return
    if to is ExportFormat.BIDS:
        # The data set is one: its list of subjects has one writer.
        count = 1
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_export, folder, to, out) for folder in folders]
        for future in as_completed(futures):
            yield future.result()


def _export(
    folder: Path,
    to: ExportFormat,
    out: Path,
    progress: Callable[[float], None] = lambda _: None,
) -> ExportResult:
    try:
        made = export_recording(folder, to, out, progress)
    except GazewireError as error:
        return ExportResult(folder, (), failure=str(error))
    return ExportResult(folder, made.written, made.left_out)
