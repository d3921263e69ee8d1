"""Both faces of our client against a whole device: what they receive, held against the truth."""

from __future__ import annotations

import asyncio
import bisect
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness.program import DeviceProgram
from harness.truth import RTP_TICK_NS, indices_of, read_truth

from gazewire.client import (
    AudioFrame,
    Device,
    DeviceError,
    Matching,
    SceneMatch,
    StreamState,
    Transport,
    VideoFrame,
    simple,
)
from gazewire.client.simple.models import MatchedSceneAudioItem
from gazewire.client.streaming import IMUData
from gazewire.client.streaming.eye_events import EyeEventDataType
from gazewire.client.streaming.gaze import EyestateEyelidDualMonoGazeData
from gazewire.client.streaming.video import BGRBuffer

LIMIT_S = 20.0
# Nobody is kept waiting for the end.
CLOSED_WITHIN_S = 2.0
GAZE_COUNT = 400
MATCHED_COUNT = 20
MERGED_COUNT = 500
# Far less than the 20 s of gaze that wait for a reader.
UNREAD = 100

Face = Callable[[int, str, int], list[Any]]


@pytest.fixture(scope="module")
def device(start_device: Callable[..., DeviceProgram]) -> DeviceProgram:
    # Tests share their machine with others; fewer pictures of the eyes show as much.
    return start_device("--name", "Test Phone", "--seed", "7", "--eye-rate", "20")


@pytest.fixture
def blocking(device: DeviceProgram) -> Iterator[simple.Device]:
    with simple.Device("127.0.0.1", device.http_port) as client:
        yield client


@pytest.fixture
def nothing_is_left() -> Iterator[None]:
    before = threads_and_sockets()
    yield
    assert threads_and_sockets() <= before


def threads_and_sockets() -> set[str]:
    threads = {f"{thread.name} {thread.ident}" for thread in threading.enumerate()}
    sockets = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            sockets.add(os.readlink(entry))
        except FileNotFoundError:
            continue  # the listing itself
    return threads | {target for target in sockets if target.startswith("socket:")}


def instants(items: Sequence[Any]) -> list[int]:
    return [item.timestamp_unix_ns for item in items]


def assert_complete(device: DeviceProgram, stream: str, received: Sequence[int]) -> None:
    """What was received is a stretch of the truth without a gap; events may be at one instant."""
    rows = read_truth(device.truth, stream, max(received))
    true = [row["timestamp_unix_ns"] for row in rows]
    begin = bisect.bisect_left(true, received[0] - RTP_TICK_NS)
    errors = [a - b for a, b in zip(received, true[begin:], strict=False)]
    assert len(errors) == len(received)
    assert max(map(abs, errors)) <= RTP_TICK_NS


def by_iterating_blockingly(port: int, name: str, count: int) -> list[Any]:
    with simple.Device("127.0.0.1", port) as client:
        return list(islice(getattr(client, name)(), count))


def by_iterating_asynchronously(port: int, name: str, count: int) -> list[Any]:
    async def receive() -> list[Any]:
        items = []
        async with (
            asyncio.timeout(LIMIT_S),
            Device("127.0.0.1", port) as client,
            getattr(client, name)() as stream,
        ):
            async for item in stream:
                items.append(item)
                if len(items) == count:
                    break
        return items

    return asyncio.run(receive())


FACES = pytest.mark.parametrize("face", [by_iterating_blockingly, by_iterating_asynchronously])


# Each stream by each face.


@FACES
@pytest.mark.parametrize(
    ("name", "stream", "count", "kind"),
    [
        ("gaze", "gaze", GAZE_COUNT, EyestateEyelidDualMonoGazeData),
        ("imu", "imu", 200, IMUData),
        ("eye_events", "eye_events", 4, EyeEventDataType),
    ],
)
@pytest.mark.usefixtures("nothing_is_left")
def test_data_are_in_order_complete_and_true(
    device: DeviceProgram, face: Face, name: str, stream: str, count: int, kind: type
) -> None:
    items = face(device.http_port, name, count)
    assert all(isinstance(item, kind) for item in items)
    assert_complete(device, stream, instants(items))


@FACES
@pytest.mark.parametrize(
    ("name", "stream", "shape"),
    [("scene_video", "world", (1200, 1600, 3)), ("eyes_video", "eyes", (192, 384, 3))],
)
@pytest.mark.usefixtures("nothing_is_left")
def test_pictures_are_in_order_and_true(
    device: DeviceProgram, face: Face, name: str, stream: str, shape: tuple[int, ...]
) -> None:
    pictures = face(device.http_port, name, 20)
    received = instants(pictures)
    assert received == sorted(set(received))
    # A device on a machine that is too slow leaves some out, so they need not be successive.
    true = [row["timestamp_unix_ns"] for row in read_truth(device.truth, stream, max(received))]
    indices_of(received, true, RTP_TICK_NS)
    assert {pixels_of(picture).shape for picture in pictures} == {shape}


