"""Floods a client with gaze, as fast as the client can take it and no faster.

It waits for a byte for every so many samples that the client's user has read, and never has more
on the way than a socket holds that nobody has enlarged. So nothing is lost, and the client always
has work.

Packets are made beforehand, and go out one by one, or with `runs` as `gazewire device` sends what
is due at once: many by one system call. It prints its port; the bytes come on its standard input.

Usage: client_flood_device.py runs|singly 9|65 SAMPLES
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence

from gazewire.device.catalog import DeviceCatalog, Offer, data_offer
from gazewire.model import EyeState, GazeDatum
from gazewire.net import RtpReceiver, RtspServer, rtp_transport
from gazewire.time import SystemClock
from gazewire.wire.payload import serialize_gaze
from gazewire.wire.rtcp import SenderReporter
from gazewire.wire.rtp import RtpSender

CREDIT = 64
"""Samples that a byte stands for, and packets that go out at a time."""

# Three times that many fit the 212,992 bytes that Linux sets aside for a socket.
MOST_CREDITS = 3

NS_PER_SAMPLE = 5_000_000
CLOCK_HZ = 90_000
SSRC = 0xDE53742A

# Reports and data go to different sockets, and clients read those when they like.
REPORT_LEAD_S = 0.2


class Flood:
    """A stream that one client may join."""

    ssrc = SSRC
    next_sequence = 0

    def __init__(self) -> None:
        self.receiver: asyncio.Future[RtpReceiver] = asyncio.get_running_loop().create_future()

    def join(self, receiver: RtpReceiver) -> None:
        self.receiver.set_result(receiver)

    def leave(self, receiver: RtpReceiver) -> None:
        pass


def make_bursts(
    start_unix_ns: int, payload_bytes: int, samples: int
) -> tuple[bytes, list[Sequence[bytes]]]:
    """Make the first report and all packets."""
    sender = RtpSender(payload_type=99, clock_hz=CLOCK_HZ, ssrc=SSRC, first_sequence=0)
    report = SenderReporter(sender, "flood").report(start_unix_ns)
    eye = EyeState(
        pupil_diameter_mm=3.5, eyeball_center_mm=(30.0, 12.0, -44.0), optical_axis=(0.1, 0.2, 0.97)
    )
    datum = GazeDatum(
        timestamp_unix_ns=start_unix_ns,
        x_px=800.5,
        y_px=600.25,
        worn=True,
        eye_state_left=eye,
        eye_state_right=eye,
    )
    payload = serialize_gaze(datum, payload_bytes)  # type: ignore[arg-type]  # its number will do
    packets = [
        sender.packets([payload], start_unix_ns + n * NS_PER_SAMPLE, marker_on_last=False)[0]
        for n in range(samples)
    ]
    return report, [packets[n : n + CREDIT] for n in range(0, samples, CREDIT)]


async def main(way: str, payload_bytes: int, samples: int) -> None:
    if way == "singly":
        rtp_transport.can_segment = lambda _: False  # as on a system that cannot cut datagrams
    clock = SystemClock()
    offer = data_offer("gaze", clock)
    flood = Flood()
    report, bursts = make_bursts(clock.unix_ns(), payload_bytes, samples)
    catalog = DeviceCatalog({"gaze": Offer(offer.media, flood)})  # type: ignore[arg-type]
    server = RtspServer(
        catalog, host="127.0.0.1", port=0, server_name="flood", session_id="1185d20035702ca"
    )
    async with server:
        print(json.dumps({"rtsp": server.port}), flush=True)
        receiver = await flood.receiver
        receiver.send_rtcp(report)
        await asyncio.sleep(REPORT_LEAD_S)
        # A thread, because it waits for the client by reading a pipe.
        await asyncio.to_thread(send, receiver, bursts)
        await asyncio.sleep(3600)


def send(receiver: RtpReceiver, bursts: Sequence[Sequence[bytes]]) -> None:
    credits = MOST_CREDITS
    for burst in bursts:
        if not credits:
            read = len(os.read(sys.stdin.fileno(), MOST_CREDITS))
            if not read:
                return
            credits += read
        receiver.send_rtp(burst)
        credits -= 1


asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
