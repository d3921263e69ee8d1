from __future__ import annotations

import os

import numpy as np
import pytest

from gazewire.camera import VideoShape
from gazewire.errors import RecordingError
from gazewire.model import AccessUnit, Frame
from gazewire.recording import RecordingFolder
from gazewire.recording.neon.layout import SCENE_VIDEO
from gazewire.recording.neon.video import VideoTrack

av = pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import H264Encoder  # noqa: E402

T = 1_790_000_000_123_456_789
FRAME_NS = 33_333_333
SHAPE = VideoShape(width=64, height=48, rate_hz=30)
MP4 = "Neon Scene Camera v1 ps1.mp4"
TIME = "Neon Scene Camera v1 ps1.time"


@pytest.fixture(scope="module")
def encoder() -> H264Encoder:
    return H264Encoder(width=64, height=48, rate_hz=30)


@pytest.fixture
def units(encoder) -> list[AccessUnit]:
    """Ten pictures of rising brightness; 0 and 5 are key frames."""
    return [
        encoder.encode(
            Frame(
                camera="world",
                index=index,
                timestamp_unix_ns=T + index * FRAME_NS,
                width=64,
                height=48,
                pixel_format="gray",
                data=bytes([20 * index + 20]) * (64 * 48),
            ),
            force_keyframe=index in {0, 5},
        )
        for index in range(10)
    ]


@pytest.fixture
def folder(tmp_path):
    return RecordingFolder(tmp_path / "recording")


@pytest.fixture
def track(folder, encoder):
    track = VideoTrack(folder, SCENE_VIDEO, SHAPE, encoder.parameter_sets)
    yield track
    track.close()


def brightness(folder: RecordingFolder) -> list[int]:
    """Index of each picture, from how bright it is."""
    with av.open(str(folder.path / MP4)) as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return [round((picture.mean() - 20) / 20) for picture in pictures]


def instants(folder: RecordingFolder) -> list[int]:
    return ((np.fromfile(folder.path / TIME, "<i8") - T) // FRAME_NS).tolist()


def test_each_picture_has_its_instant(track, folder, units):
    for unit in units:
        assert track.append(unit)
    track.close()

    assert instants(folder) == brightness(folder) == list(range(10))
    assert (track.frames, track.dropped) == (10, 0)


def test_no_file_before_the_first_key_frame(track, folder, units):
    for unit in units[1:5]:
        assert track.append(unit)
    assert os.listdir(folder.path) == []

    for unit in units[5:]:
        track.append(unit)
    track.close()

    assert instants(folder) == brightness(folder) == [5, 6, 7, 8, 9]
    assert track.dropped == 0


def test_late_picture_is_dropped_with_those_that_need_it(track, folder, units):
    late = AccessUnit(
        timestamp_unix_ns=T, nal_units=units[2].nal_units, is_keyframe=units[2].is_keyframe
    )
    assert [track.append(unit) for unit in (*units[:2], late, *units[3:])] == [
        *[True, True],
        *[False, False, False],
        *[True] * 5,
    ]
    track.close()

    assert instants(folder) == brightness(folder) == [0, 1, 5, 6, 7, 8, 9]
    assert track.dropped == 3


def test_instant_is_on_disk_before_its_picture(track, folder, units):
    track.append(units[0])

    assert instants(folder) == [0]


def test_container_that_cannot_be_made_leaves_no_instant(track, folder, units):
    (folder.path / MP4).mkdir()

    with pytest.raises(RecordingError):
        track.append(units[0])

    assert not (folder.path / TIME).exists()


def test_sync_leaves_the_track_writable(track, folder, units):
    track.sync()
    track.append(units[0])
    track.sync()
    track.append(units[1])
    track.close()

    assert brightness(folder) == [0, 1]
