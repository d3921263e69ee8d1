from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gazewire.client._engine.mailbox import Delivery, Mailbox, MailboxClosedError
from gazewire.time import ManualClock, SystemClock

MS = 1_000_000
HANG_S = 20.0


def mailbox(
    delivery: Delivery = Delivery.AUTO, *, capacity: int = 100, clock: ManualClock | None = None
) -> Mailbox[int]:
    return Mailbox(capacity, delivery, clock=clock or ManualClock())


def rest(box: Mailbox[int]) -> list[int]:
    return box.get_many(1_000, 0)


def until(holds: Callable[[], bool]) -> None:
    """Let other threads run until something holds."""
    waiting = threading.Event()
    for _ in range(10_000):
        if holds():
            return
        waiting.wait(0.001)
    raise AssertionError("it never came to hold")


def reading(box: Mailbox[int]) -> int:
    return box._reading


def test_a_reader_that_keeps_up_gets_everything_in_order() -> None:
    clock = ManualClock()
    box = mailbox(clock=clock)
    got = []
    for n in range(50):
        box.put_many([2 * n, 2 * n + 1])
        clock.advance(250 * MS)
        got += [box.get(0), box.get(0)]
    assert got == list(range(100))
    assert (box.skipped, box.dropped) == (0, 0)


def test_a_reader_that_was_away_gets_the_newest_and_the_skipped_are_counted() -> None:
    clock = ManualClock()
    box = mailbox(clock=clock)
    box.put_many([1, 2])
    assert box.get(0) == 1
    clock.advance(251 * MS)
    box.put_many([3, 4, 5])
    assert box.get(0) == 5
    assert (box.skipped, box.dropped) == (3, 0)
    box.put_many([6, 7])
    assert [box.get(0), box.get(0)] == [6, 7]


def test_the_first_read_of_a_stream_that_runs_long_gets_the_newest() -> None:
    clock = ManualClock()
    box = mailbox(clock=clock)
    clock.advance(251 * MS)
    box.put_many([1, 2, 3])
    assert box.get(0) == 3


def test_the_first_read_of_a_stream_just_begun_gets_the_oldest() -> None:
    clock = ManualClock()
    box = mailbox(clock=clock)
    clock.advance(250 * MS)
    box.put_many([1, 2, 3])
    assert box.get(0) == 1


def test_the_newest_may_be_old() -> None:
    clock = ManualClock()
    box = mailbox(clock=clock)
    box.put_many([1])
    clock.advance(60_000 * MS)
    assert box.get(0) == 1
    assert box.skipped == 0


def test_a_time_out_is_a_read_too() -> None:
    clock = ManualClock()
    box = mailbox(clock=clock)
    clock.advance(1_000 * MS)
    assert box.get(0) is None
    box.put_many([1, 2])
    assert box.get(0) == 1


def test_time_spent_waiting_is_not_time_away() -> None:
    clock = ManualClock()
    box = mailbox(clock=clock)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(box.get, HANG_S)
        until(lambda: reading(box) == 1)
        clock.advance(1_000 * MS)
        box.put_many([1, 2, 3])
        assert waiting.result() == 1
    assert box.get(0) == 2


def test_while_one_reader_waits_no_other_is_away() -> None:
    clock = ManualClock()
    box = mailbox(clock=clock)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(box.get, HANG_S)
        until(lambda: reading(box) == 1)
        clock.advance(1_000 * MS)
        second = pool.submit(box.get, HANG_S)
        until(lambda: reading(box) == 2)
        box.put_many([1, 2])
        assert {first.result(), second.result()} == {1, 2}
    assert box.skipped == 0


def test_many_at_once_are_never_skipped() -> None:
    clock = ManualClock()
    box = mailbox(clock=clock)
    box.put_many(range(10))
    clock.advance(1_000 * MS)
    assert box.get_many(4, 0) == [0, 1, 2, 3]
    assert box.get(0) == 4
    assert rest(box) == [5, 6, 7, 8, 9]
    assert rest(box) == []


def test_lossless_never_skips() -> None:
    clock = ManualClock()
    box = mailbox(Delivery.LOSSLESS, clock=clock)
    box.put_many([1, 2, 3])
    clock.advance(10_000 * MS)
    assert [box.get(0), box.get(0), box.get(0), box.get(0)] == [1, 2, 3, None]
    assert box.skipped == 0


@pytest.mark.parametrize("delivery", [Delivery.AUTO, Delivery.LOSSLESS])
def test_a_full_mailbox_loses_its_oldest_and_counts_them(delivery: Delivery) -> None:
    box = mailbox(delivery, capacity=3)
    box.put_many([1, 2])
    box.put_many([3, 4, 5])
    assert (len(box), box.dropped, box.skipped) == (3, 2, 0)
    box.put_many(range(6, 16))
    assert (box.dropped, rest(box)) == (12, [13, 14, 15])


