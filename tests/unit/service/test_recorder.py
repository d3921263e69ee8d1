from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gazewire.errors import RecordingError
from gazewire.model import Notification
from gazewire.service.plugin import PluginContext
from gazewire.service.recorder import Recorder, RecorderArgs, RecordingRules
from gazewire.service.recording import RecordingPlan
from gazewire.time import ManualClock, TimeBase
from gazewire.wire.ipc import Message


class Outlet:
    """Keeps what is said, and lets a test wait for it."""

    def __init__(self) -> None:
        self.told: list[Notification] = []
        self._changed = asyncio.Event()

    def publish(self, message: Message) -> None:
        raise AssertionError("a recorder publishes no data")

    def notify(self, notification: Notification) -> None:
        self.told.append(notification)
        self._changed.set()

    def wants(self, topic: str) -> bool:
        return True

    @property
    def subjects(self) -> list[str]:
        return [notification.subject for notification in self.told]

    async def until(self, subject: str, count: int = 1) -> Notification:
        while self.subjects.count(subject) < count:
            self._changed.clear()
            await self._changed.wait()
        return [one for one in self.told if one.subject == subject][count - 1]


class Writer:
    """Keeps what is written; fails where the test wants it."""

    def __init__(self, plan: RecordingPlan) -> None:
        self.plan = plan
        self.topics: list[str] = []
        self.failure: Exception | None = None
        self.is_finished = False

    def write(self, message: Message) -> None:
        if self.failure is not None:
            raise self.failure
        self.topics.append(message.topic)

    def checkpoint(self, now_unix_ns: int) -> None:
        pass

    def finish(self, end_unix_ns: int) -> None:
        self.is_finished = True


class Studio:
    """A recorder, its bus and its disk."""

    def __init__(self, root: Path | None) -> None:
        self.outlet, self.clock = Outlet(), ManualClock()
        self.bus: asyncio.Queue[Message] = asyncio.Queue()
        self.writers: list[Writer] = []
        self.rules = RecordingRules(root, anywhere=False, open_recording=self._open)

    def recorder(self, **changed: object) -> Recorder:
        context = PluginContext(self.outlet, self.clock, TimeBase(self.clock.unix_ns()))
        rules = replace(self.rules, **changed)  # type: ignore[arg-type]  # named by the caller
        return Recorder(context, RecorderArgs(), rules, self._subscribe)

    def _open(self, plan: RecordingPlan) -> Writer:
        self.writers.append(Writer(plan))
        return self.writers[-1]

    @asynccontextmanager
    async def _subscribe(
        self, prefixes: Sequence[str], capacity: int
    ) -> AsyncIterator[AsyncIterator[Message]]:
        async def messages() -> AsyncIterator[Message]:
            while True:
                yield await self.bus.get()

        yield messages()


Run = Callable[[Recorder], asyncio.Task[None]]


@pytest.fixture
async def run() -> AsyncIterator[Run]:
    running: list[asyncio.Task[None]] = []

    def start(recorder: Recorder) -> asyncio.Task[None]:
        running.append(asyncio.create_task(recorder.run()))
        return running[-1]

    yield start
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


def tell(recorder: Recorder, act: str, **fields: object) -> None:
    recorder.on_notify(Notification(subject=f"recording.{act}", fields=fields))


def pupil() -> Message:
    return Message.from_map("pupil.0.2d", {"topic": "pupil.0.2d", "timestamp": 0.0})


