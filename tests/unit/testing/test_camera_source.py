"""The checks themselves: the cameras that need nothing pass, and each kind of fault is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from unittest import SkipTest

import cv2
import numpy as np
import pytest
from msgspec.structs import replace as replaced

from gazewire.camera import (
    CaptureCamera,
    ChoiceControl,
    Control,
    MovingPattern,
    NumberControl,
    Shot,
    VideoCamera,
    VideoShape,
)
from gazewire.camera.control import live_control
from gazewire.camera.image_folder import ImageFolder
from gazewire.errors import UnreadableSourceError
from gazewire.media import VideoFile
from gazewire.model import Frame
from gazewire.testing.camera_source import CAMERA_CHECKS, CameraBench, CameraCheck
from gazewire.time import ManualClock

SHAPE = VideoShape(width=64, height=48, rate_hz=100.0)
INTERVAL_NS = 10_000_000

each_check = pytest.mark.parametrize("check", CAMERA_CHECKS, ids=attrgetter("__name__"))


class ScriptedCapture:
    """A capture that a test can pull out and damage."""

    shape = SHAPE

    def __init__(self, port: Port) -> None:
        self._port = port

    def grab(self) -> int | None:
        if not self._port.is_plugged:
            return None
        return self._port.clock.mono_ns()

    def decode(self, *, index: int, timestamp_unix_ns: int) -> Frame | None:
        if self._port.damaged:
            self._port.damaged -= 1
            return None
        return Frame(
            camera="a",
            index=index,
            timestamp_unix_ns=timestamp_unix_ns,
            width=SHAPE.width,
            height=SHAPE.height,
            pixel_format="gray",
            data=bytes(SHAPE.width * SHAPE.height),
        )

    def close(self) -> None:
        pass


class Gain:
    """One control, and one that is not live."""

    def __init__(self) -> None:
        self._gain = 3.0

    def read(self) -> Mapping[str, Control]:
        return {
            "gain_db": NumberControl(value=self._gain, minimum=0.0, maximum=24.0, step=0.5),
            "pixel_format": ChoiceControl(value="gray", choices=("gray",), is_live=False),
        }

    def set(self, name: str, value: float | str) -> None:
        control = live_control(self.read(), name)
        assert isinstance(control, NumberControl)
        assert isinstance(value, float)
        self._gain = control.nearest(name, value)

    def close(self) -> None:
        pass


class Port:
    """Where a capture is plugged in."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.is_plugged = True
        self.damaged = 0

    def open(self) -> CaptureCamera:
        if not self.is_plugged:
            raise UnreadableSourceError("a", "a is not there")
        return CaptureCamera("a", ScriptedCapture(self), self.clock, Gain())

    def lose(self, camera: object) -> dict[str, int]:
        self.damaged = 2
        return {"buffer": 2}

    def unplug(self, camera: object) -> None:
        self.is_plugged = False

    def plug(self) -> None:
        self.is_plugged = True


def bench_of_a_port() -> CameraBench:
    clock = ManualClock()
    port = Port(clock)
    return CameraBench(
        open=port.open,
        clock=clock,
        step=lambda camera: clock.advance(INTERVAL_NS),
        lose=port.lose,
        unplug=port.unplug,
        plug=port.plug,
    )


def checked(check: CameraCheck, bench: CameraBench) -> None:
    try:
        check(bench)
    except SkipTest:
        # Nothing to be seen of such a camera: it is never gone, and never loses what it makes.
        assert bench.unplug is None or bench.lose is None or bench.starve is None


@each_check
@pytest.mark.parametrize("is_colour", [False, True])
def test_a_synthetic_camera_keeps_the_contract(check: CameraCheck, is_colour: bool) -> None:
    clock = ManualClock()

    def lose(camera: object) -> dict[str, int]:
        clock.advance(6 * INTERVAL_NS)
        return {"camera": 6}

    bench = CameraBench(
        open=lambda: MovingPattern("a", SHAPE, clock, is_colour=is_colour),
        clock=clock,
        step=lambda camera: clock.advance(INTERVAL_NS),
        lose=lose,
    )
    checked(check, bench)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((6, 8, 3), 50 * number, np.uint8))
    return tmp_path


def footage_bench(open_video: Callable[[], ImageFolder | VideoFile], rate_hz: float) -> CameraBench:
    clock = ManualClock()
    interval_ns = round(1e9 / rate_hz)

    def lose(camera: object) -> dict[str, int]:
        clock.advance(5 * interval_ns)
        return {"buffer": 4}

    return CameraBench(
        open=lambda: VideoCamera("a", open_video(), clock),
        clock=clock,
        step=lambda camera: clock.advance(interval_ns),
        lose=lose,
    )


