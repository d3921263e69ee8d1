from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from gazewire.model import (
    BlinkResponse,
    DetectedBlink,
    DetectedSaccade,
    DispersionFixation,
    EyeMovement,
    MappedGaze,
    Notification,
    PupilDatum,
)
from gazewire.service import BlinkArgs, FixationArgs
from gazewire.service.movement_plugins import movement_map, movement_types
from gazewire.service.plugin import Events, Plugin, PluginContext
from gazewire.time import SystemClock, TimeBase
from gazewire.wire.ipc import Message

TIMEBASE = TimeBase(zero_unix_ns=1_000_000_000)
SACCADE = DetectedSaccade(
    start_unix_ns=3_000_000_000,
    end_unix_ns=3_040_000_000,
    start_deg=(0.0, 0.0),
    end_deg=(3.0, 4.0),
    amplitude_deg=5.0,
    direction_deg=53.1,
    peak_velocity_deg_s=240.0,
    mean_velocity_deg_s=125.0,
)


class Silence:
    def publish(self, message: Message) -> None: ...
    def notify(self, notification: Notification) -> None: ...
    def wants(self, topic: str) -> bool:
        return False


class Finder:
    """Finds a saccade each time it is asked, and neither fixations nor blinks."""

    def fixations(self, gaze: MappedGaze, topic: str) -> Sequence[DispersionFixation]:
        return ()

    def blinks(self, pupil: PupilDatum) -> Sequence[BlinkResponse]:
        return ()

    def movements(self) -> Sequence[EyeMovement]:
        return [SACCADE]


class Mute:
    """Knows no movements."""

    def fixations(self, gaze: MappedGaze, topic: str) -> Sequence[DispersionFixation]:
        return ()

    def blinks(self, pupil: PupilDatum) -> Sequence[BlinkResponse]:
        return ()


def started(name: str, detector: Finder | Mute, **args: object) -> tuple[Plugin, list[object]]:
    asked: list[object] = []

    def answer(args: object) -> Finder | Mute | None:
        asked.append(args)
        return None if args is None else detector

    (plugin_type,) = (it for it in movement_types(answer, answer) if it.name == name)
    context = PluginContext(outlet=Silence(), clock=SystemClock(), timebase=TIMEBASE)
    return plugin_type.start(context, msgspec.convert(args, plugin_type.args)), asked


@pytest.mark.parametrize("name", ["Fixation_Detector", "Blink_Detection"])
def test_a_plugin_publishes_nothing_new_unless_it_is_asked_to(name: str) -> None:
    plugin, asked = started(name, Finder())
    assert type(plugin).recent_events is Plugin.recent_events
    plugin.cleanup()
    assert asked == [FixationArgs() if name == "Fixation_Detector" else BlinkArgs(), None]


@pytest.mark.parametrize("name", ["Fixation_Detector", "Blink_Detection"])
def test_movements_are_published_by_their_names_when_asked_for(name: str) -> None:
    plugin, _ = started(name, Finder(), publish_movements=True)
    events: Events = {}
    plugin.recent_events(events)
    assert events == {"movement.saccade": [movement_map(SACCADE, TIMEBASE)]}


def test_a_method_that_knows_no_movements_is_refused() -> None:
    with pytest.raises(ValueError, match="no movements"):
        started("Fixation_Detector", Mute(), publish_movements=True)


def test_unknown_methods_and_names_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="method"):
        msgspec.convert({"method": "magic"}, FixationArgs)
    with pytest.raises(msgspec.ValidationError, match="maximum"):
        msgspec.convert({"maximum": 3}, BlinkArgs)


def test_the_map_of_a_movement_has_the_times_of_the_bus() -> None:
    fields = movement_map(SACCADE, TIMEBASE)
    assert fields["topic"] == "movement.saccade"
    assert fields["timestamp"] == 2.0
    assert fields["duration"] == 40.0
    assert fields["amplitude_deg"] == 5.0
    assert "start_unix_ns" not in fields
    blink = DetectedBlink(start_unix_ns=2_000_000_000, end_unix_ns=2_150_000_000, confidence=0.9)
    assert movement_map(blink, TIMEBASE) == {
        "topic": "movement.blink",
        "timestamp": 1.0,
        "duration": 150.0,
        "confidence": 0.9,
    }
