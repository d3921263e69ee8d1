from __future__ import annotations

import pytest

from gazewire.client.models import Phone
from gazewire.client.tools.diagnosis import Verdict
from gazewire.client.tools.diagnosis.time import check_clock
from gazewire.time.offset import ClockOffset

PLACE = "10.0.0.2:8080"
PHONE = Phone(80, "OK", "d55a33b5ab845785", "lab", "10.0.0.2", 50_000_000_000, "OK", 12321)
MS = 1_000_000


def offset(ns: int) -> ClockOffset:
    return ClockOffset(
        reference_unix_ns=1_700_000_000_000_000_000,
        offset_ns=ns,
        uncertainty_ns=2 * MS,
        drift_ppm=0.0,
        drift_uncertainty_ppm=1.0,
        smallest_roundtrip_ns=4 * MS,
        rounds=20,
    )


def test_an_app_without_time_echo_is_too_old() -> None:
    finding = check_clock(PHONE._replace(time_echo_port=None), None, "no echo", PLACE)
    assert finding.problem == "old-app"


def test_an_echo_that_is_silent_is_told_with_its_reason_and_port() -> None:
    finding = check_clock(PHONE, None, "it is closed", PLACE)
    assert finding.problem == "no-time-echo"
    assert "it is closed" in finding.says
    assert "12321" in (finding.cure or "")


@pytest.mark.parametrize("ns", [0, 40 * MS, -900 * MS, 1000 * MS])
def test_clocks_that_are_set_over_the_network_are_near_enough(ns: int) -> None:
    assert check_clock(PHONE, offset(ns), None, PLACE).verdict is Verdict.WELL


@pytest.mark.parametrize(("ns", "says"), [(1001 * MS, "1.0 s behind"), (-3600_000 * MS, "ahead")])
def test_a_clock_that_is_far_off_is_told_with_its_direction(ns: int, says: str) -> None:
    finding = check_clock(PHONE, offset(ns), None, PLACE)
    assert finding.problem == "clock-off"
    assert says in finding.says
