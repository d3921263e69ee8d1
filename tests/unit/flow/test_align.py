from __future__ import annotations

from dataclasses import dataclass

import pytest

from gazewire.flow import Aligner, Match, Nearest, Overlapping, Series, sound_duration_ns
from gazewire.model import AudioChunk

MS = 1_000_000
S = 1_000 * MS


@dataclass(frozen=True)
class Item:
    timestamp_unix_ns: int


def at(ms: float) -> Item:
    return Item(int(ms * MS))


def nearest(tolerance_ms: int = 10) -> Series[Item, Item | None]:
    return Series(Nearest[Item](tolerance_ns=tolerance_ms * MS))


def told(matches: list[Match[Item]], series: Series[Item, Item | None]) -> list[tuple[float, ...]]:
    """The times in milliseconds of each item and its partner; -1 where there is none."""
    pairs = []
    for match in matches:
        partner = match[series]
        partner_ms = -1 if partner is None else partner.timestamp_unix_ns / MS
        pairs.append((match.primary.timestamp_unix_ns / MS, partner_ms))
    return pairs


def test_the_nearest_is_paired_not_the_first_after() -> None:
    gaze = nearest()
    aligner = Aligner[Item](gaze, max_wait_ns=S)
    for ms in (95, 99, 104):
        gaze.receive(at(ms))
    assert told(aligner.receive(at(100), 0), gaze) == [(100, 99)]


def test_of_two_equally_near_the_earlier_is_paired() -> None:
    gaze = nearest()
    aligner = Aligner[Item](gaze, max_wait_ns=S)
    gaze.receive(at(98))
    gaze.receive(at(102))
    assert told(aligner.receive(at(100), 0), gaze) == [(100, 98)]


def test_a_match_waits_for_the_item_at_or_after_it_and_no_longer() -> None:
    gaze = nearest()
    aligner = Aligner[Item](gaze, max_wait_ns=S)
    gaze.receive(at(95))
    assert aligner.receive(at(100), 0) == []
    gaze.receive(at(99.9))
    assert aligner.release(1) == []
    gaze.receive(at(100))
    assert told(aligner.release(2), gaze) == [(100, 100)]


def test_a_stream_that_stands_still_delays_a_match_by_the_wait_alone() -> None:
    gaze = nearest()
    aligner = Aligner[Item](gaze, max_wait_ns=50 * MS)
    gaze.receive(at(95))
    assert aligner.receive(at(100), 7) == []
    assert aligner.next_release_ns == 7 + 50 * MS
    assert aligner.release(6 + 50 * MS) == []
    assert told(aligner.release(7 + 50 * MS), gaze) == [(100, 95)]
    assert aligner.next_release_ns is None


def test_nothing_within_the_tolerance_is_no_partner() -> None:
    gaze = nearest(tolerance_ms=3)
    aligner = Aligner[Item](gaze, max_wait_ns=S)
    gaze.receive(at(96))
    gaze.receive(at(104))
    assert told(aligner.receive(at(100), 0), gaze) == [(100, -1)]
    gaze.receive(at(203))
    assert told(aligner.receive(at(200), 0), gaze) == [(200, 203)]


def test_one_item_may_be_nearest_to_two() -> None:
    gaze = nearest(tolerance_ms=30)
    aligner = Aligner[Item](gaze, max_wait_ns=S)
    gaze.receive(at(100))
    gaze.receive(at(200))
    matches = aligner.receive(at(95), 0) + aligner.receive(at(105), 0)
    assert told(matches, gaze) == [(95, 100), (105, 100)]


def test_every_stream_has_to_come_as_far() -> None:
    gaze, eyes = nearest(), nearest()
    aligner = Aligner[Item](gaze, eyes, max_wait_ns=S)
    gaze.receive(at(101))
    assert aligner.receive(at(100), 0) == []
    gaze.receive(at(140))
    eyes.receive(at(102))
    (match,) = aligner.release(1)
    assert (match[gaze], match[eyes]) == (at(101), at(102))


def test_matches_come_in_the_order_of_their_primaries() -> None:
    gaze = nearest()
    aligner = Aligner[Item](gaze, max_wait_ns=S)
    for ms in (100, 133, 166):
        assert aligner.receive(at(ms), 0) == []
    gaze.receive(at(134))
    assert told(aligner.release(1), gaze) == [(100, -1), (133, 134)]


def test_items_out_of_order_are_put_in_their_place() -> None:
    gaze = nearest()
    aligner = Aligner[Item](gaze, max_wait_ns=S)
    for ms in (90, 99, 95, 110):
        gaze.receive(at(ms))
    matches = aligner.receive(at(100), 0) + aligner.receive(at(94), 0)
    assert told(matches, gaze) == [(100, 99), (94, 95)]


