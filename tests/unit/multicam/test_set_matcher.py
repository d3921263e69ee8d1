from __future__ import annotations

from gazewire.multicam.set_matcher import Member, SetMatcher

INTERVAL_NS = 16_000_000
JITTER_NS = 1_000_000


def member(number: int, jitter_ns: int = 0) -> Member[int]:
    return Member(number, number * INTERVAL_NS + jitter_ns, number)


def items(sets: list[tuple[Member[int], ...]]) -> list[tuple[int, ...]]:
    return [tuple(one.item for one in members) for members in sets]


def test_a_set_is_whole_when_its_last_image_has_come() -> None:
    matcher: SetMatcher[int] = SetMatcher(2, tolerance_ns=JITTER_NS)
    assert matcher.add(0, member(1)) == []
    assert items(matcher.add(1, member(1, JITTER_NS))) == [(1, 1)]


def test_an_image_without_partners_is_given_up() -> None:
    matcher: SetMatcher[int] = SetMatcher(2, tolerance_ns=JITTER_NS)
    for number in (1, 2, 3):
        matcher.add(0, member(number))
    assert items(matcher.add(1, member(3))) == [(3, 3)]
    assert matcher.unmatched == [2, 0]


def test_by_index_instants_do_not_matter() -> None:
    matcher: SetMatcher[int] = SetMatcher(2, tolerance_ns=None)
    matcher.add(0, Member(5, 0, 5))
    assert items(matcher.add(1, Member(5, 10**12, 5))) == [(5, 5)]


def test_a_camera_that_has_stopped_costs_no_memory() -> None:
    matcher: SetMatcher[int] = SetMatcher(2, tolerance_ns=JITTER_NS)
    for number in range(10_000):
        matcher.add(0, member(number))
    assert matcher.unmatched[0] == 10_000 - 256
    assert items(matcher.add(1, member(9_999))) == [(9_999, 9_999)]
    assert matcher.finish() == [9_999, 0]
