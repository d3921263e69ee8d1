"""What a pair of glasses gives, written as Core does, and read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av", reason="needs the extra [video]")

from made_recordings import HEIGHT, ID, MS, WIDTH, T, gaze, gray, number_of

from gazewire.camera import GlassesInfo, VideoShape
from gazewire.media import H264Encoder
from gazewire.model import AudioChunk, Blink, Event, Fixation, Frame, ImuDatum, Saccade
from gazewire.optics import nominal_camera
from gazewire.recording import EyesUnit, RecordingFolder, RecordingTimeline, open_recording
from gazewire.recording.core import CoreRecordingWriter

SCENE = VideoShape(width=WIDTH, height=HEIGHT, rate_hz=30)
EYES = VideoShape(width=128, height=64, rate_hz=200)
MOVEMENT = {
    "start_gaze_px": (1, 2),
    "end_gaze_px": (3, 4),
    "mean_gaze_px": (16.0, 12.0),
    "amplitude_px": 4,
    "amplitude_deg": 0.25,
    "mean_velocity_px_s": 120,
    "max_velocity_px_s": 300.5,
}


def eyes(index: int) -> Frame:
    """The left half is darker than the right one."""
    rows = np.full((64, 128), 60, np.uint8)
    rows[:, 64:] = 180
    return Frame(
        camera="eyes",
        index=index,
        timestamp_unix_ns=T + 5 * MS * index,
        width=128,
        height=64,
        pixel_format="gray",
        data=rows.tobytes(),
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CoreRecordingWriter]:
    folder = RecordingFolder(tmp_path_factory.mktemp("core") / "r")
    scene = H264Encoder(width=WIDTH, height=HEIGHT, rate_hz=30)
    pair = H264Encoder(width=128, height=64, rate_hz=200)
    writer = CoreRecordingWriter(
        folder,
        recording_id=ID,
        start_unix_ns=T,
        glasses=GlassesInfo(description="made up", scene=SCENE, eyes=EYES),
        scene_parameter_sets=scene.parameter_sets,
        eyes_parameter_sets=pair.parameter_sets,
        scene_camera=nominal_camera(WIDTH, HEIGHT),
    )
    for index in range(6):
        writer.write(gaze(index))
        writer.write(scene.encode(gray(index, T + 33 * MS * index)))
        writer.write(EyesUnit(pair.encode(eyes(index))))
    writer.write(
        ImuDatum(
            timestamp_unix_ns=T,
            gyro_deg_s=(0, 0, 0),
            accel_g=(0, 0, 1),
            quaternion_wxyz=(1, 0, 0, 0),
        )
    )
    writer.write(Fixation(start_unix_ns=T, end_unix_ns=T + 40 * MS, **MOVEMENT))
    writer.write(Saccade(start_unix_ns=T + 40 * MS, end_unix_ns=T + 60 * MS, **MOVEMENT))
    writer.write(Blink(start_unix_ns=T + 20 * MS, end_unix_ns=T + 30 * MS))
    writer.write(Event(name="stim", timestamp_unix_ns=T + 3 * MS))
    sound = AudioChunk(
        index=0, timestamp_unix_ns=T, sample_rate_hz=8000, channels=1, samples=bytes(320)
    )
    writer.write(sound)
    writer.checkpoint(T + 100 * MS)
    writer.finish(T + 200 * MS)
    return folder.path, writer


def test_nothing_is_wrong_with_it(written) -> None:
    with open_recording(written[0]) as recording:
        assert recording.examine() == ()
        assert recording.facts.recording_id == ID
        # A double tells the time of today to a quarter of a microsecond.
        assert recording.facts.start_unix_ns == pytest.approx(T, abs=240)
        assert recording.facts.duration_ns == pytest.approx(200 * MS, abs=240)
        assert recording.cameras["world"].width == WIDTH


def test_gaze_comes_back_to_the_nanosecond_with_the_state_of_the_eyes(written) -> None:
    timeline = RecordingTimeline(written[0], loop=False)
    played = [r for r in timeline.records(timeline.first_unix_ns) if hasattr(r, "x_px")]
    for index, datum in enumerate(played):
        truth = gaze(index)
        assert datum.timestamp_unix_ns == truth.timestamp_unix_ns
        assert (datum.x_px, datum.y_px) == pytest.approx((truth.x_px, truth.y_px))
        assert datum.eye_state_left == truth.eye_state_left
        assert datum.eye_state_right == truth.eye_state_right
    assert len(played) == 6


def test_eye_events_and_marks_come_back(written) -> None:
    timeline = RecordingTimeline(written[0], loop=False)
    records = list(timeline.records(timeline.first_unix_ns))
    (fixation,) = [r for r in records if isinstance(r, Fixation)]
    (blink,) = [r for r in records if isinstance(r, Blink)]
    assert (fixation.start_unix_ns, fixation.end_unix_ns) == (T, T + 40 * MS)
    assert fixation.mean_gaze_px == pytest.approx((16, 12))
    assert (blink.start_unix_ns, blink.end_unix_ns) == (T + 20 * MS, T + 30 * MS)
    with open_recording(written[0]) as recording:
        assert [(e.name, e.timestamp_unix_ns) for e in recording.events] == [("stim", T + 3 * MS)]


def test_pictures_come_back_the_eyes_apart(written) -> None:
    with open_recording(written[0]) as recording:
        world = recording.videos["world"]
        assert [number_of(frame) for frame in world.frames()] == list(range(6))
        assert world.times_unix_ns.tolist() == [T + 33 * MS * i for i in range(6)]
        means = {
            eye: np.frombuffer(recording.videos[eye].frame(0).data, np.uint8)[: 64 * 64].mean()
            for eye in ("eye0", "eye1")
        }
    assert means["eye1"] < 100 < means["eye0"]


def test_eyes_are_played_side_by_side_again(written) -> None:
    timeline = RecordingTimeline(written[0], loop=False)
    assert timeline.info.eyes is not None
    assert (timeline.info.eyes.width, timeline.info.eyes.height) == (128, 64)
    pairs = [r for r in timeline.records(T) if isinstance(r, Frame) and r.camera == "eyes"]
    assert len(pairs) == 6
    luma = np.frombuffer(pairs[0].data, np.uint8)[: 128 * 64].reshape(64, 128)
    assert luma[:, :64].mean() < 100 < luma[:, 64:].mean()


def test_what_core_has_no_place_for_is_named(written) -> None:
    assert written[1].left_out == {"inertial samples": 1, "saccades": 1, "sound": 1}


def test_discarded_recording_leaves_nothing(tmp_path) -> None:
    folder = RecordingFolder(tmp_path / "r")
    writer = CoreRecordingWriter(
        folder, recording_id=ID, start_unix_ns=T, glasses=GlassesInfo(description="made up")
    )
    writer.write(gaze(0))
    writer.discard()
    assert not folder.path.exists()
