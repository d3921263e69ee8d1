from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from itertools import pairwise

import pytest

from gazewire.camera import LiveCamera, Presence, Record, VideoShape
from gazewire.errors import UnreadableSourceError
from gazewire.model import Frame
from gazewire.time import ManualClock, SystemClock

SHAPE = VideoShape(width=64, height=48, rate_hz=30)
OTHER_SHAPE = VideoShape(width=640, height=480, rate_hz=30)
MS = 1_000_000
UNIX_NS = 1_700_000_000_000_000_000
MONO_NS = 5_000_000_000_000

AWAY = Presence("world", connected=False)
BACK = Presence("world", connected=True)

GONE = object()
"""In a script: the camera gives no more pictures."""

DAMAGED = object()
"""In a script: a picture that cannot be decoded."""


class Script:
    """A camera that does what is put in: an instant is a picture with that stamp.

    Where nothing is left to do, it waits until something comes or somebody wants to leave.
    """

    def __init__(self, *steps: object) -> None:
        self.steps = queue.SimpleQueue[object]()
        self.decoded: list[int] = []
        self.used_in: set[str] = set()
        self.opened = 0
        self.closed = 0
        self.shapes = [SHAPE]
        self.refusals = 0
        self.is_left = threading.Event()
        self.do(*steps)

    def do(self, *steps: object) -> None:
        for step in steps:
            self.steps.put(step)

    def open(self) -> ScriptedCapture:
        self.used_in.add(threading.current_thread().name)
        if self.refusals and self.opened:
            self.refusals -= 1
            raise UnreadableSourceError("script", "there is no script")
        shape = self.shapes[min(self.opened, len(self.shapes) - 1)]
        self.opened += 1
        return ScriptedCapture(self, shape)


class ScriptedCapture:
    def __init__(self, script: Script, shape: VideoShape) -> None:
        self.shape = shape
        self._script = script
        self._step: object = None
        self._is_open = True

    def grab(self) -> int | None:
        assert self._is_open
        self._script.used_in.add(threading.current_thread().name)
        while not self._script.is_left.is_set():
            try:
                self._step = self._script.steps.get(timeout=0.01)
            except queue.Empty:
                continue
            if isinstance(self._step, Exception):
                raise self._step
            if self._step is GONE:
                return None
            return self._step if isinstance(self._step, int) else 0
        return None

    def decode(self, *, index: int, timestamp_unix_ns: int) -> Frame | None:
        self._script.decoded.append(index)
        if self._step is DAMAGED:
            return None
        return Frame(
            camera="world",
            index=index,
            timestamp_unix_ns=timestamp_unix_ns,
            width=self.shape.width,
            height=self.shape.height,
            pixel_format="gray",
            data=bytes(self.shape.width * self.shape.height),
        )

    def close(self) -> None:
        self._script.closed += self._is_open
        self._is_open = False


@asynccontextmanager
async def live(
    script: Script, *, retry_after_s: Sequence[float] = (0,)
) -> AsyncIterator[LiveCamera]:
    camera = LiveCamera(script.open, name="scripted camera", retry_after_s=retry_after_s)
    async with camera:
        try:
            yield camera
        finally:
            script.is_left.set()


def still_clock() -> ManualClock:
    return ManualClock(UNIX_NS, MONO_NS)


def camera_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("camera")]


async def some(
    script: Script,
    count: int,
    *,
    clock: ManualClock | SystemClock | None = None,
    wants: Callable[[str, int], bool] | None = None,
) -> list[Record | Presence]:
    """Take so many records of a camera, and leave it."""
    async with (
        live(script) as camera,
        aclosing(camera.records(clock or still_clock(), wants)) as records,
    ):
        taken = [await anext(records) for _ in range(count)]
    return taken


def instants(records: Iterable[Record | Presence]) -> list[int]:
    return [record.timestamp_unix_ns for record in records if isinstance(record, Frame)]


