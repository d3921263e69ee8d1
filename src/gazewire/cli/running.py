"""What long-running verbs have in common: signals, logs, readiness, errors in a sentence."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType

import msgspec
import typer

from gazewire.cli.log_limit import RepeatLimit
from gazewire.cli.open_files import raise_open_file_limit
from gazewire.errors import GazewireError

__all__ = ["announce", "run", "wait_for_either"]

_log = logging.getLogger(__name__)

_USAGE_STATUS = 2


def run(program: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run a program until it ends or is told to stop.

    SIGINT and SIGTERM set the event that the program is given, and it ends with status 0. An error
    that the user can do something about is one sentence on standard error, and status 2. Logs go to
    standard error, and do not repeat themselves.
    """
    handler, limit = logging.StreamHandler(), RepeatLimit()
    handler.addFilter(limit)
    logging.basicConfig(
        format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING, handlers=[handler]
    )
    raise_open_file_limit()

    async def main() -> None:
        stop = asyncio.Event()
        with _signals_set(stop):
            await program(stop)

    try:
        asyncio.run(main())
    except GazewireError as error:
        typer.echo(f"gazewire: {error}", err=True)
        raise typer.Exit(_USAGE_STATUS) from error
    finally:
        if limit.held_back:
            _log.warning("%d lines like those above were left out", limit.held_back)


def announce(facts: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """Say on standard output that the program is ready: one line of JSON, or text for people."""
    if as_json:
        text = msgspec.json.encode({"ready": True, **facts}).decode()
    typer.echo(text)
    sys.stdout.flush()


async def wait_for_either(stop: asyncio.Event, stopped: Awaitable[None]) -> None:
    """Wait until the user ends the program, or somebody on the network does."""
    ends = [asyncio.ensure_future(stop.wait()), asyncio.ensure_future(stopped)]
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for end in ends:
            end.cancel()


@contextmanager
def _signals_set(stop: asyncio.Event) -> Iterator[None]:
    loop = asyncio.get_running_loop()

    def set_stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, set_stop) for number in numbers]
    # A signal that comes just before a loop falls asleep wakes it only by the loop's own handlers;
    # loops on Windows have none, and are woken by all.
    with suppress(NotImplementedError):
        for number in numbers:
            loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
