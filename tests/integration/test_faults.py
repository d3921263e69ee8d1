"""A whole device misbehaves on demand, and tells exactly how."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from harness.program import ANY_PORTS, DeviceProgram, gazewire_command
from harness.receiver import (
    Receiver,
    Steering,
    connected,
    late,
    missing,
    receiving,
    repeated,
    steering,
)

from gazewire.device.faults import FAULTS
from gazewire.net import HttpClient
from gazewire.wire.rest import parse_component
from gazewire.wire.rtcp import ReceiverReport, WallClock
from gazewire.wire.rtsp import frame_header

REPOSITORY = Path(__file__).parents[2]
LIMIT_S = 10.0
GAZE_HZ = 200
GAZE_BYTES = {9, 17, 25, 65, 89, 105}
EYE_EVENT_TYPES = set(range(6))
ECHO = struct.Struct("!QQ")


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device()


@pytest.fixture
async def faults(device: DeviceProgram) -> AsyncIterator[Steering]:
    async with steering(device.http) as faults:
        assert await faults.clear() == []
        yield faults


@pytest.fixture
async def gaze(device: DeviceProgram) -> AsyncIterator[Receiver]:
    async with receiving(device.rtsp_port, "gaze") as receiver:
        yield receiver


# What the network does


@pytest.mark.parametrize(
    ("text", "deed", "seen"),
    [
        ("loss:percent=10,sensor=gaze", "lost", missing),
        ("duplicate:percent=10,sensor=gaze", "duplicated", repeated),
        ("reorder:percent=10,sensor=gaze", "reordered", late),
    ],
)
async def test_a_client_sees_as_much_as_the_device_says_it_did(
    faults: Steering, gaze: Receiver, text: str, deed: str, seen: Callable[[list[int]], int]
) -> None:
    await gaze.receive(20)
    await faults.start(text)
    await gaze.receive(2 * GAZE_HZ)
    [last] = await faults.clear()
    # Until packets come that were sent after the end.
    await gaze.receive(GAZE_HZ // 2)
    assert last["injected"]["gaze"][deed] == seen(gaze.sequences) > 10
    others = {missing, repeated, late} - {seen}
    assert [other(gaze.sequences) for other in others] == [0, 0]


async def test_two_faults_of_one_stream_add_up(faults: Steering, gaze: Receiver) -> None:
    await gaze.receive(1)
    await faults.start("duplicate:percent=20")
    await faults.start("loss:percent=20")
    await gaze.receive(2 * GAZE_HZ)
    duplicating, losing = await faults.clear()
    await gaze.receive(GAZE_HZ // 2)
    assert losing["injected"]["gaze"]["lost"] == missing(gaze.sequences)
    assert duplicating["injected"]["gaze"]["duplicated"] == repeated(gaze.sequences)


async def test_one_stream_suffers_and_the_others_do_not(
    device: DeviceProgram, faults: Steering, gaze: Receiver
) -> None:
    async with receiving(device.rtsp_port, "imu") as imu:
        await faults.start("loss:percent=50,sensor=gaze")
        await asyncio.gather(imu.receive(100), gaze.receive(50))
        assert missing(imu.sequences) == 0
        assert missing(gaze.sequences) > 0


async def test_packets_can_be_lost_from_video_too(device: DeviceProgram, faults: Steering) -> None:
    async with receiving(device.rtsp_port, "world") as world:
        await world.receive(100)
        await faults.start("loss:percent=5,sensor=world")
        await world.receive(400)
        [last] = await faults.clear()
        await world.receive(200)
        assert last["injected"]["world"]["lost"] == missing(world.sequences) > 0


async def test_delayed_packets_come_late_and_all_of_them(faults: Steering, gaze: Receiver) -> None:
    await gaze.until(lambda: gaze.reports)
    wall = WallClock(90_000)
    wall.add_report(gaze.reports[0])
    await faults.start("delay:ms=1500,jitter=100,sensor=gaze")
    begin_unix_ns = await _device_unix_ns(faults)
    # The first of those that were sent after the fault began.
    await gaze.until(lambda: _instant_ns(gaze, wall) > begin_unix_ns)
    age_ns = await _device_unix_ns(faults) - _instant_ns(gaze, wall)
    assert age_ns >= 1.5e9
    await gaze.receive(GAZE_HZ // 2)
    assert missing(gaze.sequences) == late(gaze.sequences) == 0


def _instant_ns(receiver: Receiver, wall: WallClock) -> int:
    """When the datum was measured that came last."""
    if not receiver.packets:
        return 0
    instant_ns = wall.unix_ns(receiver.packets[-1].timestamp)
    assert instant_ns is not None
    return instant_ns


async def _device_unix_ns(faults: Steering) -> int:
    answer = await faults.http.request(
        "POST", f"{faults.url}/api/event", body=b'{"name":"what time is it?"}'
    )
    return json.loads(answer.body)["result"]["timestamp"]


async def test_a_fault_ends_by_itself(faults: Steering, gaze: Receiver) -> None:
    await gaze.receive(1)
    await faults.start("loss:percent=100,sensor=gaze,for=0.3")
    phase = "active"
    while phase != "over":
        await gaze.receive(10)
        [told] = await faults.faults()
        phase = told["phase"]
    await gaze.receive(GAZE_HZ // 2)
    assert missing(gaze.sequences) == told["injected"]["gaze"]["lost"] > 0


# What the reports and numbers say


async def test_reports_are_withheld_while_packets_come(
    device: DeviceProgram, faults: Steering
) -> None:
    await faults.start("late-sr:seconds=1,sensor=gaze")
    async with receiving(device.rtsp_port, "gaze") as gaze:
        await gaze.until(lambda: gaze.reports)
        assert len(gaze.packets) > GAZE_HZ // 4


async def test_timestamps_wrap_soon_after_the_beginning_and_time_goes_on(
    device: DeviceProgram, faults: Steering
) -> None:
    # Three seconds, because a busy machine may need one until the first packet is here.
    await faults.start("rtp-wrap:seconds=3,sensor=gaze")
    async with receiving(device.rtsp_port, "gaze") as gaze:
        await gaze.receive(GAZE_HZ)
        await gaze.until(lambda: gaze.packets[-1].timestamp < 2**31)
    stamps = [packet.timestamp for packet in gaze.packets]
    assert stamps[0] > 2**31 > stamps[-1]
    wall = WallClock(90_000)
    assert wall.add_report(gaze.reports[0])
    times = [wall.unix_ns(stamp) for stamp in stamps]
    assert times == sorted(times)
    assert times[-1] - times[0] < 5e9


async def test_sequence_numbers_wrap_where_play_said_they_would(
    device: DeviceProgram, faults: Steering
) -> None:
    await faults.start("sequence-wrap:packets=100,sensor=gaze")
    async with connected(device.rtsp_port) as gaze:
        await gaze.describe("gaze")
        await gaze.set_up()
        [info] = (await gaze.play()).rtp_info
        await gaze.receive(200)
    assert info.sequence == 65_536 - 100
    assert min(gaze.sequences) == 0
    assert missing(gaze.sequences) == 0


async def test_a_new_source_is_the_one_that_setup_told_of(
    device: DeviceProgram, faults: Steering, gaze: Receiver
) -> None:
    await gaze.receive(1)
    before = gaze.packets[0].ssrc
    await faults.start("new-ssrc:sensor=gaze")
    await gaze.until(lambda: gaze.packets[-1].ssrc != before)
    async with connected(device.rtsp_port) as other:
        await other.describe("gaze")
        transport = (await other.set_up()).transport
        assert transport is not None
        assert transport.ssrc == gaze.packets[-1].ssrc


# What no client knows yet


async def test_gaze_of_an_unknown_length_comes(faults: Steering, gaze: Receiver) -> None:
    await faults.start("unknown-gaze-length:length=33,percent=50")
    await gaze.receive(GAZE_HZ)
    lengths = [len(packet.payload) for packet in gaze.packets]
    assert {33} < set(lengths) < {33} | GAZE_BYTES
    await faults.clear()
    await gaze.receive(GAZE_HZ)
    assert len(gaze.packets[-1].payload) in GAZE_BYTES


async def test_eye_events_of_an_unknown_type_come(device: DeviceProgram, faults: Steering) -> None:
    await faults.start("unknown-eye-event:type=1000")
    async with receiving(device.rtsp_port, "eye_events") as events:
        await events.until(
            lambda: any(packet.payload[:4] == (1000).to_bytes(4) for packet in events.packets)
        )
        types = {int.from_bytes(packet.payload[:4]) for packet in events.packets}
    assert types <= {1000} | (EYE_EVENT_TYPES - {5})


# What RTSP says


async def test_a_refusal_stands_in_the_stream_and_the_stream_goes_on(
    faults: Steering, gaze: Receiver
) -> None:
    await faults.start("tcp-400-text")
    report = ReceiverReport(1).serialize()
    gaze.writer.write(frame_header(1, len(report)) + report)
    await gaze.until(lambda: gaze.foreign)
    await gaze.receive(GAZE_HZ)
    assert [response.status for response in gaze.foreign] == [400]
    assert missing(gaze.sequences) == 0


async def test_play_is_refused(device: DeviceProgram, faults: Steering) -> None:
    await faults.start("play-500")
    async with connected(device.rtsp_port) as receiver:
        await receiver.describe("world")
        await receiver.set_up()
        assert (await receiver.play()).response.status == 500


async def test_answers_come_without_channels_and_in_two_segments(
    device: DeviceProgram, faults: Steering
) -> None:
    await faults.start("no-interleaved-echo")
    await faults.start("split-first-letter")
    async with connected(device.rtsp_port) as receiver:
        await receiver.describe("gaze")
        answer = await receiver.set_up()
        assert "interleaved" not in (answer.response.headers.get("Transport") or "")
        assert [read for read in receiver.reads if len(read) == 1] == [b"R", b"R"]
        await receiver.play()
        await receiver.receive(10)


# What the sensors and the status do


async def test_a_stalled_stream_is_silent_and_misses_nothing(
    faults: Steering, gaze: Receiver
) -> None:
    await gaze.receive(10)
    await faults.start("stall:sensor=gaze,for=1")
    await gaze.receive(GAZE_HZ)
    stamps = [packet.timestamp for packet in gaze.packets]
    longest = max(later - earlier for earlier, later in itertools.pairwise(stamps))
    assert longest > 45_000
    assert missing(gaze.sequences) == 0


async def test_an_unplugged_sensor_is_told_on_the_websocket_and_comes_back(
    device: DeviceProgram, faults: Steering, gaze: Receiver
) -> None:
    url = device.http.replace("http", "ws") + "/api/status"
    async with faults.http.websocket(url) as socket, asyncio.timeout(LIMIT_S):
        await gaze.receive(1)
        await faults.start("unplug:sensor=gaze,for=0.5")
        async with connected(device.rtsp_port) as other:
            assert (await other.describe("gaze")).response.status == 404
        told = []
        while len(told) < 4:
            message = json.loads(await socket.receive())
            is_gaze = message["data"].get("sensor") == "gaze"
            # The first two are of the snapshot, and perhaps told after the fault began.
            if is_gaze and not (not told and message["data"]["connected"]):
                told.append(message["data"]["connected"])
        assert told == [False, False, True, True]
        await gaze.receive(GAZE_HZ)
        assert (await _status(faults, "gaze")) == {True}


async def _status(faults: Steering, sensor: str) -> set[bool]:
    answer = await faults.http.request("GET", f"{faults.url}/api/status")
    parts = [part["data"] for part in json.loads(answer.body)["result"]]
    return {part["connected"] for part in parts if part.get("sensor") == sensor}


async def test_the_first_word_of_the_websocket_is_of_an_unknown_model(
    device: DeviceProgram, faults: Steering
) -> None:
    await faults.start("unknown-model:model=Companion")
    url = device.http.replace("http", "ws") + "/api/status"
    async with faults.http.websocket(url) as socket, asyncio.timeout(LIMIT_S):
        models = [json.loads(await socket.receive())["model"] for _ in range(3)]
    assert models == ["Companion", "Phone", "Hardware"]


# What HTTP and the time echo answer


async def test_the_api_fails_and_can_be_healed(faults: Steering) -> None:
    await faults.start("http-500:path=/api/status")
    answer = await faults.http.request("GET", f"{faults.url}/api/status")
    assert (answer.status, answer.content_type) == (500, "application/json")
    await faults.clear()
    assert (await faults.http.request("GET", f"{faults.url}/api/status")).status == 200


async def test_the_time_echo_is_split_and_wrong(device: DeviceProgram, faults: Steering) -> None:
    true_ms = (await _device_unix_ns(faults)) // 1_000_000
    await faults.start("echo-split:at=3")
    await faults.start("echo-wrong-offset:ms=100000")
    loop = asyncio.get_running_loop()
    with socket.create_connection(("127.0.0.1", device.echo_port), LIMIT_S) as echo:
        echo.setblocking(False)
        await loop.sock_sendall(echo, (7).to_bytes(8))
        pieces = [await loop.sock_recv(echo, 16), await loop.sock_recv(echo, 16)]
    assert [len(piece) for piece in pieces] == [3, 13]
    client_ms, device_ms = ECHO.unpack(b"".join(pieces))
    assert client_ms == 7
    assert device_ms - true_ms == pytest.approx(100_000, abs=5_000)


# The device as a whole


async def test_a_reboot_breaks_everything_and_the_device_comes_back_as_another_stream(
    device: DeviceProgram, faults: Steering, gaze: Receiver
) -> None:
    url = device.http.replace("http", "ws") + "/api/status"
    await gaze.receive(10)
    async with HttpClient() as listener, listener.websocket(url) as socket:
        await faults.start("reboot:for=0.3")
        with pytest.raises(ConnectionError):
            await gaze.receive(100 * GAZE_HZ)
        async for _ in socket:
            pass  # until the device closes it
    for port in (device.rtsp_port, device.tunnel_port, device.echo_port, device.http_port):
        await _is_open_again(port)
    async with receiving(device.rtsp_port, "gaze") as again, HttpClient() as http:
        await again.receive(10)
        async with http.websocket(url) as socket, asyncio.timeout(LIMIT_S):
            assert type(parse_component(await socket.receive())).__name__ == "Phone"
        [over] = await Steering(http, device.http).faults()
    assert over["injected"] == {"device": {"rebooted": 1}}
    assert again.packets[0].ssrc != gaze.packets[0].ssrc
    assert again.packets[0].timestamp < gaze.packets[-1].timestamp + 30 * 90_000


async def _is_open_again(port: int) -> None:
    async with asyncio.timeout(LIMIT_S):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return


@pytest.mark.parametrize("name", sorted(set(FAULTS) - {"reboot"}))
async def test_every_fault_goes_in_and_out_of_a_running_device(
    device: DeviceProgram, faults: Steering, name: str
) -> None:
    async with receiving(device.rtsp_port, "gaze") as before:
        await before.receive(1)
        started = await faults.start(name)
        assert started["phase"] == "active"
        assert [fault["fault"] for fault in await faults.clear()] == [name]
        await before.receive(20)
    async with receiving(device.rtsp_port, "gaze") as after:
        await after.receive(20)
        assert missing(after.sequences) == repeated(after.sequences) == late(after.sequences) == 0
        assert {len(packet.payload) for packet in after.packets} <= GAZE_BYTES
    assert (await _status(faults, "gaze")) == {True}


async def test_what_cannot_be_is_refused_and_changes_nothing(faults: Steering) -> None:
    for text in ("rain", "loss:percent=200", "loss:colour=red", ""):
        answer = await faults.http.request("POST", f"{faults.url}/faults", body=text.encode())
        assert answer.status == 400
        assert len(json.loads(answer.body)["message"].splitlines()) == 1
    assert await faults.faults() == []


# The command line


async def test_faults_of_the_command_line_are_in_force_from_the_beginning(tmp_path: Path) -> None:
    options = ("--fault", "loss:percent=50,sensor=gaze", "--fault", "http-slow:after=60")
    with DeviceProgram(tmp_path, *options) as device:
        async with HttpClient() as http:
            told = await Steering(http, device.http).faults()
            async with receiving(device.rtsp_port, "gaze") as gaze:
                await gaze.receive(50)
        assert [(fault["fault"], fault["phase"]) for fault in told] == [
            ("loss:percent=50,sensor=gaze", "active"),
            ("http-slow:after=60", "waiting"),
        ]
        assert missing(gaze.sequences) > 10


def _run(*options: str) -> subprocess.CompletedProcess[str]:
    command = gazewire_command("device", "--no-mdns", *ANY_PORTS, *options)
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_help_lists_all_faults() -> None:
    ended = _run("--fault", "help")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert set(FAULTS) <= set(ended.stdout.splitlines())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["rain"], "there is no fault 'rain'; there are: loss, "),
        (["loss:percent=200"], "fault loss: percent takes a number above 0 and up to 100"),
        (["play-500", "loss:colour=red"], "its keys are percent, seed, sensor, for and after"),
    ],
)
def test_a_fault_that_cannot_be_is_told_in_a_sentence(options: list[str], words: str) -> None:
    ended = _run(*(word for option in options for word in ("--fault", option)))
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert words in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_fault_of_a_stream_that_the_device_lacks_is_told_in_a_sentence() -> None:
    ended = _run("--product", "invisible", "--fault", "stall:sensor=imu")
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "gazewire: this device has no stream imu; there are: world, gaze"
    ]


def test_the_program_of_the_how_to_runs_as_it_is_written() -> None:
    page = (REPOSITORY / "docs/how-to/test-a-client-with-faults.md").read_text()
    program = page.split("```python\n")[1].split("```")[0]
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "{}\n", "")
