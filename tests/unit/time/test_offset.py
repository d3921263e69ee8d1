"""The offset estimator against simulated clocks: time is a number, and every delay is seeded."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from gazewire.time.offset import ClockOffset, OffsetEstimator

MS = 1_000_000
S = 1_000_000_000
BEGIN_UNIX_NS = 1_744_294_828_357_600_123

Delay = Callable[[random.Random], float]


@dataclass(frozen=True)
class Link:
    """Two clocks and what lies between them.

    Attributes:
        ahead_ns: by how much the device is ahead at the beginning.
        ppm: how much faster its clock runs.
        least_ms: that every message takes, either way.
        up_ms: what it takes beyond, on the way to the device.
        down_ms: and on the way back.
    """

    ahead_ns: int = -3_123_456_789
    ppm: float = 50.0
    least_ms: float = 2.0
    up_ms: Delay = lambda chance: chance.uniform(0, 5)
    down_ms: Delay = lambda chance: chance.uniform(0, 5)

    def true_device_ns(self, our_ns: int) -> int:
        return our_ns + self.ahead_ns + round((our_ns - BEGIN_UNIX_NS) * self.ppm / 1e6)

    def round_at(self, sent_ns: int, chance: random.Random) -> dict[str, int]:
        read_ns = sent_ns + int((self.least_ms + self.up_ms(chance)) * MS)
        return {
            "sent_unix_ns": sent_ns,
            "device_unix_ms": self.true_device_ns(read_ns) // MS,
            "received_unix_ns": read_ns + int((self.least_ms + self.down_ms(chance)) * MS),
        }


def rounds(
    link: Link, seed: int, *, seconds: float = 60.0, begin_ns: int = BEGIN_UNIX_NS, quick: int = 20
) -> Iterator[dict[str, int]]:
    """Rounds as a client makes them: some in haste, then eight a second."""
    chance = random.Random(seed)
    now_ns = begin_ns + chance.randrange(MS)
    while now_ns < begin_ns + seconds * S:
        measured = link.round_at(now_ns, chance)
        yield measured
        quick -= 1
        pause_s = 0.01 if quick > 0 else chance.uniform(0.09, 0.16)
        now_ns = measured["received_unix_ns"] + int(pause_s * S)


def fed(link: Link, seed: int, **options) -> tuple[OffsetEstimator, int]:
    """An estimator after all rounds, and the instant of the last one."""
    estimator = OffsetEstimator()
    last_ns = 0
    for measured in rounds(link, seed, **options):
        estimator.add(**measured)
        last_ns = measured["received_unix_ns"]
    return estimator, last_ns


def error_ns(link: Link, estimate: ClockOffset, our_ns: int) -> int:
    return estimate.to_device_ns(our_ns) - link.true_device_ns(our_ns)


def test_nothing_is_known_before_the_first_round():
    assert OffsetEstimator().estimate is None


def test_one_round_is_the_middle_of_what_it_allows():
    estimator = OffsetEstimator()
    estimator.add(
        sent_unix_ns=1_744_294_828_357 * MS,
        device_unix_ms=1_744_294_828_401,
        received_unix_ns=1_744_294_828_361 * MS,
    )
    estimate = estimator.estimate
    assert estimate is not None
    # Official: (357 + 361) / 2 - 401 = -42 ms; the device's reading is floored, so half a ms more.
    assert estimate.offset_ns == -42.5 * MS
    # Half of the round trip and of the ms; and in the round trip clocks drift by 500 ppm at most.
    assert estimate.uncertainty_ns == 2.5 * MS + 2_000
    assert (estimate.drift_ppm, estimate.drift_uncertainty_ppm) == (0.0, 500.0)
    assert (estimate.smallest_roundtrip_ns, estimate.rounds) == (4 * MS, 1)
    assert estimate.reference_unix_ns == 1_744_294_828_361 * MS


def test_after_a_minute_the_error_is_below_a_fifth_of_a_millisecond():
    link = Link(ppm=50.0)
    errors_ns = []
    for seed in range(24):
        estimator, now_ns = fed(link, seed)
        estimate = estimator.estimate
        assert estimate is not None
        error = abs(error_ns(link, estimate, now_ns))
        assert error <= estimate.uncertainty_ns_at(now_ns)
        assert estimate.uncertainty_ns >= estimate.smallest_roundtrip_ns / 2
        assert abs(estimate.drift_ppm - link.ppm) <= estimate.drift_uncertainty_ppm
        assert estimator.steps == 0
        errors_ns.append(error)
    errors_ns.sort()
    assert errors_ns[int(0.95 * len(errors_ns))] < 0.2 * MS
    assert errors_ns[len(errors_ns) // 2] < 0.1 * MS


LINKS = {
    "quiet cable": (
        Link(
            least_ms=0.05, up_ms=lambda c: c.uniform(0, 0.02), down_ms=lambda c: c.uniform(0, 0.02)
        ),
        0.03,
    ),
    "no delay at all": (Link(least_ms=0.0, up_ms=lambda c: 0.0, down_ms=lambda c: 0.0), 0.03),
    "radio with long tails": (
        Link(
            up_ms=lambda c: min(c.paretovariate(1.1), 400),
            down_ms=lambda c: min(c.paretovariate(1.1), 400),
        ),
        0.2,
    ),
    "held up on the way back": (
        Link(
            up_ms=lambda c: c.uniform(0, 1), down_ms=lambda c: c.uniform(0, 1) + c.choice([0, 30])
        ),
        0.3,
    ),
    "fast clock": (Link(ppm=480.0), 0.3),
    "slow clock": (Link(ppm=-480.0), 0.3),
    "same clock": (Link(ahead_ns=0, ppm=0.0), 0.3),
}


@pytest.mark.parametrize("name", LINKS)
def test_on_other_links_the_error_is_small_and_within_the_uncertainty_all_the_while(name):
    link, most_ms = LINKS[name]
    for seed in range(5):
        estimator = OffsetEstimator()
        for measured in rounds(link, seed):
            estimator.add(**measured)
            estimate = estimator.estimate
            assert estimate is not None
            for now_ns in measured["sent_unix_ns"], measured["received_unix_ns"]:
                error = abs(error_ns(link, estimate, now_ns))
                assert error <= estimate.uncertainty_ns_at(now_ns)
        assert error < most_ms * MS
        assert estimator.steps == 0


def test_a_delay_on_one_way_only_is_within_the_uncertainty():
    # Nobody can tell this from another offset. That is what the half round trip is for.
    link = Link(
        least_ms=0.0, up_ms=lambda c: 8 + c.uniform(0, 1), down_ms=lambda c: c.uniform(0, 1)
    )
    estimator, now_ns = fed(link, 1)
    assert estimator.estimate is not None
    error = abs(error_ns(link, estimator.estimate, now_ns))
    assert 3 * MS < error <= estimator.estimate.uncertainty_ns_at(now_ns)


def test_the_drift_is_not_told_before_it_can_be():
    estimator, _ = fed(Link(), 2, seconds=0.3)
    assert estimator.estimate is not None
    assert estimator.estimate.drift_ppm == 0.0
    assert estimator.estimate.drift_uncertainty_ppm == 500.0


def test_a_single_absurd_answer_changes_nothing():
    link = Link()
    estimator, now_ns = fed(link, 3)
    before = estimator.estimate
    for _ in range(2):
        estimator.add(sent_unix_ns=now_ns, device_unix_ms=0, received_unix_ns=now_ns + 4 * MS)
        now_ns += 100 * MS
    assert estimator.estimate == before
    assert estimator.steps == 0


def test_rare_absurd_answers_add_up_to_nothing():
    link = Link()
    estimator = OffsetEstimator()
    for index, measured in enumerate(rounds(link, 4)):
        absurd = index > 30 and index % 10 == 0
        estimator.add(**(measured | {"device_unix_ms": 2**64 - 1} if absurd else measured))
    estimate = estimator.estimate
    assert estimate is not None
    assert estimator.steps == 0
    assert abs(error_ns(link, estimate, estimate.reference_unix_ns)) < 0.4 * MS


@pytest.mark.parametrize("step_ms", [-60_000, -40, 40, 3_600_000])
def test_a_clock_that_is_set_is_followed_within_three_seconds(step_ms):
    link = Link()
    estimator, now_ns = fed(link, 5, seconds=30)
    link = replace(link, ahead_ns=link.ahead_ns + step_ms * MS)
    for measured in rounds(link, 6, begin_ns=now_ns, seconds=3, quick=0):
        estimator.add(**measured)
    estimate = estimator.estimate
    assert estimate is not None
    assert estimator.steps == 1
    now_ns = measured["received_unix_ns"]
    assert abs(error_ns(link, estimate, now_ns)) <= estimate.uncertainty_ns_at(now_ns)
    assert abs(error_ns(link, estimate, now_ns)) < 2 * MS


def test_after_a_long_silence_only_new_rounds_count():
    link = Link()
    estimator, now_ns = fed(link, 7, seconds=20)
    for measured in rounds(link, 8, begin_ns=now_ns + 600 * S, seconds=2):
        estimator.add(**measured)
    estimate = estimator.estimate
    assert estimate is not None
    assert estimate.rounds < 60
    now_ns = measured["received_unix_ns"]
    assert abs(error_ns(link, estimate, now_ns)) <= estimate.uncertainty_ns_at(now_ns)


def test_memory_is_bounded_however_many_rounds_come():
    estimator = OffsetEstimator()
    link = Link()
    chance = random.Random(9)
    for index in range(3000):
        estimator.add(**link.round_at(BEGIN_UNIX_NS + index * 10 * MS, chance))
    assert estimator.estimate is not None
    assert estimator.estimate.rounds == 1024


def test_the_same_rounds_give_the_same_estimate():
    assert fed(Link(), 10, seconds=10)[0].estimate == fed(Link(), 10, seconds=10)[0].estimate


def test_an_answer_before_its_question_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="-1 ns"):
        OffsetEstimator().add(sent_unix_ns=1, device_unix_ms=0, received_unix_ns=0)


OFFSET = ClockOffset(
    reference_unix_ns=BEGIN_UNIX_NS,
    offset_ns=-42_500_001,
    uncertainty_ns=2_000_000,
    drift_ppm=50.0,
    drift_uncertainty_ppm=5.0,
    smallest_roundtrip_ns=4_000_000,
    rounds=480,
)


def test_the_offset_is_ours_minus_the_devices_and_falls_as_the_device_gains():
    assert OFFSET.offset_ns_at(BEGIN_UNIX_NS) == -42_500_001
    assert OFFSET.offset_ns_at(BEGIN_UNIX_NS + S) == -42_550_001
    assert OFFSET.to_device_ns(BEGIN_UNIX_NS + S) == BEGIN_UNIX_NS + S + 42_550_001


def test_the_uncertainty_grows_either_way():
    assert OFFSET.uncertainty_ns_at(BEGIN_UNIX_NS) == 2_000_000
    assert OFFSET.uncertainty_ns_at(BEGIN_UNIX_NS + 10 * S) == 2_050_000
    assert OFFSET.uncertainty_ns_at(BEGIN_UNIX_NS - 10 * S) == 2_050_000


def test_conversion_without_drift_is_exact():
    exact = replace(OFFSET, drift_ppm=0.0)
    for our_ns in (0, 1, BEGIN_UNIX_NS, 2**62 + 1):
        assert exact.to_device_ns(our_ns) == our_ns + 42_500_001
        assert exact.to_local_ns(exact.to_device_ns(our_ns)) == our_ns
