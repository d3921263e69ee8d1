from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gazewire.multicam.set_matcher import Member, SetMatcher

INTERVAL_NS = 16_000_000
JITTER_NS = 1_000_000


@given(
    lost=st.lists(st.sets(st.integers(0, 29)), min_size=3, max_size=3),
    jitter=st.integers(-JITTER_NS // 2, JITTER_NS // 2),
    by_index=st.booleans(),
    order=st.randoms(use_true_random=False),
)
def test_sets_are_what_all_cameras_have_and_every_image_is_accounted_for(
    lost: list[set[int]], jitter: int, by_index: bool, order: object
) -> None:
    matcher: SetMatcher[int] = SetMatcher(3, tolerance_ns=None if by_index else JITTER_NS)
    queues = [
        [
            Member(number, number * INTERVAL_NS + jitter * (camera - 1), number)
            for number in range(30)
            if number not in lost[camera]
        ]
        for camera in range(3)
    ]
    counts = [len(queue) for queue in queues]
    found = []
    while any(queues):
        camera = order.choice([number for number in range(3) if queues[number]])  # type: ignore[attr-defined]
        for members in matcher.add(camera, queues[camera].pop(0)):
            found.append(tuple(one.item for one in members))
    assert found == [
        (number,) * 3 for number in range(30) if not any(number in one for one in lost)
    ]
    assert [matcher.sets + unmatched for unmatched in matcher.finish()] == counts
