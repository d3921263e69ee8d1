from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import msgspec
import pytest
import zmq

from gazewire.errors import NetworkError
from gazewire.net.bus import Bus
from gazewire.net.bus_client import BusPublisher, BusPusher, BusSubscriber
from gazewire.time import SystemClock
from gazewire.wire.ipc import Message

TIME_LIMIT_S = 20
NOBODY = "tcp://127.0.0.1:1"
PAYLOAD = msgspec.msgpack.encode({"x": 1.0})


def numbered(number: int, topic: str = "n") -> Message:
    return Message.from_map(topic, {"number": number})


async def next_number(subscriber: BusSubscriber) -> object:
    async with asyncio.timeout(TIME_LIMIT_S):
        return (await anext(subscriber)).map()["number"]


# Connected means connected


async def test_nothing_is_missed_once_it_is_entered(bus: Bus) -> None:
    async with BusPublisher(bus.pub_url) as publisher:
        for number in range(50):
            async with BusSubscriber(bus.sub_url, ["n"]) as subscriber:
                while not publisher.wants("n"):
                    await asyncio.to_thread(publisher.wants, "n")
                publisher.publish(numbered(number))
                assert await next_number(subscriber) == number


async def test_nothing_of_a_reliable_sender_is_missed_once_it_is_entered(bus: Bus) -> None:
    async with BusPusher(bus.push_url) as pusher:
        for number in range(50):
            async with BusSubscriber(bus.sub_url, ["n"]) as subscriber:
                pusher.push(numbered(number))
                assert await next_number(subscriber) == number


async def test_a_late_joiner_gets_everything_from_then_on(bus: Bus) -> None:
    """A publisher that does not stop for it."""
    is_over = asyncio.Event()

    async def publish() -> None:
        number = 0
        while not is_over.is_set():
            publisher.publish(numbered(number))
            number += 1
            await asyncio.sleep(0)

    async with BusPublisher(bus.pub_url) as publisher, asyncio.TaskGroup() as tasks:
        tasks.create_task(publish())
        async with BusSubscriber(bus.sub_url, ["n"]) as late:
            numbers = [await next_number(late) for _ in range(500)]
        is_over.set()
    first = numbers[0]
    assert isinstance(first, int)
    assert numbers == list(range(first, first + 500))


async def test_topics_come_as_soon_as_they_are_subscribed_to(bus: Bus) -> None:
    async with BusSubscriber(bus.sub_url) as subscriber, BusPusher(bus.push_url) as pusher:
        for number in range(20):
            await subscriber.subscribe(f"{number}.")
            pusher.push(numbered(number, f"{number}."))
            assert await next_number(subscriber) == number


async def test_subscribing_keeps_what_comes_meanwhile(bus: Bus) -> None:
    async with BusSubscriber(bus.sub_url, ["n"]) as subscriber, BusPusher(bus.push_url) as pusher:
        for number in range(3):
            pusher.push(numbered(number))
        await subscriber.subscribe("other")
        assert [await next_number(subscriber) for _ in range(3)] == [0, 1, 2]


async def test_a_task_that_waits_gets_its_message_though_another_one_subscribes(bus: Bus) -> None:
    async with BusSubscriber(bus.sub_url, ["n"]) as subscriber, BusPusher(bus.push_url) as pusher:
        for number in range(20):
            waiting = asyncio.create_task(next_number(subscriber))
            await asyncio.sleep(0)
            pusher.push(numbered(number))
            await subscriber.subscribe(f"other.{number}")
            assert await waiting == number


async def test_what_is_wanted_no_longer_does_not_come(bus: Bus) -> None:
    async with (
        BusSubscriber(bus.sub_url, ["a", "b"]) as subscriber,
        BusPusher(bus.push_url) as pusher,
    ):
        subscriber.unsubscribe("a")
        await subscriber.subscribe("c")
        for number, topic in enumerate(["a", "b", "a", "c"]):
            pusher.push(numbered(number, topic))
        assert [await next_number(subscriber) for _ in range(2)] == [1, 3]


async def test_no_bus_is_told(leaving_nothing: Callable[..., Any]) -> None:
    async with leaving_nothing():
        with pytest.raises(NetworkError, match=re.escape(NOBODY)):
            async with BusSubscriber(NOBODY, timeout_s=0.1):
                pass


async def test_giving_up_leaves_nothing(leaving_nothing: Callable[..., Any]) -> None:
    async with leaving_nothing():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05), BusSubscriber(NOBODY):
                pass


# The bus of another program


async def test_the_bus_of_another_program_needs_an_echo(other_bus: Any) -> None:
    async with (
        BusSubscriber(other_bus.sub_url, ["n"], echo_url=other_bus.pub_url) as subscriber,
        BusPublisher(other_bus.pub_url) as publisher,
    ):
        publisher.publish(numbered(7))
        assert await next_number(subscriber) == 7
        await subscriber.subscribe("more")
        publisher.publish(numbered(8, "more"))
        assert await next_number(subscriber) == 8


async def test_greetings_of_others_are_not_seen(bus: Bus) -> None:
    async with (
        BusSubscriber(bus.sub_url, [""]) as all_there_is,
        BusSubscriber(bus.sub_url, ["x"]),
        BusPusher(bus.push_url) as pusher,
    ):
        pusher.push(numbered(1))
        assert await next_number(all_there_is) == 1


