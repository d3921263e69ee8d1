import msgspec
import pytest

from gazewire.device.state import DeviceState, localised
from gazewire.flow import Subscription
from gazewire.model import Component, Event, Hardware, Phone, Recording, Sensor
from gazewire.time import ManualClock

PHONE = Phone(
    battery_level=100,
    battery_state="OK",
    device_id="0123456789abcdef",
    device_name="test",
    ip="0.0.0.0",
    memory=1,
    memory_state="OK",
)
GAZE = Sensor(sensor="gaze", conn_type="DIRECT", connected=True, ip="0.0.0.0", port=8086)
WORLD = Sensor(sensor="world", conn_type="DIRECT")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def state(clock: ManualClock) -> DeviceState:
    return DeviceState(phone=PHONE, hardware=Hardware(), sensors=[GAZE, WORLD], clock=clock)


async def told(changes: Subscription[Component], state: DeviceState) -> list[Component]:
    state.changes.close()
    return [component async for component in changes]


def recording(action: str, duration_ns: int = 0) -> Recording:
    return msgspec.convert({"id": "r", "action": action, "rec_duration_ns": duration_ns}, Recording)


def test_a_listener_hears_of_phone_and_hardware_first(state: DeviceState) -> None:
    assert state.snapshot() == (PHONE, Hardware(), GAZE, WORLD)


async def test_what_is_not_new_is_not_told(state: DeviceState) -> None:
    changes = state.changes.subscribe(capacity=9)
    state.update(PHONE)
    state.update(GAZE)
    state.update(Hardware())
    assert await told(changes, state) == []


async def test_a_change_replaces_and_is_told_whole(state: DeviceState) -> None:
    changes = state.changes.subscribe(capacity=9)
    unplugged = msgspec.structs.replace(GAZE, connected=False)
    state.update(unplugged)
    assert state.sensors == (unplugged, WORLD)
    assert await told(changes, state) == [unplugged]


async def test_each_event_is_told_and_none_is_kept(state: DeviceState) -> None:
    changes = state.changes.subscribe(capacity=9)
    event = Event(name="same", timestamp_unix_ns=1)
    state.update(event)
    state.update(event)
    assert event not in state.snapshot()
    assert await told(changes, state) == [event, event]


def test_a_recording_is_part_of_the_status_while_it_goes_on(
    state: DeviceState, clock: ManualClock
) -> None:
    state.update(recording("START"))
    clock.advance(1_500)
    assert state.snapshot()[-1] == recording("START", 1_500)
    state.update(recording("STOP", 1_500))
    assert state.recording is None
    assert len(state.snapshot()) == 4


def test_a_client_gets_the_address_that_it_reached() -> None:
    phone, sensor = localised(PHONE, "10.0.0.7"), localised(GAZE, "10.0.0.7")
    assert isinstance(phone, Phone)
    assert isinstance(sensor, Sensor)
    assert (phone.ip, sensor.url) == ("10.0.0.7", "rtsp://10.0.0.7:8086/?")


def test_what_has_no_address_gets_none() -> None:
    assert localised(WORLD, "10.0.0.7") == WORLD
    assert localised(Hardware(), "10.0.0.7") == Hardware()
