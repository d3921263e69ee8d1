"""Records the full load of a pair of Neon glasses, at the pace at which it comes.

Usage: ``recording_load.py ROOT SECONDS [--layout neon|core|both] [--stall SECONDS]``

Scene and eyes are coded beforehand and come round again and again, so that what is measured is the
recording alone. Each hundredth of a second prints the instant up to which everything was handed to
the recorder, in nanoseconds since the beginning; the last line is JSON: what was used and lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from msgspec import structs

from gazewire.camera import AudioShape, GlassesInfo, VideoShape
from gazewire.errors import RecordingError
from gazewire.media import H264Encoder
from gazewire.model import (
    AccessUnit,
    AudioChunk,
    Event,
    Eyelid,
    EyeState,
    Fixation,
    Frame,
    GazeDatum,
    ImuDatum,
    Saccade,
)
from gazewire.recording import (
    BothLayouts,
    EyesUnit,
    Recordable,
    Recorder,
    RecordingFolder,
    RecordingWriter,
    core_folder,
)
from gazewire.recording.core import CoreRecordingWriter
from gazewire.recording.neon import NeonRecordingWriter, RecordingDevice
from gazewire.time import SystemClock

NS_PER_S = 1_000_000_000
GAZE_HZ, IMU_HZ, SCENE_HZ, SOUND_HZ, MOVEMENTS_HZ = 200, 110, 30, 50, 4
SCENE = VideoShape(width=1600, height=1200, rate_hz=SCENE_HZ)
EYES = VideoShape(width=384, height=192, rate_hz=GAZE_HZ)
# How many of the blocks of a picture change to the next: so that they have the bits of real
# ones, 6.5 Mbit/s of the scene and 3.7 of the eyes.
SCENE_CHANGES, EYES_CHANGE = 0.04, 0.12
AUDIO = AudioShape(sample_rate_hz=8000, channels=1)
GLASSES = GlassesInfo(
    description="full load",
    scene=SCENE,
    eyes=EYES,
    audio=AUDIO,
    gaze_rate_hz=GAZE_HZ,
    imu_rate_hz=IMU_HZ,
    has_eye_events=True,
)
EYE = EyeState(pupil_diameter_mm=3.5, eyeball_center_mm=(-30, 1, -20), optical_axis=(0, 0.1, 1))
LID = Eyelid(angle_top_rad=0.3, angle_bottom_rad=-0.3, aperture_mm=9)


def coded(shape: VideoShape, count: int, changing: float) -> tuple[H264Encoder, list[AccessUnit]]:
    """Pictures with as many bits as real ones, a key frame in front."""
    encoder = H264Encoder(width=shape.width, height=shape.height, rate_hz=shape.rate_hz)
    random = np.random.default_rng(1)
    shape_blocks = (shape.height // 8, shape.width // 8)
    coarse = random.integers(0, 255, shape_blocks)
    units = []
    for index in range(count):
        changed = random.random(shape_blocks) < changing
        coarse = np.where(changed, random.integers(0, 255, shape_blocks), coarse)
        picture = np.kron(coarse, np.ones((8, 8))).astype(np.uint8)
        frame = Frame(
            camera="world",
            index=index,
            timestamp_unix_ns=index,
            width=shape.width,
            height=shape.height,
            pixel_format="gray",
            data=picture.tobytes(),
        )
        units.append(encoder.encode(frame, force_keyframe=index == 0))
    return encoder, units


class Load:
    """Everything that comes, in order of time."""

    def __init__(self, start_ns: int) -> None:
        self.start_ns = start_ns
        self.scene, self._scene_units = coded(SCENE, SCENE_HZ, SCENE_CHANGES)
        self.eyes, self._eye_units = coded(EYES, GAZE_HZ, EYES_CHANGE)
        self._next = dict.fromkeys((GAZE_HZ, IMU_HZ, SCENE_HZ, SOUND_HZ, MOVEMENTS_HZ, 1), 0)
        self._silence = bytes(2 * AUDIO.sample_rate_hz // SOUND_HZ)

    def until(self, elapsed_ns: int) -> Iterator[Recordable]:
        for rate_hz in self._next:
            while (at := self._next[rate_hz] * NS_PER_S // rate_hz) <= elapsed_ns:
                yield from self._made(rate_hz, self._next[rate_hz], self.start_ns + at)
                self._next[rate_hz] += 1

    def _made(self, rate_hz: int, index: int, at: int) -> Iterator[Recordable]:
        if rate_hz == GAZE_HZ:
            yield GazeDatum(
                timestamp_unix_ns=at,
                x_px=index % 1600,
                y_px=600,
                left_px=(700, 500),
                right_px=(900, 510),
                eye_state_left=EYE,
                eye_state_right=EYE,
                eyelid_left=LID,
                eyelid_right=LID,
            )
            unit = self._eye_units[index % len(self._eye_units)]
            yield EyesUnit(structs.replace(unit, timestamp_unix_ns=at))
        elif rate_hz == IMU_HZ:
            yield ImuDatum(
                timestamp_unix_ns=at,
                gyro_deg_s=(1, 2, 3),
                accel_g=(0, 0, 1),
                quaternion_wxyz=(1, 0, 0, 0),
            )
        elif rate_hz == SCENE_HZ:
            unit = self._scene_units[index % len(self._scene_units)]
            yield structs.replace(unit, timestamp_unix_ns=at)
        elif rate_hz == SOUND_HZ:
            yield AudioChunk(
                index=index,
                timestamp_unix_ns=at,
                sample_rate_hz=AUDIO.sample_rate_hz,
                channels=1,
                samples=self._silence,
            )
        elif rate_hz == MOVEMENTS_HZ:
            kind = Fixation if index % 2 else Saccade
            yield kind(
                start_unix_ns=at,
                end_unix_ns=at + NS_PER_S // rate_hz,
                start_gaze_px=(1, 2),
                end_gaze_px=(3, 4),
                mean_gaze_px=(2, 3),
                amplitude_px=3,
                amplitude_deg=0.2,
                mean_velocity_px_s=10,
                max_velocity_px_s=20,
            )
        else:
            yield Event(name=f"second {index}", timestamp_unix_ns=at)


class Stalling:
    """A layout on a disk that stands still for some seconds once, after the third."""

    def __init__(self, writer: RecordingWriter, stall_s: float) -> None:
        self._writer = writer
        self._stall_s = stall_s
        self._began_s = time.monotonic()
        self.write, self.finish, self.discard = writer.write, writer.finish, writer.discard

    def checkpoint(self, now_unix_ns: int) -> None:
        if self._stall_s and time.monotonic() - self._began_s > 3:
            time.sleep(self._stall_s)
            self._stall_s = 0
        self._writer.checkpoint(now_unix_ns)


def open_writer(
    folder: RecordingFolder, load: Load, layout: str, stall_s: float
) -> RecordingWriter:
    recording_id = str(uuid.uuid4())
    sets = {
        "scene_parameter_sets": load.scene.parameter_sets,
        "eyes_parameter_sets": load.eyes.parameter_sets,
    }
    writers: list[RecordingWriter] = []
    if layout != "core":
        device = RecordingDevice(
            device_name="load", device_id="0123456789abcdef", module_serial="000001"
        )
        neon = NeonRecordingWriter(
            folder,
            recording_id=recording_id,
            start_unix_ns=load.start_ns,
            device=device,
            glasses=GLASSES,
            **sets,
        )
        writers.append(neon)
    if layout != "neon":
        own = folder if layout == "core" else core_folder(folder)
        core = CoreRecordingWriter(
            own, recording_id=recording_id, start_unix_ns=load.start_ns, glasses=GLASSES, **sets
        )
        writers.append(core)
    writer = writers[0] if len(writers) == 1 else BothLayouts(writers)
    return Stalling(writer, stall_s) if stall_s else writer


async def record(root: Path, seconds: float, layout: str, stall_s: float) -> dict[str, object]:
    clock = SystemClock()
    load = Load(clock.unix_ns())
    load.start_ns = clock.unix_ns()
    recorder_thread_s = 0.0
    failure = None
    handed = 0
    before = resource.getrusage(resource.RUSAGE_SELF)
    memory = [rss_mib()]
    recorder = Recorder(
        root,
        recording_id=str(uuid.uuid4()),
        start_unix_ns=load.start_ns,
        open_writer=lambda folder: open_writer(folder, load, layout, stall_s),
        clock=clock,
    )
    async with recorder:
        failing = asyncio.create_task(recorder.wait_failed())
        thread = next(t for t in threading.enumerate() if t.name == "recorder")
        while (elapsed_ns := clock.unix_ns() - load.start_ns) < seconds * NS_PER_S:
            for one in load.until(elapsed_ns):
                recorder.put(one)
                handed += 1
            print(elapsed_ns, flush=True)
            if elapsed_ns // (10 * NS_PER_S) >= len(memory):
                memory.append(rss_mib())
            if failing.done():
                break
            await asyncio.sleep(0.01)
        recorder_thread_s = thread_cpu_s(thread)
        try:
            await recorder.finish(clock.unix_ns())
        except RecordingError as error:
            failure = str(error)
        failing.cancel()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "folder": str(recorder.folder),
        "handed": handed,
        "failure": failure,
        "seconds": seconds,
        "recorder_cpu_s": recorder_thread_s,
        "program_cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "memory_mib": memory,
    }


def thread_cpu_s(thread: threading.Thread) -> float:
    if not hasattr(time, "pthread_getcpuclockid") or thread.ident is None:
        return float("nan")
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


def rss_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--layout", choices=("neon", "core", "both"), default="neon")
    parser.add_argument("--stall", type=float, default=0.0)
    args = parser.parse_args()
    facts = asyncio.run(record(args.root, args.seconds, args.layout, args.stall))
    json.dump(facts, sys.stdout)
    print()


if __name__ == "__main__":
    main()
