from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.model import BlinkResponse, PupilDatum
from gazewire.time import TimeBase
from gazewire.wire.ipc import WireBlink, decode_blink, decode_map, encode_map, encode_struct


def test_our_record_of_a_response_gives_the_bytes_of_the_wire(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    wire = decode_blink(vector("blink"))
    again = WireBlink.from_response(wire.response(timebase), timebase)
    base = tuple(
        msgspec.structs.replace(ours, timestamp=theirs.timestamp)
        for ours, theirs in zip(again.base_data, wire.base_data, strict=True)
    )
    assert encode_struct(msgspec.structs.replace(again, base_data=base)) == vector("blink")


def test_records_survive_the_wire(pupil_2d: PupilDatum, timebase: TimeBase) -> None:
    response = BlinkResponse(
        kind="offset", timestamp_unix_ns=timebase.zero_unix_ns, confidence=1, base=(pupil_2d,) * 48
    )
    payload = encode_struct(WireBlink.from_response(response, timebase))
    assert decode_blink(payload).response(timebase) == response


def test_every_real_number_is_a_float_and_the_message_is_to_be_recorded(
    pupil_2d: PupilDatum, timebase: TimeBase, whole_numbers: Callable[[object], set[str]]
) -> None:
    response = BlinkResponse(kind="onset", timestamp_unix_ns=0, confidence=1, base=(pupil_2d,))
    fields = decode_map(encode_struct(WireBlink.from_response(response, timebase)))
    assert whole_numbers(fields) == {"id"}
    assert fields["record"] is True


def test_an_unknown_kind_is_the_peers_fault(vector: Callable[[str], bytes]) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_blink(encode_map({**decode_map(vector("blink")), "type": "wink"}))
