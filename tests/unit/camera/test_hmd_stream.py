from __future__ import annotations

from collections import deque
from operator import attrgetter

import numpy as np
import pytest
from msgspec.structs import replace

from gazewire.camera.hmd_stream import HmdStreamCamera
from gazewire.errors import UnreadableSourceError
from gazewire.testing.camera_source import CAMERA_CHECKS, CameraBench, CameraCheck
from gazewire.time import ManualClock, TimeBase
from gazewire.wire.ipc import HmdFrame, Message

TOPIC = "hmd_streaming.world"
IMAGE = HmdFrame(
    topic=TOPIC,
    width=2,
    height=2,
    index=7,
    timestamp_unix_ns=0,
    format="rgb",
    camera_matrix=((1.0, 0.0, 1.0), (0.0, 1.0, 1.0), (0.0, 0.0, 1.0)),
    data=bytes(range(12)),
)


class Sender:
    """Sends an image whenever one is asked for, and what is put in before."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.timebase = TimeBase.from_boot(self.clock)
        self.waiting = deque[Message]()
        self.index = 7
        self.is_sending = True
        self.closed = 0

    def image(self, **changed: object) -> Message:
        self.clock.advance(1_000_000)
        instant_ns = self.clock.unix_ns()
        image = replace(IMAGE, index=self.index, timestamp_unix_ns=instant_ns, **changed)
        self.index += 1
        return image.message(self.timebase)

    def receive(self, timeout_s: float) -> Message | None:
        if self.waiting:
            return self.waiting.popleft()
        return self.image() if self.is_sending else None

    def close(self) -> None:
        self.closed += 1

    def open(self) -> HmdStreamCamera:
        return HmdStreamCamera("a", TOPIC, self.receive, self.close, self.timebase, self.clock)


@pytest.mark.parametrize("check", CAMERA_CHECKS, ids=attrgetter("__name__"))
def test_images_of_a_network_keep_the_contract(check: CameraCheck) -> None:
    sender = Sender()

    def lose(camera: object) -> dict[str, int]:
        sender.waiting.append(sender.image(width=1, height=4))
        sender.index += 3
        return {"buffer": 1, "transport": 3}

    bench = CameraBench(
        open=sender.open,
        clock=sender.clock,
        lose=lose,
        starve=lambda camera: setattr(sender, "is_sending", False),
    )
    check(bench)


def test_the_bottom_row_of_a_game_engine_comes_first_and_its_red_too() -> None:
    shot = Sender().open().take()
    assert shot is not None
    assert shot.frame.pixel_format == "bgr24"
    rows = np.frombuffer(shot.frame.data, np.uint8).reshape(2, 2, 3)
    assert rows.tolist() == [[[8, 7, 6], [11, 10, 9]], [[2, 1, 0], [5, 4, 3]]]


def test_what_is_malformed_is_passed_over_and_other_topics_are_none_of_ours() -> None:
    sender = Sender()
    camera = sender.open()
    camera.take()
    sender.waiting += [Message(TOPIC, b"\x80", (b"",)), Message(TOPIC + "2", b"\x80")]
    assert camera.take() is None
    assert camera.take() is None
    shot = camera.take()
    assert shot is not None
    assert shot.frame.index == 1


def test_a_stamp_of_another_zero_gives_way_to_the_instant_of_arrival() -> None:
    sender = Sender()
    camera = sender.open()
    camera.take()
    sender.waiting.append(
        replace(
            IMAGE, index=sender.index, timestamp_unix_ns=sender.clock.unix_ns() - 10**12
        ).message(sender.timebase)
    )
    shot = camera.take()
    assert shot is not None
    assert abs(shot.frame.timestamp_unix_ns - sender.clock.unix_ns()) <= 1000


def test_where_nobody_sends_it_is_told_and_the_subscription_ended() -> None:
    sender = Sender()
    sender.is_sending = False
    with pytest.raises(
        UnreadableSourceError, match=r"nobody sends images under hmd_streaming\.world"
    ):
        sender.open()
    assert sender.closed == 1
