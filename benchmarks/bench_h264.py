"""H.264 over RTP: packets a second in and out, beside the official client.

    python benchmarks/bench_h264.py [--runs N]

The video is coded by x264 from a textured scene that moves, 1600 x 1200 at 30 Hz and about
8 Mbit/s with a key frame each second, as a Neon sends it. Three measurements:

- *packetise* the key frame: NAL units to serialised packets, ours alone (the official client cannot
  send);
- *depacketise* the key frame: serialised packets to NAL units, ours alone, no queue, no clock;
- *receive*: datagrams to coded pictures with their Unix time, through all that a client does with
  them, ready for a decoder. The official client's own path, its libav parser included, without
  decoding; it takes each datagram alone. Ours is measured so, and with the datagrams of a picture
  taken together, as they come when a socket is emptied: they are sent together.

A batch of *receive* is one second of video: a sender report and the packets of 30 pictures.
"""

from __future__ import annotations

import argparse
import statistics
import struct
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from rivals import compare, describe_machine, official, ours

from gazewire.wire.payload.h264 import Depacketizer, Packetizer, split_annex_b
from gazewire.wire.rtcp import SenderReporter
from gazewire.wire.rtp import RtpPacket, RtpSender, TickClock

START_UNIX_NS = 1_744_294_828_357_900_000
RATE_HZ = 30
SECONDS = 6
WIDTH, HEIGHT = 1600, 1200


def record() -> list[list[bytes]]:
    """Code a few seconds of a room seen by a head that turns; one list of NAL units a picture."""
    random = np.random.default_rng(7)
    # Structure of every size, and the grain of a sensor.
    room = np.zeros((HEIGHT, WIDTH + 2 * RATE_HZ * SECONDS), np.float32)
    for size in (8, 32, 128):
        coarse = random.normal(0, 12, (HEIGHT // size + 1, room.shape[1] // size + 1))
        room += np.kron(coarse, np.ones((size, size)))[: room.shape[0], : room.shape[1]]
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base = Fraction(1, RATE_HZ)
    encoder.framerate = Fraction(RATE_HZ)
    encoder.bit_rate = 8_000_000
    encoder.gop_size = RATE_HZ
    encoder.thread_count = 1
    encoder.options = {"preset": "veryfast", "tune": "zerolatency", "profile": "baseline"}
    pictures = []
    for n in range(RATE_HZ * SECONDS):
        view = room[:, 2 * n : 2 * n + WIDTH] + random.normal(128, 3, (HEIGHT, WIDTH))
        luma = np.clip(view, 16, 235).astype(np.uint8)
        chroma = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
        frame = av.VideoFrame.from_ndarray(np.vstack((luma, chroma)), format="yuv420p")
        frame.pts = n
        pictures += [split_annex_b(bytes(packet)) for packet in encoder.encode(frame)]
    pictures += [split_annex_b(bytes(packet)) for packet in encoder.encode(None)]
    return pictures


def write_stream(path: Path, pictures: list[list[bytes]]) -> None:
    """Write the video as interleaved frames: channel 0 is RTP, channel 1 RTCP."""
    sender = RtpSender(payload_type=96, clock_hz=90_000, ssrc=0xDE53742A)
    reporter = SenderReporter(sender, "bench")
    packetizer = Packetizer()
    clock = TickClock(90_000)
    first = clock.ticks(START_UNIX_NS)
    with path.open("wb") as file:
        for n, picture in enumerate(pictures):
            timestamp_unix_ns = clock.unix_ns(first + n * 90_000 // RATE_HZ)
            if n % RATE_HZ == 0:
                report = reporter.report(timestamp_unix_ns)
                file.write(struct.pack("!cBH", b"$", 1, len(report)) + report)
            payloads = packetizer.packetize(picture)
            for packet in sender.packets(payloads, timestamp_unix_ns, marker_on_last=True):
                file.write(struct.pack("!cBH", b"$", 0, len(packet)) + packet)


def measure(title: str, packets: int, octets: int, act: Callable[[], None]) -> None:
    elapsed_ns = []
    for _ in range(300):
        begin_ns = time.process_time_ns()
        act()
        elapsed_ns.append(time.process_time_ns() - begin_ns)
    median_ns = statistics.median(elapsed_ns)
    p99_ns = sorted(elapsed_ns)[int(0.99 * len(elapsed_ns))]
    print(
        f"{title}: {median_ns / 1e3:,.0f} us at the median ({packets / median_ns * 1e9:,.0f} "
        f"packets/s, {octets / median_ns * 1e3:,.0f} MB/s), {p99_ns / 1e3:,.0f} us at p99"
    )


def measure_keyframe(picture: list[bytes]) -> None:
    octets = sum(map(len, picture))
    sender = RtpSender(payload_type=96, clock_hz=90_000, ssrc=1)
    packetizer = Packetizer()
    packets = sender.packets(packetizer.packetize(picture), START_UNIX_NS, marker_on_last=True)
    print(f"key frame of {WIDTH} x {HEIGHT}: {octets:,} bytes, {len(packets)} packets")

    def packetise() -> None:
        sender.packets(packetizer.packetize(picture), START_UNIX_NS, marker_on_last=True)

    def depacketise() -> None:
        depacketizer = Depacketizer()
        pictures = [each for data in packets for each in depacketizer.push(RtpPacket.parse(data))]
        assert len(pictures) == 1

    measure("packetise", len(packets), octets, packetise)
    measure("depacketise", len(packets), octets, depacketise)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    print(describe_machine())
    pictures = record()
    measure_keyframe(pictures[0])
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "video.interleaved"
        write_stream(source, pictures)
        compare(
            f"receive, {source.stat().st_size * 8 / SECONDS / 1e6:.1f} Mbit/s",
            "packets",
            source,
            [
                ours("video_gazewire.py", "datagram", name="gazewire, by the datagram"),
                ours("video_gazewire.py", "picture", name="gazewire, by the picture"),
            ],
            official("video_official.py"),
            runs=runs,
        )


if __name__ == "__main__":
    main()
