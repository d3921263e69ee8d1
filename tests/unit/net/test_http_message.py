from __future__ import annotations

import pytest

from gazewire.net.http_message import HttpRequest, static_routes

FILES = {"/": (b"<p>hello", "text/html; charset=utf-8"), "/a.js": (b"let a", "text/javascript")}


def asking(**headers: str) -> HttpRequest:
    return HttpRequest("GET", "/", headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_each_file_is_a_get_route_of_its_path():
    assert [(route.method, route.path) for route in static_routes(FILES)] == [
        ("GET", "/"),
        ("GET", "/a.js"),
    ]


async def test_a_file_is_served_with_its_type_and_a_tag():
    page, script = [await route.handler(asking()) for route in static_routes(FILES)]
    assert (page.status, page.body, page.content_type) == (200, *FILES["/"])
    assert page.headers["Cache-Control"] == "no-cache"
    assert page.headers["ETag"].startswith('"')
    assert page.headers["ETag"] != script.headers["ETag"]


@pytest.mark.parametrize("pattern", ["{}", "W/{}", '"other", {}', "*"])
async def test_a_file_that_the_peer_has_is_not_sent_again(pattern):
    [page, _] = static_routes(FILES)
    tag = (await page.handler(asking())).headers["ETag"]
    answer = await page.handler(asking(If_None_Match=pattern.format(tag)))
    assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", tag)


async def test_a_file_that_has_changed_is_sent():
    [page, _] = static_routes(FILES)
    answer = await page.handler(asking(If_None_Match='"other"'))
    assert answer.status == 200
