"""A Neon or an Invisible on the Core network: old programs run with new glasses.

Gaze, eye state, fixations, blinks and marks go onto the bus as they come, and pictures while
somebody wants them. The time of the bus is the device's own: no instant of a sample is touched, and
what ``t`` is answered with is the device's clock, as well as it is known on this machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from gazewire.bridge.device_parts import Demands, MeasuringParts, device_parts
from gazewire.bridge.device_scene import scene_lens, scene_size_px
from gazewire.bridge.marks import Marks
from gazewire.client import Device, DeviceError
from gazewire.client.models import DiscoveredDeviceInfo, SensorName
from gazewire.client.tools import DeviceLink, SampleStream, ShiftedClock, linked
from gazewire.flow import unwrapped
from gazewire.model import Annotation, Blink, Fixation, GazeDatum, Notification, PupilDatum
from gazewire.recording.core import CoreTeller
from gazewire.service import RunningService, ServiceConfig, Told, serve_service
from gazewire.time import Clock
from gazewire.wire.ipc import Message, wire_pupil

__all__ = ["CLOCK_SUBJECT", "DeviceOnBus", "serve_device_on_bus"]

CLOCK_SUBJECT = "device_clock.measured"
"""Ours: how the device's clock is related to this machine's, every ten seconds."""

_CLOCK_INTERVAL_S = 10.0
_CLOCK_WAIT_S = 2.0
_NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class DeviceOnBus:
    """A bridge that is up.

    Attributes:
        service: as which the device is there.
        device_name: of the device.
    """

    service: RunningService
    device_name: str


@asynccontextmanager
async def serve_device_on_bus(
    found: DiscoveredDeviceInfo, measuring: MeasuringParts, config: ServiceConfig, clock: Clock
) -> AsyncIterator[DeviceOnBus]:
    """Serve a device on the Core network while the context lasts.

    A device that goes away is waited for.

    Args:
        found: the device.
        measuring: what is measured here.
        config: of the service; recordings are made by the device.
        clock: ours.

    Raises:
        DeviceError: on entering, where the device does not answer.
        AddressInUseError: on entering, where a port that was asked for is taken.
    """
    with unwrapped():
        async with AsyncExitStack() as stack:
            link = await stack.enter_async_context(linked(found, clock))
            device = await stack.enter_async_context(Device.from_discovered_device(found))
            with suppress(DeviceError):
                await link.clock_offset(_CLOCK_WAIT_S)
            size_px = await scene_size_px(link)
            lens = await scene_lens(device, size_px)
            surfaces = measuring.surfaces(lens)
            demands = Demands.make(surfaces)
            parts = device_parts(
                link, device, demands, measuring, surfaces, size_px=size_px, lens=lens
            )
            service = await stack.enter_async_context(
                serve_service(config, parts, _device_clock(link, clock))
            )
            teller = CoreTeller(*size_px, service.timebase)
            marks = Marks(device, service)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            work = [demand.follow(service) for demand in demands]
            work += [
                _tell_samples(SampleStream(link, SensorName.GAZE), teller, service),
                _tell_samples(SampleStream(link, SensorName.EYE_EVENTS), teller, service),
                _tell_clock(link, service, clock),
                marks.follow_bus(),
                marks.follow_device(),
            ]
            for one in work:
                stack.callback(tasks.create_task(one).cancel)
            yield DeviceOnBus(service, link.status.status.phone.device_name)


def _device_clock(link: DeviceLink, clock: Clock) -> ShiftedClock:
    def offset_ns(ours_ns: int) -> int:
        known = link.known_clock_offset
        return 0 if known is None else known.offset_ns_at(ours_ns)

    return ShiftedClock(clock, offset_ns)


async def _tell_samples(samples: SampleStream, teller: CoreTeller, service: RunningService) -> None:
    async with samples:
        while batch := await samples.batch():
            for sample in batch:
                if isinstance(sample, GazeDatum | Fixation | Blink):
                    _tell(teller, sample, service)


def _tell(
    teller: CoreTeller, sample: GazeDatum | Fixation | Blink, service: RunningService
) -> None:
    told: list[Told] = []
    for record in teller.records(sample):
        match record:
            case PupilDatum():
                # The service hears of it as everybody does.
                wire = wire_pupil(record, service.timebase)
                service.outlet.publish(Message.from_struct(wire.topic, wire))
            case Annotation():
                raise AssertionError("no sample is a mark")
            case _:
                told.append(record)
    if told:
        service.tell(told)


async def _tell_clock(link: DeviceLink, service: RunningService, clock: Clock) -> None:
    while True:
        known = link.known_clock_offset
        if known is not None:
            now_ns = clock.unix_ns()
            fields = {
                "offset_s": known.offset_ns_at(now_ns) / _NS_PER_S,
                "uncertainty_s": known.uncertainty_ns / _NS_PER_S,
            }
            service.outlet.notify(Notification(subject=CLOCK_SUBJECT, fields=fields))
        await asyncio.sleep(_CLOCK_INTERVAL_S)
