from __future__ import annotations

import numpy as np
import pytest

from gazewire.model import Frame

pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import H264Decoder, H264Encoder

FRAME_NS = 33_333_333
SLICE, SLICE_OF_IDR, SPS, PPS = 1, 5, 7, 8


def kind(nal_unit: bytes) -> int:
    return nal_unit[0] & 0x1F


def noise(width: int, height: int, index: int = 0, seed: int = 0) -> Frame:
    pixels = np.random.default_rng(seed + index).integers(0, 256, (height, width), np.uint8)
    return Frame(
        camera="world",
        index=index,
        timestamp_unix_ns=index * FRAME_NS,
        width=width,
        height=height,
        pixel_format="gray",
        data=pixels.tobytes(),
    )


@pytest.fixture
def encoder() -> H264Encoder:
    return H264Encoder(width=64, height=48, rate_hz=30)


def test_parameter_sets_are_there_before_the_first_frame(encoder):
    sps, pps = encoder.parameter_sets
    assert (kind(sps), kind(pps)) == (SPS, PPS)


def test_stream_is_constrained_baseline(encoder):
    sps, _ = encoder.parameter_sets
    profile, constraints = sps[1], sps[2]
    assert profile == 66
    assert constraints & 0b0100_0000, "constraint_set1_flag: any baseline decoder will do"


def test_each_frame_gives_one_slice_at_once_and_nothing_else(encoder, numbered):
    for index in range(70):
        unit = encoder.encode(numbered(index, index * FRAME_NS))
        assert unit.timestamp_unix_ns == index * FRAME_NS
        assert [kind(nal) for nal in unit.nal_units] == [SLICE_OF_IDR if index % 30 == 0 else SLICE]
        assert unit.is_keyframe is (index % 30 == 0)


def test_a_large_noisy_picture_is_one_slice_too():
    encoder = H264Encoder(width=640, height=480, rate_hz=30)
    for index in range(3):
        assert len(encoder.encode(noise(640, 480, index)).nal_units) == 1


def test_a_lower_quantiser_is_better_and_larger():
    frame = noise(64, 48)
    sizes = [
        len(H264Encoder(width=64, height=48, rate_hz=30, quantiser=n).encode(frame).nal_units[0])
        for n in (10, 22, 40)
    ]
    assert sizes == sorted(sizes, reverse=True)


def test_parameter_sets_stay_the_same(encoder, numbered):
    before = encoder.parameter_sets
    for index in range(40):
        encoder.encode(numbered(index, index * FRAME_NS))
    assert encoder.parameter_sets == before


def test_keyframe_comes_when_asked(encoder, numbered):
    units = [
        encoder.encode(numbered(index, index * FRAME_NS), force_keyframe=index == 3)
        for index in range(6)
    ]
    assert [unit.is_keyframe for unit in units] == [True, False, False, True, False, False]


def test_keyframes_follow_time_not_count(encoder, numbered):
    # A source that delivers a third of its nominal rate.
    units = [encoder.encode(numbered(index, index * 3 * FRAME_NS)) for index in range(21)]
    assert [index for index, unit in enumerate(units) if unit.is_keyframe] == [0, 10, 20]


def test_keyframe_interval_is_counted_from_the_one_that_was_asked_for(encoder, numbered):
    units = [
        encoder.encode(numbered(index, index * FRAME_NS), force_keyframe=index == 20)
        for index in range(60)
    ]
    assert [index for index, unit in enumerate(units) if unit.is_keyframe] == [0, 20, 50]


def test_a_cut_in_the_picture_makes_no_keyframe(encoder):
    units = [encoder.encode(noise(64, 48, index, seed=index * 7)) for index in range(5)]
    assert [unit.is_keyframe for unit in units] == [True, False, False, False, False]


@pytest.mark.parametrize("pixel_format", ["gray", "bgr24", "yuv420p"])
def test_every_pixel_format_comes_back_with_its_content(encoder, numbered, number_of, pixel_format):
    decoder = H264Decoder(parameter_sets=encoder.parameter_sets)
    for index in range(20):
        frame = numbered(index, index * FRAME_NS, pixel_format)
        (decoded,) = decoder.decode(encoder.encode(frame))
        assert number_of(decoded) == index
        assert decoded.timestamp_unix_ns == frame.timestamp_unix_ns


@pytest.mark.parametrize("pixel_format", ["gray", "yuv420p", "bgr24"])
@pytest.mark.parametrize(("width", "height"), [(65, 49), (65, 48), (64, 49), (3, 3)])
def test_odd_sizes_lose_their_last_row_or_column(width, height, pixel_format):
    encoder = H264Encoder(width=width, height=height, rate_hz=30)
    chroma = (width + 1) // 2 * ((height + 1) // 2)
    size = {
        "gray": width * height,
        "bgr24": 3 * width * height,
        "yuv420p": width * height + 2 * chroma,
    }[pixel_format]
    frame = Frame(
        camera="world",
        index=0,
        timestamp_unix_ns=0,
        width=width,
        height=height,
        pixel_format=pixel_format,
        data=bytes([128]) * size,
    )
    unit = encoder.encode(frame)
    (decoded,) = H264Decoder(parameter_sets=encoder.parameter_sets).decode(unit)
    assert (decoded.width, decoded.height) == (width & ~1, height & ~1)
    assert (encoder.width, encoder.height) == (decoded.width, decoded.height)
    luma = np.frombuffer(decoded.data, np.uint8, decoded.width * decoded.height)
    assert np.ptp(luma) <= 2


def test_gray_is_brought_to_video_range(encoder, numbered):
    decoder = H264Decoder(parameter_sets=encoder.parameter_sets)
    (decoded,) = decoder.decode(encoder.encode(numbered(0b11110000)))
    luma = np.frombuffer(decoded.data, np.uint8, 64 * 48)
    assert luma.min() == pytest.approx(16, abs=3)
    assert luma.max() == pytest.approx(235, abs=3)


def test_frame_of_another_size_is_refused_and_disturbs_nothing(encoder, numbered):
    encoder.encode(numbered(0))
    with pytest.raises(ValueError, match="takes frames of 64x48, not 32x32"):
        encoder.encode(noise(32, 32))
    assert not encoder.encode(numbered(1, FRAME_NS)).is_keyframe


def test_frame_with_too_few_bytes_is_refused(encoder):
    broken = Frame(
        camera="world",
        index=0,
        timestamp_unix_ns=0,
        width=64,
        height=48,
        pixel_format="gray",
        data=b"\0" * 100,
    )
    with pytest.raises(ValueError, match="has 3072 bytes, not 100"):
        encoder.encode(broken)


def test_no_picture_is_smaller_than_its_chroma():
    with pytest.raises(ValueError, match="at least 2x2"):
        H264Encoder(width=1, height=48, rate_hz=30)
