import itertools

import pytest

from gazewire.wire.rtcp import Goodbye, SourceDescription, WallClock


async def test_timestamps_wrap_when_told_and_reports_with_them(bench) -> None:
    async with bench.fault("rtp-wrap:seconds=2"):
        receiver = bench.join()
        bench.send(800)
    stamps = [packet.timestamp for packet in receiver.packets]
    [wrap] = [at for at, (a, b) in enumerate(itertools.pairwise(stamps)) if b < a]
    assert wrap == pytest.approx(2_000 / 5, abs=4)
    assert bench.counts() == {"wrapped": 1}
    assert receiver.reports[0].rtp_timestamp > 2**31
    assert receiver.reports[-2].rtp_timestamp < 2**31


async def test_a_client_that_follows_the_reports_sees_no_jump_in_time(bench) -> None:
    receiver = bench.join()
    wall, times = WallClock(90_000), []
    receiver.send_rtcp = _following(receiver, wall)
    bench.send(10)
    async with bench.fault("rtp-wrap:seconds=1"):
        for _ in range(400):
            bench.send(1)
            times.append(wall.unix_ns(receiver.packets[-1].timestamp))
    bench.send(1)
    times.append(wall.unix_ns(receiver.packets[-1].timestamp))
    steps = {later - earlier for earlier, later in itertools.pairwise(times)}
    assert steps == {5_000_000}


def _following(receiver, wall):
    plain = type(receiver).send_rtcp

    def send_rtcp(packet: bytes) -> None:
        plain(receiver, packet)
        wall.add_report(receiver.reports[-1])

    return send_rtcp


async def test_sequence_numbers_wrap_when_told(bench) -> None:
    async with bench.fault("sequence-wrap:packets=100"):
        tapped = bench.seams.streams["gaze"]
        announced = tapped.next_sequence
        receiver = bench.join()
        bench.send(200)
    assert announced == receiver.sequences[0] == 65_436
    assert receiver.sequences == [*range(65_436, 65_536), *range(100)]
    assert bench.counts() == {"wrapped": 1}


async def test_the_source_changes_its_name_everywhere(bench) -> None:
    async with bench.fault("new-ssrc"):
        announced = bench.seams.streams["gaze"].ssrc
        receiver = bench.join()
        bench.send(10)
        bench.gaze.close()
    assert announced != 0xC0FFEE
    assert {packet.ssrc for packet in receiver.packets} == {announced}
    assert {report.ssrc for report in receiver.reports} == {announced}
    [goodbye] = [part for part in receiver.rtcp if isinstance(part, Goodbye)]
    assert goodbye.ssrcs == (announced,)
    [names] = [part for part in receiver.rtcp if isinstance(part, SourceDescription)]
    assert {chunk.ssrc for chunk in names.chunks} == {announced}
    assert bench.counts() == {"changed": 1}


async def test_a_source_reports_before_it_sends_under_a_new_name(bench) -> None:
    async with bench.fault("new-ssrc:every=0.5"):
        receiver = bench.join()
        bench.send(400)
    known = set()
    for datagram in receiver.datagrams:
        is_report = datagram[1] == 200
        ssrc = datagram[4:8] if is_report else datagram[8:12]
        assert is_report or ssrc in known
        known.add(ssrc)
    assert receiver.sequences == list(range(7, 407))
    # The name of the stream itself comes back with the end.
    assert bench.counts()["changed"] == len(known - {(0xC0FFEE).to_bytes(4)})
    assert 4 <= bench.counts()["changed"] <= 5


async def test_two_ways_of_numbering_go_together(bench) -> None:
    async with bench.fault("sequence-wrap:packets=10"), bench.fault("rtp-wrap:seconds=1"):
        receiver = bench.join()
        bench.send(300)
    assert receiver.sequences[:11] == [*range(65_526, 65_536), 0]
    assert receiver.packets[0].timestamp > 2**31 > receiver.packets[-1].timestamp
    assert bench.counts() == {"wrapped": 2}