@each_check
def test_a_folder_of_images_keeps_the_contract(check: CameraCheck, folder: Path) -> None:
    checked(check, footage_bench(lambda: ImageFolder(folder, rate_hz=100.0), 100.0))


@each_check
def test_a_video_keeps_the_contract(check: CameraCheck, render_video) -> None:
    path = render_video(range(0, 12 * 3000, 3000))
    checked(check, footage_bench(lambda: VideoFile(path), 30.0))


@each_check
def test_a_capture_with_controls_keeps_the_contract(check: CameraCheck) -> None:
    checked(check, bench_of_a_port())


class Broken:
    """A camera that keeps the contract, but for what a fault changes."""

    def __init__(self, camera: CaptureCamera, fault: str) -> None:
        self._camera = camera
        self._fault = fault
        self.shape = SHAPE if fault != "shape" else replaced(SHAPE, width=2)

    @property
    def controls(self) -> Mapping[str, Control]:
        controls = dict(self._camera.controls)
        if self._fault == "range":
            controls["gain_db"] = NumberControl(value=25.0, minimum=0.0, maximum=24.0)
        return controls

    def set_control(self, name: str, value: float | str) -> None:
        if self._fault == "mute":
            return
        if self._fault != "deaf" or name != "gain_db":
            self._camera.set_control(name, value)
        elif not 0 <= float(value) <= 24:
            raise ValueError(name)

    def take(self) -> Shot | None:
        shot = self._camera.take()
        if shot is None or shot.frame.index == 0:
            return shot
        frame = shot.frame
        match self._fault:
            case "gap":
                return replace(shot, frame=replaced(frame, index=frame.index + 1))
            case "cause":
                return replace(shot, drops=dict.fromkeys(["disk"] * len(shot.drops), 2))
            case "future":
                later_ns = frame.timestamp_unix_ns + 10**9
                return replace(shot, frame=replaced(frame, timestamp_unix_ns=later_ns))
            case "past":
                return replace(shot, frame=replaced(frame, timestamp_unix_ns=1 - frame.index))
            case _:
                return shot

    def close(self) -> None:
        self._camera.close()


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("shape", "images_are_of_the_shape_told"),
        ("gap", "every_index_is_accounted_for"),
        ("future", "instants_rise_and_are_never_in_the_future"),
        ("past", "instants_rise_and_are_never_in_the_future"),
        ("cause", "losses_are_counted_by_cause"),
        ("range", "controls_are_within_their_ranges"),
        ("deaf", "controls_are_within_their_ranges"),
        ("mute", "what_cannot_be_set_is_refused"),
    ],
)
def test_a_camera_that_breaks_the_contract_is_seen(fault: str, check: str) -> None:
    bench = bench_of_a_port()
    open_port = bench.open
    broken = replace(bench, open=lambda: Broken(open_port(), fault))
    failed = []
    for each in CAMERA_CHECKS:
        try:
            each(broken)
        except SkipTest:
            continue
        except AssertionError:
            failed.append(each.__name__)
    assert check in failed


def test_pixels_that_change_are_seen() -> None:
    clock = ManualClock()
    pixels = bytearray(SHAPE.width * SHAPE.height)

    class Reusing(MovingPattern):
        def take(self) -> Shot | None:
            shot = super().take()
            pixels[0] += 1
            return shot and replace(shot, frame=replaced(shot.frame, data=memoryview(pixels)))

    bench = CameraBench(
        open=lambda: Reusing("a", SHAPE, clock),
        clock=clock,
        step=lambda camera: clock.advance(INTERVAL_NS),
    )
    check = next(each for each in CAMERA_CHECKS if each.__name__ == "images_stay_as_they_are")
    with pytest.raises(AssertionError, match="changed after it was taken"):
        check(bench)


def test_a_camera_that_never_says_that_it_is_gone_is_seen() -> None:
    bench = replace(bench_of_a_port(), unplug=lambda camera: None)
    check = next(each for each in CAMERA_CHECKS if "gone" in each.__name__)
    with pytest.raises(AssertionError, match="no SourceError"):
        check(bench)


def test_a_range_is_told_with_what_was_asked_for() -> None:
    control = NumberControl(value=16, minimum=16, maximum=2048, step=16)
    assert control.nearest("width", 1001) == 1008
    assert control.nearest("width", 2048) == 2048
    with pytest.raises(ValueError, match="width takes 16 to 2048 in steps of 16, not 4000"):
        control.nearest("width", 4000)
