"""The faults of one device: which there are, since when, for how long, and what they have done."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Literal, Self

import msgspec

from gazewire.device.faults.fault import Fault
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.rig import FaultRig
from gazewire.device.faults.spec import fault_summary, spell_fault
from gazewire.errors import DeviceRefusedError

__all__ = ["FaultBoard", "FaultReport"]

_NS_PER_S = 1_000_000_000
# At one time; far more than anybody can tell apart.
_MOST = 32
# Those that are over can still be read, because their counts matter most then.
_MOST_REMEMBERED = 32

FaultPhase = Literal["waiting", "active", "over"]


class FaultReport(msgspec.Struct, frozen=True, kw_only=True):
    """One fault at this moment, as users are told of it.

    Attributes:
        id: counts faults from 1.
        fault: as `parse_fault` reads it.
        says: what it does.
        phase: whether it has begun, and ended.
        begins_in_s: until it begins, while it waits.
        remaining_s: until it ends by itself, once it has begun; None where it does not.
        injected: what was done so far: how often, by place and deed.
    """

    id: int
    fault: str
    says: str
    phase: FaultPhase
    begins_in_s: float | None
    remaining_s: float | None
    injected: dict[str, dict[str, int]]


class FaultBoard:
    """Puts faults into a device and takes them out again. An async context manager.

    Leaving it takes all of them out; enter it after the servers, so that it is left before them.

    Args:
        rig: the device.
    """

    def __init__(self, rig: FaultRig) -> None:
        self._rig = rig
        self._tasks = asyncio.TaskGroup()
        self._current: dict[_Injection, asyncio.Task[None]] = {}
        self._over: deque[_Injection] = deque(maxlen=_MOST_REMEMBERED)
        self._count = 0

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._cancel_all()
        await self._tasks.__aexit__(exc_type, exc, traceback)

    async def start(self, fault: Fault) -> FaultReport:
        """Put a fault in; one that need not wait is in force when this returns.

        Raises:
            DeviceRefusedError: the device lacks what the fault is about, or has too many.
        """
        fault.check(self._rig)
        if len(self._current) >= _MOST:
            raise DeviceRefusedError(503, f"there are {_MOST} faults already; clear them first")
        self._count += 1
        injection = _Injection(self._count, fault, self._rig)
        self._current[injection] = self._tasks.create_task(
            injection.run(), name=f"fault {fault.NAME}"
        )
        self._current[injection].add_done_callback(lambda _: self._end(injection))
        if fault.after_s == 0:
            await injection.begun.wait()
        return injection.report()

    async def clear(self) -> list[FaultReport]:
        """Take all faults out and forget them; tells of each what it has done."""
        tasks = self._cancel_all()
        if tasks:
            await asyncio.wait(tasks)
        reports = self.reports()
        self._over.clear()
        return reports

    def reports(self) -> list[FaultReport]:
        """Tell of all faults, the latest of those that are over included, in order."""
        injections = sorted([*self._over, *self._current], key=lambda injection: injection.id)
        return [injection.report() for injection in injections]

    def _cancel_all(self) -> list[asyncio.Task[None]]:
        tasks = list(self._current.values())
        for task in tasks:
            task.cancel()
        return tasks

    def _end(self, injection: _Injection) -> None:
        del self._current[injection]
        injection.end()
        self._over.append(injection)


class _Injection:
    """One fault on its way through its life."""

    def __init__(self, number: int, fault: Fault, rig: FaultRig) -> None:
        self.id = number
        self.begun = asyncio.Event()
        self._fault = fault
        self._rig = rig
        self._ledger = Ledger()
        self._phase: FaultPhase = "waiting"
        self._since_mono_ns = rig.clock.mono_ns()

    async def run(self) -> None:
        fault = self._fault
        await asyncio.sleep(fault.after_s)
        async with fault.put_in(self._rig, self._ledger):
            self._phase = "active"
            self._since_mono_ns = self._rig.clock.mono_ns()
            self.begun.set()
            if fault.for_s is None:
                await asyncio.Future()
            else:
                await asyncio.sleep(fault.for_s)

    def end(self) -> None:
        """It is over, whether or not it has begun."""
        self._phase = "over"
        self.begun.set()

    def report(self) -> FaultReport:
        fault = self._fault
        is_waiting, is_active = self._phase == "waiting", self._phase == "active"
        return FaultReport(
            id=self.id,
            fault=spell_fault(fault),
            says=fault_summary(type(fault)),
            phase=self._phase,
            begins_in_s=self._left_s(fault.after_s) if is_waiting else None,
            remaining_s=self._left_s(fault.for_s) if is_active else None,
            injected=self._ledger.counts(),
        )

    def _left_s(self, seconds: float | None) -> float | None:
        if seconds is None:
            return None
        elapsed_s = (self._rig.clock.mono_ns() - self._since_mono_ns) / _NS_PER_S
        return round(max(seconds - elapsed_s, 0.0), 3)
