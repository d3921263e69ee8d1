from __future__ import annotations

import asyncio

import pytest

from gazewire.errors import GazewireError
from gazewire.flow import Overflow, OverrunError, Subscription, Topic


async def read_all(subscription: Subscription[int]) -> list[int]:
    return [item async for item in subscription]


async def until_waiting(task: asyncio.Task[object]) -> None:
    for _ in range(5):
        await asyncio.sleep(0)
    assert not task.done()


async def test_every_reader_gets_every_item_in_order() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=10) as first, topic.subscribe(capacity=10) as second:
        for number in range(5):
            topic.publish(number)
        topic.close()
        assert await read_all(first) == await read_all(second) == [0, 1, 2, 3, 4]


async def test_a_reader_gets_what_is_published_after_it_came() -> None:
    topic = Topic[int]("numbers")
    topic.publish(1)
    with topic.subscribe(capacity=10) as late:
        topic.publish(2)
        assert await anext(late) == 2


async def test_a_waiting_reader_is_woken() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=1) as reader:
        reading = asyncio.create_task(anext(reader))
        await until_waiting(reading)
        topic.publish(7)
        assert await reading == 7


async def test_a_full_buffer_loses_its_oldest_item_and_counts_it() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=3) as reader:
        for number in range(10):
            topic.publish(number)
        topic.close()
        assert reader.dropped == 7
        assert await read_all(reader) == [7, 8, 9]


async def test_a_capacity_of_one_keeps_the_newest_alone() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=1) as reader:
        topic.publish(1)
        topic.publish(2)
        assert await anext(reader) == 2


async def test_a_slow_reader_costs_another_one_nothing() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=1) as slow, topic.subscribe(capacity=100) as quick:
        for number in range(50):
            topic.publish(number)
        topic.close()
        assert quick.dropped == 0
        assert await read_all(quick) == list(range(50))
        assert slow.dropped == 49


async def test_a_reader_that_must_not_miss_anything_is_ended_after_what_it_holds() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=2, overflow=Overflow.FAIL) as reader:
        for number in range(4):
            topic.publish(number)
        assert await anext(reader) == 0
        assert await anext(reader) == 1
        with pytest.raises(OverrunError, match="'numbers' fell more than 2 items behind") as caught:
            await anext(reader)
        assert (caught.value.topic, caught.value.capacity) == ("numbers", 2)
        assert isinstance(caught.value, GazewireError)
        assert reader.dropped == 0


async def test_closing_the_topic_lets_readers_finish_what_they_hold() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=2) as reader:
        topic.publish(1)
        topic.close()
        assert await read_all(reader) == [1]


async def test_closing_the_topic_ends_a_pending_read() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=2) as reader:
        reading = asyncio.create_task(read_all(reader))
        await until_waiting(reading)
        topic.close()
        assert await reading == []


async def test_leaving_the_subscription_ends_a_pending_read() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=2) as reader:
        reading = asyncio.create_task(read_all(reader))
        await until_waiting(reading)
    assert await reading == []


async def test_what_is_published_after_leaving_is_not_kept() -> None:
    topic = Topic[int]("numbers")
    reader = topic.subscribe(capacity=2)
    reader.close()
    reader.close()
    topic.publish(1)
    assert await read_all(reader) == []


async def test_a_subscription_to_a_closed_topic_ends_at_once() -> None:
    topic = Topic[int]("numbers")
    topic.close()
    with topic.subscribe(capacity=2) as reader:
        topic.publish(1)
        assert await read_all(reader) == []
        assert not topic.has_readers


async def test_a_topic_knows_whether_anybody_reads() -> None:
    topic = Topic[int]("numbers")
    assert not topic.has_readers
    with topic.subscribe(capacity=1):
        assert topic.has_readers
    assert not topic.has_readers


async def test_who_takes_what_is_made_for_others_is_no_reason_to_make_it() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=1, passive=True) as passive:
        assert not topic.has_readers
        with topic.subscribe(capacity=1) as reader:
            assert topic.has_readers
            reader.close()
            assert not topic.has_readers
        assert not topic.has_readers
        topic.publish(5)
        assert await anext(passive) == 5
    with topic.subscribe(capacity=1):
        topic.close()
        assert not topic.has_readers
    assert not topic.has_readers


async def test_cancelling_a_pending_read_loses_nothing() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=3) as reader:
        reading = asyncio.create_task(anext(reader))
        await until_waiting(reading)
        # Published and cancelled in one turn of the loop: the worst moment.
        topic.publish(1)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        topic.publish(2)
        assert [await anext(reader), await anext(reader)] == [1, 2]


async def test_two_tasks_that_read_one_subscription_are_told() -> None:
    topic = Topic[int]("numbers")
    with topic.subscribe(capacity=1) as reader:
        reading = asyncio.create_task(anext(reader))
        await until_waiting(reading)
        with pytest.raises(RuntimeError, match="two tasks read one subscription"):
            await anext(reader)
        topic.publish(3)
        assert await reading == 3


async def test_a_reader_may_leave_while_an_item_is_handed_out() -> None:
    topic = Topic[int]("numbers")
    readers = [topic.subscribe(capacity=1, overflow=Overflow.FAIL) for _ in range(3)]
    topic.publish(1)
    readers[1].close()
    topic.publish(2)
    assert await anext(readers[1]) == 1
    with pytest.raises(OverrunError):
        _ = [await anext(readers[0]), await anext(readers[0])]


@pytest.mark.parametrize("capacity", [0, -1])
def test_a_buffer_that_holds_nothing_is_refused(capacity: int) -> None:
    with pytest.raises(ValueError, match="at least one item"):
        Topic[int]("numbers").subscribe(capacity=capacity)
