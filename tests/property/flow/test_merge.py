"""Streams merged are complete and in order, however they arrive."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from gazewire.flow import MergeBuffer, Tagged


@dataclass(frozen=True, order=True)
class Item:
    timestamp_unix_ns: int


times = st.lists(st.integers(0, 100), max_size=30).map(
    lambda drawn: deque(Item(ns) for ns in sorted(drawn))
)


@given(st.lists(times, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_what_is_waited_for_comes_out_in_order_and_whole(queues, random):
    streams = {str(n): queue for n, queue in enumerate(queues)}
    everything = sorted(item.timestamp_unix_ns for queue in queues for item in queue)
    buffer = MergeBuffer[Item](streams, max_wait_ns=1_000)
    released: list[Tagged[Item]] = []
    live = list(streams)
    while live:
        name = random.choice(live)
        if streams[name]:
            buffer.receive(name, streams[name].popleft(), 0)
        else:
            buffer.end(name)
            live.remove(name)
        released += buffer.release(0)
    assert [item.timestamp_unix_ns for _, item in released] == everything
    assert buffer.is_finished
    assert buffer.late == 0


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50), st.integers(0, 9)), max_size=60),
    st.integers(0, 20),
)
def test_nothing_waits_too_long_and_what_is_late_is_counted(arrivals, max_wait_ns):
    buffer = MergeBuffer[Item]("abc", max_wait_ns=max_wait_ns)
    released: list[Tagged[Item]] = []
    now_ns = 0
    for stream, time_ns, pause_ns in arrivals:
        now_ns += pause_ns
        buffer.receive(stream, Item(time_ns), now_ns)
        released += buffer.release(now_ns)
        next_ns = buffer.next_release_ns
        assert next_ns is None or now_ns < next_ns <= now_ns + max_wait_ns
    released += buffer.flush()
    assert sorted(released) == sorted(Tagged(s, Item(t)) for s, t, _ in arrivals)
    reached_ns, late = -1, 0
    for _, item in released:
        late += item.timestamp_unix_ns < reached_ns
        reached_ns = max(reached_ns, item.timestamp_unix_ns)
    assert buffer.late == late
