from __future__ import annotations

import inspect
import re

import msgspec
import pytest

from gazewire import model
from gazewire.model import GazeDatum, Phone

RECORDS = [
    thing
    for name in model.__all__
    if inspect.isclass(thing := getattr(model, name)) and issubclass(thing, msgspec.Struct)
]


@pytest.mark.parametrize("record", RECORDS)
def test_records_are_frozen_and_made_by_names(record: type[msgspec.Struct]) -> None:
    assert record.__struct_config__.frozen
    with pytest.raises(TypeError):
        record(1, 2, 3)


@pytest.mark.parametrize("record", RECORDS)
def test_every_field_of_a_record_that_lists_fields_is_explained(
    record: type[msgspec.Struct],
) -> None:
    told = inspect.getdoc(record) or ""
    if "Attributes:" in told:
        explained = re.findall(r"^    (\w+):", told.split("Attributes:")[1], re.MULTILINE)
        assert explained == [field.name for field in msgspec.structs.fields(record)]


def test_an_unknown_field_of_a_newer_device_is_ignored() -> None:
    told = {
        "battery_level": 80,
        "battery_state": "OK",
        "device_id": "0123456789abcdef",
        "device_name": "lab",
        "ip": "127.0.0.1",
        "memory": 1,
        "memory_state": "OK",
        "colour": "green",
    }
    phone = msgspec.convert(told, Phone)
    assert phone.device_name == "lab"
    assert phone.time_echo_port is None


def test_gaze_is_of_worn_glasses_and_has_no_more_than_a_point_unless_told() -> None:
    datum = GazeDatum(timestamp_unix_ns=1, x_px=2.0, y_px=3.0)
    assert datum.worn
    assert datum.left_px is datum.right_px is None
    assert datum.eye_state_left is datum.eyelid_right is None
