from __future__ import annotations

import random

from gazewire.camera.exposure_clock import ExposureClock

MS = 1_000_000
S = 1_000 * MS
UNIX_NS = 1_700_000_000 * S
FRAME_NS = 10 * MS


def test_instants_are_even_though_images_come_unevenly() -> None:
    clock = ExposureClock(FRAME_NS)
    random_ms = random.Random(1)
    instants = []
    for number in range(400):
        exposed_ns = UNIX_NS + number * FRAME_NS
        way_ns = 3 * MS + random_ms.randrange(6) * MS
        instants.append(clock.instant(number * FRAME_NS, exposed_ns + way_ns)[0] - exposed_ns)
    # All late by the same, the shortest way, once an image has come so fast.
    assert set(instants[50:]) == {3 * MS}


def test_the_uncertainty_is_the_way_of_an_image_that_nobody_knows() -> None:
    assert ExposureClock(FRAME_NS).instant(0, UNIX_NS) == (UNIX_NS, FRAME_NS)


def test_drift_of_the_camera_is_followed() -> None:
    clock = ExposureClock(FRAME_NS)
    for number in range(20_000):
        exposed_ns = UNIX_NS + number * FRAME_NS
        stamp_ns = round(number * FRAME_NS * 1.0001)
        instant_ns, _ = clock.instant(stamp_ns, exposed_ns + 2 * MS)
    # 20 ms have come together, and an offset is at most two seconds old.
    assert abs(instant_ns - exposed_ns - 2 * MS) <= 0.21 * MS


def test_a_camera_that_tells_its_time_is_known_without_the_way() -> None:
    clock = ExposureClock(FRAME_NS)
    clock.latch(5 * S, UNIX_NS - 1 * MS, UNIX_NS + 1 * MS)
    instant_ns, uncertainty_ns = clock.instant(5 * S + 20 * MS, UNIX_NS + 29 * MS)
    assert instant_ns == UNIX_NS + 20 * MS
    # Half the time that the question took, and what the crystals may have done since.
    assert uncertainty_ns == 1 * MS + 28 * MS // 10_000


def test_no_image_comes_before_it_is_exposed() -> None:
    clock = ExposureClock(FRAME_NS)
    clock.latch(0, UNIX_NS, UNIX_NS + 8 * MS)
    assert clock.instant(1 * MS, UNIX_NS + 2 * MS)[0] == UNIX_NS + 2 * MS


def test_a_camera_that_counts_anew_is_followed_and_instants_still_rise() -> None:
    clock = ExposureClock(FRAME_NS)
    clock.latch(90 * S, UNIX_NS, UNIX_NS)
    before_ns, _ = clock.instant(90 * S, UNIX_NS)
    after_ns, uncertainty_ns = clock.instant(1 * MS, UNIX_NS + FRAME_NS)
    assert after_ns == before_ns + FRAME_NS
    assert uncertainty_ns == FRAME_NS


def test_a_clock_that_leaps_ahead_leaves_instants_rising_and_certain_by_so_much_less() -> None:
    clock = ExposureClock(FRAME_NS)
    clock.instant(0, UNIX_NS)
    first_ns, _ = clock.instant(500 * S, UNIX_NS + FRAME_NS)
    assert first_ns == UNIX_NS + FRAME_NS
    second_ns, uncertainty_ns = clock.instant(501 * S, UNIX_NS + FRAME_NS)
    assert second_ns == first_ns + 1
    assert uncertainty_ns >= FRAME_NS
