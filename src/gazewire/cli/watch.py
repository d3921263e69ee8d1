"""``gazewire watch``: a live picture of any number of devices, on the terminal."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from gazewire.cli.running import run
from gazewire.client.tools import Watching, choose_device
from gazewire.errors import GazewireError, MissingExtraError
from gazewire.time import SystemClock

if TYPE_CHECKING:
    from gazewire.cli.dashboard import Dashboard

__all__ = ["watch"]

_STREAM_LOGGER = "gazewire.client"


def watch(
    device: Annotated[
        list[str] | None,
        typer.Option(
            "--device",
            metavar="ADDRESS[:PORT]",
            help="Which device; may be repeated. [default: all on the network]",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Watch devices: battery, recording, clock, and rate, loss and latency of each stream.

    Keys: r starts a recording, s stops and saves it, c cancels it, e marks an event, tab chooses
    one device, q quits. Where none is chosen, orders go to all.
    """

    async def program(stop: asyncio.Event) -> None:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):  # it draws on standard error
            raise GazewireError("watch needs a terminal; `gazewire status` and `stream` need none")
        found = None
        if device:
            found = await asyncio.gather(*(choose_device(where) for where in device))
        async with Watching(found, SystemClock()) as watching:
            dashboard = _dashboard(watching)
            with _logs_on(dashboard):
                showing = asyncio.create_task(dashboard.run_async())
                stopping = asyncio.create_task(stop.wait())
                await asyncio.wait({showing, stopping}, return_when=asyncio.FIRST_COMPLETED)
                stopping.cancel()
                dashboard.exit()
                await showing

    run(program)


def _dashboard(watching: Watching) -> Dashboard:
    # Only here, because it takes a third of a second that other verbs need not wait for.
    try:
        from gazewire.cli.dashboard import Dashboard
    except ImportError as error:
        raise MissingExtraError("cli") from error
    return Dashboard(watching)


@contextmanager
def _logs_on(dashboard: Dashboard) -> Iterator[None]:
    """Have the log told by the dashboard: whatever else is written spoils the screen."""
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, [_Notes(dashboard)]
    try:
        yield
    finally:
        root.handlers = handlers


class _Notes(logging.Handler):
    def __init__(self, dashboard: Dashboard) -> None:
        super().__init__()
        self._dashboard = dashboard
        # How streams are doing is on the screen already.
        self.addFilter(lambda record: record.name != _STREAM_LOGGER)

    def emit(self, record: logging.LogRecord) -> None:
        if self._dashboard.is_running:
            self._dashboard.call_later(self._dashboard.note, self.format(record))
