from gazewire.net import RtpStream
from gazewire.wire.rtp import RtpSender


async def test_without_faults_every_byte_is_as_if_there_were_no_taps(bench) -> None:
    # The same stream, joined without anything in between.
    sender = RtpSender(payload_type=99, clock_hz=90_000, ssrc=0xC0FFEE, first_sequence=7)
    plain = RtpStream(sender, bench.clock, cname="test", has_keyframes=False)
    direct = type(bench.join("world"))()
    tapped = type(direct)()
    bench.seams.streams["gaze"].join(tapped)
    plain.join(direct)
    bench.clock.advance(10_000_000)
    for number in range(500):
        bench.clock.advance(5_000_000)
        for stream in (bench.gaze, plain):
            stream.send([number.to_bytes(4)], bench.clock.unix_ns())
    for stream in (bench.gaze, plain):
        stream.close()
    assert tapped.datagrams == direct.datagrams


async def test_without_faults_the_stream_sends_to_the_receiver_itself(bench) -> None:
    receiver = bench.join()
    async with bench.fault("loss"):
        pass
    calls = []
    receiver.send_rtp = lambda packets: calls.append(len(packets)) or True
    bench.send(1)
    assert calls == [1]
    bench.seams.streams["gaze"].leave(receiver)
    assert not bench.gaze.has_receivers


async def test_who_receives_already_is_told_the_time_anew_when_a_fault_begins_and_ends(
    bench,
) -> None:
    receiver = bench.join()
    assert len(receiver.reports) == 1
    async with bench.fault("loss"):
        assert len(receiver.reports) == 2
    assert len(receiver.reports) == 3


async def test_a_fault_that_begins_and_ends_in_between_loses_and_repeats_nothing(bench) -> None:
    receiver = bench.join()
    bench.send(10)
    async with bench.fault("delay:ms=1000"), bench.fault("reorder:percent=50"):
        bench.send(10)
    bench.send(10)
    assert sorted(receiver.sequences) == list(range(7, 37))


async def test_a_video_goes_on_through_a_fault_without_a_new_key_frame(bench) -> None:
    receiver = bench.join("world")
    bench.send(1, "world")
    async with bench.fault("loss:percent=1,seed=1"):
        assert not bench.world.wants_keyframe
    assert not bench.world.wants_keyframe
    assert len(receiver.packets) == 1


async def test_leaving_twice_is_harmless(bench) -> None:
    receiver = bench.join()
    tapped = bench.seams.streams["gaze"]
    async with bench.fault("loss"):
        tapped.leave(receiver)
        tapped.leave(receiver)
    assert not bench.gaze.has_receivers


async def test_a_stream_that_was_closed_can_still_be_tapped(bench) -> None:
    receiver = bench.join()
    bench.gaze.close()
    async with bench.fault("loss"):
        bench.send(1)
    assert receiver.packets == []
