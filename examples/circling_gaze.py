"""A source of your own, served as a device: gaze that goes round in a circle, until Ctrl+C.

Usage: ``python circling_gaze.py [PORT]``

A source tells what it has, and makes records in order of time. When they are due is not its
business, so it needs no clock. A scene camera would be one more line in `info`, and frames among
the gaze; `wants` would tell which of them are worth making.
"""

import asyncio
import itertools
import math
import sys
from collections.abc import Iterator

from gazewire.camera import GlassesInfo, Record, Wants
from gazewire.device import DeviceConfig, Playback, serve_device
from gazewire.model import GazeDatum
from gazewire.time import SystemClock

RATE_HZ = 200
CENTER_X_PX, CENTER_Y_PX, RADIUS_PX = 800, 600, 300
NS_PER_S = 1_000_000_000


class Circle:
    info = GlassesInfo(description="gaze in a circle", gaze_rate_hz=RATE_HZ)

    def records(self, start_unix_ns: int, wants: Wants | None = None) -> Iterator[Record]:
        for index in itertools.count():
            angle = math.tau * index / RATE_HZ  # once a second
            yield GazeDatum(
                timestamp_unix_ns=start_unix_ns + index * NS_PER_S // RATE_HZ,
                x_px=CENTER_X_PX + RADIUS_PX * math.cos(angle),
                y_px=CENTER_Y_PX + RADIUS_PX * math.sin(angle),
            )


async def serve(port: int) -> None:
    config = DeviceConfig(http_port=port, rtsp_port=0, tunnel_port=0, echo_port=0, announce=False)
    async with serve_device(config, Playback(Circle()), SystemClock()) as device:
        print(f"round and round at {device.http_url}", flush=True)
        await device.wait_ended()


def main(port: str = "8080") -> None:
    try:
        asyncio.run(serve(int(port)))
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main(*sys.argv[1:])
