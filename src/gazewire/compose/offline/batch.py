"""The eyes of many recordings, one recording after the other, each on all cores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from gazewire.compose.offline.detection import Detection
from gazewire.compose.offline.footage import EyeFootage
from gazewire.compose.offline.overlay import draw_overlay, overlay_paths
from gazewire.compose.offline.pupil_table import TABLE_SUFFIXES, require_table, write_pupil_table
from gazewire.compose.offline.report import DetectionReport, Stage
from gazewire.compose.offline.result_folder import (
    add_recorded,
    put_in_place,
    require_unused,
    workplace,
)
from gazewire.compose.offline.work_force import work_force
from gazewire.errors import RecordingError
from gazewire.model import EyeId

__all__ = ["detect_all"]

_BESIDE = "-detected"


def detect_all(
    footage: Sequence[EyeFootage],
    out: Path | None = None,
    *,
    overlay: Path | None = None,
    processes: int | None = None,
) -> Iterator[tuple[EyeFootage, Stage | DetectionReport]]:
    """Find pupils, gaze and eye movements.

    Args:
        footage: of the wearers.
        out: of one: the folder that is made, or a file that ends in ``.csv`` or ``.parquet``, for a
            table of its pupils alone. Of several: the folder in which theirs are made. None: beside
            each source, with ``-detected`` behind its name.
        overlay: a video with the pupils drawn into it, as well; of one source alone.
        processes: how many work at once; None for one a core.

    Yields:
        How far the work is, and at last what has come out, of one after the other.

    Raises:
        RecordingError: a result cannot be written, or is there already; nothing of it is left.
        SourceError: a source cannot be read any more.
        MissingExtraError: a library for it is not installed.
    """
    targets = _targets(footage, out)
    if overlay is not None and len(footage) > 1:
        raise RecordingError(f"{overlay} can show one source, not {len(footage)}")
    executor, workers = work_force(processes)
    try:
        for one, target in zip(footage, targets, strict=True):
            for step in _detect(one, target, overlay, executor, workers):
                yield one, step
    finally:
        executor.shutdown(cancel_futures=True)


def _detect(
    footage: EyeFootage, target: Path, overlay: Path | None, executor: Executor, workers: int
) -> Iterator[Stage | DetectionReport]:
    is_table = target.suffix in TABLE_SUFFIXES
    if is_table:
        require_table(target)
    videos = {} if overlay is None else overlay_paths(footage, overlay)
    for path in (target, *videos.values()):
        require_unused(path)
    with workplace(target) as folder:
        detection = Detection(footage, folder, executor, workers)
        yield from detection.run()
        yield from _draw(footage, folder, videos)
        made = folder
        if is_table:
            made = write_pupil_table(footage, folder, target.name)
        elif footage.is_core:
            add_recorded(footage.source, folder)
        put_in_place(made, target)
    yield replace(detection.report, out=target)


def _draw(
    footage: EyeFootage, folder: Path, videos: Mapping[frozenset[EyeId], Path]
) -> Iterator[Stage]:
    for eyes, path in videos.items():
        with workplace(path) as drawn:
            yield from draw_overlay(footage, eyes, folder, drawn / path.name)
            put_in_place(drawn / path.name, path)


def _targets(footage: Sequence[EyeFootage], out: Path | None) -> list[Path]:
    if out is None:
        return [one.source.with_name(f"{one.name}{_BESIDE}") for one in footage]
    if len(footage) == 1:
        return [out]
    if out.suffix in TABLE_SUFFIXES:
        raise RecordingError(f"{out} can be the table of one recording, not of {len(footage)}")
    names = [one.name for one in footage]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RecordingError(f"two of them are called {twice[0]}; detect them one by one")
    return [out / name for name in names]