async def test_a_recording_begins_and_ends_and_says_where_it_is(run: Run, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    run(recorder := studio.recorder())
    tell(recorder, "should_start", session_name="pilot", record_eye=False)
    started = await studio.outlet.until("recording.started")
    assert started.fields["rec_path"] == f"{(tmp_path / 'pilot/000').as_posix()}/"
    assert started.fields["record_eye"] is False
    assert not studio.writers[0].plan.with_eyes
    tell(recorder, "should_stop")
    stopped = await studio.outlet.until("recording.stopped")
    assert stopped.fields == {"rec_path": started.fields["rec_path"]}
    assert studio.writers[0].is_finished
    assert "recording.failed" not in studio.outlet.subjects


async def test_whoever_asks_is_told_the_state(run: Run, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    run(recorder := studio.recorder())
    tell(recorder, "should_tell_state")
    tell(recorder, "should_start", session_name="pilot")
    await studio.outlet.until("recording.started")
    studio.clock.advance(2_500_000_000)
    tell(recorder, "should_tell_state")
    before = await studio.outlet.until("recording.state", 1)
    now = await studio.outlet.until("recording.state", 2)
    assert before.fields == {
        "is_recording": False,
        "rec_path": None,
        "session_name": None,
        "duration_s": 0.0,
        "last_failure": None,
    }
    assert now.fields["is_recording"] is True
    assert now.fields["session_name"] == "pilot"
    assert now.fields["duration_s"] == 2.5


async def test_a_recording_begins_with_what_is_known_already(run: Run, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    story = (Notification(subject="calibration.setup.v2", fields={"record": True}),)
    run(recorder := studio.recorder(preface=lambda: story))
    tell(recorder, "should_start")
    await studio.outlet.until("recording.started")
    assert studio.writers[0].topics == ["notify.calibration.setup.v2"]


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (RecordingError("the disk is full"), "disk is full"),
        (OSError(errno.EIO, "broken"), "broken"),
    ],
)
async def test_a_recording_that_cannot_go_on_says_why_and_where_it_ended(
    run: Run, tmp_path: Path, failure: Exception, reason: str
) -> None:
    studio = Studio(tmp_path)
    run(recorder := studio.recorder())
    tell(recorder, "should_start", session_name="pilot")
    await studio.outlet.until("recording.started")
    studio.writers[0].failure = failure
    studio.bus.put_nowait(pupil())
    stopped = await studio.outlet.until("recording.stopped")
    failed = await studio.outlet.until("recording.failed")
    assert reason in str(failed.fields["reason"])
    assert failed.fields["session_name"] == "pilot"
    assert str(stopped.fields["rec_path"]).endswith("/pilot/000/")
    assert studio.writers[0].is_finished
    # The next one is another one.
    tell(recorder, "should_start", session_name="pilot")
    again = await studio.outlet.until("recording.started", 2)
    assert str(again.fields["rec_path"]).endswith("/pilot/001/")


async def test_a_recording_that_cannot_begin_says_why(run: Run, tmp_path: Path) -> None:
    studio = Studio(tmp_path)

    def refuse(plan: RecordingPlan) -> Writer:
        raise RecordingError("no")

    run(recorder := studio.recorder(open_recording=refuse))
    tell(recorder, "should_start")
    assert (await studio.outlet.until("recording.failed")).fields["reason"] == "no"
    assert studio.outlet.subjects == ["recording.failed"]
    tell(recorder, "should_tell_state")
    assert studio.outlet.told[-1].fields["last_failure"] == "no"


async def test_a_full_disk_begins_no_recording(run: Run, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    run(recorder := studio.recorder(free_bytes=lambda folder: 1_000_000_000))
    tell(recorder, "should_start", session_name="pilot")
    assert "too little" in str((await studio.outlet.until("recording.failed")).fields["reason"])
    assert not any((tmp_path / "pilot").iterdir())


async def test_a_disk_that_fills_ends_a_recording(run: Run, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    left = iter([2_000_000_000, 1_000_000_000])
    run(recorder := studio.recorder(free_bytes=lambda folder: next(left)))
    tell(recorder, "should_start")
    await studio.outlet.until("recording.started")
    studio.clock.advance(1_000_000_000)
    studio.bus.put_nowait(pupil())
    failed = await studio.outlet.until("recording.failed")
    assert failed.fields["reason"] == "Recording was stopped due to low disk space!"
    await studio.outlet.until("recording.stopped")


async def test_a_stop_and_a_start_at_one_instant_are_two_recordings(
    run: Run, tmp_path: Path
) -> None:
    studio = Studio(tmp_path)
    run(recorder := studio.recorder())
    tell(recorder, "should_start", session_name="first")
    await studio.outlet.until("recording.started")
    tell(recorder, "should_stop")
    tell(recorder, "should_start", session_name="second")
    second = await studio.outlet.until("recording.started", 2)
    assert second.fields["session_name"] == "second"
    assert studio.outlet.subjects == [
        "recording.started",
        "recording.stopped",
        "recording.started",
    ]


async def test_a_recorder_that_is_stopped_completes_its_recording(run: Run, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    running = run(recorder := studio.recorder())
    tell(recorder, "should_start")
    await studio.outlet.until("recording.started")
    running.cancel()
    await studio.outlet.until("recording.stopped")
    assert studio.writers[0].is_finished


async def test_a_second_start_changes_nothing(run: Run, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    run(recorder := studio.recorder())
    tell(recorder, "should_start", session_name="first")
    await studio.outlet.until("recording.started")
    tell(recorder, "should_start", session_name="second")
    tell(recorder, "should_tell_state")
    assert studio.outlet.told[-1].fields["session_name"] == "first"
    assert len(studio.writers) == 1
