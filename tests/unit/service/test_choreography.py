from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest

from gazewire.model import Notification
from gazewire.service.accuracy import GazeAccuracy
from gazewire.service.calibration import (
    CalibrationFailedError,
    CalibrationOutcome,
    CalibrationRequest,
    GazerName,
)
from gazewire.service.choreography import SCREEN_MARKERS, choreography_types
from gazewire.service.exposure import NoCamera, nothing_found
from gazewire.service.fitting import Fitting
from gazewire.service.gaze_mapper import GazeMapper, NoMapper
from gazewire.service.headset_choreography import HmdChoreography
from gazewire.service.pipeline import Pipeline
from gazewire.service.plugin import PluginContext
from gazewire.service.world import World as Scene
from gazewire.time import ManualClock, TimeBase
from gazewire.wire.ipc import Message, wire_pupil

EYES = {"translation_eye0": [34.75, 0, 0], "translation_eye1": [-34.75, 0, 0]}


class Outlet:
    """Keeps what is said, and lets a test wait for it."""

    def __init__(self) -> None:
        self.told: list[Notification] = []
        self._changed = asyncio.Event()

    def publish(self, message: Message) -> None:
        pass

    def notify(self, notification: Notification) -> None:
        self.told.append(notification)
        self._changed.set()

    def wants(self, topic: str) -> bool:
        return True

    @property
    def subjects(self) -> list[str]:
        return [notification.subject for notification in self.told]

    async def until(self, subject: str) -> Notification:
        while subject not in self.subjects:
            self._changed.clear()
            await self._changed.wait()
        return self.told[self.subjects.index(subject)]


class Calibrator:
    """Does what the test wants, and keeps what it was asked."""

    def __init__(self) -> None:
        self.reason: str | None = None
        self.requests: list[CalibrationRequest] = []
        self.mapper = NoMapper()

    def fit(self, request: CalibrationRequest) -> CalibrationOutcome:
        self.requests.append(request)
        if self.reason is not None:
            raise CalibrationFailedError(self.reason)
        return CalibrationOutcome(self.mapper, {"binocular_model": {}})

    def judge(
        self, request: CalibrationRequest, params: Mapping[str, object]
    ) -> GazeAccuracy | None:
        if not request.references:
            return None
        return GazeAccuracy(accuracy_deg=0.5, precision_deg=None, used=3, total=4)

    def restore(self, gazer: GazerName, params: Mapping[str, object]) -> GazeMapper:
        return self.mapper


class World:
    def __init__(self) -> None:
        self.outlet, self.calibrator, clock = Outlet(), Calibrator(), ManualClock()
        self.timebase = TimeBase(clock.unix_ns())
        self.pipeline = Pipeline(self.outlet, self.timebase, frozenset)
        self.fitting = Fitting(self.calibrator, self.pipeline, self.outlet, clock, self.timebase)
        self.context = PluginContext(self.outlet, clock, self.timebase)
        self.plugin = HmdChoreography(self.context, self.pipeline, self.fitting)
        self.clock = clock

    def tell(self, subject: str, **fields: object) -> None:
        self.plugin.on_notify(Notification(subject=subject, fields=fields))

    def see(self) -> None:
        wire = wire_pupil(nothing_found(0, self.clock.unix_ns()), self.timebase)
        self.pipeline.take(Message.from_struct(wire.topic, wire))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with asyncio.TaskGroup() as tasks:
        world = World()
        running = tasks.create_task(world.plugin.run())
        yield world
        running.cancel()