def test_newest_has_one_slot_and_replacing_is_skipping() -> None:
    box = mailbox(Delivery.NEWEST, capacity=100)
    box.put_many([1, 2])
    box.put_many([3])
    assert (box.get(0), box.get(0)) == (3, None)
    assert (box.skipped, box.dropped) == (2, 0)


def test_no_time_does_not_wait_and_a_time_out_gives_nothing() -> None:
    box: Mailbox[int] = Mailbox(1, clock=SystemClock())
    assert box.get(0) is None
    assert box.get(-1) is None
    assert box.get(0.01) is None
    assert box.get_many(5, 0.01) == []


def test_a_time_out_longer_than_threads_can_wait_is_for_ever() -> None:
    box = mailbox()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(box.get, float("inf"))
        until(lambda: reading(box) == 1)
        box.put_many([1])
        assert waiting.result(HANG_S) == 1


def test_every_waiting_reader_is_woken_for_its_item() -> None:
    box = mailbox()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(box.get, None) for _ in range(8)]
        until(lambda: reading(box) == 8)
        box.put_many(range(5))
        box.put_many(range(5, 8))
        assert sorted(future.result(HANG_S) or 0 for future in waiting) == list(range(8))


def test_nothing_is_lost_or_given_twice_under_contention() -> None:
    count, readers = 20_000, 4
    box: Mailbox[int] = Mailbox(count, Delivery.LOSSLESS, clock=SystemClock())

    def read() -> list[int]:
        got = []
        while True:
            try:
                item = box.get(None)
            except MailboxClosedError:
                return got
            assert item is not None
            got.append(item)

    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(readers) as pool:
            reads = [pool.submit(read) for _ in range(readers)]
            for n in range(0, count, 4):
                box.put_many(range(n, n + 4))
            box.close("all was put")
            got = [future.result(HANG_S) for future in reads]
    finally:
        sys.setswitchinterval(interval_s)
    assert sorted(n for part in got for n in part) == list(range(count))
    assert all(part == sorted(part) for part in got)
    assert (box.dropped, box.skipped) == (0, 0)


def test_a_closed_mailbox_gives_what_it_holds_then_says_why() -> None:
    box = mailbox()
    box.put_many([1])
    failure = OSError("unplugged")
    box.close("the sensor has gone", failure)
    box.close("another reason")
    box.put_many([2])
    assert box.get(0) == 1
    for _ in range(2):
        with pytest.raises(MailboxClosedError, match="the sensor has gone") as caught:
            box.get(0)
        assert caught.value.reason == "the sensor has gone"
        assert caught.value.__cause__ is failure


def test_closing_wakes_every_reader() -> None:
    box = mailbox()
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(box.get, None) for _ in range(3)]
        until(lambda: reading(box) == 3)
        box.close("the device was closed")
        for future in waiting:
            assert isinstance(future.exception(HANG_S), MailboxClosedError)
    assert reading(box) == 0


def test_an_iteration_is_lossless_and_ends_when_the_mailbox_is_closed() -> None:
    clock = ManualClock()
    box = mailbox(clock=clock)
    box.put_many(range(10))
    box.close("the device was closed")
    got = []
    for item in box.iterate():
        got.append(item)
        clock.advance(1_000 * MS)
    assert got == list(range(10))


def test_an_iteration_ends_with_the_failure_that_ended_the_stream() -> None:
    box = mailbox()
    box.put_many([1])
    box.close("the connection was lost", OSError("reset"))
    items = box.iterate()
    assert next(items) == 1
    with pytest.raises(MailboxClosedError, match="connection was lost"):
        next(items)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Whoever runs tests in the background may have it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to threads on POSIX alone")
@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.parametrize("timeout_s", [None, HANG_S])
def test_ctrl_c_interrupts_a_read_and_leaves_the_mailbox_usable(timeout_s: float | None) -> None:
    box = mailbox()
    main = threading.main_thread().ident
    assert main is not None
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals reach the main thread alone")

    def interrupt() -> None:
        until(lambda: reading(box) == 1)
        signal.pthread_kill(main, signal.SIGINT)

    with ThreadPoolExecutor(1) as pool:
        interrupting = pool.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            box.get(timeout_s)
        interrupting.result()
    assert reading(box) == 0
    box.put_many([1])
    assert box.get(0) == 1


def test_a_mailbox_needs_room_and_a_batch_a_size() -> None:
    with pytest.raises(ValueError, match="at least one item"):
        mailbox(capacity=0)
    with pytest.raises(ValueError, match="at least one item"):
        mailbox().get_many(0)
