import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from gazewire.device.envelope import refuse
from gazewire.device.faults import answering_by
from gazewire.net import HttpClient, HttpRequest, HttpResponse, HttpRoute, HttpServer

PATHS = ("/api/status", "/api/event", "/calibration.bin", "/faults", "/")


async def fine(_: HttpRequest) -> HttpResponse:
    return HttpResponse(body=b"fine")


class Api:
    def __init__(self, bench) -> None:
        routes = [HttpRoute("GET", path, fine) for path in PATHS]
        self.server = HttpServer(
            answering_by(bench.seams.http, routes), host="127.0.0.1", port=0, refuse=refuse
        )
        self.client = HttpClient()

    async def get(self, path: str) -> HttpResponse:
        return await self.client.request("GET", self.server.url + path)

    async def healthy(self) -> list[str]:
        return [path for path in PATHS if (await self.get(path)).body == b"fine"]


@pytest.fixture
async def api(bench) -> AsyncIterator[Api]:
    api = Api(bench)
    async with api.server, api.client:
        yield api


async def test_the_api_fails_and_nothing_else(bench, api: Api) -> None:
    async with bench.fault("http-500"):
        answer = await api.get("/api/status")
        assert answer.status == 500
        assert answer.content_type == "application/json"
        assert json.loads(answer.body)["message"] == "/api/status fails on demand"
        assert await api.healthy() == ["/faults", "/"]
    assert await api.healthy() == list(PATHS)
    assert bench.counts("http") == {"refused": 4}


async def test_one_path_alone_can_be_meant(bench, api: Api) -> None:
    async with bench.fault("http-500:path=/api/event"):
        assert await api.healthy() == ["/api/status", "/calibration.bin", "/faults", "/"]


async def test_an_answer_is_a_page_where_json_was_expected(bench, api: Api) -> None:
    async with bench.fault("non-json:path=/api/status"):
        answer = await api.get("/api/status")
    assert (answer.status, answer.content_type) == (200, "text/html; charset=utf-8")
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)
    assert bench.counts("http") == {"replaced": 1}


async def test_an_answer_comes_late(bench, api: Api) -> None:
    loop = asyncio.get_running_loop()
    async with bench.fault("http-slow:seconds=0.1"):
        begin_s = loop.time()
        assert (await api.get("/api/status")).body == b"fine"
        assert loop.time() - begin_s >= 0.1
    assert bench.counts("http") == {"delayed": 1}


async def test_whoever_waits_is_answered_when_the_fault_ends(bench, api: Api) -> None:
    async with bench.fault("http-slow:seconds=3600"):
        asking = asyncio.create_task(api.get("/api/status"))
        async with asyncio.timeout(5):
            while not bench.counts("http"):
                await api.get("/faults")
    assert (await asking).body == b"fine"


async def test_two_faults_of_one_place_work_together(bench, api: Api) -> None:
    async with bench.fault("http-500"), bench.fault("http-slow:seconds=0.01"):
        assert (await api.get("/api/status")).status == 500
    assert bench.counts("http") == {"delayed": 1, "refused": 1}
