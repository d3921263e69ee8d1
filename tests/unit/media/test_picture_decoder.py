from __future__ import annotations

import random

import numpy as np
import pytest

from gazewire.model import AccessUnit, Frame

pytest.importorskip("av", reason="needs the extra [video]")

from gazewire.media import H264Encoder, Picture, PictureDecoder

WIDTH, HEIGHT = 160, 96
PICTURES, KEYFRAME_EVERY = 30, 10


def filmed(index: int) -> Frame:
    """Waves that move over grain, so that every macroblock of every picture has something in it."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = np.sin((x + 7 * index) / 17) + np.cos((y + 5 * index) / 13)
    grain = np.random.default_rng(index).integers(0, 16, (HEIGHT, WIDTH))
    luma = (waves * 50 + 110 + grain).astype(np.uint8)
    chroma = np.full(WIDTH * HEIGHT // 2, 120, np.uint8)
    return Frame(
        camera="world",
        index=index,
        timestamp_unix_ns=index,
        width=WIDTH,
        height=HEIGHT,
        pixel_format="yuv420p",
        data=luma.tobytes() + chroma.tobytes(),
    )


@pytest.fixture(scope="module")
def encoder() -> H264Encoder:
    return H264Encoder(width=WIDTH, height=HEIGHT, rate_hz=30)


@pytest.fixture(scope="module")
def units(encoder) -> list[AccessUnit]:
    """Every tenth is a key frame; the instant of each is its number."""
    return [
        encoder.encode(filmed(index), force_keyframe=index % KEYFRAME_EVERY == 0)
        for index in range(PICTURES)
    ]


@pytest.fixture(scope="module")
def truth(encoder, units) -> list[bytes]:
    """What an undisturbed decoder makes of each."""
    pictures = decoded(PictureDecoder(parameter_sets=encoder.parameter_sets), units)
    return [pixels(picture) for picture in pictures]


def decoded(decoder: PictureDecoder, units: list[AccessUnit]) -> list[Picture]:
    return [picture for unit in units for picture in decoder.decode(unit)]


def pixels(picture: Picture) -> bytes:
    return picture.video_frame.to_ndarray().tobytes()


def numbers(pictures: list[Picture]) -> list[int]:
    return [picture.timestamp_unix_ns for picture in pictures]


def with_units(unit: AccessUnit, *nal_units: bytes) -> AccessUnit:
    return AccessUnit(
        timestamp_unix_ns=unit.timestamp_unix_ns,
        nal_units=nal_units,
        is_keyframe=unit.is_keyframe,
    )


def cut_off(unit: AccessUnit, rng: random.Random) -> AccessUnit:
    *before, last = unit.nal_units
    return with_units(unit, *before, last[: rng.randrange(2, len(last) - 1)])


def test_each_access_unit_gives_its_picture_at_once(encoder, units, truth):
    decoder = PictureDecoder(parameter_sets=encoder.parameter_sets)
    for number, unit in enumerate(units):
        (picture,) = decoder.decode(unit)
        assert picture.timestamp_unix_ns == picture.video_frame.pts == number
        assert pixels(picture) == truth[number]
    assert decoder.flush() == []
    assert (decoder.undecodable, decoder.skipped) == (0, 0)


def test_instants_of_today_are_exact_in_the_frame_too(encoder, units):
    unix_ns = 1_744_294_828_362_928_801
    unit = AccessUnit(timestamp_unix_ns=unix_ns, nal_units=units[0].nal_units, is_keyframe=True)
    (picture,) = PictureDecoder(parameter_sets=encoder.parameter_sets).decode(unit)
    assert picture.timestamp_unix_ns == picture.video_frame.pts == unix_ns
    assert picture.video_frame.time == pytest.approx(unix_ns / 1e9)


def test_parameter_sets_may_come_in_the_stream(encoder, units):
    first = with_units(units[0], *encoder.parameter_sets, *units[0].nal_units)
    pictures = decoded(PictureDecoder(), [first, *units[1:]])
    assert numbers(pictures) == list(range(PICTURES))


def test_without_any_parameter_sets_nothing_is_decoded(units):
    decoder = PictureDecoder()
    assert decoded(decoder, units) == []
    assert decoder.undecodable + decoder.skipped == PICTURES


def test_joined_in_the_middle_it_waits_for_a_keyframe(encoder, units, truth):
    decoder = PictureDecoder(parameter_sets=encoder.parameter_sets)
    pictures = decoded(decoder, units[4:])
    assert numbers(pictures) == list(range(10, PICTURES))
    assert [pixels(picture) for picture in pictures] == truth[10:]
    assert (decoder.undecodable, decoder.skipped) == (0, 6)


@pytest.mark.parametrize("hit", [0, 3, 9, 10, 18])
@pytest.mark.parametrize("seed", range(5))
def test_after_a_broken_access_unit_all_is_right_from_the_next_keyframe_on(
    encoder, units, truth, hit, seed
):
    broken = [*units[:hit], cut_off(units[hit], random.Random(seed)), *units[hit + 1 :]]
    decoder = PictureDecoder(parameter_sets=encoder.parameter_sets)
    pictures = decoded(decoder, broken)
    next_keyframe = (hit // KEYFRAME_EVERY + 1) * KEYFRAME_EVERY
    left = [*range(hit), *range(next_keyframe, PICTURES)]
    assert numbers(pictures) == left
    assert [pixels(picture) for picture in pictures] == [truth[number] for number in left]
    assert (decoder.undecodable, decoder.skipped) == (1, next_keyframe - hit - 1)


def test_after_a_broken_access_unit_parameter_sets_of_the_stream_are_still_known(encoder, units):
    first = with_units(units[0], *encoder.parameter_sets, *units[0].nal_units)
    rest = [first, cut_off(units[1], random.Random(1)), *units[2:]]
    assert numbers(decoded(PictureDecoder(), rest)) == [0, *range(10, PICTURES)]


def test_the_newest_parameter_sets_count_after_an_error_too(encoder, units):
    other = H264Encoder(width=64, height=48, rate_hz=30)
    first = with_units(units[0], *encoder.parameter_sets, *units[0].nal_units)
    decoder = PictureDecoder(parameter_sets=other.parameter_sets)
    pictures = decoded(decoder, [first, cut_off(units[1], random.Random(2)), *units[2:]])
    assert numbers(pictures) == [0, *range(10, PICTURES)]
    assert {picture.video_frame.width for picture in pictures} == {WIDTH}


def test_parameter_sets_of_garbage_without_end_do_no_harm(encoder, units):
    decoder = PictureDecoder(parameter_sets=encoder.parameter_sets)
    for number in range(1000):
        decoder.decode(with_units(units[1], b"\x68" + number.to_bytes(4)))
    first = with_units(units[0], *encoder.parameter_sets, *units[0].nal_units)
    # The sets in the stream are garbage that libav may refuse; the right ones end that.
    assert numbers(decoded(decoder, [first, *units[1:]])) == list(range(PICTURES))


def test_who_leaves_out_access_units_can_have_it_wait_for_a_keyframe(encoder, units, truth):
    decoder = PictureDecoder(parameter_sets=encoder.parameter_sets)
    pictures = decoded(decoder, units[:3])
    decoder.wait_for_keyframe()
    pictures += decoded(decoder, units[5:])
    assert numbers(pictures) == [0, 1, 2, *range(10, PICTURES)]
    assert [pixels(picture) for picture in pictures[3:]] == truth[10:]
    assert (decoder.undecodable, decoder.skipped) == (0, 5)


def test_garbage_gives_nothing_and_is_counted(encoder, units):
    decoder = PictureDecoder(parameter_sets=[b"\x67garbage", b"\x68"])
    rng = random.Random(7)
    for number in range(50):
        garbage = bytes((rng.choice((0x65, 0x67, 0x68, 0x41, 0x06)),)) + rng.randbytes(60)
        unit = AccessUnit(timestamp_unix_ns=number, nal_units=(garbage,), is_keyframe=True)
        assert decoder.decode(unit) == []
    first = with_units(units[0], *encoder.parameter_sets, *units[0].nal_units)
    assert numbers(decoded(decoder, [first, *units[1:]])) == list(range(PICTURES))
