"""Held to real OpenCV, with a video file in the place of the camera."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gazewire.camera import LiveCamera, Presence, VideoShape
from gazewire.errors import UnreadableSourceError
from gazewire.model import Frame
from gazewire.time import SystemClock

cv2 = pytest.importorskip("cv2", reason="needs the extra [device]")

from gazewire.camera.uvc import UvcCapture, open_uvc  # noqa: E402

WANTED = VideoShape(width=1600, height=1200, rate_hz=30)
PICTURES = 12


@pytest.fixture
def video(render_video) -> Path:
    return render_video(
        range(0, PICTURES * 3000, 3000), name="camera.mkv", codec="mjpeg", pix_fmt="yuvj420p"
    )


def open_file(path: Path) -> UvcCapture:
    return UvcCapture(str(path), cv2.CAP_FFMPEG, shape=WANTED, refusal=f"{path} is broken")


def frames_of(capture: UvcCapture) -> list[Frame]:
    frames = []
    while capture.grab() is not None:
        frame = capture.decode(index=len(frames), timestamp_unix_ns=len(frames))
        assert frame is not None
        frames.append(frame)
    return frames


def test_size_and_rate_are_those_of_the_pictures_not_those_asked_for(video: Path) -> None:
    capture = open_file(video)
    assert capture.shape == VideoShape(width=64, height=48, rate_hz=30)
    capture.close()


def test_pictures_come_in_order_and_then_no_more(video: Path, number_of) -> None:
    capture = open_file(video)
    frames = frames_of(capture)
    # The first one showed that the camera works.
    assert [number_of(frame) for frame in frames] == list(range(1, PICTURES))
    assert {frame.pixel_format for frame in frames} == {"yuv420p"}
    assert all(len(frame.data) == 64 * 48 * 3 // 2 for frame in frames)
    capture.close()


def test_white_and_black_are_in_video_range(video: Path) -> None:
    capture = open_file(video)
    luma = bytes(frames_of(capture)[0].data)[: 64 * 48]
    assert 14 <= min(luma) <= 18
    assert 233 <= max(luma) <= 237
    capture.close()


def test_a_picture_of_odd_size_comes_whole(tmp_path: Path) -> None:
    path = str(tmp_path / "odd_%02d.png")
    for index in range(2):
        cv2.imwrite(path % index, cv2.UMat(33, 45, cv2.CV_8UC3).get())
    capture = UvcCapture(path, cv2.CAP_IMAGES, shape=WANTED, refusal="broken")
    assert capture.shape == VideoShape(width=45, height=33, rate_hz=WANTED.rate_hz)
    (frame,) = frames_of(capture)
    assert frame.pixel_format == "bgr24"
    assert len(frame.data) == 45 * 33 * 3
    capture.close()


def test_a_camera_that_gives_no_picture_is_refused_without_noise(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "camera.avi"
    path.write_bytes(b"RIFF")
    with pytest.raises(UnreadableSourceError, match="is broken"):
        open_file(path)
    assert capfd.readouterr().err == ""


def test_a_closed_camera_gives_nothing_and_may_be_closed_again(video: Path) -> None:
    capture = open_file(video)
    capture.close()
    capture.close()
    assert capture.grab() is None


@pytest.mark.skipif(sys.platform != "linux", reason="Video4Linux is on Linux alone")
def test_what_is_no_camera_is_refused_before_opencv_sees_it(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(UnreadableSourceError, match="/dev/null is not a camera"):
        open_uvc(Path("/dev/null"), width=1600, height=1200)
    assert capfd.readouterr().err == ""


async def test_a_live_camera_reads_by_opencv_and_opens_again_after_the_last_picture(
    video: Path, number_of
) -> None:
    clock = SystemClock()
    before_ns = clock.unix_ns()
    camera = LiveCamera(lambda: open_file(video), name="film", retry_after_s=(0,))
    async with camera:
        frames, presence = list[Frame](), list[bool]()
        async for item in camera.records(clock):
            if isinstance(item, Presence):
                presence.append(item.connected)
            elif isinstance(item, Frame):
                frames.append(item)
                if presence == [False, True]:
                    break
    assert number_of(frames[-1]) >= 1
    # A file has no stamps of the monotonic counter, so these are the instants of arrival.
    instants = [frame.timestamp_unix_ns for frame in frames]
    assert before_ns < instants[0]
    assert instants == sorted(set(instants))
    assert instants[-1] < clock.unix_ns()
