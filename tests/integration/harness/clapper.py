"""Footage in which a flash and a chirp happen at the same instant, once a second."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

__all__ = [
    "FIRST_FLASH",
    "FLASH_EVERY",
    "FRAME_RATE_HZ",
    "chirps_at_s",
    "is_flash",
    "write_clapper",
]

FRAME_RATE_HZ = 30
FLASH_EVERY = 30
FIRST_FLASH = 10
SOUND_RATE_HZ = 44_100

WIDTH, HEIGHT = 320, 240
DARK, BRIGHT = 60, 220

CHIRP_S = 0.05
CHIRP_FROM_HZ, CHIRP_TO_HZ = 500, 3000
# Against the best of all; what is no chirp does not come near.
LIKENESS = 0.5


def write_clapper(path: Path, *, seconds: int = 3) -> Path:
    """Write H.264 at 30 frames a second and AAC at 44.1 kHz, in whole seconds."""
    sound = np.zeros(seconds * SOUND_RATE_HZ)
    chirp = 0.5 * _chirp(SOUND_RATE_HZ)
    for second in range(seconds):
        begin = round((second + FIRST_FLASH / FRAME_RATE_HZ) * SOUND_RATE_HZ)
        sound[begin : begin + len(chirp)] = chirp
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FRAME_RATE_HZ)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.time_base = Fraction(1, 90_000)
        video.options = {"preset": "veryfast", "bf": "0"}
        audio = container.add_stream("aac", rate=SOUND_RATE_HZ, layout="mono")
        audio.bit_rate = 128_000
        for index in range(seconds * FRAME_RATE_HZ):
            shade = BRIGHT if index % FLASH_EVERY == FIRST_FLASH else DARK
            gray = np.full((HEIGHT, WIDTH), shade, np.uint8)
            picture = av.VideoFrame.from_ndarray(gray, format="gray").reformat(format="yuv420p")
            picture.pts, picture.time_base = index * 3000, video.time_base
            container.mux(video.encode(picture))
        pcm = np.rint(sound * 32_767).astype(np.int16)[None, :]
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate, frame.pts = SOUND_RATE_HZ, 0
        container.mux(audio.encode(frame))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


def is_flash(luma: npt.NDArray[np.uint8]) -> bool:
    """Tell whether a picture is one of the bright ones."""
    return bool(luma.mean() > (DARK + BRIGHT) / 2)


def chirps_at_s(samples: npt.NDArray[np.float64], rate_hz: int) -> list[float]:
    """Find where chirps begin, in seconds from the first sample, to a fraction of a sample."""
    template = _chirp(rate_hz)
    likeness = np.correlate(samples, template, "valid")
    likeness /= likeness.max()
    found = []
    guard = rate_hz // 2
    for at in np.flatnonzero(likeness > LIKENESS):
        around = likeness[max(0, at - guard) : at + guard]
        if likeness[at] == around.max() and 0 < at < len(likeness) - 1:
            before, here, after = likeness[at - 1 : at + 2]
            found.append((at + 0.5 * (before - after) / (before - 2 * here + after)) / rate_hz)
    return [float(at_s) for at_s in found]


def _chirp(rate_hz: int) -> npt.NDArray[np.float64]:
    time_s = np.arange(round(CHIRP_S * rate_hz)) / rate_hz
    slope = (CHIRP_TO_HZ - CHIRP_FROM_HZ) / CHIRP_S
    return np.sin(2 * np.pi * (CHIRP_FROM_HZ * time_s + slope * time_s**2 / 2))