# What comes


async def test_raw_frames_come_as_they_are(bus: Bus) -> None:
    message = Message("frame.world", PAYLOAD, (b"\x00" * 100_000, b"", b"\xff"))
    async with (
        BusSubscriber(bus.sub_url, ["frame."]) as subscriber,
        BusPusher(bus.push_url) as pusher,
        asyncio.timeout(TIME_LIMIT_S),
    ):
        pusher.push(message)
        assert await anext(subscriber) == message


@pytest.mark.parametrize(
    "frames",
    [
        [b"n"],
        [b"n\xff", PAYLOAD],
        [b"n", b""],
        [b"n", PAYLOAD[:-1]],
        [b"n", PAYLOAD + PAYLOAD],
        [b"n", b"\x93\x01\x02\x03"],
        [b"n", b"\xc1"],
        [b"n", b"\x91" * 100_000],
        [b"n", PAYLOAD, *[b""] * 65],
    ],
    ids=lambda frames: repr(frames)[:40],
)
async def test_what_is_no_message_is_counted_and_left_out(bus: Bus, frames: list[bytes]) -> None:
    async with BusSubscriber(bus.sub_url, ["n"]) as subscriber, BusPusher(bus.push_url) as pusher:
        pusher.push_frames(frames)
        pusher.push(numbered(1))
        assert await next_number(subscriber) == 1
        assert subscriber.malformed == 1


async def test_frames_that_never_came_are_counted(bus: Bus) -> None:
    topics = ["frame.world", "frame.eye.0", "frame.world", "frame.world", "frame.world", "other"]
    indexes = [10, 5, 11, 14, 3, 99]
    async with BusSubscriber(bus.sub_url, [""]) as subscriber, BusPusher(bus.push_url) as pusher:
        pusher.push(Message.from_map("frame.world", {"no": "index"}))
        for topic, index in zip(topics, indexes, strict=True):
            pusher.push(Message.from_map(topic, {"index": index}))
        async with asyncio.timeout(TIME_LIMIT_S):
            while (await anext(subscriber)).topic != "other":
                pass
        assert subscriber.missing == 2


async def test_a_burst_lets_others_have_their_turn(bus: Bus) -> None:
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with BusSubscriber(bus.sub_url, ["n"]) as subscriber, BusPusher(bus.push_url) as pusher:
        for number in range(900):
            pusher.push(numbered(number))
        # They are all here, so that none has to be waited for.
        await subscriber.subscribe("other")
        other = asyncio.create_task(take_turns())
        for number in range(900):
            assert (await anext(subscriber)).map()["number"] == number
        other.cancel()
    assert turns > 5


# Reading


async def test_cancelling_a_read_loses_nothing(bus: Bus) -> None:
    async with BusSubscriber(bus.sub_url, ["n"]) as subscriber, BusPusher(bus.push_url) as pusher:
        for number in range(30):
            reading = asyncio.ensure_future(anext(subscriber))
            await asyncio.sleep(0)
            pusher.push(numbered(number))
            if number % 2:
                await asyncio.to_thread(pusher.push, numbered(1000))
            reading.cancel()
            await asyncio.wait([reading])
            got = [] if reading.cancelled() else [reading.result().map()["number"]]
            while len(got) < 1 + number % 2:
                got.append(await next_number(subscriber))
            assert got == [number, 1000][: 1 + number % 2]


async def test_leaving_ends_the_iteration(bus: Bus, leaving_nothing: Callable[..., Any]) -> None:
    async with leaving_nothing():
        async with BusSubscriber(bus.sub_url, ["n"]) as subscriber:
            reading = asyncio.ensure_future(anext(subscriber, None))
            await asyncio.sleep(0)
        async with asyncio.timeout(TIME_LIMIT_S):
            assert await reading is None
        with pytest.raises(StopAsyncIteration):
            await anext(subscriber)


async def test_who_waits_comes_back_to_a_bus_that_has_started_again() -> None:
    async with AsyncExitStack() as stack:
        async with Bus(SystemClock()) as first:
            ports = {"pub_port": first.pub_port, "sub_port": first.sub_port}
            subscriber = await stack.enter_async_context(BusSubscriber(first.sub_url, ["n"]))
        reading = asyncio.create_task(next_number(subscriber))
        second = await stack.enter_async_context(Bus(SystemClock(), **ports))
        publisher = await stack.enter_async_context(BusPublisher(second.pub_url))
        while not publisher.wants("n"):
            await asyncio.to_thread(publisher.wants, "n")
        publisher.publish(numbered(5))
        assert await reading == 5


async def test_a_stock_sender_is_read(bus: Bus) -> None:
    async with BusSubscriber(bus.sub_url, ["old"]) as subscriber:

        def send() -> None:
            with zmq.Context() as context, context.socket(zmq.PUSH) as pusher:
                pusher.connect(bus.push_url)
                # MessagePack before it knew text from bytes, and a 32-bit float.
                pusher.send_multipart([b"old", b"\x82\xa1a\xca\x3f\x00\x00\x00\xa1b\xa2\xff\xfe"])

        await asyncio.to_thread(send)
        async with asyncio.timeout(TIME_LIMIT_S):
            assert (await anext(subscriber)).map() == {"a": 0.5, "b": b"\xff\xfe"}
