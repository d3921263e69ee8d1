"""A device inside your own program: it serves one video once, and then is gone.

Usage: ``python serve_device.py VIDEO [GAZE_CSV [PORT]]``

PORT is that of the REST interface; 0 takes any free one.
"""

import asyncio
import sys
from pathlib import Path

from gazewire.device import NEON, DeviceConfig, Playback, serve_device
from gazewire.recording import open_source
from gazewire.time import SystemClock


async def serve(video: Path, gaze: Path | None, port: int) -> None:
    config = DeviceConfig(
        product=NEON,
        name="In my program",
        http_port=port,
        rtsp_port=0,
        tunnel_port=0,
        echo_port=0,
        announce=False,
    )
    source = Playback(open_source(video, gaze, loop=False))
    # Inside the block every socket is bound; after it every socket and task is gone.
    async with serve_device(config, source, SystemClock()) as device:
        print(f"{device.name} is at {device.http_url}", flush=True)
        await device.wait_ended()
    print("the video has ended")


def main(video: str, gaze: str | None = None, port: str = "8080") -> None:
    asyncio.run(serve(Path(video), Path(gaze) if gaze else None, int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
