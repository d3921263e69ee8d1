from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from gazewire.compose.experimenter import Experimenter
from gazewire.compose.looking_request import LookingRequest
from gazewire.compose.synthetic_eye import LIFE_NS, synthetic_wearer
from gazewire.model import Notification
from gazewire.service import PluginContext
from gazewire.sim import Attention, Exhibit
from gazewire.time import ManualClock, TimeBase
from gazewire.wire.ipc import Message

SEED = 1
SCREEN = "ScreenMarkerChoreographyPlugin"
SINGLE = "SingleMarkerChoreographyPlugin"
SHOWN_AFTER_NS = 1_000_000
FEATURES = "NaturalFeatureChoreographyPlugin"


class Outlet:
    """Keeps what is said."""

    def __init__(self) -> None:
        self.told: list[Notification] = []
        self.news = asyncio.Event()

    def publish(self, message: Message) -> None:
        pass

    def notify(self, notification: Notification) -> None:
        self.told.append(notification)
        self.news.set()

    def wants(self, topic: str) -> bool:
        return True


class Bench:
    """An experimenter, and what comes of what it is told."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.outlet = Outlet()
        self.attention = Attention()
        context = PluginContext(self.outlet, self.clock, TimeBase(0))
        self.plugin = Experimenter(context, SEED, self.attention, shown_after_ns=SHOWN_AFTER_NS)

    def tell(self, choreography: str, *targets: dict[str, Any], **fields: Any) -> Exhibit | None:
        """Tell a state; what is shown once that has come to be."""
        state = {
            "choreography": choreography,
            "state": "collecting",
            "run": 1,
            "target": None,
            "targets": targets,
            "display": {},
        }
        self.plugin.on_notify(Notification(subject="calibration.state", fields=state | fields))
        self.clock.advance(SHOWN_AFTER_NS)
        return self.attention.shown(self.clock.unix_ns())

    def seen_at(self, exhibit: Exhibit) -> list[float]:
        """Where in the scene's picture, with the origin bottom left."""
        scene = synthetic_wearer(SEED).scene
        life_s = self.clock.unix_ns() % LIFE_NS / 1e9
        ((x, y),) = scene.project(np.array([exhibit.point]), life_s)
        return [x / scene.camera.width, 1 - y / scene.camera.height]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def target(place: list[float], samples: int = 0, state: str = "showing") -> dict[str, Any]:
    return {"place": place, "samples": samples, "wanted": 10, "state": state}


async def test_a_target_is_shown_on_the_wearer_s_display_and_that_is_said(bench: Bench) -> None:
    targets = target([0, 0]), target([1, 1])
    exhibit = bench.tell(SCREEN, *targets, target=1, display={"marker_scale": 2})
    assert exhibit == Exhibit.on_display(synthetic_wearer(SEED).scene.display, (1, 1), scale=2)
    request, *rest = bench.outlet.told
    assert LookingRequest.of(request) == LookingRequest(
        unix_ns=bench.clock.unix_ns(), exhibit=exhibit
    )
    assert not rest
    bench.outlet.news.clear()
    async with asyncio.timeout(20):
        await bench.outlet.news.wait()
    shown = bench.outlet.told[1]
    assert shown.subject == "calibration.target_shown"
    assert shown.fields == {"run": 1, "target": 1}


async def test_a_plugin_that_is_removed_says_nothing_more(bench: Bench) -> None:
    bench.tell(SCREEN, target([0, 0]), target=0)
    bench.plugin.cleanup()
    await asyncio.sleep(0)
    assert len(bench.outlet.told) == 1


async def test_what_is_shown_already_is_not_asked_for_again(bench: Bench) -> None:
    first = bench.tell(SCREEN, target([0, 0]), target=0)
    assert bench.tell(SCREEN, target([0, 0], samples=3), target=0) is first
    assert len(bench.outlet.told) == 1


@pytest.mark.parametrize("state", ["idle", "fitting", "done", "failed"])
async def test_the_wearer_is_free_once_nothing_is_collected(bench: Bench, state: str) -> None:
    bench.tell(SCREEN, target([0, 0]), target=0)
    assert bench.tell(SCREEN, target([0, 0]), state=state) is None


def test_a_card_is_held_up_in_the_first_zone_that_lacks_samples(bench: Bench) -> None:
    zones = [target([0.2, 0.8], 10), target([0.5, 0.8], 4), target([0.8, 0.8])]
    exhibit = bench.tell(SINGLE, *zones)
    assert exhibit is not None
    assert exhibit.kind == "calibration"
    assert bench.seen_at(exhibit) == pytest.approx([0.5, 0.8], abs=0.002)


def test_the_stop_marker_is_held_up_in_the_end(bench: Bench) -> None:
    exhibit = bench.tell(SINGLE, target([0.2, 0.8], 10), target([0.5, 0.8], 11))
    assert exhibit is not None
    assert exhibit.kind == "stop"


def test_the_pointer_goes_on_when_somebody_has_clicked_and_it_was_followed(bench: Bench) -> None:
    first = bench.tell(FEATURES)
    assert first is not None
    assert first.kind == "dot"
    assert bench.seen_at(first) == pytest.approx([0.5, 0.5], abs=0.002)
    assert bench.tell(FEATURES, target([0.5, 0.5], 4, "collecting")) is first
    second = bench.tell(FEATURES, target([0.5, 0.5], 10, "done"))
    assert second is not None
    assert second.point != first.point


@pytest.mark.parametrize(
    "fields",
    [{}, {"state": "collecting"}, {"state": "collecting", "targets": 5, "run": 1}],
)
def test_what_is_no_state_is_passed_over(bench: Bench, fields: dict[str, Any]) -> None:
    bench.plugin.on_notify(Notification(subject="calibration.state", fields=fields))
    assert not bench.outlet.told
