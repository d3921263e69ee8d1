from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from gazewire.errors import RemoteProtocolError
from gazewire.wire.service_name import SERVICE_TYPE, ServiceName

ids = st.text("0123456789abcdef-", min_size=1, max_size=51)
fitting = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="."))


@given(
    fitting.filter(lambda name: len(name.encode()) <= 35), st.text("0123456789abcdef", max_size=16)
)
def test_names_that_fit_go_there_and_back(device_name, device_id):
    name = ServiceName(device_name, device_id)
    assert ServiceName.parse(name.serialize()) == name


@given(st.text(), ids)
def test_any_name_becomes_one_label(device_name, device_id):
    full_name = ServiceName(device_name, device_id).serialize()
    label = full_name.removesuffix(f".{SERVICE_TYPE}")
    assert "." not in label
    assert len(label.encode()) <= 63
    read = ServiceName.parse(full_name)
    assert read.device_id == device_id
    assert len(read.device_name) <= len(device_name)
    assert read.serialize() == full_name


@given(st.text() | st.text().map(lambda text: f"PI monitor:{text}.{SERVICE_TYPE}"))
def test_garbage_gives_a_value_or_our_error(name):
    with suppress(RemoteProtocolError):
        ServiceName.parse(name)