def test_too_many_waiting_are_given_out_before_their_time() -> None:
    gaze = nearest()
    aligner = Aligner[Item](gaze, max_wait_ns=S, capacity=2)
    gaze.receive(at(99))
    assert aligner.receive(at(100), 0) == []
    assert aligner.receive(at(133), 0) == []
    assert told(aligner.receive(at(166), 0), gaze) == [(100, 99)]


def test_all_is_given_out_at_the_end() -> None:
    gaze = nearest()
    aligner = Aligner[Item](gaze, max_wait_ns=S)
    gaze.receive(at(99))
    aligner.receive(at(100), 0)
    assert told(aligner.flush(), gaze) == [(100, 99)]
    assert aligner.flush() == []


def test_memory_is_bounded_with_and_without_primaries() -> None:
    gaze = Series(Nearest[Item](tolerance_ns=10 * MS), capacity=100)
    aligner = Aligner[Item](gaze, max_wait_ns=S)
    for n in range(500):
        gaze.receive(at(5 * n))
    assert (len(gaze), gaze.dropped) == (100, 400)
    for n in range(500, 2_000):
        gaze.receive(at(5 * n))
        aligner.receive(at(5 * n - 2), 0)
    # A quarter of a second is kept for primaries that come late.
    assert len(gaze) <= 52
    assert gaze.dropped <= 401


def test_a_clock_set_back_makes_what_was_held_worthless() -> None:
    gaze = nearest(tolerance_ms=10_000)
    aligner = Aligner[Item](gaze, max_wait_ns=50 * MS)
    gaze.receive(at(20_000))
    gaze.receive(at(10_000))
    assert aligner.receive(at(15_000), 0) == []
    assert told(aligner.release(50 * MS), gaze) == [(15_000, 10_000)]


def sound(ms: int, length_ms: int = 128) -> AudioChunk:
    return AudioChunk(
        index=0,
        timestamp_unix_ns=ms * MS,
        sample_rate_hz=8_000,
        channels=1,
        samples=bytes(2 * 8 * length_ms),
    )


def test_the_duration_of_sound_counts_samples_and_channels() -> None:
    assert sound_duration_ns(sound(0)) == 128 * MS
    stereo = AudioChunk(
        index=0,
        timestamp_unix_ns=0,
        sample_rate_hz=44_100,
        channels=2,
        samples=memoryview(bytes(4_096)).cast("h"),
    )
    assert sound_duration_ns(stereo) == 1_024 * S // 44_100


def test_all_sound_that_overlaps_a_frame_is_paired_and_stays_for_the_next() -> None:
    around = Overlapping[AudioChunk](begin_ns=0, end_ns=33 * MS, duration_ns=sound_duration_ns)
    audio = Series(around)
    aligner = Aligner[Item](audio, max_wait_ns=S)
    chunks = [sound(0), sound(128), sound(256), sound(384)]
    for chunk in chunks:
        audio.receive(chunk)
    matches = aligner.receive(at(100), 0) + aligner.receive(at(127), 0)
    matches += aligner.receive(at(256), 0)
    assert [match[audio] for match in matches] == [
        (chunks[0], chunks[1]),
        (chunks[0], chunks[1]),
        (chunks[2],),
    ]


def test_sound_is_waited_for_until_the_end_of_the_frame() -> None:
    audio = Series(
        Overlapping[AudioChunk](begin_ns=0, end_ns=33 * MS, duration_ns=sound_duration_ns)
    )
    aligner = Aligner[Item](audio, max_wait_ns=S)
    audio.receive(sound(0))
    audio.receive(sound(128))
    assert aligner.receive(at(100), 0) == []
    audio.receive(sound(133))
    (match,) = aligner.release(0)
    assert len(match[audio]) == 2


def test_sound_that_is_over_is_let_go() -> None:
    audio = Series(
        Overlapping[AudioChunk](begin_ns=0, end_ns=33 * MS, duration_ns=sound_duration_ns)
    )
    aligner = Aligner[Item](audio, max_wait_ns=0)
    for n in range(100):
        audio.receive(sound(128 * n))
        aligner.receive(at(128 * n), 0)
    assert len(audio) <= 4


def test_a_frame_without_sound_has_none() -> None:
    audio = Series(
        Overlapping[AudioChunk](begin_ns=0, end_ns=33 * MS, duration_ns=sound_duration_ns)
    )
    aligner = Aligner[Item](audio, max_wait_ns=0)
    (match,) = aligner.receive(at(100), 0)
    assert match[audio] == ()
    audio.receive(sound(0, length_ms=50))
    (match,) = aligner.receive(at(60), 0)
    assert match[audio] == ()
    (match,) = aligner.receive(at(10_000), 0)
    assert match[audio] == ()
    assert len(audio) == 0


@pytest.mark.parametrize("capacity", [0, 1])
def test_a_series_needs_room_for_two_neighbours(capacity: int) -> None:
    with pytest.raises(ValueError, match="at least two"):
        Series(Nearest[Item](tolerance_ns=1), capacity=capacity)


def test_an_aligner_needs_room() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Aligner[Item](max_wait_ns=1, capacity=0)
