from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtsp import RtspUrl, resolve_control


@pytest.mark.parametrize(
    ("text", "host", "port", "path", "query"),
    [
        ("rtsp://10.0.0.2:8086/?camera=gaze", "10.0.0.2", 8086, "/", "camera=gaze"),
        ("rtsp://10.0.0.2:8686?camera=gaze", "10.0.0.2", 8686, "", "camera=gaze"),
        ("rtsp://10.0.0.2", "10.0.0.2", 554, "", ""),
        ("rtsp://10.0.0.2:", "10.0.0.2", 554, "", ""),
        ("rtsp://neon.local/trackID=1", "neon.local", 554, "/trackID=1", ""),
        ("rtsp://[::1]:8086/?camera=imu", "::1", 8086, "/", "camera=imu"),
        ("rtsp://[fe80::1%eth0]/", "fe80::1%eth0", 554, "/", ""),
        ("rtsp://user:word@10.0.0.2/a/b", "10.0.0.2", 554, "/a/b", ""),
        ("rtsp://10.0.0.2/?a=b?c@d:e/f", "10.0.0.2", 554, "/", "a=b?c@d:e/f"),
    ],
)
def test_a_url_is_taken_apart(text: str, host: str, port: int, path: str, query: str) -> None:
    url = RtspUrl.parse(text)
    assert (url.host, url.port, url.path, url.query) == (host, port, path, query)
    assert str(url) == url.text == text


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt", "rtsps", "RTSP"])
def test_relatives_of_the_scheme_are_understood(scheme: str) -> None:
    assert RtspUrl.parse(f"{scheme}://10.0.0.2/").scheme == scheme.lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "/?camera=gaze",
        "http://10.0.0.2/",
        "rtsp:/10.0.0.2/",
        "rtsp://",
        "rtsp:///path",
        "rtsp://None:None/?None",
        "rtsp://10.0.0.2:0/",
        "rtsp://10.0.0.2:65536/",
        "rtsp://10.0.0.2:123456/",
        "rtsp://::1/",
        "rtsp://[::1/",
    ],
)
def test_what_is_no_rtsp_url_is_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        RtspUrl.parse(text)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("text", "camera", "audio", "track"),
    [
        ("rtsp://a:8086/", None, None, None),
        ("rtsp://a:8086/?camera=world", "world", None, None),
        ("rtsp://a:8086/?camera=eye_events&audioenable=off", "eye_events", False, None),
        ("rtsp://a:8086/?camera=world&audioenable=on/trackID=1", "world", True, 1),
        ("rtsp://a:8086/trackID=0", None, None, 0),
        ("rtsp://a:8086/trackid=7", None, None, 7),
        ("rtsp://a:8086/?audioenable=on&camera=world", "world", True, None),
        ("rtsp://a:8686?camera=gaze", "gaze", None, None),
        (
            "rtsp://a:8686/axis-media/media.amp?camera=world&timestamp=5&videocodec=h264",
            "world",
            None,
            None,
        ),
        ("rtsp://a:8086/?audioenable=maybe", None, None, None),
        ("rtsp://a:8086/?mycamera=gaze", None, None, None),
        ("rtsp://a:8086/trackID=123456", None, None, None),
        ("rtsp://a:8086/trackID=x", None, None, None),
    ],
)
def test_parameters_are_found_anywhere(
    text: str, camera: str | None, audio: bool | None, track: int | None
) -> None:
    url = RtspUrl.parse(text)
    assert (url.camera, url.audio_enabled, url.track_id) == (camera, audio, track)


@pytest.mark.parametrize(
    ("base", "control", "resolved"),
    [
        ("rtsp://a:8086/", None, "rtsp://a:8086/"),
        ("rtsp://a:8086/", "", "rtsp://a:8086/"),
        ("rtsp://a:8086/", "*", "rtsp://a:8086/"),
        ("rtsp://a:8086/", "trackID=1", "rtsp://a:8086/trackID=1"),
        ("rtsp://a:8086", "trackID=1", "rtsp://a:8086/trackID=1"),
        ("rtsp://a:8086/", "/trackID=1", "rtsp://a:8086/trackID=1"),
        ("rtsp://a:8086/", "rtsp://b/trackID=1", "rtsp://b/trackID=1"),
        (
            "rtsp://a:8086/?camera=world&audioenable=on",
            "trackID=1",
            "rtsp://a:8086/?camera=world&audioenable=on/trackID=1",
        ),
    ],
)
def test_a_control_is_appended_to_its_base(base: str, control: str | None, resolved: str) -> None:
    assert resolve_control(base, control) == resolved
