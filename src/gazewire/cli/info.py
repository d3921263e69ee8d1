"""``gazewire info``: what a recording holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from gazewire.cli.failing import told_in_a_sentence
from gazewire.cli.recording_sentences import summary_facts, summary_text
from gazewire.recording import open_recording, summarize

__all__ = ["info"]


def info(
    folder: Annotated[Path, typer.Argument(help="The recording: of Neon, Invisible or Core.")],
    as_json: Annotated[bool, typer.Option("--json", help="Write one line of JSON.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png|svg", help="Draw gaze, pupils, rates and gaps as well."),
    ] = None,
) -> None:
    """Say what a recording holds: streams, rates, gaps, and what is wrong with it.

    Nothing is changed. The status is 0 also where something is wrong.
    """
    with told_in_a_sentence(), open_recording(folder) as recording:
        summary = summarize(recording)
        if plot is not None:
            from gazewire.export.plot import plot_recording

            plot_recording(recording, summary, plot)
        if as_json:
            typer.echo(msgspec.json.encode(summary_facts(summary)).decode())
        else:
            typer.echo(summary_text(summary))
