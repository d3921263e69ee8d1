"""The offset estimator and its conversions, on whatever rounds and clocks there can be."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.time.offset import ClockOffset, OffsetEstimator

MS = 1_000_000
S = 1_000_000_000
DAY_NS = 86_400 * S
BEGIN_UNIX_NS = 1_700_000_000 * S

offsets = st.builds(
    ClockOffset,
    reference_unix_ns=st.integers(BEGIN_UNIX_NS, BEGIN_UNIX_NS + DAY_NS),
    offset_ns=st.integers(-DAY_NS, DAY_NS),
    uncertainty_ns=st.integers(0, S),
    drift_ppm=st.floats(-10_000, 10_000),
    drift_uncertainty_ppm=st.floats(0, 500),
    smallest_roundtrip_ns=st.integers(0, S),
    rounds=st.integers(1, 1024),
)


@settings(deadline=None)
@given(offsets, st.integers(-DAY_NS, DAY_NS))
def test_there_and_back_is_the_same_instant_to_a_nanosecond(offset, elapsed_ns):
    our_ns = offset.reference_unix_ns + elapsed_ns
    assert abs(offset.to_local_ns(offset.to_device_ns(our_ns)) - our_ns) <= 2
    device_ns = our_ns - offset.offset_ns
    assert abs(offset.to_device_ns(offset.to_local_ns(device_ns)) - device_ns) <= 2


@settings(deadline=None)
@given(offsets, st.integers(-DAY_NS, DAY_NS), st.integers(1, S))
def test_later_is_later_on_either_clock(offset, elapsed_ns, later_ns):
    our_ns = offset.reference_unix_ns + elapsed_ns
    assert offset.to_device_ns(our_ns + later_ns) >= offset.to_device_ns(our_ns)
    assert offset.to_local_ns(our_ns + later_ns) >= offset.to_local_ns(our_ns)


@settings(deadline=None)
@given(
    ahead_ns=st.integers(-DAY_NS, DAY_NS),
    ppm=st.floats(-300, 300),
    trips=st.lists(
        st.tuples(st.integers(0, 2 * S), st.integers(0, 50 * MS), st.integers(0, 50 * MS)),
        min_size=1,
        max_size=25,
    ),
)
def test_few_rounds_tell_what_is_certain_whatever_the_delays(ahead_ns, ppm, trips):
    def true_device_ns(our_ns: int) -> int:
        return our_ns + ahead_ns + round((our_ns - BEGIN_UNIX_NS) * ppm / 1e6)

    estimator = OffsetEstimator()
    now_ns = BEGIN_UNIX_NS
    for pause_ns, up_ns, down_ns in trips:
        sent_ns = now_ns + pause_ns
        read_ns = sent_ns + up_ns
        now_ns = read_ns + down_ns
        estimator.add(
            sent_unix_ns=sent_ns,
            device_unix_ms=true_device_ns(read_ns) // MS,
            received_unix_ns=now_ns,
        )
        estimate = estimator.estimate
        assert estimate is not None
        error_ns = abs(estimate.to_device_ns(now_ns) - true_device_ns(now_ns))
        assert error_ns <= estimate.uncertainty_ns_at(now_ns) + 2
        assert estimate.uncertainty_ns >= estimate.smallest_roundtrip_ns // 2
    assert estimator.steps == 0


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 100 * S), st.integers(0, 2**64 - 1), st.integers(0, 100 * S)),
        max_size=60,
    )
)
def test_whatever_a_device_answers_there_is_an_estimate(answers):
    estimator = OffsetEstimator()
    now_ns = BEGIN_UNIX_NS
    for pause_ns, device_unix_ms, roundtrip_ns in answers:
        estimator.add(
            sent_unix_ns=now_ns + pause_ns,
            device_unix_ms=device_unix_ms,
            received_unix_ns=now_ns + pause_ns + roundtrip_ns,
        )
        now_ns += pause_ns + roundtrip_ns
        assert estimator.estimate is not None
        assert estimator.estimate.uncertainty_ns >= 0
