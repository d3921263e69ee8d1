from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gazewire.camera import VideoShape
from gazewire.compose.footage_camera import VideoCamera, open_footage
from gazewire.errors import SourceError

RenderVideo = Callable[..., Path]


def test_a_video_is_shown_again_and_again_in_its_own_time(render_video: RenderVideo) -> None:
    camera = open_footage(render_video([0, 3000, 6000]), "eye0")
    taken = list(itertools.islice(camera.exposures(1_000), 7))
    assert [one.index for one in taken] == list(range(7))
    steps = np.diff([one.timestamp_unix_ns for one in taken])
    assert np.abs(steps - 1e9 / 30).max() < 2
    assert taken[0].timestamp_unix_ns == 1_000
    assert (taken[0].width, taken[0].height) == (camera.width, camera.height)
    assert taken[0].frame().camera == "eye0"


def test_of_a_folder_the_video_of_that_name_is_shown(
    render_video: RenderVideo, tmp_path: Path
) -> None:
    render_video([0, 3000], name="eye1.mp4")
    assert next(open_footage(tmp_path, "eye1").exposures(0)).frame().camera == "eye1"
    with pytest.raises(SourceError):
        open_footage(tmp_path, "eye0")


def test_what_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="nowhere"):
        open_footage(tmp_path / "nowhere.mp4", "world")
    with pytest.raises(SourceError, match="nowhere"):
        VideoCamera(tmp_path / "nowhere", "eye0", VideoShape(width=4, height=4, rate_hz=1))
