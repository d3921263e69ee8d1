import asyncio
import json

import pytest

from gazewire.client._engine.session import DeviceSession, result_of
from gazewire.client.device_error import DeviceError
from gazewire.client.models import APIPath
from gazewire.device.envelope import refuse
from gazewire.device.faults import parse_fault
from gazewire.errors import NetworkError, RemoteProtocolError
from gazewire.net import HttpResponse, HttpRoute, HttpServer
from gazewire.wire.rest import RestPath


@pytest.fixture
async def session(device):
    session = DeviceSession("127.0.0.1", device.http_port)
    yield session
    await session.close()


async def test_the_result_is_taken_out_of_its_envelope(session) -> None:
    result = result_of(await session.request("GET", APIPath.STATUS))
    assert "Phone" in {part["model"] for part in result}


async def test_a_refusal_has_the_status_and_the_words_of_the_device(session) -> None:
    with pytest.raises(DeviceError) as refused:
        result_of(await session.request("POST", APIPath.RECORDING_CANCEL))
    status, message = refused.value.args
    assert (status, message) == (refused.value.status, refused.value.message)
    assert status == 500
    assert message in str(refused.value)


async def test_what_is_no_json_is_an_error_of_the_device(device, session) -> None:
    await device.faults.start(parse_fault("non-json"))
    with pytest.raises(DeviceError, match="Sign in") as page:
        result_of(await session.request("GET", APIPath.STATUS))
    assert page.value.status == 200
    assert isinstance(page.value.__cause__, RemoteProtocolError)


async def test_a_refusal_in_plain_text_is_told_as_it_is() -> None:
    async def refuse_plainly(_):
        return HttpResponse(400, b"name missing\n")

    routes = [HttpRoute("POST", RestPath.EVENT, refuse_plainly)]
    async with HttpServer(routes, host="127.0.0.1", port=0, refuse=refuse) as server:
        session = DeviceSession("127.0.0.1", server.port)
        with pytest.raises(DeviceError) as refused:
            result_of(await session.request("POST", APIPath.EVENT, body=b"{}"))
        assert refused.value.args == (400, "name missing")
        await session.close()


async def test_one_connection_serves_every_request() -> None:
    peers = []

    async def note(request):
        peers.append(request.peer)
        return HttpResponse(body=json.dumps({"message": "", "result": None}).encode())

    routes = [HttpRoute("GET", RestPath.STATUS, note)]
    async with HttpServer(routes, host="127.0.0.1", port=0, refuse=refuse) as server:
        session = DeviceSession("127.0.0.1", server.port)
        for _ in range(3):
            assert result_of(await session.request("GET", APIPath.STATUS)) is None
        await session.close()
    assert len(peers) == 3
    assert len(set(peers)) == 1


async def test_a_device_that_is_not_there_is_an_error_without_a_status() -> None:
    session = DeviceSession("127.0.0.1", 1)
    with pytest.raises(DeviceError) as refused:
        await session.request("GET", APIPath.STATUS)
    assert refused.value.status is None
    assert isinstance(refused.value.__cause__, NetworkError)
    await session.close()


async def test_a_device_that_does_not_answer_is_given_up(device) -> None:
    await device.faults.start(parse_fault("http-slow:seconds=5"))
    session = DeviceSession("127.0.0.1", device.http_port, timeout_s=0.05)
    with pytest.raises(DeviceError, match="did not answer within") as slow:
        await session.request("GET", APIPath.STATUS)
    assert isinstance(slow.value.__cause__, TimeoutError)
    await session.close()


async def test_what_is_no_address_is_an_error_of_the_device() -> None:
    session = DeviceSession("no address", 99999999)
    with pytest.raises(DeviceError):
        await session.request("GET", APIPath.STATUS)
    await session.close()


async def test_a_device_is_found_at_another_of_its_addresses(device, session) -> None:
    session = DeviceSession("127.0.0.2", device.http_port)
    session.try_also(["127.0.0.2", "::1", "127.0.0.1"])
    assert session.address == "127.0.0.2"
    await session.request("GET", APIPath.STATUS)
    assert session.address == "127.0.0.1"
    async with session.websocket(APIPath.STATUS) as socket:
        assert await socket.receive()
    await session.close()


async def test_a_device_that_moves_is_found_again() -> None:
    async def status(_):
        return HttpResponse()

    routes = [HttpRoute("GET", RestPath.STATUS, status)]
    async with HttpServer(routes, host="127.0.0.1", port=0, refuse=refuse) as server:
        port = server.port
        session = DeviceSession("127.0.0.1", port)
        session.try_also(["127.0.0.2"])
        await session.request("GET", APIPath.STATUS)
    async with HttpServer(routes, host="127.0.0.2", port=port, refuse=refuse):
        assert (await session.request("GET", APIPath.STATUS)).status == 200
        assert session.address == "127.0.0.2"
        await session.close()


async def test_ipv6_addresses_are_written_in_brackets() -> None:
    async def status(_):
        return HttpResponse(body=b'{"message":"","result":6}')

    routes = [HttpRoute("GET", RestPath.STATUS, status)]
    try:
        server = await asyncio.start_server(lambda *_: None, "::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    server.close()
    async with HttpServer(routes, host="::1", port=0, refuse=refuse) as server:
        session = DeviceSession("::1", server.port)
        assert result_of(await session.request("GET", APIPath.STATUS)) == 6
        await session.close()


async def test_a_closed_session_asks_nothing(device, session) -> None:
    await session.close()
    await session.close()
    assert session.is_closed
    with pytest.raises(DeviceError, match="closed"):
        await session.request("GET", APIPath.STATUS)


async def test_a_websocket_where_there_is_none_is_an_error(session) -> None:
    with pytest.raises(DeviceError, match="not a websocket"):
        async with session.websocket(APIPath.EVENT):
            pass
