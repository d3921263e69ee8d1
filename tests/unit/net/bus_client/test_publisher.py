from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import zmq

from gazewire.errors import LocalProtocolError, NetworkError
from gazewire.model import Notification
from gazewire.net.bus import Bus
from gazewire.net.bus_client import BusPublisher, BusPusher, BusSubscriber
from gazewire.wire.ipc import Message, parse_notification

TIME_LIMIT_S = 20
NOBODY = "tcp://127.0.0.1:1"


def numbered(number: int, topic: str = "n") -> Message:
    return Message.from_map(topic, {"number": number})


async def test_nothing_is_lost_once_it_is_entered(bus: Bus) -> None:
    async with BusSubscriber(bus.sub_url, ["n"]) as subscriber:
        for number in range(50):
            async with BusPublisher(bus.pub_url) as publisher:
                publisher.publish(numbered(number))
                async with asyncio.timeout(TIME_LIMIT_S):
                    assert await anext(subscriber) == numbered(number)


async def test_it_knows_everything_that_is_wanted_when_it_is_entered(bus: Bus) -> None:
    prefixes = [f"{number:03}." for number in range(300)]
    async with BusSubscriber(bus.sub_url, prefixes), BusPublisher(bus.pub_url) as publisher:
        assert all(publisher.wants(prefix + "x") for prefix in prefixes)
        assert not publisher.wants("300.x")
        assert publisher.wants("delayed_notify.x")


async def test_it_learns_what_is_wanted_no_longer(bus: Bus) -> None:
    async with BusPublisher(bus.pub_url) as publisher, asyncio.timeout(TIME_LIMIT_S):
        async with BusSubscriber(bus.sub_url, ["eye."]):
            while not publisher.wants("eye.0"):
                await asyncio.to_thread(publisher.wants, "")
        while publisher.wants("eye.0"):
            await asyncio.to_thread(publisher.wants, "")


async def test_the_bus_of_another_program_will_do(other_bus: Any) -> None:
    async with BusPublisher(other_bus.pub_url) as publisher:
        assert publisher.wants("notify.eye_process.should_start.0")


async def test_any_thread_may_publish(bus: Bus) -> None:
    def publish(topic: str) -> None:
        for number in range(50):
            publisher.publish(numbered(number, topic))

    topics = [f"n.{number}" for number in range(4)]
    async with (
        BusSubscriber(bus.sub_url, ["n."]) as subscriber,
        BusPublisher(bus.pub_url) as publisher,
        asyncio.timeout(TIME_LIMIT_S),
    ):
        await asyncio.gather(*(asyncio.to_thread(publish, topic) for topic in topics))
        received = [await anext(subscriber) for _ in range(200)]
    for topic in topics:
        of_topic = [message for message in received if message.topic == topic]
        assert of_topic == [numbered(number, topic) for number in range(50)]


async def test_a_notification_takes_its_topic(bus: Bus) -> None:
    notification = Notification(subject="a.b", fields={"x": 1.5})
    async with (
        BusSubscriber(bus.sub_url, ["notify.a.b"]) as subscriber,
        BusPublisher(bus.pub_url) as publisher,
        asyncio.timeout(TIME_LIMIT_S),
    ):
        publisher.notify(notification)
        assert parse_notification(await anext(subscriber)) == notification
        with pytest.raises(LocalProtocolError):
            publisher.notify(Notification(subject=""))


async def test_publishing_never_waits_for_a_bus_that_has_gone(bus: Bus) -> None:
    async with BusPublisher(bus.pub_url, capacity=10) as publisher:
        async with BusSubscriber(bus.sub_url, [""]):
            for number in range(5000):
                publisher.publish(numbered(number))
        await bus.__aexit__(None, None, None)
        for number in range(100):
            publisher.publish(numbered(number))


async def test_what_subscribers_say_besides_is_ignored(bus: Bus) -> None:
    context = zmq.Context()
    with context, context.socket(zmq.XSUB) as peer:
        peer.connect(bus.sub_url)
        for frame in (b"", b"\x02", b"hello", b"\x01last"):
            peer.send(frame)
        async with BusPublisher(bus.pub_url) as publisher, asyncio.timeout(TIME_LIMIT_S):
            while not publisher.wants("last"):
                await asyncio.to_thread(publisher.wants, "")
            assert not publisher.wants("hello")


async def test_no_bus_is_told(leaving_nothing: Callable[..., Any]) -> None:
    threads = threading.active_count()
    async with leaving_nothing():
        with pytest.raises(NetworkError, match=re.escape(NOBODY)):
            async with BusPublisher(NOBODY, timeout_s=0.05):
                pass
        with (
            pytest.raises(NetworkError, match=re.escape(NOBODY)),
            BusPublisher(NOBODY, timeout_s=0.05),
        ):
            pass
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), BusPublisher(NOBODY):
                pass
    assert threading.active_count() <= threads + 1  # asyncio keeps its worker


async def test_last_words_get_out(bus: Bus) -> None:
    async with BusSubscriber(bus.sub_url, ["n"]) as subscriber:
        async with BusPublisher(bus.pub_url) as publisher, BusPusher(bus.push_url) as pusher:
            publisher.publish(numbered(1))
            pusher.push(numbered(2))
        async with asyncio.timeout(TIME_LIMIT_S):
            received = [await anext(subscriber), await anext(subscriber)]
    assert sorted(message.map()["number"] for message in received) == [1, 2]
