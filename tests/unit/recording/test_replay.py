from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from gazewire.camera import GlassesInfo, VideoShape
from gazewire.errors import UndecodableSourceError, UnreadableSourceError
from gazewire.model import Blink, Fixation, Frame, GazeDatum, ImuDatum, Saccade

pytest.importorskip("av", reason="needs the extra [video]")

from made_recordings import make_core

from gazewire.media import H264Encoder
from gazewire.recording import RecordingFolder, RecordingTimeline
from gazewire.recording.neon import NeonRecordingWriter, RecordingDevice, layout

START = 1_790_000_000_000_000_000
T0 = 1_760_000_000_000_000_003
MS = 1_000_000
LENGTH = 217 + 5
"""Milliseconds from the first sample of `recorded` to that of the next pass."""


def brief(records) -> list[tuple[str, float]]:
    return [(type(record).__name__, (record.timestamp_unix_ns - START) / MS) for record in records]


@pytest.fixture
def recorded(phone, render_video):
    """Gaze every 5 ms but for a gap, three images, a fixation."""
    phone.gaze([(1, 2), (3, 4), (5, 6), (7, 8)], [110, 115, 120, 300])
    zeros = [0.0] * 10
    imu_rows = [(0, *zeros)] * 2
    phone.stream("imu", layout.IMU.row, imu_rows, [100, 125])
    movement = (layout.FIXATION, T0 + 111 * MS, T0 + 119 * MS, *zeros)
    phone.stream("fixations", layout.FIXATIONS.row, [movement], [111])
    path = render_video([0, 3000, 6000])
    path.rename(phone.folder / "Neon Scene Camera v1 ps1.mp4")
    phone.times("Neon Scene Camera v1", [117, 150, 317])
    return phone.folder


def test_all_streams_are_merged_and_moved_by_one_constant(recorded):
    timeline = RecordingTimeline(recorded, loop=False)
    assert brief(timeline.records(START)) == [
        ("ImuDatum", 0),
        ("GazeDatum", 10),
        ("GazeDatum", 15),
        ("Frame", 17),
        ("Fixation", 19),
        ("GazeDatum", 20),
        ("ImuDatum", 25),
        ("Frame", 50),
        ("GazeDatum", 200),
        ("Frame", 217),
    ]


def test_next_pass_begins_one_gaze_interval_after_the_last_sample(recorded):
    timeline = RecordingTimeline(recorded)
    once = brief(islice(timeline.records(START), 10))
    three = list(islice(timeline.records(START), 30))
    assert brief(three) == [(kind, time + n * LENGTH) for n in range(3) for kind, time in once]
    assert [r.index for r in three if isinstance(r, Frame)] == list(range(9))


def test_eye_event_is_moved_as_a_whole(recorded):
    records = RecordingTimeline(recorded, loop=False).records(START)
    (fixation,) = [record for record in records if isinstance(record, Fixation)]
    assert (fixation.start_unix_ns, fixation.end_unix_ns) == (START + 11 * MS, START + 19 * MS)


def test_info_tells_what_there_is(recorded, phone):
    phone.write("calibration.bin", b"calibration")
    phone.info(module_serial_number="578846")
    info = RecordingTimeline(recorded).info
    assert info == GlassesInfo(
        description="recording 2025-10-17_17-53-08",
        scene=VideoShape(width=64, height=48, rate_hz=info.scene.rate_hz),
        gaze_rate_hz=200.0,
        imu_rate_hz=40.0,
        has_eye_events=True,
        calibration=b"calibration",
        serial="578846",
    )


def test_user_events_are_not_played(recorded, phone):
    phone.write("event.txt", b"recording.begin\nhello\n")
    phone.times("event", [0, 120], part=None)
    assert len(list(RecordingTimeline(recorded, loop=False).records(START))) == 10


def test_recording_without_a_sample_is_told(phone):
    with pytest.raises(UndecodableSourceError, match="holds no sample of any sensor"):
        RecordingTimeline(phone.folder)


def test_missing_folder_is_told(tmp_path):
    with pytest.raises(UnreadableSourceError):
        RecordingTimeline(tmp_path / "nope")


@pytest.mark.parametrize("sample_ms", [[0], [0, 0]])
def test_recording_of_a_single_instant_loops_on(phone, sample_ms):
    phone.gaze([(1, 2)] * len(sample_ms), sample_ms)
    timeline = RecordingTimeline(phone.folder)
    assert brief(islice(timeline.records(START), 3)) == [
        ("GazeDatum", 0),
        ("GazeDatum", 5),
        ("GazeDatum", 10),
    ]
    assert timeline.info.gaze_rate_hz is None or timeline.info.gaze_rate_hz > 0