async def test_success_is_told_before_the_end_so_that_every_client_understands(
    world: World,
) -> None:
    world.tell("calibration.should_start", **EYES)
    world.see()
    world.tell("calibration.add_ref_data", ref_data=[{"mm_pos": [0, 0, 600], "timestamp": 0}])
    world.tell("calibration.should_stop")
    result = await world.outlet.until("calibration.result.v2")
    measured = await world.outlet.until("accuracy.measured")
    assert world.outlet.subjects == [
        "calibration.started",
        "calibration.setup.v2",
        "calibration.successful",
        "calibration.stopped",
        "calibration.result.v2",
        "accuracy.measured",
    ]
    assert measured.fields["source"] == "calibration"
    assert measured.fields["accuracy_deg"] == 0.5
    assert measured.fields["precision_deg"] is None
    assert (measured.fields["used"], measured.fields["total"]) == (3, 4)
    assert result.fields["params"] == {"binocular_model": {}}
    assert result.fields["gazer_class_name"] == "GazerHMD3D"
    assert world.pipeline.mapper is world.calibrator.mapper
    (request,) = world.calibrator.requests
    assert request.eye_translations == ((34.75, 0.0, 0.0), (-34.75, 0.0, 0.0))
    assert len(request.references) == len(request.pupils) == 1


async def test_the_setup_holds_what_was_collected(world: World) -> None:
    world.tell("calibration.should_start", **EYES)
    world.see()
    world.tell("calibration.add_ref_data", ref_data=[{"mm_pos": [0, 0, 600], "timestamp": 0.5}])
    world.tell("calibration.should_stop")
    setup = await world.outlet.until("calibration.setup.v2")
    calib_data = setup.fields["calib_data"]
    assert isinstance(calib_data, dict)
    assert calib_data["ref_list"] == [{"mm_pos": [0, 0, 600], "timestamp": 0.5}]
    assert calib_data["pupil_list"][0]["topic"] == "pupil.0.2d"
    assert setup.fields["version"] == 2


async def test_time_that_is_set_meanwhile_moves_nothing(world: World) -> None:
    world.tell("calibration.should_start", **EYES)
    world.see()
    world.tell("calibration.add_ref_data", ref_data=[{"mm_pos": [0, 0, 600], "timestamp": 0}])
    world.timebase.set_now(1000.0, world.clock.unix_ns())
    world.tell("calibration.should_stop")
    setup = await world.outlet.until("calibration.setup.v2")
    await world.outlet.until("calibration.result.v2")
    (request,) = world.calibrator.requests
    assert request.references[0].timestamp_unix_ns == request.pupils[0].timestamp_unix_ns
    calib_data = setup.fields["calib_data"]
    assert isinstance(calib_data, dict)
    assert calib_data["ref_list"][0]["timestamp"] == calib_data["pupil_list"][0]["timestamp"]


async def test_a_failure_has_its_reason_and_leaves_the_mapping_as_it_was(world: World) -> None:
    before = world.pipeline.mapper
    world.calibrator.reason = "Not sufficient data available."
    world.tell("calibration.should_start", **EYES)
    world.see()
    world.tell("calibration.should_stop")
    await world.outlet.until("calibration.stopped")
    failed = await world.outlet.until("calibration.failed")
    assert failed.fields["reason"] == "Not sufficient data available."
    assert world.outlet.subjects[-2:] == ["calibration.failed", "calibration.stopped"]
    assert world.pipeline.mapper is before


@pytest.mark.parametrize(
    "fields",
    [{}, {"translation_eye0": [1, 2, 3]}, EYES | {"translation_eye1": [1, 2]}],
)
async def test_without_translations_it_fails_at_once(
    world: World, fields: dict[str, object]
) -> None:
    world.tell("calibration.should_start", **fields)
    assert world.outlet.subjects == ["calibration.failed"]
    world.tell("calibration.should_start", **EYES)
    assert world.outlet.subjects[-1] == "calibration.started"


