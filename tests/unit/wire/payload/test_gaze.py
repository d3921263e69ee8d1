import math
from pathlib import Path

import msgspec
import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import Eyelid, EyeState, GazeDatum
from gazewire.testing.vectors import load_vector
from gazewire.wire.payload import GazeFormat, format_for, parse_gaze, serialize_gaze

VECTORS = Path(__file__).parents[3] / "vectors" / "gaze"
AT_NS = 1_744_294_828_362_928_800

POINT = GazeDatum(timestamp_unix_ns=AT_NS, x_px=784.0623779296875, y_px=537.4524536132812)
EYE_STATE = msgspec.structs.replace(
    POINT,
    worn=False,
    eye_state_left=EyeState(
        pupil_diameter_mm=4.306737899780273,
        eyeball_center_mm=(-29.3125, 11.6875, -42.15625),
        optical_axis=(0.09871648252010345, 0.15512824058532715, 0.9829498529434204),
    ),
    eye_state_right=EyeState(
        pupil_diameter_mm=3.2171919345855713,
        eyeball_center_mm=(33.21875, 12.84375, -45.34375),
        optical_axis=(-0.20461124181747437, 0.1512681096792221, 0.9670844078063965),
    ),
)
EYELID = msgspec.structs.replace(
    EYE_STATE,
    eyelid_left=Eyelid(
        angle_top_rad=-1.1484375, angle_bottom_rad=-1.2763671875, aperture_mm=1.6408717632293701
    ),
    eyelid_right=Eyelid(
        angle_top_rad=-0.6259765625, angle_bottom_rad=-1.2216796875, aperture_mm=7.2039408683776855
    ),
)
CASES = {
    GazeFormat.POINT: POINT,
    GazeFormat.POINT_DUAL_MONOCULAR: GazeDatum(
        timestamp_unix_ns=AT_NS,
        x_px=848.9487915039062,
        y_px=474.46356201171875,
        left_px=(895.11083984375, 477.2065734863281),
        right_px=(800.8253173828125, 469.348388671875),
    ),
    GazeFormat.EYE_STATE: EYE_STATE,
    GazeFormat.EYE_STATE_EYELID: EYELID,
    GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR: msgspec.structs.replace(
        EYELID,
        left_px=(864.9857177734375, 526.5974731445312),
        right_px=(834.6492309570312, 481.4454040527344),
    ),
}
RICHEST = CASES[GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR]


def vector(format: GazeFormat) -> bytes:
    return load_vector(VECTORS / f"{format.name.lower()}.hex")


@pytest.mark.parametrize("format", CASES)
def test_a_known_length_is_read_and_written(format):
    payload = vector(format)
    parsed = parse_gaze(payload, AT_NS)
    assert parsed.datum == CASES[format]
    assert (parsed.format, parsed.tail) == (format, b"")
    assert serialize_gaze(CASES[format], format) == payload


def test_the_value_of_a_format_is_its_length():
    assert [int(format) for format in GazeFormat] == [9, 17, 25, 65, 89, 105]
    assert all(len(vector(format)) == format for format in GazeFormat)


def test_two_single_eyes_have_no_common_point():
    payload = vector(GazeFormat.DUAL_MONOCULAR)
    datum = parse_gaze(payload, AT_NS).datum
    assert math.isnan(datum.x_px)
    assert math.isnan(datum.y_px)
    assert datum.left_px == (895.11083984375, 477.2065734863281)
    assert datum.right_px == (800.8253173828125, 469.348388671875)
    assert datum.worn
    assert serialize_gaze(datum, GazeFormat.DUAL_MONOCULAR) == payload


@pytest.mark.parametrize("format", GazeFormat)
def test_the_richest_format_is_found(format):
    assert format_for(parse_gaze(vector(format), AT_NS).datum) == format


@pytest.mark.parametrize("format", GazeFormat)
def test_a_rich_datum_fills_every_format(format):
    assert len(serialize_gaze(RICHEST, format)) == format


@pytest.mark.parametrize("format", [format for format in GazeFormat if format != GazeFormat.POINT])
def test_a_datum_that_lacks_something_is_our_fault(format):
    with pytest.raises(LocalProtocolError, match=str(int(format))):
        serialize_gaze(POINT, format)


@pytest.mark.parametrize("missing", ["eye_state_right", "eyelid_left", "left_px"])
def test_one_eye_alone_is_not_enough(missing):
    datum = msgspec.structs.replace(RICHEST, **{missing: None})
    with pytest.raises(LocalProtocolError):
        serialize_gaze(datum, GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR)
    assert format_for(datum) < GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR


@pytest.mark.parametrize(
    ("size", "format"),
    [
        (10, GazeFormat.POINT),
        (16, GazeFormat.POINT),
        (18, GazeFormat.DUAL_MONOCULAR),
        (33, GazeFormat.POINT_DUAL_MONOCULAR),
        (64, GazeFormat.POINT_DUAL_MONOCULAR),
        (88, GazeFormat.EYE_STATE),
        (104, GazeFormat.EYE_STATE_EYELID),
        (200, GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR),
    ],
)
def test_an_unknown_length_is_read_as_far_as_it_is_known(size, format):
    payload = (vector(GazeFormat.EYE_STATE_EYELID_DUAL_MONOCULAR) + bytes(range(95)))[:size]
    parsed = parse_gaze(payload, AT_NS)
    assert parsed.format == format
    assert parsed.tail == payload[format:]
    assert repr(parsed.datum) == repr(parse_gaze(payload[:format], AT_NS).datum)


@pytest.mark.parametrize("size", range(9))
def test_what_is_shorter_than_a_point_is_the_peers_fault(size):
    with pytest.raises(RemoteProtocolError, match=str(size)):
        parse_gaze(bytes(size), AT_NS)


def test_no_value_passes_through_as_nan():
    datum = msgspec.structs.replace(POINT, x_px=math.nan, y_px=math.inf)
    parsed = parse_gaze(serialize_gaze(datum, GazeFormat.POINT), AT_NS).datum
    assert math.isnan(parsed.x_px)
    assert parsed.y_px == math.inf


@pytest.mark.parametrize("flag", [0, 1, 127, 254])
def test_worn_is_255_and_nothing_else(flag):
    payload = vector(GazeFormat.POINT)[:8] + bytes([flag])
    assert not parse_gaze(payload, AT_NS).datum.worn


def test_a_number_too_large_for_the_wire_is_our_fault():
    with pytest.raises(LocalProtocolError, match="32-bit"):
        serialize_gaze(msgspec.structs.replace(POINT, x_px=1e300), GazeFormat.POINT)
