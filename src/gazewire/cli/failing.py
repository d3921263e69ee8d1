"""How verbs that do one thing and end say that they could not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from gazewire.errors import GazewireError

__all__ = ["USAGE_STATUS", "told_in_a_sentence"]

USAGE_STATUS = 2


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """End with one sentence on standard error, and status 2, where our own error is raised."""
    try:
        yield
    except GazewireError as error:
        typer.echo(f"gazewire: {error}", err=True)
        raise typer.Exit(USAGE_STATUS) from error
