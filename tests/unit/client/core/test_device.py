"""The program's sockets are served by threads, so that blocking calls are made right here."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from loopback.core_program import CoreProgram

from gazewire.client.core import ClockOffsetStatistics, Device, Message, NotConnectedError
from gazewire.client.core import device as device_module
from gazewire.errors import ConnectionLostError, LocalProtocolError

LIMIT_MS = 20_000


@pytest.fixture
def device(program: CoreProgram) -> Iterator[Device]:
    device = Device(port=program.port)
    yield device
    device.disconnect()


def forwarded(program: CoreProgram) -> list[tuple[str, Any]]:
    return [(frames[0].decode(), msgspec.msgpack.decode(frames[1])) for frames in program.forwarded]


async def test_it_is_connected_when_made(device: Device, program: CoreProgram) -> None:
    assert device.is_connected
    assert (device.address, device.port) == ("127.0.0.1", program.port)
    assert device.ipc_pub_port == program.bus.pub_port
    assert device.ipc_sub_port == program.bus.sub_port
    assert device.client_clock is time.monotonic


async def test_requests_are_answered_in_text(device: Device, program: CoreProgram) -> None:
    assert device.request_version() == "3.6.14"
    for request in (
        device.request_recording_start,
        lambda: device.request_recording_start("pilot"),
        device.request_recording_stop,
        device.request_calibration_start,
        device.request_calibration_stop,
    ):
        assert request() == "OK"
    names = [fields.get("session_name") for _, fields in forwarded(program)]
    assert names == ["", "pilot", None, None, None]


async def test_core_time_is_ours_and_the_offset(device: Device, program: CoreProgram) -> None:
    program.timebase.set_now(1000.0, program.clock.unix_ns())
    statistics = device.estimate_client_to_remote_clock_offset()
    assert isinstance(statistics, ClockOffsetStatistics)
    assert statistics is device.clock_offset_statistics
    assert statistics.num_measurements == 10
    asked_s, told_s = device.request_current_pupil_time(), device.current_pupil_time()
    assert asked_s == pytest.approx(told_s, abs=5)
    with pytest.raises(ValueError, match="two measurements"):
        device.estimate_client_to_remote_clock_offset(1)


async def test_the_clock_is_the_callers(program: CoreProgram) -> None:
    device = Device(port=program.port, client_clock=lambda: -50.0)
    offset_s = device.measure_one_client_to_remote_clock_offset()
    assert offset_s - 50 == pytest.approx(device.request_current_pupil_time(), abs=5)
    device.disconnect()


async def test_notifications_have_topic_and_subject(device: Device, program: CoreProgram) -> None:
    notification = {"subject": "a.b", "delay": 1.0}
    assert device.send_notification(notification) == "Notification received"
    device.send_notification({"subject": "a.c", "topic": "notify.other"})
    device.request_plugin_start("Some_Plugin")
    device.request_plugin_start_eye_process(1, "Some_Plugin", {"x": 1})
    assert notification == {"subject": "a.b", "delay": 1.0}
    assert forwarded(program) == [
        ("notify.a.b", {"subject": "a.b", "delay": 1.0, "topic": "notify.a.b"}),
        ("notify.other", {"subject": "a.c", "topic": "notify.other"}),
        (
            "notify.start_plugin",
            {"subject": "start_plugin", "name": "Some_Plugin", "topic": "notify.start_plugin"},
        ),
        (
            "notify.start_eye_plugin",
            {
                "subject": "start_eye_plugin",
                "target": "eye1",
                "name": "Some_Plugin",
                "args": {"x": 1},
                "topic": "notify.start_eye_plugin",
            },
        ),
    ]


async def test_annotations_are_confirmed(device: Device, program: CoreProgram) -> None:
    assert device.send_annotation("now") == "Notification received"
    device.send_annotation("then", 12.5, duration=1.0, trial=3)
    (_, now), (topic, then) = forwarded(program)
    assert now["timestamp"] == pytest.approx(device.current_pupil_time(), abs=5)
    assert topic == "annotation"
    assert then == {
        "topic": "annotation",
        "label": "then",
        "timestamp": 12.5,
        "duration": 1.0,
        "trial": 3,
    }


async def test_what_is_no_message_is_refused(device: Device) -> None:
    with pytest.raises(ValueError, match="subject"):
        device.send_notification({"value": 1})
    with pytest.raises(ValueError, match="begins with notify"):
        device.send_notification({"subject": "a", "topic": "x"})
    with pytest.raises(ValueError, match="topic"):
        device.send_message({"value": 1})
    with pytest.raises(LocalProtocolError, match="is a set"):
        device.send_message({"topic": "x", "value": {1}})


@pytest.mark.parametrize("how", ["subscribe", "subscribe_in_background"])
async def test_what_is_sent_after_subscribing_comes(device: Device, how: str) -> None:
    with getattr(device, how)(["data", "more"]) as subscription:
        device.send_message({"topic": "data", "__raw_data__": [b"pixels"]})
        message = subscription.recv_new_message(timeout_ms=LIMIT_MS)
        assert message == Message("data", {"topic": "data", "__raw_data__": (b"pixels",)})
        assert [bytes(frame) for frame in message.raw_data] == [b"pixels"]


async def test_the_short_way_is_not_confirmed(device: Device, program: CoreProgram) -> None:
    with device.subscribe("data") as subscription:
        with device.high_frequency_message_sending(), device.high_frequency_message_sending():
            assert device.send_message({"topic": "data", "n": 1}) == "OK"
            assert device.send_message({"topic": "data", "n": 2}) == "OK"
        assert device.send_message({"topic": "data", "n": 3}) == "Notification received"
        got = [subscription.recv_new_message(LIMIT_MS).payload["n"] for _ in range(3)]
    assert sorted(got) == [1, 2, 3]
    assert len(program.forwarded) == 1


async def test_disconnected_it_says_so_until_it_is_connected(device: Device) -> None:
    device.disconnect()
    device.disconnect()
    assert not device.is_connected
    for call in (
        device.request_version,
        device.current_pupil_time,
        lambda: device.subscribe("x"),
        lambda: device.send_notification({"subject": "x"}),
    ):
        with pytest.raises(NotConnectedError):
            call()
    device.connect()
    assert device.request_version() == "3.6.14"


async def test_nobody_there_is_told_within_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "_ANSWERS_WITHIN_S", 0.05)
    with pytest.raises(ConnectionLostError, match="not answered"):
        Device(port=1)


async def test_a_program_that_starts_again_is_found_when_wanted(program: CoreProgram) -> None:
    device = Device(port=program.port, should_auto_reconnect=True)
    with device.subscribe("data"):
        pass
    await program.start_again()
    device.connect()
    assert device.ipc_sub_port == program.bus.sub_port
    with device.subscribe("data") as subscription:
        device.send_message({"topic": "data"})
        assert subscription.recv_new_message(LIMIT_MS) is not None
    device.disconnect()
