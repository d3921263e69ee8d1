from __future__ import annotations

import ast
import json
import logging
import os
import zlib

import numpy as np
import pytest

from gazewire.camera import AudioShape, GlassesInfo, VideoShape
from gazewire.errors import RecordingError
from gazewire.model import (
    AccessUnit,
    AudioChunk,
    Blink,
    Event,
    Eyelid,
    EyeState,
    Fixation,
    Frame,
    GazeDatum,
    ImuDatum,
    Onset,
    Saccade,
)
from gazewire.recording import EyesUnit, RecordingFolder, RecordingTimeline, open_recording

av = pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import H264Encoder  # noqa: E402
from gazewire.recording.neon import NeonRecordingWriter, RecordingDevice, Wearer  # noqa: E402

T = 1_790_000_000_123_456_789
MS = 1_000_000
ID = "e0f5a1b2-1111-4222-8333-444455556666"
DEVICE = RecordingDevice(
    device_name="lab 2", device_id="d55a33b5ab845785", module_serial="841684", frame_name="none"
)
NOTHING = GlassesInfo(description="nothing")
SCENE_TIME = "Neon Scene Camera v1 ps1.time"
SCENE_MP4 = "Neon Scene Camera v1 ps1.mp4"

LEFT = EyeState(
    pupil_diameter_mm=3.5, eyeball_center_mm=(-30.5, 12.25, -34), optical_axis=(0, -0.125, 1)
)
RIGHT = EyeState(
    pupil_diameter_mm=3.25, eyeball_center_mm=(32.5, 13.5, -36), optical_axis=(-0.25, 0.125, 0.75)
)
LEFT_LID = Eyelid(angle_top_rad=0.25, angle_bottom_rad=-0.5, aperture_mm=9.5)
RIGHT_LID = Eyelid(angle_top_rad=0.125, angle_bottom_rad=-0.375, aperture_mm=8.25)


@pytest.fixture
def folder(tmp_path):
    return RecordingFolder(tmp_path / "recording")


@pytest.fixture
def begin(folder):
    writers = []

    def begin(glasses: GlassesInfo = NOTHING, **options) -> NeonRecordingWriter:
        writer = NeonRecordingWriter(
            folder, recording_id=ID, start_unix_ns=T, device=DEVICE, glasses=glasses, **options
        )
        writers.append(writer)
        return writer

    yield begin
    for writer in writers:
        writer.discard()


def read(folder: RecordingFolder, name: str) -> bytes:
    return (folder.path / name).read_bytes()


def read_json(folder: RecordingFolder, name: str):
    return json.loads(read(folder, name))


def read_rows(folder: RecordingFolder, base: str) -> np.ndarray:
    dtype = np.dtype(ast.literal_eval(read(folder, f"{base}.dtype").decode().strip()))
    return np.frombuffer(read(folder, f"{base} ps1.raw"), dtype)


def test_begun_recording_says_all_that_is_known(begin, folder):
    begin(
        GlassesInfo(description="neon", calibration=b"\x01" * 803),
        wearer=Wearer(uuid="w", name="Ada"),
    )

    info = read_json(folder, "info.json")
    assert info["recording_id"] == ID
    assert (info["start_time"], info["duration"]) == (T, 0)
    assert info["app_version"].split("-")[0] == "2.9.31"
    assert info["data_format_version"] == "2.5"
    assert info["android_device_name"] == "lab 2"
    assert info["android_device_id"] == "d55a33b5ab845785"
    assert info["module_serial_number"] == "841684"
    assert info["gaze_offset"] == [0.0, 0.0]
    assert info["wearer_id"] == "w"
    assert info["template_data"]["id"] == read_json(folder, "template.json")["id"]
    assert read_json(folder, "wearer.json") == {"uuid": "w", "name": "Ada"}
    assert read(folder, "calibration.bin") == b"\x01" * 803
    assert read(folder, "event.txt") == b"recording.begin\n"
    assert np.frombuffer(read(folder, "event.time"), "<i8").tolist() == [T]


def test_answers_are_written_as_they_are_at_each_checkpoint_and_at_the_end(begin, folder):
    answers = {"question": ("first",)}
    writer = begin(answers=lambda: dict(answers))
    assert read_json(folder, "info.json")["template_data"]["data"] == {"question": ["first"]}
    answers["question"] = ("second",)
    writer.checkpoint(T + 1)
    assert read_json(folder, "info.json")["template_data"]["data"] == {"question": ["second"]}
    answers["question"] = ("a", "b")
    writer.finish(T + 2)
    assert read_json(folder, "info.json")["template_data"]["data"] == {"question": ["a", "b"]}


