"""What is taken from a camera, also when it goes and comes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable

import pytest

from gazewire.camera import Shot, VideoShape
from gazewire.errors import UnreadableSourceError
from gazewire.model import Frame
from gazewire.multicam.acquisition import Acquisition
from gazewire.time import ManualClock

LIMIT_S = 10


class Scripted:
    """A camera that gives images with these indexes and losses, and then is gone."""

    shape = VideoShape(width=2, height=1, rate_hz=50.0)

    def __init__(self, shots: Iterable[tuple[int, dict]]) -> None:
        self._shots = iter(shots)
        self.closed = False

    def take(self) -> Shot | None:
        index, drops = next(self._shots, (None, {}))
        if index is None:
            raise UnreadableSourceError("a", "a is unplugged")
        frame = Frame(
            camera="a",
            index=index,
            timestamp_unix_ns=index * 20_000_000,
            width=2,
            height=1,
            pixel_format="gray",
            data=b"ab",
        )
        return Shot(frame, drops)

    def set_control(self, name: str, value: float | str) -> None:
        raise ValueError(f"this camera has no control {name}")

    def close(self) -> None:
        self.closed = True


def test_a_camera_that_goes_is_told_and_resumed(caplog: pytest.LogCaptureFixture) -> None:
    cameras = [Scripted([(0, {}), (2, {"transport": 1})]), Scripted([(0, {}), (1, {})])]
    opened = iter(cameras)
    taken: queue.Queue[int] = queue.Queue()

    def open_camera() -> Scripted:
        camera = next(opened, None)
        if camera is None:
            raise UnreadableSourceError("a", "a is not there")
        return camera

    acquisition = Acquisition(
        "a",
        open_camera,
        lambda shot: taken.put(shot.frame.index),
        ManualClock(unix_ns=60_000_000),
        retry_after_s=(0.001,),
    )
    acquisition.open()
    acquisition.start()
    try:
        assert [taken.get(timeout=LIMIT_S) for _ in range(4)] == [0, 2, 3, 4]
    finally:
        acquisition.stop()
    assert acquisition.frames == 4
    assert acquisition.dropped["transport"] == 1
    assert not acquisition.connected
    assert all(camera.closed for camera in cameras)
    assert "a is unplugged; waiting until it is back" in caplog.messages
    assert "a is back" in caplog.messages


def test_losses_of_ours_are_counted_with_the_others() -> None:
    acquisition = Acquisition("a", lambda: Scripted([]), lambda _: None, ManualClock())
    acquisition.lose("queue", 2)
    assert acquisition.dropped == {
        "camera": 0,
        "transport": 0,
        "buffer": 0,
        "queue": 2,
        "disk": 0,
    }


def test_a_rate_is_that_of_late_and_nothing_when_nothing_comes() -> None:
    clock = ManualClock(unix_ns=100_000_000)
    acquisition = Acquisition("a", lambda: Scripted([]), lambda _: None, clock)
    camera = Scripted([(0, {}), (1, {}), (2, {})])
    for _ in range(3):
        shot = camera.take()
        assert shot is not None
        acquisition._pass_on(shot, 0)
    assert acquisition.rate_hz == pytest.approx(50.0)
    clock.advance(3_000_000_000)
    assert acquisition.rate_hz == 0.0


def test_a_camera_that_comes_back_with_another_size_is_not_taken(
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = Scripted([])
    other.shape = VideoShape(width=4, height=1, rate_hz=50.0)
    opened = iter([Scripted([]), other, Scripted([(0, {})])])
    taken: queue.Queue[int] = queue.Queue()

    def open_camera() -> Scripted:
        camera = next(opened, None)
        if camera is None:
            raise UnreadableSourceError("a", "a is not there")
        return camera

    acquisition = Acquisition(
        "a",
        open_camera,
        lambda shot: taken.put(shot.frame.index),
        ManualClock(),
        retry_after_s=(0.001,),
    )
    acquisition.open()
    acquisition.start()
    try:
        assert taken.get(timeout=LIMIT_S) == 0
    finally:
        acquisition.stop()
    assert other.closed
    assert "a came back with images of another size" in caplog.messages


def test_the_camera_is_asked_in_its_own_thread_and_refusals_are_passed_on() -> None:
    camera = Scripted((index, {}) for index in range(10**9))
    acquisition = Acquisition("a", lambda: camera, lambda _: None, ManualClock())
    acquisition.open()
    acquisition.start()
    try:
        thread = acquisition.ask(lambda _: threading.current_thread().name).result(LIMIT_S)
        refused = acquisition.ask(lambda asked: asked.set_control("x", 1.0))
        with pytest.raises(ValueError, match="no control x"):
            refused.result(LIMIT_S)
    finally:
        acquisition.stop()
    assert thread == "camera a"


def test_a_camera_that_is_gone_is_told_to_who_asks() -> None:
    acquisition = Acquisition(
        "a", lambda: Scripted([]), lambda _: None, ManualClock(), retry_after_s=(0.001,)
    )
    acquisition.open()
    asked = acquisition.ask(lambda _: None)
    acquisition.stop()
    asked.result(LIMIT_S)
    asked = acquisition.ask(lambda _: None)
    acquisition.stop()
    with pytest.raises(UnreadableSourceError, match="a is not there"):
        asked.result(LIMIT_S)
