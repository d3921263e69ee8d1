from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from loopback.core_program import CoreProgram

from gazewire.client.core import BlockingCoreDevice, CoreDevice, HmdCamera, Message
from gazewire.errors import ConnectionLostError, LocalProtocolError
from gazewire.wire.ipc import HMD_TOPIC

LIMIT_S = 20


def test_both_faces_have_the_same_calls() -> None:
    both = [
        {name for name in vars(face) if not name.startswith("_")}
        for face in (CoreDevice, BlockingCoreDevice)
    ]
    assert both[0] == both[1]


async def test_calls_are_answered(program: CoreProgram) -> None:
    with BlockingCoreDevice(port=program.port) as core:
        assert core.is_connected
        assert core.remote_url == program.url
        assert core.version() == "3.6.14"
        core.notify("a.b")
        core.annotate("label", timestamp_unix_ns=core.now_unix_ns())
        assert abs(core.set_core_time(0.0).unix_ns(core.core_time()) - core.now_unix_ns()) < 10**9
        assert core.measure_clock(3).rounds == 3
        assert core.clock_offset.rounds == 3
        with pytest.raises(ConnectionLostError, match="no yes"):
            core.ask("question", answers=["yes"], timeout_s=0.05)
        with pytest.raises(ConnectionLostError, match=r"recording\.started"):
            core.start_recording(timeout_s=0.05)
        with pytest.raises(ConnectionLostError, match=r"recording\.stopped"):
            core.stop_recording(timeout_s=0.05)


async def test_records_are_iterated_and_received(program: CoreProgram) -> None:
    with BlockingCoreDevice(port=program.port) as core, core.maps("data") as maps:
        for number in range(3):
            program.publish("data", n=number)
        assert next(iter(maps)) == Message("data", {"n": 0})
        assert [maps.receive(LIMIT_S).payload["n"] for _ in range(2)] == [1, 2]
        assert maps.receive(0) is None
        assert maps.receive(0.01) is None
        assert (maps.malformed, maps.missing, maps.dropped, maps.reconnections) == (0, 0, 0, 0)
        core.publish("data", {"n": 3})
        assert maps.receive(LIMIT_S).payload == {"n": 3}


async def test_leaving_ends_the_iteration(program: CoreProgram) -> None:
    before = set(threading.enumerate())
    with BlockingCoreDevice(port=program.port) as core:
        with core.records("data") as records:
            pass
        assert list(records) == []
        with pytest.raises(LocalProtocolError, match="left"):
            records.receive(0)
    deadline_s = time.monotonic() + LIMIT_S
    while set(threading.enumerate()) - before:
        assert time.monotonic() < deadline_s, threading.enumerate()


async def test_images_go_out(program: CoreProgram) -> None:
    camera = HmdCamera(np.eye(3))
    with BlockingCoreDevice(port=program.port) as core, core.maps(HMD_TOPIC) as maps:
        core.send_image(camera, np.zeros((2, 4), np.uint8))
        assert maps.receive(LIMIT_S).payload["width"] == 4


def test_outside_of_its_context_it_says_so() -> None:
    with pytest.raises(LocalProtocolError, match="with"):
        BlockingCoreDevice().version()


def test_nobody_there_is_told_within_the_limit() -> None:
    with (
        pytest.raises(ConnectionLostError, match="not answered"),
        BlockingCoreDevice(port=1, timeout_s=0.05),
    ):
        pass
