"""Clients close a stream that is silent for 10 s; streams of rare events must not be."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from harness.program import DeviceProgram
from harness.rtsp import PlainRtsp

from gazewire.wire.payload import Keepalive, parse_eye_event
from gazewire.wire.rtp import RtpPacket

# Twice what is promised, for machines that are busy.
LIMIT_S = 10.0


def test_eye_events_are_kept_alive(start_device: Callable[..., DeviceProgram]) -> None:
    device = start_device()
    with (
        PlainRtsp(device.rtsp_port) as rtsp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp,
    ):
        rtp.bind(("127.0.0.1", 0))
        rtp.settimeout(LIMIT_S)
        port = rtp.getsockname()[1]
        rtsp.play("eye_events", f"RTP/AVP;unicast;client_port={port}-{port}")
        keepalives = 0
        until_s = time.monotonic() + LIMIT_S
        while keepalives < 2 and time.monotonic() < until_s:
            data = rtp.recv(2048)
            if data[1] & 0x7F != 101:
                continue  # a report: both kinds come to this one socket
            event = parse_eye_event(RtpPacket.parse(data).payload)
            keepalives += isinstance(event, Keepalive)
        assert keepalives == 2
