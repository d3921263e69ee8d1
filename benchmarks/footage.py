"""Video coded before a measurement begins, so that nothing but sending is measured."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import msgspec
import numpy as np

from gazewire.model import AccessUnit
from gazewire.wire.payload.h264 import split_annex_b

NS_PER_S = 1_000_000_000
IDR = 5


class Footage(msgspec.Struct, frozen=True):
    """A stretch of video that can be repeated: it begins with a key frame.

    Attributes:
        width: pixels in a row.
        height: rows.
        rate_hz: pictures a second.
        parameter_sets: of the coder.
        units: with timestamps that count from zero.
    """

    width: int
    height: int
    rate_hz: int
    parameter_sets: tuple[bytes, bytes]
    units: list[AccessUnit]

    @property
    def mbit_per_s(self) -> float:
        octets = sum(len(nal) for unit in self.units for nal in unit.nal_units)
        return octets * 8 / 1e6 * self.rate_hz / len(self.units)


def room(width: int, height: int, pictures: int) -> Iterator[av.VideoFrame]:
    """Draw a textured room seen by a head that turns."""
    random = np.random.default_rng(7)
    # Structure of every size; the grain of a sensor is cut from a larger sheet of it.
    panorama = np.zeros((height, width + 2 * pictures), np.float32)
    for size in (32, 128):
        coarse = random.normal(0, 12, (height // size + 1, panorama.shape[1] // size + 1))
        panorama += np.kron(coarse, np.ones((size, size)))[:height, : panorama.shape[1]]
    grain = random.normal(128, 4, (height + 64, width + 64)).astype(np.float32)
    chroma = np.full((height // 2, width), 128, np.uint8)
    for n in range(pictures):
        dx, dy = random.integers(0, 64, 2)
        view = panorama[:, 2 * n : 2 * n + width] + grain[dy : dy + height, dx : dx + width]
        luma = np.clip(view, 16, 235).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(np.vstack((luma, chroma)), format="yuv420p")
        frame.pts = n
        yield frame


def code_footage(
    width: int, height: int, *, rate_hz: int, seconds: int, mbit_per_s: float
) -> Footage:
    """Code the room, with a key frame each second."""
    codec = av.CodecContext.create("libx264", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base = Fraction(1, rate_hz)
    codec.framerate = Fraction(rate_hz)
    codec.bit_rate = round(mbit_per_s * 1e6)
    codec.gop_size = rate_hz
    codec.thread_count = 1
    codec.options = {
        "preset": "veryfast",
        "tune": "zerolatency",
        "profile": "baseline",
        # Key frames of three to four times the mean, as cameras make them.
        "x264-params": "scenecut=0:ipratio=1.1",
    }
    # The coder needs a second to find its rate; that is left out.
    packets = [
        bytes(packet)
        for frame in [*room(width, height, rate_hz * (1 + seconds)), None]
        for packet in codec.encode(frame)
    ]
    units: list[AccessUnit] = []
    parameter_sets: dict[int, bytes] = {}
    for n, packet in enumerate(packets, start=-rate_hz):
        nal_units = split_annex_b(packet)
        parameter_sets |= {nal[0] & 0x1F: nal for nal in nal_units if nal[0] & 0x1F in (7, 8)}
        slices = tuple(nal for nal in nal_units if nal[0] & 0x1F in (1, IDR))
        units.append(
            AccessUnit(
                timestamp_unix_ns=n * NS_PER_S // rate_hz,
                nal_units=slices,
                is_keyframe=slices[0][0] & 0x1F == IDR,
            )
        )
    sets = parameter_sets[7], parameter_sets[8]
    return Footage(width, height, rate_hz, sets, units[rate_hz:])


def write_video(
    path: Path, width: int, height: int, *, rate_hz: int, seconds: int, mbit_per_s: float
) -> None:
    """Write the room as a file that a device can play."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate_hz)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = round(mbit_per_s * 1e6)
        stream.options = {"preset": "veryfast", "bf": "0"}
        for frame in [*room(width, height, rate_hz * seconds), None]:
            container.mux(stream.encode(frame))


def save(path: Path, footage: dict[str, Footage]) -> None:
    path.write_bytes(msgspec.msgpack.encode(footage))


def load(path: Path) -> dict[str, Footage]:
    return msgspec.msgpack.decode(path.read_bytes(), type=dict[str, Footage])
