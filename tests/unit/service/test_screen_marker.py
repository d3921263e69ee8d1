from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import pytest

from gazewire.model import Ellipse, Point2
from gazewire.service.calibration import Reference
from gazewire.service.screen_marker import ScreenMarkerArgs, ScreenMarkers
from gazewire.service.sighting import Sighting
from gazewire.surface import CalibrationMarker

MS = 1_000_000
ARGS = ScreenMarkerArgs(sample_duration=3, settle_s=0.2, show_s=1.0, target_timeout_s=2.0)


def marker(place_px: Point2) -> CalibrationMarker:
    outline = Ellipse(center_px=place_px, axes_px=(40.0, 40.0), angle_deg=0.0)
    return CalibrationMarker(
        kind="calibration", center_px=place_px, outline=outline, contrast=100.0
    )


@dataclass
class Walk:
    """A guide, and a camera at 20 pictures a second."""

    args: ScreenMarkerArgs = ARGS
    now_ns: int = 0
    references: list[Reference] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.guide = ScreenMarkers(self.args)
        self.guide.begin("calibration", 0)

    def see(self, *places_px: Point2, count: int = 1) -> None:
        for _ in range(count):
            self.now_ns += 50 * MS
            sighting = Sighting(
                timestamp_unix_ns=self.now_ns,
                width=1000,
                height=500,
                markers=tuple(marker(place) for place in places_px),
            )
            self.references += self.guide.see(sighting)

    def wait(self, ms: int) -> None:
        self.now_ns += ms * MS
        self.guide.wake(self.now_ns)

    @property
    def states(self) -> list[str]:
        return [target.state for target in self.guide.targets]


def test_targets_are_those_of_the_core_program_in_its_order() -> None:
    guide = ScreenMarkers(ScreenMarkerArgs())
    guide.begin("calibration", 0)
    assert [target.place for target in guide.targets] == [
        (0.5, 0.5),
        (0, 1),
        (1, 1),
        (1, 0),
        (0, 0),
    ]
    assert {target.wanted for target in guide.targets} == {40}
    guide.begin("validation", 0)
    assert [target.place for target in guide.targets] == [(0.5, 1), (1, 0.5), (0.5, 0), (0, 0.5)]


def test_samples_count_from_a_while_after_the_target_is_shown() -> None:
    walk = Walk()
    walk.see((500, 250), count=4)
    assert walk.references == []
    walk.guide.shown(0, walk.now_ns)
    walk.see((500, 250), count=3)
    assert walk.references == []
    walk.see((500, 250))
    (reference,) = walk.references
    assert reference.screen_pos == (500, 250)
    assert reference.norm_pos == (0.5, 0.5)
    assert reference.target == 0
    assert reference.timestamp_unix_ns == walk.now_ns
    walk.see((500, 250), count=2)
    assert walk.states[:3] == ["done", "showing", "waiting"]
    assert walk.guide.current == 1


def test_a_display_that_says_nothing_is_given_its_time() -> None:
    walk = Walk()
    assert walk.guide.wake_at_ns == 1000 * MS
    walk.wait(999)
    assert walk.states[0] == "showing"
    walk.wait(1)
    assert walk.states[0] == "collecting"
    assert walk.guide.wake_at_ns == 3000 * MS


def test_what_is_said_of_another_target_is_too_late() -> None:
    walk = Walk()
    walk.guide.shown(3, 0)
    assert walk.states[0] == "showing"


def test_a_marker_that_moves_and_several_at_once_do_not_count() -> None:
    walk = Walk()
    walk.guide.shown(0, 0)
    walk.see((500, 250), count=5)
    counted = len(walk.references)
    walk.see((600, 250))
    assert walk.guide.note == "The marker moves: hold the head still."
    walk.see((600, 250), (100, 100))
    assert walk.guide.note == "2 markers are seen: there may be one alone."
    walk.see()
    assert walk.guide.note == "No marker is seen: is the display in the scene camera's view?"
    # After a gap nobody knows whether it moves.
    walk.see((600, 250))
    assert len(walk.references) == counted
    walk.see((601, 250))
    assert len(walk.references) == counted + 1
    assert walk.guide.note is None


def test_a_target_whose_time_is_over_is_left_behind_with_what_it_has() -> None:
    walk = Walk()
    walk.guide.shown(0, 0)
    walk.see((500, 250), count=5)
    walk.wait(2000)
    assert walk.states[:2] == ["partial", "showing"]


def test_two_targets_in_a_row_that_nobody_sees_end_it() -> None:
    walk = Walk()
    for _ in range(2):
        walk.wait(1000)
        walk.wait(2000)
    assert walk.guide.is_complete
    assert walk.states == ["missed"] * 5
    assert walk.guide.current is None


def test_it_is_complete_when_the_last_target_is() -> None:
    walk = Walk()
    for number in range(5):
        assert not walk.guide.is_complete
        walk.guide.shown(number, walk.now_ns)
        walk.see((500, 250), count=6)
    assert walk.guide.is_complete
    assert walk.states == ["done"] * 5
    assert len(walk.references) == 15


@pytest.mark.parametrize(
    "args",
    [
        {"sample_duration": 0},
        {"calibration_targets": []},
        {"validation_targets": [[0.5, 1.5]]},
        {"calibration_targets": [[0.5]]},
        {"settle_s": -1.0},
        {"target_timeout_s": 0.0},
        {"marker_scale": 0.0},
        {"max_speed": float("nan")},
    ],
)
def test_arguments_that_make_no_sense_are_refused(args: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(args, ScreenMarkerArgs)
