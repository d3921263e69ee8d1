"""``gazewire discover``: which devices are on the network."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer

from gazewire.cli.running import run
from gazewire.cli.table import spell_table
from gazewire.client.discovery import DiscoveredDeviceInfo
from gazewire.client.tools import device_id, device_name, device_place, search_network

__all__ = ["discover"]

_HEADINGS = ("NAME", "ADDRESS", "HOST", "ID")
_NONE_FOUND_STATUS = 1


def discover(
    seconds: Annotated[float, typer.Option(min=0.0, help="How long to listen.")] = 5.0,
    subnet: Annotated[
        str | None,
        typer.Option(
            metavar="CIDR",
            help="Ask every address of this network, such as 192.168.1.0/24, instead.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Where to ask, with --subnet.")
    ] = 8080,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write one line of JSON, a list of devices.")
    ] = False,
) -> None:
    """List the devices on the network, as they announce themselves by mDNS.

    The status is 1 where there is none.
    """
    found: Sequence[DiscoveredDeviceInfo] = ()

    async def program(stop: asyncio.Event) -> None:
        nonlocal found
        found = await search_network(seconds, stop, subnet=subnet, port=port)

    run(program)
    if as_json:
        typer.echo(msgspec.json.encode([_facts(device) for device in found]).decode())
    elif found:
        typer.echo(spell_table(_HEADINGS, [_row(device) for device in found]))
    if not found:
        typer.echo(
            "gazewire: no device was found; `gazewire doctor` looks for the reason", err=True
        )
        raise typer.Exit(_NONE_FOUND_STATUS)


def _facts(device: DiscoveredDeviceInfo) -> dict[str, Any]:
    # Any: text, numbers and lists, for JSON.
    return {
        "name": device_name(device),
        "id": device_id(device),
        "server": device.server,
        "port": device.port,
        "addresses": device.addresses,
        "service": device.name,
    }


def _row(device: DiscoveredDeviceInfo) -> tuple[str, ...]:
    host = device.server.removesuffix(".")
    return device_name(device), device_place(device), host, device_id(device)
