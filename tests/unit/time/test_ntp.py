from __future__ import annotations

import random
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from gazewire.time import ntp_from_unix_ns, unix_ns_from_ntp

S = 1_000_000_000
UNIX_IN_NTP_S = 2_208_988_800
# The second at which the 32-bit counter is 0 again: 2036-02-07 06:28:16 UTC.
WRAP_S = (1 << 32) - UNIX_IN_NTP_S


def test_the_beginning_of_unix_time_is_70_years_into_that_of_ntp() -> None:
    assert ntp_from_unix_ns(0) == (UNIX_IN_NTP_S, 0)
    assert unix_ns_from_ntp(UNIX_IN_NTP_S, 0) == 0
    days = (datetime(1970, 1, 1, tzinfo=UTC) - datetime(1900, 1, 1, tzinfo=UTC)).days
    assert days * 86_400 == UNIX_IN_NTP_S


def test_the_counter_wraps_when_rfc_5905_says() -> None:
    assert datetime.fromtimestamp(WRAP_S, UTC) == datetime(2036, 2, 7, 6, 28, 16, tzinfo=UTC)
    assert ntp_from_unix_ns(WRAP_S * S - S) == (0xFFFF_FFFF, 0)
    assert ntp_from_unix_ns(WRAP_S * S) == (0, 0)


@pytest.mark.parametrize(
    "second",
    [
        (1 << 31) - UNIX_IN_NTP_S,  # 1968, the earliest that is told apart
        0,
        1,
        1_760_000_000,
        WRAP_S - 1,
        WRAP_S,
        WRAP_S + 1,
        WRAP_S + (1 << 31) - 1,
    ],
)
@pytest.mark.parametrize("ns", [0, 1, 499_999_999, 500_000_000, 999_999_998, 999_999_999])
def test_every_nanosecond_survives_the_way_there_and_back(second: int, ns: int) -> None:
    instant = second * S + ns
    assert unix_ns_from_ntp(*ntp_from_unix_ns(instant)) == instant


def test_one_nanosecond_either_side_of_the_wrap_stays_on_its_side() -> None:
    before, after = ntp_from_unix_ns(WRAP_S * S - 1), ntp_from_unix_ns(WRAP_S * S + 1)
    assert before[0] == 0xFFFF_FFFF
    assert after[0] == 0
    assert unix_ns_from_ntp(*after) - unix_ns_from_ntp(*before) == 2


def test_fractions_are_unsigned_32_bit_and_nearest() -> None:
    rng = random.Random(5)
    for ns in [0, 1, S - 1, *(rng.randrange(S) for _ in range(1000))]:
        _, fraction = ntp_from_unix_ns(ns)
        assert 0 <= fraction < 1 << 32
        assert abs(Fraction(fraction, 1 << 32) - Fraction(ns, S)) <= Fraction(1, 1 << 33)


@pytest.mark.parametrize(
    ("fraction", "ns"),
    [
        (0, 0),
        (1, 0),
        (2, 0),
        (3, 1),
        (4, 1),
        (1 << 31, S // 2),
        ((1 << 32) - 1, S),
        (1 << 30, S // 4),
    ],
)
def test_a_fraction_becomes_the_nearest_nanosecond(fraction: int, ns: int) -> None:
    assert unix_ns_from_ntp(UNIX_IN_NTP_S, fraction) == ns


def test_the_top_bit_tells_the_era() -> None:
    # RFC 4330 §3: set means 1968 to 2036, clear means 2036 to 2104.
    assert unix_ns_from_ntp(1 << 31, 0) == ((1 << 31) - UNIX_IN_NTP_S) * S
    assert unix_ns_from_ntp((1 << 31) - 1, 0) == ((1 << 31) - 1 + WRAP_S) * S
