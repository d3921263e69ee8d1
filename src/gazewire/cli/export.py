"""``gazewire export``: recordings for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import TaskProgressColumn

from gazewire.cli.failing import told_in_a_sentence
from gazewire.cli.progress_bar import progress_bar
from gazewire.export import ExportFormat, ExportResult, export_all

__all__ = ["export"]

_FAILED_STATUS = 1


def export(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="The recordings.")],
    to: Annotated[ExportFormat, typer.Option(help="As what.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to.")],
    processes: Annotated[
        int | None,
        typer.Option(
            min=1, help="How many at once. [default: one for each core]", show_default=False
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write a line of JSON for each recording.")
    ] = False,
) -> None:
    """Write recordings as tables, data sets, video or in another layout, many at once.

    Tables have the columns of the vendor's own exports: of its cloud for Neon and Invisible, of
    Pupil Player for Core. One that fails stops no other; the status is 1 then.
    """
    results: list[ExportResult] = []
    bar = progress_bar(TaskProgressColumn())
    with told_in_a_sentence(), bar:
        task = bar.add_task("Exporting", total=len(folders))

        def tell_progress(share: float) -> None:
            bar.update(task, completed=len(results) + share)

        for result in export_all(folders, to, out, processes=processes, progress=tell_progress):
            results.append(result)
            bar.update(task, completed=len(results))
            if as_json:
                facts = {
                    "recording": str(result.folder),
                    "written": [str(path) for path in result.written],
                    "left_out": list(result.left_out),
                    "failure": result.failure,
                }
                typer.echo(msgspec.json.encode(facts).decode())
            elif result.failure is None:
                typer.echo(_text(result, out))
            else:
                typer.echo(f"{result.folder}: {result.failure}", err=True)
    if any(result.failure is not None for result in results):
        raise typer.Exit(_FAILED_STATUS)


def _text(result: ExportResult, out: Path) -> str:
    if len(result.written) == 1:
        said = f"{result.folder}: {result.written[0]}"
    else:
        where = result.written[0].parent if result.written else out
        said = f"{result.folder}: {len(result.written)} files in {where}"
    if result.left_out:
        said += f"; there is no place in it for {', '.join(result.left_out)}"
    return said
