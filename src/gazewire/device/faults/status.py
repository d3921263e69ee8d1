"""Faults of the status websocket: messages that clients do not expect."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from gazewire.device.faults.fault import Fault
from gazewire.device.faults.lasting import beside
from gazewire.device.faults.ledger import Ledger
from gazewire.device.faults.rig import FaultRig
from gazewire.device.faults.telling import TellingFault
from gazewire.device.product import SensorName
from gazewire.model import Component

__all__ = ["IncompleteComponent", "RepeatedSensor", "UnknownModel"]

_PLACE = "status"

# The first key of each that the official client does not do without.
_NEEDED_KEYS = {
    "Phone": "device_name",
    "Hardware": "version",
    "Sensor": "conn_type",
    "Recording": "action",
    "Event": "name",
}
_UNKNOWN = '{"data":{"mood":"fine"},"model":"%s"}'


class UnknownModel(Fault, frozen=True, kw_only=True):
    """Each listener is told once of a component of a model that no client knows."""

    NAME: ClassVar[str] = "unknown-model"

    model: Annotated[str, Meta(pattern="^[A-Za-z][A-Za-z0-9_]{0,63}$", description="its name")] = (
        "Companion"
    )
    place: Annotated[
        Literal["first", "second"], Meta(description="among the messages to who connects")
    ] = "first"

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Tell of it: those who listen already at once, with the phone told anew."""
        with rig.seams.telling.faults.holding(lambda: self._telling(ledger)):
            rig.state.changes.publish(rig.state.phone)
            yield

    def _telling(self, ledger: Ledger) -> TellingFault:
        is_told = False

        def tell(_: Component, messages: list[str]) -> list[str]:
            nonlocal is_told
            if is_told:
                return messages
            is_told = True
            ledger.count(_PLACE, "unknown")
            unknown = [_UNKNOWN % self.model]
            return unknown + messages if self.place == "first" else messages + unknown

        return tell


class RepeatedSensor(Fault, frozen=True, kw_only=True):
    """A sensor is told of again though nothing about it is new."""

    NAME: ClassVar[str] = "repeated-sensor"

    sensor: Annotated[SensorName, Meta(description="which one")] = "gaze"
    every: (
        Annotated[
            float,
            Meta(ge=0.01, le=86_400, description="seconds from one to the next; else only once"),
        ]
        | None
    ) = None

    def check(self, rig: FaultRig) -> None:
        """See that there is such a sensor."""
        rig.check_sensor(self.sensor)

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Repeat the one that native clients use."""
        async with AsyncExitStack() as stack:
            self._repeat(rig, ledger)
            if self.every is not None:
                await stack.enter_async_context(beside(self._go_on(rig, ledger, self.every)))
            yield

    def _repeat(self, rig: FaultRig, ledger: Ledger) -> None:
        for sensor in rig.state.sensors:
            if (sensor.sensor, sensor.conn_type) == (self.sensor, "DIRECT"):
                rig.state.changes.publish(sensor)
                ledger.count(_PLACE, "repeated")

    async def _go_on(self, rig: FaultRig, ledger: Ledger, interval_s: float) -> None:
        while True:
            await asyncio.sleep(interval_s)
            self._repeat(rig, ledger)


class IncompleteComponent(Fault, frozen=True, kw_only=True):
    """Components lack a key that clients count on; on the websocket alone."""

    NAME: ClassVar[str] = "incomplete-component"

    model: Annotated[
        Literal["Phone", "Hardware", "Sensor", "Recording", "Event"],
        Meta(description="of which model"),
    ] = "Sensor"
    key: (
        Annotated[str, Meta(description="which one; else one without which clients stop")] | None
    ) = None

    @asynccontextmanager
    async def put_in(self, rig: FaultRig, ledger: Ledger) -> AsyncIterator[None]:
        """Leave the key out, and tell at once of what there is."""
        with rig.seams.telling.faults.holding(lambda: self._telling(ledger)):
            for component in rig.state.snapshot():
                if type(component).__name__ == self.model:
                    rig.state.changes.publish(component)
                    break
            yield

    def _telling(self, ledger: Ledger) -> TellingFault:
        key = self.key or _NEEDED_KEYS[self.model]

        def tell(component: Component, messages: list[str]) -> list[str]:
            if type(component).__name__ != self.model:
                return messages
            return [self._without(key, message, ledger) for message in messages]

        return tell

    def _without(self, key: str, message: str, ledger: Ledger) -> str:
        told = json.loads(message)
        if told["model"] != self.model or told["data"].pop(key, None) is None:
            return message
        ledger.count(_PLACE, "incomplete")
        return json.dumps(told, separators=(",", ":"))
