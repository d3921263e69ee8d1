"""``gazewire calibrate``: calibrates and validates at a running service, from a terminal."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from gazewire.cli.calibration_follower import (
    CalibrationFollower,
    CalibrationOutcome,
    CalibrationStep,
)
from gazewire.cli.calibration_report import ProgressReport, outcome_text
from gazewire.cli.running import run
from gazewire.errors import LocalProtocolError
from gazewire.model import Notification

if TYPE_CHECKING:
    from gazewire.client.core import CoreDevice

__all__ = ["calibrate"]

_DEFAULT_PORT = 50020
_FAILED_STATUS = 1


class Choreography(enum.StrEnum):
    """What ``--choreography`` takes."""

    SCREEN = "screen"
    SINGLE = "single"
    PRINT = "print"
    NATURAL = "natural"
    RUNNING = "running"


class MappingName(enum.StrEnum):
    """What ``--mapping`` takes."""

    MAP_2D = "2d"
    MAP_3D = "3d"


class Steps(enum.StrEnum):
    """What ``--steps`` takes."""

    CALIBRATION = "calibration"
    VALIDATION = "validation"
    BOTH = "both"


_PLUGINS: dict[Choreography, tuple[str, dict[str, object]]] = {
    Choreography.SCREEN: ("ScreenMarkerChoreographyPlugin", {}),
    Choreography.SINGLE: ("SingleMarkerChoreographyPlugin", {"marker_mode": "Full screen"}),
    Choreography.PRINT: ("SingleMarkerChoreographyPlugin", {"marker_mode": "Physical"}),
    Choreography.NATURAL: ("NaturalFeatureChoreographyPlugin", {}),
}
_KINDS: dict[Steps, tuple[CalibrationStep, ...]] = {
    Steps.CALIBRATION: ("calibration",),
    Steps.VALIDATION: ("validation",),
    Steps.BOTH: ("calibration", "validation"),
}
_HEARD = ("notify.calibration.", "notify.validation.", "notify.accuracy.measured")
# Some services do not tell it.
_ACCURACY_WITHIN_S = 10.0
_GAZERS = {MappingName.MAP_2D: "Gazer2D", MappingName.MAP_3D: "Gazer3D"}


def calibrate(
    remote: Annotated[
        str, typer.Option(metavar="ADDRESS[:PORT]", help="Where Pupil Remote is.")
    ] = f"127.0.0.1:{_DEFAULT_PORT}",
    choreography: Annotated[
        Choreography,
        typer.Option(help="What the wearer looks at; running: whatever the service has."),
    ] = Choreography.SCREEN,
    mapping: Annotated[MappingName, typer.Option(help="What is fitted.")] = MappingName.MAP_3D,
    steps: Annotated[Steps, typer.Option(help="What is done.")] = Steps.CALIBRATION,
    page_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Serve the page that shows markers here, and start when C or V is pressed on it.",
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Interface of the page; 0.0.0.0 lets other machines show it.")
    ] = "127.0.0.1",
    as_json: Annotated[
        bool, typer.Option("--json", help="Write each result as one line of JSON.")
    ] = False,
) -> None:
    """Calibrate a running service from a terminal: progress, result, or why there is none.

    Ends with status 0 where all succeeded, and 1 where something did not. Ctrl+C cancels.
    """
    outcomes: list[CalibrationOutcome] = []

    async def program(stop: asyncio.Event) -> None:
        # Here, so that the other verbs work where what a client needs is not installed.
        from gazewire.client.core import CoreDevice

        address, port = _address(remote)
        async with AsyncExitStack() as stack:
            core = await stack.enter_async_context(CoreDevice(address, port))
            if choreography in _PLUGINS:
                name, args = _PLUGINS[choreography]
                args = {**args, "selected_gazer_class_name": _GAZERS[mapping]}
                await core.notify("start_plugin", {"name": name, "args": args})
            page = None
            if page_port is not None:
                page = await stack.enter_async_context(
                    _page_served(core, f"tcp://{address}:{port}", host, page_port)
                )
            for kind in _KINDS[steps]:
                if page is not None:
                    key = "C" if kind == "calibration" else "V"
                    typer.echo(f"Open {page} and press {key} there.", err=True)
                outcome = await _until_known(core, kind, stop, starts=page is None)
                outcomes.append(outcome)
                as_line = msgspec.json.encode(outcome).decode()
                typer.echo(as_line if as_json else outcome_text(outcome))
                if not outcome.succeeded:
                    return

    run(program)
    if not all(outcome.succeeded for outcome in outcomes):
        raise typer.Exit(_FAILED_STATUS)


def _address(remote: str) -> tuple[str, int]:
    host, _, port = remote.removeprefix("tcp://").partition(":")
    try:
        return host, int(port or _DEFAULT_PORT)
    except ValueError as error:
        raise LocalProtocolError(f"--remote is an address and a port, not {remote!r}") from error


async def _until_known(
    core: CoreDevice, kind: CalibrationStep, stop: asyncio.Event, *, starts: bool
) -> CalibrationOutcome:
    """Start it, unless somebody else does, and say how far it is until its outcome is known."""
    follower, report = CalibrationFollower(kind), ProgressReport()
    stopping = asyncio.create_task(stop.wait())
    try:
        async with core.maps(*_HEARD) as told:
            if starts:
                await core.notify(f"{kind}.should_start", {"record": True})
            while True:
                coming = asyncio.ensure_future(anext(told))
                wait_s = _ACCURACY_WITHIN_S if follower.is_fitted else None
                await asyncio.wait(
                    {coming, stopping}, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED
                )
                if not coming.done():
                    coming.cancel()
                    if not stopping.done():
                        return follower.fitted()
                    await core.notify("calibration.should_cancel", {"record": True})
                    return CalibrationOutcome(
                        kind=kind, succeeded=False, reason="It was cancelled."
                    )
                fields = coming.result().payload
                subject = str(fields.get("subject", ""))
                if subject == "calibration.state":
                    for line in report.lines(fields):
                        typer.echo(line, err=True)
                if (outcome := follower.take(subject, fields)) is not None:
                    return outcome
    finally:
        stopping.cancel()


@asynccontextmanager
async def _page_served(
    core: CoreDevice, remote_url: str, host: str, port: int
) -> AsyncIterator[str]:
    """Serve the calibration page while the context lasts; gives its URL."""
    from gazewire.net import HttpResponse, HttpServer
    from gazewire.net.remote import RemoteClient
    from gazewire.service.bus_outlet import BusAddresses
    from gazewire.service.calibration_page import PAGE_PATH, calibration_routes
    from gazewire.wire.remote import AskSubscribePort, parse_port_reply

    async with RemoteClient(remote_url) as remote:
        sub_port = parse_port_reply(await remote.request(AskSubscribePort()))
    bus = remote_url.rpartition(":")[0]
    # What it says goes by Pupil Remote, which is all that a client knows.
    addresses = BusAddresses(pub="", sub=f"{bus}:{sub_port}", push="")

    async def notify(notification: Notification) -> None:
        await core.notify(notification.subject, notification.fields)

    def refuse(status: int, sentence: str) -> HttpResponse:
        return HttpResponse(status, sentence.encode())

    routes = calibration_routes(addresses.subscribe, notify)
    async with HttpServer(
        routes, host=host, port=port, refuse=refuse, purpose="the calibration page"
    ) as server:
        yield server.url + PAGE_PATH
