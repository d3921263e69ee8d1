"""``gazewire repair``: a copy of a recording that every reader opens."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from gazewire.cli.failing import told_in_a_sentence
from gazewire.recording import repair_recording

__all__ = ["repair"]


def repair(
    folder: Annotated[Path, typer.Argument(help="The recording; it is never touched.")],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where the copy goes. [default: FOLDER-repaired]",
            show_default=False,
        ),
    ] = None,
    like: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE.mp4",
            help="A whole video of the same camera, where one has lost its index; may be repeated.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write one line of JSON.")] = False,
) -> None:
    """Make a copy of a recording that every reader opens, and say what was lost.

    Of each file that breaks off, what is whole is kept; nothing is coded anew.
    """
    with told_in_a_sentence():
        report = repair_recording(folder, out, like=like or ())
    if as_json:
        done = [{"file": d.file, "offset": d.offset, "says": d.says} for d in report.done]
        facts = {"folder": str(report.folder), "done": done}
        typer.echo(msgspec.json.encode(facts).decode())
        return
    for found in report.done:
        typer.echo(str(found))
    said = f"{len(report.done)} repairs" if report.done else "Nothing had to be repaired"
    typer.echo(f"{said}; the copy is {report.folder}")
