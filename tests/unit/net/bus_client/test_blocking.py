from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from gazewire.errors import NetworkError
from gazewire.net.bus import Bus
from gazewire.net.bus_client import BlockingBusSubscriber, BusPublisher, BusPusher
from gazewire.wire.ipc import Message

TIME_LIMIT_S = 20
NOBODY = "tcp://127.0.0.1:1"


def numbered(number: int, topic: str = "n") -> Message:
    return Message.from_map(topic, {"number": number})


def exchange(pub_url: str, sub_url: str, echo_url: str | None = None) -> None:
    with (
        BlockingBusSubscriber(sub_url, ["n"], echo_url=echo_url) as subscriber,
        BusPublisher(pub_url) as publisher,
    ):
        publisher.publish(numbered(1))
        assert subscriber.receive(TIME_LIMIT_S) == numbered(1)
        assert subscriber.receive(0) is None
        assert subscriber.receive(0.01) is None
        subscriber.unsubscribe("n")
        subscriber.subscribe("m", "o")
        for number, topic in enumerate(["n", "m", "n", "o"]):
            publisher.publish(numbered(number, topic))
        assert [next(iter(subscriber)).topic for _ in range(2)] == ["m", "o"]


async def test_it_works_without_an_event_loop(bus: Bus) -> None:
    await asyncio.to_thread(exchange, bus.pub_url, bus.sub_url)


async def test_it_works_on_the_thread_of_the_bus_s_own_event_loop(bus: Bus) -> None:
    exchange(bus.pub_url, bus.sub_url)


def test_the_bus_of_another_program_needs_an_echo(other_bus: Any) -> None:
    exchange(other_bus.pub_url, other_bus.sub_url, other_bus.pub_url)


def test_no_bus_is_told() -> None:
    with (
        pytest.raises(NetworkError, match=re.escape(NOBODY)),
        BlockingBusSubscriber(NOBODY, timeout_s=0.1),
    ):
        pass


async def test_what_is_no_message_is_counted_and_left_out(bus: Bus) -> None:
    with (
        BlockingBusSubscriber(bus.sub_url, ["frame."]) as subscriber,
        BusPusher(bus.push_url) as pusher,
    ):
        for frames in ([b"frame.x"], [b"frame.x", b"\xc1"]):
            pusher.push_frames(frames)
        for index in (1, 2, 5):
            pusher.push(Message.from_map("frame.x", {"index": index}))
        indexes = [next(iter(subscriber)).map()["index"] for _ in range(3)]
        assert (indexes, subscriber.malformed, subscriber.missing) == ([1, 2, 5], 2, 2)