async def test_references_outside_of_a_calibration_are_an_error(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.tell("calibration.add_ref_data", ref_data=[])
    assert "Ref data can only be added when calibration is running." in caplog.text


async def test_a_second_start_is_a_warning(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.tell("calibration.should_start", **EYES)
    world.tell("calibration.should_start", **EYES)
    assert "Calibration already running." in caplog.text
    assert world.outlet.subjects == ["calibration.started"]


async def test_malformed_references_are_dropped_alone(world: World) -> None:
    world.tell("calibration.should_start", **EYES)
    good = {"mm_pos": [0, 0, 600], "timestamp": 0}
    bad = [5, {}, {"mm_pos": [1, 2], "timestamp": 0}, {"mm_pos": [0, 0, 1], "timestamp": "x"}]
    world.tell("calibration.add_ref_data", ref_data=[*bad, good])
    world.tell("calibration.add_ref_data", ref_data="x")
    world.tell("calibration.should_stop")
    await world.outlet.until("calibration.result.v2")
    assert len(world.calibrator.requests[0].references) == 1


async def test_a_validation_tells_its_data(world: World) -> None:
    world.tell("validation.should_start")
    world.see()
    world.tell("calibration.add_ref_data", ref_data=[{"mm_pos": [0, 0, 600], "timestamp": 0}])
    world.tell("validation.should_stop")
    await world.outlet.until("validation.stopped")
    assert world.outlet.subjects == [
        "validation.started",
        "validation.data",
        "accuracy.measured",
        "validation.stopped",
    ]
    assert (await world.outlet.until("accuracy.measured")).fields["source"] == "validation"


async def test_a_validation_without_references_has_no_accuracy(world: World) -> None:
    world.tell("validation.should_start")
    world.tell("validation.should_stop")
    await world.outlet.until("validation.stopped")
    assert "accuracy.measured" not in world.outlet.subjects


async def test_a_headset_hears_of_states_when_it_asks_for_them_alone(world: World) -> None:
    world.tell("calibration.should_start", **EYES)
    assert world.outlet.subjects == ["calibration.started"]
    world.tell("calibration.should_tell_state")
    state = world.outlet.told[-1]
    assert state.subject == "calibration.state"
    assert state.fields["choreography"] == "HMD3DChoreographyPlugin"
    assert state.fields["state"] == "collecting"


async def test_references_in_one_place_are_of_one_target(world: World) -> None:
    world.tell("calibration.should_start", **EYES)
    places = [[0, 0, 600], [100, 0, 600], [0, 0, 600]]
    shown = [{"mm_pos": place, "timestamp": number} for number, place in enumerate(places)]
    world.tell("calibration.add_ref_data", ref_data=shown)
    world.tell("calibration.should_stop")
    await world.outlet.until("calibration.result.v2")
    (request,) = world.calibrator.requests
    assert [reference.target for reference in request.references] == [0, 1, 0]


async def test_a_failure_says_what_the_data_were_like(world: World) -> None:
    world.calibrator.reason = "Not sufficient data available."
    world.tell("calibration.should_start", **EYES)
    world.see()
    world.tell("calibration.should_stop")
    failed = await world.outlet.until("calibration.failed")
    diagnosis = failed.fields["diagnosis"]
    assert isinstance(diagnosis, dict)
    assert [eye["total"] for eye in diagnosis["eyes"]] == [1, 0]
    assert "There are no references: no target was seen or sent." in diagnosis["sentences"]


async def test_a_validation_that_cannot_be_told_says_why(world: World) -> None:
    world.tell("validation.should_start")
    world.tell("validation.should_stop")
    failed = await world.outlet.until("validation.failed")
    assert failed.fields["reason"] == "Not sufficient reference data available."


async def test_a_screen_without_a_scene_camera_fails_in_the_words_of_the_program() -> None:
    world = World()
    async with asyncio.TaskGroup() as tasks:
        scene = Scene(NoCamera(), world.outlet, world.clock, world.timebase, tasks)
        types = choreography_types(world.pipeline, world.fitting, scene)
        screen = next(type_ for type_ in types if type_.name == SCREEN_MARKERS)
        plugin = screen.start(world.context, screen.args())
        plugin.on_notify(Notification(subject="calibration.should_start"))
        plugin.cleanup()
        scene.close()
    failed = await world.outlet.until("calibration.failed")
    assert failed.fields["reason"] == "Calibration requiers world capture video input."
    assert failed.fields["gazer_class_name"] == "Gazer3D"
    assert "calibration.started" not in world.outlet.subjects


async def test_keys_named_mode_or_action_are_keys_like_any_other(world: World) -> None:
    world.tell("calibration.should_start", **EYES, mode=1, action=2)
    assert world.outlet.subjects == ["calibration.started"]
