from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from gazewire.device.recordings import Recordings
from gazewire.device.refusals import RecordingRules
from gazewire.device.state import DeviceState
from gazewire.device.templates import DEFAULT_ANSWERS, DEFAULT_TEMPLATE, Questionnaire
from gazewire.errors import DeviceRefusedError, RecordingError
from gazewire.model import AccessUnit, Event, Frame, GazeDatum, Hardware, Phone, Recording
from gazewire.recording import EyesUnit, Recordable, Recorder, RecordingFolder
from gazewire.time import ManualClock
from gazewire.wire.template import UNANSWERED

PHONE = Phone(
    battery_level=100,
    battery_state="OK",
    device_id="0123456789abcdef",
    device_name="test",
    ip="127.0.0.1",
    memory=1,
    memory_state="OK",
)
KEY = AccessUnit(timestamp_unix_ns=5, nal_units=(b"\x65",), is_keyframe=True)
DIFFERENCE = AccessUnit(timestamp_unix_ns=4, nal_units=(b"\x41",), is_keyframe=False)
GAZE = GazeDatum(timestamp_unix_ns=1, x_px=2.0, y_px=3.0)
FRAME = Frame(
    camera="world",
    index=0,
    timestamp_unix_ns=0,
    width=2,
    height=2,
    pixel_format="gray",
    data=b"....",
)


class Disk:
    """A layout that keeps what it is given, and breaks on an event named "break"."""

    def __init__(self) -> None:
        self.records: list[Recordable] = []
        self.end = ""

    def write(self, record: Recordable) -> None:
        if isinstance(record, Event) and record.name == "break":
            raise RecordingError("the disk is broken; use another")
        self.records.append(record)

    def checkpoint(self, now_unix_ns: int) -> None:
        pass

    def finish(self, end_unix_ns: int) -> None:
        self.end = "finished"

    def discard(self) -> None:
        self.end = "discarded"