def test_what_our_writer_wrote_is_played_back_to_the_bit(tmp_path, numbered, number_of):
    encoder = H264Encoder(width=64, height=48, rate_hz=30)
    glasses = GlassesInfo(
        description="test",
        scene=VideoShape(width=64, height=48, rate_hz=30),
        gaze_rate_hz=200,
        imu_rate_hz=100,
        has_eye_events=True,
    )
    device = RecordingDevice(
        device_name="lab", device_id="d55a33b5ab845785", module_serial="841684", frame_name="none"
    )
    folder = RecordingFolder(tmp_path / "recording")
    writer = NeonRecordingWriter(
        folder,
        recording_id="e0f5a1b2-1111-4222-8333-444455556666",
        start_unix_ns=START,
        device=device,
        glasses=glasses,
        scene_parameter_sets=encoder.parameter_sets,
    )
    numbers = {"start_gaze_px": (1, 2), "end_gaze_px": (3, 4), "mean_gaze_px": (5, 6)}
    sizes = {"amplitude_px": 7, "amplitude_deg": 8}
    speeds = {"mean_velocity_px_s": 9, "max_velocity_px_s": 10}
    records = [
        GazeDatum(timestamp_unix_ns=START, x_px=800.5, y_px=600.25, left_px=(1, 2)),
        ImuDatum(
            timestamp_unix_ns=START + 5,
            accel_g=(0, 0, 1),
            gyro_deg_s=(1, 2, 3),
            quaternion_wxyz=(1, 0, 0, 0),
        ),
        *(numbered(index, START + 10 + index * 33_333_333) for index in range(4)),
        Saccade(
            start_unix_ns=START + 20, end_unix_ns=START + 150 * MS, **numbers, **sizes, **speeds
        ),
        GazeDatum(timestamp_unix_ns=START + 160 * MS, x_px=-3.5, y_px=0, worn=False),
        Blink(start_unix_ns=START + 100 * MS, end_unix_ns=START + 161 * MS),
    ]
    for record in records:
        writer.write(encoder.encode(record) if isinstance(record, Frame) else record)
    writer.finish(START + 200 * MS)
    played = list(RecordingTimeline(folder.path, loop=False).records(START))
    for record, original in zip(played, records, strict=True):
        if isinstance(record, Frame):
            assert (record.index, number_of(record)) == (original.index, original.index)
            assert record.timestamp_unix_ns == original.timestamp_unix_ns
        else:
            assert record == original


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("demo_recording", {GazeDatum: 1788, ImuDatum: 969, Fixation: 23, Saccade: 22, Blink: 2}),
        ("multi_part", {GazeDatum: 4200, ImuDatum: 3844, Fixation: 61, Saccade: 60}),
    ],
)
def test_real_recording_plays_twice_without_a_jump(data_dir, name, counts):
    timeline = RecordingTimeline(data_dir / "neon-recording" / name)
    assert (timeline.info.scene, timeline.info.gaze_rate_hz) == (None, 200.0)
    total = sum(counts.values())
    records = list(islice(timeline.records(START), 2 * total))
    first, second = records[:total], records[total:]
    assert Counter(map(type, first)) == Counter(map(type, second)) == counts
    times = [record.timestamp_unix_ns for record in records]
    assert times[0] == START
    assert times == sorted(times)
    assert times[total] - times[total - 1] == 5 * MS
    gaze = [(datum.x_px, datum.worn) for datum in first if isinstance(datum, GazeDatum)]
    assert gaze == [(datum.x_px, datum.worn) for datum in second if isinstance(datum, GazeDatum)]


def test_beginning_is_left_out_of_every_pass(recorded):
    timeline = RecordingTimeline(recorded, from_s=0.1)
    once = brief(islice(timeline.records(START), 2))
    assert once == [("GazeDatum", 100), ("Frame", 117)]
    both = brief(islice(timeline.records(START), 4))
    assert both[2:] == [(kind, time + LENGTH - 100) for kind, time in once]


def test_pictures_are_found_where_it_begins(recorded, number_of):
    records = RecordingTimeline(recorded, loop=False, from_s=0.05).records(START)
    frames = [record for record in records if isinstance(record, Frame)]
    assert [number_of(frame) for frame in frames] == [1, 2]
    assert [frame.index for frame in frames] == [1, 2]


def test_nothing_after_the_end_is_told(recorded):
    with pytest.raises(UndecodableSourceError, match="nothing after 9 s"):
        RecordingTimeline(recorded, from_s=9)


@pytest.mark.parametrize(("from_s", "speed"), [(-1, 1), (0, 0), (0, -2), (float("nan"), 1)])
def test_numbers_that_make_no_sense_are_refused(recorded, from_s, speed):
    with pytest.raises(UndecodableSourceError, match="speed above 0"):
        RecordingTimeline(recorded, from_s=from_s, speed=speed)


def test_at_twice_the_speed_everything_takes_half_the_time(recorded):
    own = list(RecordingTimeline(recorded, loop=False).records(START))
    fast = RecordingTimeline(recorded, loop=False, speed=2)
    assert brief(fast.records(START)) == [(kind, time / 2) for kind, time in brief(own)]
    assert fast.info.gaze_rate_hz == 400
    assert fast.info.scene.rate_hz == pytest.approx(
        2 * RecordingTimeline(recorded).info.scene.rate_hz
    )


def test_core_is_played_too_and_loops(tmp_path):
    timeline = RecordingTimeline(make_core(tmp_path / "core"))
    assert timeline.info.scene == VideoShape(width=64, height=48, rate_hz=pytest.approx(30.3, 0.1))
    assert timeline.info.gaze_rate_hz == pytest.approx(100, 0.01)
    records = list(islice(timeline.records(START), 64))
    counts = Counter(type(record).__name__ for record in records)
    assert counts == {"GazeDatum": 40, "Frame": 24}
    instants = [record.timestamp_unix_ns for record in records]
    assert instants == sorted(instants)
    first = next(record for record in records if isinstance(record, GazeDatum))
    assert (first.timestamp_unix_ns, first.x_px, first.y_px) == (START, 16, 12)
