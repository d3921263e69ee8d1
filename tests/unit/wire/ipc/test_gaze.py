from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.model import GazeRay, MappedGaze, PupilDatum
from gazewire.time import TimeBase
from gazewire.wire.ipc import (
    Message,
    WireBinocularGaze3d,
    WireGaze2d,
    WireMonocularGaze3d,
    decode_gaze,
    decode_map,
    encode_map,
    encode_struct,
    wire_gaze,
)

AT_NS = 1_700_000_012_500_000_000
TOPICS = {
    "gaze_2d_binocular": "gaze.2d.01.",
    "gaze_3d_monocular": "gaze.3d.0.",
    "gaze_3d_binocular": "gaze.3d.01.",
}


def ray(eye_id: int) -> GazeRay:
    return GazeRay(eye_id=1 if eye_id else 0, center_mm=(30 - 60 * eye_id, 0, 0), normal=(0, 0, 1))


@pytest.fixture
def gaze_2d(pupil_2d: PupilDatum) -> MappedGaze:
    return MappedGaze(timestamp_unix_ns=AT_NS, confidence=1, base=(pupil_2d,), norm_pos=(0, 2))


@pytest.fixture
def gaze_3d(pupil_3d: PupilDatum) -> MappedGaze:
    return MappedGaze(
        timestamp_unix_ns=AT_NS,
        confidence=1,
        base=(msgspec.structs.replace(pupil_3d, eye_id=0), pupil_3d),
        rays=(ray(0), ray(1)),
        point_mm=(0, 0, 500),
    )


@pytest.fixture
def gaze_3d_left(pupil_3d: PupilDatum) -> MappedGaze:
    return MappedGaze(
        timestamp_unix_ns=AT_NS,
        confidence=1,
        base=(pupil_3d,),
        norm_pos=(0, 1),
        rays=(ray(1),),
        point_mm=(0, 0, 500),
    )


@pytest.mark.parametrize(("name", "topic"), TOPICS.items())
def test_gaze_read_is_written_as_it_was(
    name: str, topic: str, vector: Callable[[str], bytes]
) -> None:
    wire = decode_gaze(Message(topic, vector(name)))
    assert encode_struct(wire) == vector(name)
    assert wire.topic == topic


@pytest.mark.parametrize(("name", "topic"), TOPICS.items())
def test_our_record_of_gaze_gives_the_bytes_that_the_program_sends(
    name: str, topic: str, vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    wire = decode_gaze(Message(topic, vector(name)))
    again = wire_gaze(wire.gaze(timebase), timebase)
    base = tuple(
        msgspec.structs.replace(ours, timestamp=theirs.timestamp)
        for ours, theirs in zip(again.base_data, wire.base_data, strict=True)
    )
    exact = msgspec.structs.replace(again, timestamp=wire.timestamp, base_data=base)
    assert encode_struct(exact) == vector(name)


def test_the_topic_tells_dimension_and_eyes(
    gaze_2d: MappedGaze, gaze_3d: MappedGaze, gaze_3d_left: MappedGaze, timebase: TimeBase
) -> None:
    assert wire_gaze(gaze_2d, timebase).topic == "gaze.2d.0."
    assert wire_gaze(gaze_3d, timebase).topic == "gaze.3d.01."
    assert wire_gaze(gaze_3d_left, timebase).topic == "gaze.3d.1."


def test_records_survive_the_wire(
    gaze_2d: MappedGaze, gaze_3d: MappedGaze, gaze_3d_left: MappedGaze, timebase: TimeBase
) -> None:
    for gaze in (gaze_2d, gaze_3d, gaze_3d_left):
        wire = wire_gaze(gaze, timebase)
        message = Message.from_struct(wire.topic, wire)
        assert decode_gaze(message).gaze(timebase) == gaze


def test_every_real_number_is_a_float_even_where_our_record_had_an_int(
    gaze_2d: MappedGaze,
    gaze_3d: MappedGaze,
    gaze_3d_left: MappedGaze,
    timebase: TimeBase,
    whole_numbers: Callable[[object], set[str]],
) -> None:
    for gaze in (gaze_2d, gaze_3d, gaze_3d_left):
        payload = encode_struct(wire_gaze(gaze, timebase))
        assert whole_numbers(decode_map(payload)) == {"id"}


def test_without_a_scene_camera_there_is_no_norm_pos(
    gaze_3d: MappedGaze, timebase: TimeBase
) -> None:
    fields = decode_map(encode_struct(wire_gaze(gaze_3d, timebase)))
    assert list(fields) == [
        "eye_centers_3d",
        "gaze_normals_3d",
        "gaze_point_3d",
        "topic",
        "confidence",
        "timestamp",
        "base_data",
    ]
    assert fields["eye_centers_3d"] == {"0": [30.0, 0.0, 0.0], "1": [-30.0, 0.0, 0.0]}


def test_gaze_of_one_eye_has_keys_in_the_singular(
    gaze_3d_left: MappedGaze, timebase: TimeBase
) -> None:
    fields = decode_map(encode_struct(wire_gaze(gaze_3d_left, timebase)))
    assert list(fields)[:4] == ["eye_center_3d", "gaze_normal_3d", "gaze_point_3d", "norm_pos"]


def test_a_record_that_is_no_gaze_is_our_fault(
    gaze_2d: MappedGaze, gaze_3d: MappedGaze, gaze_3d_left: MappedGaze, timebase: TimeBase
) -> None:
    replace = msgspec.structs.replace
    for gaze in (
        replace(gaze_2d, norm_pos=None),
        replace(gaze_2d, base=()),
        replace(gaze_3d, base=gaze_3d.base[::-1], rays=gaze_3d.rays[::-1]),
        replace(gaze_3d, rays=gaze_3d.rays[::-1]),
        replace(gaze_3d, point_mm=None),
        replace(gaze_3d_left, point_mm=None),
        replace(gaze_3d_left, rays=(ray(0),)),
        replace(gaze_2d, base=gaze_3d.base),
        replace(gaze_3d_left, base=gaze_2d.base, rays=(ray(0),)),
    ):
        with pytest.raises(LocalProtocolError):
            wire_gaze(gaze, timebase)
    with pytest.raises(LocalProtocolError):
        WireMonocularGaze3d.from_gaze(gaze_3d, timebase)
    with pytest.raises(LocalProtocolError):
        WireBinocularGaze3d.from_gaze(gaze_3d_left, timebase)
    with pytest.raises(LocalProtocolError):
        WireGaze2d.from_gaze(gaze_3d, timebase)


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("gaze_2d_binocular", "gaze.3d.01."),
        ("gaze_3d_monocular", "gaze.3d.01."),
        ("gaze_3d_binocular", "gaze.3d.0."),
        ("gaze_2d_binocular", "gaze.2d.01"),
        ("pupil_2d", "gaze.2d.0."),
        ("invalid_cut_short", "gaze.2d.0."),
    ],
)
def test_gaze_of_another_kind_than_its_topic_says_is_the_peers_fault(
    name: str, topic: str, vector: Callable[[str], bytes]
) -> None:
    with pytest.raises(RemoteProtocolError):
        decode_gaze(Message(topic, vector(name)))


def test_gaze_of_both_eyes_cannot_come_from_one(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    fields = {**decode_map(vector("gaze_3d_monocular")), "topic": "gaze.3d.01."}
    wire = decode_gaze(Message("gaze.3d.0.", encode_map(fields)))
    with pytest.raises(RemoteProtocolError, match="one eye"):
        wire.gaze(timebase)
