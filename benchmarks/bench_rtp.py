"""Gaze over RTP: how many samples a second can be sent, and received, beside the official client.

    python benchmarks/bench_rtp.py [--runs N]

Three measurements:

- *send*: datum to serialised packet, ours alone (the official client cannot send);
- *receive, codec*: a batch of datagrams to gaze records with their Unix time. Ours does statistics
  and order by the way, since its receiver does not come without; the official client's parsers are
  called alone;
- *receive, path*: each datagram alone, through all that a client does with it, to the user's
  ``async for``: parsing, loss and jitter, the queue, and with ours also the re-order window, which
  the official client does not have.

No socket and no waiting is in it, with either.

A batch is one second of a 200 Hz stream: a sender report and 200 samples.
"""

from __future__ import annotations

import argparse
import math
import statistics
import struct
import tempfile
import time
from pathlib import Path

from rivals import compare, describe_machine, official, ours

from gazewire.model import EyeState, GazeDatum
from gazewire.wire.payload import GazeFormat, serialize_gaze
from gazewire.wire.rtcp import SenderReporter
from gazewire.wire.rtp import RtpSender, TickClock

START_UNIX_NS = 1_744_294_828_357_900_000
RATE_HZ = 200
SECONDS = 60


def gaze(n: int) -> GazeDatum:
    """A sample of a wearer who looks around in circles."""
    angle = n / 40
    eye = EyeState(
        pupil_diameter_mm=3.5 + 0.5 * math.sin(angle / 7),
        eyeball_center_mm=(30.0, 12.0, -44.0),
        optical_axis=(0.3 * math.sin(angle), 0.3 * math.cos(angle), 0.9),
    )
    # On the grid of the stream's clock, so that all clients agree on the instant.
    timestamp_unix_ns = START_UNIX_NS + n * 1_000_000_000 // RATE_HZ
    return GazeDatum(
        timestamp_unix_ns=timestamp_unix_ns,
        x_px=800 + 300 * math.sin(angle),
        y_px=600 + 300 * math.cos(angle),
        worn=n % 1000 != 0,
        eye_state_left=eye,
        eye_state_right=eye,
    )


def write_stream(path: Path, format: GazeFormat) -> None:
    """Write a minute of gaze as interleaved frames: channel 0 is RTP, channel 1 RTCP."""
    sender = RtpSender(payload_type=99, clock_hz=90_000, ssrc=0xDE53742A)
    reporter = SenderReporter(sender, "bench")
    with path.open("wb") as file:
        for n in range(RATE_HZ * SECONDS):
            datum = gaze(n)
            if n % RATE_HZ == 0:
                report = reporter.report(datum.timestamp_unix_ns)
                file.write(struct.pack("!cBH", b"$", 1, len(report)) + report)
            payload = serialize_gaze(datum, format)
            (packet,) = sender.packets([payload], datum.timestamp_unix_ns, marker_on_last=False)
            file.write(struct.pack("!cBH", b"$", 0, len(packet)) + packet)


def measure_sending(format: GazeFormat) -> None:
    data = [gaze(n) for n in range(RATE_HZ)]
    sender = RtpSender(payload_type=99, clock_hz=90_000, ssrc=1)
    batch_ns = []
    for _ in range(500):
        begin_ns = time.process_time_ns()
        for datum in data:
            sender.packets(
                [serialize_gaze(datum, format)], datum.timestamp_unix_ns, marker_on_last=False
            )
        batch_ns.append(time.process_time_ns() - begin_ns)
    median_ns = statistics.median(batch_ns)
    p99_ns = sorted(batch_ns)[int(0.99 * len(batch_ns))]
    print(
        f"send, {int(format)}-byte payload: {RATE_HZ / median_ns * 1e9:,.0f} samples/s at the "
        f"median, {RATE_HZ / p99_ns * 1e9:,.0f} at p99"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    print(describe_machine())
    assert TickClock(90_000).ticks(START_UNIX_NS) * 100_000 == START_UNIX_NS * 9
    with tempfile.TemporaryDirectory() as folder:
        for format in (GazeFormat.POINT, GazeFormat.EYE_STATE):
            print()
            measure_sending(format)
            source = Path(folder) / f"gaze_{int(format)}.interleaved"
            write_stream(source, format)
            for mode in ("codec", "path"):
                compare(
                    f"receive, {mode}, {int(format)}-byte payload",
                    "samples",
                    source,
                    [ours("gaze_gazewire.py", mode)],
                    official("gaze_official.py", mode),
                    runs=runs,
                )


if __name__ == "__main__":
    main()