def pixels_of(picture: VideoFrame | simple.SimpleVideoFrame) -> BGRBuffer:
    return picture.bgr_buffer() if isinstance(picture, VideoFrame) else picture.bgr_pixels


@FACES
def test_sound_comes_without_a_gap(device: DeviceProgram, face: Face) -> None:
    sound = face(device.http_port, "audio", 10)
    assert all(isinstance(piece, AudioFrame) for piece in sound)
    assert {after - before for before, after in pairwise(instants(sound))} == {128_000_000}


@FACES
def test_matched_gaze_is_the_nearest_that_there_is(device: DeviceProgram, face: Face) -> None:
    matches = face(device.http_port, "matched_scene_and_gaze", MATCHED_COUNT)
    frames = instants([match[0] for match in map(scene_and_gaze, matches)])
    partners = instants([match[1] for match in map(scene_and_gaze, matches)])
    rows = read_truth(device.truth, "gaze", max(*frames, *partners))
    assert_nearest(frames, partners, [row["timestamp_unix_ns"] for row in rows])


def scene_and_gaze(match: SceneMatch | simple.MatchedItem) -> tuple[Any, Any]:
    return (match.scene if isinstance(match, SceneMatch) else match.frame), match.gaze


def test_matched_eyes_are_the_nearest_that_there_are(blocking: simple.Device) -> None:
    with blocking.eyes_video() as eyes, blocking.matched_scene_eyes_and_gaze() as matched:
        matches = list(islice(matched, MATCHED_COUNT))
        frames = instants([match.scene for match in matches])
        # A device on a machine that is too slow leaves pictures out, so the truth has too many.
        received = []
        while not received or received[-1] <= frames[-1]:
            received.append(next(eyes).timestamp_unix_ns)
    assert_nearest(frames, instants([match.eyes for match in matches]), received)


@FACES
def test_matched_sound_is_told_once(device: DeviceProgram, face: Face) -> None:
    matches = face(device.http_port, "matched_scene_and_audio", 5)
    pieces = [instant for match in matches for instant in instants(match.audio)]
    assert {after - before for before, after in pairwise(pieces)} == {128_000_000}


def assert_nearest(frames: list[int], partners: list[int], candidates: list[int]) -> None:
    best = np.abs(np.array(candidates) - np.array(frames)[:, None]).min(axis=1)
    # Instants are told in RTP ticks; where two are as near to within one, either is right.
    assert (np.abs(np.array(partners) - np.array(frames)) <= best + RTP_TICK_NS).all()


# Single items.


def test_every_receive_gives_what_it_says(blocking: simple.Device) -> None:
    scene = blocking.receive_scene_video_frame(LIMIT_S)
    assert scene is not None
    assert scene.bgr_pixels.shape == (1200, 1600, 3)
    eyes = blocking.receive_eyes_video_frame(LIMIT_S)
    assert eyes is not None
    assert eyes.bgr_pixels.shape == (192, 384, 3)
    assert isinstance(blocking.receive_gaze_datum(LIMIT_S), EyestateEyelidDualMonoGazeData)
    assert isinstance(blocking.receive_imu_datum(LIMIT_S), IMUData)
    assert isinstance(blocking.receive_eye_events(LIMIT_S), EyeEventDataType)
    assert isinstance(blocking.receive_audio_frame(LIMIT_S), AudioFrame)
    assert isinstance(
        blocking.receive_matched_scene_video_frame_and_gaze(LIMIT_S), simple.MatchedItem
    )
    assert isinstance(
        blocking.receive_matched_scene_and_eyes_video_frames_and_gaze(LIMIT_S),
        simple.MatchedGazeEyesSceneItem,
    )
    assert isinstance(
        blocking.receive_matched_scene_video_frame_and_audio(LIMIT_S), MatchedSceneAudioItem
    )
    assert blocking.is_currently_streaming
    assert blocking.phone_name == blocking.status.phone.device_name == "Test Phone"


def test_single_items_are_in_order_and_complete_for_who_keeps_up(
    device: DeviceProgram, blocking: simple.Device
) -> None:
    blocking.set_delivery(simple.Delivery.LOSSLESS)
    gaze = [blocking.receive_gaze_datum(LIMIT_S) for _ in range(GAZE_COUNT)]
    assert_complete(device, "gaze", instants(gaze))
    assert blocking.unread()["gaze"].dropped == 0


