"""A wearer, a display that does as the service says, and an operator: what a calibration needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from gazewire.client.core import CoreDevice
from gazewire.model import Notification
from gazewire.time import SystemClock
from harness.calibrating_wearer import Display, serve_wearer

__all__ = ["Desk", "serve_desk"]


class Desk:
    """A wearer, a display that follows the service, and an operator at a client.

    Attributes:
        display: that the wearer looks at.
        core: by which the operator speaks.
        port: of Pupil Remote.
        told: what the service has said of calibrations, in order, but for its states.
    """

    def __init__(self, display: Display, core: CoreDevice, port: int) -> None:
        self.display = display
        self.core = core
        self.port = port
        self.told: list[Notification] = []
        self.states: list[dict[str, Any]] = []
        self.obeys = True
        self._news = asyncio.Event()
        self._clock = SystemClock()

    async def follow(self, notifications: Any) -> None:
        async for notification in notifications:
            if notification.subject == "calibration.state":
                self.states.append(dict(notification.fields))
                if self.obeys:
                    await self._show(self.states[-1])
            else:
                self.told.append(notification)
            self._news.set()

    async def _show(self, state: dict[str, Any]) -> None:
        target = state["target"]
        shows = state["display"].get("shows")
        place = state["targets"][target]["place"] if target is not None else None
        if shows != "targets" or place == self.display.place:
            return
        self.display.show(place, self._clock.unix_ns())
        if target is not None:
            shown = {"run": state["run"], "target": target}
            await self.core.notify("calibration.target_shown", shown)

    async def until(self, subject: str) -> dict[str, Any]:
        while True:
            for notification in self.told:
                if notification.subject == subject:
                    return dict(notification.fields)
            await self._next()

    async def until_state(self, wanted: str, targets: Sequence[str] = ()) -> dict[str, Any]:
        while True:
            for state in self.states:
                states = {target["state"] for target in state["targets"]}
                if state["state"] == wanted and states >= set(targets):
                    return state
            await self._next()

    async def _next(self) -> None:
        self._news.clear()
        async with asyncio.timeout(30):
            await self._news.wait()

    @property
    def samples(self) -> int:
        """How many there are of all targets."""
        if not self.states:
            return 0
        return sum(target["samples"] for target in self.states[-1]["targets"])

    async def until_samples(self, wanted: int) -> None:
        while self.samples < wanted:
            await self._next()

    async def until_note(self, beginning: str) -> None:
        while not any((state["note"] or "").startswith(beginning) for state in self.states):
            await self._next()

    def now_ns(self) -> int:
        return self._clock.unix_ns()

    def clear(self) -> None:
        """Be as at the beginning."""
        self.display.kind = "calibration"
        self.display.eyes_open = {0: True, 1: True}
        self.display.show(None, 0)
        self.obeys = True
        self.forget()

    def forget(self) -> None:
        self.told.clear()
        self.states.clear()

    @property
    def subjects(self) -> list[str]:
        return [
            notification.subject
            for notification in self.told
            if ".should_" not in notification.subject
            and notification.subject not in {"calibration.target_shown", "calibration.add_feature"}
        ]


@asynccontextmanager
async def serve_desk() -> AsyncIterator[Desk]:
    """Run a service with such a wearer, and an operator at it."""
    display = Display()
    async with serve_wearer(display) as service:
        port = int(service.remote_url.rpartition(":")[2])
        async with (
            CoreDevice("127.0.0.1", port) as core,
            core.pupils("pupil.0.") as pupils,
            core.notifications("calibration.") as calibration,
            core.notifications("validation.") as validation,
            core.notifications("accuracy.") as accuracy,
        ):
            await anext(pupils)
            desk = Desk(display, core, port)
            following = [
                asyncio.create_task(desk.follow(notifications))
                for notifications in (calibration, validation, accuracy)
            ]
            yield desk
            for task in following:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
