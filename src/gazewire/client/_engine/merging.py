"""Several streams of a device as one, in order of time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from gazewire.client._engine.link import DeviceLink
from gazewire.client.models import SensorName
from gazewire.flow import MergeBuffer, Tagged

__all__ = ["LiveMerger"]

_NS_PER_S = 1_000_000_000

# Pictures take some tens of ms to be coded, sent and decoded; sound comes in pieces of 128 ms. What
# is silent for longer, as eye events are, keeps the others waiting so long and no longer.
_MAX_WAIT_NS = 250_000_000


class LiveMerger:
    """Puts what several sensors give in order. Use it on the link's event loop.

    Args:
        link: to the device; its feeds are started and stopped by whoever owns it.
        names: of the sensors.
        deliver: takes items with the names of their sensors, in order of time.
    """

    # Any, here and below: each sensor has a type of its own.
    def __init__(
        self,
        link: DeviceLink,
        names: Sequence[SensorName],
        deliver: Callable[[list[Tagged[Any]]], None],
    ) -> None:
        self._link = link
        self._names = names
        self._deliver = deliver
        self._buffer = MergeBuffer[Any](
            [str(name.value) for name in names], max_wait_ns=_MAX_WAIT_NS
        )
        self._leave: list[Callable[[], None]] = []
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to merge."""
        for name in self._names:
            receive = partial(self._receive, str(name.value))
            self._leave.append(self._link.feed(name).listen(receive))

    def stop(self) -> None:
        """Merge no more. Harmless when repeated."""
        for leave in self._leave:
            leave()
        self._leave.clear()
        if self._timer is not None:
            self._timer.cancel()

    def _receive(self, name: str, items: list[Any]) -> None:
        now_ns = self._link.clock.mono_ns()
        for item in items:
            self._buffer.receive(name, item, now_ns)
        self._release()

    def _release(self) -> None:
        now_ns = self._link.clock.mono_ns()
        if released := self._buffer.release(now_ns):
            self._deliver(released)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        release_ns = self._buffer.next_release_ns
        if release_ns is not None:
            delay_s = max(0, release_ns - now_ns) / _NS_PER_S
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._release)
