"""A Neon at full load that costs its machine next to nothing, so that clients can be measured.

A synthetic wearer is drawn and coded once, as `gazewire device` codes it; the stretch is repeated
for ever. Everything from packets on is the device's own, and so is the status, which tells where
the streams are. Unlike the device itself it cannot make a key frame when a client comes: there is
one each second.

It prints a line of JSON when it is ready. At each line on its standard input it prints when, by the
monotonic clock, the last packet of each scene picture went to the socket, since the line before.

Usage: client_device.py
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from gazewire.device.catalog import (
    AUDIO_SAMPLE_RATE_HZ,
    DeviceCatalog,
    Offer,
    audio_offer,
    data_offer,
    video_offer,
)
from gazewire.device.config import DeviceConfig
from gazewire.device.envelope import answer, refuse
from gazewire.device.gaze_payload import gaze_serializer
from gazewire.device.identity import device_state
from gazewire.device.state import DeviceState
from gazewire.device.updates import status_updates_route
from gazewire.flow import Topic, play
from gazewire.media import AacEncoder, H264Encoder
from gazewire.model import AccessUnit, AudioChunk, Frame, GazeDatum, ImuDatum
from gazewire.net import HttpRequest, HttpResponse, HttpRoute, HttpServer, RtpStream, RtspServer
from gazewire.sim import Wearer
from gazewire.time import SystemClock
from gazewire.wire.payload import AacPacketizer
from gazewire.wire.payload.eye_events import serialize_eye_event
from gazewire.wire.payload.h264 import Packetizer, ParameterSets
from gazewire.wire.payload.imu import serialize_imu
from gazewire.wire.rest import RestPath, serialize_status

# Whole numbers of all that is sent: 96 scene pictures, 640 of the eyes and as much gaze, 352
# inertial data, 25 pieces of sound.
PERIOD_NS = 3_200_000_000
# Any instant on the grid of all clocks.
EPOCH_NS = 1_700_000_000_000_000_000
# A stretch in the middle, when the encoders of sound have something to give.
BEGIN_NS = EPOCH_NS + 1_000_000_000
GRID_NS = 100_000

# As the device paces what is long.
BURST_PACKETS = 40
BURST_INTERVAL_S = 0.001

MINUTES_OF_PICTURES = 30 * 60 * 15


@dataclass(frozen=True, slots=True)
class Due:
    """Something to send at its instant."""

    timestamp_unix_ns: int
    send: Callable[[int], None]


@dataclass(slots=True)
class Load:
    """What is sent in a period, by the instant after its beginning.

    Attributes:
        items: the instant, the stream, and what makes its payloads for a later period.
        video: the cameras' parameter sets.
        audio_config: of the sound's decoder.
    """

    items: list[tuple[int, str, Any]]
    video: dict[str, ParameterSets] = field(default_factory=dict)
    audio_config: bytes = b""


def code_load(wearer: Wearer) -> Load:
    """Draw and code one period."""
    shapes = {"world": wearer.info.scene, "eyes": wearer.info.eyes}
    encoders = {
        camera: H264Encoder(width=shape.width, height=shape.height, rate_hz=shape.rate_hz)
        for camera, shape in shapes.items()
        if shape is not None
    }
    sound = AacEncoder(sample_rate_hz=AUDIO_SAMPLE_RATE_HZ, channels=1)
    load = Load([])
    begun: set[str] = set()

    def add(timestamp_unix_ns: int, sensor: str, item: Any) -> None:
        if BEGIN_NS <= timestamp_unix_ns < BEGIN_NS + PERIOD_NS:
            load.items.append((timestamp_unix_ns - BEGIN_NS, sensor, item))

    for record in wearer.records(EPOCH_NS):
        match record:
            case Frame():
                if record.timestamp_unix_ns >= BEGIN_NS:
                    is_first = record.camera not in begun
                    begun.add(record.camera)
                    unit = encoders[record.camera].encode(record, force_keyframe=is_first)
                    add(record.timestamp_unix_ns, record.camera, unit)
            case AudioChunk():
                for piece in sound.encode(record):
                    add(piece.timestamp_unix_ns, "audio", piece.data)
            case GazeDatum():
                add(record.timestamp_unix_ns, "gaze", record)
            case ImuDatum():
                add(record.timestamp_unix_ns, "imu", record)
            case _:
                add(record.timestamp_unix_ns, "eye_events", record)
        # Sound comes out of its encoder late.
        if record.timestamp_unix_ns > BEGIN_NS + PERIOD_NS + 1_000_000_000:
            break
    load.items.sort(key=lambda item: item[0])
    for camera, encoder in encoders.items():
        load.video[camera] = ParameterSets(*encoder.parameter_sets)
    load.audio_config = sound.config
    return load


class FullLoadDevice:
    """Sends a load for ever.

    Attributes:
        sent: of each scene picture, its instant and when its last packet went out.
    """

    def __init__(self, load: Load, clock: SystemClock) -> None:
        self.sent: deque[tuple[int, int]] = deque(maxlen=MINUTES_OF_PICTURES)
        self._load = load
        self._clock = clock
        self.audio = audio_offer(load.audio_config, clock)
        self.offers: dict[Any, Offer] = {
            **{camera: video_offer(sets, clock) for camera, sets in load.video.items()},
            "gaze": data_offer("gaze", clock),
            "imu": data_offer("imu", clock),
            "eye_events": data_offer("eye_events", clock),
        }
        self._pictures = {camera: Topic[AccessUnit](camera) for camera in load.video}

    async def run(self, start_unix_ns: int) -> None:
        async with asyncio.TaskGroup() as tasks:
            for camera, topic in self._pictures.items():
                stream = self.offers[camera].stream
                tasks.create_task(self._send_video(camera, topic, stream))
            await play(
                self._due(start_unix_ns), self._clock, lambda due: due.send(due.timestamp_unix_ns)
            )

    def _due(self, start_unix_ns: int) -> Iterator[Due]:
        streams = {sensor: offer.stream for sensor, offer in self.offers.items()}
        serialize_gaze = gaze_serializer(None)
        sound = AacPacketizer()

        def sender(sensor: str, item: Any) -> Callable[[int], None]:
            if sensor in self._pictures:
                topic = self._pictures[sensor]
                return lambda now: topic.publish(_shifted(item, now))
            if sensor == "audio":
                payloads = sound.packetize([item])
                return lambda now: self.audio.stream.send(payloads, now, marker_on_last=True)
            stream: RtpStream = streams[sensor]
            match item:
                case GazeDatum():
                    payload = serialize_gaze(item)
                    return lambda now: stream.send([payload], now)
                case ImuDatum():
                    return lambda now: stream.send([serialize_imu(_shifted(item, now))], now)
                case _:
                    return lambda now: stream.send([serialize_eye_event(_moved(item, now))], now)

        load = [(offset, sender(sensor, item)) for offset, sensor, item in self._load.items]
        for period in itertools.count():
            for offset_ns, send in load:
                yield Due(start_unix_ns + period * PERIOD_NS + offset_ns, send)

    async def _send_video(self, camera: str, topic: Topic[AccessUnit], stream: RtpStream) -> None:
        packetizer = Packetizer()
        with topic.subscribe(capacity=8) as units:
            async for unit in units:
                *bulk, last = packetizer.packetize(unit.nal_units)
                for start in range(0, len(bulk), BURST_PACKETS):
                    stream.send(
                        bulk[start : start + BURST_PACKETS],
                        unit.timestamp_unix_ns,
                        is_keyframe=unit.is_keyframe,
                        is_continued=start > 0,
                    )
                    if start + BURST_PACKETS < len(bulk):
                        await asyncio.sleep(BURST_INTERVAL_S)
                # Before and not after it: what it takes to send counts as latency.
                if camera == "world":
                    self.sent.append((unit.timestamp_unix_ns, self._clock.mono_ns()))
                stream.send(
                    [last],
                    unit.timestamp_unix_ns,
                    is_keyframe=unit.is_keyframe,
                    is_continued=bool(bulk),
                    marker_on_last=True,
                )


def _shifted(item: Any, timestamp_unix_ns: int) -> Any:
    return msgspec.structs.replace(item, timestamp_unix_ns=timestamp_unix_ns)


def _moved(event: Any, known_unix_ns: int) -> Any:
    by_ns = known_unix_ns - event.timestamp_unix_ns
    moved = {
        name: getattr(event, name) + by_ns
        for name in ("start_unix_ns", "end_unix_ns")
        if hasattr(event, name)
    }
    return msgspec.structs.replace(event, **moved)


def _status_route(state: DeviceState) -> HttpRoute:
    async def status(_: HttpRequest) -> HttpResponse:
        return answer(serialize_status(state.snapshot()))

    return HttpRoute("GET", RestPath.STATUS, status)


async def main() -> None:
    clock = SystemClock()
    wearer = Wearer(product="neon", seed=0)
    device = FullLoadDevice(code_load(wearer), clock)
    rtsp = RtspServer(
        DeviceCatalog(device.offers, device.audio),
        host="127.0.0.1",
        port=0,
        server_name="gazewire",
        session_id="1185d20035702ca",
    )
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with rtsp, asyncio.TaskGroup() as tasks:
        state = device_state(
            DeviceConfig(record_dir=Path()),
            wearer.info,
            rtsp_port=rtsp.port,
            tunnel_port=0,
            echo_port=None,
            connected=frozenset(device.offers),
            clock=clock,
        )
        routes = [_status_route(state), status_updates_route(state)]
        async with HttpServer(routes, host="127.0.0.1", port=0, refuse=refuse) as http:
            start_unix_ns = (clock.unix_ns() // GRID_NS + 1) * GRID_NS
            sending = tasks.create_task(device.run(start_unix_ns))
            ready = {"http": http.port, "rtsp": rtsp.port, "start_unix_ns": start_unix_ns}
            print(json.dumps(ready), flush=True)
            while await lines.readline():
                print(json.dumps({"sent": list(device.sent)}), flush=True)
                device.sent.clear()
            sending.cancel()


asyncio.run(main())