def test_all_six_streams_are_described_from_the_start(begin, folder):
    begin()

    sizes = {
        base: read_rows_dtype(folder, base).itemsize
        for base in ("gaze", "worn", "eye_state", "imu", "fixations", "blinks")
    }
    assert sizes == {
        "gaze": 8,
        "worn": 1,
        "eye_state": 80,
        "imu": 48,
        "fixations": 60,
        "blinks": 20,
    }


def read_rows_dtype(folder: RecordingFolder, base: str) -> np.dtype:
    return np.dtype(ast.literal_eval(read(folder, f"{base}.dtype").decode().strip()))


def test_gaze_and_worn_are_the_bytes_of_the_vectors(begin, folder):
    writer = begin()
    writer.write(GazeDatum(timestamp_unix_ns=T, x_px=800.5, y_px=600.25))
    writer.write(GazeDatum(timestamp_unix_ns=T + 1, x_px=800.5, y_px=600.25, worn=False))

    assert read(folder, "gaze ps1.raw") == bytes.fromhex("0020484400101644") * 2
    assert read(folder, "worn ps1.raw") == b"\xff\x00"
    assert read(folder, "gaze ps1.time")[:8] == bytes.fromhex("15cd4e2b845bd718")
    assert not (folder.path / "gaze_left ps1.raw").exists()
    assert not (folder.path / "eye_state ps1.raw").exists()


def test_gaze_of_single_eyes_has_a_row_for_each_of_gaze(begin, folder):
    writer = begin()
    writer.write(GazeDatum(timestamp_unix_ns=T, x_px=1, y_px=2))
    writer.write(
        GazeDatum(timestamp_unix_ns=T + 1, x_px=1, y_px=2, left_px=(3, 4), right_px=(5, 6))
    )

    for base, last in (("gaze_left", [3, 4]), ("gaze_right", [5, 6])):
        rows = np.frombuffer(read(folder, f"{base} ps1.raw"), "<f4").reshape(-1, 2)
        np.testing.assert_array_equal(rows, [[np.nan, np.nan], last])


def test_eye_state_is_the_bytes_of_the_vector(begin, folder):
    begin().write(
        GazeDatum(
            timestamp_unix_ns=T,
            x_px=1,
            y_px=2,
            eye_state_left=LEFT,
            eye_state_right=RIGHT,
            eyelid_left=LEFT_LID,
            eyelid_right=RIGHT_LID,
        )
    )

    assert read(folder, "eye_state ps1.raw") == bytes.fromhex(
        "000060400000f4c100004441000008c200000000000000be0000803f"
        "000050400000024200005841000010c2000080be0000003e0000403f"
        "0000803e000000bf00001841 0000003e0000c0be00000441"
    )
    assert read(folder, "eye_state ps1.time") == bytes.fromhex("15cd4e2b845bd718")


def test_lids_that_are_not_measured_are_nan(begin, folder):
    begin().write(
        GazeDatum(timestamp_unix_ns=T, x_px=1, y_px=2, eye_state_left=LEFT, eye_state_right=RIGHT)
    )

    (row,) = read_rows(folder, "eye_state")
    assert row["pupil_diameter_right_mm"] == 3.25
    assert np.isnan(row["eyelid_aperture_left_mm"])


def test_imu_is_the_bytes_of_the_vector(begin, folder):
    begin().write(
        ImuDatum(
            timestamp_unix_ns=T,
            gyro_deg_s=(1.5, -2.25, 0.5),
            accel_g=(0, -0.125, 1),
            quaternion_wxyz=(0.5, 0.5, -0.5, 0.5),
        )
    )

    assert read(folder, "imu ps1.raw") == bytes.fromhex(
        "15cd4e2b845bd718 0000c03f000010c00000003f 00000000000000be0000803f"
        "0000003f0000003f000000bf0000003f"
    )


def movement(kind: type[Fixation | Saccade], start_ns: int, end_ns: int, **facts):
    return kind(
        start_unix_ns=start_ns,
        end_unix_ns=end_ns,
        start_gaze_px=(800.5, 600.25),
        end_gaze_px=(802, 601),
        mean_gaze_px=(801, 600.5),
        **facts,
    )


