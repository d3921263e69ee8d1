from __future__ import annotations

import pytest

from gazewire.net.http_message import HttpRequest, HttpResponse, HttpRoute
from gazewire.net.http_router import HttpRouter
from gazewire.net.websocket import WebSocket, WebSocketRoute


async def get(_: HttpRequest) -> HttpResponse:
    return HttpResponse()


async def post(_: HttpRequest) -> HttpResponse:
    return HttpResponse()


async def talk(_: HttpRequest, websocket: WebSocket) -> None:
    await websocket.send_text("hello")


def refuse(status: int, message: str) -> HttpResponse:
    return HttpResponse(status, message.encode())


TUNNEL = WebSocketRoute("/tunnel", talk)
ROUTER = HttpRouter(
    [
        HttpRoute("GET", "/both", get),
        HttpRoute("POST", "/both", post),
        HttpRoute("POST", "/api/recording:start", post),
        WebSocketRoute("/both", talk),
        TUNNEL,
    ],
    refuse,
)


@pytest.mark.parametrize(
    ("method", "path", "handler"),
    [
        ("GET", "/both", get),
        ("HEAD", "/both", get),
        ("POST", "/both", post),
        ("POST", "/api/recording:start", post),
    ],
)
def test_a_route_is_found_by_method_and_path(method, path, handler):
    assert ROUTER.find(method, path) is handler


@pytest.mark.parametrize(
    ("method", "path", "status", "headers"),
    [
        ("GET", "/nowhere", 404, {}),
        ("OPTIONS", "/nowhere", 404, {}),
        ("GET", "/both/", 404, {}),
        ("GET", "/BOTH", 404, {}),
        ("PUT", "/both", 405, {"Allow": "GET, HEAD, OPTIONS, POST"}),
        ("HEAD", "/api/recording:start", 405, {"Allow": "OPTIONS, POST"}),
        ("GET", "/tunnel", 426, {"Upgrade": "websocket"}),
    ],
)
def test_without_a_route_the_refusal_says_why(method, path, status, headers):
    answer = ROUTER.find(method, path)
    assert isinstance(answer, HttpResponse)
    assert (answer.status, answer.headers) == (status, headers)
    assert path.encode() in answer.body


def test_a_preflight_tells_what_a_path_takes():
    answer = ROUTER.find("OPTIONS", "/both")
    assert isinstance(answer, HttpResponse)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS, POST"


def test_websockets_are_found_by_path_alone():
    assert ROUTER.websocket("/tunnel") is TUNNEL
    assert ROUTER.websocket("/both") is not None
    assert ROUTER.websocket("/nowhere") is None


@pytest.mark.parametrize("route", [HttpRoute("GET", "/both", get), TUNNEL])
def test_two_routes_for_one_thing_are_a_mistake_of_ours(route):
    with pytest.raises(ValueError, match=route.path):
        HttpRouter([route, route], refuse)


def test_a_websocket_of_every_path_answers_where_no_other_does():
    everywhere = WebSocketRoute(None, talk)
    router = HttpRouter([everywhere, TUNNEL, HttpRoute("GET", "/page", get)], refuse)
    assert router.websocket("/tunnel") is TUNNEL
    assert router.websocket("/") is everywhere
    assert router.websocket("/axis-media/media.amp") is everywhere
    assert router.find("GET", "/page") is get
    refusal = router.find("GET", "/elsewhere")
    assert isinstance(refusal, HttpResponse)
    assert refusal.status == 426


def test_two_websockets_of_every_path_are_our_mistake():
    with pytest.raises(ValueError, match="every path"):
        HttpRouter([WebSocketRoute(None, talk), WebSocketRoute(None, talk)], refuse)
