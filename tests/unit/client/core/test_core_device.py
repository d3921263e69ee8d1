from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import numpy as np
import pytest
from loopback.core_program import CoreProgram

from gazewire.client.core import CoreDevice, CoreFrame, HmdCamera, Message
from gazewire.errors import (
    ConnectionLostError,
    DeviceRefusedError,
    LocalProtocolError,
    RecordingError,
)
from gazewire.model import Notification
from gazewire.wire.ipc import HMD_TOPIC, HmdFrame
from gazewire.wire.ipc import Message as WireMessage

LIMIT_S = 20
OFTEN_S = 0.02


@pytest.fixture
async def core(program: CoreProgram) -> AsyncIterator[CoreDevice]:
    async with CoreDevice(port=program.port, check_interval_s=OFTEN_S) as core:
        yield core


def payload(frames: list[bytes]) -> Any:
    return msgspec.msgpack.decode(frames[1])


async def test_it_knows_the_program(core: CoreDevice, program: CoreProgram) -> None:
    assert core.is_connected
    assert core.remote_url == program.url
    assert await core.version() == "3.6.14"
    now_s = program.timebase.core_s(program.clock.unix_ns())
    assert await core.core_time() == pytest.approx(now_s, abs=5)


async def test_nobody_there_is_told_within_the_limit() -> None:
    with pytest.raises(ConnectionLostError, match="not answered"):
        async with CoreDevice(port=1, timeout_s=0.05):
            pass


async def test_setting_core_time_measures_it(core: CoreDevice, program: CoreProgram) -> None:
    offset = await core.set_core_time(0.0)
    assert abs(offset.zero_unix_ns - program.timebase.zero_unix_ns) < 1_000_000_000
    with pytest.raises(LocalProtocolError, match="finite"):
        await core.set_core_time(float("inf"))


async def test_somebody_else_who_sets_core_time_is_noticed(
    core: CoreDevice, program: CoreProgram, until: Callable[..., Any]
) -> None:
    program.timebase.set_now(1e6, program.clock.unix_ns())
    zero_unix_ns = program.timebase.zero_unix_ns
    await until(lambda: abs(core.clock_offset.zero_unix_ns - zero_unix_ns) < 10**9)


async def test_a_notification_is_on_the_bus_when_it_is_confirmed(
    core: CoreDevice, program: CoreProgram
) -> None:
    await core.notify("a.b", {"value": 1})
    await core.notify("a.c", {"delay": 0.5})
    assert [frames[0] for frames in program.forwarded] == [b"notify.a.b", b"delayed_notify.a.c"]
    expected = {"subject": "a.b", "value": 1, "topic": "notify.a.b"}
    assert payload(program.forwarded[0]) == expected


async def test_what_the_program_does_not_take_is_refused(core: CoreDevice) -> None:
    parts = [bytes(9 * 1024 * 1024)] * 2
    with pytest.raises(DeviceRefusedError, match="Unknown command"):
        await core.notify("a.b", {"__raw_data__": parts})


async def test_what_cannot_travel_is_the_callers_fault(core: CoreDevice) -> None:
    with pytest.raises(LocalProtocolError, match="is a set"):
        await core.notify("a.b", {"value": {1}})


async def test_an_answer_is_waited_for(core: CoreDevice, program: CoreProgram) -> None:
    async with core.notifications("question") as questions, asyncio.TaskGroup() as tasks:

        async def reply() -> None:
            await anext(questions)
            program.publish("notify.answer.yes", subject="answer.yes", value=42)

        tasks.create_task(reply())
        got = await core.ask("question", answers=["answer."], timeout_s=LIMIT_S)
    assert got == Notification(subject="answer.yes", fields={"value": 42})


async def test_no_answer_is_told_within_the_limit(core: CoreDevice) -> None:
    with pytest.raises(ConnectionLostError, match=r"no yes or no within 0\.05 s"):
        await core.ask("question", answers=["yes", "no"], timeout_s=0.05)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_recording_is_known_to_run_or_why_not(
    core: CoreDevice, program: CoreProgram, fails: bool
) -> None:
    async with core.notifications("recording.should_start") as wishes:

        async def obey() -> None:
            wish = await anext(wishes)
            assert wish.fields == {"session_name": "pilot"}
            subject = "recording.failed" if fails else "recording.started"
            fields = {"reason": "disk full"} if fails else {"rec_path": "/pilot/000/"}
            program.publish(f"notify.{subject}", subject=subject, **fields)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(obey())
            if fails:
                with pytest.raises(RecordingError, match="disk full"):
                    await core.start_recording("pilot", timeout_s=LIMIT_S)
            else:
                assert await core.start_recording("pilot", timeout_s=LIMIT_S) == "/pilot/000/"