def test_fixations_and_saccades_share_a_stream_and_begin_where_they_began(begin, folder):
    writer = begin()
    fixation = movement(
        Fixation,
        T,
        T + 200 * MS,
        amplitude_px=4,
        amplitude_deg=0.25,
        mean_velocity_px_s=120,
        max_velocity_px_s=300.5,
    )
    writer.write(Onset(kind="fixation", start_unix_ns=T))
    writer.write(fixation)
    writer.write(
        movement(
            Saccade,
            T + 200 * MS,
            T + 240 * MS,
            amplitude_px=1,
            amplitude_deg=1,
            mean_velocity_px_s=1,
            max_velocity_px_s=1,
        )
    )

    assert read(folder, "fixations ps1.raw")[:60] == bytes.fromhex(
        "01000000 15cd4e2b845bd718 158f3a37845bd718 0020484400101644 0080484400401644"
        "0040484400201644 00008040 0000803e 0000f042 00409643"
    )
    assert read_rows(folder, "fixations")["event_type"].tolist() == [1, 0]
    assert np.frombuffer(read(folder, "fixations ps1.time"), "<i8").tolist() == [T, T + 200 * MS]


def test_blink_is_the_bytes_of_the_vector(begin, folder):
    begin().write(Blink(start_unix_ns=T, end_unix_ns=T + 150 * MS))

    assert read(folder, "blinks ps1.raw") == bytes.fromhex(
        "04000000 15cd4e2b845bd718 959e3f34845bd718"
    )


def test_source_of_eye_events_has_empty_files_where_there_was_none(begin, folder):
    begin(GlassesInfo(description="neon", has_eye_events=True)).finish(T + 1)

    assert read(folder, "blinks ps1.raw") == b""
    assert read(folder, "fixations ps1.time") == b""


def test_events_lie_between_begin_and_end(begin, folder):
    writer = begin()
    writer.write(Event(name="stim\non", timestamp_unix_ns=T + 5))
    writer.write(Event(name=None, timestamp_unix_ns=T + 6))
    writer.finish(T + 9)

    assert read(folder, "event.txt") == b"recording.begin\nstim on\n\nrecording.end\n"
    assert np.frombuffer(read(folder, "event.time"), "<i8").tolist() == [T, T + 5, T + 6, T + 9]


def test_late_records_are_counted_and_warned_of_once(begin, folder, caplog):
    writer = begin()
    with caplog.at_level(logging.WARNING):
        for instant in (T, T, T - 1, T + 1):
            writer.write(GazeDatum(timestamp_unix_ns=instant, x_px=1, y_px=2))

    assert writer.dropped["gaze"] == 2
    assert sum(writer.dropped.values()) == 2
    assert len(caplog.records) == 1
    assert "gaze" in caplog.text
    assert len(read(folder, "gaze ps1.time")) == 16


def gray(encoder: H264Encoder, index: int) -> AccessUnit:
    return encoder.encode(
        Frame(
            camera="world",
            index=index,
            timestamp_unix_ns=T + 33 * MS * index,
            width=64,
            height=48,
            pixel_format="gray",
            data=bytes(64 * 48),
        )
    )


def test_scene_has_as_many_pictures_as_instants(begin, folder):
    encoder = H264Encoder(width=64, height=48, rate_hz=30)
    glasses = GlassesInfo(
        description="neon", scene=VideoShape(width=64, height=48, rate_hz=30), gaze_rate_hz=200
    )
    writer = begin(glasses, scene_parameter_sets=encoder.parameter_sets)
    for index in range(20):
        writer.write(gray(encoder, index))
    writer.finish(T + 700 * MS)

    with av.open(str(folder.path / SCENE_MP4)) as container:
        pictures = list(container.decode(video=0))
    assert len(pictures) == 20
    instants = np.frombuffer(read(folder, SCENE_TIME), "<i8")
    assert instants.tolist() == [T + 33 * MS * index for index in range(20)]


def test_recording_without_scene_gets_a_gray_one_from_begin_to_end(begin, folder):
    begin().finish(T + 5000 * MS)

    with av.open(str(folder.path / SCENE_MP4)) as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert [picture.shape for picture in pictures] == [(1200, 1600)] * 2
    assert abs(pictures[0].mean() - 128) < 2
    assert np.frombuffer(read(folder, SCENE_TIME), "<i8").tolist() == [T, T + 5000 * MS]


