from __future__ import annotations

from collections.abc import Sequence

import pytest

from gazewire.model import Point2
from gazewire.service.calibration import Reference
from gazewire.service.calibration_machine import (
    CalibrationMachine,
    CalibrationState,
    CalibrationStep,
    next_state,
)
from gazewire.service.exposure import nothing_found
from gazewire.service.guide import Guide, Kind, Target
from gazewire.service.sighting import Sighting

IDLE, COLLECTING, FITTING, DONE, FAILED = CalibrationState
START, STOP, CANCEL, SUCCEED, FAIL = CalibrationStep

TABLE = {
    IDLE: {START: COLLECTING, FAIL: FAILED},
    COLLECTING: {STOP: FITTING, CANCEL: IDLE},
    FITTING: {START: COLLECTING, SUCCEED: DONE, FAIL: FAILED},
    DONE: {START: COLLECTING, FAIL: FAILED},
    FAILED: {START: COLLECTING, FAIL: FAILED},
}


@pytest.mark.parametrize("state", CalibrationState)
@pytest.mark.parametrize("step", CalibrationStep)
def test_a_step_leads_where_the_table_says_and_else_nowhere(
    state: CalibrationState, step: CalibrationStep
) -> None:
    assert next_state(state, step) == TABLE[state].get(step)


class TwoSamples(Guide):
    """Wants two sightings of one target."""

    def begin(self, kind: Kind, now_ns: int) -> None:
        super().begin(kind, now_ns)
        self.targets = [Target(0, (0.5, 0.5), wanted=2), Target(1, None, wanted=2)]
        self.wake_at_ns = now_ns + 10

    def see(self, sighting: Sighting) -> Sequence[Reference]:
        self.targets[0].add_sample()
        self.is_complete = self.targets[0].state == "done"
        return [Reference(timestamp_unix_ns=sighting.timestamp_unix_ns, norm_pos=(0.1, 0.2))]

    def point_at(self, place: Point2) -> int | None:
        return 7

    def wake(self, now_ns: int) -> None:
        self.is_complete = now_ns >= 10


def seen(instant: int) -> Sighting:
    return Sighting(timestamp_unix_ns=instant, width=10, height=10)


def test_what_its_guide_lets_count_is_collected_until_it_is_complete() -> None:
    machine = CalibrationMachine(TwoSamples())
    assert machine.see(seen(1)) is None
    assert machine.start("validation", 0)
    assert (machine.state, machine.run, machine.kind) == (COLLECTING, 1, "validation")
    assert machine.see(seen(2)) is None
    machine.take(nothing_found(0, 2))
    whole = machine.see(seen(3))
    assert whole is not None
    assert whole.kind == "validation"
    assert [fields for fields, _ in whole.data.references] == [{"norm_pos": [0.1, 0.2]}] * 2
    assert [target.state for target in whole.targets] == ["done", "missed"]
    assert len(whole.data.pupils) == 1
    assert machine.state == FITTING
    assert machine.active is None
    machine.succeed()
    assert machine.state == DONE


def test_a_second_start_changes_nothing() -> None:
    machine = CalibrationMachine(TwoSamples())
    machine.start("calibration", 0)
    active = machine.active
    assert not machine.start("validation", 0)
    assert machine.active is active
    assert machine.kind == "calibration"


def test_the_outcome_of_a_fit_says_nothing_of_the_collection_after_it() -> None:
    machine = CalibrationMachine(TwoSamples())
    machine.start("calibration", 0)
    assert machine.stop() is not None
    assert machine.start("validation", 0)
    machine.fail()
    machine.succeed()
    assert machine.state == COLLECTING


def test_what_is_cancelled_is_forgotten() -> None:
    machine = CalibrationMachine(TwoSamples())
    assert not machine.cancel()
    machine.start("calibration", 0)
    machine.take(nothing_found(0, 2))
    assert machine.cancel()
    assert machine.state == IDLE
    assert machine.stop() is None
    machine.start("calibration", 0)
    whole = machine.stop()
    assert whole is not None
    assert whole.data.pupils == []


def test_it_wants_to_be_woken_while_it_collects_alone() -> None:
    machine = CalibrationMachine(TwoSamples())
    assert machine.wake_at_ns is None
    assert machine.wake(99) is None
    machine.start("calibration", 0)
    assert machine.wake_at_ns == 10
    assert machine.wake(5) is None
    assert machine.wake(10) is not None
    assert machine.wake_at_ns is None


def test_nobody_points_at_anything_while_nothing_is_collected() -> None:
    machine = CalibrationMachine(TwoSamples())
    assert machine.point_at((0.5, 0.5)) is None
    machine.start("calibration", 0)
    assert machine.point_at((0.5, 0.5)) == 7
