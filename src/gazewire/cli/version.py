"""``gazewire version``."""

from __future__ import annotations

import typer

import gazewire

__all__ = ["version"]


def version() -> None:
    """Print the version."""
    typer.echo(gazewire.__version__)
