"""The sending half of a device, fed with footage and data that cost nothing to make.

Everything from the topics on is the device's own: packets, streams, sessions, sockets. It prints
one line of JSON when it is ready, and another when its standard input ends.

Usage: fanout_device.py [--one-by-one] FOOTAGE SENSOR...
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import json
import math
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from footage import NS_PER_S, Footage, load

from gazewire.device.catalog import DeviceCatalog, Offer, data_offer, video_offer
from gazewire.device.data import send_data
from gazewire.device.video import VideoTrack
from gazewire.flow import Topic, play
from gazewire.model import AccessUnit, Blink, EyeEvent, EyeState, GazeDatum, ImuDatum
from gazewire.net import RtspServer, rtp_transport
from gazewire.time import SystemClock
from gazewire.wire.payload import GazeFormat, serialize_gaze
from gazewire.wire.payload.eye_events import serialize_eye_event
from gazewire.wire.payload.h264 import ParameterSets
from gazewire.wire.payload.imu import serialize_imu

RATES_HZ = {"gaze": 200, "imu": 110, "eye_events": 10}
EYE = EyeState(
    pupil_diameter_mm=3.5, eyeball_center_mm=(30.0, 12.0, -44.0), optical_axis=(0.1, 0.2, 0.97)
)


@dataclass(slots=True)
class Due:
    """Something to publish at its instant."""

    timestamp_unix_ns: int
    publish: Callable[[], None]


def video(topic: Topic[AccessUnit], footage: Footage, start_ns: int) -> Iterator[Due]:
    for n in itertools.count():
        instant_ns = start_ns + n * NS_PER_S // footage.rate_hz
        unit = footage.units[n % len(footage.units)]
        unit = AccessUnit(
            timestamp_unix_ns=instant_ns, nal_units=unit.nal_units, is_keyframe=unit.is_keyframe
        )
        yield Due(instant_ns, lambda unit=unit: topic.publish(unit))  # type: ignore[misc]


def data(
    topic: Topic[Any], rate_hz: int, make: Callable[[int], object], start_ns: int
) -> Iterator[Due]:
    # Each kind at a phase of its own, as sensors are.
    for n in itertools.count():
        instant_ns = start_ns + rate_hz * 1_000 + n * NS_PER_S // rate_hz
        datum = make(instant_ns)
        yield Due(instant_ns, lambda datum=datum: topic.publish(datum))  # type: ignore[misc]


def gaze(instant_ns: int) -> GazeDatum:
    angle = instant_ns / 2e8 % math.tau
    return GazeDatum(
        timestamp_unix_ns=instant_ns,
        x_px=800 + 300 * math.sin(angle),
        y_px=600 + 300 * math.cos(angle),
        worn=True,
        eye_state_left=EYE,
        eye_state_right=EYE,
    )


def imu(instant_ns: int) -> ImuDatum:
    return ImuDatum(
        timestamp_unix_ns=instant_ns,
        accel_g=(0.0, 0.0, 1.0),
        gyro_deg_s=(1.0, 2.0, 3.0),
        quaternion_wxyz=(1.0, 0.0, 0.0, 0.0),
    )


def blink(instant_ns: int) -> EyeEvent:
    return Blink(start_unix_ns=instant_ns - 150_000_000, end_unix_ns=instant_ns)


async def send_video(topic: Topic[AccessUnit], track: VideoTrack) -> None:
    with topic.subscribe(capacity=8) as units:
        async for unit in units:
            if track.is_wanted:
                await track.take(unit)


async def main(footage_of: dict[str, Footage], sensors: list[str]) -> None:
    clock = SystemClock()
    offers: dict[Any, Offer] = {}
    work: list[Coroutine[Any, Any, None]] = []
    sources: list[Callable[[int], Iterator[Due]]] = []
    for sensor in sensors:
        topic: Topic[Any] = Topic(sensor)
        if sensor in footage_of:
            footage = footage_of[sensor]
            offer = video_offer(ParameterSets(*footage.parameter_sets), clock)
            work.append(send_video(topic, VideoTrack(offer.stream)))
            sources.append(lambda start, topic=topic, footage=footage: video(topic, footage, start))
        else:
            make, serialize = {
                "gaze": (gaze, lambda datum: serialize_gaze(datum, GazeFormat.EYE_STATE)),
                "imu": (imu, serialize_imu),
                "eye_events": (blink, serialize_eye_event),
            }[sensor]
            offer = data_offer(sensor, clock)  # type: ignore[arg-type]
            work.append(send_data(topic, serialize, offer.stream))
            rate_hz = RATES_HZ[sensor]
            sources.append(
                lambda start, topic=topic, rate_hz=rate_hz, make=make: data(
                    topic, rate_hz, make, start
                )
            )
        offers[sensor] = offer
    server = RtspServer(
        DeviceCatalog(offers),
        host="127.0.0.1",
        port=0,
        server_name="gazewire",
        session_id="1185d20035702ca",
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(
        target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(stop.set)), daemon=True
    ).start()
    async with server, asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(coroutine) for coroutine in work]
        print(json.dumps({"port": server.port}), flush=True)
        start_ns = clock.unix_ns()
        records = heapq.merge(
            *(source(start_ns) for source in sources), key=attrgetter("timestamp_unix_ns")
        )
        running.append(tasks.create_task(play(records, clock, lambda due: due.publish())))
        await stop.wait()
        dropped = sum(offer.stream.dropped for offer in offers.values())
        print(json.dumps({"dropped": dropped}), flush=True)
        for task in running:
            task.cancel()


arguments = sys.argv[1:]
if arguments[0] == "--one-by-one":
    # As on a system that cannot cut datagrams.
    rtp_transport.can_segment = lambda _: False
    arguments = arguments[1:]
asyncio.run(main(load(Path(arguments[0])), arguments[1:]))
