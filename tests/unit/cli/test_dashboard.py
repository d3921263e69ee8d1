"""The dashboard, driven by its library's own pilot, with devices that only remember orders."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

from textual.pilot import Pilot
from textual.widgets import RichLog, Static

from gazewire.cli.dashboard import Dashboard
from gazewire.client.device_error import DeviceError
from gazewire.client.models import Event
from gazewire.client.tools import DeviceVitals, Watching


class Orders:
    """What a device was told to do."""

    def __init__(self) -> None:
        self.given: list[str] = []

    async def recording_start(self) -> str:
        if "start" in self.given:
            raise DeviceError(400, "Already recording!")
        self.given.append("start")
        return "5361a6fc"

    async def recording_stop_and_save(self) -> None:
        self.given.append("save")

    async def recording_cancel(self) -> None:
        self.given.append("cancel")

    async def send_event(self, name: str) -> Event:
        self.given.append(f"event {name}")
        return Event(name, None, 17)


class Watched:
    def __init__(self, name: str) -> None:
        self.name = name
        self.orders = Orders()

    def vitals(self) -> DeviceVitals:
        return DeviceVitals(
            name=self.name,
            place="10.0.0.2:8080",
            is_there=True,
            trouble=None,
            battery_percent=50,
            battery_state="OK",
            memory_bytes=1_000_000_000,
            memory_state="OK",
        )


class Devices:
    def __init__(self, *names: str) -> None:
        self.devices = [Watched(name) for name in names]

    def given(self) -> list[list[str]]:
        return [device.orders.given for device in self.devices]


@asynccontextmanager
async def shown(devices: Devices) -> AsyncIterator[tuple[Dashboard, Pilot[None]]]:
    dashboard = Dashboard(cast(Watching, devices))
    async with dashboard.run_test(size=(110, 40)) as pilot:
        await pilot.pause()
        yield dashboard, pilot


async def press(pilot: Pilot[None], keys: Sequence[str]) -> None:
    await pilot.press(*keys)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def titles(dashboard: Dashboard) -> list[str]:
    return [str(panel.border_title) for panel in dashboard.query(".device").results(Static)]


def chosen(dashboard: Dashboard) -> list[str]:
    return [str(panel.border_title) for panel in dashboard.query(".chosen").results(Static)]


def notes(dashboard: Dashboard) -> str:
    return "\n".join(line.text for line in dashboard.query_one("#notes", RichLog).lines)


async def test_each_device_has_a_block_and_those_that_come_get_one() -> None:
    devices = Devices()
    async with shown(devices) as (dashboard, pilot):
        assert dashboard.query_one("#nobody").display
        devices.devices += [Watched("lab 1"), Watched("lab 2")]
        await dashboard.refresh_panels()
        await pilot.pause()
        assert titles(dashboard) == ["lab 1  10.0.0.2:8080", "lab 2  10.0.0.2:8080"]
        assert not dashboard.query_one("#nobody").display


async def test_orders_go_to_all_devices_where_none_is_chosen() -> None:
    devices = Devices("lab 1", "lab 2")
    async with shown(devices) as (dashboard, pilot):
        await press(pilot, "rs")
        assert "lab 2: recording 5361a6fc" in notes(dashboard)
    assert devices.given() == [["start", "save"], ["start", "save"]]


async def test_orders_go_to_the_device_that_is_chosen() -> None:
    devices = Devices("lab 1", "lab 2", "lab 3")
    async with shown(devices) as (dashboard, pilot):
        await press(pilot, ["tab", "tab", "r"])
        assert chosen(dashboard) == ["lab 2  10.0.0.2:8080"]
        await press(pilot, ["shift+tab", "s"])
        await press(pilot, ["up"])
        assert chosen(dashboard) == []
    assert devices.given() == [["save"], ["start"], []]


async def test_behind_the_last_device_none_is_chosen() -> None:
    async with shown(Devices("lab 1")) as (dashboard, pilot):
        await press(pilot, ["down"])
        assert len(chosen(dashboard)) == 1
        await press(pilot, ["down"])
        assert chosen(dashboard) == []


async def test_an_event_has_the_name_that_is_typed_whatever_its_letters_order() -> None:
    devices = Devices("lab 1")
    async with shown(devices) as (dashboard, pilot):
        await press(pilot, ["e", *"rscq", "enter"])
        assert "'rscq' marked at 17" in notes(dashboard)
        assert dashboard.is_running
    assert devices.given() == [["event rscq"]]


async def test_an_event_without_a_name_is_none() -> None:
    devices = Devices("lab 1")
    async with shown(devices) as (_, pilot):
        await press(pilot, ["e", "enter"])
        await press(pilot, ["e", "x", "escape"])
    assert devices.given() == [[]]


async def test_a_recording_is_thrown_away_by_those_who_mean_it_alone() -> None:
    devices = Devices("lab 1")
    async with shown(devices) as (_, pilot):
        await press(pilot, ["c", *"no", "enter"])
        await press(pilot, ["c", "escape"])
        assert devices.given() == [[]]
        await press(pilot, ["c", *"yes", "enter"])
    assert devices.given() == [["cancel"]]


async def test_a_refusal_is_told_in_the_device_s_words() -> None:
    async with shown(Devices("lab 1")) as (dashboard, pilot):
        await press(pilot, "rr")
        assert "lab 1: Already recording!" in notes(dashboard)


async def test_q_ends_it() -> None:
    async with shown(Devices("lab 1")) as (dashboard, pilot):
        await pilot.press("q")
        await pilot.pause()
    assert not dashboard.is_running
