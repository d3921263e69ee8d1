from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gazewire.errors import UndecodableSourceError, UnreadableSourceError

av = pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import FragmentedMp4Writer, H264Encoder, VideoFile  # noqa: E402

START = 1_790_000_000_123_456_789
UNEVEN = [0, 2999, 6007, 9000, 20000, 23001, 23002, 26000, 90000, 93000, 95999, 99000]


def ns(tick: int) -> int:
    return (tick * 1_000_000_000 * 2 + 90_000) // (2 * 90_000)


@pytest.mark.parametrize("b_frames", [0, 3])
def test_frames_come_in_order_of_display_with_the_files_timestamps(
    render_video, number_of, b_frames
):
    video = VideoFile(render_video(UNEVEN, b_frames=b_frames))
    frames = list(video.frames(START, first_index=100))
    assert [number_of(frame) for frame in frames] == list(range(len(UNEVEN)))
    assert [frame.timestamp_unix_ns - START for frame in frames] == [ns(tick) for tick in UNEVEN]
    assert [frame.index for frame in frames] == list(range(100, 100 + len(UNEVEN)))
    assert video.skipped == 0


def test_first_frame_has_the_start_wherever_the_file_begins(render_video):
    video = VideoFile(render_video([900_000, 903_000, 906_000], name="late.mkv"))
    assert [frame.timestamp_unix_ns for frame in video.frames(START)] == [
        START,
        START + 33_000_000,
        START + 67_000_000,
    ], "Matroska counts milliseconds"


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mp4", "libx264", "yuv420p"),
        ("b.mp4", "libx264", "yuvj420p"),
        ("c.mp4", "libx264", "yuv444p"),
        ("d.mkv", "ffv1", "gray"),
        ("e.avi", "mjpeg", "yuvj420p"),
        ("f.mkv", "libvpx-vp9", "yuv420p"),
    ],
)
def test_every_codec_gives_video_range_planes(render_video, number_of, name, codec, pix_fmt):
    video = VideoFile(
        render_video([index * 3000 for index in range(12)], name=name, codec=codec, pix_fmt=pix_fmt)
    )
    frames = list(video.frames())
    assert [number_of(frame) for frame in frames] == list(range(12))
    for frame in frames:
        assert frame.pixel_format == "yuv420p"
        assert len(frame.data) == 64 * 48 * 3 // 2
    luma = np.frombuffer(frames[1].data, np.uint8, 64 * 48).reshape(48, 64)
    assert luma[:, 2:6].mean() == pytest.approx(235, abs=4)
    assert luma[:, 10:].mean() == pytest.approx(16, abs=4)


def test_info_is_there_before_the_first_frame(render_video):
    video = VideoFile(render_video([index * 4500 for index in range(40)]), camera="eyes")
    assert (video.width, video.height) == (64, 48)
    assert video.rate_hz == pytest.approx(20, rel=0.05)
    assert next(video.frames()).camera == "eyes"


def test_two_readers_do_not_disturb_each_other(render_video, number_of):
    video = VideoFile(render_video([index * 3000 for index in range(10)]))
    pairs = list(zip(video.frames(), video.frames(), strict=True))
    assert [(number_of(a), number_of(b)) for a, b in pairs] == [(i, i) for i in range(10)]


def test_corrupt_packet_in_the_middle_is_skipped_and_counted(render_video, number_of):
    path = render_video([index * 3000 for index in range(30)], codec="mjpeg", pix_fmt="yuvj420p")
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        position, size = packets[12].pos, packets[12].size
    with path.open("r+b") as file:
        file.seek(position)
        file.write(bytes(size))
    video = VideoFile(path)
    frames = list(video.frames())
    expected = [index for index in range(30) if index != 12]
    assert [number_of(frame) for frame in frames] == expected
    assert [frame.index for frame in frames] == expected, "a lost image leaves a gap"
    assert video.skipped == 1


def test_file_that_is_torn_off_plays_up_to_there(render_video, number_of):
    path = render_video([index * 3000 for index in range(60)], name="video.mkv")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    numbers = [number_of(frame) for frame in VideoFile(path).frames()]
    assert 20 < len(numbers) < 60
    assert numbers == list(range(len(numbers)))


def test_timestamps_rise_where_the_file_steps_back(tmp_path, render_video):
    # Two transport streams one behind the other: time begins again in the middle.
    ticks = [index * 3000 for index in range(10)]
    part = render_video(ticks, name="part.ts").read_bytes()
    path = tmp_path / "joined.ts"
    path.write_bytes(part + part)
    frames = list(VideoFile(path).frames())
    assert len(frames) == 20
    steps = np.diff([frame.timestamp_unix_ns for frame in frames])
    assert steps.min() > 0
    assert steps.max() < 100_000_000


def test_missing_file_is_told(tmp_path):
    with pytest.raises(UnreadableSourceError, match=r"no file .*nope\.mp4; check") as caught:
        VideoFile(tmp_path / "nope.mp4")
    assert caught.value.source == str(tmp_path / "nope.mp4")


def test_folder_is_told(tmp_path):
    with pytest.raises(UnreadableSourceError, match="cannot be opened"):
        VideoFile(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a video at all\n" * 50, bytes(5000)])
def test_file_that_is_no_video_is_told(tmp_path, content):
    path = tmp_path / "notes.mp4"
    path.write_bytes(content)
    with pytest.raises(UndecodableSourceError, match=r"notes\.mp4"):
        VideoFile(path)


def test_file_without_a_video_track_is_told(tmp_path):
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    with pytest.raises(UndecodableSourceError, match="has no video track"):
        VideoFile(path)


def test_container_without_a_picture_is_told(tmp_path):
    path = tmp_path / "empty.mp4"
    sets = H264Encoder(width=64, height=48, rate_hz=30).parameter_sets
    FragmentedMp4Writer(path, width=64, height=48, parameter_sets=sets).close()
    with pytest.raises(UndecodableSourceError, match=r"empty\.mp4"):
        VideoFile(path)


def test_name_like_an_address_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableSourceError, match="there is no file"):
        VideoFile(Path("http:video.mp4"))


@pytest.mark.parametrize(
    ("name", "count"), [("invisible_world.mp4", 216), ("surface_animation.mp4", 414)]
)
def test_real_footage_gives_every_frame_at_its_time(data_dir, name, count):
    path = data_dir / "scene-video" / name
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
        time_base = stream.time_base
    pts = sorted(packets)
    video = VideoFile(path)
    frames = [(frame.index, frame.timestamp_unix_ns) for frame in video.frames(START)]
    assert len(frames) == count
    assert frames == [
        (index, START + round((tick - pts[0]) * time_base * 1_000_000_000))
        for index, tick in enumerate(pts)
    ]
    assert video.skipped == 0
