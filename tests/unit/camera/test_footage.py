from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pytest

from gazewire.camera import AudioShape, FootageTimeline
from gazewire.model import AudioChunk, Frame, GazeDatum

START = 1_790_000_000_123_456_789
MS = 1_000_000


class FakeVideo:
    width, height, rate_hz = 4, 2, 25.0
    sound = None

    def __init__(self, *times_ms: float, lost: int = 0) -> None:
        self._times_ms = times_ms
        self._lost = lost
        self.decoded = 0

    def frames(self, start_unix_ns: int = 0, first_index: int = 0) -> Iterator[Frame]:
        for index, time_ms in enumerate(self._times_ms, first_index + self._lost):
            self.decoded += 1
            yield Frame(
                camera="world",
                index=index,
                timestamp_unix_ns=start_unix_ns + round(time_ms * MS),
                width=4,
                height=2,
                pixel_format="gray",
                data=bytes(8),
            )


class FakeGaze:
    rate_hz = 100.0

    def __init__(self, *times_ms: float) -> None:
        self._times_ms = times_ms

    def data(self, start_unix_ns: int) -> Iterator[GazeDatum]:
        for time_ms in self._times_ms:
            yield GazeDatum(
                timestamp_unix_ns=start_unix_ns + round(time_ms * MS), x_px=time_ms, y_px=0
            )


class FakeSound:
    """At 100 Hz each sample tells its number."""

    sample_rate_hz, channels = 100, 1

    def blocks(self) -> Iterator[bytes]:
        for number in range(1000):
            yield number.to_bytes(2, "little")


class SoundVideo(FakeVideo):
    sound = FakeSound()


def brief(records) -> list[tuple[str, float]]:
    return [
        (type(record).__name__[0], (record.timestamp_unix_ns - START) / MS) for record in records
    ]


def test_frames_and_gaze_are_merged_in_time():
    timeline = FootageTimeline(FakeVideo(0, 40, 81), FakeGaze(0, 10, 40, 75, 90), loop=False)
    assert brief(timeline.records(START)) == [
        ("F", 0),
        ("G", 0),
        ("G", 10),
        ("F", 40),
        ("G", 40),
        ("G", 75),
        ("F", 81),
        ("G", 90),
    ]


def test_next_pass_begins_one_mean_interval_after_the_last_frame():
    timeline = FootageTimeline(FakeVideo(0, 40, 81, 123), FakeGaze(5, 150))
    records = list(islice(timeline.records(START), 12))
    assert brief(records) == [
        ("F", 0),
        ("G", 5),
        ("F", 40),
        ("F", 81),
        ("F", 123),
        ("G", 150),
        ("F", 164),
        ("G", 169),
        ("F", 204),
        ("F", 245),
        ("F", 287),
        ("G", 314),
    ]
    assert [r.index for r in records if isinstance(r, Frame)] == list(range(8))


def test_instants_are_exact_integers_over_many_passes():
    timeline = FootageTimeline(FakeVideo(0, 33.366667, 66.733333))
    frames = list(islice(timeline.records(START), 3000))
    length_ns = 66_733_333 + 66_733_333 // 2
    for number, frame in enumerate(frames):
        offset_ns = (0, 33_366_667, 66_733_333)[number % 3]
        assert frame.timestamp_unix_ns == START + number // 3 * length_ns + offset_ns


def test_gaze_outside_the_video_is_left_out():
    timeline = FootageTimeline(FakeVideo(0, 40), FakeGaze(-20, -1, 0, 79, 80, 500), loop=False)
    assert [time for kind, time in brief(timeline.records(START)) if kind == "G"] == [0, 79]


def test_single_image_repeats_at_the_nominal_rate():
    timeline = FootageTimeline(FakeVideo(0))
    assert brief(islice(timeline.records(START), 3)) == [("F", 0), ("F", 40), ("F", 80)]


def test_lost_images_keep_their_index():
    timeline = FootageTimeline(FakeVideo(0, 40, lost=2))
    frames = list(islice(timeline.records(START), 4))
    assert [frame.index for frame in frames] == [2, 3, 6, 7]


def test_nothing_is_decoded_ahead():
    video = FakeVideo(0, 40, 80)
    records = FootageTimeline(video).records(START)
    assert video.decoded == 0
    next(records)
    assert video.decoded == 1


def test_info_tells_what_there_is():
    info = FootageTimeline(FakeVideo(0), FakeGaze(0), description="footage a.mp4").info
    assert info.description == "footage a.mp4"
    assert (info.scene.width, info.scene.height, info.scene.rate_hz) == (4, 2, 25.0)
    assert info.gaze_rate_hz == 100.0
    assert (info.eyes, info.imu_rate_hz, info.has_eye_events) == (None, None, False)


def test_without_a_table_there_is_no_gaze():
    timeline = FootageTimeline(FakeVideo(0, 40), loop=False)
    assert timeline.info.gaze_rate_hz is None
    assert brief(timeline.records(START)) == [("F", 0), ("F", 40)]


def test_sound_is_merged_in_time_and_lasts_as_long_as_the_pictures():
    timeline = FootageTimeline(SoundVideo(0, 40, 80), FakeGaze(0, 25), loop=False)
    assert timeline.info.audio == AudioShape(sample_rate_hz=100, channels=1)
    records = list(timeline.records(START))
    assert brief(records) == [
        ("F", 0),
        ("A", 0),
        ("G", 0),
        ("A", 20),
        ("G", 25),
        ("F", 40),
        ("A", 40),
        ("A", 60),
        ("F", 80),
        ("A", 80),
        ("A", 100),
    ]


def test_sound_begins_again_with_the_pictures_and_has_no_gap():
    timeline = FootageTimeline(SoundVideo(0, 40, 81))
    chunks = [r for r in islice(timeline.records(START), 200) if isinstance(r, AudioChunk)]
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    sound = b"".join(chunk.samples for chunk in chunks)[::2]
    # A pass lasts 121.5 ms, which are 12.15 samples.
    passes = [sound[round(12.15 * n + 0.5) : round(12.15 * (n + 1) + 0.5)] for n in range(10)]
    assert {samples[:12] for samples in passes} == {bytes(range(12))}
    count = 0
    for chunk in chunks:
        assert chunk.timestamp_unix_ns == START + count * 10 * MS
        count += len(chunk.samples) // 2


def test_without_a_sound_track_there_is_no_sound():
    assert FootageTimeline(FakeVideo(0, 40)).info.audio is None


def test_two_iterators_do_not_disturb_each_other():
    timeline = FootageTimeline(FakeVideo(0, 40), FakeGaze(0, 20))
    first, second = timeline.records(START), timeline.records(START)
    next(first)
    next(first)
    assert brief([next(second)]) == [("F", 0)]


@pytest.mark.parametrize("name", ["invisible_world.mp4", "surface_animation.mp4"])
def test_real_footage_loops_without_a_jump(data_dir, name):
    pytest.importorskip("av", reason="needs the extra [video]")
    from gazewire.media import VideoFile

    video = VideoFile(data_dir / "scene-video" / name)
    once = [frame.timestamp_unix_ns - START for frame in video.frames(START)]
    mean_ns = once[-1] // (len(once) - 1)
    expected = [*once, *(once[-1] + mean_ns + time_ns for time_ns in once)]
    # Pictures are not kept: two passes of them are gigabytes.
    records = FootageTimeline(video).records(START)
    frames = (record for record in records if isinstance(record, Frame))
    played = [
        (frame.index, frame.timestamp_unix_ns - START) for frame in islice(frames, len(expected))
    ]
    assert played == list(enumerate(expected))
