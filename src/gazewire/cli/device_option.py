"""``--device`` and ``--seconds``, as all verbs of the client take them."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["DeviceOption", "SecondsOption"]

DeviceOption = Annotated[
    str | None,
    typer.Option(
        "--device",
        metavar="ADDRESS[:PORT]",
        help="Which device, by address or host name. [default: the only one on the network]",
        show_default=False,
    ),
]

SecondsOption = Annotated[
    float | None,
    typer.Option(
        min=0.0, help="End after so long. [default: when told to stop]", show_default=False
    ),
]
