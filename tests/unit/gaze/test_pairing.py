"""Our pairing: once each, in order, without needless waiting."""

from __future__ import annotations

import pytest

from gazewire.gaze import PunctualPairing

BOTH = frozenset({0, 1})
RIGHT = frozenset({0})


def ids_and_ms(bases):
    return [[(datum.eye_id, datum.timestamp_unix_ns // 1_000_000) for datum in b] for b in bases]


def test_eyes_in_step_are_paired_as_soon_as_the_second_comes(pupil) -> None:
    pairing = PunctualPairing()
    for number in range(50):
        t_s = 1 + number * 0.005
        assert pairing.add(pupil(0, t_s), BOTH) == ()
        (pair,) = pairing.add(pupil(1, t_s + 0.002), BOTH)
        assert [datum.eye_id for datum in pair] == [0, 1]
    assert pairing.late == 0


def test_one_eye_alone_does_not_wait(pupil) -> None:
    pairing = PunctualPairing()
    for number in range(20):
        assert len(pairing.add(pupil(0, 1 + number / 120), RIGHT)) == 1


def test_an_eye_that_stops_is_waited_for_at_most_25_ms(pupil) -> None:
    pairing = PunctualPairing()
    pairing.add(pupil(1, 1.000), BOTH)
    pairing.add(pupil(0, 1.001), BOTH)
    lags_ms = []
    for number in range(1, 80):
        now = 1.001 + number * 0.005
        for (datum,) in pairing.add(pupil(0, now), BOTH):
            lags_ms.append(round((now - datum.timestamp_unix_ns / 1e9) * 1e3))
    assert max(lags_ms) == 25
    # After a quarter of a second nobody waits for it any more.
    assert lags_ms[-1] == 0


def test_an_eye_that_is_switched_off_sets_the_other_free(pupil) -> None:
    pairing = PunctualPairing()
    pairing.add(pupil(0, 1.000), BOTH)
    pairing.add(pupil(1, 1.001), BOTH)
    assert pairing.add(pupil(0, 1.005), BOTH) == ()
    given = pairing.add(pupil(0, 1.010), RIGHT)
    assert ids_and_ms(given) == [[(0, 1005)], [(0, 1010)]]


def test_an_unsure_pupil_goes_alone_and_in_order(pupil) -> None:
    pairing = PunctualPairing()
    pairing.add(pupil(0, 1.000), BOTH)
    assert ids_and_ms(pairing.add(pupil(1, 1.002, 0.3), BOTH)) == [[(0, 1000)]]
    # The right eye might still have sent something older.
    assert ids_and_ms(pairing.add(pupil(0, 1.005), BOTH)) == [[(1, 1002)]]


def test_a_late_pupil_is_dropped_and_counted(pupil) -> None:
    pairing = PunctualPairing()
    pairing.add(pupil(0, 1.000), RIGHT)
    pairing.add(pupil(0, 1.010), RIGHT)
    assert pairing.add(pupil(1, 1.005), RIGHT) == ()
    assert pairing.add(pupil(0, 1.010), RIGHT) == ()
    assert pairing.late == 2


def test_a_clock_that_is_set_back_begins_anew(pupil) -> None:
    pairing = PunctualPairing()
    pairing.add(pupil(0, 1000.0), RIGHT)
    assert len(pairing.add(pupil(0, 5.0), RIGHT)) == 1
    assert pairing.late == 0


def test_a_fast_eye_gives_each_of_its_pupils(pupil) -> None:
    pairing = PunctualPairing()
    stream = [(0, 1 + number * 0.005) for number in range(100)]
    stream += [(1, 1.0011 + number * 0.020) for number in range(25)]
    given = []
    for eye_id, t_s in sorted(stream, key=lambda one: one[1]):
        given += pairing.add(pupil(eye_id, t_s), BOTH)
    pairs = [base for base in given if len(base) == 2]
    assert len(pairs) == 25
    assert all(
        left.timestamp_unix_ns - right.timestamp_unix_ns == 1_100_000 for right, left in pairs
    )
    assert sum(map(len, given)) >= 120


def test_nobody_waits_for_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="-1 ns"):
        PunctualPairing(max_wait_ns=-1)
