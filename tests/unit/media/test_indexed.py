from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from made_eyes import damage_picture, write_video

from gazewire.errors import UndecodableSourceError
from gazewire.media import FragmentedMp4Writer, H264Encoder, IndexedVideo


def shades(count: int) -> list[np.ndarray]:
    return [np.full((48, 64), 10 * (index + 1), np.uint8) for index in range(count)]


@pytest.mark.parametrize(
    ("name", "codec"), [("eye.mp4", "mjpeg"), ("eye.avi", "mpeg4"), ("eye.mjpeg", "mjpeg")]
)
def test_any_picture_can_be_asked_for_in_any_order(name: str, codec: str, tmp_path: Path) -> None:
    video = IndexedVideo(write_video(tmp_path / name, shades(12), codec=codec))
    assert len(video) == 12
    for index in (0, 1, 7, 3, 11, 11, 0):
        assert video.gray(index).mean() == pytest.approx(10 * (index + 1), abs=2)
    video.close()


def test_gray_has_the_full_range_whatever_the_range_of_the_video(tmp_path: Path) -> None:
    ends = [np.full((48, 64), shade, np.uint8) for shade in (0, 255)]
    for name, codec in (("full.mp4", "mjpeg"), ("video.mp4", "mpeg4")):
        video = IndexedVideo(write_video(tmp_path / name, ends, codec=codec))
        assert [round(video.gray(index).mean()) for index in (0, 1)] == [0, 255]
        video.close()


def test_times_are_those_of_the_container(tmp_path: Path) -> None:
    video = IndexedVideo(write_video(tmp_path / "eye.mp4", shades(4), rate_hz=30))
    assert video.times_ns.tolist() == [0, 33_333_333, 66_666_667, 100_000_000]
    video.close()


def test_a_damaged_picture_takes_no_other_with_it(tmp_path: Path) -> None:
    path = write_video(tmp_path / "eye.mp4", shades(6))
    damage_picture(path, 2)
    video = IndexedVideo(path)
    with pytest.raises(UndecodableSourceError, match="picture 2 of"):
        video.gray(2)
    assert video.gray(3).mean() == pytest.approx(40, abs=2)
    video.close()


def test_every_picture_before_a_tear_can_be_had_alone(tmp_path, numbered, number_of):
    encoder = H264Encoder(width=64, height=48, rate_hz=30)
    path = tmp_path / "torn.mp4"
    with FragmentedMp4Writer(
        path, width=64, height=48, parameter_sets=encoder.parameter_sets
    ) as writer:
        for index in range(90):
            writer.write(encoder.encode(numbered(index, index * 33_333_333)))
    whole = path.read_bytes()
    for size in (len(whole) * 2 // 3, len(whole) - 700):
        path.write_bytes(whole[:size])
        with closing(IndexedVideo(path)) as video:
            assert 0 < len(video) < 90
            for index in (len(video) - 1, len(video) - 2, 0, len(video) - 1):
                assert number_of(video.frame(index)) == index
