from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gazewire.model import EyeId, Notification
from gazewire.service.bus_outlet import BusAddresses
from gazewire.service.eye_launcher import EyeCrashedError, EyeStart
from gazewire.service.supervisor import EyeSupervisor
from gazewire.time import ManualClock, TimeBase
from gazewire.wire.ipc import Message

BUS = BusAddresses("tcp://nowhere", "tcp://nowhere", "tcp://nowhere")


class Outlet:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.told: list[Notification] = []

    def publish(self, message: Message) -> None:
        pass

    def notify(self, notification: Notification) -> None:
        self.told.append(notification)

    def wants(self, topic: str) -> bool:
        return True

    @property
    def subjects(self) -> list[str]:
        return [notification.subject for notification in self.told]


class Launcher:
    """Lets eyes live that end when the test says so."""

    def __init__(self) -> None:
        self.ends: list[asyncio.Future[None]] = []
        self.launched = asyncio.Event()

    async def run(self, start: EyeStart) -> None:
        end = asyncio.get_running_loop().create_future()
        self.ends.append(end)
        self.launched.set()
        await end

    async def next(self) -> asyncio.Future[None]:
        await self.launched.wait()
        self.launched.clear()
        return self.ends[-1]


class World:
    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.outlet, self.launcher, clock = Outlet(), Launcher(), ManualClock()

        def make_start(eye_id: EyeId, capacity: int) -> EyeStart:
            return EyeStart(
                eye_id=eye_id,
                bus=BUS,
                clock=clock,
                timebase=TimeBase(0),
                capacity=capacity,
                bus_level=20,
            )

        self.supervisor = EyeSupervisor(self.launcher, make_start, self.outlet, clock, tasks)

    def tell(self, subject: str, **fields: object) -> None:
        self.supervisor.handle(Notification(subject=subject, fields=fields))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with asyncio.TaskGroup() as tasks:
        world = World(tasks)
        yield world
        for end in world.launcher.ends:
            if not end.done():
                end.set_result(None)


@pytest.mark.parametrize("eye_id", [None, 2, -1, True, "0", 0.5, [0]])
def test_what_is_no_eye_starts_none(
    world: World, eye_id: object, caplog: pytest.LogCaptureFixture
) -> None:
    world.tell("eye_process.should_start", eye_id=eye_id)
    assert not world.launcher.ends
    assert "is dropped" in caplog.text


async def test_a_redundant_start_is_a_warning(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.tell("eye_process.should_start.0", eye_id=0)
    await world.launcher.next()
    world.tell("eye_process.should_start.0", eye_id=0)
    assert "Aborting redundant eye process startup" in caplog.text
    assert len(world.launcher.ends) == 1


async def test_a_crashed_eye_is_started_again_and_said_to_have_stopped(world: World) -> None:
    world.tell("eye_process.should_start", eye_id=1)
    life = await world.launcher.next()
    world.tell("eye_process.started", eye_id=1)
    assert world.supervisor.running == {1}
    life.set_exception(EyeCrashedError("as asked"))
    await world.launcher.next()
    assert "eye_process.stopped" in world.outlet.subjects
    assert world.supervisor.running == frozenset()


async def test_a_start_while_it_stops_is_not_forgotten(world: World) -> None:
    world.tell("eye_process.should_start", eye_id=0)
    life = await world.launcher.next()
    world.tell("eye_process.started", eye_id=0)
    world.tell("eye_process.should_stop", eye_id=0)
    world.tell("eye_process.should_start", eye_id=0)
    life.set_result(None)
    await world.launcher.next()
    assert len(world.launcher.ends) == 2


def test_plugins_for_an_eye_wait_until_it_is_there(world: World) -> None:
    world.tell("start_eye_plugin", target="eye1", name="A", args={})
    world.tell("start_eye_plugin", target="eye0", name="B", args={})
    world.tell("eye_process.started", eye_id=1)
    told = world.outlet.told[-1]
    assert told.subject == "eye_process.should_resume"
    assert told.fields["eye_id"] == 1
    waiting = told.fields["notifications"]
    assert isinstance(waiting, list)
    assert [entry["name"] for entry in waiting] == ["A"]


def test_plugins_for_an_eye_that_is_there_do_not_wait(world: World) -> None:
    world.tell("eye_process.started", eye_id=1)
    world.tell("start_eye_plugin", target="eye1", name="A")
    world.tell("eye_process.stopped", eye_id=1)
    world.tell("eye_process.started", eye_id=1)
    assert world.outlet.told[-1].fields["notifications"] == []


@pytest.mark.parametrize(
    "fields", [{}, {"target": "eye0"}, {"name": "A"}, {"target": 0, "name": "A"}]
)
def test_plugins_for_nobody_are_dropped(
    world: World, fields: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    world.tell("start_eye_plugin", **fields)
    assert "is dropped" in caplog.text
