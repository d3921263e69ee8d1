from __future__ import annotations

from collections.abc import Callable

import pytest

from gazewire.errors import RemoteProtocolError
from gazewire.model import (
    DatumReference,
    MappedGaze,
    PupilDatum,
    SurfaceDatum,
    SurfaceFixation,
    SurfaceGaze,
)
from gazewire.time import TimeBase
from gazewire.wire.ipc import (
    WireSurface,
    decode_map,
    decode_surface,
    encode_map,
    encode_struct,
    wire_gaze,
)

ZERO_NS = 1_700_000_000_000_000_000
IMAGE = ((2, 0, 10), (0, -2, 20), (0, 0, 1))
SURFACE = ((0.5, 0, -5), (0, -0.5, 10), (0, 0, 1))
DATUM = SurfaceDatum(
    name="Surface 1",
    timestamp_unix_ns=ZERO_NS + 50_031_250_000,
    image_from_surface=IMAGE,
    surface_from_image=SURFACE,
    distorted_image_from_surface=IMAGE,
    surface_from_distorted_image=SURFACE,
    gaze=(
        SurfaceGaze(
            base=DatumReference(topic="gaze.3d.01.", timestamp_unix_ns=ZERO_NS + 50_017_167_000),
            norm_pos=(0.5, 1),
            confidence=0.95,
        ),
    ),
    fixations=(
        SurfaceFixation(
            base=DatumReference(topic="fixations", timestamp_unix_ns=ZERO_NS + 534_500_000_000),
            norm_pos=(0.5, 1.5),
            confidence=0.5,
            id=3,
            duration_ns=218_750_000,
            dispersion_deg=1,
        ),
    ),
)


def test_our_record_of_a_surface_gives_the_bytes_of_the_wire(
    vector: Callable[[str], bytes], timebase: TimeBase
) -> None:
    assert encode_struct(WireSurface.from_datum(DATUM, timebase)) == vector("surface")
    assert decode_surface(vector("surface")).datum(timebase) == DATUM


def test_every_real_number_is_a_float(
    timebase: TimeBase, whole_numbers: Callable[[object], set[str]]
) -> None:
    fields = decode_map(encode_struct(WireSurface.from_datum(DATUM, timebase)))
    assert whole_numbers(fields) == {"id"}


@pytest.mark.parametrize(
    ("norm_pos", "on_surface"),
    [((0, 0), True), ((1, 1), True), ((1.001, 0.5), False), ((0.5, -0.001), False)],
)
def test_the_edge_belongs_to_the_surface(norm_pos: tuple[float, float], on_surface: bool) -> None:
    base = DatumReference(topic="gaze.2d.0.", timestamp_unix_ns=0)
    assert SurfaceGaze(base=base, norm_pos=norm_pos, confidence=1).on_surface is on_surface


@pytest.mark.parametrize("ns", [1, 333_333_333, 16_666_667, 987_654_321_012_345])
def test_the_time_by_which_readers_join_gaze_to_a_surface_is_the_same_double(
    ns: int, pupil_2d: PupilDatum, timebase: TimeBase
) -> None:
    at_ns = ZERO_NS + ns
    gaze = MappedGaze(timestamp_unix_ns=at_ns, confidence=1, base=(pupil_2d,), norm_pos=(0, 0))
    published = wire_gaze(gaze, timebase)
    base = DatumReference(topic=published.topic, timestamp_unix_ns=at_ns)
    surface = SurfaceDatum(
        name="screen",
        timestamp_unix_ns=at_ns,
        image_from_surface=IMAGE,
        surface_from_image=SURFACE,
        distorted_image_from_surface=IMAGE,
        surface_from_distorted_image=SURFACE,
        gaze=(SurfaceGaze(base=base, norm_pos=(0, 0), confidence=1),),
    )
    element = WireSurface.from_datum(surface, timebase).gaze_on_surfaces[0]
    assert element.base_data == (published.topic, published.timestamp)
    assert element.timestamp == published.timestamp


def test_a_homography_of_another_shape_is_the_peers_fault(vector: Callable[[str], bytes]) -> None:
    fields = {**decode_map(vector("surface")), "surf_to_img_trans": [[1.0, 0.0], [0.0, 1.0]]}
    with pytest.raises(RemoteProtocolError, match="surf_to_img_trans"):
        decode_surface(encode_map(fields))