def test_threads_share_what_comes(device: DeviceProgram, blocking: simple.Device) -> None:
    blocking.set_delivery(simple.Delivery.LOSSLESS)

    def receive(_: int) -> list[Any]:
        return [blocking.receive_gaze_datum(LIMIT_S) for _ in range(GAZE_COUNT // 4)]

    with ThreadPoolExecutor(4) as threads:
        gaze = [datum for part in threads.map(receive, range(4)) for datum in part]
    assert_complete(device, "gaze", sorted(instants(gaze)))


def test_a_time_limit_gives_none(blocking: simple.Device) -> None:
    assert blocking.receive_scene_video_frame(timeout_seconds=0) is None


def test_waiting_survives_a_change_of_delivery(blocking: simple.Device) -> None:
    # It takes a picture some time to come, and all the while somebody else changes the way.
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(blocking.receive_scene_video_frame, LIMIT_S)
        for delivery in [*simple.Delivery, *simple.Delivery]:
            blocking.set_delivery(delivery)
            blocking.set_matching(Matching.OFFICIAL)
        assert waiting.result() is not None


def test_two_clients_of_one_device_do_not_disturb_each_other(
    device: DeviceProgram, blocking: simple.Device
) -> None:
    with simple.Device("127.0.0.1", device.http_port) as other:
        assert other.receive_gaze_datum(LIMIT_S) is not None
        assert blocking.receive_gaze_datum(LIMIT_S) is not None
    assert blocking.receive_gaze_datum(LIMIT_S) is not None


# Several streams as one, and arrays.


def merged_blockingly(port: int) -> list[Any]:
    with simple.Device("127.0.0.1", port) as client:
        return list(islice(client.merged("gaze", "imu"), MERGED_COUNT))


async def merged_asynchronously(port: int) -> list[Any]:
    async with asyncio.timeout(LIMIT_S), Device("127.0.0.1", port) as client:
        merged = client.merged("gaze", "imu")
        return [await anext(merged) for _ in range(MERGED_COUNT)]


@pytest.mark.parametrize(
    "merged", [merged_blockingly, lambda port: asyncio.run(merged_asynchronously(port))]
)
def test_merged_streams_are_in_order_of_time(
    device: DeviceProgram, merged: Callable[[int], list[Any]]
) -> None:
    items = merged(device.http_port)
    names = [name for name, _ in items]
    times = [item.timestamp_unix_ns for _, item in items]
    # Before both are open, one of them is behind.
    both = max(names.index("gaze"), names.index("imu"))
    late = sum(after < before for before, after in pairwise(times[both:]))
    # On a machine that is too slow, some come later than the others wait for them.
    assert late <= MERGED_COUNT // 10
    for stream in ("gaze", "imu"):
        own = [item.timestamp_unix_ns for name, item in items if name == stream]
        assert_complete(device, stream, own)


def test_batches_hold_the_same_as_records(blocking: simple.Device) -> None:
    with blocking.gaze() as gaze, blocking.batches("gaze") as batches:
        array = np.concatenate([array for array, _ in zip(batches, range(20), strict=False)])
        rows = {int(row["timestamp_unix_ns"]): row for row in array}
        same = [datum for datum in islice(gaze, len(array)) if datum.timestamp_unix_ns in rows]
    assert len(same) > len(array) // 2
    for datum in same:
        row = rows[datum.timestamp_unix_ns]
        assert (row["x_px"], row["y_px"], row["worn"]) == (datum.x, datum.y, datum.worn)
        assert row["pupil_diameter_left_mm"] == datum.pupil_diameter_left
        assert row["right_y_px"] == datum.mono_right_y


@pytest.mark.parametrize("name", ["gaze", "imu", "eye_events"])
async def test_batches_come_to_the_asynchronous_face_too(device: DeviceProgram, name: str) -> None:
    received = []
    async with asyncio.timeout(LIMIT_S), Device("127.0.0.1", device.http_port) as client:
        async for array in client.batches(name):
            assert len(array) >= 1
            received += array["timestamp_unix_ns"].tolist()
            if len(received) > 4:
                break
    assert_complete(device, name, received)


# The clock, and the way that packets come.


def test_the_clock_is_that_of_this_machine(blocking: simple.Device) -> None:
    offset = blocking.clock_offset(LIMIT_S)
    assert abs(offset.offset_ns) <= offset.uncertainty_ns + 1_000_000
    local_ns = time.time_ns()
    there_ns = blocking.to_device_ns(local_ns)
    assert abs(there_ns - local_ns) < 100_000_000
    assert abs(blocking.to_local_ns(there_ns) - local_ns) < 10_000_000


async def test_the_clock_is_told_to_the_asynchronous_face_too(device: DeviceProgram) -> None:
    async with asyncio.timeout(LIMIT_S), Device("127.0.0.1", device.http_port) as client:
        offset = await client.clock_offset()
        assert abs(offset.offset_ns) <= offset.uncertainty_ns + 1_000_000
        local_ns = time.time_ns()
        event = await client.send_event("now", await client.to_device_ns(local_ns))
        assert abs(await client.to_local_ns(event.timestamp) - local_ns) < 10_000_000


@pytest.mark.parametrize("transport", [Transport.TCP, Transport.UDP])
def test_packets_come_the_way_that_was_chosen(
    blocking: simple.Device, transport: Transport
) -> None:
    assert blocking.receive_gaze_datum(LIMIT_S) is not None
    blocking.set_transport(transport)
    gaze = blocking.gaze()
    next(gaze)
    statistics = blocking.statistics()["gaze"]
    assert statistics.transport == transport.value
    assert statistics.state in {StreamState.RECEIVING, StreamState.WAITING}


async def test_the_asynchronous_face_remembers_the_way_before_it_is_connected(
    device: DeviceProgram,
) -> None:
    async with asyncio.timeout(LIMIT_S), Device("127.0.0.1", device.http_port) as client:
        assert client.statistics() == {}
        await client.set_transport(Transport.TCP)
        await anext(client.gaze())
        assert client.statistics()["gaze"].transport == "tcp"


# The end.


@pytest.mark.usefixtures("nothing_is_left")
def test_closing_is_quick_and_leaves_nothing(device: DeviceProgram) -> None:
    client = simple.Device("127.0.0.1", device.http_port, start_streaming_by_default=True)
    client.clock_offset(LIMIT_S)
    assert client.receive_scene_video_frame(LIMIT_S) is not None
    begin_s = time.monotonic()
    client.close()
    assert time.monotonic() - begin_s < CLOSED_WITHIN_S
    client.close()
    with pytest.raises(DeviceError, match="closed"):
        client.receive_gaze_datum(LIMIT_S)
    with pytest.raises(DeviceError, match="closed"):
        client.recording_start()
    assert client.phone_name == "Test Phone"
    assert client.get_errors() == []
    assert client.statistics()["world"].state is StreamState.IDLE


@pytest.mark.usefixtures("nothing_is_left")
async def test_closing_the_asynchronous_face_ends_its_iterators(device: DeviceProgram) -> None:
    async def read_all(client: Device) -> int:
        return len([datum async for datum in client.gaze()])

    client = Device("127.0.0.1", device.http_port)
    async with asyncio.timeout(LIMIT_S):
        reading = asyncio.create_task(read_all(client))
        await anext(client.gaze())
        await client.clock_offset()
        await client.close()
        await reading
        with pytest.raises(DeviceError, match="closed"):
            await anext(client.gaze())


@pytest.mark.usefixtures("nothing_is_left")
def test_whoever_waits_is_told_of_the_end(device: DeviceProgram) -> None:
    client = simple.Device("127.0.0.1", device.http_port)
    gaze = client.gaze()
    with ThreadPoolExecutor(3) as threads:
        # Of these, one waits for a picture that comes later, one goes through all gaze for ever,
        # and one has a question under way.
        iterating = threads.submit(list, gaze)
        receiving = threads.submit(receive_until_the_end, client)
        asking = threads.submit(ask_until_the_end, client)
        assert client.receive_imu_datum(LIMIT_S) is not None
        client.close()
        assert iterating.result(CLOSED_WITHIN_S) is not None
        assert "closed" in str(receiving.result(CLOSED_WITHIN_S))
        assert isinstance(asking.result(CLOSED_WITHIN_S), DeviceError)


def receive_until_the_end(client: simple.Device) -> BaseException | None:
    try:
        while True:
            client.receive_eye_events()
    except DeviceError as error:
        return error


def ask_until_the_end(client: simple.Device) -> BaseException | None:
    try:
        while True:
            client.get_template()
    except DeviceError as error:
        return error


def test_a_stream_ends_with_its_last_iterator(blocking: simple.Device) -> None:
    first, second = blocking.gaze(), blocking.gaze()
    next(first)
    del first
    next(second)
    assert blocking.statistics()["gaze"].state is StreamState.RECEIVING
    # Nobody has ever read from this one.
    unread = blocking.imu()
    del second, unread
    wait_until(lambda: states(blocking) == {StreamState.IDLE})
    assert not blocking.is_currently_streaming
    assert next(blocking.gaze()) is not None


def test_a_stream_that_single_items_were_taken_from_stays(blocking: simple.Device) -> None:
    assert blocking.receive_gaze_datum(LIMIT_S) is not None
    with blocking.gaze() as gaze:
        next(gaze)
    assert blocking.statistics()["gaze"].state is StreamState.RECEIVING
    blocking.streaming_stop()
    assert states(blocking) == {StreamState.IDLE}
    assert blocking.receive_gaze_datum(LIMIT_S) is not None


def states(client: simple.Device) -> set[StreamState]:
    return {statistics.state for statistics in client.statistics().values()}


def wait_until(holds: Callable[[], bool]) -> None:
    waiting = threading.Event()
    deadline_s = time.monotonic() + LIMIT_S
    while not holds():
        assert time.monotonic() < deadline_s, "it never came to hold"
        waiting.wait(0.01)


@pytest.mark.usefixtures("nothing_is_left")
def test_a_device_that_nobody_holds_any_more_is_closed(device: DeviceProgram) -> None:
    client = simple.Device("127.0.0.1", device.http_port)
    assert client.receive_gaze_datum(LIMIT_S) is not None
    del client
    wait_until(lambda: "gazewire client" not in {each.name for each in threading.enumerate()})


def test_an_iterator_keeps_its_device(device: DeviceProgram) -> None:
    gaze = simple.Device("127.0.0.1", device.http_port).gaze()
    assert len(list(islice(gaze, UNREAD))) == UNREAD


# Where and how it is used.


@pytest.mark.usefixtures("nothing_is_left")
async def test_blocking_calls_work_inside_of_a_running_loop(device: DeviceProgram) -> None:
    with simple.Device("127.0.0.1", device.http_port) as client:
        assert client.receive_gaze_datum(LIMIT_S) is not None
        assert client.send_event("from a notebook").name == "from a notebook"
        assert client.estimate_time_offset(3) is not None
    assert simple.discover_devices(search_duration_seconds=0) == []


@pytest.mark.usefixtures("nothing_is_left")
def test_a_device_that_is_not_there_is_one_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(DeviceError, match=r"127\.0\.0\.1"):
        simple.Device("127.0.0.1", port)


@pytest.mark.usefixtures("nothing_is_left")
@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to threads on POSIX alone")
def test_connecting_can_be_interrupted() -> None:
    # It accepts, and never answers.
    with socket.create_server(("127.0.0.1", 0)) as server:
        interrupting = threading.Thread(target=interrupt_after_a_request, args=(server,))
        interrupting.start()
        with pytest.raises(KeyboardInterrupt):
            simple.Device("127.0.0.1", server.getsockname()[1])
        interrupting.join()


def interrupt_after_a_request(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(100)
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)
        # Until the client hangs up.
        while connection.recv(1000):
            pass


FORGETS = """
from gazewire.client.simple import Device
device = Device("127.0.0.1", {port})
print(device.receive_gaze_datum(20) is not None)
gaze = device.gaze()
print(next(gaze) is not None)
"""

FORKS = """
import os, sys
from gazewire.client.simple import Device
device = Device("127.0.0.1", {port})
gaze = device.gaze()
print(device.receive_gaze_datum(20) is not None, flush=True)
child = os.fork()
if child == 0:
    for call in (device.receive_gaze_datum, lambda: next(gaze), device.get_template, device.gaze):
        try:
            call()
        except Exception as error:
            print(type(error).__name__, "forked" in str(error))
    device.close()
    with Device("127.0.0.1", {port}) as own:
        print(own.receive_gaze_datum(20) is not None)
    sys.exit(0)
_, status = os.waitpid(child, 0)
print(status, device.receive_gaze_datum(20) is not None)
device.close()
"""


def run_script(script: str, device: DeviceProgram) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", script.format(port=device.http_port)],
        capture_output=True,
        text=True,
        timeout=40,
        check=False,
    )
    # Python 3.12 and later say that forking with threads is a risk.
    told = [line for line in ran.stderr.splitlines() if "fork" not in line]
    assert (told, ran.returncode) == ([], 0)
    return ran.stdout.splitlines()


def test_a_program_that_forgets_to_close_ends(device: DeviceProgram) -> None:
    assert run_script(FORGETS, device) == ["True", "True"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_copy_of_the_process_has_no_part_in_the_connection(device: DeviceProgram) -> None:
    assert run_script(FORKS, device) == ["True", *["DeviceError True"] * 4, "True", "0 True"]
