from __future__ import annotations

import pytest

from gazewire.client.tools.meter import Meter

MS = 1_000_000
S = 1_000_000_000


def test_nothing_is_a_rate_of_nothing_and_has_no_age() -> None:
    meter = Meter()
    assert meter.rate_hz(5 * S) == 0.0
    assert meter.age_ns(5 * S) is None


def test_a_steady_stream_has_its_rate_whatever_comes_together() -> None:
    meter = Meter()
    meter.begin(0)
    for arrival in range(1, 101):
        meter.note(arrival * 50 * MS, 10, 3 * MS)
    assert meter.rate_hz(5 * S) == pytest.approx(200)


def test_a_young_stream_is_measured_over_its_life() -> None:
    meter = Meter()
    meter.begin(0)
    for arrival in range(1, 11):
        meter.note(arrival * 100 * MS, 1, 0)
    assert meter.rate_hz(S) == pytest.approx(10)


def test_a_stream_that_has_stopped_slows_down_to_nothing() -> None:
    meter = Meter()
    meter.begin(0)
    for arrival in range(1, 51):
        meter.note(arrival * 100 * MS, 1, 0)
    assert 0 < meter.rate_hz(7 * S) < 5
    assert meter.rate_hz(9 * S) == 0.0
    assert meter.age_ns(9 * S) is None


def test_the_age_is_that_in_the_middle() -> None:
    meter = Meter()
    for age_ms in (5, 4, 400, 6, 3):
        meter.note(S, 1, age_ms * MS)
    assert meter.age_ns(S) == 5 * MS


def test_what_has_no_instant_counts_and_has_no_age() -> None:
    meter = Meter()
    meter.note(S, 3, None)
    assert meter.rate_hz(2 * S) == pytest.approx(3)
    assert meter.age_ns(2 * S) is None


def test_a_new_session_is_measured_by_itself() -> None:
    meter = Meter()
    meter.note(S, 1_000, 0)
    meter.begin(2 * S)
    meter.note(int(2.5 * S), 5, 0)
    assert meter.rate_hz(3 * S) == pytest.approx(5)


def test_a_flood_is_measured_over_what_is_remembered() -> None:
    meter = Meter()
    meter.begin(0)
    for arrival in range(1, 30_001):
        meter.note(arrival * MS // 10, 1, 0)
    assert meter.rate_hz(3 * S) == pytest.approx(10_000, rel=0.01)
