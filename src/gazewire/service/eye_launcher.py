"""Where eyes live: in a process each, or as tasks of the service. Both are told the same way."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gazewire.errors import GazewireError
from gazewire.model import EyeId
from gazewire.service.bus_outlet import BusAddresses
from gazewire.service.eye_process import EyeParts, run_eye
from gazewire.service.key_environment import with_keys
from gazewire.time import Clock, TimeBase

__all__ = ["EyeCrashedError", "EyeLauncher", "EyeStart", "InProcessEyes", "SpawnedEyes"]

# An eye that is told to end has this long, then it is ended.
_GRACE_S = 2.0


class EyeCrashedError(GazewireError):
    """An eye ended that was not told to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeStart:
    """With what an eye is started.

    Attributes:
        eye_id: which; 0 is the right one.
        bus: where it is to live.
        clock: the service's.
        timebase: the service's; the eye follows it by what the bus says.
        capacity: how many data may wait where the bus is behind.
        bus_level: the least severe log records that go onto the bus.
    """

    eye_id: EyeId
    bus: BusAddresses
    clock: Clock
    timebase: TimeBase
    capacity: int
    bus_level: int


class EyeLauncher(Protocol):
    """Lets eyes live."""

    async def run(self, start: EyeStart) -> None:
        """Run an eye until it ends. Cancelled, it is ended first.

        Raises:
            EyeCrashedError: it ended otherwise than by the bus's word.
        """


class InProcessEyes:
    """Eyes as tasks of the service: cheap to start, but they share its one Python core.

    Args:
        parts: makes what an eye is made of.
    """

    def __init__(self, parts: Callable[[EyeId], EyeParts]) -> None:
        self._parts = parts

    async def run(self, start: EyeStart) -> None:
        """Run an eye here; see `EyeLauncher`."""
        # Its own, because it follows the bus and not us.
        timebase = TimeBase(start.timebase.zero_unix_ns)
        try:
            await run_eye(
                start.eye_id,
                self._parts(start.eye_id),
                start.bus,
                start.clock,
                timebase,
                capacity=start.capacity,
            )
        except Exception as error:
            raise EyeCrashedError(f"eye {start.eye_id} failed: {error!r}") from error


class SpawnedEyes:
    """Eyes in a process each: a core for each, and none of them takes the service with it.

    Args:
        command: makes the command line of an eye's program. It is to end when its standard input
            does, which is how it learns that the service was killed.
    """

    def __init__(self, command: Callable[[EyeStart], list[str]]) -> None:
        self._command = command

    async def run(self, start: EyeStart) -> None:
        """Run an eye's program; see `EyeLauncher`."""
        process = await asyncio.create_subprocess_exec(
            *self._command(start),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            env=with_keys(os.environ, start.bus.keys),
            # Ctrl+C in a terminal is for the service, which then sees its eyes out.
            start_new_session=True,
        )
        try:
            status = await process.wait()
        finally:
            await asyncio.shield(_end(process))
        if status != 0:
            raise EyeCrashedError(f"the process of eye {start.eye_id} ended with status {status}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_GRACE_S):
            await process.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
