"""What unit tests share: small videos whose pictures tell their number, and `loopback`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from gazewire.model import Frame

# pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parent))

BARS = 8
WIDTH = 64
HEIGHT = 48


@pytest.fixture(scope="session")
def numbered() -> Callable[..., Frame]:
    """Make a frame of 64x48 with its index in it: eight bars, white for a one bit."""

    def numbered(index: int, timestamp_unix_ns: int = 0, pixel_format="gray") -> Frame:
        bars = [255 * (index >> bit & 1) for bit in range(BARS)]
        gray = np.tile(np.repeat(np.array(bars, np.uint8), WIDTH // BARS), (HEIGHT, 1))
        chroma = np.full(WIDTH * HEIGHT // 2, 128, np.uint8)
        data = {
            "gray": gray.tobytes(),
            "bgr24": np.repeat(gray, 3, axis=1).tobytes(),
            "yuv420p": gray.clip(16, 235).tobytes() + chroma.tobytes(),
        }[pixel_format]
        return Frame(
            camera="world",
            index=index,
            timestamp_unix_ns=timestamp_unix_ns,
            width=WIDTH,
            height=HEIGHT,
            pixel_format=pixel_format,
            data=data,
        )

    return numbered


@pytest.fixture(scope="session")
def number_of() -> Callable[[Frame], int]:
    """Read the number of a picture back out of its luma."""

    def number_of(frame: Frame) -> int:
        luma = np.frombuffer(frame.data, np.uint8, frame.width * frame.height)
        bars = luma.reshape(frame.height, BARS, -1).mean(axis=(0, 2))
        return sum(1 << bit for bit, mean in enumerate(bars) if mean > 128)

    return number_of


@pytest.fixture
def render_video(tmp_path, numbered) -> Callable[..., Path]:
    """Write a video with the pictures 0, 1, 2, … at given ticks of 1/90000 s."""
    av = pytest.importorskip("av", reason="needs the extra [video]")

    def render_video(
        ticks: Sequence[int],
        *,
        name: str = "video.mp4",
        codec: str = "libx264",
        pix_fmt: str = "yuv420p",
        b_frames: int = 0,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=30)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pix_fmt
            stream.time_base = stream.codec_context.time_base = Fraction(1, 90_000)
            stream.codec_context.max_b_frames = b_frames
            stream.codec_context.gop_size = 10
            if codec == "libx264":
                stream.codec_context.options = {"bf": str(b_frames), "b-adapt": "0"}
            for index, tick in enumerate(ticks):
                gray = np.frombuffer(numbered(index).data, np.uint8).reshape(HEIGHT, WIDTH)
                picture = av.VideoFrame.from_ndarray(gray, format="gray").reformat(
                    format=pix_fmt, dst_color_range="JPEG" if pix_fmt == "yuvj420p" else "MPEG"
                )
                picture.pts, picture.time_base = tick, Fraction(1, 90_000)
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        return path

    return render_video
