import pytest

from gazewire.errors import LocalProtocolError
from gazewire.wire.rtp import ReorderWindow, RtpPacket

MS = 1_000_000


def packet(sequence: int) -> RtpPacket:
    return RtpPacket(99, False, sequence & 0xFFFF, 0, 1, b"")


def push_all(window: ReorderWindow, sequences: list[int], *, now_ns: int = 0) -> list[int]:
    released = []
    for sequence in sequences:
        released += [each.sequence for each in window.push(packet(sequence), now_ns)]
    return released


def test_packets_in_order_pass_at_once():
    window = ReorderWindow()
    for sequence in (65_534, 65_535, 0, 1):
        assert push_all(window, [sequence]) == [sequence]
    assert window.next_release_ns is None
    assert (window.lost, window.late, window.duplicates) == (0, 0, 0)


def test_a_packet_passes_by_its_number_only_in_its_turn():
    window = ReorderWindow()
    assert not window.passes(65_535)
    assert push_all(window, [65_535]) == [65_535]
    assert window.passes(0)
    assert not window.passes(0)
    assert not window.passes(2)
    assert push_all(window, [1]) == [1]
    assert (window.lost, window.late, window.duplicates) == (0, 0, 0)


@pytest.mark.parametrize("odd", [12, 40_000])
def test_no_packet_passes_while_another_is_held_or_strays(odd):
    window = ReorderWindow()
    push_all(window, [9, odd])
    assert not window.passes(10)
    assert push_all(window, [10]) == [10]


def test_packets_out_of_order_wait_for_those_before_them():
    window = ReorderWindow()
    assert push_all(window, [10, 12, 13]) == [10]
    assert push_all(window, [11]) == [11, 12, 13]
    assert window.lost == 0


@pytest.mark.parametrize(
    ("sequences", "reordered"),
    [
        ([10, 11, 12], 0),
        ([10, 12, 11], 1),
        ([10, 12, 13, 11], 1),
        ([10, 13, 12, 11], 2),
        ([10, 13, 11, 12], 2),
        ([10, 13, 13, 11, 11, 12, 12], 2),
        ([65_534, 1, 0, 65_535], 2),
    ],
)
def test_packets_behind_a_later_one_are_counted_once(sequences, reordered):
    window = ReorderWindow()
    push_all(window, sequences)
    assert window.reordered == reordered
    assert window.lost == window.late == 0


def test_order_is_restored_across_the_wrap():
    window = ReorderWindow()
    assert push_all(window, [65_534, 1, 0, 65_535]) == [65_534, 65_535, 0, 1]


def test_what_waits_too_long_is_released_and_the_gap_is_lost():
    window = ReorderWindow(max_wait_ns=20 * MS)
    push_all(window, [1])
    push_all(window, [4, 5], now_ns=100 * MS)
    assert window.next_release_ns == 120 * MS
    assert window.release(120 * MS - 1) == []
    assert [each.sequence for each in window.release(120 * MS)] == [4, 5]
    assert window.lost == 2
    assert window.next_release_ns is None


def test_only_what_waited_too_long_is_released():
    window = ReorderWindow(max_wait_ns=20 * MS)
    push_all(window, [1])
    push_all(window, [3], now_ns=0)
    push_all(window, [5], now_ns=10 * MS)
    assert [each.sequence for each in window.release(20 * MS)] == [3]
    assert [each.sequence for each in window.release(30 * MS)] == [5]
    assert window.lost == 2


def test_a_packet_that_arrives_releases_what_has_waited_too_long():
    window = ReorderWindow(max_wait_ns=20 * MS)
    assert push_all(window, [1, 3]) == [1]
    assert push_all(window, [5], now_ns=20 * MS) == [3]
    assert push_all(window, [5], now_ns=40 * MS) == [5]
    assert window.duplicates == 1


def test_no_more_packets_are_held_than_allowed():
    window = ReorderWindow(max_packets=3)
    assert push_all(window, [1, 3, 4, 6]) == [1]
    assert push_all(window, [8]) == [3, 4]
    assert window.lost == 1
    assert push_all(window, [5]) == [5, 6]


def test_a_window_of_no_packets_only_drops_what_is_late():
    window = ReorderWindow(max_packets=0)
    assert push_all(window, [1, 3, 2, 4]) == [1, 3, 4]
    assert (window.lost, window.late) == (1, 1)


def test_late_packets_and_duplicates_are_told_apart():
    window = ReorderWindow(max_wait_ns=0)
    assert push_all(window, [10, 12, 12, 11, 11, 10, 13]) == [10, 12, 13]
    assert (window.lost, window.late, window.duplicates) == (1, 1, 3)


def test_a_duplicate_of_a_held_packet_is_counted():
    window = ReorderWindow()
    assert push_all(window, [1, 3, 3, 2]) == [1, 2, 3]
    assert window.duplicates == 1


def test_a_packet_from_before_the_first_is_late():
    window = ReorderWindow()
    assert push_all(window, [10, 9, 8, 9]) == [10]
    assert (window.late, window.duplicates, window.lost) == (2, 1, 0)


def test_flush_gives_all_that_is_held_in_order():
    window = ReorderWindow()
    push_all(window, [1, 9, 5, 6, 3])
    assert [each.sequence for each in window.flush()] == [3, 5, 6, 9]
    assert window.lost == 4
    assert window.flush() == []


def test_one_packet_from_far_away_is_a_stray():
    window = ReorderWindow()
    assert push_all(window, [10, 40_000, 11, 12]) == [10, 11, 12]
    assert (window.strays, window.restarts, window.lost) == (1, 0, 0)


def test_two_packets_in_a_row_from_far_away_are_a_new_sequence():
    window = ReorderWindow()
    assert push_all(window, [10, 12, 40_000, 40_001, 40_002]) == [10, 12, 40_000, 40_001, 40_002]
    assert (window.strays, window.restarts) == (0, 1)


def test_a_new_sequence_may_begin_behind_the_old_one():
    window = ReorderWindow()
    assert push_all(window, [30_000, 5, 6, 8, 7]) == [30_000, 5, 6, 7, 8]
    assert window.restarts == 1


def test_strays_that_do_not_follow_each_other_begin_nothing():
    window = ReorderWindow()
    assert push_all(window, [10, 40_000, 50_000, 60_000, 11]) == [10, 11]
    assert window.strays == 3


def test_memory_stays_flat_through_endless_loss():
    window = ReorderWindow(max_packets=16)
    released = push_all(window, [n for n in range(0, 400_000, 2)])
    assert len(released) > 199_000
    assert len(window.flush()) <= 16
    assert window.lost == 199_999


@pytest.mark.parametrize("max_packets", [-1, 3000])
def test_a_window_larger_than_a_jump_is_refused(max_packets):
    with pytest.raises(LocalProtocolError):
        ReorderWindow(max_packets=max_packets)


def test_a_window_that_begins_anew_follows_any_sequence_and_counts_no_loss() -> None:
    window = ReorderWindow()
    for sequence in (500, 501):
        window.push(packet(sequence), 0)
    window.flush()
    window.begin_anew()
    assert [p.sequence for p in window.push(packet(490), 1)] == [490]
    assert [p.sequence for p in window.push(packet(491), 1)] == [491]
    assert (window.lost, window.late, window.duplicates, window.restarts) == (0, 0, 0, 1)


def test_a_window_does_not_begin_anew_over_packets_that_it_holds() -> None:
    window = ReorderWindow()
    window.push(packet(1), 0)
    window.push(packet(3), 0)
    with pytest.raises(LocalProtocolError):
        window.begin_anew()
