"""Streamers by their URL, over real sockets: what all kinds have in common, and each by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from loopback.script import ScriptedDevice
from loopback.station import LIMIT_S, Station

from gazewire.client._engine.statistics import StreamState
from gazewire.client.streaming import (
    BlinkEventData,
    GazeData,
    IMUData,
    RTSPAudioStreamer,
    RTSPEyeEventStreamer,
    RTSPGazeStreamer,
    RTSPImuStreamer,
    RTSPRawStreamer,
    RTSPVideoFrameStreamer,
    SDPDataNotAvailableError,
    receive_eye_events_data,
    receive_gaze_data,
    receive_imu_data,
    receive_raw_rtsp_data,
)
from gazewire.device import DeviceConfig, Playback, serve_device
from gazewire.errors import (
    ConnectionLostError,
    DeviceRefusedError,
    LocalProtocolError,
    NetworkError,
)
from gazewire.sim import Wearer
from gazewire.time import SystemClock

BLINK = bytes.fromhex("00000004183628216eb19c2a183628217b39c53a")
BLINK_NS = (1744626029708811306, 1744626029919061306)
IMU = bytes.fromhex("080112051d0000803f")
RTP_TICK_NS = 1_000_000_000 // 90_000 + 1


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not condition():  # noqa: ASYNC110  # the network brings it
            await asyncio.sleep(0.001)


async def take(items: AsyncIterator[Any], count: int) -> list[Any]:
    async with asyncio.timeout(LIMIT_S):
        return [await anext(items) for _ in range(count)]


async def first(items: AsyncIterator[Any], send: Callable[[], None]) -> Any:
    """The first item, of a stream whose packets come while one waits."""
    receiving = asyncio.ensure_future(anext(items))
    async with asyncio.timeout(LIMIT_S):
        while not receiving.done():
            send()
            await asyncio.wait({receiving}, timeout=0.01)
    return receiving.result()


# Each kind


async def test_gaze_comes_with_its_exact_time(station: Station) -> None:
    station.measure()
    async with aclosing(receive_gaze_data(station.url())) as gaze:
        received = await take(gaze, 50)
    index = round(received[0].x)
    for offset, datum in enumerate(received):
        assert isinstance(datum, GazeData)
        assert datum.x == index + offset
        assert abs(datum.timestamp_unix_ns - station.sent[index + offset]) <= RTP_TICK_NS


async def test_payloads_come_as_they_are(station: Station) -> None:
    station.measure()
    async with aclosing(receive_raw_rtsp_data(station.url())) as payloads:
        [data] = await take(payloads, 1)
    assert len(data.raw) == 9
    assert GazeData.from_raw(data).timestamp_unix_ns == data.timestamp_unix_ns


async def test_inertial_data_have_the_time_of_their_payload(station: Station) -> None:
    imu = station.streams["imu"]
    async with aclosing(receive_imu_data(station.url("imu"))) as data:
        sample = await first(data, lambda: imu.send(IMU, station.clock.unix_ns()))
    assert isinstance(sample, IMUData)
    assert sample.timestamp_unix_ns == 1
    assert sample.accel_data.z == 1.0


async def test_eye_events_come_and_unknown_ones_are_counted(station: Station) -> None:
    events = station.streams["eye_events"]

    def send() -> None:
        now_ns = station.clock.unix_ns()
        events.send(bytes.fromhex("00000063") + bytes(8), now_ns)
        events.send(BLINK, now_ns)

    async with RTSPEyeEventStreamer(station.url("eye_events")) as streamer:
        blink = await first(streamer.receive(), send)
        assert isinstance(blink, BlinkEventData)
        assert (blink.start_time_ns, blink.end_time_ns) == BLINK_NS
        assert blink.timestamp_unix_ns == BLINK_NS[1]
        assert streamer.reader.statistics.unknown >= 1
    async with aclosing(receive_eye_events_data(station.url("eye_events"))) as data:
        assert (await first(data, send))[:3] == (4, *BLINK_NS)


async def test_an_unknown_length_of_gaze_is_read_as_far_as_it_is_known(station: Station) -> None:
    payload = bytes.fromhex("444403fe44065cf5ff") + bytes(2)
    async with RTSPGazeStreamer(station.url()) as streamer:
        datum = await first(
            streamer.receive(), lambda: station.gaze.send(payload, station.clock.unix_ns())
        )
        assert (datum.x, datum.worn) == (784.0623779296875, True)
        assert streamer.reader.statistics.unknown >= 1


async def test_pictures_and_sound_come_decoded(tmp_path: Path) -> None:
    pytest.importorskip("av", reason="needs the extra [video]")
    ports = {"http_port": 0, "rtsp_port": 0, "tunnel_port": 0, "echo_port": 0}
    config = DeviceConfig(announce=False, record_dir=tmp_path, **ports)
    source = Playback(Wearer(product="neon", seed=1))
    async with serve_device(config, source, SystemClock()) as device:
        url = f"rtsp://127.0.0.1:{device.rtsp_port}/?camera=world&audioenable=on"
        async with RTSPVideoFrameStreamer(url) as video, RTSPAudioStreamer(url) as audio:
            async with asyncio.timeout(LIMIT_S):
                frame = await anext(video.receive())
                sound = await anext(audio.receive())
            assert frame.bgr_buffer().shape == (1200, 1600, 3)
            assert sound.to_ndarray().shape == (1, 1024)
            assert video.encoding == "h264"
            assert [unit[:4] for unit in video.sprop_parameter_set_payloads] == [b"\0\0\0\1"] * 2
            assert audio.encoding == "mpeg4-generic"
            assert bytes.fromhex(audio.codec_config)


# What all have in common


async def test_what_is_told_before_the_stream_is_open(station: Station) -> None:
    streamer = RTSPRawStreamer(station.url())
    for ask in (lambda: streamer.reader, lambda: anext(streamer.receive())):
        with pytest.raises(LocalProtocolError, match="async with"):
            await ask()  # type: ignore[misc]
    assert streamer.dropped == 0
    with pytest.raises(SDPDataNotAvailableError):
        _ = streamer.encoding
    async with streamer:
        with pytest.raises(SDPDataNotAvailableError):
            _ = streamer.encoding
        await until(lambda: streamer.reader.state is StreamState.WAITING)
        assert streamer.encoding == "com.pupillabs.gaze1"


async def test_a_reader_that_is_slow_loses_the_oldest_and_is_told(station: Station) -> None:
    class Small(RTSPGazeStreamer):
        _CAPACITY = 10

    station.measure()
    async with Small(station.url()) as streamer:
        await until(lambda: streamer.dropped >= 20)
        received = await take(streamer.receive(), 10)
        numbers = [round(datum.x) for datum in received]
        assert numbers == list(range(numbers[0], numbers[0] + 10))
        assert numbers[0] >= 20


@pytest.mark.parametrize("scheme", ["rtspt", "RTSPT"])
async def test_a_scheme_stands_for_tcp(station: Station, scheme: str) -> None:
    station.measure()
    async with RTSPGazeStreamer(station.url().replace("rtsp", scheme, 1)) as streamer:
        await take(streamer.receive(), 1)
        assert streamer.reader.statistics.transport == "tcp"
    assert station.gaze.transports == ["tcp"]


@pytest.mark.parametrize("url", ["http://a/", "", "gaze"])
def test_a_url_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(LocalProtocolError):
        RTSPGazeStreamer(url)


async def test_a_refusal_is_raised_in_the_reader(station: Station) -> None:
    with pytest.raises(DeviceRefusedError) as caught:
        async with aclosing(receive_gaze_data(station.url("nonsense"))) as gaze:
            await take(gaze, 1)
    assert caught.value.status == 404


async def test_nobody_there_is_raised_in_the_reader(station: Station) -> None:
    url = station.url()
    await station.stop()
    with pytest.raises(NetworkError):
        async with aclosing(receive_gaze_data(url)) as gaze:
            await take(gaze, 1)


async def test_a_lost_stream_is_raised_after_what_had_come(station: Station) -> None:
    station.measure()
    received = []

    async def receive() -> None:
        async with aclosing(receive_gaze_data(station.url())) as gaze:
            async for datum in gaze:
                received.append(datum)
                if len(received) == 20:
                    await station.stop()

    with pytest.raises(ConnectionLostError):
        await receive()
    assert len(received) >= 20


async def test_silence_is_raised_after_the_time_limit() -> None:
    async with ScriptedDevice() as device:
        with pytest.raises(TimeoutError, match="nothing came"):
            async with aclosing(receive_gaze_data(device.url, timeout=0.4)) as gaze:
                await take(gaze, 1)


async def test_with_run_loop_the_stream_is_opened_again_and_nothing_is_raised(
    station: Station,
) -> None:
    station.measure()
    async with aclosing(receive_gaze_data(station.url(), run_loop=True)) as gaze:
        await take(gaze, 10)
        await station.stop()
        await station.start()
        last = (await take(gaze, 100))[-1]
        sent = len(station.sent)
        while round(last.x) < sent:
            [last] = await take(gaze, 1)


async def test_leaving_while_the_device_is_away_ends_the_reading_without_an_error(
    station: Station, leaving_nothing: Callable[..., Any]
) -> None:
    url = station.url()
    await station.stop()
    async with leaving_nothing():
        async with RTSPGazeStreamer(url, run_loop=True) as streamer:
            reading = asyncio.create_task(_count(streamer.receive()))
            await until(lambda: streamer.reader.failure is not None)
        async with asyncio.timeout(LIMIT_S):
            assert await reading == 0


async def _count(items: AsyncIterator[Any]) -> int:
    return len([item async for item in items])


@pytest.mark.parametrize(
    "streamer",
    [
        RTSPRawStreamer,
        RTSPGazeStreamer,
        RTSPImuStreamer,
        RTSPEyeEventStreamer,
        RTSPVideoFrameStreamer,
        RTSPAudioStreamer,
    ],
)
async def test_leaving_leaves_no_task_thread_or_socket(
    station: Station, leaving_nothing: Callable[..., Any], streamer: type[RTSPRawStreamer]
) -> None:
    async with leaving_nothing():
        for _ in range(2):
            async with streamer(station.url(), run_loop=True) as entered:
                await until(lambda entered=entered: entered.reader.state is not StreamState.IDLE)
    async with streamer(station.url(), run_loop=True) as again:
        pass
    async with again:
        await until(lambda: again.reader.state is not StreamState.IDLE)


async def test_an_error_inside_the_context_comes_out_as_it_is(
    station: Station, leaving_nothing: Callable[..., Any]
) -> None:
    async with leaving_nothing():
        with pytest.raises(ZeroDivisionError):
            async with RTSPGazeStreamer(station.url()):
                raise ZeroDivisionError
