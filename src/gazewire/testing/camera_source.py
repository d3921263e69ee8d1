"""Holds any camera to what `gazewire.camera.CameraSource` says, whoever has written it.

    BENCH = CameraBench(open=lambda: MyCamera("a", clock), clock=clock)

    @pytest.mark.parametrize("check", CAMERA_CHECKS, ids=attrgetter("__name__"))
    def test_my_camera(check):
        check(BENCH)

A check raises `AssertionError` where the camera breaks the contract, and `unittest.SkipTest`, which
pytest knows too, where the bench cannot do what it needs.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar
from unittest import SkipTest

from gazewire.camera import (
    CameraSource,
    Control,
    DropCause,
    NumberControl,
    OpenCamera,
    Shot,
)
from gazewire.errors import SourceError
from gazewire.time import Clock

__all__ = ["CAMERA_CHECKS", "CameraBench", "CameraCheck"]

_T = TypeVar("_T")

# So often a camera may say that nothing has come yet: ten seconds, where it waits its half second.
_MOST_WAITS = 20
_MOST_BUFFERS = 200
# Nobody waits so long for what works; a machine that is very busy may need some of it.
_PATIENCE_S = 30.0
_SHOTS = 4
_BYTES_PER_PIXEL = {"gray": 1.0, "bgr24": 3.0, "yuv420p": 1.5}


def _nothing(camera: CameraSource) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraBench:
    """A camera to be checked, and what a test can do to it.

    Attributes:
        open: opens it.
        clock: the one that it was given.
        step: called before each image that is taken: turns a clock that stands still, or fires a
            trigger.
        starve: makes no image come from now on, so that it is seen that nobody waits for ever;
            None: this cannot be done.
        lose: makes images be lost before the next one comes, and tells how many by each cause.
        unplug: takes the camera away.
        plug: brings it back.
    """

    open: OpenCamera
    clock: Clock
    step: Callable[[CameraSource], None] = _nothing
    starve: Callable[[CameraSource], None] | None = None
    lose: Callable[[CameraSource], Mapping[DropCause, int]] | None = None
    unplug: Callable[[CameraSource], None] | None = None
    plug: Callable[[], None] | None = None


CameraCheck = Callable[[CameraBench], None]


def images_are_of_the_shape_told(bench: CameraBench) -> None:
    """Each image has the size that `shape` says, and the bytes that its format needs."""
    with closing(bench.open()) as camera:
        shape = camera.shape
        frame = _take(bench, camera, 1)[0].frame
    _demand(shape.rate_hz > 0, "the nominal rate is positive")
    size = (frame.width, frame.height)
    _demand(size == (shape.width, shape.height), f"an image of {size}, not of {shape}")
    expected = _BYTES_PER_PIXEL[frame.pixel_format] * frame.width * frame.height
    got = memoryview(frame.data).nbytes
    _demand(got == expected, f"{frame.pixel_format} of {size} has {expected:.0f} bytes, not {got}")


def every_index_is_accounted_for(bench: CameraBench) -> None:
    """Indexes begin at 0 and rise by one and all that was lost, each loss with one cause."""
    with closing(bench.open()) as camera:
        shots = _take(bench, camera, _SHOTS)
    expected = -1
    for shot in shots:
        expected += 1 + sum(shot.drops.values())
        _demand(shot.frame.index == expected, f"index {shot.frame.index} instead of {expected}")
        _demand(all(count > 0 for count in shot.drops.values()), "a loss of nothing is none")


def instants_rise_and_are_never_in_the_future(bench: CameraBench) -> None:
    """Instants rise, and lie no further ahead of the clock than their uncertainty."""
    shots = list[Shot]()
    with closing(bench.open()) as camera:
        for _ in range(_SHOTS):
            shots += _take(bench, camera, 1)
            ahead_ns = shots[-1].frame.timestamp_unix_ns - bench.clock.unix_ns()
            _demand(ahead_ns <= (shots[-1].uncertainty_ns or 0), f"{ahead_ns} ns in the future")
    for before, after in pairwise(shot.frame.timestamp_unix_ns for shot in shots):
        _demand(before < after, f"{after} does not lie after {before}")
    for shot in shots:
        _demand(shot.uncertainty_ns is None or shot.uncertainty_ns >= 0, "less than certain")


def images_stay_as_they_are(bench: CameraBench) -> None:
    """An image is still the same when others have come; drivers use their buffers again."""
    with closing(bench.open()) as camera:
        first = _take(bench, camera, 1)[0].frame
        before = bytes(first.data)
        _take(bench, camera, _SHOTS)
        _demand(bytes(first.data) == before, "an image has changed after it was taken")
    _demand(bytes(first.data) == before, "an image has changed after the camera was closed")


def nobody_waits_for_ever(bench: CameraBench) -> None:
    """Where no image comes, taking one ends all the same, with nothing."""
    starve = _needed(bench.starve, "make no image come")
    with closing(bench.open()) as camera:
        starve(camera)
        # What the driver has already comes first.
        came = (_in_time(camera.take) is not None for _ in range(_MOST_BUFFERS))
        _demand(not all(came), "images come where none can")


def losses_are_counted_by_cause(bench: CameraBench) -> None:
    """What is lost is told with the next image, under its cause and no other."""
    lose = _needed(bench.lose, "lose images")
    with closing(bench.open()) as camera:
        before = _take(bench, camera, 1)[0].frame.index
        expected = Counter(lose(camera))
        got = Counter[DropCause]()
        while got.total() < expected.total():
            shot = _take(bench, camera, 1)[0]
            got.update(shot.drops)
            _demand(
                shot.frame.index - before <= 100 * (1 + expected.total()),
                f"of {dict(expected)}, only {dict(got)} has been told",
            )
    _demand(got == expected, f"told {dict(got)}, not {dict(expected)}")


def a_camera_that_is_gone_is_told_and_comes_back(bench: CameraBench) -> None:
    """Unplugged, it says so by an error; it cannot be opened until it is back, and then it can."""
    unplug = _needed(bench.unplug, "unplug it")
    with closing(bench.open()) as camera:
        _take(bench, camera, 1)
        unplug(camera)
        _demand_error(lambda: _take_all(bench, camera), "taking images from nothing")
        _in_time(camera.close)
    plug = _needed(bench.plug, "plug it in again")
    plug()
    with closing(bench.open()) as camera:
        _demand(_take(bench, camera, 1)[0].frame.index == 0, "it counts anew when it is opened")


def controls_are_within_their_ranges(bench: CameraBench) -> None:
    """Values lie in the ranges that are told, and a live one can be set and is read again."""
    with closing(bench.open()) as camera:
        for name, control in camera.controls.items():
            _check_told(name, control)
            if control.is_live:
                _check_setting(camera, name, control)


def what_cannot_be_set_is_refused(bench: CameraBench) -> None:
    """A control that is not there, not live or out of range is a `ValueError`, and stays."""
    with closing(bench.open()) as camera:
        _demand_refusal(camera, "no such control", 1.0)
        for name, control in camera.controls.items():
            if isinstance(control, NumberControl):
                _demand_refusal(camera, name, control.maximum + 1 + abs(control.maximum))
            else:
                _demand_refusal(camera, name, "no such choice")
            if not control.is_live:
                _demand_refusal(camera, name, control.value)


def closing_is_quick_and_leaves_no_thread(bench: CameraBench) -> None:
    """Whether or not images were taken, closing ends soon, may be repeated, and leaves nothing."""
    before = set(threading.enumerate())
    for shots in (0, 1):
        camera = bench.open()
        _take(bench, camera, shots)
        _in_time(camera.close)
        _in_time(camera.close)
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    _demand(not left, f"threads are left: {', '.join(left)}")


def it_can_be_opened_again(bench: CameraBench) -> None:
    """A camera that was closed can be opened, and is the same."""
    shapes = []
    for _ in range(2):
        with closing(bench.open()) as camera:
            shapes.append(camera.shape)
            _demand(_take(bench, camera, 1)[0].frame.index == 0, "the first index is 0")
    _demand(shapes[0] == shapes[1], f"first {shapes[0]}, then {shapes[1]}")


CAMERA_CHECKS: tuple[CameraCheck, ...] = (
    images_are_of_the_shape_told,
    every_index_is_accounted_for,
    instants_rise_and_are_never_in_the_future,
    images_stay_as_they_are,
    nobody_waits_for_ever,
    losses_are_counted_by_cause,
    a_camera_that_is_gone_is_told_and_comes_back,
    controls_are_within_their_ranges,
    what_cannot_be_set_is_refused,
    closing_is_quick_and_leaves_no_thread,
    it_can_be_opened_again,
)
"""Every check, each by itself."""


def _take(bench: CameraBench, camera: CameraSource, count: int) -> list[Shot]:
    """Take images, as many as are wanted."""
    shots = list[Shot]()
    waits = 0
    while len(shots) < count:
        bench.step(camera)
        shot = camera.take()
        if shot is not None:
            shots.append(shot)
        waits += shot is None
        _demand(waits < _MOST_WAITS, "no image comes")
    return shots


def _take_all(bench: CameraBench, camera: CameraSource) -> None:
    # What came before it was unplugged is still there.
    for _ in range(10 * _MOST_WAITS):
        bench.step(camera)
        camera.take()


def _check_told(name: str, control: Control) -> None:
    if isinstance(control, NumberControl):
        told = f"{name} is {control}"
        _demand(control.minimum <= control.value <= control.maximum, told)
        _demand(control.step >= 0, told)
    else:
        _demand(control.value in control.choices, f"{name} is {control}")


def _check_setting(camera: CameraSource, name: str, before: Control) -> None:
    """Set a control to other values and back, each read again. One may have changed another."""
    for value in _others(before):
        camera.set_control(name, value)
        got = camera.controls[name]
        is_set = got.value == value
        if isinstance(got, NumberControl) and isinstance(value, float):
            # Cameras have steps that they do not tell, too.
            is_set = abs(got.value - value) <= max(got.step / 2, 0.01 * abs(value))
        _demand(is_set, f"{name} is {got.value} after it was set to {value}")
    camera.set_control(name, before.value)


def _others(control: Control) -> list[float | str]:
    """Values near the one that is set: the ends of a range may be an exposure of hours."""
    if not isinstance(control, NumberControl):
        return list(control.choices)
    away = max(control.step, 0.1 * abs(control.value), 0.01 * _span_of_small(control))
    return [
        min(max(control.value + distance, control.minimum), control.maximum)
        for distance in (away, -away)
    ]


def _span_of_small(control: NumberControl) -> float:
    """The span of what can be 0, such as a gain; that of other numbers says little."""
    return control.maximum - control.minimum if control.value == 0 else 0.0


def _demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


def _demand_error(act: Callable[[], object], otherwise: str) -> None:
    try:
        act()
    except SourceError:
        return
    raise AssertionError(f"{otherwise} is no SourceError")


def _demand_refusal(camera: CameraSource, name: str, value: float | str) -> None:
    before = camera.controls.get(name)
    try:
        camera.set_control(name, value)
    except ValueError:
        _demand(camera.controls.get(name) == before, f"{name} has changed though it was refused")
        return
    raise AssertionError(f"{name} can be set to {value}, which it cannot")


def _needed(act: _T | None, what: str) -> _T:
    if act is None:
        raise SkipTest(f"this bench cannot {what}")
    return act


def _in_time(act: Callable[[], _T]) -> _T:
    """Do it in a thread, so that what hangs is seen."""
    results = list[_T]()
    failures = list[BaseException]()

    def run() -> None:
        try:
            results.append(act())
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_PATIENCE_S)
    _demand(not thread.is_alive(), f"it is still at work after {_PATIENCE_S:g} s")
    if failures:
        raise failures[0]
    return results[0]
