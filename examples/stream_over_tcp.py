"""Every gaze datum over TCP, with the official client's asynchronous half.

Usage: ``python stream_over_tcp.py [ADDRESS [PORT]]``

The scheme `rtspt` asks for RTP inside the RTSP connection, so that neither a firewall nor a weak
Wi-Fi loses any. Runs with `pip install pupil-labs-realtime-api`.
"""

import asyncio
import sys

from pupil_labs.realtime_api import Device, receive_gaze_data

COUNT = 200
TIMEOUT_S = 10


async def stream(address: str, port: int) -> None:
    async with Device(address, port) as device:
        sensor = (await device.get_status()).direct_gaze_sensor()
    if sensor is None or not sensor.connected:
        sys.exit("the device has no gaze")
    url = sensor.url.replace("rtsp://", "rtspt://", 1)
    times_s = []
    async with asyncio.timeout(TIMEOUT_S):
        async for gaze in receive_gaze_data(url):
            times_s.append(gaze.timestamp_unix_seconds)
            if len(times_s) == COUNT:
                break
    rate_hz = (COUNT - 1) / (times_s[-1] - times_s[0])
    print(f"{COUNT} gaze data from {url}, {rate_hz:.1f} a second")


def main(address: str = "127.0.0.1", port: str = "8080") -> None:
    asyncio.run(stream(address, int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
