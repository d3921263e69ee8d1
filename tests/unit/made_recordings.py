"""Whole recordings of chosen content, as our own programs write them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from gazewire.camera import GlassesInfo, VideoShape
from gazewire.media import FragmentedMp4Writer, H264Encoder
from gazewire.model import Blink, Event, EyeState, Fixation, Frame, GazeDatum, ImuDatum, Saccade
from gazewire.recording import RecordingFolder
from gazewire.recording.neon import NeonRecordingWriter, RecordingDevice
from gazewire.service.pldata import PldataWriter
from gazewire.service.recording import RecordingPlan
from gazewire.wire.ipc import Message

T = 1_790_000_000_123_456_789
MS = 1_000_000
ID = "e0f5a1b2-1111-4222-8333-444455556666"
WIDTH, HEIGHT = 64, 48
COUNT = 20
PICTURES = 12
CORE_START_S = 100.0
PACK = msgspec.msgpack.Encoder().encode
_DEVICE = RecordingDevice(device_name="lab", device_id="d55a33b5ab845785", module_serial="000001")


def gray(index: int, at: int) -> Frame:
    """A picture whose brightness tells its number."""
    data = bytes([20 + 15 * index]) * (WIDTH * HEIGHT)
    return Frame(
        camera="world",
        index=index,
        timestamp_unix_ns=at,
        width=WIDTH,
        height=HEIGHT,
        pixel_format="gray",
        data=data,
    )


def number_of(frame: Frame) -> int:
    """The number that a decoded picture of `gray` has."""
    luma = np.frombuffer(frame.data, np.uint8)[: WIDTH * HEIGHT].mean()
    return round(((luma - 16) * 255 / 219 - 20) / 15)


def gaze(index: int) -> GazeDatum:
    state = EyeState(
        pupil_diameter_mm=3.5 + index / 4,
        eyeball_center_mm=(-30.5, 12.25, -34),
        optical_axis=(0, -0.125, 1),
    )
    return GazeDatum(
        timestamp_unix_ns=T + 5 * MS * index,
        x_px=800.5 + index,
        y_px=600.25,
        worn=index % 3 != 0,
        left_px=(700.0 + index, 500),
        right_px=(900.0, 510),
        eye_state_left=state,
        eye_state_right=state,
    )


def make_neon(folder: Path, *, finish: bool = True) -> Path:
    """Write a recording in the layout of Neon; unfinished, it is as a kill leaves it."""
    encoder = H264Encoder(width=WIDTH, height=HEIGHT, rate_hz=30)
    scene = VideoShape(width=WIDTH, height=HEIGHT, rate_hz=30)
    writer = NeonRecordingWriter(
        RecordingFolder(folder),
        recording_id=ID,
        start_unix_ns=T,
        device=_DEVICE,
        glasses=GlassesInfo(description="made up", scene=scene, has_eye_events=True),
        scene_parameter_sets=encoder.parameter_sets,
    )
    for index in range(COUNT):
        writer.write(gaze(index))
        writer.write(
            ImuDatum(
                timestamp_unix_ns=T + 9 * MS * index,
                gyro_deg_s=(1.5, -2.25, index),
                accel_g=(0, -0.125, 1),
                quaternion_wxyz=(0.5, 0.5, -0.5, 0.5),
            )
        )
    for index in range(PICTURES):
        picture = gray(index, T + 33 * MS * index)
        writer.write(encoder.encode(picture, force_keyframe=index % 5 == 0))
    for kind, start, end in ((Fixation, 0, 40), (Saccade, 40, 60), (Fixation, 60, 90)):
        writer.write(
            kind(
                start_unix_ns=T + start * MS,
                end_unix_ns=T + end * MS,
                start_gaze_px=(800.5, 600.25),
                end_gaze_px=(802, 601),
                mean_gaze_px=(801, 600.5),
                amplitude_px=4,
                amplitude_deg=0.25,
                mean_velocity_px_s=120,
                max_velocity_px_s=300.5,
            )
        )
    writer.write(Blink(start_unix_ns=T + 20 * MS, end_unix_ns=T + 30 * MS))
    writer.write(Event(name="stim, on", timestamp_unix_ns=T + 3 * MS))
    if finish:
        writer.finish(T + 400 * MS)
    return folder


def pupil(index: int) -> dict[str, object]:
    return {
        "id": index % 2,
        "topic": f"pupil.{index % 2}.2d",
        "timestamp": CORE_START_S + index / 100,
        "confidence": 0.75,
        "norm_pos": [0.25, 0.5],
        "diameter": 31.5 + index,
        "method": "2d c++",
        "ellipse": {"center": [48.0, 96.0], "axes": [30.0, 32.0], "angle": 45.0},
    }


def core_gaze(index: int) -> dict[str, object]:
    base = pupil(index)
    return {
        "topic": f"gaze.2d.{index % 2}.",
        "timestamp": base["timestamp"],
        "confidence": 0.75,
        "norm_pos": [0.25, 0.75],
        "base_data": [base],
    }


def make_core(folder: Path) -> Path:
    """Write a recording in the layout of Core, as our service does, with a scene beside."""
    folder.mkdir()
    writer = PldataWriter(
        RecordingPlan(
            folder=folder,
            session_name="session",
            start_unix_ns=T - T % 1000,
            start_core_s=CORE_START_S,
        )
    )
    for index in range(COUNT):
        for datum in (pupil(index), core_gaze(index)):
            writer.write(Message(topic=str(datum["topic"]), payload=PACK(datum)))
    mark = {
        "topic": "annotation",
        "label": "stim, on",
        "timestamp": CORE_START_S + 0.05,
        "duration": 0.0,
        "trial": 7,
    }
    writer.write(Message(topic="annotation", payload=PACK(mark)))
    writer.finish(T + 400 * MS)
    encoder = H264Encoder(width=WIDTH, height=HEIGHT, rate_hz=30)
    with FragmentedMp4Writer(
        folder / "world.mp4", width=WIDTH, height=HEIGHT, parameter_sets=encoder.parameter_sets
    ) as video:
        for index in range(PICTURES):
            video.write(encoder.encode(gray(index, 33 * MS * index), force_keyframe=index == 0))
    np.save(folder / "world_timestamps.npy", CORE_START_S + np.arange(PICTURES) * 0.033)
    return folder
