import json
from collections.abc import AsyncIterator

import pytest

from gazewire.device.envelope import refuse
from gazewire.device.faults import FaultBoard, fault_routes
from gazewire.net import HttpClient, HttpServer


class Steering:
    def __init__(self, board: FaultBoard) -> None:
        self.server = HttpServer(fault_routes(board), host="127.0.0.1", port=0, refuse=refuse)
        self.client = HttpClient()

    async def ask(self, method: str, text: str | bytes = b"") -> tuple[int, object]:
        body = text.encode() if isinstance(text, str) else text
        answer = await self.client.request(method, f"{self.server.url}/faults", body=body)
        assert answer.content_type == "application/json"
        return answer.status, json.loads(answer.body)


@pytest.fixture
async def steering(bench) -> AsyncIterator[Steering]:
    board = FaultBoard(bench.rig)
    steering = Steering(board)
    async with board, steering.server, steering.client:
        yield steering


async def test_a_device_without_faults_says_so(steering: Steering) -> None:
    assert await steering.ask("GET") == (200, [])
    assert await steering.ask("DELETE") == (200, [])


async def test_a_fault_is_started_told_and_cleared(bench, steering: Steering) -> None:
    status, started = await steering.ask("POST", "loss:percent=100,sensor=gaze\n")
    assert status == 200
    assert started["fault"] == "loss:percent=100,sensor=gaze"
    assert started["phase"] == "active"
    bench.join()
    bench.send(3)
    [told] = (await steering.ask("GET"))[1]
    assert told == started | {"injected": {"gaze": {"packets": 3, "lost": 3}}}
    status, last = await steering.ask("DELETE")
    assert (status, last) == (200, [told | {"phase": "over"}])
    assert await steering.ask("GET") == (200, [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rain", "there is no fault 'rain'"),
        ("loss:percent=200", "its keys are percent, seed, sensor, for and after"),
        ("loss:sensor=imu", "this device has no stream imu"),
        (b"\xff\xfe", "UTF-8"),
        (b"", "there is no fault ''"),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence(
    steering: Steering, text: str | bytes, words: str
) -> None:
    status, envelope = await steering.ask("POST", text)
    assert status == 400
    assert words in envelope["message"]
    assert "\n" not in envelope["message"]
    assert await steering.ask("GET") == (200, [])
