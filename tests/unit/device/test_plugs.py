import pytest

from gazewire.camera import Presence
from gazewire.device.catalog import DeviceCatalog, data_offer
from gazewire.device.faults import FaultRig, Seams, parse_fault
from gazewire.device.faults.ledger import Ledger
from gazewire.device.plugs import Plugs
from gazewire.device.state import DeviceState
from gazewire.errors import DeviceRefusedError
from gazewire.flow import Subscription
from gazewire.model import Component, Hardware, Phone, Sensor
from gazewire.time import ManualClock
from gazewire.wire.rtsp import RtspUrl

WORLD = RtspUrl.parse("rtsp://127.0.0.1:8086/?camera=world")
AWAY = Presence("world", connected=False)
BACK = Presence("world", connected=True)

PHONE = Phone(
    battery_level=100,
    battery_state="OK",
    device_id="0123456789abcdef",
    device_name="test",
    ip="127.0.0.1",
    memory=1,
    memory_state="OK",
)


class Bench:
    """A device with a scene camera, and gaze that it could have."""

    def __init__(self) -> None:
        clock = ManualClock()
        # What kind of stream it is does not matter here.
        offer = data_offer("gaze", clock)
        sensors = [
            Sensor(sensor=name, conn_type=way, connected=name == "world")
            for name in ("world", "gaze")
            for way in ("WEBSOCKET", "DIRECT")
        ]
        self.state = DeviceState(phone=PHONE, hardware=Hardware(), sensors=sensors, clock=clock)
        catalog = DeviceCatalog({"world": offer})
        self.rig = FaultRig(Seams({"world": offer.stream}, catalog, clock), self.state)
        self.plugs = Plugs(self.rig)

    def connected(self) -> dict[str, set[bool]]:
        """Whether sensors are connected, as the status tells it for each way."""
        told: dict[str, set[bool]] = {}
        for sensor in self.state.sensors:
            told.setdefault(sensor.sensor, set()).add(sensor.connected)
        return told

    async def open(self) -> None:
        await self.rig.seams.catalog.open(WORLD)


@pytest.fixture
def bench() -> Bench:
    return Bench()


async def told(changes: Subscription[Component], count: int) -> list[bool]:
    """What listeners of the status are told next of the scene camera."""
    parts = [await anext(changes) for _ in range(count)]
    assert all(isinstance(part, Sensor) and part.sensor == "world" for part in parts)
    return [part.connected for part in parts if isinstance(part, Sensor)]


async def test_a_camera_that_is_pulled_out_is_told_and_cannot_be_opened(bench: Bench) -> None:
    await bench.open()
    with bench.state.changes.subscribe(capacity=10) as changes:
        bench.plugs.follow(AWAY)
        assert await told(changes, 2) == [False, False]
    assert bench.connected() == {"world": {False}, "gaze": {False}}
    with pytest.raises(DeviceRefusedError, match="world is not connected"):
        await bench.open()


async def test_a_camera_that_is_back_is_told_and_can_be_opened(bench: Bench) -> None:
    with bench.state.changes.subscribe(capacity=10) as changes:
        bench.plugs.follow(AWAY)
        bench.plugs.follow(BACK)
        assert await told(changes, 4) == [False, False, True, True]
    assert bench.connected() == {"world": {True}, "gaze": {False}}
    await bench.open()


async def test_what_is_so_already_is_not_told_again(bench: Bench) -> None:
    with bench.state.changes.subscribe(capacity=10) as changes:
        bench.plugs.follow(BACK)
        for presence in (AWAY, AWAY, BACK, BACK):
            bench.plugs.follow(presence)
        bench.state.changes.close()
        assert [part.connected async for part in changes if isinstance(part, Sensor)] == [
            *(False, False),
            *(True, True),
        ]
    await bench.open()


@pytest.mark.parametrize("text", ["unplug", "unplug:sensor=world"])
async def test_a_camera_is_back_when_it_is_plugged_in_and_no_fault_keeps_it_out(
    bench: Bench, text: str
) -> None:
    bench.plugs.follow(AWAY)
    async with parse_fault(text).put_in(bench.rig, Ledger()):
        bench.plugs.follow(BACK)
        assert bench.connected()["world"] == {False}
    assert bench.connected()["world"] == {True}


async def test_the_end_of_a_fault_does_not_plug_a_camera_in(bench: Bench) -> None:
    async with parse_fault("unplug").put_in(bench.rig, Ledger()):
        bench.plugs.follow(AWAY)
    assert bench.connected()["world"] == {False}
    bench.plugs.follow(BACK)
    assert bench.connected()["world"] == {True}