class Bench:
    """Recordings on a disk that is a list."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock()
        self.state = DeviceState(phone=PHONE, hardware=Hardware(), sensors=[], clock=self.clock)
        self.heard = self.state.changes.subscribe(capacity=99)
        self.disk = Disk()
        self.folder = folder
        self.questionnaire = Questionnaire(DEFAULT_TEMPLATE, DEFAULT_ANSWERS)
        rules = RecordingRules(self.state, self.questionnaire)
        self.recordings = Recordings(self.state, self.clock, self.make_recorder, rules)

    def make_recorder(self, recording_id: str, start_unix_ns: int) -> Recorder:
        def open_writer(folder: RecordingFolder) -> Disk:
            return self.disk

        return Recorder(
            self.folder,
            recording_id=recording_id,
            start_unix_ns=start_unix_ns,
            open_writer=open_writer,
            clock=self.clock,
        )

    def take_answers_back(self) -> None:
        self.questionnaire.answer(dict.fromkeys(DEFAULT_ANSWERS, UNANSWERED))

    async def actions(self, count: int) -> list[str]:
        actions = []
        while len(actions) < count:
            component = await anext(self.heard)
            if isinstance(component, Recording):
                actions.append(component.action)
        return actions


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "recordings")
    async with bench.recordings:
        yield bench


async def test_a_recording_holds_what_came_while_it_went_on(bench: Bench) -> None:
    bench.recordings.put(GAZE)
    recording_id = await bench.recordings.start()
    later = msgspec.structs.replace(GAZE, timestamp_unix_ns=2)
    bench.recordings.put(FRAME)
    bench.recordings.put(later)
    saved = await bench.recordings.stop_and_save()
    assert (saved.id, saved.action) == (recording_id, "SAVE")
    assert bench.disk.records == [later]
    assert bench.disk.end == "finished"
    assert await bench.actions(3) == ["START", "STOP", "SAVE"]


async def test_a_cancelled_recording_is_removed(bench: Bench) -> None:
    await bench.recordings.start()
    await bench.recordings.cancel()
    assert bench.disk.end == "discarded"
    assert await bench.actions(3) == ["START", "STOP", "DISCARD"]


async def test_a_second_start_is_refused(bench: Bench) -> None:
    await bench.recordings.start()
    with pytest.raises(DeviceRefusedError, match="Already recording"):
        await bench.recordings.start()


async def test_stopping_nothing_is_refused(bench: Bench) -> None:
    with pytest.raises(DeviceRefusedError, match="Not recording"):
        await bench.recordings.stop_and_save()
    with pytest.raises(DeviceRefusedError, match="Not recording"):
        await bench.recordings.cancel()


async def test_an_event_is_told_and_belongs_to_the_recording(bench: Bench) -> None:
    assert bench.recordings.mark("before", 1).recording_id is None
    recording_id = await bench.recordings.start()
    during = bench.recordings.mark("during", 2)
    await bench.recordings.stop_and_save()
    assert during.recording_id == recording_id
    assert bench.disk.records == [during]


async def test_pictures_are_wanted_from_a_key_frame_on(bench: Bench) -> None:
    assert not bench.recordings.is_wanted
    await bench.recordings.start()
    assert bench.recordings.wants_keyframe
    await bench.recordings.take(DIFFERENCE)
    assert bench.recordings.wants_keyframe
    await bench.recordings.take(KEY)
    assert not bench.recordings.wants_keyframe
    await bench.recordings.stop_and_save()
    assert not bench.recordings.is_wanted


async def test_a_disk_that_breaks_is_announced_and_the_next_recording_can_start(
    bench: Bench,
) -> None:
    await bench.recordings.start()
    bench.recordings.mark("break", 1)
    assert await bench.actions(2) == ["START", "ERROR"]
    bench.disk = Disk()
    await bench.recordings.start()


async def test_a_folder_that_cannot_be_made_refuses_the_start(bench: Bench, tmp_path: Path) -> None:
    bench.folder = tmp_path / "a file"
    bench.folder.write_text("in the way")
    with pytest.raises(DeviceRefusedError) as refusal:
        await bench.recordings.start()
    assert refusal.value.status == 500
    assert bench.state.recording is None


async def test_leaving_saves_what_goes_on(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    async with bench.recordings:
        await bench.recordings.start()
    assert bench.disk.end == "finished"


async def test_a_start_against_the_rules_is_refused_and_leaves_no_trace(bench: Bench) -> None:
    bench.take_answers_back()
    with pytest.raises(DeviceRefusedError, match="required"):
        await bench.recordings.start()
    assert not bench.folder.exists()
    bench.questionnaire.answer(DEFAULT_ANSWERS)
    await bench.recordings.start()


async def test_what_may_not_be_saved_yet_goes_on_and_can_be_cancelled(bench: Bench) -> None:
    await bench.recordings.start()
    bench.take_answers_back()
    with pytest.raises(DeviceRefusedError, match="required"):
        await bench.recordings.stop_and_save()
    assert bench.state.recording is not None
    await bench.recordings.cancel()
    assert await bench.actions(3) == ["START", "STOP", "DISCARD"]


async def test_what_is_refused_is_refused_for_the_nearest_reason(bench: Bench) -> None:
    await bench.recordings.start()
    bench.take_answers_back()
    with pytest.raises(DeviceRefusedError, match="Already recording"):
        await bench.recordings.start()
    await bench.recordings.cancel()
    with pytest.raises(DeviceRefusedError, match="Not recording"):
        await bench.recordings.stop_and_save()


async def test_leaving_saves_what_could_not_be_saved_on_request(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    async with bench.recordings:
        await bench.recordings.start()
        bench.take_answers_back()
    assert bench.disk.end == "finished"


async def test_coded_pictures_of_the_eyes_are_recorded_and_begin_with_a_key_frame(
    bench: Bench,
) -> None:
    eyes = bench.recordings.eyes
    assert not eyes.is_wanted
    await eyes.take(KEY)
    await bench.recordings.start()
    assert eyes.is_wanted
    assert eyes.wants_keyframe
    await eyes.take(KEY)
    assert not eyes.wants_keyframe
    await eyes.take(DIFFERENCE)
    await bench.recordings.stop_and_save()
    assert not eyes.is_wanted
    assert bench.disk.records == [EyesUnit(KEY), EyesUnit(DIFFERENCE)]
