import pytest

from gazewire.testing.link import LinkConditions, LossyLink

MS = 1_000_000


def carry(conditions: LinkConditions, *, seed: int = 0, count: int = 1000) -> list[int]:
    """Send numbers a millisecond apart and give them back in the order of arrival."""
    link = LossyLink[int](conditions, seed=seed)
    for number in range(count):
        link.send(number, number * MS)
    return link.receive(count * MS + 10**12)


def test_a_perfect_link_changes_nothing():
    assert carry(LinkConditions()) == list(range(1000))


def test_nothing_arrives_before_its_delay_is_over():
    link = LossyLink[str](LinkConditions(delay_ns=5 * MS))
    assert link.next_arrival_ns is None
    link.send("early", 100)
    assert link.next_arrival_ns == 100 + 5 * MS
    assert link.receive(99 + 5 * MS) == []
    assert link.receive(100 + 5 * MS) == ["early"]
    assert link.receive(10**12) == []


def test_items_of_one_instant_keep_their_order():
    link = LossyLink[object](LinkConditions(delay_ns=MS))
    items = [object() for _ in range(20)]
    for item in items:
        link.send(item, 0)
    assert link.receive(MS) == items


def test_loss_takes_its_share_and_is_counted():
    link = LossyLink[int](LinkConditions(loss=0.1), seed=3)
    for number in range(10_000):
        link.send(number, 0)
    arrived = link.receive(0)
    assert link.sent == 10_000
    assert link.lost == 10_000 - len(arrived)
    assert 900 < link.lost < 1100
    assert arrived == sorted(arrived)


def test_duplicates_arrive_twice_and_are_counted():
    link = LossyLink[int](LinkConditions(duplicate=0.5), seed=1)
    for number in range(100):
        link.send(number, number)
    arrived = link.receive(100)
    assert sorted(set(arrived)) == list(range(100))
    assert len(arrived) == 100 + link.duplicated
    assert link.duplicated > 20


def test_jitter_longer_than_the_spacing_changes_the_order():
    arrived = carry(LinkConditions(jitter_ns=10 * MS))
    assert arrived != list(range(1000))
    assert sorted(arrived) == list(range(1000))


def test_an_item_held_back_is_overtaken():
    arrived = carry(LinkConditions(reorder=0.05, reorder_ns=3 * MS))
    assert arrived != list(range(1000))
    assert sorted(arrived) == list(range(1000))


def test_the_same_seed_does_the_same_and_another_does_not():
    conditions = LinkConditions(loss=0.2, duplicate=0.2, jitter_ns=5 * MS)
    assert carry(conditions, seed=7) == carry(conditions, seed=7)
    assert carry(conditions, seed=7) != carry(conditions, seed=8)


def test_more_loss_leaves_the_fate_of_what_still_arrives_unchanged():
    few = carry(LinkConditions(loss=0.1, jitter_ns=5 * MS))
    fewer = carry(LinkConditions(loss=0.2, jitter_ns=5 * MS))
    assert fewer == [number for number in few if number in set(fewer)]


def test_drain_empties_the_link_in_order_of_arrival():
    link = LossyLink[int](LinkConditions(delay_ns=MS))
    link.send(2, 20)
    link.send(1, 10)
    assert link.drain() == [1, 2]
    assert link.next_arrival_ns is None


@pytest.mark.parametrize("wrong", [{"loss": 1.5}, {"duplicate": -0.1}, {"delay_ns": -1}])
def test_impossible_conditions_are_refused(wrong):
    with pytest.raises(ValueError, match=r"probability|before"):
        LinkConditions(**wrong)