def test_checkpoint_says_how_long_it_is_so_far(begin, folder):
    writer = begin()
    writer.write(GazeDatum(timestamp_unix_ns=T, x_px=1, y_px=2))
    writer.checkpoint(T + 1000 * MS)
    writer.write(GazeDatum(timestamp_unix_ns=T + 1, x_px=1, y_px=2))

    assert read_json(folder, "info.json")["duration"] == 1000 * MS
    assert len(read(folder, "gaze ps1.time")) == 16


def test_finished_recording_has_its_duration_and_a_manifest_of_every_file(begin, folder):
    writer = begin()
    writer.write(GazeDatum(timestamp_unix_ns=T, x_px=1, y_px=2))
    writer.finish(T + 700 * MS)

    assert read_json(folder, "info.json")["duration"] == 700 * MS
    manifest = read(folder, "manifest.json")
    assert read(folder, "manifest.json.crc") == f"{zlib.crc32(manifest):x}".encode()
    listed = {entry["name"]: (entry["size"], entry["crc"]) for entry in json.loads(manifest)}
    there = {
        name: (len(read(folder, name)), f"{zlib.crc32(read(folder, name)):x}")
        for name in os.listdir(folder.path)
        if not name.startswith("manifest")
    }
    assert listed == there


def test_failed_write_leaves_whole_rows_and_the_recording_can_be_finished(begin, folder):
    writer = begin()
    writer.write(GazeDatum(timestamp_unix_ns=T, x_px=1, y_px=2))
    (folder.path / "imu ps1.raw").mkdir()

    with pytest.raises(RecordingError, match="make room on that disk or choose another one"):
        writer.write(
            ImuDatum(
                timestamp_unix_ns=T,
                gyro_deg_s=(0, 0, 0),
                accel_g=(0, 0, 0),
                quaternion_wxyz=(1, 0, 0, 0),
            )
        )
    (folder.path / "imu ps1.raw").rmdir()
    writer.finish(T + 5)

    assert read(folder, "event.txt") == b"recording.begin\nrecording.end\n"
    assert read_json(folder, "info.json")["duration"] == 5
    assert len(read(folder, "gaze ps1.raw")) == 8


def test_our_reader_gives_back_what_was_written(begin, folder):
    writer = begin(GlassesInfo(description="neon", has_eye_events=True))
    written = [
        GazeDatum(timestamp_unix_ns=T, x_px=1, y_px=2),
        GazeDatum(timestamp_unix_ns=T + 1, x_px=1, y_px=2, worn=False, right_px=(3, 4)),
        ImuDatum(
            timestamp_unix_ns=T + 2,
            gyro_deg_s=(1.5, 0, 0),
            accel_g=(0, 0, 1),
            quaternion_wxyz=(1, 0, 0, 0),
        ),
        GazeDatum(
            timestamp_unix_ns=T + 3, x_px=1, y_px=2, eye_state_left=LEFT, eye_state_right=RIGHT
        ),
        Blink(start_unix_ns=T + 1, end_unix_ns=T + 4),
    ]
    for record in written:
        writer.write(record)
    writer.finish(T + 5)

    timeline = RecordingTimeline(folder.path, loop=False)
    assert [record for record in timeline.records(T) if not isinstance(record, Frame)] == written


@pytest.mark.parametrize("finished", [False, True])
def test_discarded_recording_leaves_nothing(begin, folder, finished):
    writer = begin()
    writer.write(GazeDatum(timestamp_unix_ns=T, x_px=1, y_px=2))
    if finished:
        writer.finish(T + 5)
    writer.discard()

    assert not folder.path.exists()


def test_folder_that_cannot_be_written_to_is_an_error(begin, folder):
    folder.path.rmdir()

    with pytest.raises(RecordingError, match="cannot be written"):
        begin()


def eyes(index: int) -> Frame:
    return Frame(
        camera="eyes",
        index=index,
        timestamp_unix_ns=T + 5 * MS * index,
        width=384,
        height=192,
        pixel_format="gray",
        data=bytes([40 * index]) * (384 * 192),
    )


