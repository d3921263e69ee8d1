"""Parameter sets: what a decoder must have before the first picture.

They travel in the SDP (``sprop-parameter-sets`` and ``profile-level-id``, RFC 6184 §8.1), in the
stream, or both. The sequence parameter set also holds the size of the picture.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.payload.h264.nal import NalType, nal_type

__all__ = ["ParameterSets", "SequenceParameters"]

# Profiles whose sequence parameter set tells the chroma format (ITU-T H.264 §7.3.2.1.1).
_PROFILES_WITH_CHROMA = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_MAX_SPS_BYTES = 4096
_MAX_SPROP_CHARACTERS = 65536
# Level 6.2 allows no picture with a side of more (§A.3.1: the square root of 8 * 139264
# macroblocks of 16 pixels).
_MAX_SIDE_PX = 16896


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """One sequence parameter set and one picture parameter set.

    Attributes:
        sps: NAL unit of type 7.
        pps: NAL unit of type 8.
    """

    sps: bytes
    pps: bytes

    def __post_init__(self) -> None:
        if len(self.sps) < 4 or nal_type(self.sps) != NalType.SPS:
            raise LocalProtocolError(f"not a sequence parameter set: {self.sps[:4].hex()}")
        if len(self.pps) < 2 or nal_type(self.pps) != NalType.PPS:
            raise LocalProtocolError(f"not a picture parameter set: {self.pps[:2].hex()}")

    @classmethod
    def find(cls, nal_units: Iterable[bytes]) -> ParameterSets | None:
        """Take the parameter sets out of a picture or a codec's header.

        Returns:
            The first set of each kind, or None where one of them is missing.
        """
        sps = pps = None
        for unit in nal_units:
            if sps is None and len(unit) >= 4 and nal_type(unit) == NalType.SPS:
                sps = bytes(unit)
            elif pps is None and len(unit) >= 2 and nal_type(unit) == NalType.PPS:
                pps = bytes(unit)
        return None if sps is None or pps is None else cls(sps, pps)

    @classmethod
    def from_sprop(cls, text: str) -> ParameterSets:
        """Read ``sprop-parameter-sets``: NAL units in base64 with commas between, in any order.

        Raises:
            RemoteProtocolError: not base64, or one of the two kinds is missing.
        """
        if len(text) > _MAX_SPROP_CHARACTERS:
            raise RemoteProtocolError(f"sprop-parameter-sets has {len(text)} characters")
        units = []
        for part in text.split(","):
            part = part.strip()
            # Some encoders leave out the padding.
            part += "=" * (-len(part) % 4)
            try:
                units.append(base64.b64decode(part, validate=True))
            except (binascii.Error, ValueError) as error:
                raise RemoteProtocolError(
                    f"sprop-parameter-sets holds what is not base64: {part[:40]!r}"
                ) from error
        found = cls.find(units)
        if found is None:
            raise RemoteProtocolError("sprop-parameter-sets lacks a parameter set")
        return found

    @property
    def sprop(self) -> str:
        """The text for ``sprop-parameter-sets``."""
        return ",".join(base64.b64encode(unit).decode() for unit in (self.sps, self.pps))

    @property
    def profile_level_id(self) -> str:
        """The text for ``profile-level-id``: six hexadecimal digits."""
        return self.sps[1:4].hex()

    @property
    def sequence(self) -> SequenceParameters:
        """What the sequence parameter set says; `RemoteProtocolError` where it cannot be read."""
        return SequenceParameters.parse(self.sps)


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """What a sequence parameter set says about the pictures.

    Attributes:
        profile_idc: 66 baseline, 77 main, 100 high, …
        constraint_flags: the byte after it; together they name the profile.
        level_idc: ten times the level.
        width_px: of the picture as it should be shown, cropping applied.
        height_px: the same.
    """

    profile_idc: int
    constraint_flags: int
    level_idc: int
    width_px: int
    height_px: int

    @classmethod
    def parse(cls, sps: bytes) -> SequenceParameters:
        """Read a NAL unit of type 7 as far as the cropping rectangle (ITU-T H.264 §7.3.2.1.1).

        Raises:
            RemoteProtocolError: not a sequence parameter set, cut off, or a size that no level
                allows.
        """
        if len(sps) < 4 or nal_type(sps) != NalType.SPS:
            raise RemoteProtocolError(f"not a sequence parameter set: {bytes(sps[:4]).hex()}")
        if len(sps) > _MAX_SPS_BYTES:
            raise RemoteProtocolError(f"a sequence parameter set of {len(sps)} bytes")
        profile_idc, constraint_flags, level_idc = sps[1:4]
        # §7.4.1.1: the 3 after two zeros only keeps start codes out of the data.
        bits = _BitReader(bytes(sps[4:]).replace(b"\0\0\3", b"\0\0"))
        bits.unsigned()  # seq_parameter_set_id
        chroma_format_idc, separate_planes = 1, 0
        if profile_idc in _PROFILES_WITH_CHROMA:
            chroma_format_idc, separate_planes = _read_chroma(bits)
        bits.unsigned()  # log2_max_frame_num_minus4
        _skip_picture_order_count(bits)
        bits.unsigned()  # max_num_ref_frames
        bits.bits(1)  # gaps_in_frame_num_value_allowed_flag
        width_mbs = bits.unsigned() + 1
        height_map_units = bits.unsigned() + 1
        frame_mbs_only = bits.bits(1)
        if not frame_mbs_only:
            bits.bits(1)  # mb_adaptive_frame_field_flag
        bits.bits(1)  # direct_8x8_inference_flag
        left = right = top = bottom = 0
        if bits.bits(1):  # frame_cropping_flag
            left, right, top, bottom = (bits.unsigned() for _ in range(4))
        # Equations 7-18 to 7-22: the crop counts chroma samples, and field pairs where there are.
        subsampled = chroma_format_idc in (1, 2) and not separate_planes
        crop_x = 2 if subsampled else 1
        crop_y = (2 if subsampled and chroma_format_idc == 1 else 1) * (2 - frame_mbs_only)
        width_px = 16 * width_mbs - crop_x * (left + right)
        height_px = 16 * (2 - frame_mbs_only) * height_map_units - crop_y * (top + bottom)
        if not (0 < width_px <= _MAX_SIDE_PX and 0 < height_px <= _MAX_SIDE_PX):
            raise RemoteProtocolError(f"H.264 pictures of {width_px} x {height_px} pixels")
        return cls(profile_idc, constraint_flags, level_idc, width_px, height_px)


def _read_chroma(bits: _BitReader) -> tuple[int, int]:
    chroma_format_idc = bits.unsigned()
    separate_planes = bits.bits(1) if chroma_format_idc == 3 else 0
    bits.unsigned()  # bit_depth_luma_minus8
    bits.unsigned()  # bit_depth_chroma_minus8
    bits.bits(1)  # qpprime_y_zero_transform_bypass_flag
    if bits.bits(1):  # seq_scaling_matrix_present_flag
        for index in range(8 if chroma_format_idc != 3 else 12):
            if bits.bits(1):
                _skip_scaling_list(bits, 16 if index < 6 else 64)
    return chroma_format_idc, separate_planes


def _skip_scaling_list(bits: _BitReader, size: int) -> None:
    # §7.3.2.1.1.1
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _skip_picture_order_count(bits: _BitReader) -> None:
    kind = bits.unsigned()
    if kind == 0:
        bits.unsigned()  # log2_max_pic_order_cnt_lsb_minus4
    elif kind == 1:
        bits.bits(1)  # delta_pic_order_always_zero_flag
        bits.signed()  # offset_for_non_ref_pic
        bits.signed()  # offset_for_top_to_bottom_field
        cycle = bits.unsigned()
        if cycle > 255:
            raise RemoteProtocolError(f"a picture order count cycle of {cycle} frames")
        for _ in range(cycle):
            bits.signed()
    elif kind > 2:
        raise RemoteProtocolError(f"picture order count type {kind}")


class _BitReader:
    """Reads bits and exponential Golomb codes (ITU-T H.264 §9.1), highest bit first."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data)
        self._left = 8 * len(data)

    def bits(self, count: int) -> int:
        if count > self._left:
            raise RemoteProtocolError("a sequence parameter set is cut off")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def unsigned(self) -> int:
        zeros = 0
        while not self.bits(1):
            zeros += 1
            if zeros > 31:
                raise RemoteProtocolError("an exponential Golomb code of more than 32 bits")
        return (1 << zeros) - 1 + self.bits(zeros)

    def signed(self) -> int:
        code = self.unsigned()
        return (code + 1) // 2 if code % 2 else -(code // 2)
