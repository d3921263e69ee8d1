"""The whole chain in one program: cameras, pupils, gaze, the service, and the device that shows it.

    async with serve_chain(device_config, service_config, sources, clock) as chain:
        print(chain.device.http_url, chain.service.remote_url)
        await chain.wait_stopped()

The eyes have processes of their own where there are cores for them; everything else is in this one,
on one clock. Gaze goes to the device in memory, images of the eyes over the bus while somebody
looks at them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gazewire.bridge.eye_events import EyeEventTeller
from gazewire.bridge.eye_images import EyePairs, follow_eye_images
from gazewire.bridge.measured_gaze import GazeTeller
from gazewire.camera import Source
from gazewire.compose.chain_report import HEARD, ChainReport
from gazewire.compose.footage_camera import find_footage
from gazewire.compose.live_accuracy import LiveAccuracy
from gazewire.compose.measured_glasses import GlassesTruth, MeasuredGlasses, SceneRelay
from gazewire.compose.scene_optics import scene_optics
from gazewire.compose.service_parts import eye_parts, service_parts
from gazewire.compose.sources import find_source
from gazewire.compose.spec import NO_SOURCE, SYNTHETIC, VIDEO4LINUX
from gazewire.compose.surroundings import Surroundings
from gazewire.compose.synthetic_eye import synthetic_wearer
from gazewire.compose.wearer_memory import WearerMemory
from gazewire.compose.wearer_truth import wearer_truth
from gazewire.device import DeviceConfig, Playback, RunningDevice, serve_device
from gazewire.errors import RemoteProtocolError
from gazewire.flow import unwrapped
from gazewire.model import EyeEvent, EyeId, Frame, GazeDatum
from gazewire.optics import Camera, nominal_camera
from gazewire.recording import LayoutChoice
from gazewire.service import Pass, RunningService, ServiceConfig, serve_service
from gazewire.service.calibration_page import PAGE_PATH, calibration_page
from gazewire.sim import Attention
from gazewire.time import Clock
from gazewire.wire.ipc import parse_notification

__all__ = ["ChainSources", "RunningChain", "serve_chain"]

_NOTIFICATIONS_WAITING = 1000
# Of gaze and pictures of eyes from cameras that do not say how often they take one.
_EYE_RATE_HZ = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainSources:
    """What a chain measures.

    Attributes:
        eyes: what each eye sees: ``synthetic``, ``none``, the path of a video or recording, or that
            of a camera after ``v4l2:``.
        scene: what the scene camera sees, in the same words.
        seed: who the synthetic wearer is.
        eye_rate_hz: exposures a second of the synthetic wearer's eyes, a divisor of 200.
        spawn: a process for each eye; otherwise they are tasks of this one.
        service_layout: of the recordings that are started over the Core network.
    """

    eyes: Mapping[EyeId, str] = field(default_factory=lambda: {0: SYNTHETIC, 1: SYNTHETIC})
    scene: str = SYNTHETIC
    seed: int = 0
    eye_rate_hz: int = 200
    spawn: bool = True
    service_layout: LayoutChoice = LayoutChoice.CORE

    @property
    def there(self) -> dict[EyeId, str]:
        """The eyes that have a source."""
        return {eye: spec for eye, spec in self.eyes.items() if spec != NO_SOURCE}

    @property
    def is_synthetic(self) -> bool:
        """All that is measured is the wearer's, and so the truth is known."""
        return self.scene == SYNTHETIC and set(self.there.values()) == {SYNTHETIC}


@dataclass(frozen=True, slots=True)
class RunningChain:
    """A chain that is up: every socket is bound.

    Attributes:
        device: shows what is measured.
        service: measures.
        report: how well that goes.
        description: what is measured, in a few words.
    """

    device: RunningDevice
    service: RunningService
    report: ChainReport
    description: str

    async def wait_stopped(self) -> None:
        """Wait until somebody on the network has stopped the service."""
        await self.service.wait_stopped()


