"""The command `gazewire` and its verbs."""

from __future__ import annotations

import typer

from gazewire.cli.device import device
from gazewire.cli.discover import discover
from gazewire.cli.doctor import doctor
from gazewire.cli.event import event
from gazewire.cli.eye import eye
from gazewire.cli.record import record
from gazewire.cli.run import run
from gazewire.cli.service import service
from gazewire.cli.status import status
from gazewire.cli.stream import stream
from gazewire.cli.version import version
from gazewire.cli.watch import watch

__all__ = ["app"]

app = typer.Typer(
    name="gazewire",
    help="A real-time eye tracker in software.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(device)
app.command()(service)
# For the service alone, which starts one for each eye.
app.command(hidden=True)(eye)
app.command()(discover)
app.command()(status)
app.command()(watch)
app.command()(stream)
app.command()(event)
app.command()(record)
app.command()(doctor)
# What follows the script is the script's, options too.
app.command(context_settings={"allow_interspersed_args": False})(run)
app.command()(version)