def indices(records: Iterable[Record | Presence]) -> list[int | Presence]:
    return [item.index if isinstance(item, Frame) else item for item in records]


async def test_entering_says_what_the_camera_gives_and_that_there_is_no_gaze() -> None:
    script = Script()
    async with live(script) as camera:
        assert camera.info.scene == SHAPE
        assert camera.info.description == "scripted camera, 64x48 at 30 Hz"
        assert camera.info.gaze_rate_hz is None
        assert script.closed == 0
    assert script.closed == 1


async def test_a_camera_that_does_not_open_is_told_and_leaves_nothing_behind() -> None:
    def refuse() -> ScriptedCapture:
        raise UnreadableSourceError("/dev/video0", "there is no camera")

    with pytest.raises(UnreadableSourceError, match="there is no camera"):
        async with LiveCamera(refuse, name="nothing"):
            pass
    assert camera_threads() == []


async def test_a_frame_has_the_instant_of_its_stamp_on_the_clock_of_the_program() -> None:
    script = Script(MONO_NS - 100 * MS, MONO_NS - 67 * MS, MONO_NS - 33 * MS)
    frames = await some(script, 3)
    assert instants(frames) == [UNIX_NS - 100 * MS, UNIX_NS - 67 * MS, UNIX_NS - 33 * MS]
    assert indices(frames) == [0, 1, 2]


@pytest.mark.parametrize(
    "stamp_ns",
    [
        pytest.param(0, id="none"),
        pytest.param(UNIX_NS, id="of the wall clock"),
        pytest.param(MONO_NS - 1001 * MS, id="too long ago"),
        pytest.param(MONO_NS + 1, id="in the future"),
    ],
)
async def test_a_stamp_that_cannot_be_gives_way_to_the_instant_of_arrival(stamp_ns: int) -> None:
    assert instants(await some(Script(stamp_ns), 1)) == [UNIX_NS]


async def test_instants_of_arrival_rise() -> None:
    times = instants(await some(Script(*[0] * 5), 5, clock=SystemClock()))
    assert all(before < after for before, after in pairwise(times))


async def test_a_picture_no_later_than_the_one_before_is_left_out() -> None:
    script = Script(MONO_NS - 9, MONO_NS - 9, MONO_NS - 10, MONO_NS - 8)
    frames = await some(script, 2)
    assert instants(frames) == [UNIX_NS - 9, UNIX_NS - 8]
    assert indices(frames) == [0, 3]


async def test_a_damaged_picture_is_a_gap() -> None:
    frames = await some(Script(MONO_NS - 9, DAMAGED, MONO_NS - 8), 2)
    assert indices(frames) == [0, 2]


async def test_pictures_that_are_not_wanted_are_not_decoded() -> None:
    script = Script(*range(MONO_NS - 6, MONO_NS))
    frames = await some(script, 3, wants=lambda camera, index: camera == "world" and index % 2)
    assert indices(frames) == [1, 3, 5]
    assert script.decoded == [1, 3, 5]


async def test_a_camera_that_goes_and_comes_back_says_so_in_order() -> None:
    script = Script(MONO_NS - 9, GONE, MONO_NS - 8, GONE, MONO_NS - 7)
    records = await some(script, 7)
    assert indices(records) == [0, AWAY, BACK, 1, AWAY, BACK, 2]
    assert script.opened == 3
    assert script.closed == 3


async def test_a_camera_that_stays_away_is_told_once_and_looked_for_again_and_again() -> None:
    script = Script(MONO_NS - 9, GONE, MONO_NS - 8)
    script.refusals = 20
    assert indices(await some(script, 4)) == [0, AWAY, BACK, 1]
    assert script.refusals == 0


async def test_a_camera_that_opens_and_gives_nothing_is_not_back() -> None:
    script = Script(MONO_NS - 9, GONE, GONE, GONE, MONO_NS - 8)
    assert indices(await some(script, 4)) == [0, AWAY, BACK, 1]


