"""A picture becomes H.264, RTP packets, and a picture again, without a socket.

Usage: ``python packetize_h264.py``
"""

import random
import time

from gazewire.media import H264Encoder
from gazewire.model import Frame
from gazewire.wire.payload.h264 import Depacketizer, Packetizer
from gazewire.wire.rtp import RtpPacket, RtpSender

WIDTH, HEIGHT = 320, 240


def main() -> None:
    noise = random.Random(0).randbytes(WIDTH * HEIGHT)
    frame = Frame(
        camera="world",
        index=0,
        timestamp_unix_ns=time.time_ns(),
        width=WIDTH,
        height=HEIGHT,
        pixel_format="gray",
        data=noise,
    )
    unit = H264Encoder(width=WIDTH, height=HEIGHT, rate_hz=30).encode(frame)
    print(f"coded: {sum(map(len, unit.nal_units))} bytes, key frame {unit.is_keyframe}")

    payloads = Packetizer().packetize(unit.nal_units)
    sender = RtpSender(payload_type=96, clock_hz=90_000, ssrc=1)
    datagrams = sender.packets(payloads, unit.timestamp_unix_ns, marker_on_last=True)
    print(f"sent: {len(datagrams)} packets, the longest of {max(map(len, datagrams))} bytes")

    depacketizer = Depacketizer()
    for datagram in datagrams:
        # Nothing comes out before the packet with the marker.
        for picture in depacketizer.push(RtpPacket.parse(datagram)):
            print(f"received: the same bytes {picture.nal_units == unit.nal_units}")


if __name__ == "__main__":
    main()
