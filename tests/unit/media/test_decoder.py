from __future__ import annotations

import pytest

from gazewire.model import AccessUnit

pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import H264Decoder, H264Encoder

FRAME_NS = 33_333_333


@pytest.fixture
def encoder() -> H264Encoder:
    return H264Encoder(width=64, height=48, rate_hz=30)


@pytest.fixture
def units(encoder, numbered) -> list[AccessUnit]:
    """Twenty pictures; 0 and 10 are key frames."""
    return [
        encoder.encode(numbered(index, 1_000 + index * FRAME_NS), force_keyframe=index == 10)
        for index in range(20)
    ]


def test_each_access_unit_gives_its_frame_at_once(encoder, units, number_of):
    decoder = H264Decoder(camera="eyes", parameter_sets=encoder.parameter_sets)
    for index, unit in enumerate(units):
        (frame,) = decoder.decode(unit)
        assert number_of(frame) == index
        assert (frame.camera, frame.index) == ("eyes", index)
        assert frame.timestamp_unix_ns == unit.timestamp_unix_ns
        assert frame.pixel_format == "yuv420p"
    assert decoder.flush() == []


def test_parameter_sets_may_come_in_the_stream(encoder, units, number_of):
    decoder = H264Decoder()
    first = AccessUnit(
        timestamp_unix_ns=5,
        nal_units=(*encoder.parameter_sets, *units[0].nal_units),
        is_keyframe=True,
    )
    (frame,) = decoder.decode(first)
    assert number_of(frame) == 0


def test_joined_in_the_middle_it_waits_for_a_keyframe(encoder, units, number_of):
    decoder = H264Decoder(parameter_sets=encoder.parameter_sets)
    frames = [frame for unit in units[4:] for frame in decoder.decode(unit)]
    assert [number_of(frame) for frame in frames] == list(range(10, 20))
    assert decoder.skipped == 6


def test_after_a_broken_access_unit_it_waits_for_a_keyframe(encoder, units, number_of):
    decoder = H264Decoder(parameter_sets=encoder.parameter_sets)
    broken = AccessUnit(timestamp_unix_ns=7, nal_units=(b"\x65\xff\xff\xff",), is_keyframe=True)
    frames = [frame for unit in [units[0], broken, *units[2:]] for frame in decoder.decode(unit)]
    assert [number_of(frame) for frame in frames] == [0, *range(10, 20)]
    assert decoder.skipped == 9


def test_without_any_parameter_sets_nothing_is_decoded(units):
    decoder = H264Decoder()
    assert [decoder.decode(unit) for unit in units] == [[]] * 20
    assert decoder.skipped == 20
