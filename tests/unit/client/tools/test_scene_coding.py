from __future__ import annotations

import pytest

from gazewire.client.tools.scene_coding import SceneCoding
from gazewire.media import H264Encoder
from gazewire.model import AccessUnit
from gazewire.wire.payload.h264 import ParameterSets
from gazewire.wire.sdp import H264Parameters, MediaDescription, RtpMap


def sets(width: int, height: int = 48) -> ParameterSets:
    sps, pps = H264Encoder(width=width, height=height, rate_hz=30).parameter_sets
    return ParameterSets(sps, pps)


def described(known: ParameterSets | None) -> MediaDescription:
    parameters = H264Parameters(None, () if known is None else (known.sps, known.pps))
    return MediaDescription.for_rtp(
        "video", RtpMap(96, "H264", 90_000), fmtp=parameters.serialize()
    )


def picture(known: ParameterSets | None = None) -> AccessUnit:
    own = () if known is None else (known.sps, known.pps)
    return AccessUnit(
        timestamp_unix_ns=1, nal_units=(*own, b"\x65..."), is_keyframe=known is not None
    )


@pytest.fixture
def coding() -> SceneCoding:
    return SceneCoding()


async def test_it_is_known_from_the_description(coding: SceneCoding) -> None:
    coding.learn_from(described(sets(64)))
    assert await coding.known(timeout_s=0) == sets(64)


async def test_where_the_description_is_silent_a_key_frame_tells(coding: SceneCoding) -> None:
    coding.learn_from(described(None))
    assert await coding.known(timeout_s=0) is None
    assert coding.fits(picture())
    assert coding.fits(picture(sets(64)))
    assert await coding.known(timeout_s=0) == sets(64)


async def test_what_tells_no_size_is_not_taken(coding: SceneCoding) -> None:
    coding.fits(picture(ParameterSets(b"\x67\x42\x00\x0a", b"\x68\x00")))
    assert await coding.known(timeout_s=0) is None


def test_pictures_of_another_coding_do_not_fit_until_the_first_is_back(
    coding: SceneCoding,
) -> None:
    coding.learn_from(described(sets(64)))
    assert coding.fits(picture(sets(64)))
    coding.learn_from(described(sets(128)))
    assert not coding.fits(picture())
    assert not coding.fits(picture(sets(128)))
    assert coding.fits(picture(sets(64)))
    assert coding.fits(picture())
