"""``gazewire bridge``: a device of one of the two networks, served on the other."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from gazewire.cli.device_option import DeviceOption
from gazewire.cli.garbage import settle
from gazewire.cli.program_options import (
    LOOPBACK,
    RECORDINGS,
    Allow,
    AsJson,
    ClientKeys,
    Debug,
    EchoPort,
    Group,
    Host,
    HttpPort,
    KeyFile,
    Lan,
    Mdns,
    PhoneName,
    RecordDir,
    RtspPort,
    TunnelPort,
    address_of,
)
from gazewire.cli.readiness import device_facts, device_lines, service_facts
from gazewire.cli.running import announce, run, wait_for_either
from gazewire.errors import LocalProtocolError
from gazewire.time import SystemClock

if TYPE_CHECKING:
    from gazewire.client.core import BusKeys
    from gazewire.device import DeviceConfig
    from gazewire.service import ServiceConfig

__all__ = ["bridge"]

_DEFAULT_PORT = 50020


def bridge(
    device: DeviceOption = None,
    core: Annotated[
        str | None,
        typer.Option(
            metavar="tcp://HOST:PORT",
            help="Pupil Remote of a Core program, which is to be a device; instead of --device.",
        ),
    ] = None,
    core_key: Annotated[
        Path | None,
        typer.Option(help="The program's public key, with --core and --key-file."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Of Pupil Remote, with --device.")
    ] = _DEFAULT_PORT,
    host: Host = LOOPBACK,
    lan: Lan = False,
    group: Group = None,
    key_file: KeyFile = None,
    client_keys: ClientKeys = None,
    allow: Allow = None,
    http_port: HttpPort = None,
    rtsp_port: RtspPort = None,
    tunnel_port: TunnelPort = None,
    echo_port: EchoPort = None,
    record_dir: RecordDir = RECORDINGS,
    name: PhoneName = None,
    mdns: Mdns = True,
    debug: Debug = False,
    as_json: AsJson = False,
) -> None:
    """Put glasses of one network onto the other: old programs with new glasses, and new with old.

    --device puts a Neon or Invisible onto the Core network; recordings are made by the phone, whose
    time is that of the bus. --core makes a Core program a device of the Realtime API, with a
    monitor page. Port 0 takes any free port.
    """

    async def program(stop: asyncio.Event) -> None:
        # Here, so that the other verbs do not wait for what a service or a device needs.
        address = address_of(host, lan=lan)
        if core is None:
            from gazewire.compose.admission import find_admission
            from gazewire.service import ServiceConfig

            admission = find_admission(key_file, client_keys, allow or (), address)
            service = ServiceConfig(
                host=address,
                port=port,
                group=group,
                bus_level=10 if debug else 20,
                security=admission.security,
                keys=admission.keys,
            )
            await _put_on_bus(device, service, stop, as_json=as_json)
            return
        from gazewire.device import DeviceConfig

        if device is not None:
            raise LocalProtocolError("a bridge has one end: name --device or --core, not both")
        phone = DeviceConfig(
            name=name,
            host=address,
            http_port=http_port,
            rtsp_port=rtsp_port,
            tunnel_port=tunnel_port,
            echo_port=echo_port,
            announce=mdns,
            record_dir=record_dir,
            template=None,
        )
        keys = _core_keys(key_file, core_key)
        await _make_device(core, keys, phone, stop, as_json=as_json)

    run(program)


async def _put_on_bus(
    device: str | None, config: ServiceConfig, stop: asyncio.Event, *, as_json: bool
) -> None:
    from gazewire.bridge import serve_device_on_bus
    from gazewire.client.tools import choose_device
    from gazewire.compose.bridging import bridging_parts

    found = await choose_device(device)
    async with serve_device_on_bus(found, bridging_parts(), config, SystemClock()) as bridged:
        service = bridged.service
        announce(
            service_facts(service) | {"device": bridged.device_name, "pid": os.getpid()},
            f"{bridged.device_name} is on the Core network\n"
            f"  Pupil Remote  {service.remote_url}\n"
            f"  publish to    {service.pub_url}\n"
            f"  subscribe to  {service.sub_url}\n"
            f"Stop with Ctrl+C.",
            as_json=as_json,
        )
        settle()
        await wait_for_either(stop, service.wait_stopped())


async def _make_device(
    core: str, keys: BusKeys | None, config: DeviceConfig, stop: asyncio.Event, *, as_json: bool
) -> None:
    from gazewire.bridge import open_core_glasses
    from gazewire.device import serve_device

    async with (
        open_core_glasses(*_place(core), keys=keys) as glasses,
        serve_device(config, glasses, SystemClock()) as running,
    ):
        announce(
            device_facts(running) | {"core": core, "pid": os.getpid()},
            f"{running.name}, showing {glasses.info.description}\n"
            f"{device_lines(running)}Stop with Ctrl+C.",
            as_json=as_json,
        )
        settle()
        await wait_for_either(stop, running.wait_ended())


def _core_keys(own: Path | None, program: Path | None) -> BusKeys | None:
    from gazewire.client.core import load_bus_keys

    if own is None and program is None:
        return None
    if own is None or program is None:
        raise LocalProtocolError("a program that wants keys needs --key-file and --core-key")
    return load_bus_keys(own, program)


def _place(core: str) -> tuple[str, int]:
    """Read ``tcp://HOST:PORT``, of which the beginning and the end may be left out.

    Raises:
        LocalProtocolError: it is no such address.
    """
    try:
        parts = urlsplit(core if "://" in core else f"tcp://{core}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or parts.scheme != "tcp":
        raise LocalProtocolError(f"{core!r} is no address such as tcp://127.0.0.1:{_DEFAULT_PORT}")
    return host, port or _DEFAULT_PORT
