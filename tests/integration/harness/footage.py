"""Footage with gaze, made by the test, and the pictures that a file holds.

Each picture differs from its neighbours all over, so that one shown in another's place is seen.
"""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

__all__ = ["GAZE_RATE_HZ", "Luma", "decode_luma", "video_length_s", "write_gaze", "write_video"]

Luma = npt.NDArray[np.uint8]
"""(N, H, W) uint8, the Y plane of each picture."""

GAZE_RATE_HZ = 200


def write_video(path: Path, *, frames: int, width: int = 320, height: int = 240) -> Path:
    """Render moving waves at 30 frames a second as H.264 without B-frames."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, 90_000)
        stream.options = {"crf": "18", "preset": "veryfast", "bf": "0", "g": "30"}
        for index in range(frames):
            phase = 2 * math.pi * index / 37
            waves = np.sin(columns / 17 + phase) + np.cos(rows / 13 - 2 * phase)
            gray = (128 + 50 * waves).astype(np.uint8)
            picture = av.VideoFrame.from_ndarray(gray, format="gray").reformat(format="yuv420p")
            picture.pts = index * 3000
            picture.time_base = stream.time_base
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def write_gaze(path: Path, *, seconds: float, width: int, height: int) -> Path:
    """Write gaze that circles through the picture and is not worn for a while in each second."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["timestamp_s", "x_px", "y_px", "worn"])
        for index in range(int(seconds * GAZE_RATE_HZ)):
            time_s = index / GAZE_RATE_HZ
            x_px = width * (0.5 + 0.4 * math.cos(2 * time_s))
            y_px = height * (0.5 + 0.4 * math.sin(3 * time_s))
            worn = int(time_s % 1 < 0.9)
            writer.writerow([f"{time_s:.6f}", f"{x_px:.4f}", f"{y_px:.4f}", worn])
    return path


def decode_luma(path: Path) -> Luma:
    """Decode every picture of a video file."""
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    return np.stack(pictures)


def video_length_s(path: Path) -> float:
    """The playing time of a video file's pictures."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.duration is not None
        assert stream.time_base is not None
        return float(stream.duration * stream.time_base)
