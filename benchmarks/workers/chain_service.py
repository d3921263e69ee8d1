"""A service whose eyes look at frames from files, 200 a second, for `bench_chain.py`.

    chain_service.py FOLDER SEED service     the service; one line of JSON when it is ready
    chain_service.py FOLDER SEED eye ...     one of its eyes, which the service starts

FOLDER holds ``eye0.npy`` and ``eye1.npy``, (N, H, W) uint8: what the wearer of this seed looks like
every 5 ms. At any instant that is a multiple of 5 ms both eyes show the frame of that instant, so
that whoever knows the instant knows the frame.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from gazewire.cli.garbage import settle
from gazewire.compose.first_calibration import first_calibration
from gazewire.compose.image_threads import work_on_images_alone
from gazewire.compose.movement import blink_detector, fixation_detector
from gazewire.compose.scene_optics import scene_optics
from gazewire.compose.seeing_calibrator import SeeingCalibrator, Uncalibrated
from gazewire.compose.seeing_parts import synthetic_parts
from gazewire.compose.spec import SYNTHETIC
from gazewire.flow import play
from gazewire.model import EyeId, Frame
from gazewire.service import (
    AnchoredClock,
    BusAddresses,
    Exposure,
    EyeParts,
    EyeStart,
    FrameExposure,
    ServiceConfig,
    ServiceParts,
    SpawnedEyes,
    run_eye,
    serve_service,
)
from gazewire.time import Clock, SystemClock, TimeBase

INTERVAL_NS = 5_000_000
RATE_HZ = 200


class FramesCamera:
    """Plays frames, each at its instant: a `gazewire.service.Camera`."""

    def __init__(self, frames: np.ndarray, eye_id: EyeId) -> None:
        self._frames = frames
        self._name = f"eye{eye_id}"
        self.height, self.width = frames.shape[1:]

    async def publish_to(self, publish: Callable[[Exposure], None], clock: Clock) -> None:
        await play(self._exposures(clock.unix_ns()), clock, publish)

    def _exposures(self, start_unix_ns: int) -> Iterator[FrameExposure]:
        number = -(-start_unix_ns // INTERVAL_NS)
        while True:
            frame = Frame(
                camera=self._name,
                index=number,
                timestamp_unix_ns=number * INTERVAL_NS,
                width=self.width,
                height=self.height,
                pixel_format="gray",
                data=self._frames[number % len(self._frames)].reshape(-1).data,
            )
            yield FrameExposure(frame)
            number += 1


def eye_parts(folder: Path, seed: int, eye_id: EyeId) -> EyeParts:
    frames = np.load(folder / f"eye{eye_id}.npy")
    parts = synthetic_parts(seed, eye_id, RATE_HZ)
    return dataclasses.replace(parts, camera=FramesCamera(frames, eye_id))


def service_parts(folder: Path, seed: int) -> ServiceParts:
    def command(start: EyeStart) -> list[str]:
        facts = {
            "eye_id": start.eye_id,
            "bus": [start.bus.pub, start.bus.sub, start.bus.push],
            "anchor_ns": start.clock.unix_ns() - start.clock.mono_ns(),
            "zero_ns": start.timebase.zero_unix_ns,
        }
        return [sys.executable, __file__, str(folder), str(seed), "eye", json.dumps(facts)]

    optics = scene_optics(SYNTHETIC, {})
    assert optics is not None
    return ServiceParts(
        launcher=SpawnedEyes(command),
        mapper=Uncalibrated,
        fixations=lambda args: fixation_detector(args, lambda: optics),
        blinks=blink_detector,
        calibrator=SeeingCalibrator(optics),
        plugins=(first_calibration(frozenset({0, 1}), "NeonGazer3D"),),
    )


async def serve(folder: Path, seed: int) -> None:
    config = ServiceConfig(port=0)
    async with serve_service(config, service_parts(folder, seed), SystemClock()) as service:
        zero_ns = service.timebase.zero_unix_ns
        facts = {"sub": service.sub_url, "zero_ns": zero_ns, "pid": os.getpid()}
        print(json.dumps(facts), flush=True)
        # Until whoever started us lets go.
        await asyncio.to_thread(sys.stdin.read)


async def live(folder: Path, seed: int, facts: dict) -> None:
    eye_id: EyeId = 1 if facts["eye_id"] else 0
    bus = BusAddresses(*facts["bus"])
    clock = AnchoredClock(SystemClock(), facts["anchor_ns"])
    parts = eye_parts(folder, seed, eye_id)
    await run_eye(eye_id, parts, bus, clock, TimeBase(facts["zero_ns"]), bus_level=30)


def main() -> None:
    work_on_images_alone()
    settle()
    folder, seed, role = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    if role == "service":
        asyncio.run(serve(folder, seed))
    else:
        asyncio.run(live(folder, seed, json.loads(sys.argv[4])))


if __name__ == "__main__":
    main()
