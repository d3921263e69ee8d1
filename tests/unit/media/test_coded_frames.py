from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from gazewire.errors import RecordingError
from gazewire.model import Frame, PixelFormat

av = pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import CodedFrames, Coding, VideoCodec, find_encoder  # noqa: E402

WIDTH, HEIGHT = 66, 50
START_NS = 1_790_000_000_123_456_789
INSTANTS_MS = (0, 20, 40, 100)  # two were lost
LOSSLESS = (VideoCodec.FFV1, VideoCodec.RAW)
FORMATS: tuple[PixelFormat, ...] = ("gray", "bgr24", "yuv420p")


def pixels(pixel_format: PixelFormat) -> np.ndarray:
    ramp = np.linspace(0, 255, WIDTH).astype(np.uint8)
    match pixel_format:
        case "gray":
            return np.tile(ramp, (HEIGHT, 1))
        case "bgr24":
            return np.tile(np.stack([ramp, ramp[::-1], ramp // 2], axis=-1), (HEIGHT, 1, 1))
        case "yuv420p":
            return np.full((HEIGHT * 3 // 2, WIDTH), 120, np.uint8)


def frame(pixel_format: PixelFormat, milliseconds: int) -> Frame:
    return Frame(
        camera="a",
        index=0,
        timestamp_unix_ns=START_NS + milliseconds * 1_000_000,
        width=WIDTH,
        height=HEIGHT,
        pixel_format=pixel_format,
        data=pixels(pixel_format).reshape(-1).data,
    )


def written(folder: Path, pixel_format: PixelFormat, coding: Coding) -> CodedFrames:
    video = CodedFrames(
        folder / "a.b",
        width=WIDTH,
        height=HEIGHT,
        pixel_format=pixel_format,
        rate_hz=50.0,
        encoder=find_encoder(coding),
    )
    for milliseconds in INSTANTS_MS:
        video.write(frame(pixel_format, milliseconds))
    video.close()
    video.close()
    return video


@pytest.mark.parametrize(("codec", "pixel_format"), list(itertools.product(VideoCodec, FORMATS)))
def test_frames_keep_their_instants_and_levels(
    tmp_path: Path, codec: VideoCodec, pixel_format: PixelFormat
) -> None:
    video = written(tmp_path, pixel_format, Coding(codec=codec, quality=10))
    assert video.path.stem == "a.b"
    with av.open(str(video.path)) as container:
        pictures = list(container.decode(video=0))
    assert [round(1000 * picture.time) for picture in pictures] == list(INSTANTS_MS)
    arrays = [picture.to_ndarray(format=pixel_format) for picture in pictures[:1]]
    difference = np.abs(arrays[0].astype(int) - pixels(pixel_format)).max()
    assert difference <= (0 if codec in LOSSLESS else 24)


@pytest.mark.parametrize("codec", list(VideoCodec))
def test_images_may_be_reduced(tmp_path: Path, codec: VideoCodec) -> None:
    video = written(tmp_path, "gray", Coding(codec=codec, reduction=2))
    with av.open(str(video.path)) as container:
        picture = next(container.decode(video=0))
    assert (picture.width, picture.height) == (video.width, video.height)
    assert picture.width in {32, 33}


def test_what_is_written_can_be_read_before_the_end(tmp_path: Path) -> None:
    for codec in (VideoCodec.H264, VideoCodec.RAW):
        video = CodedFrames(
            tmp_path / codec.value,
            width=WIDTH,
            height=HEIGHT,
            pixel_format="gray",
            rate_hz=50.0,
            encoder=find_encoder(Coding(codec=codec)),
        )
        for number in range(100):
            video.write(frame("gray", 20 * number))
        with av.open(str(video.path)) as container:
            assert sum(1 for _ in container.decode(video=0)) >= 70
        video.close()


def test_a_clock_that_is_set_back_loses_no_frame(tmp_path: Path) -> None:
    video = CodedFrames(
        tmp_path / "a",
        width=WIDTH,
        height=HEIGHT,
        pixel_format="gray",
        rate_hz=50.0,
        encoder=find_encoder(Coding()),
    )
    for milliseconds in (0, 20, -3_600_000, -3_599_980, 40):
        video.write(frame("gray", milliseconds))
    video.close()
    with av.open(str(video.path)) as container:
        instants = [picture.pts for picture in container.decode(video=0)]
    assert len(instants) == 5
    assert instants == sorted(set(instants))


def test_a_frame_of_another_size_is_refused(tmp_path: Path) -> None:
    video = written(tmp_path, "gray", Coding())
    with pytest.raises(RecordingError, match="takes gray images of 66x50"):
        video.write(frame("bgr24", 200))


def test_a_file_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written"):
        written(tmp_path / "none", "gray", Coding())


def test_an_encoder_in_hardware_that_does_not_work_is_done_without() -> None:
    found = find_encoder(Coding(codec=VideoCodec.H264, hardware=True))
    assert found.told == "" or found.name == "libx264"
    lossless = find_encoder(Coding(codec=VideoCodec.FFV1, hardware=True))
    assert lossless.told == (
        "no encoder in hardware works here (there are none for ffv1): ffv1 codes in software"
    )
    assert find_encoder(Coding()).told == ""


def test_a_speed_that_there_is_not_is_told() -> None:
    with pytest.raises(RecordingError, match="nothing here codes h264"):
        find_encoder(Coding(speed="furious"))
