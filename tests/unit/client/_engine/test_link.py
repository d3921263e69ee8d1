from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gazewire.client._engine.inbox import Inbox
from gazewire.client._engine.link import SENSORS, DeviceLink
from gazewire.client._engine.machine_clock import MachineClock
from gazewire.client._engine.session import DeviceSession
from gazewire.client._engine.statistics import StreamState
from gazewire.client.device_error import DeviceError
from gazewire.client.models import SensorName
from gazewire.device.envelope import refuse
from gazewire.net import HttpClient, HttpRequest, HttpResponse, HttpRoute, HttpServer
from gazewire.time import SystemClock
from gazewire.wire.rest import JSON_CONTENT_TYPE, RestPath

LIMIT_S = 10


@asynccontextmanager
async def linked(port: int) -> AsyncIterator[DeviceLink]:
    session = DeviceSession("127.0.0.1", port)
    try:
        async with asyncio.timeout(LIMIT_S), DeviceLink(session, MachineClock()) as link:
            yield link
    finally:
        await session.close()


async def test_entering_reads_the_status_and_nothing_is_received_yet(device) -> None:
    async with linked(device.http_port) as link:
        assert link.status.status.direct_gaze_sensor().connected
        assert link.statistics() == {}
        assert link.feeds == {}


async def test_a_device_that_is_not_there_is_an_error(device) -> None:
    with pytest.raises(DeviceError):
        async with linked(1):
            pass


async def test_streams_are_received_as_they_are_wanted(device, until) -> None:
    async with linked(device.http_port) as link:
        leave = [link.switch(name).join() for name in SENSORS]
        await until(lambda: link.statistics()["gaze"].state is StreamState.WAITING)
        assert {name for name in link.feeds} == set(SENSORS)
        for each in leave:
            each()
        await until(
            lambda: {each.state for each in link.statistics().values()} == {StreamState.IDLE}
        )


async def test_the_way_of_the_packets_can_be_changed(device, until) -> None:
    async with linked(device.http_port) as link:
        link.switch(SensorName.GAZE).turn_on()

        def transport() -> str | None:
            return link.statistics()["gaze"].transport

        await until(lambda: transport() == "udp")
        await link.set_transport(True)
        await until(lambda: transport() == "tcp")
        await link.set_transport(None)
        assert transport() == "tcp"
        await link.set_transport(False)
        await until(lambda: transport() == "udp")


async def test_gaze_in_batches_is_a_stream_of_its_own(device, until) -> None:
    async with linked(device.http_port) as link:
        feed, switch = link.gaze_batches()
        assert link.gaze_batches() == (feed, switch)
        leave = switch.join()
        await until(lambda: link.statistics()["gaze_batches"].state is StreamState.WAITING)
        leave()
        assert set(link.statistics()) == {"gaze_batches"}


async def test_readers_are_told_of_the_end(device) -> None:
    first, forgotten = Inbox[int](1), Inbox[int](1)
    async with linked(device.http_port) as link:
        link.attach(first)
        link.attach(forgotten)()
    assert await first.get_many() == []
    forgotten.put_many([1])
    assert await forgotten.get_many() == [1]
    with pytest.raises(DeviceError, match="closed"):
        link.attach(first)
    with pytest.raises(DeviceError, match="closed"):
        await link.clock_offset(1.0)


async def test_the_clock_is_watched_from_the_first_question_on(device) -> None:
    async with linked(device.http_port) as link:
        assert link.known_clock_offset is None
        offset = await link.clock_offset(LIMIT_S)
        assert abs(offset.offset_ns) <= offset.uncertainty_ns
        assert link.known_clock_offset is not None


async def test_a_device_without_a_time_echo_says_so_at_once(serve) -> None:
    async with serve(older_app=True) as device, linked(device.http_port) as link:
        with pytest.raises(DeviceError, match="no time echo"):
            await link.clock_offset(LIMIT_S)


async def test_a_time_that_does_not_come_is_an_error(device) -> None:
    async with linked(device.http_port) as link:
        with pytest.raises(DeviceError, match="within 0 s"):
            await link.clock_offset(0)


@pytest.mark.parametrize("elsewhere", ["127.0.0.9", "127.0.0.1"])
async def test_a_stream_is_sought_where_the_device_was_found(device, until, elsewhere: str) -> None:
    async with told_elsewhere(device, elsewhere) as port, linked(port) as link:
        assert link.status.status.direct_gaze_sensor().ip == elsewhere
        link.switch(SensorName.GAZE).turn_on()
        await until(lambda: link.statistics()["gaze"].state is StreamState.WAITING)


@asynccontextmanager
async def told_elsewhere(device, ip: str) -> AsyncIterator[int]:
    """A second REST interface of a device, which says that its streams are at another address."""
    url = f"http://127.0.0.1:{device.http_port}{RestPath.STATUS}"
    async with HttpClient() as http:
        status = json.loads((await http.request("GET", url, timeout_s=LIMIT_S)).body)
    for component in status["result"]:
        if component["model"] == "Sensor":
            component["data"]["ip"] = ip

    async def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(body=json.dumps(status).encode(), content_type=JSON_CONTENT_TYPE)

    route = HttpRoute("GET", RestPath.STATUS, answer)
    async with HttpServer([route], host="127.0.0.1", port=0, refuse=refuse) as server:
        yield server.port


def test_it_is_made_outside_of_a_loop() -> None:
    assert DeviceLink(DeviceSession("127.0.0.1", 1), SystemClock()).feeds == {}
