"""Pairs are the true nearest, and official pairs those of the rule as it is written."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from gazewire.flow import Aligner, Match, Nearest, OfficialMatcher, Series


@dataclass(frozen=True)
class Item:
    timestamp_unix_ns: int


MS = 1_000_000
times = st.lists(st.integers(0, 900), max_size=60).map(
    lambda drawn: [Item(ms * MS) for ms in sorted(drawn)]
)


def true_nearest(items: list[Item], at_ns: int, tolerance_ns: int) -> Item | None:
    """By looking at all; of two equally near the earlier."""
    near = sorted(
        items, key=lambda item: (abs(item.timestamp_unix_ns - at_ns), item.timestamp_unix_ns)
    )
    if near and abs(near[0].timestamp_unix_ns - at_ns) <= tolerance_ns:
        return near[0]
    return None


@given(times, times, times, st.integers(0, 50), st.randoms(use_true_random=False))
def test_every_pair_is_the_true_nearest_however_the_streams_interleave(
    frames, gaze_items, eyes_items, tolerance_ms, random
):
    gaze = Series(Nearest[Item](tolerance_ns=tolerance_ms * MS))
    eyes = Series(Nearest[Item](tolerance_ns=tolerance_ms * MS))
    aligner = Aligner[Item](gaze, eyes, max_wait_ns=10**12, capacity=100)
    queues = {"frames": deque(frames), "gaze": deque(gaze_items), "eyes": deque(eyes_items)}
    matches: list[Match[Item]] = []
    while waiting := [name for name, queue in queues.items() if queue]:
        name = random.choice(waiting)
        item = queues[name].popleft()
        match name:
            case "frames":
                matches += aligner.receive(item, 0)
            case "gaze":
                gaze.receive(item)
            case "eyes":
                eyes.receive(item)
        matches += aligner.release(0)
    matches += aligner.flush()
    assert [match.primary for match in matches] == frames
    for match in matches:
        at_ns = match.primary.timestamp_unix_ns
        for series, items in ((gaze, gaze_items), (eyes, eyes_items)):
            assert match[series] == true_nearest(items, at_ns, tolerance_ms * MS)


@given(times, st.permutations(range(20)), st.integers(0, 50))
def test_items_out_of_order_are_found_all_the_same(frames, order, tolerance_ms):
    gaze = Series(Nearest[Item](tolerance_ns=tolerance_ms * MS))
    aligner = Aligner[Item](gaze, max_wait_ns=10**12, capacity=100)
    items = [Item(45 * n * MS) for n in order]
    for item in items:
        gaze.receive(item)
    matches = [match for frame in frames for match in aligner.receive(frame, 0)]
    matches += aligner.flush()
    for match in matches:
        at_ns = match.primary.timestamp_unix_ns
        assert match[gaze] == true_nearest(items, at_ns, tolerance_ms * MS)


def pick(cache: list[Item], at_ns: int) -> Item | None:
    """The rule in its own words."""
    if not cache:
        return None
    item = cache.pop(0)
    if item.timestamp_unix_ns > at_ns:
        return item
    while cache:
        item = cache.pop(0)
        if item.timestamp_unix_ns > at_ns:
            return item
    return item


events = st.lists(st.tuples(st.sampled_from("sgea"), st.integers(0, 80_000)), max_size=80)


@given(events)
def test_official_pairs_are_those_of_the_rule(happened):
    matcher = OfficialMatcher[Item, Item, Item, Item]()
    caches: dict[str, list[Item]] = {"g": [], "e": [], "a": []}
    for stream, ms in happened:
        item = Item(ms * MS)
        match stream:
            case "g":
                matcher.receive_gaze(item)
            case "e":
                matcher.receive_eyes(item)
            case "a":
                matcher.receive_audio(item)
            case _:
                match = matcher.receive_scene(item)
                gaze = pick(caches["g"], item.timestamp_unix_ns)
                eyes = pick(caches["e"], item.timestamp_unix_ns) if gaze else None
                assert (match.gaze, match.eyes) == (gaze, eyes)
                continue
        caches[stream].append(item)
