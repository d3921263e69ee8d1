"""``gazewire run``: an existing program, unchanged, on our client."""

from __future__ import annotations

from typing import Annotated

import typer

from gazewire.stand_in import become

__all__ = ["run"]


def run(
    target: Annotated[
        str, typer.Argument(metavar="SCRIPT", help="A script (.py) or notebook (.ipynb).")
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="ARGS", help="Handed on to it.")
    ] = None,
    is_module: Annotated[
        bool, typer.Option("-m", help="SCRIPT is the name of a module, as for python -m.")
    ] = False,
) -> None:
    """Run a script or notebook unchanged: its pupil_labs.realtime_api is answered by gazewire.

    Options of ours go before SCRIPT; all that follows it is the script's.
    """
    become(target, arguments or (), is_module=is_module)
