from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.model import DatumReference, DispersionFixation
from gazewire.time import TimeBase
from gazewire.wire.ipc import WireFixation, decode_fixation, decode_map, encode_map, encode_struct

START_NS = 1_700_000_534_500_000_000
FIXATION = DispersionFixation(
    id=3,
    start_unix_ns=START_NS,
    duration_ns=218_750_000,
    norm_pos=(0.25, 0.75),
    dispersion_deg=1,
    confidence=0.5,
    base=(
        DatumReference(topic="gaze.3d.01.", timestamp_unix_ns=START_NS),
        DatumReference(topic="gaze.3d.01.", timestamp_unix_ns=START_NS + 218_750_000),
    ),
    point_mm=(-258, 5, 463.5),
)


def test_a_fixation_has_the_keys_of_the_program_and_of_its_documentation(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    assert encode_struct(WireFixation.from_fixation(FIXATION, timebase)) == vector("fixation")
    assert FIXATION.timestamp_unix_ns == START_NS


def test_a_2d_fixation_has_no_point(timebase: TimeBase) -> None:
    flat = msgspec.structs.replace(FIXATION, point_mm=None)
    fields = decode_map(encode_struct(WireFixation.from_fixation(flat, timebase)))
    assert fields["method"] == "2d gaze"
    assert not [key for key in fields if key.startswith("gaze_point_3d")]
    assert (fields["norm_pos_x"], fields["norm_pos_y"]) == (0.25, 0.75)
    assert fields["start_timestamp"] == fields["timestamp"] == 534.5


@pytest.mark.parametrize("name", ["fixation", "fixation_incumbent"])
def test_a_fixation_of_either_program_is_read(
    name: str, vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    assert decode_fixation(vector(name)).fixation(timebase) == FIXATION


def test_every_real_number_is_a_float_even_where_our_record_had_an_int(
    timebase: TimeBase, whole_numbers: Callable[[object], set[str]]
) -> None:
    whole = msgspec.structs.replace(FIXATION, norm_pos=(0, 1), confidence=1, duration_ns=10**9)
    fields = decode_map(encode_struct(WireFixation.from_fixation(whole, timebase)))
    assert whole_numbers(fields) == {"id"}


@pytest.mark.parametrize(
    "odd", [{"timestamp": math.nan}, {"duration": math.inf}, {"base_data": [["gaze", math.inf]]}]
)
def test_a_time_that_cannot_be_is_the_peers_fault(
    odd: dict[str, object], vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    payload = encode_map({**decode_map(vector("fixation")), **odd})
    with pytest.raises(RemoteProtocolError):
        decode_fixation(payload).fixation(timebase)


@pytest.mark.parametrize("odd", [{"method": "gaze"}, {"base_data": "545.5 545.6"}, {"id": 0.5}])
def test_a_fixation_with_an_odd_value_is_the_peers_fault(
    odd: dict[str, object], vector: Callable[[str], bytes]
) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_fixation(encode_map({**decode_map(vector("fixation")), **odd}))
