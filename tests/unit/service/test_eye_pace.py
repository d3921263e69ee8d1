from __future__ import annotations

from gazewire.model import Frame
from gazewire.service.exposure import Exposure, FrameExposure
from gazewire.service.eye_pace import EyePace
from gazewire.time import ManualClock

MS = 1_000_000
START_NS = 1_700_000_000_000_000_000
INTERVAL_NS = 5 * MS


def exposure(instant_ns: int) -> Exposure:
    frame = Frame(
        camera="eye0",
        index=0,
        timestamp_unix_ns=instant_ns,
        width=1,
        height=1,
        pixel_format="gray",
        data=b"\0",
    )
    return FrameExposure(frame)


def looked_at(late_ms: float, seconds: float, told: list[tuple[float, float]]) -> list[int]:
    """The instants that are looked at, of 200 a second, where each pupil is so late."""
    clock = ManualClock(START_NS)
    pace = EyePace(clock, lambda rate, before: told.append((rate, before)))
    kept = []
    for number in range(round(200 * seconds)):
        instant_ns = START_NS + number * INTERVAL_NS
        one = exposure(instant_ns)
        clock.advance(max(0, instant_ns + round(late_ms * MS) - clock.unix_ns()))
        if pace.admits(one, clock.mono_ns() - round(late_ms * MS)):
            kept.append(instant_ns)
            pace.note_done(clock.mono_ns() - round(late_ms * MS))
    return kept


def test_who_keeps_up_looks_at_everything() -> None:
    told: list[tuple[float, float]] = []
    assert len(looked_at(20, 10, told)) == 2000
    assert told == []


def test_who_is_late_for_long_looks_at_half_and_says_so() -> None:
    told: list[tuple[float, float]] = []
    kept = looked_at(60, 5.7, told)
    assert told == [(100.0, 200.0)]
    assert kept[-1] - kept[-2] == 2 * INTERVAL_NS


def test_it_does_not_go_below_twenty_a_second() -> None:
    told: list[tuple[float, float]] = []
    looked_at(60, 60, told)
    assert [rate for rate, _ in told] == [100.0, 50.0, 25.0]


def test_what_is_a_quarter_of_a_second_old_is_passed_over() -> None:
    told: list[tuple[float, float]] = []
    assert looked_at(260, 1, told) == []


def test_two_eyes_that_give_up_half_keep_the_same_instants() -> None:
    kept = []
    for shift in (0, 1):
        clock = ManualClock(START_NS)
        pace = EyePace(clock, lambda rate, before: None)
        instants = [START_NS + (number + shift) * INTERVAL_NS for number in range(1400)]
        seen = set()
        for instant_ns in instants:
            clock.advance(max(0, instant_ns + 60 * MS - clock.unix_ns()))
            arrived_ns = clock.mono_ns() - 60 * MS
            if pace.admits(exposure(instant_ns), arrived_ns):
                seen.add(instant_ns)
                pace.note_done(arrived_ns)
        kept.append({instant for instant in seen if instant > START_NS + 6_500 * MS})
    assert kept[0]
    assert kept[0] - {START_NS} <= kept[1]
