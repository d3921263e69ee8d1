"""Whether data come: of which sensors, by which way, whole, and with their time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from gazewire.client._engine.link import DeviceLink
from gazewire.client.models import DiscoveredDeviceInfo, SensorName, Status
from gazewire.client.tools.connection import linked
from gazewire.client.tools.diagnosis.finding import Finding
from gazewire.client.tools.diagnosis.problem import (
    LOSS,
    NO_DATA,
    NO_TIME,
    NO_UDP,
    STREAM_CLOSED,
    STREAM_REFUSED,
)
from gazewire.errors import NetworkError
from gazewire.time import Clock

__all__ = ["StreamTrial", "check_streams", "judge_streams"]

# Eye events are no proof: eyes can be still for longer than anybody wants to wait.
_TRIED = (SensorName.GAZE, SensorName.WORLD, SensorName.EYES, SensorName.IMU)

# So long are losses counted; and so long is waited for a first sample, which takes a sender report.
_COUNTED_S = 3.0
_FIRST_S = 5.0
_LOOK_S = 0.1

_LOST_TOO_MUCH = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTrial:
    """What came of receiving one stream one way.

    Attributes:
        sensor: its name.
        url: where it was opened.
        over_tcp: which way.
        packets: that came.
        items: samples or pictures that were made of them.
        lost: packets that did not come.
        failure: why it could not be opened, or was lost.
    """

    sensor: str
    url: str
    over_tcp: bool
    packets: int
    items: int
    lost: int
    failure: Exception | None


async def check_streams(
    found: DiscoveredDeviceInfo, status: Status, clock: Clock, device: str
) -> list[Finding]:
    """Receive all streams for some seconds by UDP, and by TCP those that do not come so.

    Raises:
        DeviceError: the device has gone meanwhile.
    """
    urls = _urls(status)
    trials = await _try(found, urls, clock, over_tcp=False)
    silent = {trial.sensor for trial in trials if not trial.packets and trial.failure is None}
    if silent:
        rest = {name: url for name, url in urls.items() if name.value in silent}
        trials += await _try(found, rest, clock, over_tcp=True)
    return list(judge_streams(trials, device))


def judge_streams(trials: Iterable[StreamTrial], device: str) -> Iterator[Finding]:
    """Judge what came of trying.

    Args:
        trials: of each stream by UDP, then of some of them by TCP.
        device: for the findings.
    """
    trials = tuple(trials)
    by_tcp = {trial.sensor: trial for trial in trials if trial.over_tcp}
    well = []
    for trial in trials:
        if trial.over_tcp:
            continue
        problem = _problem(trial, by_tcp.get(trial.sensor), device)
        if problem is None:
            well.append(trial.sensor)
        else:
            yield problem
    if well:
        yield Finding.well("streams", f"data come by UDP: {', '.join(well)}", device=device)


def _problem(udp: StreamTrial, tcp: StreamTrial | None, device: str) -> Finding | None:
    sensor = udp.sensor
    if udp.failure is not None:
        return _failed(udp, udp.failure, device)
    if not udp.packets:
        if tcp is not None and tcp.packets:
            return Finding.of("streams", NO_UDP, device=device, sensor=sensor)
        return Finding.of("streams", NO_DATA, device=device, sensor=sensor)
    if not udp.items:
        return Finding.of("streams", NO_TIME, device=device, sensor=sensor)
    share = udp.lost / (udp.packets + udp.lost)
    if share > _LOST_TOO_MUCH:
        return Finding.of("streams", LOSS, device=device, sensor=sensor, share=share)
    return None


def _failed(trial: StreamTrial, failure: Exception, device: str) -> Finding:
    if isinstance(failure, NetworkError):
        return Finding.of(
            "streams",
            STREAM_CLOSED,
            device=device,
            sensor=trial.sensor,
            reason=failure,
            port=urlsplit(trial.url).port,
        )
    return Finding.of("streams", STREAM_REFUSED, device=device, sensor=trial.sensor, reason=failure)


def _urls(status: Status) -> dict[SensorName, str]:
    sensors = {
        SensorName.GAZE: status.direct_gaze_sensor(),
        SensorName.WORLD: status.direct_world_sensor(),
        SensorName.EYES: status.direct_eyes_sensor(),
        SensorName.IMU: status.direct_imu_sensor(),
    }
    return {
        name: sensor.url
        for name, sensor in sensors.items()
        if sensor is not None and sensor.url is not None
    }


async def _try(
    found: DiscoveredDeviceInfo, urls: dict[SensorName, str], clock: Clock, *, over_tcp: bool
) -> list[StreamTrial]:
    async with linked(found, clock, over_tcp=over_tcp) as link:
        for name in urls:
            link.feed(name).stream.start()
        await asyncio.sleep(_COUNTED_S)
        try:
            async with asyncio.timeout(_FIRST_S - _COUNTED_S):
                while not all(_is_decided(link, name) for name in urls):  # noqa: ASYNC110  # no event tells
                    await asyncio.sleep(_LOOK_S)
        except TimeoutError:
            pass
        return [_trial(link, name, url, over_tcp=over_tcp) for name, url in urls.items()]


def _is_decided(link: DeviceLink, name: SensorName) -> bool:
    stream = link.feed(name).stream
    return stream.statistics.items > 0 or stream.failure is not None


def _trial(link: DeviceLink, name: SensorName, url: str, *, over_tcp: bool) -> StreamTrial:
    stream = link.feed(name).stream
    statistics = stream.statistics
    return StreamTrial(
        sensor=str(name.value),
        url=url,
        over_tcp=over_tcp,
        packets=statistics.packets,
        items=statistics.items,
        lost=statistics.lost,
        failure=stream.failure,
    )
