"""Whatever reports say, a clock shows time that goes on."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gazewire.time import ntp_from_unix_ns
from gazewire.wire.rtcp import SenderReport, WallClock

MS = 1_000_000
S = 1000 * MS
NOW_UNIX_NS = 1_744_294_828_000_000_000
CLOCK_HZ = 90_000
# Shorter than the time between reports, longer than a packet waits.
BETWEEN_NS = 100 * MS


def told(rtp_timestamp: int, unix_ns: int) -> SenderReport:
    return SenderReport(1, *ntp_from_unix_ns(unix_ns), rtp_timestamp & 0xFFFF_FFFF, 0, 0)


@settings(deadline=None)
@given(
    st.integers(0, 0xFFFF_FFFF),
    st.lists(
        st.tuples(
            st.integers(1, 50).map(lambda tenths: tenths * BETWEEN_NS),
            st.integers(-10 * MS, 10 * MS) | st.sampled_from([0, S, -S, 3600 * S]),
        ),
        max_size=30,
    ),
)
def test_time_goes_on_at_the_right_speed_as_long_as_no_report_wins(first_timestamp, reports):
    clock = WallClock(CLOCK_HZ)

    def timestamp(elapsed_ns: int) -> int:
        return (first_timestamp + elapsed_ns * 9 // 100_000) & 0xFFFF_FFFF

    # Three at first, so that a minute of others is needed to win.
    for _ in range(3):
        clock.add_report(told(first_timestamp, NOW_UNIX_NS))
    elapsed_ns = 0
    last_unix_ns = NOW_UNIX_NS
    for after_ns, off_by_ns in reports:
        for _ in range(after_ns // BETWEEN_NS):
            elapsed_ns += BETWEEN_NS
            unix_ns = clock.unix_ns(timestamp(elapsed_ns))
            assert unix_ns is not None
            assert abs(unix_ns - last_unix_ns - BETWEEN_NS) <= BETWEEN_NS // 2_000 + 1
            last_unix_ns = unix_ns
        clock.add_report(told(timestamp(elapsed_ns), NOW_UNIX_NS + elapsed_ns + off_by_ns))
        # What was shown for this instant is still shown, and for those before it.
        assert abs(clock.unix_ns(timestamp(elapsed_ns)) - last_unix_ns) <= 1
    assert clock.steps == 0
    assert abs(last_unix_ns - NOW_UNIX_NS - elapsed_ns) <= 10 * MS


@given(
    st.sampled_from([1, 8000, 44_100, 90_000, 100_000_000]),
    st.lists(
        st.tuples(st.integers(0, 0xFFFF_FFFF), st.integers(0, 0xFFFF_FFFF), st.integers(0, 9)),
        max_size=100,
    ),
    st.lists(st.integers(0, 0xFFFF_FFFF), max_size=10),
)
def test_any_reports_do_no_harm_and_are_all_counted(clock_hz, reports, timestamps):
    clock = WallClock(clock_hz)
    without_effect = 0
    for seconds, rtp_timestamp, fraction in reports:
        report = SenderReport(1, seconds, fraction << 28, rtp_timestamp, 0, 0)
        without_effect += not clock.add_report(report)
        assert all((clock.unix_ns(at) is not None) is clock.is_set for at in timestamps)
    assert clock.reports == len(reports)
    assert clock.refused <= without_effect <= clock.refused + clock.contrary <= clock.reports