async def test_a_camera_of_another_size_is_not_taken_for_the_one_that_went() -> None:
    script = Script(MONO_NS - 9, GONE, MONO_NS - 8)
    script.shapes = [SHAPE, OTHER_SHAPE, OTHER_SHAPE, SHAPE]
    records = await some(script, 4)
    assert indices(records) == [0, AWAY, BACK, 1]
    assert script.opened == script.closed == 4


async def test_pauses_grow_and_begin_small_again_after_a_picture() -> None:
    drawn = list[int]()

    class Pauses(tuple[float, ...]):
        def __iter__(self) -> Iterator[float]:
            for place, pause in enumerate(super().__iter__()):
                drawn.append(place)
                yield pause

    script = Script(MONO_NS - 9, GONE, GONE, MONO_NS - 8, GONE, MONO_NS - 7)
    async with (
        live(script, retry_after_s=Pauses((0, 0, 0))) as camera,
        aclosing(camera.records(still_clock())) as records,
    ):
        taken = [await anext(records) for _ in range(7)]
    assert indices(taken) == [0, AWAY, BACK, 1, AWAY, BACK, 2]
    assert drawn[:3] == [0, 1, 0]


async def test_a_slow_reader_loses_the_oldest_pictures_and_they_are_counted() -> None:
    script = Script(MONO_NS - 40)
    async with live(script) as camera, aclosing(camera.records(still_clock())) as records:
        await anext(records)
        script.do(*range(MONO_NS - 39, MONO_NS), GONE)
        # The loop stands still until the camera has been through all of it.
        while script.opened < 2:
            script.is_left.wait(0.001)
        rest = [await anext(records) for _ in range(11)]
    assert indices(rest) == [*range(30, 40), AWAY]
    assert camera.dropped == 29


async def test_the_camera_is_used_in_one_thread_that_is_not_the_loops() -> None:
    script = Script(MONO_NS - 9, GONE, MONO_NS - 8)
    await some(script, 4)
    assert len(script.used_in) == 1
    assert threading.current_thread().name not in script.used_in


async def test_leaving_ends_the_thread_whether_or_not_anybody_has_read() -> None:
    async with live(Script()):
        assert len(camera_threads()) == 1
    assert camera_threads() == []
    await some(Script(MONO_NS), 1)
    assert camera_threads() == []


async def test_leaving_while_the_camera_is_away_does_not_wait_for_it() -> None:
    script = Script(MONO_NS, GONE)
    async with (
        live(script, retry_after_s=(3600,)) as camera,
        aclosing(camera.records(still_clock())) as records,
    ):
        assert [await anext(records) for _ in range(2)][1] == AWAY
    assert camera_threads() == []


async def test_cancelling_the_publishing_ends_it() -> None:
    script, published = Script(*range(MONO_NS - 4, MONO_NS)), asyncio.Event()
    async with live(script) as camera:
        publishing = asyncio.create_task(
            camera.publish_to(lambda record: published.set(), still_clock())
        )
        await published.wait()
        publishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await publishing
    assert camera_threads() == []


async def test_a_defect_of_the_capture_is_raised_where_the_pictures_are_read() -> None:
    script = Script(MONO_NS - 1, ZeroDivisionError("defect"))
    async with live(script) as camera:
        taken = list[Record | Presence]()
        with pytest.raises(ZeroDivisionError, match="defect"):
            await camera.publish_to(taken.append, still_clock())
    assert indices(taken) == [0]


async def test_a_live_camera_is_read_once() -> None:
    async with (
        live(Script(MONO_NS - 1, MONO_NS)) as camera,
        aclosing(camera.records(still_clock())) as records,
    ):
        await anext(records)
        with pytest.raises(RuntimeError, match="read once"):
            await anext(camera.records(still_clock()))
