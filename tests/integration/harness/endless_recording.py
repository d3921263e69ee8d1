"""Records made-up records into a folder until it is killed or the disk is full.

Usage: ``python endless_recording.py ROOT [LIMIT]``. Without a limit it writes as fast as it can and
prints a line for each second of recorded time. With a limit, no file may grow beyond so many bytes,
and everything goes through the recorder; when that has failed, the reason is printed.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from gazewire.camera import GlassesInfo, VideoShape
from gazewire.errors import RecordingError
from gazewire.media import H264Encoder
from gazewire.model import EyeState, Frame, GazeDatum, ImuDatum
from gazewire.recording import Recordable, Recorder, RecorderConfig, RecordingFolder
from gazewire.recording.neon import NeonRecordingWriter, RecordingDevice
from gazewire.time import SystemClock

T = 1_790_000_000_000_000_000
ID = "e0f5a1b2-1111-4222-8333-444455556666"
GAZE_NS = 5_000_000
WIDTH, HEIGHT = 160, 120
# One picture for six data of gaze: brightness counts them, and starts again after ten.
GAZE_PER_FRAME = 6
SHADES = 10
# Noise around the brightness gives each picture about as many bytes as real ones of this size have.
GRAIN = range(-12, 13)
DATA_PER_S = 200

GLASSES = GlassesInfo(
    description="made up",
    scene=VideoShape(width=WIDTH, height=HEIGHT, rate_hz=DATA_PER_S / GAZE_PER_FRAME),
    has_eye_events=True,
)
DEVICE = RecordingDevice(
    device_name="made up", device_id="0123456789abcdef", module_serial="000001"
)
EYE = EyeState(pupil_diameter_mm=3.5, eyeball_center_mm=(1, 2, 3), optical_axis=(0, 0, 1))


def shade(frame: int) -> int:
    """Tell how bright a picture is."""
    return 20 + 20 * (frame % SHADES)


def records(encoder: H264Encoder) -> Iterator[list[Recordable]]:
    """Make the records of one instant after another, for ever."""
    noise = random.Random(0)
    for index in itertools.count():
        instant = T + index * GAZE_NS
        group: list[Recordable] = [
            GazeDatum(
                timestamp_unix_ns=instant,
                x_px=index,
                y_px=-index,
                eye_state_left=EYE,
                eye_state_right=EYE,
            ),
            ImuDatum(
                timestamp_unix_ns=instant,
                gyro_deg_s=(index, 0, 0),
                accel_g=(0, 0, 1),
                quaternion_wxyz=(1, 0, 0, 0),
            ),
        ]
        if index % GAZE_PER_FRAME == 0:
            frame = index // GAZE_PER_FRAME
            picture = Frame(
                camera="world",
                index=frame,
                timestamp_unix_ns=instant,
                width=WIDTH,
                height=HEIGHT,
                pixel_format="gray",
                data=bytes(shade(frame) + step for step in noise.choices(GRAIN, k=WIDTH * HEIGHT)),
            )
            group.append(encoder.encode(picture))
        yield group


def write_until_killed(root: Path, encoder: H264Encoder) -> None:
    """Write as fast as the disk allows."""
    writer = open_writer(RecordingFolder.create(root, recording_id=ID, start_unix_ns=T), encoder)
    for index, group in enumerate(records(encoder)):
        for record in group:
            writer.write(record)
        if index % DATA_PER_S == 0:
            writer.checkpoint(T + index * GAZE_NS)
            sys.stdout.write(f"{index // DATA_PER_S}\n")
            sys.stdout.flush()


def open_writer(folder: RecordingFolder, encoder: H264Encoder) -> NeonRecordingWriter:
    """Begin the recording."""
    return NeonRecordingWriter(
        folder,
        recording_id=ID,
        start_unix_ns=T,
        device=DEVICE,
        glasses=GLASSES,
        scene_parameter_sets=encoder.parameter_sets,
    )


async def record_until_full(root: Path, encoder: H264Encoder) -> None:
    """Record until the recorder gives up, and print why."""
    recorder = Recorder(
        root,
        recording_id=ID,
        start_unix_ns=T,
        open_writer=lambda folder: open_writer(folder, encoder),
        clock=SystemClock(),
        config=RecorderConfig(queue_capacity=1_000_000),
    )
    async with recorder, asyncio.TaskGroup() as tasks:
        failing = tasks.create_task(recorder.wait_failed())
        for group in records(encoder):
            for record in group:
                recorder.put(record)
            await asyncio.sleep(0)
            if failing.done():
                sys.stdout.write(f"{failing.result()}\n")
                break
        try:
            await recorder.finish(T)
        except RecordingError as error:
            sys.stdout.write(f"{error}\n")


def main(root: str, limit: str | None = None) -> None:
    """Record."""
    encoder = H264Encoder(
        width=WIDTH, height=HEIGHT, rate_hz=DATA_PER_S / GAZE_PER_FRAME, keyframe_interval_s=1
    )
    if limit is None:
        write_until_killed(Path(root), encoder)
    else:
        import resource  # which POSIX alone has

        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), hard))
        asyncio.run(record_until_full(Path(root), encoder))


if __name__ == "__main__":
    main(*sys.argv[1:])
