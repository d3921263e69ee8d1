import pytest

from gazewire.wire.rtcp import ReceiverReport, ReceptionStatistics, SenderReport

MS = 1_000_000
S = 1_000_000_000


def receive(statistics: ReceptionStatistics, *sequences: int) -> None:
    for sequence in sequences:
        statistics.received(7, sequence & 0xFFFF, 0, 0)


def test_nothing_received_makes_an_empty_report():
    assert ReceptionStatistics(90_000).report(5, 0) == ReceiverReport(5)


def test_a_report_names_the_source():
    statistics = ReceptionStatistics(90_000)
    receive(statistics, 100, 101)
    report = statistics.report(5, 0)
    assert report.ssrc == 5
    assert report.blocks[0].ssrc == 7
    assert report.blocks[0].highest_sequence == 101
    assert report.blocks[0].cumulative_lost == 0


def test_loss_is_told_in_all_and_since_the_last_report():
    statistics = ReceptionStatistics(90_000)
    receive(statistics, 1, 2, 4)
    first = statistics.report(5, 0).blocks[0]
    assert (first.cumulative_lost, first.fraction_lost) == (1, 256 // 4)
    receive(statistics, 5, 6, 7)
    second = statistics.report(5, 0).blocks[0]
    assert (second.cumulative_lost, second.fraction_lost) == (1, 0)


def test_duplicates_make_the_loss_negative_and_the_fraction_zero():
    statistics = ReceptionStatistics(90_000)
    receive(statistics, 1, 2, 2, 2)
    block = statistics.report(5, 0).blocks[0]
    assert (block.cumulative_lost, block.fraction_lost) == (-2, 0)


def test_a_late_packet_is_not_lost():
    statistics = ReceptionStatistics(90_000)
    receive(statistics, 1, 3, 2, 4)
    assert statistics.lost == 0
    assert statistics.highest_sequence == 4


def test_the_highest_number_counts_its_cycles():
    statistics = ReceptionStatistics(90_000)
    receive(statistics, *range(65_000, 65_536 + 65_536 + 10))
    assert statistics.highest_sequence == 2 * 65_536 + 9
    assert statistics.lost == 0


def test_a_single_number_from_far_away_is_not_counted():
    statistics = ReceptionStatistics(90_000)
    receive(statistics, 10, 11, 40_000, 12)
    assert (statistics.highest_sequence, statistics.expected, statistics.lost) == (12, 3, 0)


def test_a_sequence_that_begins_anew_begins_the_counts_anew():
    statistics = ReceptionStatistics(90_000)
    receive(statistics, 10, 12, 40_000, 40_001, 40_002)
    assert (statistics.highest_sequence, statistics.expected, statistics.lost) == (40_002, 2, 0)


def test_another_source_begins_the_counts_anew():
    statistics = ReceptionStatistics(90_000)
    receive(statistics, 10, 20)
    statistics.received(8, 500, 0, 0)
    block = statistics.report(5, 0).blocks[0]
    assert (block.ssrc, block.highest_sequence, block.cumulative_lost) == (8, 500, 0)


@pytest.mark.parametrize("clock_hz", [8000, 90_000])
def test_even_arrival_has_no_jitter(clock_hz):
    statistics = ReceptionStatistics(clock_hz)
    for n in range(100):
        statistics.received(7, n, n * clock_hz // 100, n * 10 * MS)
    assert statistics.jitter_ticks == 0


def test_jitter_is_smoothed_as_the_appendix_has_it():
    statistics = ReceptionStatistics(1000)
    expected_x16 = 0
    delays_ms = [0, 8, 0, 16, 0, 3, 50, 0]
    for n, delay_ms in enumerate(delays_ms):
        statistics.received(7, n, n * 10, (n * 10 + delay_ms) * MS)
        if n:
            deviation = abs(delay_ms - delays_ms[n - 1])
            expected_x16 += deviation - ((expected_x16 + 8) >> 4)
    assert statistics.jitter_ticks == expected_x16 >> 4 > 0


def test_jitter_does_not_notice_the_wrap_of_the_timestamp():
    statistics = ReceptionStatistics(90_000)
    for n in range(100):
        statistics.received(7, n, (0xFFFF_FF00 + n * 900) & 0xFFFF_FFFF, n * 10 * MS)
    assert statistics.jitter_ticks == 0


def test_a_report_lets_the_sender_measure_the_round_trip():
    statistics = ReceptionStatistics(90_000)
    receive(statistics, 1)
    statistics.reported(SenderReport(7, 0xEBA2522C, 0x5BA138CA, 0, 0, 0), 10 * S)
    block = statistics.report(5, 10 * S + S // 2).blocks[0]
    assert block.last_report == 0x522C5BA1
    assert block.delay_since_last_report == 0x8000
