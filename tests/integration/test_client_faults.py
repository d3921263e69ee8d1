"""Our client while a device misbehaves: nothing is raised, nothing is wrong, and it comes back.

Each test holds all that was received against the truth of the device, and what the client has
counted against what the device says that it did.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from harness.live_client import LIMIT_S, LiveClient, Truth, live_client
from harness.program import DeviceProgram
from harness.receiver import Steering, steering

from gazewire.client import DeviceError, StreamState, Transport, simple

GAZE_HZ = 200
# What one call of a device's HTTP interface may take in the worst case.
HTTP_LIMIT_S = 10.0
ALL = ("gaze", "imu", "eye_events")
# Tests share their machine with others; fewer pictures of the eyes show as much.
CHEAP = ("--seed", "5", "--eye-rate", "20")

TRANSPORTS = pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP])


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    return start_device(*CHEAP)


@pytest.fixture(scope="module")
def truth(device: DeviceProgram) -> Truth:
    return Truth(device.truth)


@pytest.fixture
async def faults(device: DeviceProgram) -> AsyncIterator[Steering]:
    async with steering(device.http) as faults:
        await faults.clear()
        yield faults


async def injected(faults: Steering, place: str, deed: str) -> int:
    """How often something was done so far, by all faults together."""
    told = [fault["injected"].get(place, {}) for fault in await faults.faults()]
    return sum(counts.get(deed, 0) for counts in told)


async def until_injected(faults: Steering, place: str, deed: str, count: int) -> None:
    async with asyncio.timeout(LIMIT_S):
        while await injected(faults, place, deed) < count:  # noqa: ASYNC110  # time brings it
            await asyncio.sleep(0.02)


def counted(last: list[dict[str, Any]], place: str, deed: str) -> int:
    return sum(fault["injected"].get(place, {}).get(deed, 0) for fault in last)


# What the network does


@TRANSPORTS
@pytest.mark.parametrize(
    ("text", "deed", "counter"),
    [
        ("loss:percent=5,sensor=gaze", "lost", "lost"),
        ("duplicate:percent=5,sensor=gaze", "duplicated", "duplicates"),
        ("reorder:percent=5,sensor=gaze", "reordered", "reordered"),
    ],
)
async def test_the_client_counts_what_the_network_did_and_makes_good_what_it_can(
    device: DeviceProgram,
    truth: Truth,
    faults: Steering,
    transport: Transport,
    text: str,
    deed: str,
    counter: str,
) -> None:
    async with live_client(device, truth, *ALL, transport=transport) as client:
        await client.receive("gaze", 20)
        await faults.start(text)
        await until_injected(faults, "gaze", deed, 20)
        last = await faults.clear()
        await client.recovered(*ALL[:2])
        # Until what was held back has come, or was given up.
        await client.receive("gaze", GAZE_HZ // 4)
        seen = client.statistics("gaze")
        # What a slow machine puts back in order too late was given up, and is counted so.
        given_up = seen.late if deed == "reordered" else 0
        assert getattr(seen, counter) + given_up == counted(last, "gaze", deed)
        others = {"lost", "duplicates", "reordered", "late"} - {counter}
        assert sum(getattr(seen, other) for other in others) == 2 * given_up
        assert await client.missing("gaze") == seen.lost
        assert seen.sessions == 1
    await client.assert_true(complete=seen.lost == 0)


async def test_several_faults_at_a_time_are_told_apart(
    device: DeviceProgram, truth: Truth, faults: Steering
) -> None:
    async with live_client(device, truth, "gaze", "imu", transport=Transport.UDP) as client:
        await client.receive("gaze", 20)
        await faults.start("loss:percent=3")
        await faults.start("duplicate:percent=3")
        await faults.start("delay:ms=200,jitter=50")
        await until_injected(faults, "imu", "lost", 10)
        last = await faults.clear()
        await client.recovered("gaze", "imu")
        await client.receive("gaze", GAZE_HZ // 4)
        for stream in ("gaze", "imu"):
            seen = client.statistics(stream)
            assert seen.lost == counted(last, stream, "lost")
            assert seen.duplicates == counted(last, stream, "duplicated")
            assert await client.missing(stream) == seen.lost
    await client.assert_true()


# What the reports say of the time


@TRANSPORTS
async def test_nothing_is_lost_while_the_first_report_is_late(
    device: DeviceProgram, truth: Truth, faults: Steering, transport: Transport
) -> None:
    await faults.start("late-sr:seconds=1.5")
    async with live_client(device, truth, "gaze", "imu", transport=transport) as client:
        await client.until(lambda: client.packets("gaze") >= GAZE_HZ)
        assert client.items["gaze"] == []
        assert client.state("gaze") is StreamState.WAITING
        # These have their time with them.
        assert client.items["imu"]
        await client.receive("gaze", 2 * GAZE_HZ)
        seen = client.statistics("gaze")
        assert seen.items == seen.packets
        assert seen.undated == 0
    await client.assert_true(complete=True)


@pytest.mark.parametrize(
    ("text", "deed"), [("no-sr:sensor=gaze", "withheld"), ("zero-ntp-sr:sensor=gaze", "zeroed")]
)
async def test_without_a_time_nothing_is_dated_by_guess_and_who_knows_it_goes_on(
    device: DeviceProgram, truth: Truth, faults: Steering, text: str, deed: str
) -> None:
    async with AsyncExitStack() as stack:
        before = await stack.enter_async_context(live_client(device, truth, "gaze"))
        await before.receive("gaze", 20)
        await faults.start(text)
        after = await stack.enter_async_context(live_client(device, truth, "gaze"))
        await until_injected(faults, "gaze", deed, 4)
        await before.recovered("gaze")
        assert after.packets("gaze") > GAZE_HZ // 2
        assert after.items["gaze"] == []
        await faults.clear()
        await asyncio.gather(before.recovered("gaze"), after.recovered("gaze"))
        for client in (before, after):
            seen = client.statistics("gaze")
            assert seen.items == seen.packets
            assert (seen.sessions, seen.lost, seen.undated) == (1, 0, 0)
            await client.assert_true(complete=True)


@TRANSPORTS
@pytest.mark.parametrize("ms", [100, -5_000, 3_600_000])
async def test_reports_that_step_are_not_believed(
    device: DeviceProgram, truth: Truth, faults: Steering, transport: Transport, ms: int
) -> None:
    async with live_client(device, truth, "gaze", transport=transport) as client:
        await client.receive("gaze", 20)
        # A clock that stands on three reports; each fault begins and ends with one.
        for _ in range(3):
            await faults.start("duplicate:percent=1,sensor=gaze")
            await faults.clear()
        await client.receive("gaze", 20)
        refused_before = client.statistics("gaze").clock_refused
        await faults.start(f"sr-step:ms={ms},sensor=gaze")
        await until_injected(faults, "gaze", "stepped", 3)
        last = await faults.clear()
        await client.recovered("gaze")
        refused = client.statistics("gaze").clock_refused - refused_before
        assert refused == counted(last, "gaze", "stepped")
    await client.assert_true(complete=True)


# What the numbers of packets do


@TRANSPORTS
@pytest.mark.parametrize(
    ("text", "deed", "count"),
    [
        ("rtp-wrap:seconds=1", "wrapped", 1),
        ("sequence-wrap:packets=50", "wrapped", 1),
        ("new-ssrc", "changed", 1),
        ("new-ssrc:every=0.3", "changed", 4),
    ],
)
async def test_numbers_that_jump_and_wrap_cost_nothing(
    device: DeviceProgram,
    truth: Truth,
    faults: Steering,
    transport: Transport,
    text: str,
    deed: str,
    count: int,
) -> None:
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(live_client(device, truth, *ALL, transport=transport))
        ]
        await clients[0].receive("gaze", 20)
        await faults.start(text)
        # For a newcomer the numbers wrap as well, but do not jump.
        clients += [
            await stack.enter_async_context(live_client(device, truth, *ALL, transport=transport))
        ]
        await until_injected(faults, "gaze", deed, 2 * count)
        for client in clients:
            await client.recovered("gaze", "imu")
        await faults.clear()
        for client in clients:
            await client.recovered("gaze", "imu")
            await client.receive("gaze", GAZE_HZ // 4)
            seen = client.statistics("gaze")
            assert (seen.sessions, seen.undated) == (1, 0)
            # A number that jumps a little ahead cannot be told from a loss.
            assert (seen.lost, seen.late) == (0, 0) or "sequence" in text
            await client.assert_true(complete=True)


# What no client knows yet


@pytest.mark.parametrize("length", [33, 12, 200])
async def test_gaze_of_an_unknown_length_is_read_as_far_as_it_is_known(
    device: DeviceProgram, truth: Truth, faults: Steering, length: int
) -> None:
    async with live_client(device, truth, "gaze") as client:
        await client.receive("gaze", 20)
        await faults.start(f"unknown-gaze-length:length={length},percent=50")
        await until_injected(faults, "gaze", "changed", 50)
        last = await faults.clear()
        await client.recovered("gaze")
        changed = counted(last, "gaze", "changed")
        await client.until(lambda: client.statistics("gaze").unknown >= changed)
        assert client.statistics("gaze").unknown == changed
    await client.assert_true(complete=True)


async def test_eye_events_of_an_unknown_type_are_counted_and_the_others_come(
    device: DeviceProgram, truth: Truth, faults: Steering
) -> None:
    async with live_client(device, truth, "eye_events") as client:
        await client.until(lambda: client.state("eye_events") is StreamState.RECEIVING)
        await faults.start("unknown-eye-event:type=99,length=12")
        await until_injected(faults, "eye_events", "changed", 2)
        await client.receive("eye_events", 2)
        last = await faults.clear()
        changed = counted(last, "eye_events", "changed")
        await client.until(lambda: client.statistics("eye_events").unknown == changed)
    await client.assert_true(complete=True)


# What RTSP says


async def test_text_inside_of_the_stream_costs_nothing(
    device: DeviceProgram, truth: Truth, faults: Steering
) -> None:
    async with live_client(device, truth, *ALL, transport=Transport.TCP) as client:
        await client.receive("gaze", 20)
        await faults.start("tcp-400-text:every=0.02")
        await until_injected(faults, "rtsp", "written", 150)
        await faults.clear()
        await client.recovered("gaze", "imu")
        seen = client.statistics("gaze")
        assert (seen.sessions, seen.lost, seen.malformed) == (1, 0, 0)
    await client.assert_true(complete=True)


async def test_the_client_gives_phones_no_reason_for_such_text(
    device: DeviceProgram, truth: Truth, faults: Steering
) -> None:
    """They write it for each receiver report inside of the connection."""
    await faults.start("tcp-400-text")
    async with live_client(device, truth, "gaze", transport=Transport.TCP) as client:
        # Reports would be due every five seconds.
        await client.receive("gaze", 6 * GAZE_HZ)
        assert await injected(faults, "rtsp", "written") == 0
    await client.assert_true(complete=True)


@TRANSPORTS
async def test_answers_without_channels_and_in_two_segments_are_understood(
    device: DeviceProgram, truth: Truth, faults: Steering, transport: Transport
) -> None:
    await faults.start("no-interleaved-echo")
    await faults.start("split-first-letter:ms=30")
    async with live_client(device, truth, *ALL, transport=transport) as client:
        await client.recovered("gaze", "imu")
        # By UDP, packets may come before the answer is complete that lets them.
        await client.until(lambda: client.statistics("gaze").sessions == 1)
    assert await injected(faults, "rtsp", "split") >= 12
    assert (await injected(faults, "rtsp", "left out") > 0) is (transport is Transport.TCP)
    await client.assert_true(complete=True)


async def test_a_refused_play_is_told_and_tried_again(
    device: DeviceProgram, truth: Truth, faults: Steering
) -> None:
    await faults.start("play-500")
    async with live_client(device, truth, "gaze", "imu") as client:
        await until_injected(faults, "rtsp", "refused", 6)
        seen = client.statistics("gaze")
        assert seen.sessions == 0
        assert "500" in (seen.error or "")
        await faults.clear()
        await client.recovered("gaze", "imu")
        assert client.statistics("gaze").error is None
    await client.assert_true(complete=True)


async def test_a_description_that_takes_long_is_waited_for(
    device: DeviceProgram, truth: Truth, faults: Steering
) -> None:
    await faults.start("describe-delay:seconds=3")
    async with live_client(device, truth, "gaze") as client:
        # Two seconds are too short, the four that come next are not.
        await client.receive("gaze", 20)
        assert client.statistics("gaze").sessions == 1
    async with live_client(device, truth, "gaze", "imu") as client:
        await until_injected(faults, "rtsp", "delayed", 2)
        await faults.clear()
        await client.recovered("gaze", "imu")
    await client.assert_true(complete=True)


# What the status says


@pytest.mark.parametrize(
    ("text", "deed", "count"),
    [
        ("unknown-model:place=second", "unknown", 2),
        ("repeated-sensor:sensor=gaze,every=0.1", "repeated", 10),
        ("incomplete-component:model=Sensor", "incomplete", 2),
        ("incomplete-component:model=Phone", "incomplete", 1),
        ("incomplete-component:model=Hardware", "incomplete", 2),
    ],
)
async def test_odd_components_disturb_no_stream(
    device: DeviceProgram, truth: Truth, faults: Steering, text: str, deed: str, count: int
) -> None:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(live_client(device, truth, *ALL))]
        await clients[0].receive("gaze", 20)
        await faults.start(text)
        if "Phone" not in text:
            # Without that there is no status for a newcomer.
            clients += [await stack.enter_async_context(live_client(device, truth, *ALL))]
        await until_injected(faults, "status", deed, count)
        # They still hear of what happens.
        if "Sensor" not in text:
            await faults.start("unplug:sensor=imu")
            for client in clients:
                await client.until(lambda: client.state("imu") is StreamState.UNAVAILABLE)  # noqa: B023
        await faults.clear()
        for client in clients:
            await client.recovered("gaze", "imu")
            assert client.statistics("gaze").sessions == 1
    for client in clients:
        await client.assert_true()


# What sensors do, and the device as a whole


@pytest.mark.parametrize("sensor", ["gaze", None])
async def test_a_sensor_that_is_unplugged_is_told_and_comes_back(
    device: DeviceProgram, truth: Truth, faults: Steering, sensor: str | None
) -> None:
    async with live_client(device, truth, *ALL) as client:
        await client.receive("gaze", 20)
        await client.until(lambda: client.items["imu"])
        await faults.start("unplug" if sensor is None else f"unplug:sensor={sensor}")
        await client.until(lambda: client.state("gaze") is StreamState.UNAVAILABLE, within_s=2)
        if sensor is not None:
            await client.recovered("imu")
            assert client.statistics("imu").sessions == 1
        await faults.clear()
        await client.recovered("gaze", "imu")
        assert client.statistics("gaze").error is None
        assert client.statistics("gaze").lost == 0
    await client.assert_true()


@TRANSPORTS
async def test_a_stream_that_stalls_is_told_and_goes_on(
    device: DeviceProgram, truth: Truth, faults: Steering, transport: Transport
) -> None:
    async with live_client(device, truth, "gaze", "imu", transport=transport) as client:
        await client.receive("gaze", 20)
        await faults.start("stall:sensor=gaze")
        await client.until(lambda: client.state("gaze") is StreamState.WAITING, within_s=2)
        await client.recovered("imu")
        await faults.clear()
        await client.recovered("gaze")
        seen = client.statistics("gaze")
        assert (seen.state, seen.sessions, seen.lost) == (StreamState.RECEIVING, 1, 0)
    await client.assert_true()


async def test_a_stream_that_stalls_for_good_is_opened_anew(
    device: DeviceProgram, truth: Truth, faults: Steering
) -> None:
    async with live_client(device, truth, "gaze", "imu") as client:
        await client.receive("gaze", 20)
        await faults.start("stall:sensor=gaze")
        await client.until(lambda: client.statistics("gaze").error is not None)
        assert "nothing came for 10 s" in (client.statistics("gaze").error or "")
        await faults.clear()
        await client.recovered("gaze", "imu")
        assert client.statistics("imu").sessions == 1
    await client.assert_true()


@TRANSPORTS
async def test_a_device_that_reboots_is_found_again_with_its_new_time(
    device: DeviceProgram, truth: Truth, faults: Steering, transport: Transport
) -> None:
    async with live_client(device, truth, *ALL, transport=transport) as client:
        await client.receive("gaze", GAZE_HZ)
        await faults.start("reboot:for=1.5")
        await client.until(lambda: client.state("gaze") is StreamState.RETRYING)
        assert client.statistics("gaze").error
        # The fault is over when the device answers again.
        async with asyncio.timeout(LIMIT_S):
            while True:
                with suppress(Exception):
                    async with asyncio.timeout(1):
                        if (await faults.faults())[-1]["phase"] == "over":
                            break
                await asyncio.sleep(0.05)
        await client.recovered("gaze", "imu")
        seen = client.statistics("gaze")
        assert (seen.sessions, seen.undated, seen.error) == (2, 0, None)
        await client.receive("gaze", GAZE_HZ)
    await client.assert_true()


class _PulledPlugError(Exception):
    """Ends a device program without a word."""


async def test_a_device_that_is_killed_and_started_again_is_found_again(tmp_path: Path) -> None:
    folders = [tmp_path / "before", tmp_path / "after"]
    for folder in folders:
        folder.mkdir()
    async with AsyncExitStack() as stack:
        with suppress(_PulledPlugError), DeviceProgram(folders[0], *CHEAP) as before:
            ports = ("--http-port", str(before.http_port), "--rtsp-port", str(before.rtsp_port))
            truth = Truth(before.truth)
            client = await stack.enter_async_context(live_client(before, truth, *ALL))
            await client.receive("gaze", 20)
            await client.until(lambda: client.items["imu"])
            # What comes after this may not be on disk of the truth.
            await client.assert_true()
            raise _PulledPlugError
        await client.until(lambda: client.state("gaze") is StreamState.RETRYING)
        client.items = {stream: [] for stream in ALL}
        starting = asyncio.to_thread(DeviceProgram(folders[1], *CHEAP, *ports).__enter__)
        after = await starting
        stack.callback(after.__exit__, None, None, None)
        client.truth = Truth(after.truth)
        await client.recovered("gaze", "imu")
        await client.receive("gaze", GAZE_HZ)
        await client.assert_true(complete=True)
        await client.device.close()


# What HTTP and the time echo answer


@pytest.mark.parametrize(
    ("text", "deed"),
    [("http-slow:seconds=1", "delayed"), ("http-500", "refused"), ("non-json", "replaced")],
)
async def test_streams_do_not_care_how_http_is_answered(
    device: DeviceProgram, truth: Truth, faults: Steering, text: str, deed: str
) -> None:
    async with live_client(device, truth, *ALL) as client:
        await client.receive("gaze", 20)
        await faults.start(text)
        began_s = time.monotonic()
        try:
            await client.device.get_status()
            assert deed == "delayed"
        except DeviceError:
            assert deed != "delayed"
        assert time.monotonic() - began_s < HTTP_LIMIT_S
        assert await injected(faults, "http", deed) >= 1
        await client.recovered("gaze", "imu")
        await faults.clear()
        assert (await client.device.get_status()).phone
        assert client.statistics("gaze").sessions == 1
    await client.assert_true(complete=True)


@pytest.mark.parametrize(
    ("text", "deed", "ahead_ms"),
    [
        ("echo-split:at=3,ms=5", "split", 0),
        ("echo-slow:ms=50", "delayed", 0),
        ("echo-wrong-offset:ms=5000", "shifted", 5_000),
    ],
)
async def test_the_clock_is_related_as_well_as_the_time_echo_allows(
    device: DeviceProgram, truth: Truth, faults: Steering, text: str, deed: str, ahead_ms: int
) -> None:
    await faults.start(text)
    async with live_client(device, truth) as client:
        offset = await client.device.clock_offset(timeout_seconds=LIMIT_S)
        assert abs(offset.offset_ns / 1e6 + ahead_ms) <= offset.uncertainty_ns / 1e6 + 1
    assert await injected(faults, "echo", deed) >= 1


# All of it, by blocking calls

PARADE = (
    "loss:percent=5",
    "reorder:percent=5",
    "duplicate:percent=5",
    "delay:ms=100,jitter=30",
    "no-sr",
    "zero-ntp-sr",
    "rtp-wrap:seconds=0.5",
    "sequence-wrap:packets=30",
    "new-ssrc:every=0.2",
    "unknown-gaze-length:percent=50",
    "unknown-eye-event",
    "tcp-400-text:every=0.05",
    "unknown-model",
    "repeated-sensor:every=0.1",
    "incomplete-component",
    "http-slow:seconds=0.5",
    "http-500",
    "non-json",
    "stall:for=0.5",
    "unplug:for=0.5",
    "reboot:for=0.5",
)
TIMEOUT_S = 1.0


@TRANSPORTS
async def test_blocking_calls_give_what_is_true_or_nothing_in_time_and_raise_nothing(
    device: DeviceProgram, truth: Truth, faults: Steering, transport: Transport
) -> None:
    kinds = {
        "gaze": simple.Device.receive_gaze_datum,
        "imu": simple.Device.receive_imu_datum,
        "eye_events": simple.Device.receive_eye_events,
    }
    noted = LiveClient(None, truth, tuple(kinds))  # type: ignore[arg-type]  # what came is what matters
    slowest_s = 0.0
    is_over = False

    def read(client: simple.Device, stream: str) -> None:
        nonlocal slowest_s
        while not is_over:
            began_s = time.monotonic()
            item = kinds[stream](client, timeout_seconds=TIMEOUT_S)
            slowest_s = max(slowest_s, time.monotonic() - began_s)
            if item is not None:
                noted.items[stream].append(item)

    with (
        simple.Device("127.0.0.1", device.http_port) as client,
        ThreadPoolExecutor(len(kinds)) as threads,
    ):
        client.set_transport(transport)
        loop = asyncio.get_running_loop()
        reading = [loop.run_in_executor(threads, read, client, stream) for stream in kinds]
        try:
            for text in PARADE:
                await noted.recovered("gaze", "imu")
                await faults.start(text)
                async with asyncio.timeout(LIMIT_S):
                    while (await _phase(faults)) != "over":
                        await asyncio.sleep(0.1)
                        if "for=" not in text:
                            await faults.clear()
                assert not any(task.done() for task in reading)
            await noted.recovered("gaze", "imu")
        finally:
            is_over = True
        await asyncio.gather(*reading)
    assert slowest_s < TIMEOUT_S + 0.5
    await noted.assert_true()


async def _phase(faults: Steering) -> str:
    """What the newest fault does; while the device is away, it is one that is active."""
    try:
        async with asyncio.timeout(1):
            told = await faults.faults()
    except Exception:
        return "active"
    return told[-1]["phase"] if told else "over"
