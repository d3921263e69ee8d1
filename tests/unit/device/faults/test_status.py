import asyncio
import json

import pytest

TIME_LIMIT_S = 5


class Listener:
    """A client of the status websocket, from its first message on."""

    def __init__(self, bench) -> None:
        self.changes = bench.state.changes.subscribe(capacity=100)
        self.tell = bench.seams.telling.begin()
        self.told: list[dict] = []
        for component in bench.state.snapshot():
            self._hear(component)

    def _hear(self, component) -> None:
        self.told += [json.loads(message) for message in self.tell(component)]

    async def hear_all(self) -> list[str]:
        """Hear what has been published, and name the models of all that was told so far."""
        with self.changes as changes:
            changes.close()
            async for component in changes:
                self._hear(component)
        return [message["model"] for message in self.told]


SNAPSHOT = ["Phone", "Hardware"] + ["Sensor"] * 8


async def test_without_faults_each_component_is_one_message(bench) -> None:
    assert await Listener(bench).hear_all() == SNAPSHOT


async def test_an_unknown_model_comes_first_to_who_connects(bench) -> None:
    async with bench.fault("unknown-model:model=Companion"):
        assert await Listener(bench).hear_all() == ["Companion", *SNAPSHOT]
        assert await Listener(bench).hear_all() == ["Companion", *SNAPSHOT]
    assert bench.counts("status") == {"unknown": 2}


async def test_an_unknown_model_can_come_second(bench) -> None:
    async with bench.fault("unknown-model:place=second"):
        told = await Listener(bench).hear_all()
    assert told == ["Phone", "Companion", *SNAPSHOT[1:]]


async def test_an_unknown_model_comes_at_once_to_who_is_connected(bench) -> None:
    listener = Listener(bench)
    async with bench.fault("unknown-model"):
        assert await listener.hear_all() == [*SNAPSHOT, "Companion", "Phone"]


async def test_a_sensor_is_repeated_as_it_is(bench) -> None:
    listener = Listener(bench)
    before = listener.told.copy()
    async with bench.fault("repeated-sensor:sensor=gaze"):
        await listener.hear_all()
    [repeated] = listener.told[len(before) :]
    assert repeated in before
    assert repeated["data"]["sensor"] == "gaze"
    assert repeated["data"]["conn_type"] == "DIRECT"
    assert bench.counts("status") == {"repeated": 1}


async def test_a_sensor_is_repeated_again_and_again(bench) -> None:
    with bench.state.changes.subscribe(capacity=100) as changes:
        async with bench.fault("repeated-sensor:every=0.01"), asyncio.timeout(TIME_LIMIT_S):
            repeated = [await anext(changes) for _ in range(3)]
    assert len(set(repeated)) == 1


@pytest.mark.parametrize(
    ("text", "model", "key"),
    [
        ("incomplete-component", "Sensor", "conn_type"),
        ("incomplete-component:model=Phone", "Phone", "device_name"),
        ("incomplete-component:model=Phone,key=ip", "Phone", "ip"),
        ("incomplete-component:model=Hardware", "Hardware", "version"),
    ],
)
async def test_a_component_lacks_a_key_at_once_and_to_who_connects(
    bench, text: str, model: str, key: str
) -> None:
    listener = Listener(bench)
    async with bench.fault(text):
        assert await listener.hear_all() == [*SNAPSHOT, model]
        assert key not in listener.told[-1]["data"]
        other = Listener(bench)
        assert await other.hear_all() == SNAPSHOT
    for message in other.told:
        complete = set(listener.told[SNAPSHOT.index(message["model"])]["data"])
        lacking = {key} if message["model"] == model else set()
        assert set(message["data"]) == complete - lacking
    assert bench.counts("status") == {"incomplete": 1 + SNAPSHOT.count(model)}


async def test_who_listens_on_after_the_fault_hears_what_all_others_do(bench) -> None:
    async with bench.fault("incomplete-component:model=Phone"):
        listener = Listener(bench)
    bench.state.changes.publish(bench.state.phone)
    await listener.hear_all()
    assert "device_name" not in listener.told[0]["data"]
    assert "device_name" in listener.told[-1]["data"]
