from __future__ import annotations

import asyncio
import logging
import threading

import pytest

from gazewire.client.device_error import DeviceError
from gazewire.client.models import DiscoveredDeviceInfo
from gazewire.client.simple import Delivery, Device, Matching
from gazewire.client.streaming.audio import AudioNotAvailableError

LIMIT_S = 10


@pytest.fixture
async def client(device):
    client = await asyncio.to_thread(Device, "127.0.0.1", device.http_port)
    yield client
    await asyncio.to_thread(client.close)


async def test_sound_that_is_not_there_is_told_and_not_waited_for(client) -> None:
    def receive() -> None:
        for _ in range(2):
            with pytest.raises(AudioNotAvailableError):
                client.receive_audio_frame()
            with pytest.raises(AudioNotAvailableError):
                client.receive_matched_scene_video_frame_and_audio()
            with pytest.raises(AudioNotAvailableError):
                next(client.audio())

    async with asyncio.timeout(LIMIT_S):
        await asyncio.to_thread(receive)


@pytest.mark.parametrize("call", ["streaming_start", "streaming_stop", "start_stream_if_needed"])
async def test_a_stream_that_there_is_not_is_a_value_error(client, call: str) -> None:
    with pytest.raises(ValueError, match="'taste' is not a stream"):
        getattr(client, call)("taste")


async def test_streams_are_started_and_stopped_by_name(client) -> None:
    def use() -> None:
        client.streaming_start("gaze")
        client.start_stream_if_needed("gaze")
        assert client.is_currently_streaming
        client.streaming_stop("gaze")
        assert not client.is_currently_streaming
        client.streaming_start(None)
        assert set(client.statistics()) == {
            *("gaze", "world", "eyes", "imu", "eye_events", "audio"),
        }
        client.streaming_stop()
        assert not client.is_currently_streaming

    await asyncio.to_thread(use)


async def test_nothing_is_unread_before_anything_was_asked_for(client) -> None:
    def use() -> None:
        assert client.unread() == {}
        assert client.receive_gaze_datum(0) is None
        assert client.unread()["gaze"].waiting == 0
        client.set_delivery(Delivery.NEWEST)
        assert client.unread() == {}
        client.receive_gaze_datum(0)
        client.receive_matched_scene_video_frame_and_gaze(0)
        client.set_matching(Matching.OFFICIAL)
        assert set(client.unread()) == {"gaze"}

    await asyncio.to_thread(use)


async def test_the_address_that_answers_is_taken(device) -> None:
    info = DiscoveredDeviceInfo(
        "PI monitor:A:B", "a.", device.http_port, ["127.0.0.9", "127.0.0.1"]
    )
    client = await asyncio.to_thread(Device.from_discovered_device, info)
    assert (client.address, client.full_name, client.dns_name) == ("127.0.0.1", info.name, "a.")
    await asyncio.to_thread(client.close)


async def test_a_device_without_a_time_echo_has_no_estimate(serve) -> None:
    async with serve(older_app=True) as device:

        def use() -> None:
            with Device("127.0.0.1", device.http_port) as client:
                assert client.estimate_time_offset() is None
                with pytest.raises(DeviceError, match="no time echo"):
                    client.to_device_ns(0)

        await asyncio.to_thread(use)


async def test_it_can_be_closed_where_its_work_is_done(device) -> None:
    # The garbage collector may come by anywhere.
    client = await asyncio.to_thread(Device, "127.0.0.1", device.http_port)
    (thread,) = (each for each in threading.enumerate() if each.name == "gazewire client")
    client._connection.post(client.close)
    await asyncio.to_thread(thread.join, LIMIT_S)
    assert not thread.is_alive()
    with pytest.raises(DeviceError, match="closed"):
        client.get_template()


@pytest.mark.parametrize("is_silenced", [True, False])
async def test_the_decoder_is_silenced_on_request_alone(device, is_silenced: bool) -> None:
    log = logging.getLogger("libav.h264")
    log.setLevel(logging.NOTSET)

    def use() -> None:
        port = device.http_port
        with Device("127.0.0.1", port, suppress_decoding_warnings=is_silenced):
            assert log.level == (logging.CRITICAL if is_silenced else logging.NOTSET)

    await asyncio.to_thread(use)
