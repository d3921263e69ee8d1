import pytest

from gazewire.errors import DeviceRefusedError
from gazewire.model import Sensor
from gazewire.wire.rtsp import RtspUrl

GAZE = RtspUrl.parse("rtsp://127.0.0.1/?camera=gaze")


async def test_a_stalled_stream_is_silent_and_nothing_is_missing_afterwards(bench) -> None:
    receiver = bench.join()
    bench.send(3)
    async with bench.fault("stall:sensor=gaze"):
        heard = len(receiver.datagrams)
        bench.send(500)
        assert len(receiver.datagrams) == heard
    bench.send(3)
    assert receiver.sequences == list(range(7, 13))
    assert receiver.reports[-1].packet_count == 4


async def test_a_stalled_video_goes_on_with_a_key_frame(bench) -> None:
    receiver = bench.join("world")
    bench.send(1, "world")
    async with bench.fault("stall:sensor=world"):
        assert not bench.world.has_receivers
    assert bench.world.wants_keyframe
    bench.world.send([b"difference"], bench.clock.unix_ns())
    assert len(receiver.packets) == 1


async def test_two_stalls_at_once_end_with_the_last(bench) -> None:
    receiver = bench.join()
    async with bench.fault("stall"):
        async with bench.fault("stall:sensor=gaze"):
            pass
        bench.send(1)
        assert receiver.packets == []
    bench.send(1)
    assert len(receiver.packets) == 1


def connected(bench) -> dict[str, set[bool]]:
    found: dict[str, set[bool]] = {}
    for sensor in bench.state.sensors:
        found.setdefault(sensor.sensor, set()).add(sensor.connected)
    return found


async def test_an_unplugged_sensor_is_told_and_silent_and_cannot_be_opened(bench) -> None:
    receiver = bench.join()
    with bench.state.changes.subscribe(capacity=10) as changes:
        async with bench.fault("unplug:sensor=gaze"):
            assert connected(bench)["gaze"] == {False}
            assert connected(bench)["world"] == {True}
            with pytest.raises(DeviceRefusedError, match="gaze is not connected"):
                await bench.seams.catalog.open(GAZE)
            bench.send(5)
            assert receiver.packets == []
        assert connected(bench)["gaze"] == {True}
        told = [(await anext(changes)) for _ in range(4)]
    assert all(isinstance(part, Sensor) for part in told)
    assert [part.connected for part in told] == [False, False, True, True]
    await bench.seams.catalog.open(GAZE)
    bench.send(5)
    assert receiver.sequences == list(range(7, 12))


async def test_the_glasses_as_a_whole_can_be_unplugged(bench) -> None:
    async with bench.fault("unplug"):
        assert set().union(*connected(bench).values()) == {False}
    assert connected(bench)["imu"] == {False}, "what the source lacks is not plugged in"
    assert connected(bench)["world"] == {True}


@pytest.mark.parametrize("first_to_end", [0, 1])
async def test_a_sensor_that_is_unplugged_twice_comes_back_with_the_last(
    bench, first_to_end: int
) -> None:
    faults = [bench.fault("unplug"), bench.fault("unplug:sensor=gaze")]
    for fault in faults:
        await fault.__aenter__()
    await faults[first_to_end].__aexit__(None, None, None)
    assert connected(bench)["gaze"] == {False}
    await faults[1 - first_to_end].__aexit__(None, None, None)
    assert connected(bench)["gaze"] == {True}
