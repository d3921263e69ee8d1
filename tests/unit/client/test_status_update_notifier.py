import asyncio

import pytest

from gazewire.client.device import Device, DeviceError, StatusUpdateNotifier
from gazewire.client.models import Event, Phone

MARK = Event("a", None, 5)


@pytest.fixture
async def client(device):
    async with Device("127.0.0.1", device.http_port) as client:
        yield client


async def test_plain_and_asynchronous_callbacks_are_told_of_every_change(client, until) -> None:
    plain, awaited = [], []

    async def wait_and_append(component) -> None:
        await asyncio.sleep(0)
        awaited.append(component)

    async with StatusUpdateNotifier(client, [plain.append, wait_and_append]):
        await until(lambda: plain)
        await client.send_event("a", 5)
        await until(lambda: MARK in awaited)
    assert plain == awaited
    assert any(isinstance(component, Phone) for component in plain)


async def test_a_callback_that_fails_is_logged_and_the_others_are_told(
    client, until, caplog
) -> None:
    told = []

    def fail(component) -> None:
        raise RuntimeError("by design")

    async with StatusUpdateNotifier(client, [fail, told.append]):
        await client.send_event("a", 5)
        await until(lambda: any(isinstance(component, Phone) for component in told))
    assert "by design" in caplog.text


async def test_starting_and_stopping_twice_does_no_harm(client, until) -> None:
    told = []
    notifier = StatusUpdateNotifier(client, [told.append])
    await notifier.receive_updates_stop()
    await notifier.receive_updates_start()
    await notifier.receive_updates_start()
    await until(lambda: told)
    await notifier.receive_updates_stop()
    await notifier.receive_updates_stop()
    assert len(set(told)) == len(told)


async def test_a_notifier_can_be_started_again(client, until) -> None:
    told = []
    notifier = StatusUpdateNotifier(client, [told.append])
    for _ in range(2):
        told.clear()
        async with notifier:
            await until(lambda: told)


async def test_a_closed_device_is_not_followed(client) -> None:
    await client.close()
    with pytest.raises(DeviceError, match="closed"):
        await StatusUpdateNotifier(client, []).receive_updates_start()
