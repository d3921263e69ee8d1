from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from gazewire.errors import (
    AddressInUseError,
    ConnectionLostError,
    LocalProtocolError,
    NetworkError,
    RemoteProtocolError,
)
from gazewire.net import (
    HttpClient,
    HttpLimits,
    HttpRequest,
    HttpResponse,
    HttpRoute,
    HttpServer,
    WebSocket,
    WebSocketRoute,
    static_routes,
)

PATIENT = HttpLimits()
HASTY = HttpLimits(
    idle_timeout_s=0.2, request_timeout_s=0.1, send_timeout_s=0.1, websocket_close_s=0.1
)
MASK = bytes(4)
HANDSHAKE = (
    b"GET /api/status HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


def refuse(status: int, message: str) -> HttpResponse:
    body = json.dumps({"message": message, "result": None}).encode()
    return HttpResponse(status, body, "application/json")


async def mirror(request: HttpRequest) -> HttpResponse:
    seen = {
        "method": request.method,
        "path": request.path,
        "query": dict(request.query),
        "body": request.body.decode(),
        "local_host": request.local_host,
        "peer": request.peer,
        "x-test": request.headers.get("X-TEST"),
    }
    return HttpResponse(body=json.dumps(seen).encode(), content_type="application/json")


async def fail(_: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("a defect")


async def blame(_: HttpRequest) -> HttpResponse:
    raise RemoteProtocolError("no name", status=422)


async def echo(_: HttpRequest, websocket: WebSocket) -> None:
    async for message in websocket:
        if isinstance(message, str):
            await websocket.send_text(message)
        else:
            await websocket.send_bytes(message)


ROUTES = [
    HttpRoute("GET", "/api/status", mirror),
    HttpRoute("POST", "/api/recording:start", mirror),
    HttpRoute("GET", "/{braces}", mirror),
    HttpRoute("GET", "/fail", fail),
    HttpRoute("GET", "/blame", blame),
    WebSocketRoute("/api/status", echo),
    WebSocketRoute("/tunnel", echo, subprotocols=("binary",), compress=False),
    *static_routes({"/": (b"<p>hello", "text/html; charset=utf-8")}),
]


def serving(*routes: HttpRoute | WebSocketRoute, limits: HttpLimits = PATIENT) -> HttpServer:
    return HttpServer([*ROUTES, *routes], host="127.0.0.1", port=0, refuse=refuse, limits=limits)


@pytest.fixture
async def server():
    async with serving() as server:
        yield server


@pytest.fixture
async def http():
    async with HttpClient() as http:
        yield http


@asynccontextmanager
async def raw(server: HttpServer):
    """A connection whose bytes we write ourselves."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def opened_raw_websocket(reader, writer, extra: bytes = b"") -> bytes:
    writer.write(HANDSHAKE + extra + b"\r\n")
    return await reader.readuntil(b"\r\n\r\n")


def message_of(answer: HttpResponse) -> str:
    envelope = json.loads(answer.body)
    assert envelope["result"] is None
    return envelope["message"]


async def fetch(server: HttpServer, http: HttpClient, path: str = "/api/status") -> HttpResponse:
    return await http.request("GET", server.url + path)


# Requests and answers


async def test_a_handler_sees_the_request_and_its_answer_arrives(server, http):
    answer = await http.request(
        "POST",
        f"{server.url}/api/recording:start?ae_mode=&gain=2&gain=3",
        json={"a": 1},
        headers={"x-TeSt": "yes"},
    )
    seen = json.loads(answer.body)
    assert answer.status == 200
    assert answer.content_type == "application/json"
    assert seen["path"] == "/api/recording:start"
    assert seen["query"] == {"ae_mode": "", "gain": "2"}
    assert seen["body"] == '{"a":1}'
    assert seen["local_host"] == "127.0.0.1"
    assert re.fullmatch(r"127\.0\.0\.1:\d+", seen["peer"])
    assert seen["x-test"] == "yes"


async def test_the_local_host_is_the_address_that_the_peer_reached(http):
    async with HttpServer(ROUTES, host="0.0.0.0", port=0, refuse=refuse) as server:
        answer = await http.request("GET", f"http://127.0.0.2:{server.port}/api/status")
    assert json.loads(answer.body)["local_host"] == "127.0.0.2"


async def test_paths_are_literal(server, http):
    assert (await fetch(server, http, "/%7Bbraces%7D")).status == 200
    assert (await fetch(server, http, "/anything")).status == 404
    answer = await http.request("POST", f"{server.url}/api/recording%3Astart")
    assert answer.status == 200


async def test_head_answers_like_get_without_the_body(server, http):
    got = await fetch(server, http, "/")
    headed = await http.request("HEAD", f"{server.url}/")
    assert (headed.status, headed.body) == (200, b"")
    assert headed.headers["Content-Length"] == str(len(got.body))
    assert headed.content_type == got.content_type


async def test_an_unknown_path_is_refused_in_the_envelope(server, http):
    answer = await fetch(server, http, "/nowhere")
    assert answer.status == 404
    assert answer.content_type == "application/json"
    assert "/nowhere" in message_of(answer)


async def test_a_method_that_a_path_does_not_take_is_refused_with_those_it_takes(server, http):
    answer = await http.request("DELETE", f"{server.url}/api/status")
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert message_of(answer)


async def test_a_failing_handler_is_one_logged_traceback_and_a_500(server, http, caplog):
    answer = await fetch(server, http, "/fail")
    assert answer.status == 500
    assert message_of(answer)
    [record] = caplog.records
    assert record.name == "gazewire.net.http"
    assert record.exc_info is not None
    assert (await fetch(server, http)).status == 200


async def test_a_connection_that_fails_inside_of_a_handler_is_a_500_like_any_error(http, caplog):
    async def unreachable(_: HttpRequest) -> HttpResponse:
        raise ConnectionRefusedError("some other machine")

    async with serving(HttpRoute("GET", "/unreachable", unreachable)) as server:
        assert (await fetch(server, http, "/unreachable")).status == 500
    assert len(caplog.records) == 1


async def test_a_handler_may_blame_the_request(server, http, caplog):
    answer = await fetch(server, http, "/blame")
    assert (answer.status, message_of(answer)) == (422, "no name")
    assert not caplog.records


async def test_pages_of_other_origins_may_ask(server, http):
    preflight = await http.request(
        "OPTIONS",
        f"{server.url}/api/recording:start",
        headers={
            "Origin": "http://elsewhere",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert preflight.status == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert preflight.headers["Access-Control-Allow-Headers"] == "Content-Type"
    for path in ("/api/status", "/nowhere"):
        assert (await fetch(server, http, path)).headers["Access-Control-Allow-Origin"] == "*"


async def test_requests_on_one_connection_are_answered_in_order(server):
    async with raw(server) as (reader, writer):
        writer.write(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 404 " in await reader.readuntil(b"\r\n\r\n")
        assert b"HTTP/1.1 200 " in await reader.readuntil(b"<p>hello")


async def test_a_client_that_asks_before_sending_its_body_is_told_to_go_on(server):
    async with raw(server) as (reader, writer):
        writer.write(
            b"POST /api/recording:start HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n"
            b"Expect: 100-continue\r\n\r\n"
        )
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"{}")
        assert b"HTTP/1.1 200 OK" in await reader.readuntil(b"\r\n\r\n")


# Binding and leaving


async def test_a_taken_port_is_told_with_its_purpose(server):
    rival = HttpServer([], host="127.0.0.1", port=server.port, refuse=refuse, purpose="tunnel")
    with pytest.raises(AddressInUseError, match="tunnel") as caught:
        await rival.__aenter__()
    assert caught.value.port == server.port


async def test_a_foreign_address_is_told():
    with pytest.raises(NetworkError, match=r"192\.0\.2\.77"):
        async with HttpServer([], host="192.0.2.77", port=0, refuse=refuse):
            pass


async def test_leaving_ends_idle_busy_and_websocket_connections(leaving_nothing, http):
    arrived = asyncio.Event()

    async def hang(_: HttpRequest) -> HttpResponse:
        arrived.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with leaving_nothing(), HttpClient() as http:
        async with serving(HttpRoute("GET", "/hang", hang)) as server:
            await fetch(server, http)
            hanging = asyncio.create_task(fetch(server, http, "/hang"))
            await arrived.wait()
            leaving = http.websocket(f"{server.url}/api/status")
            websocket = await leaving.__aenter__()
        with pytest.raises(NetworkError):
            await hanging
        with pytest.raises(ConnectionLostError):
            await websocket.receive()
        await leaving.__aexit__(None, None, None)


async def test_cancelling_the_program_of_a_server_leaves_nothing(leaving_nothing):
    up: asyncio.Future[HttpServer] = asyncio.get_running_loop().create_future()

    async def run() -> None:
        async with serving() as server:
            up.set_result(server)
            await asyncio.Event().wait()

    async with leaving_nothing():
        program = asyncio.create_task(run())
        server = await up
        async with HttpClient() as http, http.websocket(f"{server.url}/api/status") as websocket:
            await websocket.send_text("hello")
            assert await websocket.receive() == "hello"
            program.cancel()
            await asyncio.wait({program})
            assert program.cancelled()


async def test_a_websocket_open_at_the_end_is_closed_in_words():
    async with serving() as server, raw(server) as (reader, writer):
        await opened_raw_websocket(reader, writer)
        leaving = asyncio.create_task(server.__aexit__(None, None, None))
        assert await reader.readexactly(4) == bytes.fromhex("8802 03e9")  # 1001, going away
        writer.write(b"\x88\x82" + MASK + b"\x03\xe9")
        await leaving


# Hostile and broken peers


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
        b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n",
        bytes(range(256)) * 100,
    ],
    ids=["tls", "text", "version", "header", "length", "long", "line", "many", "rtsp", "binary"],
)
async def test_malformed_http_is_answered_in_the_envelope_and_logged_once(
    server, http, caplog, garbage
):
    async with raw(server) as (reader, writer):
        writer.write(garbage)
        answer = await reader.read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 "))
    assert b"Content-Type: application/json" in head
    assert json.loads(body)["result"] is None
    [record] = caplog.records
    assert (record.name, record.exc_info) == ("gazewire.net.http", None)
    assert len(record.getMessage()) < 300
    assert (await fetch(server, http)).status == 200


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_that_is_too_large_is_refused(http, declared):
    async with serving(limits=replace(PATIENT, body_bytes=100)) as server, raw(server) as raw_pair:
        reader, writer = raw_pair
        writer.write(b"POST /api/recording:start HTTP/1.1\r\nHost: x\r\n")
        if declared:
            writer.write(b"Content-Length: 101\r\n\r\n" + bytes(101))
        else:
            writer.write(
                b"Transfer-Encoding: chunked\r\n\r\n" + (b"32\r\n" + bytes(50) + b"\r\n") * 3
            )
            writer.write(b"0\r\n\r\n")
        assert b" 413 " in await reader.readuntil(b"\r\n\r\n")
        answer = await http.request("POST", f"{server.url}/api/recording:start", body=b"x" * 100)
        assert answer.status == 200


async def test_an_encoded_body_is_refused_unread(server, http):
    answer = await http.request(
        "POST",
        f"{server.url}/api/recording:start",
        body=b"\x1f\x8b",
        headers={"Content-Encoding": "gzip"},
    )
    assert answer.status == 415


async def test_a_malformed_chunk_is_refused(server):
    async with raw(server) as (reader, writer):
        writer.write(b"POST /api/recording:start HTTP/1.1\r\nHost: x\r\n")
        writer.write(b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")
        assert b" 400 " in await reader.readuntil(b"\r\n\r\n")


@pytest.mark.parametrize(
    "start",
    [b"GET / HT", b"POST /api/recording:start HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"],
    ids=["head", "body"],
)
async def test_a_request_that_never_ends_is_given_up(http, caplog, start):
    async with serving(limits=replace(HASTY, idle_timeout_s=60)) as server, raw(server) as pair:
        reader, writer = pair
        writer.write(start)
        answer = await reader.read() if b"\r\n" in start else await _read_to_reset(reader)
        assert not answer or b" 408 " in answer
        assert (await fetch(server, http)).status == 200
    assert [record.name for record in caplog.records] in (["gazewire.net.http"], [])


async def _read_to_reset(reader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
async def test_a_silent_connection_is_closed_quietly(caplog, before):
    async with serving(limits=HASTY) as server, raw(server) as (reader, writer):
        writer.write(before)
        assert (await reader.read()).endswith(b"<p>hello" if before else b"")
    assert not caplog.records


async def test_a_peer_that_does_not_read_its_answer_is_dropped(http, caplog):
    huge = static_routes({"/huge": (bytes(64_000_000), "application/octet-stream")})
    async with serving(*huge, limits=HASTY) as server:
        with socket.create_connection(("127.0.0.1", server.port)) as peer:
            peer.sendall(b"GET /huge HTTP/1.1\r\nHost: x\r\n\r\n")
            async with asyncio.timeout(10):
                while not caplog.records:
                    assert (await fetch(server, http)).status == 200
    assert "did not read" in caplog.text


async def test_too_many_connections_are_turned_away_in_the_envelope(caplog):
    async with serving(limits=replace(PATIENT, connections=2)) as server:
        async with raw(server) as (reader, _), raw(server) as (other, writer):
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 200 " in await other.readline()
            async with raw(server) as (third, _):
                answer = await third.read()
        assert b" 503 " in answer.partition(b"\r\n")[0]
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["result"] is None
        async with asyncio.timeout(5):
            while True:  # until the server has noticed that they are gone
                async with raw(server) as (reader, writer):
                    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                    if b" 200 " in await _read_to_reset(reader):
                        break


@pytest.mark.parametrize("upgrade", [b"", HANDSHAKE.partition(b"Host: x\r\n")[2]])
async def test_a_peer_that_vanishes_at_once_is_no_error(leaving_nothing, caplog, upgrade):
    async with leaving_nothing(), serving() as server:
        for _ in range(20):
            async with raw(server) as (_reader, writer):
                writer.write(b"GET /api/status HTTP/1.1\r\nHost: x\r\n" + upgrade + b"\r\n")
                await asyncio.sleep(0)
                writer.transport.abort()
    assert not caplog.records


async def test_a_peer_that_vanishes_while_it_is_answered_is_no_error(leaving_nothing, caplog):
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def wait(_: HttpRequest) -> HttpResponse:
        arrived.set()
        await go_on.wait()
        return HttpResponse(body=b"too late")

    async with leaving_nothing(), serving(HttpRoute("GET", "/wait", wait)) as server:
        async with raw(server) as (_, writer):
            writer.write(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
            await arrived.wait()
            writer.transport.abort()
        go_on.set()
    assert not caplog.records


# Websockets


async def test_text_and_binary_messages_go_both_ways(server, http):
    async with http.websocket(f"{server.url}/api/status") as websocket:
        for message in ("grüß", ""):
            await websocket.send_text(message)
            assert await websocket.receive() == message
        await websocket.send_bytes(b"\0\xff" * 30_000)
        assert await websocket.receive() == b"\0\xff" * 30_000


async def test_one_path_serves_requests_and_websockets(server, http):
    async with http.websocket(f"{server.url}/api/status"):
        assert (await fetch(server, http)).status == 200


async def test_a_websocket_path_alone_asks_for_an_upgrade(server, http):
    answer = await fetch(server, http, "/tunnel")
    assert (answer.status, answer.headers["Upgrade"]) == (426, "websocket")
    assert message_of(answer)


async def test_an_upgrade_where_no_websocket_is_gets_the_plain_answer(server, http):
    with pytest.raises(RemoteProtocolError) as caught:
        async with http.websocket(f"{server.url}/nowhere"):
            pass
    assert caught.value.status == 404


@pytest.mark.parametrize(
    ("offered", "agreed"), [(["binary"], "binary"), (["x", "binary"], "binary"), (["x"], None)]
)
async def test_subprotocols_are_agreed_on_where_there_is_a_common_one(
    server, http, caplog, offered, agreed
):
    async with http.websocket(f"{server.url}/tunnel", subprotocols=offered) as websocket:
        assert websocket.subprotocol == agreed
        await websocket.send_bytes(b"x")
        assert await websocket.receive() == b"x"
    assert not caplog.records


@pytest.mark.parametrize(
    "headers",
    [
        b"Sec-WebSocket-Version: 13\r\n",
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n",
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \xff\xfe\r\n",
        b"Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
    ],
    ids=["no key", "short key", "binary key", "version"],
)
async def test_a_malformed_handshake_is_refused_in_the_envelope(server, headers):
    async with raw(server) as (reader, writer):
        writer.write(b"GET /api/status HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n")
        writer.write(b"Connection: Upgrade, close\r\n" + headers + b"\r\n")
        answer = await reader.read()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b" 400 " in head
    assert b"Sec-WebSocket-Version: 13" in head
    assert json.loads(body)["result"] is None


async def test_compression_is_agreed_on_as_clients_offer_it(server):
    offer = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    async with raw(server) as (reader, writer):
        head = await opened_raw_websocket(reader, writer, offer)
        assert b"permessage-deflate" in head
        # RFC 7692 §7.2.3.1: "Hello" compressed.
        writer.write(b"\xc1\x87" + MASK + bytes.fromhex("f248cdc9c90700"))
        first, length = await reader.readexactly(2)
        assert first == 0xC1
        assert await reader.readexactly(length) == bytes.fromhex("f248cdc9c90700")


async def test_compression_is_declined_where_the_route_says_so(server):
    offer = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    async with raw(server) as (reader, writer):
        writer.write((HANDSHAKE + offer + b"\r\n").replace(b"/api/status", b"/tunnel"))
        assert b"permessage-deflate" not in await reader.readuntil(b"\r\n\r\n")


async def test_pings_are_answered_while_the_handler_neither_sends_nor_receives():
    async def idle(_: HttpRequest, websocket: WebSocket) -> None:
        await asyncio.Event().wait()

    idling = serving(WebSocketRoute("/idle", idle), limits=HASTY)
    async with idling as server, raw(server) as (reader, writer):
        writer.write((HANDSHAKE + b"\r\n").replace(b"/api/status", b"/idle"))
        await reader.readuntil(b"\r\n\r\n")
        # More messages than the inbox holds do not block the way.
        writer.write((b"\x81\x82" + MASK + b"hi") * 100)
        writer.write(b"\x89\x83" + MASK + b"abc")
        assert await reader.readexactly(5) == b"\x8a\x03abc"


async def test_a_peer_that_does_not_answer_pings_is_dropped():
    limits = replace(PATIENT, websocket_ping_s=0.1)
    gone = asyncio.Event()

    async def wait(_: HttpRequest, websocket: WebSocket) -> None:
        async for _message in websocket:
            raise AssertionError
        gone.set()

    waiting = serving(WebSocketRoute("/wait", wait), limits=limits)
    async with waiting as server, raw(server) as (reader, writer):
        writer.write((HANDSHAKE + b"\r\n").replace(b"/api/status", b"/wait"))
        await reader.readuntil(b"\r\n\r\n")
        assert await reader.readexactly(2) == b"\x89\x00"
        await gone.wait()


@pytest.mark.parametrize(
    ("garbage", "code"),
    [
        (b"\xff\xff\xff\xff" * 20, 1002),
        (b"\x83\x80" + MASK, 1002),
        (b"\x81\x82" + MASK + b"\xff\xfe", 1007),
        (b"\x82\xff\x00\x00\x00\x01\x00\x00\x00\x00" + MASK, 1009),
    ],
    ids=["reserved bits", "opcode", "not utf-8", "4 GiB"],
)
async def test_garbage_frames_end_that_websocket_only(server, http, caplog, garbage, code):
    async with http.websocket(f"{server.url}/api/status") as other, raw(server) as (reader, writer):
        await opened_raw_websocket(reader, writer)
        writer.write(garbage)
        frame = await reader.readexactly(4)
        assert frame[0] == 0x88
        assert int.from_bytes(frame[2:4], "big") == code
        await other.send_text("still here")
        assert await other.receive() == "still here"
    assert [record.name for record in caplog.records] == ["gazewire.net.http"]
    assert caplog.records[0].exc_info is None


async def test_a_slow_websocket_is_dropped_and_delays_nobody(caplog):
    limits = replace(HASTY, idle_timeout_s=60, websocket_close_s=0.1)
    outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def flood(_: HttpRequest, websocket: WebSocket) -> None:
        try:
            while True:
                await websocket.send_bytes(bytes(100_000))
        except ConnectionLostError:
            outcome.set_result("lost")
            raise

    flooding = serving(WebSocketRoute("/flood", flood), limits=limits)
    async with flooding as server, HttpClient() as http, raw(server) as (_reader, writer):
        writer.write((HANDSHAKE + b"\r\n").replace(b"/api/status", b"/flood"))
        async with http.websocket(f"{server.url}/api/status") as other:
            while not outcome.done():
                await other.send_text("tick")
                assert await other.receive() == "tick"
    assert await outcome == "lost"
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def test_a_handler_that_does_not_notice_that_its_peer_is_gone_is_cancelled():
    cancelled = asyncio.Event()

    async def deaf(_: HttpRequest, websocket: WebSocket) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with serving(WebSocketRoute("/deaf", deaf), limits=HASTY) as server:
        async with HttpClient() as http, http.websocket(f"{server.url}/deaf"):
            pass
        await cancelled.wait()


async def test_a_failing_websocket_handler_is_one_logged_traceback(http, caplog):
    async def fail(_: HttpRequest, websocket: WebSocket) -> None:
        raise ZeroDivisionError("a defect")

    async with serving(WebSocketRoute("/broken", fail)) as server, raw(server) as (reader, writer):
        writer.write((HANDSHAKE + b"\r\n").replace(b"/api/status", b"/broken"))
        await reader.readuntil(b"\r\n\r\n")
        assert (await reader.readexactly(4))[2:] == (1011).to_bytes(2, "big")
    [record] = caplog.records
    assert record.name == "gazewire.net.http"
    assert record.exc_info is not None


async def test_tasks_of_a_handler_may_all_learn_that_the_peer_is_gone(caplog):
    done = asyncio.Event()

    async def two_tasks(_: HttpRequest, websocket: WebSocket) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(websocket.receive())
        finally:
            done.set()

    async with serving(WebSocketRoute("/tasks", two_tasks)) as server:
        async with HttpClient() as http, http.websocket(f"{server.url}/tasks"):
            pass
        await done.wait()
    assert not caplog.records


async def test_hundred_websockets_are_served_side_by_side(server, http):
    async def converse(number: int) -> None:
        async with http.websocket(f"{server.url}/api/status") as websocket:
            for round_ in range(3):
                await websocket.send_text(f"{number} {round_}")
                assert await websocket.receive() == f"{number} {round_}"

    async with asyncio.TaskGroup() as tasks:
        for number in range(100):
            tasks.create_task(converse(number))


# The client


async def test_a_port_without_a_server_is_a_network_error(http):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        with pytest.raises(NetworkError):
            await http.request("GET", url)
        with pytest.raises(NetworkError):
            async with http.websocket(url):
                pass


async def test_what_is_no_address_is_our_mistake(http):
    with pytest.raises(LocalProtocolError):
        await http.request("GET", "http://:::")


async def test_a_client_must_be_entered_first():
    with pytest.raises(LocalProtocolError):
        await HttpClient().request("GET", "http://127.0.0.1/")


@asynccontextmanager
async def answering(data: bytes):
    """A server that says the same to everybody, then hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(data)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", ConnectionLostError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", ConnectionLostError),
        (b"SSH-2.0-OpenSSH\r\n\r\n", RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + bytes(5000), RemoteProtocolError),
    ],
    ids=["nothing", "half", "not http", "too much"],
)
async def test_broken_answers_are_errors_of_ours(data, error):
    limits = replace(PATIENT, body_bytes=4000)
    async with HttpClient(limits=limits) as http, answering(data) as url:
        with pytest.raises(error):
            await http.request("GET", url)


async def test_a_server_that_does_not_answer_is_a_timeout(http):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"http://127.0.0.1:{mute.getsockname()[1]}/"
        with pytest.raises(TimeoutError):
            await http.request("GET", url, timeout_s=0.05)
        with pytest.raises(TimeoutError):
            async with http.websocket(url, timeout_s=0.05):
                pass


async def test_an_error_inside_of_a_websocket_context_comes_out_as_it_is(server, http):
    with pytest.raises(ZeroDivisionError):
        async with http.websocket(f"{server.url}/api/status"):
            raise ZeroDivisionError
