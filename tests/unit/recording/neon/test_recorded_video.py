from __future__ import annotations

import pytest

from gazewire.errors import UndecodableSourceError

pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.recording.neon import layout
from gazewire.recording.neon.reader import NeonRecording
from gazewire.recording.neon.recorded_video import RecordedVideo

T0 = 1_760_000_000_000_000_003
MS = 1_000_000
BASE = layout.SCENE_VIDEO.base


@pytest.fixture
def add_part(phone, render_video):
    """Put a video of `count` pictures into the recording; the container's own time is another."""

    def add_part(part: int, count: int, times_ms, base: str = BASE, **options) -> None:
        path = render_video([index * 2000 for index in range(count)], **options)
        path.rename(phone.folder / f"{base} ps{part}.mp4")
        phone.times(base, times_ms, part)

    return add_part


def scene(phone) -> RecordedVideo:
    return RecordedVideo(phone.folder, layout.SCENE_VIDEO, camera="world")


def brief(video: RecordedVideo, number_of) -> list[tuple[float, int, int]]:
    return [
        ((frame.timestamp_unix_ns - T0) / MS, frame.index, number_of(frame))
        for frame in video.frames()
    ]


@pytest.mark.parametrize("b_frames", [0, 2])
def test_image_i_in_order_of_display_has_row_i(phone, add_part, number_of, b_frames):
    times = [0, 33, 67, 120, 150, 151, 200]
    add_part(1, 7, times, b_frames=b_frames)
    video = scene(phone)
    assert brief(video, number_of) == [(time, i, i) for i, time in enumerate(times)]
    assert (video.width, video.height, video.rate_hz) == (64, 48, pytest.approx(30, rel=0.1))


def test_parts_follow_each_other_and_surplus_rows_are_ignored(phone, add_part, number_of):
    add_part(1, 3, [0, 33, 67, 100, 133])
    add_part(2, 2, [5000, 5033])
    assert brief(scene(phone), number_of) == [
        (0, 0, 0),
        (33, 1, 1),
        (67, 2, 2),
        (5000, 5, 0),
        (5033, 6, 1),
    ]


def test_images_without_a_row_are_left_out(phone, add_part, number_of):
    add_part(1, 5, [0, 33, 67])
    add_part(2, 2, [100, 133])
    assert [time for time, *_ in brief(scene(phone), number_of)] == [0, 33, 67, 100, 133]


def test_images_that_step_back_in_time_are_left_out(phone, add_part, number_of):
    add_part(1, 5, [0, 33, 33, 20, 67])
    assert brief(scene(phone), number_of) == [(0, 0, 0), (33, 1, 1), (67, 4, 4)]


def test_container_that_cannot_be_decoded_is_left_out(phone, add_part, number_of):
    add_part(1, 2, [0, 33])
    phone.write(f"{BASE} ps2.mp4", b"killed too early")
    phone.times(BASE, [50], 2)
    video = scene(phone)
    assert [time for time, *_ in brief(video, number_of)] == [0, 33]
    assert video.unreadable_parts == [phone.folder / f"{BASE} ps2.mp4"]


@pytest.mark.parametrize("times_ms", [[], [0]])
def test_no_picture_at_all_is_told(phone, times_ms):
    phone.write(f"{BASE} ps1.mp4", b"killed too early")
    phone.times(BASE, times_ms)
    with pytest.raises(UndecodableSourceError, match="no part of the video"):
        scene(phone)
    assert NeonRecording(phone.folder).scene is None


def test_index_and_time_can_be_moved(phone, add_part):
    add_part(1, 2, [0, 33])
    frames = list(scene(phone).frames(shift_ns=-T0, first_index=10))
    assert [(frame.index, frame.timestamp_unix_ns) for frame in frames] == [(10, 0), (11, 33 * MS)]


def test_each_glasses_videos_are_found_by_their_names(phone, add_part):
    add_part(1, 2, [0, 33])
    add_part(1, 2, [0, 5], base=layout.EYES_VIDEO.base)
    recording = NeonRecording(phone.folder)
    assert next(recording.scene.frames()).camera == "world"
    assert next(recording.eyes.frames()).camera == "eyes"
    phone.info(data_format_version="1.4")
    assert NeonRecording(phone.folder).scene is None
    add_part(1, 2, [0, 33], base=layout.INVISIBLE_SCENE_VIDEO.base)
    assert NeonRecording(phone.folder).scene is not None
