"""``gazewire detect``: pupils in recorded eyes."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from types import FrameType
from typing import Annotated

import msgspec
import typer
from rich.progress import MofNCompleteColumn

from gazewire.cli.failing import told_in_a_sentence
from gazewire.cli.progress_bar import progress_bar
from gazewire.compose.offline import (
    DetectionReport,
    EyeFootage,
    EyeOptions,
    Stage,
    detect_all,
    find_eyes,
)

__all__ = ["detect"]

_TERMINATED_STATUS = 128 + signal.SIGTERM


def detect(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE...",
            help="Recordings of Core, Neon or Invisible, videos of eyes, folders of images.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR|CSV|PARQUET",
            help="What is made: a recording, or a table of the pupils alone; of several sources, "
            "the folder they go into. [default: SOURCE-detected]",
            show_default=False,
        ),
    ] = None,
    overlay: Annotated[
        Path | None,
        typer.Option(metavar="VIDEO.mp4", help="Draw the pupils into a video of the eyes as well."),
    ] = None,
    focal: Annotated[
        float | None,
        typer.Option(
            metavar="PX",
            min=1,
            help="Focal length of the eye cameras. [default: as recorded, or usual for the size]",
            show_default=False,
        ),
    ] = None,
    rate: Annotated[
        float, typer.Option(metavar="HZ", min=0.001, help="At which images in folders were taken.")
    ] = EyeOptions().image_rate_hz,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1, help="How many at once. [default: one for each core]", show_default=False
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write a line of JSON for each result.")
    ] = False,
) -> None:
    """Find the pupils in recorded eyes, and with them gaze and eye movements.

    Works on all cores. Sources are never touched; what is made appears when it is complete.
    """
    signal.signal(signal.SIGTERM, _terminate)
    bar = progress_bar(MofNCompleteColumn())
    with told_in_a_sentence():
        footage = find_eyes(sources, EyeOptions(focal_px=focal, image_rate_hz=rate))
        with bar:
            task = bar.add_task("", total=None)
            begun_s = time.perf_counter()
            for one, step in detect_all(footage, out, overlay=overlay, processes=processes):
                if isinstance(step, Stage):
                    what = f"{one.name}: {step.name}"
                    bar.update(task, description=what, completed=step.done, total=step.total)
                    continue
                took_s = time.perf_counter() - begun_s
                begun_s += took_s
                # The bar makes room on a terminal that has both.
                bar.stop()
                typer.echo(_line(one, step, took_s) if as_json else _sentences(one, step, took_s))
                bar.start()


def _sentences(footage: EyeFootage, report: DetectionReport, took_s: float) -> str:
    rate = footage.picture_count / took_s
    lines = [f"{report.source} -> {report.out} ({took_s:.1f} s, {rate:.0f} pictures a second)"]
    for eye_id, told in sorted(report.eyes.items()):
        share = 100 * told.found / max(told.pictures, 1)
        line = f"  eye {eye_id}: {told.pictures} pictures, a pupil in {share:.1f} %"
        if told.damaged:
            line += f"; {told.damaged} more are damaged"
        lines.append(line)
    if report.calibration is None:
        lines.append(f"  no gaze: {report.why_no_gaze}")
    else:
        how = "fitted to these pupils" if report.calibration == "fitted" else "as it was recorded"
        lines.append(f"  {report.gaze} gaze data, {report.fixations} fixations; calibration {how}")
    lines.append(f"  {report.saccades} saccades, {report.blinks} blinks")
    return "\n".join(lines)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    # As an interrupt: on its way out the program removes what is not complete.
    raise SystemExit(_TERMINATED_STATUS)


def _line(footage: EyeFootage, report: DetectionReport, took_s: float) -> str:
    facts = msgspec.to_builtins(report, enc_hook=str) | {
        "eyes": {f"eye{eye_id}": told for eye_id, told in report.eyes.items()},
        "seconds": round(took_s, 3),
        "pictures_per_second": round(footage.picture_count / took_s, 1),
    }
    return msgspec.json.encode(facts).decode()
