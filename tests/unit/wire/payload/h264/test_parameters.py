from pathlib import Path

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.payload.h264 import ParameterSets, SequenceParameters

VECTORS = Path(__file__).parents[4] / "vectors" / "h264"
SPS = load_vector(VECTORS / "sps.hex")
PPS = load_vector(VECTORS / "pps.hex")


def unsigned(value: int) -> str:
    """An exponential Golomb code as text of bits."""
    code = f"{value + 1:b}"
    return "0" * (len(code) - 1) + code


def signed(value: int) -> str:
    return unsigned(2 * value - 1 if value > 0 else -2 * value)


def sps(*bits: str, profile_idc: int = 66) -> bytes:
    text = "".join(bits) + "1"
    text += "0" * (-len(text) % 8)
    data = int(text, 2).to_bytes(len(text) // 8)
    # Emulation prevention as ITU-T H.264 §7.4.1.1 has it, byte by byte.
    escaped = bytearray()
    for byte in data:
        if byte <= 3 and escaped[-2:] == b"\0\0":
            escaped.append(3)
        escaped.append(byte)
    return bytes((0x67, profile_idc, 0, 30)) + bytes(escaped)


def size_bits(width_mbs: int, map_units: int, *, frame_mbs_only: bool = True) -> str:
    after = "1" if frame_mbs_only else "00"
    return unsigned(width_mbs - 1) + unsigned(map_units - 1) + after + "1"


BEFORE_SIZE = unsigned(0) + "0"  # max_num_ref_frames, gaps_in_frame_num_value_allowed_flag


def test_parameter_sets_travel_as_text():
    sets = ParameterSets(SPS, PPS)
    assert sets.sprop == "Z0LACtyWhAAAAwAEAAADAPI8SJ4=,aM4G8g=="
    assert ParameterSets.from_sprop(sets.sprop) == sets
    assert sets.profile_level_id == "42c00a"
    assert sets.sequence == SequenceParameters(66, 0xC0, 10, 32, 32)


def test_the_text_of_a_real_device_is_read():
    sets = ParameterSets.from_sprop("Z0LADdoFB+hAAAADAEAAAA8jxQqo,aM4PyA==")
    assert sets.profile_level_id == "42c00d"
    assert (sets.sequence.width_px, sets.sequence.height_px) == (320, 240)


@pytest.mark.parametrize(
    "text",
    [
        "aM4G8g==,Z0LACtyWhAAAAwAEAAADAPI8SJ4=",
        "Z0LACtyWhAAAAwAEAAADAPI8SJ4, aM4G8g",
        "Z0LACtyWhAAAAwAEAAADAPI8SJ4=,aM4G8g==,aM4PyA==",
        "BgU=,Z0LACtyWhAAAAwAEAAADAPI8SJ4=,aM4G8g==",
    ],
)
def test_order_padding_and_further_units_do_not_matter(text):
    assert ParameterSets.from_sprop(text) == ParameterSets(SPS, PPS)


@pytest.mark.parametrize(
    "text",
    ["", ",", "aM4G8g==", "Z0LACtyWhAAAAwAEAAADAPI8SJ4=", "Z0LA,aM4", "!!!!,aM4G8g==", "é,ü"],
)
def test_text_without_both_sets_is_the_peers_fault(text):
    with pytest.raises(RemoteProtocolError):
        ParameterSets.from_sprop(text)


def test_endless_text_is_refused():
    with pytest.raises(RemoteProtocolError):
        ParameterSets.from_sprop("A" * 100_000)


def test_the_sets_are_found_among_other_units():
    units = [b"\x09\x10", SPS, PPS, b"\x68\xff", b"\x65\x88"]
    assert ParameterSets.find(units) == ParameterSets(SPS, PPS)
    assert ParameterSets.find([SPS, b"\x65\x88"]) is None
    assert ParameterSets.find([]) is None


@pytest.mark.parametrize(("wrong_sps", "wrong_pps"), [(PPS, PPS), (SPS, SPS), (b"", PPS)])
def test_units_of_another_kind_are_our_fault(wrong_sps, wrong_pps):
    with pytest.raises(LocalProtocolError):
        ParameterSets(wrong_sps, wrong_pps)


@pytest.mark.parametrize(
    ("data", "profile_idc", "width_px", "height_px"),
    [
        # All made by x264.
        ("6742c028d90064025e84000003000400000300f03c60c920", 66, 1600, 1200),
        ("674d400deca0c0cd08000003000800000301e078a14cb0", 77, 384, 192),
        ("67640020acd940440227e584000003000400000300f03c60c658", 100, 1088, 1080),
        ("67640028acd94078044fdc20000003002000000783e2c5b2c0", 100, 1920, 1080),  # interlaced
        ("677a001ebcd940a43fe223e10000030001000003003c0f162d96", 122, 642, 482),  # 4:2:2
        ("67f4000c919b282a7f2542000003000200000300781e28532c", 244, 333, 111),  # 4:4:4
    ],
)
def test_the_size_of_the_picture_is_read(data, profile_idc, width_px, height_px):
    sequence = SequenceParameters.parse(bytes.fromhex(data))
    assert (sequence.profile_idc, sequence.width_px, sequence.height_px) == (
        profile_idc,
        width_px,
        height_px,
    )


@pytest.mark.parametrize(
    "order",
    [
        unsigned(0) + unsigned(4),
        unsigned(1) + "0" + signed(-3) + signed(7) + unsigned(3) + signed(1) * 3,
        unsigned(2),
    ],
)
def test_every_type_of_picture_order_count_is_stepped_over(order):
    data = sps(unsigned(0), unsigned(0), order, BEFORE_SIZE, size_bits(20, 15), "0")
    sequence = SequenceParameters.parse(data)
    assert (sequence.width_px, sequence.height_px) == (320, 240)


@pytest.mark.parametrize(
    ("chroma_format", "lists"),
    [
        (1, ["0"] * 8),
        (1, ["1" + signed(0) * 16] * 6 + ["1" + signed(1) * 64] * 2),
        (1, ["1" + signed(-8)] * 8),
        (3, ["1" + signed(2) * 16] * 6 + ["0"] * 5 + ["1" + signed(-8)]),
    ],
)
def test_scaling_lists_are_stepped_over(chroma_format, lists):
    chroma = unsigned(chroma_format) + ("0" if chroma_format == 3 else "")
    data = sps(
        unsigned(0),
        chroma + unsigned(0) + unsigned(0) + "0" + "1" + "".join(lists),
        unsigned(0) + unsigned(2),
        BEFORE_SIZE,
        size_bits(20, 15),
        "0",
        profile_idc=100,
    )
    assert SequenceParameters.parse(data).width_px == 320


@pytest.mark.parametrize(
    ("chroma", "frame_mbs_only", "size_px"),
    [
        (unsigned(0), True, (320 - 3, 240 - 7)),
        (unsigned(1), True, (320 - 6, 240 - 14)),
        (unsigned(1), False, (320 - 6, 480 - 28)),
        (unsigned(2), True, (320 - 6, 240 - 7)),
        (unsigned(3) + "0", True, (320 - 3, 240 - 7)),
        (unsigned(3) + "1", False, (320 - 3, 480 - 14)),
    ],
)
def test_cropping_counts_in_units_of_the_chroma_format(chroma, frame_mbs_only, size_px):
    data = sps(
        unsigned(0),
        chroma + unsigned(0) + unsigned(0) + "00",
        unsigned(0) + unsigned(2),
        BEFORE_SIZE,
        size_bits(20, 15, frame_mbs_only=frame_mbs_only),
        "1" + unsigned(1) + unsigned(2) + unsigned(3) + unsigned(4),
        profile_idc=100,
    )
    sequence = SequenceParameters.parse(data)
    assert (sequence.width_px, sequence.height_px) == size_px


@pytest.mark.parametrize(
    "data",
    [
        b"",
        SPS[:3],
        PPS,
        SPS + bytes(5000),
        bytes.fromhex("6742c00a") + bytes(20),  # a code of more than 32 bits
        sps(unsigned(0), unsigned(0), unsigned(3)),  # order count type 3
        sps(unsigned(0), unsigned(0), unsigned(1) + "0" + "11" + unsigned(256)),  # endless cycle
        sps(unsigned(0), unsigned(0), unsigned(2), BEFORE_SIZE, size_bits(5000, 1), "0"),
        sps(  # cropped to nothing
            unsigned(0),
            unsigned(0),
            unsigned(2),
            BEFORE_SIZE,
            size_bits(1, 1),
            "1" + unsigned(8) + unsigned(0) * 3,
        ),
    ],
)
def test_a_set_that_cannot_be_right_is_the_peers_fault(data):
    with pytest.raises(RemoteProtocolError):
        SequenceParameters.parse(data)


def test_a_set_cut_inside_what_is_needed_is_refused():
    for size in range(6):
        with pytest.raises(RemoteProtocolError):
            SequenceParameters.parse(SPS[:size])
