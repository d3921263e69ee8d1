from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtsp import RtpInfo

# (as it comes, as we write it, the values)
CASES = [
    (
        "url=rtsp://192.168.1.21:8086/trackID=1;seq=0",
        "url=rtsp://192.168.1.21:8086/trackID=1;seq=0",
        (RtpInfo("rtsp://192.168.1.21:8086/trackID=1", 0),),
    ),
    (
        "url=rtsp://a/trackID=0;seq=1;rtptime=2, url=rtsp://a/trackID=1;rtptime=4294967295;seq=65535",
        "url=rtsp://a/trackID=0;seq=1;rtptime=2,url=rtsp://a/trackID=1;seq=65535;rtptime=4294967295",
        (RtpInfo("rtsp://a/trackID=0", 1, 2), RtpInfo("rtsp://a/trackID=1", 65535, 2**32 - 1)),
    ),
    ('URL="rtsp://a/b" ; ssrc=1', "url=rtsp://a/b", (RtpInfo("rtsp://a/b"),)),
    (
        "url=rtsp://a/b,c;seq=1,url=rtsp://a/d",
        "url=rtsp://a/b,c;seq=1,url=rtsp://a/d",
        (RtpInfo("rtsp://a/b,c", 1), RtpInfo("rtsp://a/d")),
    ),
    ("url=trackID=1;rtptime=7", "url=trackID=1;rtptime=7", (RtpInfo("trackID=1", None, 7),)),
]


@pytest.mark.parametrize(("text", "canonical", "values"), CASES)
def test_parse_reads_it(text: str, canonical: str, values: tuple[RtpInfo, ...]) -> None:
    assert RtpInfo.parse_all(text) == values
    assert RtpInfo.parse_all(canonical) == values


@pytest.mark.parametrize(("text", "canonical", "values"), CASES)
def test_serialize_writes_it(text: str, canonical: str, values: tuple[RtpInfo, ...]) -> None:
    assert RtpInfo.serialize_all(values) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "",
        "seq=1",
        "url=",
        "url=a;seq=",
        "url=a;seq=65536",
        "url=a;seq=-1",
        "url=a;rtptime=4294967296",
        "url=a;rtptime=0x1",
        "url=a,url=;seq=1",
    ],
)
def test_what_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        RtpInfo.parse_all(text)
