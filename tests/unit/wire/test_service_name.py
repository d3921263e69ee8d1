from __future__ import annotations

import pytest

from gazewire.errors import LocalProtocolError, RemoteProtocolError
from gazewire.wire.service_name import ServiceName

ID = "d55a33b5ab845785"
LONG = "PI monitor:{}:" + ID + "._http._tcp.local."
ROOM = 63 - len(f"PI monitor::{ID}")


@pytest.mark.parametrize("device_name", ["Neon Companion", "Bob: left: red", "", "眼鏡", ":"])
def test_names_go_both_ways(device_name):
    full_name = LONG.format(device_name)
    assert ServiceName(device_name, ID).serialize() == full_name
    assert ServiceName.parse(full_name) == ServiceName(device_name, ID)


@pytest.mark.parametrize(
    ("device_name", "fitted"),
    [
        ("a" * ROOM, "a" * ROOM),
        ("a" * (ROOM + 1), "a" * ROOM),
        ("a" * (ROOM - 1) + "ü", "a" * (ROOM - 1)),
        ("a" * (ROOM - 2) + "ü", "a" * (ROOM - 2) + "ü"),
        ("a" * (ROOM - 3) + "𝄞", "a" * (ROOM - 3)),
        ("眼" * 40, "眼" * (ROOM // 3)),
    ],
)
def test_a_long_name_is_cut_between_characters(device_name, fitted):
    full_name = ServiceName(device_name, ID).serialize()
    assert full_name == LONG.format(fitted)
    assert len(full_name.removesuffix("._http._tcp.local.").encode()) <= 63


@pytest.mark.parametrize(
    ("device_name", "spelt"), [("Neon 2.0", "Neon 2-0"), ("a\tb\x7f\n", "a b  "), ("\ud800", "?")]
)
def test_what_may_not_stand_in_a_label_is_replaced(device_name, spelt):
    assert ServiceName(device_name, ID).serialize() == LONG.format(spelt)


@pytest.mark.parametrize("device_id", ["a:b", "a.b", "ü", "a\n", "a" * 60])
def test_an_unfit_id_is_our_mistake(device_id):
    with pytest.raises(LocalProtocolError):
        ServiceName("Neon", device_id).serialize()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "_http._tcp.local.",
        "Printer._http._tcp.local.",
        "PI monitor._http._tcp.local.",
        "PI monitor:Neon._http._tcp.local.",
        "PI monitors:Neon:1._http._tcp.local.",
        "pi monitor:Neon:1._http._tcp.local.",
        "PI monitor:Neon:1._rtsp._tcp.local.",
        "PI monitor:Neon:1",
    ],
)
def test_other_services_are_no_devices(name):
    with pytest.raises(RemoteProtocolError):
        ServiceName.parse(name)
