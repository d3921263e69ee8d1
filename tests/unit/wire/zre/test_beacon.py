from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.testing.vectors import load_vector
from gazewire.wire.zre import Beacon

VECTORS = Path(__file__).parents[3] / "vectors" / "zre"
NODE = UUID("3dcddecc-b12c-4492-b7d4-01d2b9e06f1f")


@pytest.mark.parametrize(
    ("case", "beacon"), [("beacon", Beacon(NODE, 36809)), ("goodbye", Beacon(NODE, 0))]
)
def test_vectors_are_read_and_written(case: str, beacon: Beacon) -> None:
    data = load_vector(VECTORS / f"{case}.hex")
    assert Beacon.parse(data) == beacon
    assert beacon.serialize() == data
    assert beacon.is_goodbye is (case == "goodbye")


@pytest.mark.parametrize("case", ["version", "short", "long"])
def test_other_datagrams_are_no_beacons(case: str) -> None:
    with pytest.raises(RemoteProtocolError):
        Beacon.parse(load_vector(VECTORS / f"invalid_beacon_{case}.hex"))


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_not_sent(port: int) -> None:
    with pytest.raises(LocalProtocolError):
        Beacon(NODE, port).serialize()
