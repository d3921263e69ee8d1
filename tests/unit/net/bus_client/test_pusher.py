from __future__ import annotations

import asyncio
import re

import pytest

from gazewire.errors import ConnectionLostError, LocalProtocolError
from gazewire.model import Notification
from gazewire.net.bus import Bus
from gazewire.net.bus_client import BusPusher, BusSubscriber
from gazewire.time import SystemClock
from gazewire.wire.ipc import Message, parse_notification

TIME_LIMIT_S = 20
NOBODY = "tcp://127.0.0.1:1"


def numbered(number: int) -> Message:
    return Message.from_map("n", {"number": number})


async def test_what_is_sent_before_there_is_a_bus_waits_for_it() -> None:
    async with Bus(SystemClock()) as bus:
        url, port = bus.push_url, bus.push_port
    with BusPusher(url) as pusher:
        pusher.notify(Notification(subject="early", fields={"delay": 0.5}))
        async with (
            Bus(SystemClock(), push_port=port) as bus,
            BusSubscriber(bus.sub_url, ["notify."]) as subscriber,
            asyncio.timeout(TIME_LIMIT_S),
        ):
            assert (await anext(subscriber)).topic == "notify.early"


async def test_a_bus_that_takes_nothing_is_told() -> None:
    with BusPusher(NOBODY, capacity=3, patience_s=0.01) as pusher:
        for number in range(3):
            pusher.push(numbered(number))
        with pytest.raises(ConnectionLostError, match=re.escape(NOBODY)):
            pusher.push(numbered(3))


async def test_a_notification_takes_its_topic(bus: Bus) -> None:
    notification = Notification(subject="a.b", fields={"remote_notify": "all"})
    async with (
        BusSubscriber(bus.sub_url, ["remote_notify.a.b"]) as subscriber,
        BusPusher(bus.push_url) as pusher,
        asyncio.timeout(TIME_LIMIT_S),
    ):
        pusher.notify(notification)
        assert parse_notification(await anext(subscriber)) == notification
        with pytest.raises(LocalProtocolError):
            pusher.notify(Notification(subject="x", fields={"y": object()}))


async def test_any_thread_may_send(bus: Bus) -> None:
    def send() -> None:
        for number in range(50):
            pusher.push(numbered(number))

    async with (
        BusSubscriber(bus.sub_url, ["n"]) as subscriber,
        BusPusher(bus.push_url) as pusher,
        asyncio.timeout(TIME_LIMIT_S),
    ):
        await asyncio.gather(*(asyncio.to_thread(send) for _ in range(4)))
        numbers = [(await anext(subscriber)).map()["number"] for _ in range(200)]
    assert sorted(numbers) == sorted([*range(50)] * 4)
