from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import PupilDatum
from gazewire.time import TimeBase
from gazewire.wire.ipc import (
    Message,
    WirePupil,
    WirePupil2d,
    WirePupil3d,
    decode_map,
    decode_pupil,
    encode_map,
    encode_struct,
    wire_pupil,
)

TOPICS = {
    "pupil_2d": "pupil.0.2d",
    "pupil_2d_nothing_found": "pupil.1.2d",
    "pupil_3d": "pupil.0.3d",
}


def read(payload: bytes, topic: str = "pupil.0.2d") -> WirePupil:
    return decode_pupil(Message(topic, payload))


def read_3d(payload: bytes) -> WirePupil3d:
    wire = read(payload, "pupil.0.3d")
    assert isinstance(wire, WirePupil3d)
    return wire


def changed(payload: bytes, **fields: object) -> bytes:
    return encode_map({**decode_map(payload), **fields})


def without(payload: bytes, *keys: str) -> bytes:
    return encode_map({key: value for key, value in decode_map(payload).items() if key not in keys})


@pytest.mark.parametrize(
    ("name", "size"), [("pupil_2d", 195), ("pupil_2d_nothing_found", 195), ("pupil_3d", 554)]
)
def test_our_record_of_a_pupil_gives_the_bytes_that_the_program_sends(
    name: str, size: int, vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    wire = read(vector(name), TOPICS[name])
    again = wire_pupil(wire.datum(timebase), timebase)
    # Our instants have whole nanoseconds, the program's time has not.
    assert again.timestamp == pytest.approx(wire.timestamp, abs=1e-9)
    payload = encode_struct(msgspec.structs.replace(again, timestamp=wire.timestamp))
    assert payload == vector(name)
    assert len(payload) == size


@pytest.mark.parametrize(("name", "topic"), TOPICS.items())
def test_a_pupil_read_is_written_as_it_was(
    name: str, topic: str, vector: Callable[[str], bytes]
) -> None:
    assert encode_struct(read(vector(name), topic)) == vector(name)


def test_the_topic_says_which_kind_of_map_it_is(vector: Callable[[str], bytes]) -> None:
    assert isinstance(read(vector("pupil_2d"), "pupil.0.2d"), WirePupil2d)
    assert isinstance(read(vector("pupil_2d"), "pupil.0.of_a_third_party"), WirePupil3d)
    with pytest.raises(RemoteProtocolError, match="pupil's topic"):
        read(vector("pupil_2d"), "pupil.0")


def test_a_map_of_the_other_kind_is_our_fault(
    pupil_2d: PupilDatum, pupil_3d: PupilDatum, timebase: TimeBase
) -> None:
    with pytest.raises(LocalProtocolError, match="has no model"):
        WirePupil2d.from_datum(pupil_3d, timebase)
    with pytest.raises(LocalProtocolError, match="has a model"):
        WirePupil3d.from_datum(pupil_2d, timebase)


def test_our_record_has_units_and_unix_time(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    datum = read_3d(vector("pupil_3d")).datum(timebase)
    assert (datum.eye_id, datum.detector, datum.method) == (0, "3d", "pye3d 0.3.2 real-time")
    assert datum.timestamp_unix_ns == timebase.zero_unix_ns + 6513_908_333_333
    assert datum.model is not None
    assert datum.model.pupil_diameter_mm == 7.6364479113021835
    assert datum.model.sphere.radius_mm == 10.392304845413264
    assert datum.ellipse.axes_px == (35.1845867776335, 38.974113439521176)


def test_theta_and_phi_of_the_vector_are_those_of_its_normal(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    model = read_3d(vector("pupil_3d")).datum(timebase).model
    assert model is not None
    x, y, z = model.circle.normal
    assert math.acos(y / math.hypot(x, y, z)) == pytest.approx(model.theta_rad, abs=1e-12)
    assert math.atan2(z, x) == pytest.approx(model.phi_rad, abs=1e-12)


@pytest.mark.parametrize("which", ["pupil_2d", "pupil_3d"])
def test_every_real_number_is_a_float_even_where_our_record_had_an_int(
    which: str,
    request: pytest.FixtureRequest,
    timebase: TimeBase,
    whole_numbers: Callable[[object], set[str]],
) -> None:
    wire = wire_pupil(request.getfixturevalue(which), timebase)
    assert whole_numbers(decode_map(encode_struct(wire))) == {"id"}


def test_a_2d_pupil_has_no_key_of_a_3d_one(pupil_2d: PupilDatum, timebase: TimeBase) -> None:
    fields = decode_map(encode_struct(wire_pupil(pupil_2d, timebase)))
    assert list(fields) == [
        "id",
        "topic",
        "method",
        "norm_pos",
        "diameter",
        "confidence",
        "timestamp",
        "ellipse",
    ]


def test_records_survive_the_wire(
    pupil_2d: PupilDatum, pupil_3d: PupilDatum, timebase: TimeBase
) -> None:
    for datum in (pupil_2d, pupil_3d):
        wire = wire_pupil(datum, timebase)
        message = Message.from_struct(wire.topic, wire)
        assert decode_pupil(message).datum(timebase) == datum


def test_integers_and_keys_of_older_programs_are_taken(vector: Callable[[str], bytes]) -> None:
    wire = read_3d(changed(vector("pupil_3d"), confidence=1, model_id=7, diameter_3d=7))
    assert (wire.confidence, wire.diameter_3d) == (1.0, 7.0)


@pytest.mark.parametrize(
    "key", ["id", "topic", "method", "norm_pos", "diameter", "confidence", "timestamp"]
)
def test_a_pupil_that_lacks_a_key_is_the_peers_fault(
    key: str, vector: Callable[[str], bytes]
) -> None:
    with pytest.raises(RemoteProtocolError, match=key):
        read(without(vector("pupil_2d"), key))


@pytest.mark.parametrize(
    "odd",
    [
        {"id": 2},
        {"id": "0"},
        {"id": None},
        {"norm_pos": [0.5]},
        {"norm_pos": [0.5, 0.5, 0.5]},
        {"confidence": "1.0"},
        {"ellipse": {"center": [0.0, 0.0]}},
        {"timestamp": None},
    ],
)
def test_a_pupil_with_an_odd_value_is_the_peers_fault(
    odd: dict[str, object], vector: Callable[[str], bytes]
) -> None:
    with pytest.raises(RemoteProtocolError):
        read(changed(vector("pupil_2d"), **odd))


@pytest.mark.parametrize(
    "odd",
    [
        {"timestamp": math.nan},
        {"timestamp": math.inf},
        {"timestamp": 1e300},
        {"topic": "pupil.1.2d"},
        {"topic": "gaze.2d.0."},
    ],
)
def test_a_pupil_that_cannot_be_one_of_our_records_is_the_peers_fault(
    odd: dict[str, object], vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    with pytest.raises(RemoteProtocolError):
        read(changed(vector("pupil_2d"), **odd)).datum(timebase)


def test_the_incumbents_stub_of_a_3d_pupil_is_read_but_is_no_record(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    wire = read_3d(without(vector("pupil_2d"), "ellipse"))
    with pytest.raises(RemoteProtocolError, match="without an ellipse"):
        wire.datum(timebase)


def test_half_a_model_is_none(vector: Callable[[str], bytes], timebase: TimeBase) -> None:
    assert read_3d(without(vector("pupil_3d"), "phi")).datum(timebase).model is None


@pytest.mark.parametrize("name", ["invalid_cut_short", "invalid_trailing", "invalid_huge_count"])
def test_broken_bytes_are_the_peers_fault(name: str, vector: Callable[[str], bytes]) -> None:
    with pytest.raises(RemoteProtocolError):
        read(vector(name))


def test_a_pupil_of_python_2_is_read(vector: Callable[[str], bytes]) -> None:
    expected = read(vector("pupil_2d"))
    # Its keys and values are bytes.
    old = b"\x88"
    for key, value in decode_map(vector("pupil_2d")).items():
        packed = value.encode() if isinstance(value, str) else value
        old += b"\xc4" + bytes([len(key)]) + key.encode() + encode_map({"": packed})[2:]
    assert read(old) == expected
