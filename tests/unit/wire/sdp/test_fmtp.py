from __future__ import annotations

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.wire.sdp import AacParameters, FormatOptions, H264Parameters

SPS = bytes.fromhex("6742c00adc9684000003000400000300f23c489e")
PPS = bytes.fromhex("68ce06f2")
SPROP = "Z0LACtyWhAAAAwAEAAADAPI8SJ4=,aM4G8g=="

AAC = (
    "streamtype=5; profile-level-id=15; mode=AAC-hbr; config=1588; "
    "SizeLength=13; IndexLength=3; IndexDeltaLength=3;"
)

# (case, as it comes, as we write it, the value)
OPTIONS = [
    ("none", "", "", ()),
    ("one", "a=1", "a=1", (("a", "1"),)),
    ("trailing semicolon", "a=1;b=2;", "a=1;b=2", (("a", "1"), ("b", "2"))),
    ("spaces", " a = 1 ;  b=2 ; ", "a=1;b=2", (("a", "1"), ("b", "2"))),
    ("without equals sign", "a;b=", "a;b=", (("a", None), ("b", ""))),
    ("equals signs in the value", "a=Z0==", "a=Z0==", (("a", "Z0=="),)),
    ("repeated", "a=1;a=2", "a=1;a=2", (("a", "1"), ("a", "2"))),
]
H264 = [
    (
        "as devices write",
        f"packetization-mode=1;profile-level-id=42c00a;sprop-parameter-sets={SPROP};",
        f"packetization-mode=1;profile-level-id=42c00a;sprop-parameter-sets={SPROP};",
        H264Parameters("42c00a", (SPS, PPS)),
    ),
    (
        "any order, spaces, no padding, empty pieces",
        f"sprop-parameter-sets=, {SPROP.replace('=', '')} ,; profile-level-id=42C00A",
        f"packetization-mode=0;profile-level-id=42C00A;sprop-parameter-sets={SPROP};",
        H264Parameters("42C00A", (SPS, PPS), 0),
    ),
    ("nothing", "", "packetization-mode=0;", H264Parameters(None, (), 0)),
]
AACS = [
    ("as devices write", AAC, AAC, AacParameters(bytes.fromhex("1588"))),
    (
        "any case, no spaces",
        "MODE=aac-HBR;CONFIG=1210;sizelength=6;indexlength=2;indexdeltalength=2;profile-level-id=1",
        "streamtype=5; profile-level-id=1; mode=AAC-hbr; config=1210; "
        "SizeLength=6; IndexLength=2; IndexDeltaLength=2;",
        AacParameters(bytes.fromhex("1210"), 1, 6, 2, 2),
    ),
    (
        "lengths that are not told",
        "mode=AAC-hbr; config=1588",
        "streamtype=5; profile-level-id=15; mode=AAC-hbr; config=1588; "
        "SizeLength=0; IndexLength=0; IndexDeltaLength=0;",
        AacParameters(bytes.fromhex("1588"), 15, 0, 0, 0),
    ),
]


@pytest.mark.parametrize(("case", "text", "canonical", "options"), OPTIONS)
def test_options_are_read_and_written(
    case: str, text: str, canonical: str, options: tuple[tuple[str, str | None], ...]
) -> None:
    assert FormatOptions.parse(text) == FormatOptions(options)
    assert FormatOptions(options).serialize() == canonical
    assert FormatOptions.parse(canonical) == FormatOptions(options)


def test_an_option_is_found_in_any_case() -> None:
    options = FormatOptions.parse("SizeLength=13;flag;sizelength=1")
    assert options.get("sizeLength") == "13"
    assert options.get("FLAG") == ""
    assert options.get("other") is None


@pytest.mark.parametrize(("case", "text", "canonical", "value"), H264)
def test_h264_parameters_are_read_and_written(
    case: str, text: str, canonical: str, value: H264Parameters
) -> None:
    assert H264Parameters.parse(text) == value
    assert value.serialize() == canonical
    assert H264Parameters.parse(canonical) == value


def test_the_profile_is_in_the_parameter_set() -> None:
    assert H264Parameters.for_parameter_sets(SPS, PPS).profile_level_id == "42c00a"


@pytest.mark.parametrize(
    "text",
    [
        "profile-level-id=42c0",
        "profile-level-id=42c00x",
        "packetization-mode=one",
        "sprop-parameter-sets=Z",
        "sprop-parameter-sets=Z0L*",
        "sprop-parameter-sets=Z0Lé",
    ],
)
def test_h264_parameters_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        H264Parameters.parse(text)


@pytest.mark.parametrize(("case", "text", "canonical", "value"), AACS)
def test_aac_parameters_are_read_and_written(
    case: str, text: str, canonical: str, value: AacParameters
) -> None:
    assert AacParameters.parse(text) == value
    assert value.serialize() == canonical
    assert AacParameters.parse(canonical) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mode=AAC-lbr; config=1588",
        "mode=AAC-hbr",
        "mode=AAC-hbr; config=158",
        "mode=AAC-hbr; config=",
        "mode=AAC-hbr; config=1588; SizeLength=x",
    ],
)
def test_aac_parameters_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        AacParameters.parse(text)
