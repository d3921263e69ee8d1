from __future__ import annotations

import math

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.model import Notification
from gazewire.wire.ipc import DelayQueue

MS = 1_000_000


def delayed(subject: str, delay: object, **fields: object) -> Notification:
    return Notification(subject=subject, fields={"delay": delay, **fields})


def test_a_notification_is_released_at_its_time_and_not_before() -> None:
    queue = DelayQueue()
    queue.put(delayed("x", 0.3, a=1), 1000)
    assert queue.next_deadline_ns() == 1000 + 300 * MS
    assert queue.pop_due(1000 + 300 * MS - 1) is None
    assert queue.pop_due(1000 + 300 * MS) == Notification(subject="x", fields={"a": 1})
    assert queue.pop_due(10**18) is None
    assert queue.next_deadline_ns() is None


def test_the_delay_is_gone_and_the_rest_is_kept() -> None:
    queue = DelayQueue()
    queue.put(delayed("x", 0.3, remote_notify="all"), 0)
    assert queue.pop_due(10**9) == Notification(subject="x", fields={"remote_notify": "all"})


def test_a_later_one_replaces_an_earlier_of_the_same_subject() -> None:
    queue = DelayQueue()
    queue.put(delayed("x", 0.1, n=1), 0)
    queue.put(delayed("y", 0.2), 0)
    queue.put(delayed("x", 0.3, n=2), 0)
    assert len(queue) == 2
    assert queue.pop_due(100 * MS) is None
    due = [queue.pop_due(10**9) for _ in range(3)]
    assert due == [Notification(subject="y"), Notification(subject="x", fields={"n": 2}), None]


def test_a_replacement_may_be_due_earlier() -> None:
    queue = DelayQueue()
    queue.put(delayed("x", 10.0), 0)
    queue.put(delayed("x", 0.1), 0)
    assert queue.next_deadline_ns() == 100 * MS
    assert queue.pop_due(100 * MS) == Notification(subject="x")
    assert queue.pop_due(10**12) is None


def test_what_is_due_at_once_keeps_its_order() -> None:
    queue = DelayQueue()
    for number in range(20):
        queue.put(delayed(f"{number}", 0.1), 0)
    due = [queue.pop_due(100 * MS) for _ in range(20)]
    assert [notification.subject for notification in due if notification] == [
        f"{number}" for number in range(20)
    ]


@pytest.mark.parametrize("delay", [0, 0.0, -1, -1e300])
def test_what_needs_no_delay_is_due_at_once(delay: float) -> None:
    queue = DelayQueue()
    queue.put(delayed("x", delay), 5)
    assert queue.pop_due(5) is not None


def test_a_delay_of_centuries_waits_for_centuries() -> None:
    queue = DelayQueue()
    queue.put(delayed("x", 1e300), 0)
    assert queue.pop_due(10**18) is None


@pytest.mark.parametrize("delay", ["0.3", None, math.nan, math.inf, True, [0.3], b"0"])
def test_what_is_no_delay_is_refused_and_the_others_wait_on(delay: object) -> None:
    queue = DelayQueue()
    queue.put(delayed("x", 0.1), 0)
    with pytest.raises(RemoteProtocolError, match="no delay in seconds"):
        queue.put(delayed("x", delay), 0)
    assert queue.pop_due(100 * MS) == Notification(subject="x")


def test_a_notification_without_a_delay_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="no delay"):
        DelayQueue().put(Notification(subject="x"), 0)


def test_a_full_queue_refuses_new_subjects_and_replaces_old_ones() -> None:
    queue = DelayQueue(capacity=2)
    queue.put(delayed("x", 0.1), 0)
    queue.put(delayed("y", 0.1), 0)
    with pytest.raises(RemoteProtocolError, match="2 notifications wait"):
        queue.put(delayed("z", 0.1), 0)
    queue.put(delayed("x", 0.2), 0)
    assert len(queue) == 2


def test_a_subject_replaced_for_ever_takes_no_more_memory() -> None:
    queue = DelayQueue()
    for now_ns in range(10_000):
        queue.put(delayed("x", 10.0), now_ns)
    assert len(queue._heap) < 50