def test_pictures_of_the_eyes_and_sound_come_back(begin, folder, numbered):
    scene = H264Encoder(width=64, height=48, rate_hz=30)
    pair = H264Encoder(width=384, height=192, rate_hz=200)
    glasses = GlassesInfo(
        description="neon",
        scene=VideoShape(width=64, height=48, rate_hz=30),
        eyes=VideoShape(width=384, height=192, rate_hz=200),
        audio=AudioShape(sample_rate_hz=8000, channels=1),
    )
    writer = begin(
        glasses,
        scene_parameter_sets=scene.parameter_sets,
        eyes_parameter_sets=pair.parameter_sets,
    )
    for index in range(30):
        at = T + 33 * MS * index
        writer.write(scene.encode(numbered(index, at)))
        chunk = AudioChunk(
            index=index,
            timestamp_unix_ns=at,
            sample_rate_hz=8000,
            channels=1,
            samples=np.full(264, 1000, "<i2").tobytes(),
        )
        writer.write(chunk)
    for index in range(5):
        writer.write(EyesUnit(pair.encode(eyes(index))))
    writer.checkpoint(T + 500 * MS)
    writer.finish(T + 1000 * MS)

    timeline = RecordingTimeline(folder.path, loop=False)
    assert timeline.info.audio == AudioShape(sample_rate_hz=8000, channels=1)
    records = list(timeline.records(T))
    pairs = [r for r in records if isinstance(r, Frame) and r.camera == "eyes"]
    assert [frame.timestamp_unix_ns for frame in pairs] == [T + 5 * MS * i for i in range(5)]
    means = [np.frombuffer(frame.data, np.uint8)[: 384 * 192].mean() for frame in pairs]
    assert means == pytest.approx([16 + 40 * i * 219 / 255 for i in range(5)], abs=3)
    heard = np.concatenate(
        [np.frombuffer(r.samples, "<i2") for r in records if isinstance(r, AudioChunk)]
    )
    assert np.median(heard[1000:5000]) == pytest.approx(1000, abs=100)


def test_invisible_is_laid_out_as_its_phone_does(begin, folder, numbered):
    scene = H264Encoder(width=64, height=48, rate_hz=30)
    glasses = GlassesInfo(
        description="invisible",
        scene=VideoShape(width=64, height=48, rate_hz=30),
        has_eye_events=True,
    )
    writer = begin(glasses, scene_parameter_sets=scene.parameter_sets, is_invisible=True)
    written = [
        GazeDatum(timestamp_unix_ns=T + 1, x_px=1, y_px=2, worn=False),
        ImuDatum(
            timestamp_unix_ns=T + 2,
            gyro_deg_s=(1.5, 2, 3),
            accel_g=(0, 0.5, 1),
            quaternion_wxyz=(1, 0, 0, 0),
        ),
        scene.encode(numbered(3, T + 3)),
        Blink(start_unix_ns=T + 1, end_unix_ns=T + 4),
    ]
    for record in written:
        writer.write(record)
    writer.finish(T + 5)

    names = {path.name for path in folder.path.iterdir()}
    assert {"PI world v1 ps1.mp4", "PI world v1 ps1.time", "extimu ps1.raw"} <= names
    assert not [name for name in names if name.endswith(".dtype") or name.startswith("Neon")]
    info = read_json(folder, "info.json")
    assert info["data_format_version"].startswith("1.")
    assert info["glasses_serial_number"] == "841684"
    with open_recording(folder.path) as recording:
        assert recording.facts.layout == "invisible"
        assert recording.examine() == ()
        assert recording.series("imu")["gyro_x"].tolist() == [1.5]
        assert recording.series("gaze")["worn"].tolist() == [False]
        assert len(recording.videos["world"]) == 1
        assert "blinks" not in recording.series_names


def test_clock_that_is_set_back_an_hour_ruins_nothing(begin, folder):
    writer = begin()
    for index in range(100):
        writer.write(GazeDatum(timestamp_unix_ns=T + 5 * MS * index, x_px=index, y_px=2))
    an_hour_ns = 3_600_000_000_000
    writer.checkpoint(T + 500 * MS - an_hour_ns)
    assert read_json(folder, "info.json")["duration"] == 495 * MS
    # What comes with times from before is left out, and said.
    writer.write(GazeDatum(timestamp_unix_ns=T - an_hour_ns, x_px=0, y_px=0))
    assert writer.dropped["gaze"] == 1
    writer.finish(T + 600 * MS - an_hour_ns)
    assert read_json(folder, "info.json")["duration"] == 495 * MS
    with open_recording(folder.path) as recording:
        assert recording.examine() == ()
        assert len(recording.series("gaze")) == 100
        assert [e.timestamp_unix_ns - T for e in recording.events] == [0, 495 * MS]
