"""Every picture that the official client decodes is the one that was filmed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from harness.footage import Luma, decode_luma, write_video
from harness.peer import PeerRunner
from harness.program import DeviceProgram
from harness.truth import RTP_TICK_NS, indices_of, read_truth

FRAME_COUNT = 110

# The device codes pictures anew, at 8 Mbit/s. That costs up to about 2 levels of 255 in the mean; a
# picture of another instant, or one with lost slices, is further off in the blocks it spoils.
MEAN_LIMIT = 4.0
BLOCK_LIMIT = 16.0
BLOCK_PX = 40


def differences(received: Luma, source: Luma) -> tuple[float, float]:
    """The mean absolute difference of two pictures, and that of their worst block."""
    difference = np.abs(received.astype(np.int16) - source.astype(np.int16))
    height, width = (size // BLOCK_PX * BLOCK_PX for size in difference.shape)
    blocks = difference[:height, :width].reshape(
        height // BLOCK_PX, BLOCK_PX, width // BLOCK_PX, BLOCK_PX
    )
    return float(difference.mean()), float(blocks.mean(axis=(1, 3)).max())


def receive_luma(
    device: DeviceProgram, peers: PeerRunner, folder: Path, scheme: str
) -> tuple[Luma, list[int]]:
    """Receive pictures, and say which of the source's frames each claims to be."""
    luma_path = folder / "luma"
    url = device.stream_url("world", scheme)
    [video] = peers.run(
        "async_video", urls=[url], count=FRAME_COUNT, luma_path=str(luma_path), limit_s=55
    )
    shape = (FRAME_COUNT, video["height"], video["width"])
    pictures = np.memmap(luma_path, dtype=np.uint8, mode="r", shape=shape)
    instants = [round(seconds * 1e9) for seconds in video["timestamps_s"]]
    truth = read_truth(device.truth, "world", max(instants))
    times = [row["timestamp_unix_ns"] for row in truth]
    rows = indices_of(instants, times, RTP_TICK_NS + 300)
    return pictures, [truth[row]["index"] for row in rows]


def assert_all_alike(pictures: Luma, indices: list[int], source: Luma) -> None:
    spoiled = {}
    for picture, index in zip(pictures, indices, strict=True):
        mean, worst = differences(picture, source[index % len(source)])
        if mean > MEAN_LIMIT or worst > BLOCK_LIMIT:
            spoiled[index] = (round(mean, 2), round(worst, 2))
    assert not spoiled, "frame: (mean difference, that of the worst block)"


@pytest.mark.parametrize("scheme", ["rtsp", "rtspt"])
def test_no_picture_of_rendered_footage_is_spoiled(
    start_device: Callable[..., DeviceProgram], peers: PeerRunner, tmp_path: Path, scheme: str
) -> None:
    video = write_video(tmp_path / "waves.mp4", frames=74)
    device = start_device("--source", str(video), "--product", "invisible")
    pictures, indices = receive_luma(device, peers, tmp_path, scheme)
    assert_all_alike(pictures, indices, decode_luma(video))
    device.stop()


def test_the_limits_tell_neighbouring_pictures_apart(tmp_path: Path) -> None:
    source = decode_luma(write_video(tmp_path / "waves.mp4", frames=10))
    for one, next_one in itertools.pairwise(source):
        mean, worst = differences(one, next_one)
        assert mean > MEAN_LIMIT
        assert worst > BLOCK_LIMIT


def test_no_picture_of_real_footage_is_spoiled(
    start_device: Callable[..., DeviceProgram],
    peers: PeerRunner,
    data_dir: Path,
    tmp_path: Path,
) -> None:
    video = data_dir / "scene-video" / "invisible_world.mp4"
    if not video.exists():
        pytest.skip(f"no real footage: {video} does not exist")
    device = start_device("--source", str(video), "--product", "invisible")
    pictures, indices = receive_luma(device, peers, tmp_path, "rtsp")
    assert_all_alike(pictures, indices, decode_luma(video))
    device.stop()
