"""The coded pictures of an H.264 file, to be written elsewhere as they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Self

import av

from gazewire.media.opening import open_media
from gazewire.model import AccessUnit

__all__ = ["CodedFile"]

# NAL unit types (ITU-T H.264 table 7-1).
_SLICE = 1
_SLICE_OF_IDR = 5
_LENGTH_BYTES = 4


class CodedFile:
    """The first video track of an MP4 file, where its pictures come in the order of display.

    Attributes:
        path: the file.
        width: pixels in a row.
        height: rows.
        parameter_sets: sequence and picture parameter set, without start codes.
    """

    def __init__(
        self, path: Path, width: int, height: int, parameter_sets: tuple[bytes, bytes]
    ) -> None:
        self.path = path
        self.width = width
        self.height = height
        self.parameter_sets = parameter_sets

    @classmethod
    def look_into(cls, path: Path) -> Self | None:
        """Look whether pictures can be taken as they are.

        Returns:
            None where they are coded in another way, or have to be put in another order.

        Raises:
            UnreadableSourceError: there is no such file, or it may not be read.
            UndecodableSourceError: it is no media file.
        """
        with open_media(path) as container:
            if not container.streams.video:
                return None
            stream = container.streams.video[0]
            if stream.codec_context.name != "h264" or stream.codec_context.has_b_frames:
                return None
            sets = _parameter_sets(stream.codec_context.extradata or b"")
            return None if sets is None else cls(path, stream.width, stream.height, sets)

    def units(self) -> Iterator[AccessUnit]:
        """Give the pictures, without instants; a torn file gives those before the tear."""
        with open_media(self.path) as container:
            packets = container.demux(container.streams.video[0])
            while True:
                try:
                    packet = next(packets, None)
                except av.FFmpegError:
                    return
                if packet is None:
                    return
                slices = tuple(_slices(bytes(packet)))
                if slices:
                    is_keyframe = slices[0][0] & 0x1F == _SLICE_OF_IDR
                    yield AccessUnit(timestamp_unix_ns=0, nal_units=slices, is_keyframe=is_keyframe)


def _slices(packet: bytes) -> Iterator[bytes]:
    start = 0
    while start + _LENGTH_BYTES < len(packet):
        begin = start + _LENGTH_BYTES
        start = begin + int.from_bytes(packet[start:begin], "big")
        unit = packet[begin:start]
        if unit and unit[0] & 0x1F in {_SLICE, _SLICE_OF_IDR}:
            yield unit


def _parameter_sets(configuration: bytes) -> tuple[bytes, bytes] | None:
    # ISO/IEC 14496-15 §5.3.3.1. More than one of a kind, or lengths other than of 32 bits, are
    # allowed, and left to decoders.
    if len(configuration) < 8 or configuration[0] != 1:
        return None
    if configuration[4] & 3 != _LENGTH_BYTES - 1 or configuration[5] & 0x1F != 1:
        return None
    sps_end = 8 + int.from_bytes(configuration[6:8], "big")
    if configuration[sps_end : sps_end + 1] != b"\x01":
        return None
    pps_start = sps_end + 3
    pps_end = pps_start + int.from_bytes(configuration[sps_end + 1 : pps_start], "big")
    if pps_end > len(configuration):
        return None
    return configuration[8:sps_end], configuration[pps_start:pps_end]