@asynccontextmanager
async def serve_chain(
    device: DeviceConfig,
    service: ServiceConfig,
    sources: ChainSources,
    clock: Clock,
    *,
    truth: Path | None = None,
) -> AsyncIterator[RunningChain]:
    """Run a service and a device that shows what it measures, while the context lasts.

    Args:
        device: how the device is set up.
        service: how the service is set up.
        sources: what is measured.
        clock: stamps everything.
        truth: a file for what the device sends and what is true of it; or None.

    Raises:
        AddressInUseError: on entering, where a port that was asked for is taken.
        SourceError: there is no such source; or one breaks on the way, and the body is cancelled.
    """
    with unwrapped():
        async with AsyncExitStack() as stack:
            attention = Attention()
            base = await _base(stack, sources, attention)
            relay = _relay(base)
            parts = service_parts(
                sources.eyes,
                sources.scene,
                seed=sources.seed,
                rate_hz=sources.eye_rate_hz,
                spawn=sources.spawn,
                scene_camera=relay,
                layout=sources.service_layout,
                attention=attention,
            )
            running = await stack.enter_async_context(serve_service(service, parts, clock))
            if sources.scene == SYNTHETIC:
                # Now, while the eyes begin: the device is ready when there is something to see.
                await asyncio.to_thread(synthetic_wearer(sources.seed).scene.paint)
            memory = WearerMemory(sources.seed, attention) if sources.is_synthetic else None
            accuracy = None if memory is None else LiveAccuracy(memory)
            report = ChainReport(
                clock.unix_ns,
                accuracy,
                PAGE_PATH,
                rehearses=SYNTHETIC in sources.there.values(),
            )
            pages = await stack.enter_async_context(calibration_page(running.addresses))
            truths = None
            if memory is not None:
                truths = wearer_truth(sources.seed, sources.eye_rate_hz, memory, attention)
            glasses = _glasses(sources, base, relay, running, truths)
            running.listeners.append(
                _teller(glasses, report, scene_optics(sources.scene, sources.eyes))
            )
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            following = tasks.create_task(_follow(running, report), name="chain report")
            stack.callback(following.cancel)
            shown = await stack.enter_async_context(
                serve_device(
                    device, glasses, clock, truth=truth, figures=report.figures, pages=pages
                )
            )
            yield RunningChain(shown, running, report, glasses.info.description)


async def _base(
    stack: AsyncExitStack, sources: ChainSources, attention: Attention
) -> Source | None:
    """What gives the scene, sound and inertial data."""
    spec = sources.scene
    if spec == NO_SOURCE:
        return None
    if spec == SYNTHETIC:
        return Playback(Surroundings(sources.seed, attention))
    if not spec.startswith(VIDEO4LINUX):
        spec = str(find_footage(Path(spec), "world"))
    found = find_source(
        spec, gaze=None, product="neon", seed=sources.seed, eye_rate_hz=sources.eye_rate_hz
    )
    return await stack.enter_async_context(found)


def _relay(base: Source | None) -> SceneRelay | None:
    shape = None if base is None else base.info.scene
    return None if shape is None else SceneRelay(shape)


def _glasses(
    sources: ChainSources,
    base: Source | None,
    relay: SceneRelay | None,
    service: RunningService,
    truth: GlassesTruth | None,
) -> MeasuredGlasses:
    cameras = {
        eye: eye_parts(spec, eye, seed=sources.seed, rate_hz=sources.eye_rate_hz).camera
        for eye, spec in sources.there.items()
    }
    is_synthetic = SYNTHETIC in sources.there.values()
    rate_hz = float(sources.eye_rate_hz) if is_synthetic else _EYE_RATE_HZ
    pairs = None
    if cameras:
        sizes = {eye: (camera.width, camera.height) for eye, camera in cameras.items()}
        pairs = EyePairs(sizes, rate_hz)

    async def show_eyes(publish: Callable[[Frame], None], wanted: Callable[[int], bool]) -> None:
        assert pairs is not None
        await follow_eye_images(pairs, service.subscribe, service.timebase, publish, wanted)

    words = {"eye0": sources.eyes[0], "eye1": sources.eyes[1], "scene": sources.scene}
    return MeasuredGlasses(
        base,
        relay,
        eyes=None if pairs is None else pairs.shape,
        eye_images=None if pairs is None else show_eyes,
        truth=truth,
        gaze_rate_hz=rate_hz,
        description=_description(words, sources.seed),
    )


def _description(words: Mapping[str, str], seed: int) -> str:
    if set(words.values()) == {SYNTHETIC}:
        return f"synthetic wearer, seed {seed}, measured"
    return ", ".join(f"{place} {spec}" for place, spec in words.items())


def _teller(
    glasses: MeasuredGlasses, report: ChainReport, optics: Camera | None
) -> Callable[[Pass], None]:
    scene = glasses.info.scene
    # Without a scene camera gaze has no pixels.
    teller = None if scene is None else GazeTeller(scene.width, scene.height)
    events = EyeEventTeller(optics or nominal_camera(1, 1))

    def tell(done: Pass) -> None:
        if done.pupil is not None:
            report.take_pupil(done.pupil)
        told: list[GazeDatum | EyeEvent] = []
        for gaze in done.gaze:
            datum = None if teller is None else teller.datum(gaze)
            if datum is not None:
                report.take_gaze(datum)
                told.append(datum)
            told += events.take_gaze(gaze, datum)
        if done.pupil is not None and "2d" in done.pupil.method:
            told += events.take_pupil(done.pupil)
        glasses.put(told)

    return tell


async def _follow(service: RunningService, report: ChainReport) -> None:
    async with service.subscribe(HEARD, _NOTIFICATIONS_WAITING) as messages:
        async for message in messages:
            try:
                report.take_notification(parse_notification(message))
            except RemoteProtocolError:
                continue
