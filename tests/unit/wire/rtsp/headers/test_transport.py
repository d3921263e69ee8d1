from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.rtsp import Transport

# (case, as it comes, as we write it, the value)
CASES = [
    (
        "official client over UDP",
        "RTP/AVP;unicast;client_port=55656-55657",
        "RTP/AVP;unicast;client_port=55656-55657",
        Transport(client_port=(55656, 55657)),
    ),
    (
        "official client and browser over TCP",
        "RTP/AVP/TCP;unicast;interleaved=0-1",
        "RTP/AVP/TCP;unicast;interleaved=0-1",
        Transport(protocol="RTP/AVP/TCP", interleaved=(0, 1)),
    ),
    (
        "answer of a real device",
        "RTP/AVP/UDP;unicast;destination=192.168.1.33;client_port=55656-55657;"
        "server_port=32847-58801;ssrc=ccaad269;mode=play",
        "RTP/AVP/UDP;unicast;destination=192.168.1.33;client_port=55656-55657;"
        "server_port=32847-58801;ssrc=ccaad269;mode=play",
        Transport(
            protocol="RTP/AVP/UDP",
            destination="192.168.1.33",
            client_port=(55656, 55657),
            server_port=(32847, 58801),
            ssrc=0xCCAAD269,
            mode="play",
        ),
    ),
    (
        "any order, any case, spaces, quotes, source",
        'rtp/avp/tcp ; MODE = "PLAY" ; Interleaved=2-3 ; source="10.0.0.2" ; unicast ;',
        "RTP/AVP/TCP;unicast;source=10.0.0.2;interleaved=2-3;mode=PLAY",
        Transport(protocol="RTP/AVP/TCP", source="10.0.0.2", interleaved=(2, 3), mode="PLAY"),
    ),
    (
        "neither unicast nor multicast",
        "RTP/AVP;client_port=4000-4001",
        "RTP/AVP;unicast;client_port=4000-4001",
        Transport(client_port=(4000, 4001)),
    ),
    (
        "multicast with what we do not know",
        "RTP/AVP;multicast;destination=224.2.0.1;port=3456-3457;ttl=16;append",
        "RTP/AVP;multicast;destination=224.2.0.1;port=3456-3457;ttl=16;append",
        Transport(
            is_multicast=True,
            destination="224.2.0.1",
            others=(("port", "3456-3457"), ("ttl", "16"), ("append", None)),
        ),
    ),
    (
        "single numbers",
        "RTP/AVP;unicast;client_port=4000;server_port=5000",
        "RTP/AVP;unicast;client_port=4000-4001;server_port=5000-5001",
        Transport(client_port=(4000, 4001), server_port=(5000, 5001)),
    ),
    (
        "SSRC without its leading zeros",
        "RTP/AVP;unicast;ssrc=1F",
        "RTP/AVP;unicast;ssrc=0000001f",
        Transport(ssrc=31),
    ),
    (
        "a list in quotes",
        'RTP/AVP;unicast;mode="PLAY,RECORD"',
        'RTP/AVP;unicast;mode="PLAY,RECORD"',
        Transport(mode="PLAY,RECORD"),
    ),
    (
        "a destination without address, an unknown parameter in quotes",
        'RTP/AVP;unicast;destination;x-label="a;b"',
        'RTP/AVP;unicast;destination;x-label="a;b"',
        Transport(others=(("destination", None), ("x-label", "a;b"))),
    ),
    (
        "another protocol",
        "RAW/RAW/UDP",
        "RAW/RAW/UDP;unicast",
        Transport(protocol="RAW/RAW/UDP"),
    ),
]
IDS = [case[0] for case in CASES]


@pytest.mark.parametrize(("case", "text", "canonical", "value"), CASES, ids=IDS)
def test_parse_reads_it(case: str, text: str, canonical: str, value: Transport) -> None:
    assert Transport.parse(text) == value
    assert Transport.parse(canonical) == value


@pytest.mark.parametrize(("case", "text", "canonical", "value"), CASES, ids=IDS)
def test_serialize_writes_it(case: str, text: str, canonical: str, value: Transport) -> None:
    assert value.serialize() == canonical


def test_alternatives_keep_their_order() -> None:
    text = ",".join(canonical for _, _, canonical, _ in CASES)
    values = tuple(value for _, _, _, value in CASES)
    assert Transport.parse_all(text) == values
    assert Transport.parse_all(text.replace(",RTP", ", RTP") + ",") == values
    assert Transport.serialize_all(values) == text


def test_a_quote_left_open_reaches_to_the_end() -> None:
    (transport,) = Transport.parse_all('RTP/AVP;mode="PLAY,RTP/AVP/TCP;unicast')
    assert transport.mode == '"PLAY,RTP/AVP/TCP;unicast'


@pytest.mark.parametrize(
    ("protocol", "over_udp", "over_tcp"),
    [
        ("RTP/AVP", True, False),
        ("RTP/AVP/UDP", True, False),
        ("RTP/AVP/TCP", False, True),
        ("RTP/SAVP", False, False),
    ],
)
def test_the_protocol_tells_the_lower_transport(
    protocol: str, over_udp: bool, over_tcp: bool
) -> None:
    transport = Transport(protocol=protocol)
    assert (transport.over_udp, transport.over_tcp) == (over_udp, over_tcp)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        ",",
        "unicast=1",
        "RTP/AVP;client_port=",
        "RTP/AVP;client_port=a-b",
        "RTP/AVP;client_port=0-1",
        "RTP/AVP;client_port=65535",
        "RTP/AVP;client_port=1-65536",
        "RTP/AVP;client_port=1-2-3",
        "RTP/AVP;server_port=-1",
        "RTP/AVP/TCP;interleaved=255",
        "RTP/AVP/TCP;interleaved=256-257",
        "RTP/AVP/TCP;interleaved=\u0661-\u0662",
        "RTP/AVP;ssrc=123456789",
        "RTP/AVP;ssrc=xyz",
        "RTP/AVP;ssrc",
    ],
)
def test_what_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        Transport.parse_all(text)
    assert caught.value.status == 400
