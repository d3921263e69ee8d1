import pytest

from gazewire.device.catalog import DeviceCatalog, data_offer, video_offer
from gazewire.errors import DeviceRefusedError
from gazewire.time import ManualClock
from gazewire.wire.payload.h264 import ParameterSets
from gazewire.wire.rtsp import RtspUrl
from gazewire.wire.sdp import SessionDescription, serialize_sdp

SETS = ParameterSets(
    bytes.fromhex("6742c00adc9684000003000400000300f23c489e"), bytes.fromhex("68ce06f2")
)


@pytest.fixture
def catalog() -> DeviceCatalog:
    clock = ManualClock()
    return DeviceCatalog({"world": video_offer(SETS, clock), "gaze": data_offer("gaze", clock)})


async def test_the_scene_is_described_so_that_a_decoder_can_start(catalog: DeviceCatalog) -> None:
    presentation = await catalog.open(RtspUrl.parse("rtsp://h:8086/?camera=world"))
    text = serialize_sdp(SessionDescription(media=presentation.media)).decode()
    assert (
        "m=video 0 RTP/AVP 96\r\n"
        "a=rtpmap:96 H264/90000\r\n"
        "a=fmtp:96 packetization-mode=1;profile-level-id=42c00a;"
        "sprop-parameter-sets=Z0LACtyWhAAAAwAEAAADAPI8SJ4=,aM4G8g==;\r\n"
        "a=control:trackID=1\r\n"
    ) in text


async def test_gaze_is_described_as_its_clients_know_it(catalog: DeviceCatalog) -> None:
    presentation = await catalog.open(RtspUrl.parse("rtsp://h:8086?camera=gaze"))
    text = serialize_sdp(SessionDescription(media=presentation.media)).decode()
    assert (
        "m=application 0 RTP/AVP 99\r\n"
        "a=rtpmap:99 com.pupillabs.gaze1/90000\r\n"
        "a=control:trackID=1\r\n"
    ) in text


async def test_the_same_stream_stands_behind_a_url_each_time(catalog: DeviceCatalog) -> None:
    url = RtspUrl.parse("rtsp://h:8086/?camera=gaze&audioenable=on")
    assert (await catalog.open(url)).tracks is (await catalog.open(url)).tracks


async def test_a_stream_that_is_not_there_is_refused_with_those_that_are(
    catalog: DeviceCatalog,
) -> None:
    with pytest.raises(DeviceRefusedError, match="world, gaze") as refusal:
        await catalog.open(RtspUrl.parse("rtsp://h:8086/?camera=imu"))
    assert refusal.value.status == 404


async def test_a_url_without_a_stream_is_refused(catalog: DeviceCatalog) -> None:
    with pytest.raises(DeviceRefusedError, match="camera=world") as refusal:
        await catalog.open(RtspUrl.parse("rtsp://h:8086/"))
    assert refusal.value.status == 400
