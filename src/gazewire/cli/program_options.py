"""Options that several long-running verbs have, each under one name, with one meaning and help.

::

    def service(host: Host = LOOPBACK, lan: Lan = False, seed: Seed = 0) -> None: ...
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gazewire.cli.eye_mode import EyeMode
from gazewire.recording.layouts import LayoutChoice

__all__ = [
    "LOOPBACK",
    "RECORDINGS",
    "Allow",
    "AsJson",
    "ClientKeys",
    "Debug",
    "EchoPort",
    "EyeRate",
    "Eyes",
    "Group",
    "Host",
    "HttpPort",
    "KeyFile",
    "Lan",
    "Layout",
    "Mdns",
    "PhoneName",
    "RecordAnywhere",
    "RecordDir",
    "RtspPort",
    "Seed",
    "TunnelPort",
    "address_of",
    "eye_help",
]

LOOPBACK = "127.0.0.1"
_EVERYWHERE = "0.0.0.0"

RECORDINGS = Path("recordings")

_PORT = {"min": 0, "max": 65535, "show_default": False}

AsJson = Annotated[bool, typer.Option("--json", help="Say that it is ready in one line of JSON.")]

# The network.
Host = Annotated[str, typer.Option(help="Interface of every socket; 0.0.0.0 is all of them.")]
Lan = Annotated[bool, typer.Option("--lan", help="The same as --host 0.0.0.0.")]

# The device.
HttpPort = Annotated[
    int | None, typer.Option(help="[default: 8080, or the next free one]", **_PORT)
]
RtspPort = Annotated[
    int | None, typer.Option(help="[default: 8086, or the next free one]", **_PORT)
]
TunnelPort = Annotated[
    int | None, typer.Option(help="[default: 8686, or the next free one]", **_PORT)
]
EchoPort = Annotated[
    int | None, typer.Option(help="[default: 12321, or the next free one]", **_PORT)
]
PhoneName = Annotated[str | None, typer.Option(help="Name of the phone.")]
Mdns = Annotated[bool, typer.Option("--mdns/--no-mdns", help="Announce the device.")]
Layout = Annotated[
    LayoutChoice, typer.Option(help="How recordings are laid out: as Neon does, as Core, or both.")
]
RecordDir = Annotated[Path, typer.Option(help="Where recordings go.")]

# The wearer and the eyes.
Seed = Annotated[int, typer.Option(min=0, help="Who the synthetic wearer is.")]
EyeRate = Annotated[
    int, typer.Option(min=1, help="Eye pictures a second of the synthetic wearer; divides 200.")
]
Eyes = Annotated[
    EyeMode,
    typer.Option(help="A process for each eye, or tasks of one; auto: as there are cores."),
]

# The service.
RecordAnywhere = Annotated[
    bool, typer.Option("--record-anywhere", help="Let clients name any folder for a recording.")
]
Group = Annotated[
    str | None, typer.Option(help="Share notifications with the machines of this group.")
]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="Keys (CURVE) of the service, made if need be; clients then need them."),
]
ClientKeys = Annotated[
    Path | None,
    typer.Option(help="Public keys of those who may connect: a file, or a folder of *.key."),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        help="An address or network that may connect to the service; repeatable. [default: all]"
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="Put debug records onto the bus, too.")]


def address_of(host: str, *, lan: bool) -> str:
    """Where sockets listen, as ``--host`` and ``--lan`` tell it together."""
    return _EVERYWHERE if lan else host


def eye_help(side: str) -> str:
    """What an option says that names the source of an eye."""
    return f"What the {side} eye sees: synthetic, none, a video or recording, or v4l2:/dev/video0."
