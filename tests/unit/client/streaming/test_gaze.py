from __future__ import annotations

import math

import pytest

from gazewire.client.streaming.base import RTSPData
from gazewire.client.streaming.gaze import (
    BinoAndDualMonoGazeData,
    DualMonocularGazeData,
    EyestateEyelidDualMonoGazeData,
    EyestateEyelidGazeData,
    EyestateGazeData,
    GazeData,
    GazeDataType,
    Point,
    gaze_data,
    gaze_data_from_raw,
)
from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import GazeDatum
from gazewire.wire.payload import parse_gaze

AT_NS = 1744294828362928801

# The vectors of the protocol's description, and what the official client reads in them.
POINT = "444403fe44065cf5"
EYES = (
    "4089d0ccc1ea8000413b0000c228a0003dca2bde3e1ed9f03f7ba29a"
    "404de6794204e000414d8000c2356000be51859c3e1ae6073f7792d8"
)
LIDS = "bf930000bfa360003fd20816bf204000bf9c600040e686af"
MONO = "44583f164403a63d4450a98d43f0b903"
EYES_READ = (
    *(4.306737899780273, -29.3125, 11.6875, -42.15625),
    *(0.09871648252010345, 0.15512824058532715, 0.9829498529434204),
    *(3.2171919345855713, 33.21875, 12.84375, -45.34375),
    *(-0.20461124181747437, 0.1512681096792221, 0.9670844078063965),
)
LIDS_READ = (
    *(-1.1484375, -1.2763671875, 1.6408717632293701),
    *(-0.6259765625, -1.2216796875, 7.2039408683776855),
)
MONO_READ = (864.9857177734375, 526.5974731445312, 834.6492309570312, 481.4454040527344)
X, Y = 784.0623779296875, 537.4524536132812

VECTORS: list[tuple[str, type[GazeDataType], tuple[object, ...]]] = [
    (POINT + "ff", GazeData, (X, Y, True)),
    (
        "445fc71843ee9a71ff444834d243eaac98",
        DualMonocularGazeData,
        ((895.11083984375, 477.2065734863281), (800.8253173828125, 469.348388671875), True),
    ),
    (
        "44543cb943ed3b56ff445fc71843ee9a71444834d243eaac98",
        BinoAndDualMonoGazeData,
        (
            *(848.9487915039062, 474.46356201171875, True),
            *(895.11083984375, 477.2065734863281, 800.8253173828125, 469.348388671875),
        ),
    ),
    (POINT + "00" + EYES, EyestateGazeData, (X, Y, False, *EYES_READ)),
    (POINT + "00" + EYES + LIDS, EyestateEyelidGazeData, (X, Y, False, *EYES_READ, *LIDS_READ)),
    (
        POINT + "00" + EYES + LIDS + MONO,
        EyestateEyelidDualMonoGazeData,
        (X, Y, False, *EYES_READ, *LIDS_READ, *MONO_READ),
    ),
]
each_format = pytest.mark.parametrize(
    ("payload", "kind", "fields"), VECTORS, ids=[kind.__name__ for _, kind, _ in VECTORS]
)


def packet(payload: str) -> RTSPData:
    return RTSPData.at_unix_ns(bytes.fromhex(payload), AT_NS)


@each_format
def test_a_payload_is_read_as_the_official_client_reads_it(
    payload: str, kind: type[GazeDataType], fields: tuple[object, ...]
) -> None:
    gaze = kind.from_raw(packet(payload))
    assert type(gaze) is kind
    assert tuple(gaze) == (*fields, AT_NS / 1_000_000_000)
    assert gaze.timestamp_unix_ns == AT_NS
    assert gaze == gaze_data_from_raw(packet(payload))


@each_format
def test_a_datum_becomes_the_type_that_holds_all_of_it(
    payload: str, kind: type[GazeDataType], fields: tuple[object, ...]
) -> None:
    gaze = gaze_data(parse_gaze(bytes.fromhex(payload), AT_NS).datum)
    assert type(gaze) is kind
    assert gaze == kind.from_raw(packet(payload))
    assert gaze.timestamp_unix_ns == AT_NS


@each_format
def test_a_payload_with_a_tail_is_read_as_far_as_we_know(
    payload: str, kind: type[GazeDataType], fields: tuple[object, ...]
) -> None:
    longer = packet(payload + "2a" * 3)
    assert type(gaze_data_from_raw(longer)) is kind
    assert kind.from_raw(longer) == gaze_data_from_raw(longer)


def test_monocular_points_have_names() -> None:
    gaze = DualMonocularGazeData.from_raw(packet(VECTORS[1][0]))
    assert isinstance(gaze.left, Point)
    assert gaze.right.x == 800.8253173828125


def test_a_type_refuses_the_payload_of_another() -> None:
    with pytest.raises(RemoteProtocolError, match="GazeData has 9 bytes, but 65 came"):
        GazeData.from_raw(packet(VECTORS[3][0]))


def test_a_payload_that_is_too_short_for_any_is_refused() -> None:
    with pytest.raises(RemoteProtocolError, match="at least 9 bytes"):
        gaze_data_from_raw(packet("00" * 8))


@pytest.mark.parametrize("kind", [kind for _, kind, _ in VECTORS[1:]])
def test_a_datum_that_lacks_something_is_refused(kind: type[GazeDataType]) -> None:
    with pytest.raises(LocalProtocolError, match=f"{kind.__name__} needs"):
        kind.from_datum(GazeDatum(timestamp_unix_ns=0, x_px=1.0, y_px=2.0))


def test_an_unknown_number_passes() -> None:
    gaze = GazeData.from_raw(packet("7fc00000" * 2 + "00"))
    assert math.isnan(gaze.x)
    assert not gaze.worn
