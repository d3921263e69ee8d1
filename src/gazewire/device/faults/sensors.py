"""Faults of sensors: one is pulled out, or gives nothing any more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Set
from contextlib import ExitStack, asynccontextmanager
from typing import Annotated, ClassVar

from msgspec import Meta

from gazewire.device.faults.fault import Fault, OneStream
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.rig import FaultRig
from gazewire.device.product import SensorName

__all__ = ["Stall", "Unplug"]


class Stall(Fault, frozen=True, kw_only=True):
    """Streams stay open and are silent: no packets, no reports, no word about it."""

    NAME: ClassVar[str] = "stall"

    sensor: OneStream = None

    def check(self, rig: FaultRig) -> None:
        """See that there is such a stream."""
        rig.select(self.sensor)

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Hold the streams."""
        with ExitStack() as held:
            for name, tapped in rig.select(self.sensor).items():
                held.enter_context(tapped.stream.held())
                ledger.count(name, "stalled")
            yield


class Unplug(Fault, frozen=True, kw_only=True):
    """Sensors are pulled out: their streams are silent and cannot be opened, the status says so."""

    NAME: ClassVar[str] = "unplug"

    sensor: (
        Annotated[SensorName, Meta(description="one sensor alone; else the glasses as a whole")]
        | None
    ) = None

    def check(self, rig: FaultRig) -> None:
        """See that there is such a sensor."""
        rig.check_sensor(self.sensor)

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Pull out, and plug in again at the end."""
        names = self._names(rig)
        with ExitStack() as pulled:
            # At the end, too, clients are told last: by then they can open it again.
            pulled.callback(rig.tell_unplugged)
            pulled.enter_context(rig.seams.catalog.unplugged.holding(names))
            for name, tapped in rig.seams.streams.items():
                # The microphone sits at the scene camera.
                sensor = "world" if name == "audio" else name
                if sensor in names:
                    pulled.enter_context(tapped.stream.held())
                    ledger.count(name, "unplugged")
            rig.tell_unplugged()
            yield

    def _names(self, rig: FaultRig) -> Set[str]:
        if self.sensor is not None:
            return {self.sensor}
        return {sensor.sensor for sensor in rig.state.sensors}
