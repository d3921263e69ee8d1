"""``gazewire bridge``: a device of one of the two networks, served on the other."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Annotated

import typer

from gazewire.cli.device_option import DeviceOption
from gazewire.cli.garbage import settle
from gazewire.cli.program_options import (
    LOOPBACK,
    Allow,
    AsJson,
    ClientKeys,
    Debug,
    Group,
    Host,
    KeyFile,
    Lan,
    address_of,
)
from gazewire.cli.readiness import service_facts
from gazewire.cli.running import announce, run, wait_for_either
from gazewire.time import SystemClock

if TYPE_CHECKING:
    from gazewire.bridge import DeviceOnBus

__all__ = ["bridge"]


def bridge(
    device: DeviceOption = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of Pupil Remote.")] = 50020,
    host: Host = LOOPBACK,
    lan: Lan = False,
    group: Group = None,
    key_file: KeyFile = None,
    client_keys: ClientKeys = None,
    allow: Allow = None,
    debug: Debug = False,
    as_json: AsJson = False,
) -> None:
    """Put a Neon or Invisible onto the Core network: old programs run with new glasses.

    Gaze, eye state, fixations, blinks, events and pictures; recordings that are asked for are made
    by the phone. The time on the bus is the phone's. Port 0 takes any free port.
    """

    async def program(stop: asyncio.Event) -> None:
        # Here, so that the other verbs do not wait for what a service needs.
        from gazewire.bridge import serve_device_on_bus
        from gazewire.client.tools import choose_device
        from gazewire.compose.admission import find_admission
        from gazewire.compose.bridging import bridging_parts
        from gazewire.service import ServiceConfig

        address = address_of(host, lan=lan)
        admission = find_admission(key_file, client_keys, allow or (), address)
        config = ServiceConfig(
            host=address,
            port=port,
            group=group,
            bus_level=10 if debug else 20,
            security=admission.security,
            keys=admission.keys,
        )
        found = await choose_device(device)
        async with serve_device_on_bus(found, bridging_parts(), config, SystemClock()) as bridged:
            announce(_facts(bridged), _text(bridged), as_json=as_json)
            settle()
            await wait_for_either(stop, bridged.service.wait_stopped())

    run(program)


def _facts(bridged: DeviceOnBus) -> dict[str, object]:
    return service_facts(bridged.service) | {"device": bridged.device_name, "pid": os.getpid()}


def _text(bridged: DeviceOnBus) -> str:
    service = bridged.service
    return (
        f"{bridged.device_name} is on the Core network\n"
        f"  Pupil Remote  {service.remote_url}\n"
        f"  publish to    {service.pub_url}\n"
        f"  subscribe to  {service.sub_url}\n"
        f"Stop with Ctrl+C."
    )
