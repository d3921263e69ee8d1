import pytest

from gazewire.device.catalog import DeviceCatalog, audio_offer, data_offer, video_offer
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
    offers = {"world": video_offer(SETS, clock), "gaze": data_offer("gaze", clock)}
    return DeviceCatalog(offers, audio_offer(bytes.fromhex("1588"), clock))


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


async def kinds(catalog: DeviceCatalog, query: str) -> list[str]:
    presentation = await catalog.open(RtspUrl.parse(f"rtsp://h:8086/?{query}"))
    return [media.kind for media in presentation.media]


async def test_sound_is_described_before_the_scene_as_real_devices_do(
    catalog: DeviceCatalog,
) -> None:
    url = RtspUrl.parse("rtsp://h:8086/?camera=world&audioenable=on")
    presentation = await catalog.open(url)
    text = serialize_sdp(SessionDescription(media=presentation.media)).decode()
    assert (
        "m=audio 0 RTP/AVP 97\r\n"
        "a=rtpmap:97 mpeg4-generic/8000\r\n"
        "a=fmtp:97 streamtype=5; profile-level-id=15; mode=AAC-hbr; config=1588; SizeLength=13; "
        "IndexLength=3; IndexDeltaLength=3;\r\n"
        "a=control:trackID=0\r\n"
        "m=video 0 RTP/AVP 96\r\n"
    ) in text
    assert [media.control for media in presentation.media] == ["trackID=0", "trackID=1"]


async def test_the_scene_is_one_stream_with_sound_and_without(catalog: DeviceCatalog) -> None:
    alone = await catalog.open(RtspUrl.parse("rtsp://h:8086/?camera=world"))
    both = await catalog.open(RtspUrl.parse("rtsp://h:8086/?camera=world&audioenable=on"))
    assert both.tracks[1] is alone.tracks[1]
    assert set(alone.tracks) == {1}
    assert max(both.tracks) == 1, "what a client means that names no track"


@pytest.mark.parametrize("query", ["camera=world", "camera=world&audioenable=off"])
async def test_there_is_no_sound_unless_it_is_enabled(catalog: DeviceCatalog, query: str) -> None:
    assert await kinds(catalog, query) == ["video"]


async def test_data_have_no_sound(catalog: DeviceCatalog) -> None:
    assert await kinds(catalog, "camera=gaze&audioenable=on") == ["application"]


async def test_a_device_without_sound_describes_none() -> None:
    catalog = DeviceCatalog({"world": video_offer(SETS, ManualClock())})
    assert await kinds(catalog, "camera=world&audioenable=on") == ["video"]
