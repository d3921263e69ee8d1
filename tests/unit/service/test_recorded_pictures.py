"""Pictures of a service on their way into a recording."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av", reason="needs the extra [video]")
pytest.importorskip("zmq", reason="needs the extra [core]")

from gazewire.model import Frame
from gazewire.optics import nominal_camera
from gazewire.recording import open_recording
from gazewire.service import FrameExposure, eye_image_topic
from gazewire.service.exposure import Exposure
from gazewire.service.frames import frame_message
from gazewire.service.pldata import PldataWriter
from gazewire.service.recorded_pictures import CodedPicture, ServicePictures
from gazewire.service.recording import RecordingPlan
from gazewire.time import TimeBase
from gazewire.wire.ipc import Message

T = 1_790_000_000_000_000_000
MS = 1_000_000


def frame(camera: str, index: int, width: int = 64) -> Frame:
    return Frame(
        camera=camera,
        index=index,
        timestamp_unix_ns=T + 10 * MS * index,
        width=width,
        height=48,
        pixel_format="gray",
        data=np.full(width * 48, 30 + 20 * index, np.uint8).tobytes(),
    )


class Studio:
    """A scene camera that is asked by hand, and a bus with images of eyes."""

    def __init__(self) -> None:
        self.timebase = TimeBase(T - 5_000 * MS)
        self.watchers: list[Callable[[Exposure], Callable[[], None]]] = []
        self.bus: dict[str, asyncio.Queue[Message]] = {}
        self.taken: list[CodedPicture] = []
        self.came = asyncio.Event()

    def watch(self, watcher: Callable[[Exposure], Callable[[], None]]) -> None:
        self.watchers.append(watcher)

    def unwatch(self, watcher: Callable[[Exposure], Callable[[], None]]) -> None:
        self.watchers.remove(watcher)

    @asynccontextmanager
    async def subscribe(
        self, prefixes: Sequence[str], capacity: int
    ) -> AsyncIterator[AsyncIterator[Message]]:
        (topic,) = prefixes
        queue = self.bus.setdefault(topic, asyncio.Queue())

        async def messages() -> AsyncIterator[Message]:
            while True:
                yield await queue.get()

        yield messages()

    def take(self, picture: CodedPicture) -> None:
        self.taken.append(picture)
        self.came.set()

    async def until(self, count: int) -> None:
        while len(self.taken) < count:
            self.came.clear()
            await self.came.wait()

    def show_eye(self, eye_id: int, image: Frame) -> None:
        topic = eye_image_topic(eye_id)
        message = frame_message(FrameExposure(image), topic, "gray", self.timebase)
        self.bus.setdefault(topic, asyncio.Queue()).put_nowait(message)

    def pictures(self) -> ServicePictures:
        return ServicePictures(self, self.subscribe, self.timebase)  # type: ignore[arg-type]


async def test_scene_and_eyes_are_coded_while_they_are_followed() -> None:
    studio = Studio()
    async with studio.pictures().follow(studio.take, with_eyes=True):
        for index in range(2):
            studio.watchers[0](FrameExposure(frame("world", index)))()
            studio.show_eye(1, frame("eye1", index))
        await studio.until(4)
    assert studio.watchers == []
    seen = {(p.camera, p.unit.timestamp_unix_ns) for p in studio.taken}
    assert seen == {(camera, T + 10 * MS * i) for camera in ("world", "eye1") for i in range(2)}


async def test_without_eyes_nobody_asks_for_their_images() -> None:
    studio = Studio()
    async with studio.pictures().follow(studio.take, with_eyes=False):
        studio.watchers[0](FrameExposure(frame("world", 0)))()
    assert studio.bus == {}
    assert [picture.camera for picture in studio.taken] == ["world"]


async def test_pictures_of_another_size_than_the_first_are_left_out() -> None:
    studio = Studio()
    async with studio.pictures().follow(studio.take, with_eyes=False):
        studio.watchers[0](FrameExposure(frame("world", 0)))()
        studio.watchers[0](FrameExposure(frame("world", 1, width=32)))()
    assert len(studio.taken) == 1


async def test_written_pictures_are_read_at_their_instants(tmp_path: Path) -> None:
    studio = Studio()
    async with studio.pictures().follow(studio.take, with_eyes=True):
        for index in range(3):
            studio.show_eye(0, frame("eye0", index))
        await studio.until(3)
    folder = tmp_path / "000"
    folder.mkdir()
    plan = RecordingPlan(
        folder=folder, session_name="s", start_unix_ns=T, start_core_s=studio.timebase.core_s(T)
    )
    writer = PldataWriter(plan, lambda name, width, height: nominal_camera(width, height))
    for picture in studio.taken:
        writer.write(picture)
    writer.checkpoint(T + 20 * MS)
    writer.finish(T + 30 * MS)
    with open_recording(folder) as recording:
        assert recording.examine() == ()
        assert recording.cameras["eye0"].matrix.tolist() == nominal_camera(64, 48).matrix.tolist()
        eye = recording.videos["eye0"]
        assert eye.times_unix_ns.tolist() == [T + 10 * MS * index for index in range(3)]
        means = [np.frombuffer(f.data, np.uint8)[: 64 * 48].mean() for f in eye.frames()]
        assert means == pytest.approx([16 + (30 + 20 * i) * 219 / 255 for i in range(3)], abs=2)
