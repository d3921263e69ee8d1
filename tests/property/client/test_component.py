import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazewire.client.models import Status, parse_component

MODELS = ("Phone", "Hardware", "Sensor", "Recording", "Event", "NetworkDevice")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["sensor", "conn_type", "connected", "port", "ip", "id", "action", "timestamp", "version"]
)
COMPONENTS = st.fixed_dictionaries(
    {"model": st.sampled_from(MODELS), "data": st.dictionaries(KEYS, JSON) | JSON}
)


@given(JSON | COMPONENTS)
def test_whatever_a_peer_says_is_a_component_or_a_value_error(raw: object) -> None:
    try:
        component = parse_component(raw)
    except ValueError:
        return
    assert type(component).__name__ == raw["model"]
    hash(component)  # of values that are what their fields say


@given(st.lists(JSON | COMPONENTS))
def test_a_status_without_a_phone_is_a_value_error(raw: list) -> None:
    # A phone needs more keys than are given here.
    with pytest.raises(ValueError, match="Phone"):
        Status.from_dict(raw)
