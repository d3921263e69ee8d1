"""The command `gazewire` and its verbs, each of which is imported when it is the one that runs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from textwrap import shorten
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

__all__ = ["VERBS", "Verb", "app", "command_of"]

# Any: what Typer is made of is Click's in its older versions, and its own in newer ones.
Click = Any


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: `gazewire.cli.<name>.<name>`.

    Attributes:
        help: the first sentence of what it says about itself, which a test holds to it. It is told
            here because to import all verbs takes longer than most of them run.
        is_hidden: it is for the program itself.
        takes_all: what follows its first argument is handed on, options too.
    """

    help: str
    is_hidden: bool = False
    takes_all: bool = False


VERBS = {
    "up": Verb("Measure eyes, and serve what comes of it: service and device in one."),
    "device": Verb("Serve the Realtime API: a phone and a pair of glasses, in software."),
    "service": Verb("Serve the Core network API, headless: Pupil Remote, the bus, eyes and gaze."),
    "cameras": Verb(
        "Acquire from many cameras: images out to other programs, boxes back, a page that shows "
        "all."
    ),
    "bridge": Verb(
        "Put glasses of one network onto the other: old programs with new glasses, and new with "
        "old."
    ),
    "calibrate": Verb(
        "Calibrate a running service from a terminal: progress, result, or why there is none."
    ),
    "eye": Verb("Be an eye of a service, until the bus says that it should stop.", is_hidden=True),
    "discover": Verb("List the devices on the network, as they announce themselves by mDNS."),
    "status": Verb("Say how a device is: its phone, glasses, sensors and recording."),
    "watch": Verb(
        "Watch devices: battery, recording, clock, and rate, loss and latency of each stream."
    ),
    "stream": Verb("Write what a sensor gives to standard output, a line for each sample."),
    "event": Verb("Mark an instant with a label, in the recording if there is one."),
    "record": Verb(
        "Record what comes from a device to this machine, in the layout that Neon records in."
    ),
    "replay": Verb("Play a recording as a live device: what clients see is what was recorded."),
    "info": Verb("Say what a recording holds: streams, rates, gaps, and what is wrong with it."),
    "repair": Verb("Make a copy of a recording that every reader opens, and say what was lost."),
    "export": Verb(
        "Write recordings as tables, data sets, video or in another layout, many at once."
    ),
    "detect": Verb("Find the pupils in recorded eyes, and with them gaze and eye movements."),
    "doctor": Verb(
        "Say what is wrong between this computer and a device, and what to do about it."
    ),
    "run": Verb(
        "Run a script or notebook unchanged: its pupil_labs.realtime_api is answered by gazewire.",
        takes_all=True,
    ),
    "version": Verb("Print the version."),
}
"""In the order in which help lists them."""


def command_of(name: str) -> Click:
    """Import a verb, and make its command."""
    verb = VERBS[name]
    program = getattr(import_module(f"gazewire.cli.{name}"), name)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    settings = {"allow_interspersed_args": False} if verb.takes_all else {}
    alone.command(name, hidden=verb.is_hidden, context_settings=settings)(program)
    return get_command(alone)


class _Verbs(TyperGroup):
    def list_commands(self, ctx: Click) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: Click, cmd_name: str) -> Click:
        return command_of(cmd_name) if cmd_name in VERBS else None

    def format_commands(self, ctx: Click, formatter: Click) -> None:
        shown = {name: verb.help for name, verb in VERBS.items() if not verb.is_hidden}
        width = formatter.width - 6 - max(map(len, shown))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, shorten(told, width, placeholder="...")) for name, told in shown.items()]
            )


app = typer.Typer(
    name="gazewire",
    help="A real-time eye tracker in software.",
    cls=_Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _gazewire() -> None:
    """A real-time eye tracker in software."""
