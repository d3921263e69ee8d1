"""Options of a verb from a file: a table of TOML, named like the verb, holds what it says there.

    [service]
    port = 50020
    scene = "synthetic"
    record-dir = "recordings"
    allow = ["192.168.1.0/24"]

What is on the command line as well counts there. Other tables are for other verbs.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NoReturn

import typer

__all__ = ["take_defaults"]

_USAGE_STATUS = 2


def take_defaults(context: typer.Context, path: Path | None) -> Path | None:
    """Let options have the values that a file gives them; for ``callback`` of an eager option."""
    if path is None or context.resilient_parsing:
        return path
    try:
        table = tomllib.loads(path.read_text()).get(context.info_name or "", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        _refuse(f"cannot read {path}: {error}")
    if not isinstance(table, dict):
        _refuse(f"{context.info_name} in {path} is a table: [{context.info_name}]")
    names = {
        option.removeprefix("--"): param.name
        for param in context.command.params
        for option in param.opts
    }
    if unknown := sorted(set(table) - set(names)):
        _refuse(f"there is no option {', '.join(unknown)}, as {path} has it")
    context.default_map = {names[option]: value for option, value in table.items()}
    return path


def _refuse(sentence: str) -> NoReturn:
    typer.echo(f"gazewire: {sentence}", err=True)
    raise typer.Exit(_USAGE_STATUS)