async def test_an_annotation_has_the_time_of_the_program(
    core: CoreDevice, program: CoreProgram
) -> None:
    when = core.now_unix_ns()
    made = await core.annotate("start", timestamp_unix_ns=when, duration_s=1, fields={"trial": 3})
    (frames,) = program.forwarded
    fields = payload(frames)
    assert frames[0] == b"annotation"
    assert fields["label"] == made.label == "start"
    assert (fields["duration"], fields["trial"]) == (1.0, 3)
    assert fields["timestamp"] == core.clock_offset.core_s(when)


async def test_commands_are_notifications_of_the_catalogue(
    core: CoreDevice, program: CoreProgram
) -> None:
    await core.start_eye(1)
    await core.stop_eye(0)
    await core.start_plugin("A", {"x": 1})
    await core.stop_plugin("A")
    await core.start_eye_plugin(0, "B")
    await core.stop_eye_plugin(1, "B")
    await core.set_frame_format("gray")
    await core.start_calibration()
    await core.stop_calibration()
    told = [payload(frames) for frames in program.forwarded]
    for fields in told:
        assert fields.pop("topic") == f"notify.{fields['subject']}"
    assert told == [
        {"subject": "eye_process.should_start.1", "eye_id": 1, "args": {}},
        {"subject": "eye_process.should_stop.0", "eye_id": 0},
        {"subject": "start_plugin", "name": "A", "args": {"x": 1}},
        {"subject": "stop_plugin", "name": "A"},
        {"subject": "start_eye_plugin", "target": "eye0", "name": "B", "args": {}},
        {"subject": "stop_eye_plugin", "target": "eye1", "name": "B"},
        {"subject": "frame_publishing.set_format", "format": "gray"},
        {"subject": "calibration.should_start"},
        {"subject": "calibration.should_stop"},
    ]


async def test_images_go_out_as_hmd_streaming_has_them(core: CoreDevice) -> None:
    camera = HmdCamera(np.diag([500.0, 500.0, 1.0]))
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    async with core.maps(HMD_TOPIC) as images, asyncio.timeout(LIMIT_S):
        await core.send_image(camera, image, 10**18)
        got = await anext(images)
    frame = HmdFrame.parse(WireMessage.from_map(got.topic, got.payload), core._link.timebase)
    assert bytes(frame.data) == image.tobytes()
    assert (frame.width, frame.height, frame.format, frame.index) == (4, 2, "bgr", 0)


async def test_a_program_that_starts_again_is_found(
    core: CoreDevice, program: CoreProgram, until: Callable[..., Any]
) -> None:
    async with core.maps("data") as maps, asyncio.timeout(LIMIT_S):
        await core.publish("data", {"n": 1})
        assert await anext(maps) == Message("data", {"n": 1})
        await program.start_again()
        await until(lambda: maps.reconnections)
        assert core.is_connected
        await core.publish("data", {"n": 2})
        assert await anext(maps) == Message("data", {"n": 2})


async def test_a_program_that_is_gone_is_told(program: CoreProgram, until: Callable[..., Any]):
    async with CoreDevice(port=program.port, check_interval_s=OFTEN_S, timeout_s=0.1) as core:
        await program.__aexit__()
        await until(lambda: not core.is_connected)
        with pytest.raises(ConnectionLostError):
            await core.version()
        await program.__aenter__()
        await until(lambda: core.is_connected)
        assert await core.version()


async def test_frames_are_received_as_arrays(core: CoreDevice, program: CoreProgram) -> None:
    async with core.frames("frame.eye.1") as frames, asyncio.timeout(LIMIT_S):
        program.publish(
            "frame.eye.1",
            topic="frame.eye.1",
            width=2,
            height=1,
            index=7,
            timestamp=1.5,
            format="gray",
            __raw_data__=[b"\x01\x02"],
        )
        frame = await anext(frames)
    assert isinstance(frame, CoreFrame)
    assert frame.gray.tolist() == [[1, 2]]
    assert frame.timestamp_unix_ns == core.clock_offset.unix_ns(1.5)


async def test_leaving_leaves_nothing(
    program: CoreProgram, leaving_nothing: Callable[..., Any]
) -> None:
    async with (
        leaving_nothing(),
        CoreDevice(port=program.port) as core,
        core.records("") as records,
        asyncio.timeout(LIMIT_S),
    ):
        await core.publish("x", {})
        await anext(records)
